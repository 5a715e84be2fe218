"""Green-power instruments: what they are, and how a record becomes one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.activity import RecordKind
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month
from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.kernel.activity import Record, SourceCell

MILLION = 10**6


class InstrumentKind(StrEnum):
    """The kinds, in the order in which they cover purchased electricity."""

    PV_SELF = "pv_self"  # on-site generation used on site: never purchased power
    PPA = "ppa"  # green power contract, power and certificate together
    GEC = "gec"  # green electricity certificate alone
    SUPPLIER_MIX = "supplier_mix"  # disclosed mix of the supplier


_KINDS = {kind.value: kind for kind in InstrumentKind}


class Holder(StrEnum):
    """Who holds the environmental attribute (the certificate)."""

    SELF = "self"
    THIRD_PARTY = "third_party"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One contract, certificate batch or roof plant.

    Parameters
    ----------
    id : str
        Id of the record.
    kind : InstrumentKind
        What it is.
    site : str
        Site whose electricity it covers.
    vintage : int or None
        Calendar year of generation.
    ym : int or None
        Ledger month of generation, when known; needed for monthly matching.
    kwh_u : int or None
        Amount, millionths of a kWh; None when not stated.
    factor : Fraction
        kg of gas per kWh; 0 for non-fossil power.
    serial : str
        Certificate or contract number.
    evidence : str
        Document that proves it; the serial number counts as one.
    owner : Holder
        Who owns the plant (a roof may belong to an energy service company).
    holder : Holder
        Who holds the certificates.
    market : str
        Market in which it was issued, for example CN; empty when not stated.
    source : SourceCell or None
        Where it stands.
    """

    id: str
    kind: InstrumentKind
    site: str
    vintage: int | None
    ym: int | None
    kwh_u: int | None
    factor: Fraction = Fraction(0)
    serial: str = ""
    evidence: str = ""
    owner: Holder = Holder.SELF
    holder: Holder = Holder.SELF
    market: str = ""
    source: SourceCell | None = None

    @property
    def has_evidence(self) -> bool:
        """Whether a document or number proves it."""
        return bool(self.evidence.strip() or self.serial.strip())


def read_holder(owner: str | None, holder: str | None) -> tuple[Holder, Holder]:
    """Tell who owns the plant and who holds its certificates (rule M-31).

    A third party's roof says nothing about the certificates: unknown, until stated. Own
    plant, or nothing said at all: own certificates.
    """
    owned = Holder(owner) if owner else Holder.SELF
    if holder:
        return owned, Holder(holder)
    return owned, (Holder.UNKNOWN if owned is Holder.THIRD_PARTY else Holder.SELF)


def decimal_or_none(text: str | None) -> Decimal | None:
    """Read a plain decimal; missing stays missing."""
    if text is None or not text.strip():
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def read_instruments(records: Iterable[Record]) -> tuple[Instrument, ...]:
    """Turn instrument records into instruments.

    Parameters
    ----------
    records : iterable of Record
        Others than instruments are passed over. Fields read: ``site``, ``kind``, ``year``,
        ``month``, ``kwh`` [kWh], ``serial``, ``owner``, ``holder``, ``evidence``, ``factor``
        [kg/kWh], ``market``.

    Returns
    -------
    tuple of Instrument
        One per record, in the order given; an amount that is missing stays None.

    Raises
    ------
    TanluError
        ``inventory.instrument-kind`` if a record names no known kind.
    """
    return tuple(_instrument(r) for r in records if r.kind is RecordKind.INSTRUMENT)


def _instrument(record: Record) -> Instrument:
    text = record.fields.get
    kind = _KINDS.get(text("kind") or "")
    if kind is None:
        raise TanluError(
            "inventory.instrument-kind", found=text("kind") or "", choices=", ".join(_KINDS)
        )
    year, month = decimal_or_none(text("year")), decimal_or_none(text("month"))
    owner, holder = read_holder(text("owner"), text("holder"))
    amount, factor = decimal_or_none(text("kwh")), decimal_or_none(text("factor"))
    return Instrument(
        id=record.record_id,
        kind=kind,
        site=text("site") or "",
        vintage=None if year is None else int(year),
        ym=None if year is None or month is None else year_month(int(year), int(month)),
        kwh_u=None if amount is None else floor_half_up(amount * MILLION),
        factor=Fraction(0) if factor is None else Fraction(factor),
        serial=text("serial") or "",
        evidence=text("evidence") or "",
        owner=owner,
        holder=holder,
        market=text("market") or "",
        source=record.source,
    )
