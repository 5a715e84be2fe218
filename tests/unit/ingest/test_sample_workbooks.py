"""The two sample workbooks, whole: totals to the last digit, every sheet, every record."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.ingest.model import ImportContext, ParsedFile
from tanlu.ingest.vocabulary import Vocabulary
from tanlu.kernel.activity import Site

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., ImportContext]
Read = Callable[..., ParsedFile]


@pytest.fixture(scope="module", params=[2023, 2024])
def sample(
    request: pytest.FixtureRequest, shared: Path, read: Read
) -> tuple[ParsedFile, dict[str, Decimal]]:
    path = shared / "inputs" / f"machinery-group-{request.param}.xlsx"
    expected = path.with_name(f"{path.stem}.expected.json").read_text(encoding="utf-8")
    stated = json.loads(expected, parse_float=Decimal, parse_int=Decimal)["energy_totals"]
    return read(path.read_bytes(), path.name), stated


def test_yearly_totals_equal_the_stated_ones_exactly(
    sample: tuple[ParsedFile, dict[str, Decimal]], context: Make
) -> None:
    parsed, stated = sample
    words = Vocabulary(context())
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in parsed.rows:
        found[row.site, row.item] += row.quantity

    named = {(site, words.item(item)): v for (site, item), v in _split(stated).items()}

    assert dict(found) == named


def _split(stated: dict[str, Decimal]) -> dict[tuple[str, str], Decimal]:
    return {(k.split("|")[0], k.split("|")[1]): v for k, v in stated.items()}


def test_every_sheet_is_recognised_and_every_row_accounted_for(
    sample: tuple[ParsedFile, dict[str, Decimal]],
) -> None:
    parsed, _ = sample

    kinds = [(sheet.name, sheet.kind) for sheet in parsed.sheets]

    assert kinds == [
        ("说明", "notes"),
        ("用能", "wide"),
        ("绿电与光伏", "instrument"),
        ("原材料", "purchase"),
        ("运输", "freight"),
        ("设备清单", "equipment"),
        ("产值产量", "output"),
        ("废气监测", "stack"),
    ]
    energy = parsed.sheets[1]
    assert (energy.rows_in, energy.accepted) == (352, 346)
    assert (energy.quarantined, energy.excluded) == (2, 4)
    assert not parsed.open_questions


def test_doubtful_cells_are_named_and_missing_is_not_zero(
    sample: tuple[ParsedFile, dict[str, Decimal]],
) -> None:
    parsed, _ = sample

    missing = {(f.sheet, f.cell, f.facts["found"]) for f in parsed.findings
               if f.code == "NUMBER_MISSING"}  # fmt: skip

    assert missing == {("用能", "K20", "(停产)"), ("用能", "G30", "-")}
    assert not any(row.quantity == 0 for row in parsed.rows)
    codes = Counter(f.code for f in parsed.findings)
    assert codes["PERIOD_GAP"] == 2
    assert codes["CONTROL_TOTAL_MISMATCH"] == 0
    assert len(parsed.control_totals) == 29


def test_provinces_and_normal_gas_come_from_the_workbook(
    sample: tuple[ParsedFile, dict[str, Decimal]],
) -> None:
    parsed, _ = sample

    assert parsed.sites_seen == (
        Site("徐州重型厂", "CN-JS"),
        Site("徐州科技园", "CN-JS"),
        Site("常州基地", "CN-JS"),
        Site("西安桥箱厂", "CN-SN"),
    )
    assert {r.ledger_unit for r in parsed.rows if r.item == "natural_gas"} == {"Nm3"}
    stated = [f for f in parsed.findings if f.code == "GAS_STATE_STATED"]
    assert [(f.sheet, f.cell) for f in stated] == [("说明", "A3")]


def test_records_hold_plain_decimals_in_the_schema_unit(shared: Path, read: Read) -> None:
    path = shared / "inputs" / "machinery-group-2024.xlsx"

    parsed = read(path.read_bytes(), path.name)

    rows = {(r.kind.value, r.source.cell): r.fields for r in parsed.records}
    assert len(rows) == 43
    roof = rows["instrument", "A2:G2"]
    assert (roof["kwh"], roof["owner"]) == ("13600000", "third_party")
    assert roof["price_discount_cny_per_kwh"] == "0.11"
    assert rows["instrument", "A4:F4"]["serial"] is None
    assert rows["instrument", "A6:G6"]["kind"] == "ppa"
    plate = rows["purchase", "A2:F2"]
    assert (plate["mass_kg"], plate["spend_cny"]) == ("285000000", "1210000000")
    assert (plate["pcf_kgco2e_per_kg"], plate["tax"]) == ("2.05", "excluded")
    train = rows["freight", "A7:E7"]
    assert (train["mode"], train["tkm"], train["destination"]) == ("rail", "63700000", "汉堡")
    motor = rows["equipment", "A2:J2"]
    assert (motor["power_kw"], motor["poles"], motor["count"]) == ("75", "4", "126")
    assert (motor["load_fraction"], motor["grade"]) == ("0.68", "IE1")
    assert rows["equipment", "A3:I3"]["load_fraction"] == "0.6"
    boiler = rows["equipment", "A9:J9"]
    assert (boiler["efficiency_fraction"], boiler["fuel"]) == ("0.88", "natural_gas")
    output = rows["output", "A6:D6"]
    assert (output["output_value_cny"], output["price_year"]) == ("91780000000", "2020")
    assert output["energy_tce"] == "115900"
    assert rows["stack", "A3:F3"]["concentration_mg_per_m3"] == "11.2"
