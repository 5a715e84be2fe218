"""What people write for a unit."""

from __future__ import annotations

import csv
import pickle
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog.tables import read
from tanlu.units.parse import facts_of, fold_for_item, parse_unit
from tanlu.units.table import ParsedUnit, UnitOutcome, UnitTable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def table() -> UnitTable:
    return UnitTable.from_rows(read("unit"), read("unit_alias"), read("unit_prefix"))


def _outcome(parsed: ParsedUnit) -> str:
    return "REJECT" if parsed.outcome is UnitOutcome.DIM_MISMATCH else parsed.outcome.name


def _differs(parsed: ParsedUnit, table: UnitTable, *, expected: str, note: str) -> str:
    if not parsed.counts:
        said = _outcome(parsed)
        return "" if expected.split(":", maxsplit=1)[0] == said else f"{said}, not {expected}"
    ratio = table.conversion(parsed.ledger_unit, expected)
    if ratio is None:
        return f"{parsed.ledger_unit} is not {expected}"
    found = ratio * parsed.scale
    warned = (parsed.outcome is UnitOutcome.WARN) == ("WITH_WARN" in note)
    right = found == Fraction(note.split(maxsplit=1)[0]) and warned
    return "" if right else f"{found} {parsed.outcome}, not {note}"


def test_every_shared_spelling_has_its_exact_ratio(shared: Path, table: UnitTable) -> None:
    text = (shared / "badinputs" / "units_expected.csv").read_text(encoding="utf-8")

    faults = []
    cases = list(csv.DictReader(text.splitlines()))
    for case in cases:
        parsed = parse_unit(case["spelling"], table)
        expected = case["canonical_unit_or_outcome"]
        wrong = _differs(parsed, table, expected=expected, note=case["factor_or_note"])
        faults += [f"{case['voucher']} {case['spelling']}: {wrong}"] if wrong else []

    assert len(cases) >= 81
    assert faults == []


@pytest.mark.parametrize(
    ("text", "unit", "ledger_unit", "scale"),
    [
        ("kWh", "kWh", "kWh", "1"),
        ("㎾h", "kWh", "kWh", "1"),
        ("ＫＷｈ", "kWh", "kWh", "1"),
        ("萬度", "kWh", "kWh", "10000"),
        ("万kWh", "kWh", "kWh", "10000"),
        ("亿度", "kWh", "kWh", "100000000"),
        ("MWh", "MWh", "kWh", "1000"),
        ("百万千焦", "kJ", "MJ", "1000"),
        ("千立方公尺", "m3", "m3", "1000"),
        ("万m³", "m3", "m3", "10000"),
        ("10⁴Nm³", "Nm3", "Nm3", "10000"),
        ("10^4 kWh", "kWh", "kWh", "10000"),
        ("1000 m3", "m3", "m3", "1000"),
        ("万立方米（标况）", "Nm3", "Nm3", "10000"),
        ("公秉", "kL", "L", "1000"),
        ("万Nm³（标况）", "Nm3", "Nm3", "10000"),
        ("Mwh", "MWh", "kWh", "1000"),
        ("吨 · 公里", "tkm", "tkm", "1"),
        ("kWh(度)", "kWh", "kWh", "1"),
        ("（万元）", "CNY", "CNY", "10000"),
        ("tce", "tce", "tce", "1"),
        ("短吨", "short_ton", "short_ton", "1"),
        ("million kWh", "kWh", "kWh", "1000000"),
        ("catty_cn", "catty_cn", "catty_cn", "1"),
    ],
)
def test_a_spelling_folds_by_a_power_of_ten_alone(
    text: str, unit: str, ledger_unit: str, scale: str, table: UnitTable
) -> None:
    parsed = parse_unit(text, table)

    assert (parsed.unit, parsed.ledger_unit) == (unit, ledger_unit)
    assert parsed.scale == Fraction(scale)


@pytest.mark.parametrize(
    "text",
    ["ton", "MT", "mt", "mWh", "斤", "担", "桶", "加仑", "Sm³", "$", "¥", "吨碳", "吨蒸汽", "里"],
)
def test_a_spelling_with_two_meanings_is_asked_about(text: str, table: UnitTable) -> None:
    parsed = parse_unit(text, table)

    assert parsed.outcome is UnitOutcome.ASK
    assert parsed.code in {"UNIT_AMBIGUOUS", "HEAT_NEEDS_ENTHALPY"}
    assert parsed.choices


@pytest.mark.parametrize("text", ["kW", "kVA", "kWh/月", "m³/h", "元/吨", "千瓦"])
def test_power_and_rates_are_no_quantities(text: str, table: UnitTable) -> None:
    assert parse_unit(text, table).code == "DIM_MISMATCH"


@pytest.mark.parametrize("text", ["k\u051ch", "kԝh", "104m3", "kWh度m", "mWH", "()", "10^4", "万"])
def test_what_only_looks_like_a_unit_is_unknown(text: str, table: UnitTable) -> None:
    assert parse_unit(text, table).code == "UNKNOWN_UNIT"


def test_a_look_alike_letter_offers_the_known_spelling(table: UnitTable) -> None:
    parsed = parse_unit("k\u051ch", table)

    assert "kWh" in parsed.near
    assert facts_of(parsed)["near"].startswith("kWh")


@pytest.mark.parametrize("text", [None, "", "  ", "\u3000"])
def test_no_unit_is_missing_and_not_one(text: str | None, table: UnitTable) -> None:
    parsed = parse_unit(text, table)

    assert (parsed.outcome, parsed.code) == (UnitOutcome.MISSING, "UNIT_MISSING")


def test_a_very_long_text_is_refused_unread(table: UnitTable) -> None:
    started = time.perf_counter()

    parsed = parse_unit("吨" * 1_000_000, table)

    assert parsed.code == "UNKNOWN_UNIT"
    assert time.perf_counter() - started < 0.01


def test_gas_volume_becomes_normal_volume_with_a_note(table: UnitTable) -> None:
    parsed = parse_unit("万m³", table)

    folded = fold_for_item(parsed, "Nm3", table=table, dims=("Nm3", "kg", "MJ"))

    assert (folded.ledger_unit, folded.scale) == ("Nm3", Fraction(10000))
    assert folded.notes == ("GAS_VOLUME_ASSUMED_STANDARD",)


def test_gas_volume_stays_where_the_item_knows_both_and_nothing_is_stated(
    table: UnitTable,
) -> None:
    parsed = parse_unit("m3", table)

    folded = fold_for_item(parsed, "Nm3", table=table, dims=("Nm3", "m3"))
    stated = fold_for_item(parsed, "Nm3", table=table, dims=("Nm3", "m3"), standard_stated=True)

    assert (folded.ledger_unit, folded.notes) == ("m3", ())
    assert stated.ledger_unit == "Nm3"


def test_water_in_cubic_metres_is_left_alone(table: UnitTable) -> None:
    folded = fold_for_item(parse_unit("吨", table), "kg", table=table, dims=("kg",))

    assert folded == parse_unit("吨", table)


def test_a_dimension_the_item_cannot_have_is_refused_with_its_units(table: UnitTable) -> None:
    folded = fold_for_item(parse_unit("吨", table), "kWh", table=table, dims=("kWh",))

    assert (folded.outcome, folded.code) == (UnitOutcome.DIM_MISMATCH, "DIM_MISMATCH")
    assert folded.choices == ("kWh",)


def test_heat_by_mass_asks_for_its_enthalpy(table: UnitTable) -> None:
    folded = fold_for_item(
        parse_unit("吨", table), "MJ", table=table, dims=("MJ",), heat_by_mass=True
    )

    assert (folded.outcome, folded.code) == (UnitOutcome.ASK, "HEAT_NEEDS_ENTHALPY")


def test_the_table_can_be_handed_to_a_child_process(table: UnitTable) -> None:
    table.conversion("kWh", "MJ")

    copy = pickle.loads(pickle.dumps(table))  # noqa: S301 - our own bytes

    assert parse_unit("万kWh", copy) == parse_unit("万kWh", table)
    assert copy.conversion("kWh", "MJ") == Fraction(18, 5)
