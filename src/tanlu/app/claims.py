"""Claim check: figures as typed, against every constant of the tables."""

from __future__ import annotations

import re
import unicodedata
from datetime import MAXYEAR, MINYEAR, date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app.references import places, province_code, unit_table
from tanlu.catalog import load, rules, tables
from tanlu.inventory import claim as claims
from tanlu.inventory.claim import ClaimVerdict, ConstantKind, Measure
from tanlu.kernel.errors import TanluError
from tanlu.units.parse import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.i18n.say import Say
    from tanlu.inventory.claim import Constant
    from tanlu.units.table import ParsedUnit

_FIGURE = re.compile(r"([0-9][0-9,. ]*)\s*(.*)")
_BASE = {Measure.KWH: "kWh", Measure.TCE: "tce", Measure.TCO2: "tCO2e", Measure.CNY: "CNY"}
_TO = {Measure.KWH: "kWh", Measure.TCE: "kgce", Measure.TCO2: "kgCO2e", Measure.CNY: "CNY"}
_RATIO_UNITS = {
    (Measure.KWH, Measure.TCE): "kgce/kWh",
    (Measure.KWH, Measure.TCO2): "kgCO2/kWh",
    (Measure.KWH, Measure.CNY): "CNY/kWh",
    (Measure.TCE, Measure.TCO2): "tCO2/tce",
    (Measure.TCE, Measure.CNY): "CNY/kgce",
    (Measure.TCO2, Measure.CNY): "CNY/kgCO2",
}
_NEAREST = 5
_LEAST = 2  # a ratio needs two figures


def check_claim(
    figures: Mapping[str, str], *, year: int | None = None, province: str = "", say: Say
) -> dict[str, Any]:
    """Compare the figures of a claim with every published constant.

    Parameters
    ----------
    figures : Mapping of str to str
        ``kwh``, ``tce``, ``tco2``, ``cny`` as printed; empty ones are left out.
    year : int, optional
        Year of the claim: constants published later are marked.
    province : str
        Restricts the grid factors to this province and the nation.
    say : Say
        Language of names and sentences.

    Returns
    -------
    dict
        ``pairs`` as in the contract, each with ``nearest`` and a sentence.

    Raises
    ------
    TanluError
        ``claim.too-few`` for fewer than two figures, ``claim.not-a-figure``, ``claim.year``.
    """
    given = {Measure(name): text for name, text in figures.items() if text}
    read = {measure: _read(measure, text) for measure, text in given.items()}
    slips = {measure: kw for measure, (kw, _) in read.items() if kw is not None}
    printed = {measure: figure for measure, (_, figure) in read.items() if figure is not None}
    if len(printed) < _LEAST and not slips:
        raise TanluError("claim.too-few", found=", ".join(given) or "-")
    known = tuple(constants(province_code(province) if province else ""))
    made_on = None if year is None else _end_of(year)
    checks = claims.check_claim(printed, known, claimed_on=made_on)
    pairs = [_slip_body(measure, kw, say) for measure, kw in slips.items()]
    return {"pairs": pairs + [_pair_body(check, say) for check in checks]}


def _end_of(year: int) -> date:
    if not MINYEAR <= year <= MAXYEAR:
        raise TanluError("claim.year", found=year)
    return date(year, 12, 31)


def check_article(*, say: Say) -> dict[str, Any]:
    """Check every claim of the table, each with the verdict it must get.

    Returns
    -------
    dict
        ``claims``: id, name, note, expected verdict and ``pairs``; ``pairs`` of them all.
    """
    known = tuple(constants())
    found = [_article_claim(row, known, say) for row in rules.claims()]
    return {"claims": found, "pairs": [pair for claim in found for pair in claim["pairs"]]}


_COLUMNS = {
    Measure.KWH: "kwh",
    Measure.TCE: "kgce",
    Measure.TCO2: "kg_co2",
    Measure.CNY: "cny",
}


def _article_claim(row: Mapping[str, Any], known: tuple[Constant, ...], say: Say) -> dict[str, Any]:
    figures = {
        measure: claims.printed(Decimal(row[column]))
        for measure, column in _COLUMNS.items()
        if row[column] is not None
    }
    checks = claims.check_claim(figures, known, claimed_on=row["claimed_on"])
    pairs = [_pair_body(check, say) for check in checks]
    if row["capacity_kw"] is not None:
        pairs.append(_slip_body(Measure.KWH, Fraction(row["capacity_kw"]), say))
    return {
        "id": row["id"],
        "name": say.pick(row["name_zh"], row["name_en"]),
        "note": say.pick(row["note_zh"] or "", row["note_en"] or ""),
        "expected": row["expected"],
        "pairs": pairs,
    }


def constants(province: str = "") -> Iterator[Constant]:
    """Yield the constants of the tables; of the provinces and regions only the one wanted.

    Parameters
    ----------
    province : str
        Key of a province; empty takes all.
    """
    home = places().get(province)
    here = {home.province, home.region, home.country} if home else set()
    elsewhere = {
        row["id"] for row in tables.read("grid_electricity") if home and row["key"] not in here
    }
    yield from (constant for constant in rules.claim_constants() if constant.id not in elsewhere)


def _read(measure: Measure, text: str) -> tuple[Fraction | None, claims.Printed | None]:
    """Read a figure; a power where energy is due comes back as kW."""
    found = _FIGURE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        number = Decimal(found.group(1).replace(",", "").replace(" ", "")) if found else None
    except InvalidOperation:
        number = None
    if found is None or number is None or number <= 0:
        raise TanluError("claim.not-a-figure", measure=measure, found=text)
    unit = _unit(measure, found.group(2).strip(), text)
    if unit.dimension == "power":
        return Fraction(number) * unit.scale, None
    to_unit = unit_table().conversion(unit.ledger_unit, _TO[measure])
    if to_unit is None:
        raise TanluError("claim.unit", measure=measure, found=text, expected=_BASE[measure])
    figure = claims.printed(number)
    scale = unit.scale * to_unit
    return None, claims.Printed(figure.value * scale, figure.half * scale)


def _unit(measure: Measure, suffix: str, text: str) -> ParsedUnit:
    wanted = [suffix + _BASE[measure], suffix] if suffix else [_BASE[measure]]
    if measure is Measure.TCO2:
        wanted.append(f"{suffix}CO2")
    for candidate in wanted:
        unit = parse_unit(candidate, unit_table())
        converts = unit.counts and unit_table().conversion(unit.ledger_unit, _TO[measure])
        if converts or unit.dimension == "power":
            return unit
    raise TanluError("claim.unit", measure=measure, found=text, expected=_BASE[measure])


def _pair_body(check: claims.PairCheck, say: Say) -> dict[str, Any]:
    unit = _RATIO_UNITS[check.pair]
    return {
        "from": check.pair[0].value,
        "to": check.pair[1].value,
        "implied": _number(check.implied),
        "low": _number(check.low),
        "high": _number(check.high),
        "unit": unit,
        "matches": [_match_body(match, unit, say) for match in check.matches],
        "nearest": [_match_body(match, unit, say) for match in check.nearest[:_NEAREST]],
        "slip": None if check.slip is None else _number(check.slip),
        "verdict": check.verdict.value,
        "message": _told(check, say),
    }


def _told(check: claims.PairCheck, say: Say) -> str:
    """Say the verdict; a figure that only lies in a known range says which."""
    told = say(f"claim.{check.verdict.value.lower()}")
    ranges = [
        match.constant for match in check.matches if match.constant.kind is ConstantKind.RANGE
    ]
    if check.verdict is not ClaimVerdict.NOT_REPRODUCED or not ranges:
        return told
    names = say.listed([say.pick(row.name_zh, row.name_en) for row in ranges])
    return f"{told} {say('claim.in_range', names=names)}"


def _match_body(match: claims.Match, unit: str, say: Say) -> dict[str, Any]:
    constant = match.constant
    source = load.sources().get(constant.source, {})
    title = source.get("title") or {"zh": constant.source, "en": constant.source}
    cited = (say.pick(title["zh"], title["en"]), source.get("document_no"), constant.locator)
    return {
        "id": constant.id,
        "constant": say.pick(constant.name_zh, constant.name_en),
        "value": _number(constant.value),
        "low": _number(constant.low),
        "high": _number(constant.high),
        "unit": unit,
        "kind": constant.kind.value,
        "quality": rules.constant_quality().get(constant.id),
        "published": constant.published.isoformat() if constant.published else None,
        "source": " · ".join(part for part in cited if part),
        "deviation": _number(match.deviation),
    }


def _slip_body(measure: Measure, capacity_kw: Fraction, say: Say) -> dict[str, Any]:
    """Say that a power is no energy, and which energy it stands for in a year."""
    row = next(row for row in tables.read("claim") if row["capacity_kw"] is not None)
    hours = (Fraction(row["hours_low"]), Fraction(row["hours_high"]))
    energy = claims.energy_of_capacity(capacity_kw, hours)
    return {
        "from": measure.value,
        "to": None,
        "implied": None,
        "low": _number(energy.value - energy.half),
        "high": _number(energy.value + energy.half),
        "unit": "kWh",
        "matches": [],
        "nearest": [],
        "slip": None,
        "verdict": ClaimVerdict.UNIT_SLIP.value,
        "message": say(
            "claim.power",
            found=say.power(capacity_kw),
            low=say.energy(energy.value - energy.half),
            high=say.energy(energy.value + energy.half),
        ),
    }


def _number(value: Fraction) -> float:
    return float(f"{float(value):.12g}")
