"""Hotspots of a year, and what drove the change against another."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app.inventories import InventoryOptions, take_inventory
from tanlu.app.payloads import number
from tanlu.app.references import items_by_id, unit_table
from tanlu.app.workspaces import site_names
from tanlu.catalog import load
from tanlu.hotspots.drivers import CellYear, YearProfile, explain_change
from tanlu.hotspots.pareto import rank_sources
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.ledger import RESIDUAL
from tanlu.inventory.model import Basis, tonnes
from tanlu.inventory.records import read_outputs
from tanlu.inventory.tce import EnergyTables, convert
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.inventories import TakenInventory
    from tanlu.factors.model import Item
    from tanlu.hotspots.drivers import Drivers
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

NO_DRIVERS = frozenset({"app.no-output", "hotspots.no-output", "hotspots.negative-cell"})
_ENERGY = frozenset({"combustion", "mobile", "electricity", "heat"})
_ELECTRICITY = "electricity"
UNBACKED = "unbacked_power"  # third-party generation whose certificates another holds
_MG_PER_T = 10**9
_MJ_PER_GJ = 1000


def find_hotspots(
    workspace: Workspace,
    year: int,
    *,
    versus: int | None = None,
    basis: str = "market",
    say: Say,
) -> dict[str, Any]:
    """Rank the sources of a year and explain the change against another year.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    year : int
        Year ranked.
    versus : int, optional
        Year compared with.
    basis : str
        Scope 2 method, ``market`` or ``location``.
    say : Say
        Language of names.

    Raises
    ------
    TanluError
        ``app.basis-unknown``; ``app.no-output`` when a year's output is not known.
    """
    method = read_basis(basis)
    options = InventoryOptions(with_uncertainty=False)
    taken = take_inventory(workspace, year, options=options)
    before = take_inventory(workspace, versus, options=options) if versus is not None else None
    return hotspots_body(workspace, taken, before, basis=method, say=say)


def read_basis(basis: str) -> Basis:
    """Return a scope 2 method by its name."""
    try:
        return Basis(basis)
    except ValueError as error:
        raise TanluError("app.basis-unknown", found=basis) from error


def hotspots_body(
    workspace: Workspace,
    taken: TakenInventory,
    before: TakenInventory | None,
    *,
    basis: Basis = Basis.MARKET,
    say: Say,
) -> dict[str, Any]:
    """Return ranking and drivers in the shape of the contract."""
    year = taken.inventory.year
    body: dict[str, Any] = {
        "year": year,
        "basis": basis.value,
        "pareto": _pareto_body(taken, basis, say),
        "drivers": [],
        "delta_t": None,
        "site_names": site_names(workspace),
    }
    if before is None:
        return body
    drivers = explain_change(_profile(workspace, before, basis), _profile(workspace, taken, basis))
    return body | _drivers_body(drivers, taken, before, basis)


def _pareto_body(taken: TakenInventory, basis: Basis, say: Say) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for part in taken.inventory.parts:
        mg = part.amounts.of(basis).co2e_mg
        if mg:
            sums[part.site, part.item] += mg
    for site, mg in _unbacked_mg(taken).items() if basis is Basis.MARKET else ():
        sums[site, _ELECTRICITY] -= mg
        sums[site, UNBACKED] += mg
    items = items_by_id()
    return [
        {
            "site": row.site,
            "item": row.item,
            "name": _source_name(row.item, items, say),
            "co2e_t": number(tonnes(row.co2e_mg)),
            "share": float(row.share),
            "cumulative": float(row.cumulative),
        }
        for row in rank_sources({key: mg for key, mg in sums.items() if mg > 0})
    ]


def _unbacked_mg(taken: TakenInventory) -> dict[str, int]:
    """Return by site what generation emits whose certificates are not the company's [mg]."""
    ledger = taken.inventory.green_power
    sums: dict[str, int] = defaultdict(int)
    for a in ledger.allocations if ledger else ():
        if not a.is_purchased and a.co2_mg:
            sums[a.site] += a.co2_mg
    return sums


def _source_name(source: str, items: Mapping[str, Item], say: Say) -> str:
    if source == UNBACKED:
        return say("cli.unbacked_power")
    known = items.get(source)
    return say.pick(known.name_zh, known.name_en) if known else source


def _drivers_body(
    drivers: Drivers, taken: TakenInventory, before: TakenInventory, basis: Basis
) -> dict[str, Any]:
    return {
        "vs": before.inventory.year,
        "drivers": [
            {"driver": driver.value, "delta_t": number(tonnes(mg))}
            for driver, mg in drivers.effects_mg.items()
        ],
        "delta_t": number(tonnes(drivers.delta_mg)),
        "from_t": number(_own_t(before, basis)),
        "to_t": number(_own_t(taken, basis)),
        "structure_by_output": drivers.by_site,
    }


def _own_t(taken: TakenInventory, basis: Basis) -> Fraction:
    """Return scopes 1 and 2 [t], which the drivers explain."""
    own = [part for part in taken.inventory.parts if part.scope in (1, 2)]
    return sum((Fraction(p.amounts.of(basis).co2e_mg or 0, _MG_PER_T) for p in own), Fraction(0))


def _profile(workspace: Workspace, taken: TakenInventory, basis: Basis) -> YearProfile:
    year = taken.inventory.year
    outputs = {row.name: row for row in read_outputs(workspace.records(), year=year)}
    output = outputs.get("output_value") or outputs.get("units")
    if output is None:
        raise TanluError("app.no-output", year=year)
    amounts = _amounts(taken)
    emissions: dict[tuple[str, str], int] = defaultdict(int)
    for part in taken.inventory.parts:
        if part.scope in (1, 2):
            emissions[part.site, part.item] += part.amounts.of(basis).co2e_mg or 0
    cells = {
        key: _cell(taken, key, amounts=amounts, emissions_mg=mg, basis=basis)
        for key, mg in sorted(emissions.items())
    }
    return YearProfile(float(output.amount), cells, {})


def _amounts(taken: TakenInventory) -> dict[tuple[str, str], Fraction]:
    """Return GJ of each energy carrier, and ledger units of everything else, by site and item."""
    energy = EnergyTables(
        conversion=unit_table().conversion,
        conversions=load.conversions(),
        factor_sets=taken.profile.sets,
    )
    items = items_by_id()
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in taken.calculation.summary:
        if row.stream is not Stream.MAIN or row.qty_u is None or row.co2e_mg is None:
            continue
        quantity = Fraction(row.qty_u, MILLION)
        item = items[row.item]
        if item.category in _ENERGY:
            mj = convert(item, from_unit=row.unit, to_unit="MJ", tables=energy)
            quantity = quantity * mj / _MJ_PER_GJ if mj is not None else Fraction(0)
        sums[row.site, row.item] += quantity
    return sums


def _cell(
    taken: TakenInventory,
    key: tuple[str, str],
    *,
    amounts: dict[tuple[str, str], Fraction],
    emissions_mg: int,
    basis: Basis,
) -> CellYear:
    site, item = key
    emissions_t = emissions_mg / _MG_PER_T
    amount = amounts.get(key, Fraction(0))
    if item == _ELECTRICITY and basis is Basis.MARKET:
        used, residual = _electricity(taken, site)
        if used:
            gj = Fraction(used, MILLION) * (unit_table().conversion("kWh", "MJ") or 0) / _MJ_PER_GJ
            return CellYear(float(gj), emissions_t, green_fraction=1 - residual / used)
    is_energy = items_by_id()[item].category in _ENERGY if item in items_by_id() else False
    return CellYear(float(amount), emissions_t, is_energy=is_energy)


def _electricity(taken: TakenInventory, site: str) -> tuple[int, int]:
    """Return electricity used at a site and the part no green power covers, millionths of a kWh."""
    ledger = taken.inventory.green_power
    if ledger is None:
        return 0, 0
    mine = [a for a in ledger.allocations if a.site == site]
    purchased = sum(a.kwh_u for a in mine if a.is_purchased)
    uncovered = sum(a.kwh_u for a in mine if a.kind == RESIDUAL or not a.is_purchased)
    return purchased + ledger.self_used_u.get(site, 0), uncovered
