"""The values of the green-power ledger, and the identities that must hold in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.inventory.instrument import InstrumentKind
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal
    from fractions import Fraction

    from tanlu.inventory.instrument import Instrument
    from tanlu.kernel.findings import Finding

ORDER = {
    kind: place
    for place, kind in enumerate(
        (InstrumentKind.PPA, InstrumentKind.GEC, InstrumentKind.SUPPLIER_MIX)
    )
}
RESIDUAL = "residual"


class Matching(StrEnum):
    """The period within which generation may cover consumption."""

    YEAR = "year"
    MONTH = "month"


class Rejection(StrEnum):
    """Why an instrument covers nothing."""

    CERT_DUPLICATE = "CERT_DUPLICATE"
    CERT_NO_YEAR = "CERT_NO_YEAR"
    CERT_VINTAGE = "CERT_VINTAGE"
    CERT_NO_EVIDENCE = "CERT_NO_EVIDENCE"
    CERT_NO_QUANTITY = "CERT_NO_QUANTITY"
    CERT_NOT_HELD = "CERT_NOT_HELD"
    CERT_MARKET = "CERT_MARKET"
    CERT_NO_MONTH = "CERT_NO_MONTH"
    CERT_SITE_UNKNOWN = "CERT_SITE_UNKNOWN"
    CERT_KIND_NOT_ACCEPTED = "CERT_KIND_NOT_ACCEPTED"


@dataclass(frozen=True, slots=True)
class ResidualFactor:
    """The year's factor for purchased electricity that nothing covers.

    Parameters
    ----------
    factor_id : str
        Id in the factor table.
    kg_per_kwh : Fraction
        Its value.
    gas : str
        Gas it is stated in, CO2 for the Chinese grid.
    """

    factor_id: str
    kg_per_kwh: Fraction
    gas: str = "CO2"


@dataclass(frozen=True, slots=True)
class GreenPowerRules:
    """What a standard or customer accepts; rows of a data table.

    Parameters
    ----------
    matching : Matching
        By year, or by month.
    accepted : frozenset of InstrumentKind
        Kinds that may cover purchased electricity.
    vintages : frozenset of int
        Years of generation accepted beside the inventory's own year.
    markets : Mapping[str, str]
        Site to the market whose instruments it may use; no entry accepts any.
    """

    matching: Matching = Matching.YEAR
    accepted: frozenset[InstrumentKind] = frozenset(ORDER)
    vintages: frozenset[int] = frozenset()
    markets: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """Electricity of one site and period given to one instrument, or to the residual.

    Parameters
    ----------
    instrument_id : str
        Id of the instrument; ``residual`` for what nothing covers.
    kind : str
        Kind of instrument, or ``residual``.
    site : str
        Site.
    period : int
        Year, or ledger month when matching by month.
    kwh_u : int
        Amount, millionths of a kWh.
    kg_per_kwh : Fraction or None
        Factor; None where the year's residual factor is not known.
    co2_mg : int or None
        Market-based result [mg]; None is unknown.
    is_purchased : bool
        False for on-site generation whose certificates belong to another: that electricity
        is not in the purchased figures and is added to the market-based result.
    """

    instrument_id: str
    kind: str
    site: str
    period: int
    kwh_u: int
    kg_per_kwh: Fraction | None
    co2_mg: int | None
    is_purchased: bool = True


@dataclass(frozen=True, slots=True)
class Unused:
    """The part of an instrument that covers nothing: surplus, or rejected with a reason."""

    instrument_id: str
    site: str
    kwh_u: int | None
    reason: str = "SURPLUS"


@dataclass(frozen=True, slots=True)
class GreenPowerLedger:
    """Where each purchased kWh of the year and each certificate went.

    Parameters
    ----------
    year : int
        Inventory year.
    matching : Matching
        Period of matching.
    allocations : tuple of Allocation
        In the order in which they were made.
    surplus, rejected : tuple of Unused
        Shown apart, never netted.
    multipliers : Mapping[tuple of (str, int), Decimal]
        Site and ledger month to the blended multiplier, mg per millionth kWh; a month whose
        residual factor is not known has none.
    self_used_u : Mapping[str, int]
        Site to on-site generation used on site, millionths of a kWh; not purchased power.
    gas : str
        Gas of the market-based result.
    residual_factor_id : str
        Factor of the residual; empty when not known.
    findings : tuple of Finding
        What the ledger has to say.
    """

    year: int
    matching: Matching
    allocations: tuple[Allocation, ...]
    surplus: tuple[Unused, ...]
    rejected: tuple[Unused, ...]
    multipliers: Mapping[tuple[str, int], Decimal]
    self_used_u: Mapping[str, int]
    gas: str
    residual_factor_id: str
    findings: tuple[Finding, ...]

    @property
    def purchased_u(self) -> int:
        """Purchased electricity of the year, millionths of a kWh."""
        return sum(a.kwh_u for a in self.allocations if a.is_purchased)

    @property
    def residual_u(self) -> int:
        """Purchased electricity that nothing covers, millionths of a kWh."""
        return sum(a.kwh_u for a in self.allocations if a.kind == RESIDUAL)

    @property
    def used_u(self) -> int:
        """Purchased electricity covered by instruments, millionths of a kWh."""
        return self.purchased_u - self.residual_u

    @property
    def surplus_u(self) -> int:
        """Instruments beyond consumption, millionths of a kWh."""
        return sum(u.kwh_u or 0 for u in self.surplus)

    @property
    def purchased_mg(self) -> int | None:
        """Market-based result of purchased electricity [mg]; None when a part is unknown."""
        return _total(a for a in self.allocations if a.is_purchased)

    @property
    def unbacked_mg(self) -> int | None:
        """Market-based result of own generation whose certificates another holds [mg]."""
        return _total(a for a in self.allocations if not a.is_purchased)


def _total(allocations: Iterable[Allocation]) -> int | None:
    amounts = [a.co2_mg for a in allocations]
    if None in amounts:
        return None
    return sum(mg for mg in amounts if mg is not None)


def sum_by_period(
    months: Mapping[tuple[str, int], int], matching: Matching
) -> dict[tuple[str, int], int]:
    """Sum monthly amounts over the periods of matching."""
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for (site, ym), kwh_u in months.items():
        sums[site, period_of(ym, matching)] += kwh_u
    return sums


def period_of(ym: int, matching: Matching) -> int:
    """Return the period a month is matched in: itself, or its year."""
    return ym if matching is Matching.MONTH else year_of(ym)


def check_ledger(
    ledger: GreenPowerLedger,
    months: Mapping[tuple[str, int], int],
    instruments: list[Instrument],
) -> None:
    """Check the ledger's identities at run time (rule M-36).

    Raises
    ------
    TanluError
        ``inventory.ledger-broken``: purchased kWh are not used + residual, an instrument is
        not used + surplus + rejected, or an amount is used twice.
    """
    given = sum_by_period(months, ledger.matching)
    taken: dict[tuple[str, int], int] = defaultdict(int)
    used: dict[str, int] = defaultdict(int)
    for a in ledger.allocations:
        if a.is_purchased:
            taken[a.site, a.period] += a.kwh_u
        if a.is_purchased and a.kind != RESIDUAL:
            used[a.instrument_id] += a.kwh_u
    for key, kwh_u in given.items():
        _require_equal("purchased", f"{key[0]}/{key[1]}", expected=kwh_u, found=taken[key])
    for unused in (*ledger.surplus, *ledger.rejected):
        used[unused.instrument_id] += unused.kwh_u or 0
    for instrument in instruments:
        expected = instrument.kwh_u or 0
        _require_equal("instrument", instrument.id, expected=expected, found=used[instrument.id])


def _require_equal(what: str, where: str, *, expected: int, found: int) -> None:
    if expected != found:
        raise TanluError(
            "inventory.ledger-broken", what=what, where=where, expected=expected, found=found
        )
