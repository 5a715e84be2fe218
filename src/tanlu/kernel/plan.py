"""What the measures rooms hand to the roadmap: an offer of a measure at a site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Effect(StrEnum):
    """The six things a measure can do to an end use; nothing else reaches the plan."""

    REDUCE = "reduce"  # a share of the end use disappears
    SWITCH = "switch"  # the end use is served by another carrier
    SUPPLY = "supply"  # own generation
    RECOVER = "recover"  # heat taken from another flow
    CONTRACT = "contract"  # yearly purchase of renewable electricity or certificates
    ABSOLUTE = "absolute"  # a stated amount a year disappears


class Evidence(StrEnum):
    """Where a measure's numbers come from, best first."""

    MEASURED = "measured"
    QUOTED = "quoted"
    TYPED = "typed"
    TEMPLATE = "template"


class Ownership(StrEnum):
    """Who invests in generation on the company's roof."""

    OWN = "own"
    EMC = "emc"
    PPA = "ppa"


ENDS = ("low", "typical", "high")  # of a range, as the data tables name their columns


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Low, typical and high value of one number."""

    low: Fraction
    typical: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class EndUseFact:
    """A part of a site's metered carrier.

    Parameters
    ----------
    id : str
        ``<site>/<carrier>/<end use>``.
    site, carrier, end_use : str
        Ids; `end_use` is a row of the end use table or ``unallocated``.
    quantity : Fraction
        Base-year amount in the carrier's ledger unit.
    evidence : Evidence
        Equipment list (typed) or default shares (template).
    """

    id: str
    site: str
    carrier: str
    end_use: str
    quantity: Fraction
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class MeasureOffer:
    """A measure that a site could take, sized for its end uses.

    Parameters
    ----------
    id : str
        ``<measure>@<site>``.
    measure, site : str
        Catalogue id and site id.
    effect : Effect
        What it does.
    end_uses : tuple of str
        Ids of the `EndUseFact` it acts on.
    saving : ValueRange
        Share of the end use saved [-]; for `recover` the share of the source flow.
    capex : ValueRange
        Investment [CNY] for the whole site.
    om : Fraction
        Operation and maintenance [CNY/yr]; negative when it saves.
    life, lead_years : int
        Years of service and of building.
    max_rollout : Fraction
        Largest share of sites or blocks built in one year [-].
    blocks : int
        Number of equal parts it may be built in.
    carrier_to : str
        Carrier after a switch; empty otherwise.
    perf_old, perf_new : Fraction
        Useful output per unit of input energy before and after a switch [-].
    source_end_use : str
        Flow that heat is recovered from; empty otherwise.
    ownership : Ownership or None
        For generation.
    size : Fraction
        Installed size in `size_unit`.
    evidence : Evidence
        Templates make the plan indicative.
    """

    id: str
    measure: str
    site: str
    effect: Effect
    end_uses: tuple[str, ...]
    saving: ValueRange
    capex: ValueRange
    om: Fraction
    life: int
    lead_years: int
    max_rollout: Fraction
    blocks: int
    exclusive_group: str
    requires: tuple[str, ...]
    carrier_to: str
    perf_old: Fraction
    perf_new: Fraction
    source_end_use: str
    ownership: Ownership | None
    size: Fraction
    size_unit: str
    evidence: Evidence
    source: str
    name_zh: str
    name_en: str
    family: str = "efficiency"
    aux_kwh: Fraction | None = None
    host_year: int | None = None
    host_capex: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CarrierFact:
    """What the plan needs to know of a carrier.

    Parameters
    ----------
    id, unit : str
        Item id and ledger unit.
    scope : int
        1, 2 or 3.
    mwh_per_unit : Fraction or None
        Energy content [MWh per unit]; None for a gas or material without one.
    kgce_calorific, kgce_equivalent : Fraction or None
        Coal equivalent [kgce per unit].
    """

    id: str
    unit: str
    scope: int
    mwh_per_unit: Fraction | None
    kgce_calorific: Fraction | None = None
    kgce_equivalent: Fraction | None = None


@dataclass(frozen=True, slots=True)
class PurchaseFact:
    """A carrier bought by a site in the base year, with its inventory results.

    Parameters
    ----------
    site, carrier : str
        Ids.
    quantity : Fraction
        Net purchase [ledger unit], as summed by the inventory.
    location_mg, market_mg : int
        Emissions of its own scope [mg]; equal but for electricity.
    upstream_mg : int
        Scope 3 category 3 [mg].
    """

    site: str
    carrier: str
    quantity: Fraction
    location_mg: int
    market_mg: int
    upstream_mg: int = 0


@dataclass(frozen=True, slots=True)
class SiteFact:
    """Own generation and claims of a site in the base year.

    Parameters
    ----------
    id, province : str
        Site id and place.
    pv_kwh : Fraction
        Self-used generation [kWh].
    pv_claimed : bool
        Whether the company holds its certificates.
    claims_kwh : Fraction
        Certificates and green power allocated to the site's purchases [kWh].
    """

    id: str
    province: str = ""
    pv_kwh: Fraction = Fraction(0)
    pv_claimed: bool = True
    claims_kwh: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class EquipmentFact:
    """A line of the equipment list: one or more like machines; None where it does not say.

    Parameters
    ----------
    site, kind : str
        Site id and type of machine.
    power_kw : Fraction or None
        Rated power of one machine [kW]: of a motor and what it drives at the shaft, of a lamp
        its input.
    count : int
        Like machines.
    hours : Fraction or None
        Running hours [h/yr].
    load : Fraction or None
        Mean share of the rated power while running [-].
    id, text : str
        Number of the line; rating, type and note as written.
    poles : int or None
        Of a motor.
    grade : str
        Efficiency grade as written: ``IE1`` ... or ``1`` to ``3``.
    efficiency : Fraction or None
        Where the list states it [-].
    capacity_kva, steam_t_per_h : Fraction or None
        Of a transformer [kVA], of a boiler [t/h].
    year : int or None
        Put into service.
    motor_efficiency : Fraction or None
        Of the motor that drives it, where its use is reckoned from the shaft power [-].
    """

    site: str
    kind: str
    power_kw: Fraction | None
    count: int
    hours: Fraction | None
    load: Fraction | None
    id: str = ""
    text: str = ""
    poles: int | None = None
    grade: str = ""
    efficiency: Fraction | None = None
    capacity_kva: Fraction | None = None
    steam_t_per_h: Fraction | None = None
    year: int | None = None
    motor_efficiency: Fraction | None = None

    @property
    def yearly_kwh(self) -> Fraction:
        """What the line takes by its ratings [kWh/yr]; 0 without.

        kW x hours x load x count, over the efficiency of the motor that drives it.
        """
        if self.power_kw is None or self.hours is None:
            return Fraction(0)
        load = Fraction(1) if self.load is None else self.load
        shaft = self.power_kw * self.hours * load * self.count
        return shaft / (self.motor_efficiency or 1)


@dataclass(frozen=True, slots=True)
class BaseYear:
    """What the inventory hands to the plan.

    Parameters
    ----------
    year : int
        Base year.
    carriers : tuple of CarrierFact
        Carriers bought.
    sites : tuple of SiteFact
        Sites.
    purchases : tuple of PurchaseFact
        By site and carrier.
    other_mg : dict of str to int
        Other emissions kept constant per unit of output, by ``scope1`` or ``scope3`` [mg].
    output : Fraction
        Output value [CNY]; 1 when not known.
    """

    year: int
    carriers: tuple[CarrierFact, ...]
    sites: tuple[SiteFact, ...]
    purchases: tuple[PurchaseFact, ...]
    other_mg: dict[str, int]
    output: Fraction = Fraction(1)
