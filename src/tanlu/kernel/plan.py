"""What the measures rooms hand to the roadmap: an offer of a measure at a site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
