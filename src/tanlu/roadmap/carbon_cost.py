"""What emissions cost: trading scheme and its offsets, border, price that only steers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.roadmap.problem import Border, CarbonPrice, Problem, Series

MG_PER_T = 10**9
ZERO = Fraction(0)


def emitted(
    emissions: Mapping[str, Mapping[str, tuple[int, ...]]],
    *,
    scopes: frozenset[int],
    method: str,
) -> tuple[int, ...]:
    """Return the emissions of some scopes over all sites by year [mg]."""
    second = "s2m" if method == "market" else "s2l"
    names = {1: "s1", 2: second, 3: "s3"}
    paths = [path for scope in sorted(scopes) for path in emissions[names[scope]].values()]
    return tuple(sum(values) for values in zip(*paths, strict=True))


def surrendered(price: CarbonPrice, tonnes: Series) -> Series:
    """Return the offsets surrendered instead of allowances [t].

    As much as may be, in years in which they are cheaper than an allowance (rule M-93).

    Parameters
    ----------
    price : CarbonPrice
        The trading scheme.
    tonnes : Series, shape (T,)
        Emissions covered [t].
    """
    rule = price.surrender
    if rule is None:
        return (ZERO,) * len(tonnes)
    found = []
    for year, amount in enumerate(tonnes):
        most = max(amount * rule.max_share, ZERO)
        if rule.limit is not None:
            most = min(most, rule.limit[year])
        found.append(most if rule.price[year] < price.price[year] else ZERO)
    return tuple(found)


def charged(border: Border, tonnes: Sequence[Fraction]) -> Series:
    """Return the emissions charged at the border [t].

    Parameters
    ----------
    border : Border
        The charge.
    tonnes : sequence of Fraction, shape (T,)
        Emissions of the sites that make the goods [t].

    Notes
    -----
    ``X (E / Q - (1 - phi) BM)``, not below zero (rule M-94).
    """
    rows = zip(border.export, border.output, border.free(), tonnes, strict=True)
    return tuple(max(x * e / q - free, ZERO) if x else ZERO for x, q, free, e in rows)


def carbon_lines(
    problem: Problem, emissions: Mapping[str, Mapping[str, tuple[int, ...]]]
) -> dict[str, tuple[int, ...]]:
    """Return the cost lines that follow from emissions, in whole CNY by year."""
    found = {
        "carbon": _priced(problem.ets, emissions, problem.periods),
        "internal": _priced(problem.internal, emissions, problem.periods),
    }
    offsets, border = [ZERO] * problem.periods, [ZERO] * problem.periods
    if problem.ets is not None and problem.ets.surrender is not None:
        taken = surrendered(problem.ets, covered(problem.ets, emissions))
        offsets = [t * p for t, p in zip(taken, problem.ets.surrender.price, strict=True)]
    for charge in problem.borders.values():
        due = zip(border, charged_at(charge, emissions), charge.net_price(), strict=True)
        border = [total + t * p for total, t, p in due]
    found["ets_offsets"] = tuple(floor_half_up(value) for value in offsets)
    found["cbam"] = tuple(floor_half_up(value) for value in border)
    return found


def covered(price: CarbonPrice, emissions: Mapping[str, Mapping[str, tuple[int, ...]]]) -> Series:
    """Return the emissions that a price covers by year [t]."""
    mg = emitted(emissions, scopes=price.scopes, method=str(price.method))
    return tuple(Fraction(value, MG_PER_T) for value in mg)


def charged_at(border: Border, emissions: Mapping[str, Mapping[str, tuple[int, ...]]]) -> Series:
    """Return the emissions of a border's own sites that are charged, by year [t]."""
    mine = {
        name: {site: path for site, path in by_site.items() if site in border.sites}
        for name, by_site in emissions.items()
    }
    mg = emitted(mine, scopes=border.scopes, method=str(border.method))
    return charged(border, [Fraction(value, MG_PER_T) for value in mg])


def _priced(
    price: CarbonPrice | None,
    emissions: Mapping[str, Mapping[str, tuple[int, ...]]],
    periods: int,
) -> tuple[int, ...]:
    """Return what is due for allowances: none for what is free or surrendered otherwise."""
    if price is None:
        return (0,) * periods
    tonnes = covered(price, emissions)
    rows = zip(price.price, tonnes, price.free, surrendered(price, tonnes), strict=True)
    return tuple(floor_half_up(p * (t - free - taken)) for p, t, free, taken in rows)
