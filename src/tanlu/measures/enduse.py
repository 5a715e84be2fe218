"""Split a site's metered carriers into end uses; what is left is `unallocated`."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.plan import EndUseFact, Evidence
from tanlu.kernel.rounding import split_largest_remainder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.kernel.plan import BaseYear, EquipmentFact

UNALLOCATED = "unallocated"
ELECTRICITY = "electricity"
_STEPS = 10**6  # the ledger keeps millionths of a unit
_PARTS = 10**9


def equipment_kwh(
    equipment: Iterable[EquipmentFact], end_uses: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, str], Fraction]:
    """Return listed electricity use by site and end use: sum of kW x hours x load x count.

    Parameters
    ----------
    equipment : iterable of EquipmentFact
        Lines with power, hours and load; a line that lacks one is left out.
    end_uses : iterable of mapping
        Rows of the end use table; `equipment` names the kinds that belong to one.

    Returns
    -------
    dict
        [kWh] by (site, end use).
    """
    belongs = {kind: row["id"] for row in end_uses for kind in row["equipment"] or ()}
    total: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for line in equipment:
        end_use = belongs.get(line.kind)
        if end_use and line.yearly_kwh:
            total[line.site, end_use] += line.yearly_kwh
    return dict(total)


def split(
    base: BaseYear,
    shares: Iterable[Mapping[str, Any]],
    *,
    sector: str,
    listed: Mapping[tuple[str, str], Fraction] | None = None,
) -> tuple[EndUseFact, ...]:
    """Split every purchase into end uses that add up to it exactly.

    Parameters
    ----------
    base : BaseYear
        Purchases; electricity includes self-used generation.
    shares : iterable of mapping
        Rows of the share table: `sector`, `carrier`, `end_use`, `share`.
    sector : str
        Sector whose default shares are used; without rows everything is unallocated.
    listed : mapping, optional
        Electricity by (site, end use) from the equipment list [kWh]. It replaces a default that
        is smaller, as long as the list as a whole stays below the meter; otherwise it is not
        used.

    Returns
    -------
    tuple of EndUseFact
        Sorted by id (rule M-70).
    """
    known: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in shares:
        if row["sector"] == sector:
            known[row["carrier"]][row["end_use"]] = Fraction(row["share"])
    own = {site.id: site.pv_kwh for site in base.sites}
    facts: list[EndUseFact] = []
    for purchase in base.purchases:
        power = purchase.carrier == ELECTRICITY
        amount = purchase.quantity + (own.get(purchase.site, Fraction(0)) if power else 0)
        default = known.get(purchase.carrier, {})
        used: dict[str, Fraction] = {}
        if power and listed and amount > 0:
            used = _listed_shares(purchase.site, amount, default, listed)
        facts.extend(_parts(purchase.site, purchase.carrier, amount, {**default, **used}, used))
    return tuple(sorted(facts, key=lambda fact: fact.id))


def _listed_shares(
    site: str,
    amount: Fraction,
    default: Mapping[str, Fraction],
    listed: Mapping[tuple[str, str], Fraction],
) -> dict[str, Fraction]:
    """Return the shares of an end use list, the other defaults scaled into what is left."""
    mine = {use: kwh / amount for (where, use), kwh in listed.items() if where == site}
    larger = {use: share for use, share in mine.items() if share > default.get(use, Fraction(0))}
    if not larger or sum(mine.values()) > 1:
        return {}
    rest = 1 - sum(larger.values())
    others = {use: share for use, share in default.items() if use not in larger}
    total = sum(others.values(), Fraction(0))
    if total > rest:
        larger.update({use: share * rest / total for use, share in others.items()})
    return larger


def _parts(
    site: str,
    carrier: str,
    amount: Fraction,
    shares: Mapping[str, Fraction],
    listed: Mapping[str, Fraction],
) -> list[EndUseFact]:
    names = sorted(shares)
    rest = max(1 - sum(shares.values(), Fraction(0)), Fraction(0))
    weights = [int(shares[name] * _PARTS) for name in names] + [int(rest * _PARTS)]
    millionths = amount * _STEPS
    whole = millionths.numerator // millionths.denominator
    dust = (millionths - whole) / _STEPS
    pieces = split_largest_remainder(whole, weights if any(weights) else [*weights[:-1], 1])
    facts = []
    for name, piece in zip([*names, UNALLOCATED], pieces, strict=True):
        quantity = Fraction(piece, _STEPS) + (dust if name == UNALLOCATED else 0)
        if quantity:
            evidence = Evidence.TYPED if name in listed else Evidence.TEMPLATE
            facts.append(
                EndUseFact(f"{site}/{carrier}/{name}", site, carrier, name, quantity, evidence)
            )
    return facts
