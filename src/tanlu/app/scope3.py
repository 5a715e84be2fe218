"""Scope 3 lines of a year: purchases and freight, with the factors of the tables."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.app.references import unit_table
from tanlu.catalog import load
from tanlu.factors.gas import co2e_by_family
from tanlu.factors.model import Level
from tanlu.inventory.freight import estimate_freight
from tanlu.inventory.money import MoneyTables, SpendFactor
from tanlu.inventory.purchases import ActivityFactor, PurchaseTables, estimate_purchases
from tanlu.inventory.records import read_lanes, read_purchases
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tanlu.factors.model import Factor
    from tanlu.factors.profile import Profile
    from tanlu.inventory.model import Line
    from tanlu.kernel.activity import Record
    from tanlu.kernel.findings import Finding

_CURRENCY = "USD"
_SERIES = "CN-PPI"


@dataclass(frozen=True, slots=True)
class Scope3Lines:
    """Lines of the year, what is doubtful, and the factors by the id the lines name."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    factors: Mapping[str, Factor]


def estimate_lines(
    records: Sequence[Record],
    *,
    year: int,
    profile: Profile,
    as_of: date,
    own: Sequence[Factor] = (),
) -> Scope3Lines:
    """Estimate purchases and freight of a year.

    Parameters
    ----------
    records : sequence of Record
        Small tables of the workspace.
    year : int
        Inventory year.
    profile : Profile
        Its factor sets, in order, and its GWP set.
    as_of : date
        Factors published later are not used.
    own : sequence of Factor
        Project factors: those for the whole company come before any published one.
    """
    usable = _usable(profile, as_of)
    for item, rows in _own(own, year).items():
        usable[item] = [*rows, *usable.get(item, ())]
    activity = {name: _activity_factors(rows, profile) for name, rows in usable.items()}
    spend = load.spend_factors()
    tables = PurchaseTables(
        mass=activity,
        spend={item: _spend_factor(factor) for item, factor in spend.items()},
        conversion=unit_table().conversion,
        money=money_tables(),
    )
    bought = read_purchases(records, year=year)
    lanes = read_lanes(records, year=year)
    purchases = estimate_purchases(bought.purchases, year=year, tables=tables)
    per_tkm = {
        name: next(f for f in rows if f.unit == "tkm")
        for name, rows in activity.items()
        if any(f.unit == "tkm" for f in rows)
    }
    freight = estimate_freight(lanes.lanes, factors=per_tkm)
    used = {factor.id: factor for rows in usable.values() for factor in rows}
    used |= {factor.id: factor for factor in spend.values()}
    findings = (*bought.findings, *purchases.findings, *lanes.findings, *freight.findings)
    return Scope3Lines((*purchases.lines, *freight.lines), findings, used)


def _usable(profile: Profile, as_of: date) -> dict[str, list[Factor]]:
    """Return the scope 3 factors of the profile's sets by item, most wanted set first."""
    order = {name: place for place, name in enumerate(profile.sets)}
    found: dict[str, list[Factor]] = {}
    for factor in load.factors():
        known = factor.published is None or factor.published <= as_of
        if factor.stream == "main" and factor.factor_set in order and known:
            found.setdefault(factor.item, []).append(factor)
    for rows in found.values():
        rows.sort(key=lambda f: (order[f.factor_set], -(f.data_year or 0), f.id))
    scope3 = {item.id for item in load.items() if item.scope not in (1, 2)}
    return {item: rows for item, rows in found.items() if item in scope3}


def _own(own: Sequence[Factor], year: int) -> dict[str, list[Factor]]:
    """Return the project factors of goods and freight that serve the whole company in a year."""
    scope3 = {item.id for item in load.items() if item.scope not in (1, 2)}
    found: dict[str, list[Factor]] = {}
    for factor in own:
        starts = factor.valid_from is None or factor.valid_from.year <= year
        ends = factor.valid_to is not None and factor.valid_to.year <= year
        serves = factor.level is Level.DEFAULT and factor.stream == Stream.MAIN
        if serves and starts and not ends and factor.item in scope3:
            found.setdefault(factor.item, []).append(factor)
    return found


def _activity_factors(rows: Sequence[Factor], profile: Profile) -> tuple[ActivityFactor, ...]:
    gwp = load.gwp()[profile.gwp_set]
    out = []
    for factor in rows:
        by_family = co2e_by_family(factor.gases, gwp)
        if not isinstance(by_family, str):
            kg = sum(by_family.values(), Fraction(0))
            out.append(ActivityFactor(factor.id, factor.item, factor.unit, kg))
    return tuple(out)


def _spend_factor(factor: Factor) -> SpendFactor:
    return SpendFactor(
        id=factor.id,
        item=factor.item,
        kg_per_money=factor.gases["CO2e"],
        currency=factor.unit,
        price_year=load.spend_price_year(),
    )


def money_tables() -> MoneyTables:
    """Return exchange rates, and price levels in the spend factors' currency.

    Notes
    -----
    No deflator of foreign prices is in the tables. What is deflated are Chinese goods: the
    price level is that of factory-gate prices in China, expressed in the factors' currency by
    the exchange rates of the two years.
    """
    cny_per_usd = {year: Fraction(value) for year, value in load.exchange_rates().items()}
    level = _levels({year: Fraction(value) for year, value in load.price_index(_SERIES).items()})
    rates = {("CNY", _CURRENCY, year): 1 / rate for year, rate in cny_per_usd.items()}
    last = load.spend_price_year()
    deflators = {
        (_CURRENCY, year, last): (level[last] / level[year]) * (rate / cny_per_usd[last])
        for year, rate in cny_per_usd.items()
        if year in level and last in level and last in cny_per_usd
    }
    return MoneyTables(rates=rates, deflators=deflators)


def _levels(changes: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Return the price level of each year from the changes on the year before."""
    if not changes:
        return {}
    first = min(changes)
    levels = {first - 1: Fraction(1)}
    for year in sorted(changes):
        if year - 1 in levels:
            levels[year] = levels[year - 1] * (1 + changes[year])
    return levels
