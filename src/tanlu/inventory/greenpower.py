"""The green-power ledger: which kWh are covered by which instrument, and what is left.

Purchased electricity and instruments come in; allocation, surplus, rejected instruments and
the blended market-based multipliers go out. Location-based results are none of its business.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.inventory.instrument import MILLION, Holder, Instrument, InstrumentKind
from tanlu.inventory.ledger import (
    ORDER,
    RESIDUAL,
    Allocation,
    GreenPowerLedger,
    GreenPowerRules,
    Matching,
    Rejection,
    Unused,
    check_ledger,
    period_of,
    sum_by_period,
)
from tanlu.inventory.row import MULTIPLIER_DECIMALS, multiplier_of, row_mg
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import year_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.inventory.ledger import ResidualFactor


def allocate_green_power(
    purchased_u: Mapping[tuple[str, int], int],
    instruments: Iterable[Instrument],
    *,
    year: int,
    residual: ResidualFactor | None,
    rules: GreenPowerRules | None = None,
) -> GreenPowerLedger:
    """Cover purchased electricity by instruments in order; the rest is residual (M-30…M-36).

    Parameters
    ----------
    purchased_u : Mapping[tuple of (str, int), int]
        Site and ledger month to purchased electricity, millionths of a kWh, from stage 1.
        Months of other years are passed over.
    instruments : iterable of Instrument
        All instruments of the workspace; those of another year are rejected, not used.
    year : int
        Inventory year.
    residual : ResidualFactor or None
        The year's factor; None leaves what it would apply to unknown.
    rules : GreenPowerRules, optional
        What is accepted; by year and all kinds by default.

    Returns
    -------
    GreenPowerLedger
        Checked before it is returned.

    Raises
    ------
    TanluError
        ``inventory.ledger-broken`` if one of its identities does not hold.

    Notes
    -----
    ``used = min(left, kWh)`` in the order contract, certificate, supplier mix. What is over
    is surplus; it never makes a result negative (M-32). On-site generation used on site is not
    purchased and takes no certificate; where its certificates belong to another, or nobody
    says to whom, its kWh are added at the residual factor.
    """
    rules = rules or GreenPowerRules()
    asked = sorted(instruments, key=lambda i: (ORDER.get(i.kind, -1), i.vintage or 0, i.id))
    months = {key: u for key, u in sorted(purchased_u.items()) if year_of(key[1]) == year}
    covering = [i for i in asked if i.kind is not InstrumentKind.PV_SELF]
    own = [i for i in asked if i.kind is InstrumentKind.PV_SELF and i.vintage == year]
    accepted, rejected = _sift(covering, year=year, rules=rules, sites={s for s, _ in months})
    left = sum_by_period(months, rules.matching)
    allocations, surplus = _cover(left, accepted, year=year, matching=rules.matching)
    allocations += _rest(left, residual)
    unbacked = [_unbacked(i, year, residual) for i in own if i.holder is not Holder.SELF]
    ledger = GreenPowerLedger(
        year=year,
        matching=rules.matching,
        allocations=(*allocations, *unbacked),
        surplus=surplus,
        rejected=rejected,
        multipliers=_blend(months, allocations, matching=rules.matching, residual=residual),
        self_used_u=_self_used(own),
        gas="CO2" if residual is None else residual.gas,
        residual_factor_id="" if residual is None else residual.factor_id,
        findings=(
            *_instrument_findings(covering, rejected),
            *_own_findings(own),
            *_undated_findings(asked),
            *_purchase_findings(allocations, residual),
        ),
    )
    check_ledger(ledger, months, covering)
    return ledger


def _sift(
    instruments: list[Instrument], *, year: int, rules: GreenPowerRules, sites: set[str]
) -> tuple[list[Instrument], tuple[Unused, ...]]:
    """Part the instruments into accepted and rejected, each rejected one with its reason."""
    accepted: list[Instrument] = []
    rejected: list[Unused] = []
    seen: set[tuple[str, ...]] = set()
    for instrument in instruments:
        key = _serial_key(instrument)
        reason = (
            Rejection.CERT_DUPLICATE
            if key in seen
            else _reject(instrument, year=year, rules=rules, sites=sites)
        )
        if key is not None:
            seen.add(key)
        if reason is None:
            accepted.append(instrument)
        else:
            rejected.append(Unused(instrument.id, instrument.site, instrument.kwh_u, reason.value))
    return accepted, tuple(rejected)


def _serial_key(instrument: Instrument) -> tuple[str, ...] | None:
    """Return what may exist once: a certificate's number, a contract's number and period."""
    serial = instrument.serial.strip().casefold()
    if not serial:
        return None
    if instrument.kind is InstrumentKind.GEC:
        return (instrument.kind, serial)
    return (instrument.kind, serial, instrument.site, f"{instrument.vintage}/{instrument.ym}")


def _reject(
    instrument: Instrument, *, year: int, rules: GreenPowerRules, sites: set[str]
) -> Rejection | None:
    """Return the first reason to refuse an instrument; None accepts it (rule M-33)."""
    market = (rules.markets or {}).get(instrument.site, "")
    tests: tuple[tuple[Rejection, Callable[[], bool]], ...] = (
        (Rejection.CERT_KIND_NOT_ACCEPTED, lambda: instrument.kind not in rules.accepted),
        (Rejection.CERT_NO_YEAR, lambda: instrument.vintage is None),
        (
            Rejection.CERT_VINTAGE,
            lambda: instrument.vintage not in {year, *rules.vintages},
        ),
        (Rejection.CERT_SITE_UNKNOWN, lambda: instrument.site not in sites),
        (
            Rejection.CERT_NO_MONTH,
            lambda: rules.matching is Matching.MONTH and instrument.ym is None,
        ),
        (
            Rejection.CERT_NO_QUANTITY,
            lambda: instrument.kwh_u is None or instrument.kwh_u <= 0,
        ),
        (Rejection.CERT_NO_EVIDENCE, lambda: not instrument.has_evidence),
        (Rejection.CERT_NOT_HELD, lambda: instrument.holder is not Holder.SELF),
        (
            Rejection.CERT_MARKET,
            lambda: bool(market and instrument.market and instrument.market != market),
        ),
    )
    return next((reason for reason, applies in tests if applies()), None)


def _cover(
    left: dict[tuple[str, int], int],
    instruments: list[Instrument],
    *,
    year: int,
    matching: Matching,
) -> tuple[list[Allocation], tuple[Unused, ...]]:
    """Take from `left` what each instrument covers, in order; what is over is surplus."""
    allocations: list[Allocation] = []
    surplus: list[Unused] = []
    for instrument in instruments:
        period = year if matching is Matching.YEAR else (instrument.ym or 0)
        key = (instrument.site, period)
        amount = instrument.kwh_u or 0
        used = min(max(left.get(key, 0), 0), amount)
        if used:
            left[key] -= used
            allocations.append(_allocation(instrument, key=key, kwh_u=used))
        if used < amount:
            surplus.append(Unused(instrument.id, instrument.site, amount - used))
    return allocations, tuple(surplus)


def _rest(left: Mapping[tuple[str, int], int], residual: ResidualFactor | None) -> list[Allocation]:
    """Charge what nothing covers at the year's residual factor (M-34)."""
    factor = None if residual is None else residual.kg_per_kwh
    return [
        Allocation(
            instrument_id=RESIDUAL,
            kind=RESIDUAL,
            site=site,
            period=period,
            kwh_u=kwh_u,
            kg_per_kwh=factor,
            co2_mg=None if factor is None else row_mg(kwh_u, factor),
        )
        for (site, period), kwh_u in sorted(left.items())
        if kwh_u
    ]


def _allocation(instrument: Instrument, *, key: tuple[str, int], kwh_u: int) -> Allocation:
    return Allocation(
        instrument_id=instrument.id,
        kind=instrument.kind.value,
        site=key[0],
        period=key[1],
        kwh_u=kwh_u,
        kg_per_kwh=instrument.factor,
        co2_mg=row_mg(kwh_u, instrument.factor),
    )


def _unbacked(instrument: Instrument, year: int, residual: ResidualFactor | None) -> Allocation:
    """Charge own generation whose certificates another holds at the residual factor (M-31)."""
    factor = None if residual is None else residual.kg_per_kwh
    kwh_u = instrument.kwh_u
    known = factor is not None and kwh_u is not None
    return Allocation(
        instrument_id=instrument.id,
        kind=instrument.kind.value,
        site=instrument.site,
        period=year,
        kwh_u=kwh_u or 0,
        kg_per_kwh=factor,
        co2_mg=row_mg(kwh_u or 0, factor or Fraction(0)) if known else None,
        is_purchased=False,
    )


def _blend(
    months: Mapping[tuple[str, int], int],
    allocations: list[Allocation],
    *,
    matching: Matching,
    residual: ResidualFactor | None,
) -> dict[tuple[str, int], Decimal]:
    """Return the multiplier of each site and month: its period's mg over its period's kWh."""
    kwh: dict[tuple[str, int], int] = defaultdict(int)
    kg: dict[tuple[str, int], list[Fraction | None]] = defaultdict(list)
    for a in allocations:
        key = (a.site, a.period)
        kwh[key] += a.kwh_u
        kg[key].append(None if a.kg_per_kwh is None else a.kwh_u * a.kg_per_kwh)
    blended: dict[tuple[str, int], Decimal] = {}
    for site, ym in months:
        key = (site, period_of(ym, matching))
        known = [part for part in kg[key] if part is not None]
        if len(known) < len(kg[key]):
            continue
        if kwh[key]:
            blended[site, ym] = _decimal(multiplier_of(sum(known, Fraction(0)) / kwh[key]))
        elif residual is not None:
            blended[site, ym] = _decimal(multiplier_of(residual.kg_per_kwh))
    return blended


def _decimal(value: Fraction) -> Decimal:
    """Write a fraction of 12 decimals as a Decimal, exactly."""
    return Decimal(int(value * 10**MULTIPLIER_DECIMALS)).scaleb(-MULTIPLIER_DECIMALS)


def _self_used(own: list[Instrument]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for instrument in own:
        sums[instrument.site] += instrument.kwh_u or 0
    return dict(sums)


def _instrument_findings(
    instruments: list[Instrument], rejected: tuple[Unused, ...]
) -> list[Finding]:
    """Say of each rejected instrument why; one of another year may serve that year: a note."""
    by_id = {i.id: i for i in instruments}
    findings = []
    for unused in rejected:
        instrument = by_id[unused.instrument_id]
        is_other_year = unused.reason == Rejection.CERT_VINTAGE
        outcome = Outcome.NOTE if is_other_year else Outcome.WARN
        findings.append(_finding(unused.reason, outcome, instrument))
    return findings


def _undated_findings(instruments: list[Instrument]) -> list[Finding]:
    """Ask for the year of on-site generation that states none: it is left out."""
    return [
        _finding("PV_NO_YEAR", Outcome.ASK, i)
        for i in instruments
        if i.kind is InstrumentKind.PV_SELF and i.vintage is None
    ]


def _own_findings(own: list[Instrument]) -> list[Finding]:
    """Ask who holds a roof's certificates; tell where another does (M-31)."""
    findings = []
    for instrument in own:
        if instrument.holder is Holder.UNKNOWN:
            findings.append(_finding("GEC_OWNER_UNKNOWN", Outcome.WARN, instrument))
        elif instrument.holder is Holder.THIRD_PARTY:
            findings.append(_finding("PV_CERT_SOLD", Outcome.NOTE, instrument))
        if instrument.kwh_u is None:
            findings.append(_finding("CERT_NO_QUANTITY", Outcome.WARN, instrument))
    return findings


def _purchase_findings(
    allocations: list[Allocation], residual: ResidualFactor | None
) -> list[Finding]:
    """Tell of a missing residual factor and of purchases below zero."""
    left = [a for a in allocations if a.kind == RESIDUAL]
    findings = [
        Finding(
            "PURCHASED_NEGATIVE",
            Outcome.WARN,
            facts={"site": a.site, "kwh": kwh_text(a.kwh_u)},
        )
        for a in left
        if a.kwh_u < 0
    ]
    if left and residual is None:
        findings.append(Finding("RESIDUAL_FACTOR_MISSING", Outcome.WARN))
    return findings


def _finding(code: str, outcome: Outcome, instrument: Instrument) -> Finding:
    source = instrument.source
    return Finding(
        code,
        outcome,
        file=source.file if source else "",
        sheet=source.sheet if source else "",
        cell=source.cell if source else "",
        facts={
            "id": instrument.serial or instrument.id,
            "site": instrument.site,
            "kwh": kwh_text(instrument.kwh_u),
            "year": "" if instrument.vintage is None else str(instrument.vintage),
        },
    )


def kwh_text(kwh_u: int | None) -> str:
    """Write an amount in kWh without exponent; empty when unknown."""
    if kwh_u is None:
        return ""
    return format((Decimal(kwh_u) / MILLION).normalize(), "f")
