"""The plan's problem as one frozen value in exact numbers; no solver, no file format."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Evidence
from tanlu.roadmap.economics import running_factors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.kernel.plan import Effect, Ownership
    from tanlu.roadmap.economics import Salvage
    from tanlu.roadmap.storage import Storage

    Series = tuple[Fraction, ...]


OTHER_STEP = Fraction(1, 1000)  # of an end use without a carrier


class Method(StrEnum):
    """How purchased electricity is counted."""

    LOCATION = "location"
    MARKET = "market"


class TargetKind(StrEnum):
    """What a target limits."""

    ABSOLUTE = "absolute"  # tCO2e of a year
    CUMULATIVE = "cumulative"  # tCO2e from the first year to the given one
    INTENSITY = "intensity"  # tCO2e per unit of output
    ENERGY_INTENSITY = "energy_intensity"  # tce per unit of output
    RENEWABLE_SHARE = "renewable_share"  # share of the electricity used
    PEAK = "peak"  # no rise after the year
    NEUTRALITY = "neutrality"  # nothing but bounded offsets from the year on
    EQUITY = "equity"  # least share that each site cuts of its own baseline


class ContractKind(StrEnum):
    """What a contract buys."""

    GREEN_POWER = "green_power"
    PPA = "ppa"
    CERTIFICATE = "gec"


@dataclass(frozen=True, slots=True)
class Carrier:
    """An energy carrier, gas or material.

    Parameters
    ----------
    id, unit : str
        Id and the unit that quantities, prices and factors refer to.
    scope : int
        1, 2 or 3.
    electricity : bool
        Bought through the site's electricity balance.
    price : Series, shape (T,)
        [CNY per unit].
    ef, ef_market : Series, shape (T,)
        Location-based (or only) factor, and factor of what no claim covers [tCO2e per unit].
    ef_scope3 : Series, shape (T,)
        Upstream factor [tCO2e per unit].
    mwh_per_unit : Fraction or None
        Energy content; None for a gas or material.
    kgce : Mapping[str, Fraction]
        Coal equivalent by convention [kgce per unit].
    quantum : Fraction
        Amounts are rounded once to this step.
    price_factor : tuple of Fraction
        Factor on the price in each slice of the year [-]; empty: one price.
    """

    id: str
    unit: str
    scope: int
    electricity: bool
    price: Series
    ef: Series
    ef_market: Series
    ef_scope3: Series
    mwh_per_unit: Fraction | None
    kgce: Mapping[str, Fraction]
    quantum: Fraction
    price_factor: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """What technologies of a site make and technologies and end uses of it take: steam, hydrogen.

    Parameters
    ----------
    id, unit : str
        Id and unit of its amounts.
    mwh_per_unit : Fraction or None
        Energy content; None for a material.
    quantum : Fraction
        Amounts are whole steps of it.
    is_storable : bool
        Balances over the year, not in each slice of it.
    reserve_margin : Series, shape (T,), or None
        Firm capacity above what is made in each slice, as a share of it [-]; None: no rule.
    """

    id: str
    unit: str
    mwh_per_unit: Fraction | None
    quantum: Fraction
    is_storable: bool = False
    reserve_margin: Series | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the year with its own demand and availability; `share` of the year [-]."""

    id: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Site:
    """A plant; its own factors and prices go before the carrier's.

    Parameters
    ----------
    id : str
        Site id.
    price, ef, ef_market : Mapping[str, Series]
        By carrier; where missing, the carrier's own path holds.
    existing_pv, existing_claims : Series, shape (T,)
        Self-used existing generation, and claims that continue without a decision [electricity
        unit].
    existing_pv_claimed : bool
        Whether the host holds the certificates of the existing generation.
    """

    id: str
    price: Mapping[str, Series]
    ef: Mapping[str, Series]
    ef_market: Mapping[str, Series]
    existing_pv: Series
    existing_claims: Series
    existing_pv_claimed: bool = True


@dataclass(frozen=True, slots=True)
class Cohort:
    """Existing capacity that is retired as one: all of a technology, or one year's units.

    Parameters
    ----------
    id : str
        ``technology/now`` or ``technology/year of installation``.
    capacity : Series, shape (T,)
        While nothing is retired early [end use units a year]; zero from its end of life on.
    om : Series, shape (T,)
        Fixed operation and maintenance while in service [CNY/yr].
    retire_cost : Series, shape (T,) or None
        Cost of taking it out in a year, net of its scrap [CNY]; None: lives out its life.
    value : Fraction
        Its investment [CNY]; straight line or sinking fund gives the worth at the horizon.
    left : int
        Years of service left at the horizon.
    worth : Fraction
        Worth at the horizon as stated [CNY].
    """

    id: str
    capacity: Series
    om: Series
    retire_cost: Series | None
    value: Fraction = Fraction(0)
    left: int = 0
    worth: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Technology:
    """A way to serve an end use or to make a product, with what of it is there.

    Parameters
    ----------
    id, site : str
        Ids.
    serves : str
        End use that it serves or product that it makes; amounts are in units of it.
    inputs, by_products : Mapping[str, Series]
        Units of each carrier or product taken, and of each further product made, per unit.
    existing : Series, shape (T,) or None
        Capacity already there while nothing is retired early [units a year]; None is no limit.
    unit_size : Fraction or None
        Capacity of one new unit [units a year]; None: cannot be built.
    capex, om : Series, shape (T,)
        Per unit [CNY] and [CNY/yr].
    life, lead_years, first_year : int
        Years of service, of building, and first year of operation.
    max_units : Series, shape (T,)
        Largest number built in each year.
    cohorts : tuple of Cohort
        Parts of the existing capacity.
    continuous : bool
        May be built in any fraction of a unit.
    availability : tuple of Fraction
        Share of the capacity that can be used, by slice; one entry without slices.
    firm : Fraction
        Share of the capacity that counts towards a reserve margin [-].
    min_capacity, max_capacity : Series, shape (T,), or None
        Limits of all capacity, existing and new [units a year].
    min_output, max_output : Series, shape (T,), or None
        Limits of what is served or made in a year [units].
    is_maker : bool
        Makes a product, does not serve an end use.
    name_zh, name_en : str
        Names for people.
    variable_om : Series, shape (T,), or None
        Running cost of what is served or made, besides its inputs [CNY per unit].
    """

    id: str
    site: str
    serves: str
    inputs: Mapping[str, Series]
    by_products: Mapping[str, Series]
    existing: Series | None
    unit_size: Fraction | None
    capex: Series
    om: Series
    life: int
    lead_years: int
    first_year: int
    max_units: Series
    cohorts: tuple[Cohort, ...] = ()
    continuous: bool = False
    availability: tuple[Fraction, ...] = (Fraction(1),)
    firm: Fraction = Fraction(1)
    min_capacity: Series | None = None
    max_capacity: Series | None = None
    min_output: Series | None = None
    max_output: Series | None = None
    is_maker: bool = False
    name_zh: str = ""
    name_en: str = ""
    variable_om: Series | None = None


@dataclass(frozen=True, slots=True)
class EndUse:
    """A demand of a site; `routed` when several technologies can serve it.

    Parameters
    ----------
    id, site, carrier : str
        Ids; the carrier or product gives unit, price and factor unless technologies serve it.
    demand : Series, shape (T,)
        Before any measure [carrier units].
    kind : str
        electricity, heat, fuel, transport, process or material.
    unit : str
        Unit of the demand: its carrier's, or MWh.
    quantum : Fraction
        Amounts are rounded once to this step.
    profile : tuple of Fraction
        Share of the demand in each slice; empty: at any time of the year.
    """

    id: str
    site: str
    carrier: str
    demand: Series
    kind: str = "electricity"
    unit: str = "MWh"
    quantum: Fraction = OTHER_STEP
    profile: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure at a site, with every number as a path over the years.

    Parameters
    ----------
    id, kind, site : str
        Own id, id shared by the same measure at other sites, site.
    effect : Effect
        reduce, absolute, switch or recover (supply and contract are `PvOption` and `Contract`).
    saving : Mapping[str, Series]
        Share saved by end use [-] when all of it is built; negative is extra load. For a switch
        the share of the end use it can serve; for recovery the largest share of the end use.
    capex, om : Series, shape (T,)
        [CNY] and [CNY/yr] for all of it.
    life, lead_years, first_year : int
        Years of service, of building, first year in operation (lead time not yet added).
    max_rollout : Fraction or None
        Largest share of its blocks (or sites, or amount) built in one year [-].
    blocks : int
        Number of equal items; up to five steps are modelled.
    continuous : bool
        May be built in any fraction (switches only).
    exclusive_group : str
        At most one of a group at a site.
    requires : tuple of str
        Ids that must be in operation.
    host_year, host_capex :
        Year index at which the baseline replaces the host like for like, and its cost.
    carrier_to : str
        Carrier after a switch; empty when nothing is bought (capture).
    input_ratio : Series, shape (T,)
        Units of `carrier_to` per unit of the end use.
    source_end_use, source_share : str, Fraction
        Flow that heat is recovered from, and how much of it [end use units per source unit].
    aux : Series, shape (T,)
        Extra electricity when in operation [electricity units a year].
    ramp : Series
        Share of the saving reached in the first years, then all of it [-].
    decay : Fraction
        Part of the saving lost with each year of age [1/yr].
    """

    id: str
    kind: str
    site: str
    effect: Effect
    saving: Mapping[str, Series]
    capex: Series
    om: Series
    life: int
    lead_years: int
    first_year: int
    max_rollout: Fraction | None
    blocks: int
    continuous: bool
    exclusive_group: str
    requires: tuple[str, ...]
    host_year: int | None
    host_capex: Fraction
    carrier_to: str
    input_ratio: Series
    source_end_use: str
    source_share: Fraction
    aux: Series
    evidence: Evidence
    layer: str
    ramp: Series = ()
    decay: Fraction = Fraction(0)
    name_zh: str = ""
    name_en: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class PvOption:
    """Generation at a site under one kind of ownership.

    Parameters
    ----------
    id, site, roof : str
        One mode per roof, unless all of a roof may be mixed.
    is_mixed : bool
        May share the roof with others; each takes its part of it.
    max_kw : Fraction
        Largest capacity [kW].
    yield_per_kw : Series, shape (T,)
        [electricity units per kW and year].
    capex, om : Series, shape (T,)
        Of the host, own investment only [CNY/kW], [CNY/kW/yr].
    self_price, after_price : Series, shape (T,)
        What the host pays per self-used unit within and after the term [CNY/unit].
    term : int
        Years of the contract; 0 for own.
    host_claims : bool
        Whether the host holds the certificates within the term.
    export_price : Series, shape (T,) or None
        Revenue of the host [CNY/unit]; None: no export revenue (surplus is curtailed or the
        investor's).
    envelope : tuple of (Fraction, Fraction)
        ``self use <= alpha * yield * q + beta * use`` for each pair.
    """

    id: str
    site: str
    roof: str
    ownership: Ownership
    max_kw: Fraction
    yield_per_kw: Series
    capex: Series
    om: Series
    self_price: Series
    after_price: Series
    term: int
    host_claims: bool
    export_price: Series | None
    life: int
    lead_years: int
    first_year: int
    envelope: tuple[tuple[Fraction, Fraction], ...]
    evidence: Evidence = Evidence.TYPED
    is_mixed: bool = False
    name_zh: str = ""
    name_en: str = ""


LARGEST_CONTRACT = 10**12  # a yearly volume as large as this is no limit


@dataclass(frozen=True, slots=True)
class Contract:
    """A yearly purchase of renewable electricity or certificates for some sites."""

    id: str
    kind: ContractKind
    sites: tuple[str, ...]
    limit: Series
    premium: Series
    first_year: int
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A limit; `levels` by year index, in tCO2e, ratio units or share."""

    id: str
    kind: TargetKind
    scopes: frozenset[int]
    method: Method
    levels: Mapping[int, Fraction]
    convention: str = "calorific"
    priority: int = 1
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Investment limit by year [CNY]; None where there is none.

    Parameters
    ----------
    limits : tuple of Fraction or None, shape (T,)
        Zero in the years before `first`.
    carry_over : bool
        Whether what a year leaves may be spent later.
    first : int
        Index of the first year with money: earlier ones are past and leave nothing.
    """

    limits: tuple[Fraction | None, ...]
    carry_over: bool
    first: int = 0


def budget_from(limits: Iterable[Fraction | None], *, carry_over: bool, first: int = 0) -> Budget:
    """Return a budget that has nothing in the years before its first."""
    open_ = (limit if index >= first else Fraction(0) for index, limit in enumerate(limits))
    return Budget(tuple(open_), carry_over, first)


@dataclass(frozen=True, slots=True)
class Surrender:
    """Offsets that may stand for a share of the allowances to be surrendered (CCER).

    Parameters
    ----------
    price : Series, shape (T,)
        [CNY/t].
    max_share : Fraction
        Of the emissions covered [-].
    limit : Series, shape (T,) or None
        Most that can be had in a year [t].
    """

    price: Series
    max_share: Fraction
    limit: Series | None


@dataclass(frozen=True, slots=True)
class CarbonPrice:
    """A price on emissions; `cash` is false for an internal price."""

    price: Series
    free: Series
    scopes: frozenset[int]
    cash: bool
    method: Method = Method.MARKET
    surrender: Surrender | None = None


@dataclass(frozen=True, slots=True)
class Border:
    """A charge on the emissions of exported goods (CBAM).

    Parameters
    ----------
    id : str
        Id.
    sites : tuple of str
        Sites that make the goods.
    scopes, method : frozenset of int, Method
        Emissions that count as embedded.
    export, output : Series, shape (T,)
        Goods sold over the border and goods made [units of goods].
    benchmark : Series, shape (T,)
        Emissions that free allocation covers [t per unit of goods].
    phase_in : Series, shape (T,)
        Share of the benchmark no longer covered [-].
    price, paid : Series, shape (T,)
        Certificate, and carbon price already paid for the goods [CNY/t].
    """

    id: str
    sites: tuple[str, ...]
    scopes: frozenset[int]
    method: Method
    export: Series
    output: Series
    benchmark: Series
    phase_in: Series
    price: Series
    paid: Series

    def net_price(self) -> Series:
        """Return what a tonne still costs at the border [CNY/t]."""
        zero = Fraction(0)
        return tuple(max(p - q, zero) for p, q in zip(self.price, self.paid, strict=True))

    def free(self) -> Series:
        """Return the emissions of a year's exports that are not charged [t]."""
        rows = zip(self.export, self.benchmark, self.phase_in, strict=True)
        return tuple(x * b * (1 - phi) for x, b, phi in rows)


@dataclass(frozen=True, slots=True)
class Offsets:
    """Offsets allowed in neutrality years only."""

    price: Series
    max_share: Fraction


@dataclass(frozen=True, slots=True)
class Lock:
    """A decision taken by the user: in operation from a year index, or never."""

    measure: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the plan depends on."""

    name: str
    years: tuple[int, ...]
    rate: Fraction
    salvage: Salvage
    currency: str
    price_year: int
    method: Method
    carriers: Mapping[str, Carrier]
    sites: Mapping[str, Site]
    end_uses: Mapping[str, EndUse]
    technologies: Mapping[str, Technology]
    measures: Mapping[str, Measure]
    pv: Mapping[str, PvOption]
    contracts: Mapping[str, Contract]
    targets: Mapping[str, Target]
    budget: Budget | None
    ets: CarbonPrice | None
    internal: CarbonPrice | None
    offsets: Offsets | None
    locks: tuple[Lock, ...]
    output: Series
    decision_years: frozenset[int]
    frozen_until: int = 0
    notes: tuple[str, ...] = field(default=())
    borders: Mapping[str, Border] = field(default_factory=dict)
    storage: Mapping[str, Storage] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    slices: tuple[Slice, ...] = ()
    is_mid_year: bool = False

    @property
    def periods(self) -> int:
        """Number of years."""
        return len(self.years)

    def running(self) -> Series:
        """Return the discount factors of running costs, those of the middle of a year if so."""
        return running_factors(self.years, self.rate, is_mid=self.is_mid_year)

    def ef(self, site: str, carrier: str) -> Series:
        """Return the location-based factor of a carrier at a site [tCO2e per unit]."""
        return self.sites[site].ef.get(carrier) or self.carriers[carrier].ef

    def ef_market(self, site: str, carrier: str) -> Series:
        """Return the market-based factor of a carrier at a site [tCO2e per unit]."""
        return self.sites[site].ef_market.get(carrier) or self.carriers[carrier].ef_market

    def price(self, site: str, carrier: str) -> Series:
        """Return the price of a carrier at a site [CNY per unit]."""
        return self.sites[site].price.get(carrier) or self.carriers[carrier].price

    def quantum(self, name: str) -> Fraction:
        """Return the step of amounts of a carrier, a product or an end use."""
        known = self.carriers.get(name) or self.products.get(name) or self.end_uses[name]
        return known.quantum

    def electricity(self) -> str:
        """Return the id of the electricity carrier, empty when there is none."""
        return next((c.id for c in self.carriers.values() if c.electricity), "")


def first_decision(problem: Problem) -> int:
    """Return the index of the first year in which anything may be decided."""
    years = [m.first_year for m in problem.measures.values()]
    years += [option.first_year for option in problem.pv.values()]
    years += [t.first_year for t in problem.technologies.values() if t.unit_size is not None]
    first = min(years, default=problem.years[0])
    open_ = [i for i, y in enumerate(problem.years) if y >= first and i >= problem.frozen_until]
    return open_[0] if open_ else problem.periods
