"""Scope 3 categories 4 and 9: lanes of freight, mass times distance times the mode's factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.inventory.model import Line, LineBasis, LineStatus
from tanlu.inventory.purchases import ActivityFactor, line_mg
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from tanlu.kernel.activity import SourceCell

PAID = "4"
NOT_PAID = "9"
TKM = "tkm"


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a year.

    Parameters
    ----------
    id, name : str
        Id of the record, words as recorded.
    item : str
        Item of the mode (road_freight, rail_freight ...); empty when not recognised.
    mass_t, distance_km : Fraction or None
        Load [t] and distance [km]; None is missing.
    spend_cny : Fraction or None
        Freight charge [CNY].
    tkm : Fraction or None
        Transport work where it is stated; else mass times distance.
    is_outbound : bool
        Whether it carries sold goods.
    site : str
        Site; empty for the group's own lanes.
    source : SourceCell or None
        Where it stands.
    """

    id: str
    name: str
    item: str
    mass_t: Fraction | None
    distance_km: Fraction | None
    spend_cny: Fraction | None = None
    tkm: Fraction | None = None
    is_outbound: bool = False
    site: str = ""
    source: SourceCell | None = None


@dataclass(frozen=True, slots=True)
class FreightResult:
    """Lines of freight and what there is to say about them."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


def estimate_freight(
    lanes: Iterable[Lane], *, factors: Mapping[str, ActivityFactor]
) -> FreightResult:
    """Estimate lanes: ``t * km * factor`` of the mode (rule M-47).

    Parameters
    ----------
    lanes : iterable of Lane
        Those of the year.
    factors : Mapping[str, ActivityFactor]
        Mode item to its factor [kgCO2e/tkm].

    Returns
    -------
    FreightResult
        A lane without mass, distance, mode or factor has a status and no result. A lane
        with a freight charge is paid for (category 4), and so is what comes in; outbound
        lanes without a charge are category 9 and asked about.
    """
    lines: list[Line] = []
    findings: list[Finding] = []
    for lane in lanes:
        line = _line(lane, factors.get(lane.item))
        lines.append(line)
        if line.status is not LineStatus.OK:
            findings.append(_finding("FREIGHT_NO_RESULT", lane, status=line.status.value))
        if lane.is_outbound and lane.spend_cny is None:
            findings.append(_finding("FREIGHT_PAYER_UNKNOWN", lane))
    return FreightResult(tuple(lines), findings=tuple(findings))


def _line(lane: Lane, factor: ActivityFactor | None) -> Line:
    tkm = _tkm(lane)
    status = _status(lane, tkm, factor)
    is_ok = status is LineStatus.OK and factor is not None and tkm is not None
    return Line(
        record_id=lane.id,
        category=_category(lane),
        site=lane.site,
        item=lane.item,
        name=lane.name,
        supplier="",
        basis=LineBasis.DISTANCE if is_ok else LineBasis.NONE,
        status=status,
        quantity=tkm,
        unit=TKM,
        factor_id="" if factor is None else factor.id,
        kg_per_unit=None if factor is None else factor.kg_per_unit,
        co2e_mg=line_mg(tkm, factor) if is_ok and factor and tkm is not None else None,
        # Freight charges are no purchase of goods: they stay out of the unexplained spend.
        spend_cny=None,
        steps={} if lane.spend_cny is None else {"charge_cny": f"{float(lane.spend_cny):.0f}"},
    )


def _category(lane: Lane) -> str:
    return NOT_PAID if lane.is_outbound and lane.spend_cny is None else PAID


def _tkm(lane: Lane) -> Fraction | None:
    if lane.tkm is not None:
        return lane.tkm
    if lane.mass_t is None or lane.distance_km is None:
        return None
    return lane.mass_t * lane.distance_km


def _status(lane: Lane, tkm: Fraction | None, factor: ActivityFactor | None) -> LineStatus:
    if not lane.item:
        return LineStatus.UNKNOWN_ITEM
    if factor is None:
        return LineStatus.NO_FACTOR
    if factor.unit != TKM:
        return LineStatus.DIM_MISMATCH
    return LineStatus.MISSING_QUANTITY if tkm is None else LineStatus.OK


def _finding(code: str, lane: Lane, *, status: str = "") -> Finding:
    source = lane.source
    return Finding(
        code,
        Outcome.WARN,
        file=source.file if source else "",
        sheet=source.sheet if source else "",
        cell=source.cell if source else "",
        facts={"name": lane.name, "status": status},
    )
