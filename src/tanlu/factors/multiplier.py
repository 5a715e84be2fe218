"""From a published factor to the number a ledger row is multiplied by, exact until one rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tanlu.factors.gas import BIOGENIC
from tanlu.factors.model import FactorQuality
from tanlu.kernel.results import Stream
from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tanlu.factors.model import Factor, Item, ItemConversion

SCALE = 12
_STEPS = 10**SCALE
_LARGEST_RESULT = 9 * 10**18
_LARGEST_QUANTITY = 10**18 - 1
_LARGEST_STEPS = 10**19 - 1
_FEWEST_STEPS = 10**5


class Units(Protocol):
    """What the book needs to know of units."""

    def conversion(self, from_unit: str, to_unit: str, /) -> Fraction | None:
        """Return `to_unit` per `from_unit`, or None when they differ in dimension."""
        ...

    def dimension(self, unit: str, /) -> str:
        """Return the dimension of a unit code."""
        ...


class Route(NamedTuple):
    """How a recorded dimension reaches a factor: directly, or by one conversion step."""

    dim: str
    conversion: ItemConversion | None
    inverse: bool


@dataclass(frozen=True, slots=True)
class Multiplier:
    """What one ledger unit gives through one resolved factor.

    Parameters
    ----------
    rid : int
        Resolved factor.
    unit : str
        Ledger unit.
    gases : Mapping[str, Decimal]
        CO2e by gas family [mg per millionth of `unit`], 12 decimals.
    biogenic : Decimal
        Biogenic CO2 [mg per millionth of `unit`], a memo.
    q_max : int
        Largest quantity whose results fit [millionths of `unit`].
    is_coarse : bool
        Whether rounding left fewer than 6 significant digits of some gas.
    """

    rid: int
    unit: str
    gases: Mapping[str, Decimal]
    biogenic: Decimal
    q_max: int
    is_coarse: bool = False


def routes(
    factor: Factor,
    item: Item,
    *,
    conversions: Iterable[ItemConversion],
    units: Units,
    sets: Sequence[str] = (),
) -> tuple[Route, ...]:
    """Return the dimensions in which `item` may be recorded to use `factor`.

    Parameters
    ----------
    factor : Factor
        Its own dimension comes first.
    item : Item
        Item of the rows.
    conversions : iterable of ItemConversion
        Heating values and densities; those of other items are passed over.
    sets : sequence of str
        Sets of the profile, most wanted first: an upstream factor, whose publication knows
        nothing of the fuel burned, takes the heating value of the first that has one.

    Notes
    -----
    M-15: one step at most, from the factor's own set or a conversion that serves every set; a
    net factor never meets a gross heating value; a template conversion never enters.
    """
    own = units.dimension(factor.unit)
    found = {own: Route(own, None, inverse=False)}
    lent = tuple(sets) if factor.stream == Stream.UPSTREAM else ()
    usable = dict.fromkeys((factor.factor_set, *lent, ""))
    for step in sorted(conversions, key=lambda c: _step_rank(c, item, tuple(usable))):
        if not _fits(step, factor, item=item, sets=usable):
            continue
        start, end = units.dimension(step.from_unit), units.dimension(step.to_unit)
        if end == own:
            found.setdefault(start, Route(start, step, inverse=False))
        elif start == own:
            found.setdefault(end, Route(end, step, inverse=True))
    return tuple(found.values())


def _step_rank(step: ItemConversion, item: Item, sets: tuple[str, ...]) -> tuple[object, ...]:
    """Return the order of conversions: the item's own, then by set, then by name."""
    place = sets.index(step.factor_set) if step.factor_set in sets else len(sets)
    return (step.item != item.id, place, step.from_unit, step.to_unit, step.basis)


def _fits(step: ItemConversion, factor: Factor, *, item: Item, sets: Collection[str]) -> bool:
    """Return whether a conversion may stand between `item` and `factor`."""
    if step.quality is FactorQuality.TEMPLATE or step.item not in {item.id, factor.item}:
        return False
    if step.factor_set not in sets:
        return False
    heats = {"NCV", "GCV"}
    both = {step.basis, factor.basis} & heats
    return len(both) < len(heats)


def factor_units_per(unit: str, route: Route, *, factor: Factor, units: Units) -> Fraction | None:
    """Return how many units of the factor one ledger unit is, exactly; None when it is none."""
    step = route.conversion
    if step is None:
        return units.conversion(unit, factor.unit)
    enter, leave = step.from_unit, step.to_unit
    if route.inverse:
        enter, leave = leave, enter
    first, last = units.conversion(unit, enter), units.conversion(leave, factor.unit)
    if first is None or last is None or not step.value:
        return None
    value = 1 / step.value if route.inverse else step.value
    return first * value * last


def multiplier(
    rid: int, unit: str, *, per_unit: Fraction, co2e: Mapping[str, Fraction]
) -> Multiplier | None:
    """Return the rounded multipliers of one ledger unit, or None when one is too large.

    Parameters
    ----------
    per_unit : Fraction
        Units of the factor per ledger unit.
    co2e : Mapping[str, Fraction]
        kg CO2e per unit of the factor by gas family. One kg per unit is one mg per millionth.

    Notes
    -----
    M-16: exact until here, rounded once, half up, to 12 decimals.
    """
    exact = {family: per_unit * kg for family, kg in co2e.items()}
    steps = {family: floor_half_up(value * _STEPS) for family, value in exact.items()}
    largest = sum(abs(n) for family, n in steps.items() if family != BIOGENIC)
    widest = max(largest, abs(steps.get(BIOGENIC, 0)))
    if widest > _LARGEST_STEPS:
        return None
    gases = {family: _decimal(n) for family, n in steps.items() if family != BIOGENIC}
    return Multiplier(
        rid=rid,
        unit=unit,
        gases=gases,
        biogenic=_decimal(steps.get(BIOGENIC, 0)),
        q_max=largest_quantity(_decimal(widest)),
        is_coarse=any(_is_coarse(exact[family], n) for family, n in steps.items()),
    )


def rounded(value: Decimal, *, per_unit: Fraction) -> Decimal:
    """Return a multiplier per another unit, rounded half up to 12 decimals."""
    return _decimal(floor_half_up(Fraction(value) * per_unit * _STEPS))


def largest_quantity(value: Decimal) -> int:
    """Return the largest quantity whose product with a multiplier is at most 9e18 mg."""
    steps = abs(int(value.scaleb(SCALE)))
    limit = _LARGEST_RESULT * _STEPS // steps if steps else _LARGEST_QUANTITY
    return min(limit, _LARGEST_QUANTITY)


def _decimal(steps: int) -> Decimal:
    """Return a count of 10^-12 as a decimal."""
    return Decimal(steps).scaleb(-SCALE)


def _is_coarse(exact: Fraction, steps: int) -> bool:
    """Return whether rounding lost something and left fewer than 6 significant digits."""
    return abs(steps) < _FEWEST_STEPS and exact * _STEPS != steps


def row_result(qty_u: int | None, multiplier: Multiplier | None) -> dict[str, int] | None:
    """Return the mg of CO2e by gas family of one ledger row: the formula the engine must equal.

    Parameters
    ----------
    qty_u : int or None
        Millionths of the ledger unit.
    multiplier : Multiplier or None
        Of the row's factor and unit.

    Returns
    -------
    dict of str to int, or None
        ``floor(qty_u * m + 1/2)`` per family, with ``CO2bio`` when the factor has it; None when
        the quantity is missing or out of range.
    """
    if qty_u is None or multiplier is None or abs(qty_u) > multiplier.q_max:
        return None
    factors = dict(multiplier.gases)
    if multiplier.biogenic:
        factors[BIOGENIC] = multiplier.biogenic
    return {family: floor_half_up(qty_u * Fraction(m)) for family, m in factors.items()}


def by_dimension(ledger_units: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each dimension with its ledger units, both in order."""
    for dim in sorted(set(ledger_units.values())):
        yield dim, tuple(sorted(u for u, d in ledger_units.items() if d == dim))
