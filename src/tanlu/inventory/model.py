"""What an inventory is: frozen sums that say what they cover. No arithmetic but units."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from tanlu.inventory.ledger import GreenPowerLedger
    from tanlu.kernel.findings import Finding


def tonnes(mg: int | None) -> Decimal | None:
    """Return milligrams as exact tonnes; unknown stays unknown."""
    return None if mg is None else Decimal(mg).scaleb(-9)


class Basis(StrEnum):
    """The two scope 2 results, always both."""

    LOCATION = "location"
    MARKET = "market"


class LineBasis(StrEnum):
    """How a scope 3 line was estimated, best first."""

    SUPPLIER = "supplier"
    MASS = "mass"
    SPEND = "spend"
    DISTANCE = "distance"
    ACTIVITY = "activity"
    NONE = "none"


class LineStatus(StrEnum):
    """Whether a scope 3 line has a result."""

    OK = "OK"
    NO_FACTOR = "NO_FACTOR"
    MISSING_QUANTITY = "MISSING_QUANTITY"
    UNKNOWN_ITEM = "UNKNOWN_ITEM"
    DIM_MISMATCH = "DIM_MISMATCH"


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of CO2e and how much of its rows it covers.

    Parameters
    ----------
    co2e_mg : int or None
        Sum over the resolved rows [mg]; None when no row is resolved, which is not zero.
    n, n_ok : int
        Rows and lines that belong to it, and those with a result.
    """

    co2e_mg: int | None
    n: int
    n_ok: int

    @property
    def t(self) -> Decimal | None:
        """CO2e [t], exact; None when unknown."""
        return tonnes(self.co2e_mg)

    @property
    def is_complete(self) -> bool:
        """Whether every row of it has a result."""
        return self.n == self.n_ok and self.co2e_mg is not None


@dataclass(frozen=True, slots=True)
class Both:
    """One sum by the location-based and by the market-based method."""

    location: Amount
    market: Amount

    def of(self, basis: Basis) -> Amount:
        """Return one of the two."""
        return self.location if basis is Basis.LOCATION else self.market


@dataclass(frozen=True, slots=True)
class Line:
    """One scope 3 line with its basis, beside the activity rows.

    Parameters
    ----------
    record_id : str
        Record it comes from.
    category : str
        Scope 3 category, ``1`` to ``15``.
    site, item, name, supplier : str
        Ids or words as recorded; empty when there is none.
    basis : LineBasis
        How it was estimated.
    status : LineStatus
        OK, or why there is no result.
    quantity : Fraction or None
        Activity in `unit` [t, tkm, CNY ...].
    unit : str
        Unit of `quantity`.
    factor_id : str
        Factor used; empty when there is none.
    kg_per_unit : Fraction or None
        Its value [kgCO2e per `unit`].
    co2e_mg : int or None
        Result [mg]; None is unknown, not zero.
    spend_cny : Fraction or None
        Money of the line, net of tax [CNY].
    steps : Mapping[str, str]
        Intermediate figures shown to the reader (exchange rate, deflator, edition ...).
    """

    record_id: str
    category: str
    site: str
    item: str
    name: str
    supplier: str
    basis: LineBasis
    status: LineStatus
    quantity: Fraction | None
    unit: str
    factor_id: str
    kg_per_unit: Fraction | None
    co2e_mg: int | None
    spend_cny: Fraction | None = None
    steps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one site and item in the inventory; the cells of every breakdown.

    Parameters
    ----------
    site, item : str
        Ids; the site is empty for group-wide lines.
    scope : int
        1, 2 or 3.
    category : str
        Source kind or scope 3 category.
    iso_category : int
        ISO 14064-1 category, 1 to 6.
    amounts : Both
        The two sums; equal except for purchased electricity.
    gases_mg : Mapping[Basis, Mapping[str, int]]
        CO2e by gas and method [mg]; ``CO2e`` where no gas is known.
    biogenic_mg : int
        Biogenic CO2 [mg], outside CO2e.
    """

    site: str
    item: str
    scope: int
    category: str
    iso_category: int
    amounts: Both
    gases_mg: Mapping[Basis, Mapping[str, int]]
    biogenic_mg: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """The months of the year in which a site has a row of an item, resolved or not."""

    site: str
    item: str
    months: tuple[bool, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """Calendar months without a row."""
        return tuple(i + 1 for i, filled in enumerate(self.months) if not filled)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the totals cover, in rows.

    Parameters
    ----------
    rows, ok : int
        Activity rows of the year, quarantined ones included, and those with a result.
    by_status : Mapping[str, int]
        Rows by status; ``QUARANTINED`` beside the engine's. Sums to `rows`.
    lines, lines_ok : int
        Scope 3 lines and those with a result.
    grid : tuple of GridRow
        Months filled by site and item.
    evidence : Mapping[str, int]
        Rows by quality of evidence; empty when not given.
    unexplained_cny : Fraction or None
        Spend that no factor explains [CNY]; None when no spend is known.
    silent_sites : tuple of str
        Sites that should have rows of the year and have none.
    reasons : tuple of Finding
        Every reason why the total is incomplete, in codes; empty when complete.
    """

    rows: int
    ok: int
    by_status: Mapping[str, int]
    lines: int
    lines_ok: int
    grid: tuple[GridRow, ...]
    evidence: Mapping[str, int]
    unexplained_cny: Fraction | None
    silent_sites: tuple[str, ...]
    reasons: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is known to be missing."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy of the year by the two coal conventions and in GJ; None is unknown.

    Parameters
    ----------
    tce_calorific, tce_equivalent : Fraction or None
        Coal equivalent [tce]: calorific value, and coal used at supply for electricity.
    gj : Fraction or None
        Heat content, net calorific value [GJ].
    by_item : Mapping[str, tuple]
        Item to (tce calorific, tce equivalent, GJ).
    not_counted : tuple of str
        Items with energy whose coefficient is not known: the sums lack them.
    """

    tce_calorific: Fraction | None
    tce_equivalent: Fraction | None
    gj: Fraction | None
    by_item: Mapping[str, tuple[Fraction | None, Fraction | None, Fraction | None]]
    not_counted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intensity:
    """Emissions per unit of output.

    Parameters
    ----------
    output : str
        What is in the denominator: ``output_value`` or ``units``.
    amount : Fraction
        The denominator in `unit`.
    unit : str
        Its unit, for example 10^4 CNY of a price year, or piece.
    location, market : Fraction or None
        tCO2e per `unit`, scopes 1 and 2; None when the total is unknown.
    """

    output: str
    amount: Fraction
    unit: str
    location: Fraction | None
    market: Fraction | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventory of one year: totals, breakdowns, coverage, nothing hidden.

    Parameters
    ----------
    year : int
        Calendar year.
    total, scope2 : Both
        Sums by the two methods.
    scope1, scope3 : Amount
        The same by both methods.
    scope3_by_category : Mapping[str, Amount]
        ``1`` to ``15``, those with rows or lines.
    iso : Mapping[int, Both]
        ISO 14064-1 categories 1 to 6, those present.
    by_site, by_item : Mapping[str, Both]
        Sums over all scopes.
    by_gas_mg : Mapping[Basis, Mapping[str, int]]
        CO2e by gas [mg]; sums to the totals exactly.
    biogenic_mg : int
        Biogenic CO2 [mg], outside CO2e.
    parts : tuple of Part
        The cells every breakdown is summed from.
    lines : tuple of Line
        Scope 3 lines.
    coverage : Coverage
        What the totals cover.
    green_power : GreenPowerLedger or None
        The electricity ledger behind the market-based result.
    allocation_rounding_mg : int
        What closes the rows to the allocation [mg], inside the market-based total.
    rounding_by_site_mg : Mapping[str, int]
        The same by site; only sites where it is not 0.
    intensity : tuple of Intensity
        Per output value and per unit.
    energy : Energy
        Coal equivalent and heat content.
    findings : tuple of Finding
        Everything worth telling, the ledger's included.
    """

    year: int
    total: Both
    scope1: Amount
    scope2: Both
    scope3: Amount
    scope3_by_category: Mapping[str, Amount]
    iso: Mapping[int, Both]
    by_site: Mapping[str, Both]
    by_item: Mapping[str, Both]
    by_gas_mg: Mapping[Basis, Mapping[str, int]]
    biogenic_mg: int
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    coverage: Coverage
    green_power: GreenPowerLedger | None
    allocation_rounding_mg: int
    intensity: tuple[Intensity, ...]
    energy: Energy
    findings: tuple[Finding, ...]
    rounding_by_site_mg: Mapping[str, int] = field(default_factory=dict)

    @property
    def total_t(self) -> dict[str, Decimal | None]:
        """Total by method [tCO2e]."""
        return {"location": self.total.location.t, "market": self.total.market.t}
