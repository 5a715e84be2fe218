"""Take the inventory of a year: ledger, factor book, engine, green power, scope 3, totals."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import MAXYEAR, MINYEAR
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app import clock, scope3, uncertainties
from tanlu.app.own_factors import own_factors
from tanlu.app.references import choose_profile, items_by_id, places, unit_table
from tanlu.catalog import load, tables
from tanlu.compute import calculate, purchased_electricity
from tanlu.compute.facts import year_facts, years_of
from tanlu.factors.compile import compile_book
from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import InstrumentKind, read_instruments
from tanlu.inventory.ledger import ResidualFactor
from tanlu.inventory.model import Basis
from tanlu.inventory.plausibility import check_reported_energy, plausibility_finding
from tanlu.inventory.records import read_outputs, reported_energy_tce
from tanlu.inventory.tce import EnergyTables
from tanlu.inventory.totals import InventoryInputs
from tanlu.inventory.totals import take_inventory as sum_inventory
from tanlu.kernel.activity import Record, RecordKind
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from tanlu.compute import Calculation
    from tanlu.compute.facts import Ledger, YearFacts
    from tanlu.factors.book import Book
    from tanlu.factors.model import Factor
    from tanlu.factors.profile import Profile
    from tanlu.inventory.model import Inventory
    from tanlu.inventory.uncertainty import Uncertainty
    from tanlu.kernel.activity import QuarantinedRow
    from tanlu.storage import Workspace


_ELECTRICITY = "electricity"
_MONTHS = 12
_SOURCES = frozenset({RecordKind.PURCHASE, RecordKind.FREIGHT})


@dataclass(frozen=True, slots=True)
class InventoryOptions:
    """How to take an inventory; empty fields take the workspace's choice.

    Parameters
    ----------
    gwp, profile : str
        GWP set and method profile.
    engine : str
        ``duckdb`` or ``polars``.
    as_of : date or None
        Factors published later are not used; None is today.
    with_uncertainty : bool
        Whether to draw the totals.
    own : tuple of Factor or None
        Project factors to try; None takes the workspace's.
    """

    gwp: str = ""
    profile: str = ""
    engine: str = "duckdb"
    as_of: date | None = None
    with_uncertainty: bool = True
    own: tuple[Factor, ...] | None = None


@dataclass(frozen=True, slots=True)
class TakenInventory:
    """An inventory with everything it was made from.

    Parameters
    ----------
    inventory : Inventory
        Totals and what they cover.
    uncertainty : Uncertainty or None
        Distribution of the totals.
    book : Book
        Factors used.
    calculation : Calculation
        Engine run; result rows can be asked for.
    line_factors : Mapping of str to Factor
        Factors of the scope 3 lines.
    record_sources : Mapping
        Cells of the records behind lines and instruments, by record id.
    profile : Profile
        Method choices.
    as_of : date
        Date of the factors.
    run_id, run_hash, ledger_head : str
        Identity of the run: the same rows, factors and choices give the same hash.
    """

    inventory: Inventory
    uncertainty: Uncertainty | None
    book: Book
    calculation: Calculation
    line_factors: Mapping[str, Factor]
    record_sources: Mapping[str, Mapping[str, str]]
    profile: Profile
    as_of: date
    run_id: str
    run_hash: str
    ledger_head: str

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything to tell the reader, each once."""
        told = (*self.inventory.findings, *self.book.findings, *self.calculation.findings)
        return tuple(dict.fromkeys(_frozen(finding) for finding in told))


def _frozen(finding: Finding) -> Finding:
    return replace(finding, facts=_Facts(finding.facts))


class _Facts(dict[str, str]):
    """Facts that may be compared and hashed."""

    def __hash__(self) -> int:  # type: ignore[override]  # facts of a finding never change
        return hash(tuple(sorted(self.items())))


def take_inventory(
    workspace: Workspace, year: int, *, options: InventoryOptions | None = None
) -> TakenInventory:
    """Take the inventory of a year.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    year : int
        Calendar year.
    options : InventoryOptions, optional
        Method choices.

    Returns
    -------
    TakenInventory
        Totals, coverage, uncertainty, and the way back to every row.

    Raises
    ------
    TanluError
        ``app.not-a-year``; ``app.no-rows`` when the ledger has nothing of that year; errors of
        profile and book.
    """
    if not MINYEAR <= year <= MAXYEAR:
        raise TanluError("app.not-a-year", found=year)
    chosen = options or InventoryOptions()
    profile = choose_profile(workspace.settings, profile=chosen.profile, gwp=chosen.gwp)
    as_of = chosen.as_of or clock.today()
    ledger = ledger_rows(workspace)
    records = workspace.records()
    facts = year_facts(workspace.activity(), year)
    if not facts.rows and not any(_counts(record, year) for record in records):
        known = ", ".join(map(str, facts.years))
        raise TanluError("app.no-rows", year=year, known=known or "-")
    own = own_factors(workspace) if chosen.own is None else chosen.own
    book = _compile(workspace, profile, year, as_of=as_of, ledger_units=facts.units, own=own)
    purchased = purchased_electricity(ledger, book, engine=chosen.engine)
    power = allocate_green_power(
        purchased, read_instruments(records), year=year, residual=_residual(book, year)
    )
    calculation = calculate(
        ledger, book, market=power.multipliers, engine=chosen.engine, with_rows=False
    )
    lines = scope3.estimate_lines(records, year=year, profile=profile, as_of=as_of, own=own)
    inventory = sum_inventory(
        InventoryInputs(
            year=year,
            summary=calculation.summary,
            items=items_by_id(),
            iso_of_scope3=iso_of_scope3(),
            ledger=power,
            lines=lines.lines,
            quarantined=_held_back(workspace, year, facts.files),
            silent_sites=_silent_sites(workspace, facts, records, year=year),
            undated=sum(finding.code == "RECORD_NO_YEAR" for finding in lines.findings),
            evidence=facts.evidence,
            outputs=read_outputs(records, year=year),
            energy=_energy_tables(profile, year),
        )
    )
    told = replace(
        inventory,
        findings=(
            *inventory.findings,
            *lines.findings,
            *_energy_notes(year),
            *_reported_energy(inventory, records, year),
        ),
    )
    uncertainty = None
    if chosen.with_uncertainty:
        uncertainty = uncertainties.estimate_uncertainty(
            ledger,
            book,
            ledger=power,
            purchased_u=purchased,
            lines=lines.lines,
            items=items_by_id(),
        )
    run_hash = _run_hash(told, calculation, book, profile=profile)
    return TakenInventory(
        inventory=told,
        uncertainty=uncertainty,
        book=book,
        calculation=calculation,
        line_factors=lines.factors,
        record_sources={record.record_id: asdict(record.source) for record in records},
        profile=profile,
        as_of=as_of,
        run_id=f"r{year}-{run_hash[:10]}",
        run_hash=run_hash,
        ledger_head=workspace.head(),
    )


def ledger_rows(workspace: Workspace) -> Ledger:
    """Return the current ledger rows: the segments themselves, or a table once rows changed."""
    return workspace.engine_input()


def iso_of_scope3() -> dict[str, int]:
    """Return the ISO 14064-1 category of each scope 3 category."""
    return {str(row["id"]): int(row["iso_category"]) for row in tables.read("scope3_category")}


def years_with_rows(workspace: Workspace) -> tuple[int, ...]:
    """Return the calendar years the ledger has rows of."""
    return years_of(workspace.activity())


def _silent_sites(
    workspace: Workspace, facts: YearFacts, records: Sequence[Record], *, year: int
) -> tuple[str, ...]:
    """Return the sites that reported in an earlier year, or are declared, and are not in this one.

    A declared site that never had activity rows reports by a record of the year as well: an
    office that only buys.
    """
    recorded = {r.fields.get("site") for r in records if r.fields.get("year") == str(year)}
    declared = {site.id for site in workspace.sites()} - recorded
    return tuple(sorted((facts.earlier_sites | declared) - facts.sites))


def _held_back(workspace: Workspace, year: int, files: Collection[str]) -> int:
    """Count the rows held back that may be of a year: their period, else their file, says so."""
    held = workspace.quarantine()
    elsewhere = {*workspace.activity()["sha256"].unique().to_pylist()} - {*files} if held else set()
    return sum(_may_be_of_year(row, year, elsewhere) for row in held)


def _may_be_of_year(row: QuarantinedRow, year: int, elsewhere: Collection[str]) -> bool:
    key = row.key
    if "first_day" in key:
        return int(key["first_day"][:4]) <= year <= int(key["last_day"][:4])
    if "year" in key:
        return key["year"] == str(year)
    return row.source.sha256 not in elsewhere


def _counts(record: Record, year: int) -> bool:
    """Whether a record has emissions of a year by itself: goods, freight, power sold on paper."""
    fields = record.fields
    is_source = record.kind in _SOURCES or fields.get("kind") == InstrumentKind.PV_SELF
    return is_source and fields.get("year") == str(year)


def _compile(
    workspace: Workspace,
    profile: Profile,
    year: int,
    *,
    as_of: date,
    ledger_units: Sequence[str],
    own: Sequence[Factor],
) -> Book:
    return compile_book(
        (*load.factors(), *own),
        load.conversions(),
        load.items(),
        units=unit_table(),
        profile=profile,
        months=[year_month(year, month) for month in range(1, _MONTHS + 1)],
        sites=workspace.sites(),
        gwp=load.gwp(),
        as_of=as_of,
        places=places(),
        ledger_units=ledger_units,
    )


def _residual(book: Book, year: int) -> ResidualFactor | None:
    """Return the factor of electricity that nothing covers, where the book has one."""
    for site in (*sorted(book.places), ""):
        found = book.find(
            Stream.MARKET, _ELECTRICITY, site=site, supplier="", ym=year_month(year, 1),
            dim=book.units.get("kWh", ""),
        )  # fmt: skip
        if found:
            factor = book.factor(found[0]).factor
            gas, value = next(iter(factor.gases.items()))
            return ResidualFactor(factor.id, value, gas)
    return None


def _energy_tables(profile: Profile, year: int) -> EnergyTables:
    row = _equivalent(year)
    return EnergyTables(
        conversion=unit_table().conversion,
        conversions=load.conversions(),
        factor_sets=profile.sets,
        equivalent_kgce_per_kwh=Fraction(row["kgce_per_kwh"]) if row else None,
    )


def _equivalent(year: int) -> dict[str, Any] | None:
    """Return the newest coal rate of supply of the year or before."""
    known = [known for known in load.tce_equivalents() if known <= year]
    return dict(load.tce_equivalents()[max(known)]) if known else None


def _energy_notes(year: int) -> tuple[Finding, ...]:
    """Say which year's coal rate stands behind the equivalent value, and that it is a template."""
    row = _equivalent(year)
    if row is None:
        return ()
    facts = {"year": str(year), "found": str(row["kgce_per_kwh"]), "data_year": str(row["year"])}
    return (Finding("TCE_EQUIVALENT_TEMPLATE", Outcome.NOTE, facts=facts),)


def _reported_energy(
    inventory: Inventory, records: Sequence[Record], year: int
) -> tuple[Finding, ...]:
    """Compare the energy use the company reports with the sum of its carriers."""
    reported = reported_energy_tce(records, year=year)
    if reported is None:
        return ()
    rows = {row["id"]: row for row in tables.read("plausibility")}
    row = rows["reported_energy_tolerance"]
    verdicts = check_reported_energy(inventory.energy, reported, tolerance=Fraction(row["value"]))
    return tuple(plausibility_finding(verdict) for verdict in verdicts)


def _run_hash(
    inventory: Inventory, calculation: Calculation, book: Book, *, profile: Profile
) -> str:
    """Return the SHA-256 of what decides the numbers, and of the numbers."""
    lines = [
        [line.record_id, line.category, line.basis, line.factor_id, line.co2e_mg]
        for line in inventory.lines
    ]
    totals = {basis.value: dict(sorted(inventory.by_gas_mg[basis].items())) for basis in Basis}
    body = [profile.id, profile.gwp_set, book.hash, calculation.hash, lines, totals]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
