"""From an inventory to the base year of a plan, its end uses, offers, targets and case."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app import goals, machines, own_measures
from tanlu.app.references import items_by_id, unit_table
from tanlu.catalog import load, tables
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.ledger import RESIDUAL
from tanlu.inventory.records import read_outputs
from tanlu.inventory.tce import EnergyTables, convert
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.plan import BaseYear, CarrierFact, PurchaseFact, SiteFact
from tanlu.kernel.results import Stream
from tanlu.measures.catalogue import offers_for
from tanlu.measures.enduse import equipment_kwh, split
from tanlu.measures.own import too_large, with_own, without_end_use
from tanlu.measures.solar.resource import city_of_site
from tanlu.roadmap.situation import Settings, case_from, scenario_series
from tanlu.targets.model import TargetKind
from tanlu.targets.path import target_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from tanlu.app.inventories import TakenInventory
    from tanlu.inventory.model import Part
    from tanlu.kernel.activity import Record
    from tanlu.kernel.plan import EndUseFact, MeasureOffer
    from tanlu.measures.own import OwnMeasure
    from tanlu.measures.register import Register
    from tanlu.storage import Workspace
    from tanlu.targets.model import Target

_OWN_SCOPES = (1, 2)
_UPSTREAM = "3"
_PLANNED = {
    TargetKind.ABSOLUTE: "absolute",
    TargetKind.INTENSITY: "intensity",
    TargetKind.ENERGY_INTENSITY: "energy_intensity",
    TargetKind.RENEWABLE_SHARE: "renewable_share",
    TargetKind.PEAK: "peak",
    TargetKind.NEUTRALITY: "neutrality",
}
LAST_YEAR = 2060


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan of a workspace rests on.

    Parameters
    ----------
    base : BaseYear
        Inventory facts.
    end_uses : tuple of EndUseFact
        Split of the purchases.
    register : Register
        What the calculators make of the listed machines.
    offers : tuple of MeasureOffer
        Measures to choose from.
    series : mapping
        Points of the scenario's series by name and year.
    """

    base: BaseYear
    end_uses: tuple[EndUseFact, ...]
    register: Register
    offers: tuple[MeasureOffer, ...]
    series: Mapping[str, Mapping[int, Fraction]]


def situation(
    workspace: Workspace, taken: TakenInventory, *, scenario: str, with_value_chain: bool
) -> Situation:
    """Return base year, end uses, machines and offers of a workspace under a scenario."""
    records = workspace.records()
    base = base_year(taken, records, with_value_chain=with_value_chain)
    sector = workspace.settings.sector or "machinery"
    listed = machines.equipment(records)
    shares = equipment_kwh(listed, tables.read("end_use"))
    end_uses = split(base, tables.read("end_use_share"), sector=sector, listed=shares)
    series = scenario_series(tables.read("scenario_path"), scenario)
    register = machines.register(listed, base, series)
    rows = tables.read("measure")
    listed_offers = offers_for(
        rows, base, end_uses, sector=sector, register=register, cities=site_cities(base)
    )
    offers = with_own(
        listed_offers,
        own_measures.overrides(workspace),
        own_measures.own_measures(workspace),
        end_uses,
    )
    return Situation(base, end_uses, register, offers, series)


def end_uses(workspace: Workspace, taken: TakenInventory) -> tuple[EndUseFact, ...]:
    """Return how the purchases of an inventory split into end uses, without what to do there."""
    records = workspace.records()
    base = base_year(taken, records, with_value_chain=False)
    sector = workspace.settings.sector or "machinery"
    shares = equipment_kwh(machines.equipment(records), tables.read("end_use"))
    return split(base, tables.read("end_use_share"), sector=sector, listed=shares)


def site_cities(base: BaseYear) -> dict[str, Mapping[str, Any]]:
    """Return, for each site whose city is known, the city's row of solar irradiation."""
    rows = tables.read("solar_city")
    found = {site.id: city_of_site(site.id, site.province, rows) for site in base.sites}
    return {site: row for site, row in found.items() if row is not None}


def plan_case(
    workspace: Workspace, taken: TakenInventory, *, scenario: str = "base"
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the plan case of a workspace, and what it leaves out or takes as it is.

    Parameters
    ----------
    workspace : Workspace
        Open workspace: targets, equipment list, budget.
    taken : TakenInventory
        Inventory of the base year.
    scenario : str
        Scenario of the tables.
    """
    targets, findings = case_targets(workspace, taken)
    whole = any("3" in str(target.get("scope", "")) for target in targets)
    found = situation(workspace, taken, scenario=scenario, with_value_chain=whole)
    budget = workspace.settings.other.get("budget_cny")
    settings = Settings(
        last_year=LAST_YEAR,
        targets=tuple(targets),
        budget=Fraction(str(budget)) if budget else None,
        gec_owner=str(workspace.settings.other.get("gec_owner") or ""),
        scenario=scenario,
    )
    case = case_from(found.base, found.end_uses, found.offers, found.series, settings=settings)
    mismatched = machines.mismatches(found.register, found.base, found.end_uses)
    unplaced = own_without_end_use(workspace, found.end_uses)
    known = [*findings, *base_sites(taken), *base_months(taken), *energy_without_price(found)]
    return case, [*known, *mismatched, *unplaced]


def energy_without_price(found: Situation) -> list[Finding]:
    """Return a warning where the scenario has no price of an energy bought: it counts as free."""
    names = [
        carrier.id
        for carrier in found.base.carriers
        if carrier.mwh_per_unit and f"price:{carrier.id}" not in found.series
    ]
    if not names:
        return []
    return [Finding("PLAN_PRICE_MISSING", Outcome.WARN, facts={"carriers": ", ".join(names)})]


def own_without_end_use(workspace: Workspace, end_uses: Sequence[EndUseFact]) -> list[Finding]:
    """Return a warning for each own measure that cannot act on what the base year has."""
    own = own_measures.own_measures(workspace)
    codes = (
        ("PLAN_MEASURE_WITHOUT_END_USE", without_end_use(own, end_uses)),
        ("PLAN_MEASURE_TOO_LARGE", too_large(own, end_uses)),
    )
    return [
        Finding(
            code,
            Outcome.WARN,
            facts={
                "measure": measure.id,
                "site": measure.site,
                "item": measure.carrier,
                "end_use": measure.end_use or "*",
            },
        )
        for code, measures in codes
        for measure in measures
    ]


def base_sites(taken: TakenInventory) -> list[Finding]:
    """Return a warning where the base year lacks whole sites: the plan does not know them."""
    silent = taken.inventory.coverage.silent_sites
    if not silent:
        return []
    facts = {"year": str(taken.inventory.year), "sites": ", ".join(silent)}
    return [Finding("PLAN_BASE_SITES", Outcome.WARN, facts=facts)]


def base_months(taken: TakenInventory) -> list[Finding]:
    """Return a warning where the base year lacks months: the plan takes its sums as the year's."""
    grid = taken.inventory.coverage.grid
    short = [row for row in grid if row.missing]
    if not short:
        return []
    present = sorted({month for row in grid for month in range(1, 13) if month not in row.missing})
    facts = {
        "year": str(taken.inventory.year),
        "months": _ranges(present),
        "short": str(len(short)),
        "lines": str(len(grid)),
    }
    return [Finding("PLAN_BASE_MONTHS", Outcome.WARN, facts=facts)]


def _ranges(months: Sequence[int]) -> str:
    """Return months in order as ``1-3, 5``."""
    runs: list[list[int]] = []
    for month in months:
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def base_year(
    taken: TakenInventory, records: Sequence[Record], *, with_value_chain: bool
) -> BaseYear:
    """Return what the inventory hands to the plan; it reproduces its totals to the milligram.

    Parameters
    ----------
    taken : TakenInventory
        Inventory of the base year.
    records : sequence of Record
        Output of the year.
    with_value_chain : bool
        Whether scope 3 beyond the energy bought is in the plan: nothing in it is steered, so
        it is in only where a target speaks of it.
    """
    inventory = taken.inventory
    quantities = _quantities(taken)
    amounts = _amounts(inventory.parts)
    carriers = sorted({item for _, item in quantities})
    purchases = tuple(
        PurchaseFact(site, item, quantity, *amounts.get((site, item), (0, 0, 0)))
        for (site, item), quantity in sorted(quantities.items())
    )
    upstream = sum(purchase.upstream_mg for purchase in purchases)
    scope3 = inventory.scope3.co2e_mg or 0 if with_value_chain else upstream
    outputs = {row.name: row for row in read_outputs(records, year=inventory.year)}
    output = outputs.get("output_value")
    return BaseYear(
        year=inventory.year,
        carriers=tuple(carrier_fact(item, taken) for item in carriers),
        sites=_sites(taken),
        purchases=purchases,
        other_mg={"scope3": scope3 - upstream},
        output=output.amount if output else Fraction(1),
    )


def _quantities(taken: TakenInventory) -> dict[tuple[str, str], Fraction]:
    """Return what each site bought of each carrier, in the carrier's ledger unit."""
    items = items_by_id()
    found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in taken.calculation.summary:
        item = items.get(row.item)
        if row.stream is not Stream.MAIN or item is None or item.scope not in _OWN_SCOPES:
            continue
        if row.qty_u is None or row.co2e_mg is None:
            continue
        step = convert(item, from_unit=row.unit, to_unit=item.unit, tables=_energy(taken))
        if step is not None:
            found[row.site, row.item] += Fraction(row.qty_u, MILLION) * step
    return {key: quantity for key, quantity in found.items() if quantity}


def _amounts(parts: Iterable[Part]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return location, market and upstream emissions of each site and carrier [mg]."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for part in parts:
        sums = found[part.site, part.item]
        if part.scope in _OWN_SCOPES:
            sums[0] += part.amounts.location.co2e_mg or 0
            sums[1] += part.amounts.market.co2e_mg or 0
        elif part.category == _UPSTREAM:
            sums[2] += part.amounts.location.co2e_mg or 0
    return {key: (sums[0], sums[1], sums[2]) for key, sums in found.items()}


def _energy(taken: TakenInventory) -> EnergyTables:
    return EnergyTables(
        conversion=unit_table().conversion,
        conversions=load.conversions(),
        factor_sets=taken.profile.sets,
    )


def carrier_fact(name: str, taken: TakenInventory) -> CarrierFact:
    """Return a carrier with its ledger unit and its energy content, as an inventory takes it."""
    item = items_by_id()[name]
    mj = convert(item, from_unit=item.unit, to_unit="MJ", tables=_energy(taken))
    per_mj = unit_table().conversion("MJ", "MWh") or Fraction(0)
    calorific = item.tce.get("calorific")
    equivalent = calorific
    if item.category == "electricity":
        known = [year for year in load.tce_equivalents() if year <= taken.inventory.year]
        if known:
            equivalent = Fraction(load.tce_equivalents()[max(known)]["kgce_per_kwh"])
    return CarrierFact(
        id=name,
        unit=item.unit,
        scope=item.scope,
        mwh_per_unit=None if mj is None else mj * per_mj,
        kgce_calorific=calorific,
        kgce_equivalent=equivalent,
    )


def _sites(taken: TakenInventory) -> tuple[SiteFact, ...]:
    ledger = taken.inventory.green_power
    names = sorted({part.site for part in taken.inventory.parts if part.site})
    if ledger is None:
        return tuple(SiteFact(name) for name in names)
    unbacked = {a.site for a in ledger.allocations if not a.is_purchased}
    claims: dict[str, int] = defaultdict(int)
    for a in ledger.allocations:
        if a.is_purchased and a.kind != RESIDUAL:
            claims[a.site] += a.kwh_u
    return tuple(
        SiteFact(
            id=name,
            province=taken.book.places[name].province if name in taken.book.places else "",
            pv_kwh=Fraction(ledger.self_used_u.get(name, 0), MILLION),
            pv_claimed=name not in unbacked,
            claims_kwh=Fraction(claims[name], MILLION),
        )
        for name in names
    )


def case_targets(
    workspace: Workspace, taken: TakenInventory
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return the workspace's targets as the plan asks for them, and why others are left out.

    A target holds from its year on. One whose base value is not known, whose year lies outside
    the plan, or that limits what the plan does not steer, takes no part: a finding names it.
    """
    figures = goals.year_figures(workspace, {taken.inventory.year: taken})
    wanted, findings = [], []
    for target in goals.stored_targets(workspace):
        based = goals.with_base(target, goals.actual_values(target, figures))
        code = _unplanned(based, taken.inventory.year)
        if code:
            facts = {
                "target": target.id,
                "kind": target.kind.value,
                "year": str(target.year),
                "base_year": "" if target.base_year is None else str(target.base_year),
                "first": str(taken.inventory.year + 1),
                "last": str(LAST_YEAR),
            }
            findings.append(Finding(code, Outcome.WARN, facts=facts))
        else:
            wanted.append(_case_target(based))
    return wanted, findings


def _unplanned(target: Target, base: int) -> str:
    """Return the code that says why a target takes no part in the plan; empty when it does."""
    if target.kind not in _PLANNED:
        return "PLAN_TARGET_NOT_STEERED"
    if not base < target.year <= LAST_YEAR:
        return "PLAN_TARGET_OUTSIDE"
    if target.kind is TargetKind.PEAK:
        return ""
    neutral = target.kind is TargetKind.NEUTRALITY
    known = target.base_value if neutral else target_value(target)
    if known is not None:
        return ""
    return "PLAN_TARGET_NO_BASE" if target.base_year is None else "PLAN_TARGET_NO_BASE_VALUE"


def _case_target(target: Target) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": target.id, "kind": _PLANNED[target.kind]}
    if target.scope:
        entry |= {"scope": target.scope, "method": target.basis}
    if target.kind is TargetKind.PEAK:
        return entry | {"year": target.year}
    if target.kind is TargetKind.NEUTRALITY:
        return entry | {"year": target.year, "base_t": str(target.base_value)}
    level = target_value(target)
    assert level is not None  # noqa: S101 (`_unplanned` has checked)
    years = range(target.year, LAST_YEAR + 1)
    return entry | {"levels": {str(year): _text(level) for year in years}}


def _text(value: Decimal) -> str:
    return format(value, "f")


def measure_names(
    plan: Mapping[str, Any], own: Iterable[OwnMeasure] = ()
) -> dict[str, dict[str, str]]:
    """Return name and family of everything a plan names, by its id and by its catalogue id."""
    rows: dict[str, Mapping[str, Any]] = {row["id"]: row for row in tables.read("measure")}
    rows |= {
        measure.id: {"name_zh": measure.name, "name_en": measure.name, "family": "efficiency"}
        for measure in own
    }
    ids = {row["measure"] for part in ("wedges", "macc", "adoptions") for row in plan[part] or ()}
    ids |= {row["id"] for row in plan["adoptions"]}
    names = _own_names(plan)
    for name in sorted(ids):
        row = rows.get(name.partition("@")[0])
        if row is not None:
            names[name] = {"zh": row["name_zh"], "en": row["name_en"], "family": row["family"]}
    return names


def _own_names(plan: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the names that a plan's own rows give: of technologies and of a case's measures."""
    found = {}
    for row in (*plan.get("not_adopted", ()), *plan["adoptions"]):
        zh, en = (str((row.get("name") or {}).get(key) or "") for key in ("zh", "en"))
        for key in ("id", "measure"):
            if (zh or en) and row.get(key):
                found[row[key]] = {"zh": zh or en, "en": en or zh}
    return found
