"""Shapes of what a report is made from: the JSON the command line prints, and some more.

Every mapping is the one named in the contract (`inventory`, `hotspots`, `targets`, `plan`, ...);
`NotRequired` fields are additions that make the report richer. A missing part leaves its section
out; a value that is None is shown as missing, never as zero.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class NamePair(TypedDict):
    """A thing's own name."""

    zh: str
    en: NotRequired[str]


class ByBasis(TypedDict):
    """A scope 2 figure on both bases [tCO2e]."""

    location: float | None
    market: float | None


class Organisation(TypedDict):
    """Who reports."""

    name: str
    name_en: NotRequired[str]
    sector: NotRequired[NamePair]
    province: NotRequired[NamePair]


class Boundary(TypedDict):
    """What the report covers and by which rules; every field is shown where it is given."""

    approach: NotRequired[NamePair]  # control approach
    standard: NotRequired[NamePair]
    profile: NotRequired[NamePair]  # factor profile
    gwp: NotRequired[str]
    as_of: NotRequired[str]  # date of the factors


class SiteTotals(TypedDict):
    """One row of `inventory.by_site` [tCO2e]."""

    site: str
    scope1_t: float | None
    scope2_location_t: float | None
    scope2_market_t: float | None
    scope3_t: float | None
    total_t: NotRequired[ByBasis]  # None above is "no such rows" where this is known


class ItemTotals(TypedDict):
    """One row of `inventory.by_item`."""

    item: str
    scope: str  # "1", "2", "3"
    co2e_t: float | None
    quantity: NotRequired[float | None]
    unit: NotRequired[str]


class Flow(TypedDict):
    """One ribbon of the Sankey: site, item and scope [tCO2e]."""

    site: str
    item: str
    scope: str
    co2e_t: float


class CoverageRow(TypedDict):
    """Twelve months of one item at one site: measured, estimated, missing, outlier or none."""

    site: str
    item: str
    months: list[str]


class Reason(TypedDict):
    """A reason with the facts of its sentence."""

    code: str
    facts: dict[str, Any]


class Coverage(TypedDict):
    """What the total covers."""

    rows: int
    ok: int
    by_status: dict[str, int]
    quarantined: NotRequired[int]
    silent_sites: NotRequired[list[str]]  # sites that should have data of the year, and have none
    missing_months: NotRequired[int]
    reasons: NotRequired[list[Reason]]
    evidence: NotRequired[dict[str, int]]  # rows by quality of evidence
    grid: NotRequired[list[CoverageRow]]


class UncertaintyShare(TypedDict):
    """One contributor to the variance."""

    id: str
    name: NotRequired[NamePair]
    share: float
    kind: NotRequired[str]  # factor or activity


class Uncertainty(TypedDict):
    """Interval of the total [tCO2e]."""

    low_t: float | None
    high_t: float | None
    level: float
    top: list[UncertaintyShare]
    columns: NotRequired[dict[str, dict[str, float | None]]]  # by scope and method


class Run(TypedDict):
    """What makes the run reproducible."""

    id: str
    hash: str
    ledger_head: str
    book_hash: str
    engine: str


class Covered(TypedDict):
    """Something a total has figures of."""

    kind: str  # site, scope or category
    id: str


class Previous(TypedDict):
    """The year before, for the comparison."""

    year: int
    total_t: ByBasis
    only_now: NotRequired[list[Covered]]  # in this year's total and not in that of the year before
    only_before: NotRequired[list[Covered]]


class Energy(TypedDict):
    """Energy in standard coal [t], equal-value and equivalent-value."""

    tce_calorific: float | None
    tce_equivalent: float | None
    electricity_kwh: NotRequired[float | None]


class Intensity(TypedDict):
    """Emissions per output value."""

    output_cny: float | None
    tco2e_per_10k_cny: float | None


class InventoryPayload(TypedDict):
    """`tanlu inventory --json`."""

    year: int
    total_t: ByBasis
    scope1_t: float | None
    scope2_t: ByBasis
    scope3_t: float | None
    scope3: dict[str, float | None]
    by_site: list[SiteTotals]
    by_gas_t: dict[str, float | None]
    by_item: list[ItemTotals]
    coverage: Coverage
    uncertainty: Uncertainty | None
    run: Run
    iso14064_t: NotRequired[dict[str, float | None]]  # "1" to "6", market-based
    iso14064_location_t: NotRequired[dict[str, float | None]]
    biogenic_t: NotRequired[float | None]  # CO2 outside CO2e
    flows: NotRequired[list[Flow]]
    previous: NotRequired[Previous | None]
    energy: NotRequired[Energy | None]
    intensity: NotRequired[Intensity | None]
    figures: NotRequired[dict[str, str]]  # field path -> figure id, "total_t.market" -> ...


class GreenPowerRow(TypedDict):
    """One site of the green-power ledger, one year [kWh]."""

    site: str
    purchased_kwh: float | None
    pv_self_kwh: float | None
    green_kwh: float | None
    certificates_kwh: float | None
    supplier_mix_kwh: NotRequired[float | None]
    unbacked_kwh: NotRequired[float | None]
    residual_kwh: float | None
    surplus_kwh: float | None
    rejected_kwh: float | None


class ParetoBar(TypedDict):
    """One source by size."""

    site: str
    item: str
    co2e_t: float
    share: float
    cumulative: float


class DriverBar(TypedDict):
    """One driver: activity, structure, intensity, fuel, green, factor."""

    driver: str
    delta_t: float


class HotspotsPayload(TypedDict):
    """`tanlu hotspots --json`."""

    pareto: list[ParetoBar]
    drivers: list[DriverBar]
    delta_t: float | None
    year: NotRequired[int]
    vs: NotRequired[int]
    from_t: NotRequired[float]
    to_t: NotRequired[float]
    basis: NotRequired[str]  # location or market
    no_drivers: NotRequired[Reason]  # why the change since the year before is not split


class PathPoint(TypedDict):
    """A point of a target's own path."""

    year: int
    value: float | None


class TargetRow(TypedDict):
    """One target and its check."""

    id: str
    kind: str
    scope: str
    base_year: int | None
    year: int
    required: float | None
    value: float | None
    met: bool | None
    rule: str
    source: str | None
    unit: NotRequired[str]  # t, fraction or text
    check_year: NotRequired[int | None]  # year that required and value speak of
    verdict: NotRequired[str]  # met, not_met, unknown, not_applicable
    places: NotRequired[int]  # decimals of percent that tell value from required
    name: NotRequired[NamePair]
    rule_name: NotRequired[NamePair | None]
    incomplete: NotRequired[list[dict[str, Any]]]  # judged years, with what their inventories lack
    reason: NotRequired[str]  # code of the sentence that says why
    required_in: NotRequired[list[PathPoint]]  # the target's own path


class Why(TypedDict):
    """Why a measure falls in its year, and what another year would cost [CNY]."""

    binding: list[str]
    text: NotRequired[str | None]
    reasons: NotRequired[list[Reason]]
    earlier: NotRequired[float | None]
    later: NotRequired[float | None]
    never: NotRequired[float | None]


class Adoption(TypedDict):
    """One adopted measure."""

    measure: str
    site: str | None
    year: int
    size: float | None
    unit: str
    capex: float | None
    abatement_t_total: float | None
    why: Why | None
    name: NotRequired[NamePair]
    kind: NotRequired[str]
    until: NotRequired[int | None]  # year after the last one of its life


class Wedge(TypedDict):
    """What a measure takes off, by year [tCO2e]."""

    measure: str
    t: list[float]
    layer: NotRequired[str]


class MaccBar(TypedDict):
    """One measure of the cost curve."""

    measure: str
    abatement_t: float
    cost_per_t: float | None
    alone_per_t: float | None
    last_in_per_t: float | None


class PlannedTarget(TypedDict):
    """What a target asks of the plan by year, and what the plan gives, in the target's unit."""

    id: str
    kind: str
    met: bool | None
    years: NotRequired[list[int]]
    level: NotRequired[list[float | None]]
    value: NotRequired[list[float | None]]


class PlanPayload(TypedDict):
    """`tanlu plan --json`."""

    status: str
    cost_npv: float | None
    steering_npv: float
    bound_npv: float | None
    gap: float | None
    currency: str
    price_year: int
    years: list[int]
    baseline_t: list[float]
    emissions_t: dict[str, list[float] | None]
    capex: list[float]
    opex: list[float]
    carbon_cost: list[float]
    adoptions: list[Adoption]
    wedges: list[Wedge]
    shadow_price: list[dict[str, Any]]
    macc: list[MaccBar]
    targets: list[PlannedTarget]
    infeasible: dict[str, Any] | None
    run: dict[str, Any]
    budget: NotRequired[list[float | None] | None]
    method: NotRequired[str]  # scope 2 basis of baseline and wedges: market or location
    indicative: NotRequired[bool]
    templates: NotRequired[list[str]]
    approval: NotRequired[Approval]
    findings: NotRequired[list[FindingRow]]  # targets left out, months the base year lacks
    offsets_t: NotRequired[list[float]]
    limit: NotRequired[str]  # what ended the search: gap, nodes or time; empty when optimal
    baseline_npv: NotRequired[float | None]  # cost of doing nothing
    studies: NotRequired[dict[str, Any]]  # by name, see docs/reference/plan-studies.md
    covers: NotRequired[str]  # own, upstream (of energy) or whole: which scopes the totals hold


class Approval(TypedDict):
    """Whether a plan is indicative, confirmed or approved, by whom and when."""

    state: str
    unconfirmed: list[str]
    by: str | None
    at: str | None


class MeasureName(TypedDict):
    """Name and family of a measure; the family gives its color and place in the stack."""

    zh: str
    en: NotRequired[str]
    family: NotRequired[str]


class Named(TypedDict):
    """Names of everything the report mentions by id."""

    sites: NotRequired[dict[str, NamePair]]
    items: NotRequired[dict[str, NamePair]]
    measures: NotRequired[dict[str, MeasureName]]


class FactorUsed(TypedDict):
    """One factor edition with its publication."""

    id: str
    item: str
    region: NotRequired[str]
    value: str
    unit: str
    edition: NotRequired[str]
    document: NotRequired[str]
    locator: NotRequired[str]
    level: NotRequired[str]
    quality: NotRequired[str]  # how far it was checked; "user" is a project factor
    title: NotRequired[str]
    title_en: NotRequired[str]


class FindingRow(TypedDict):
    """One finding as `tanlu import --json` prints it."""

    code: str
    severity: str
    file: str
    sheet: str
    cell: str
    facts: dict[str, str]


class ActualYear(TypedDict):
    """Scope 1 and market-based scope 2 of a past year [tCO2e]."""

    year: int
    t: float | None


class Exclusion(TypedDict):
    """What is left out and why; the subject is a category of scope 3 or a word."""

    subject: str
    zh: str
    en: str


class Scope3Category(TypedDict):
    """A category of scope 3 and its ISO 14064-1 category."""

    category: str
    iso: int


class DirectGas(TypedDict):
    """One gas family of the direct emissions [t, tCO2e]."""

    gas: str
    co2e_t: float | None
    mass_t: float | None


class GwpUsed(TypedDict):
    """GWP100 of one gas, with its set and publication."""

    gas: str
    value: str | None
    set: str
    title: str
    title_en: str
    locator: str


class BaseYear(TypedDict):
    """The base-year inventory; its totals are None where the ledger lacks the year [tCO2e]."""

    year: int
    is_stated: bool
    totals: dict[str, float | None] | None
    is_complete: NotRequired[bool]


class FactorChange(TypedDict):
    """A factor that is another than the year before."""

    item: str
    region: str
    unit: str
    before: str
    before_id: str
    now: str
    now_id: str


class Approach(TypedDict):
    """How a kind of source is quantified: scope, source kind or category, basis of the lines."""

    scope: str
    category: str
    basis: str


class ReportPayload(TypedDict):
    """Everything a report is made from."""

    organisation: Organisation
    dated: str
    version: str
    inventory: InventoryPayload
    draft: NotRequired[bool]
    names: NotRequired[Named]
    boundary: NotRequired[Boundary]
    greenpower: NotRequired[list[GreenPowerRow]]
    hotspots: NotRequired[HotspotsPayload | None]
    targets: NotRequired[list[TargetRow]]
    actuals: NotRequired[list[ActualYear]]
    plan: NotRequired[PlanPayload | None]
    factors: NotRequired[list[FactorUsed]]
    findings: NotRequired[list[FindingRow]]
    claims: NotRequired[list[dict[str, Any]]]
    statements: NotRequired[dict[str, NamePair]]
    exclusions: NotRequired[list[Exclusion]]
    scope3_categories: NotRequired[list[Scope3Category]]
    direct: NotRequired[list[DirectGas]]
    has_biogenic: NotRequired[bool]  # whether any factor used holds biogenic CO2
    gwp_used: NotRequired[list[GwpUsed]]
    base: NotRequired[BaseYear | None]
    factor_changes: NotRequired[list[FactorChange] | None]
    approaches: NotRequired[list[Approach]]
    is_reviewed: NotRequired[bool]
