"""The sample's totals, worked out by hand from the cells of its workbooks and published factors."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import tanlu
from tests.journeys.conftest import in_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Guides of 2013-2015, annex: net calorific value [GJ/t, GJ/10^4 Nm3], carbon [tC/GJ], oxidation.
_FUELS = {
    "天然气": ("389.31", "0.0153", "0.99"),
    "0#柴油": ("43.33", "0.0202", "0.98"),
    "汽油": ("44.8", "0.0189", "0.98"),
    "液化石油气": ("47.31", "0.0172", "0.99"),
}
_CO2_PER_C = Decimal(44) / Decimal(12)
_PROPANE = Decimal(3) * Decimal("44.01") / Decimal("44.097")  # complete combustion, molar masses
_GRID = {2023: Decimal("0.5306"), 2024: Decimal("0.5306")}  # national average of 2023
_RESIDUAL = Decimal("0.6096")  # national average without market-traded non-fossil power, 2023
_STEAM_T_PER_GJ = Decimal("0.11")  # purchased heat, annex of the same guides
_T = Decimal(10) ** 9  # mg
# Amounts as pinned once the derivation below agreed with them [t].
GOLDEN = {
    2024: {
        "scope1": "101196.686803868",
        "location": "236263.51988",
        "market": "260337.67608",
        "total_location": "2003478.022100894",
        "total_market": "2027552.178300894",
    },
}


@cache
def cells(path: str, sheet: str) -> list[list[Any]]:
    """Return the rows of a sheet below its head, as the workbook holds them."""
    table = openpyxl.load_workbook(path, data_only=True)[sheet]
    return [list(row) for row in table.iter_rows(values_only=True)]


def amount(cell: Any) -> Decimal | None:
    """Return the number of a cell, also of one written as text; None for none."""
    text = "" if cell is None else str(cell).strip().replace(",", "")
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def readings(path: str) -> Iterator[tuple[str, str, Decimal]]:
    """Yield site, carrier and reading of every filled month."""
    for row in cells(path, "用能"):
        if not row[2] or "小计" in str(row[0]) or row[0] == "厂区":
            continue
        for cell in row[4:16]:
            reading = amount(cell)
            if reading is not None:
                yield str(row[0]), str(row[2]), reading


def half_up(value: Decimal) -> Decimal:
    """Round as the ledger does: floor of the value and a half."""
    return (value + Decimal("0.5")).to_integral_value(ROUND_FLOOR)


def factor(carrier: str) -> Decimal:
    """Return kg CO2 per kg, per Nm3."""
    if carrier == "丙烷":
        return _PROPANE
    if carrier == "二氧化碳保护气":
        return Decimal(1)
    heat, carbon, oxidised = map(Decimal, _FUELS[carrier])
    per = Decimal(10**4) if carrier == "天然气" else Decimal(1000)  # of 10^4 Nm3, of t
    return heat * carbon * oxidised * _CO2_PER_C * 1000 / per


def scope1_mg(path: str) -> Decimal:
    """Return scope 1: each reading times its factor, rounded to mg, added up."""
    total = Decimal(0)
    for _, carrier, reading in readings(path):
        if carrier in {"外购电力", "外购蒸汽"}:
            continue
        base = reading * (10**4 if carrier == "天然气" else 1000)  # Nm3, kg
        multiplier = round(factor(carrier), 12)  # 12 decimals, as every factor is kept
        total += half_up(base * multiplier * 10**6)
    return total


def purchased(path: str) -> dict[str, Decimal]:
    """Return purchased electricity by site [kWh]."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for site, carrier, reading in readings(path):
        if carrier == "外购电力":
            sums[site] += reading * 10**4
    return sums


def steam_t(path: str) -> Decimal:
    """Return emissions of purchased steam [t]."""
    return _STEAM_T_PER_GJ * sum(r for _, carrier, r in readings(path) if carrier == "外购蒸汽")


def green_kwh(path: str, year: int) -> tuple[dict[str, Decimal], Decimal]:
    """Return what contracts and certificates cover by site, and own generation without them."""
    covered: dict[str, Decimal] = defaultdict(Decimal)
    unbacked = Decimal(0)
    for site, kind, of_year, mwh, _, owner, *_ in cells(path, "绿电与光伏")[1:]:
        kwh = (amount(mwh) or Decimal(0)) * 1000
        assert of_year == year
        if kind in {"绿证", "绿电交易"}:
            covered[str(site)] += kwh
        elif owner != "自有":  # the investor of an EMC roof holds its certificates
            unbacked += kwh
    return covered, unbacked


def market_t(path: str, year: int) -> Decimal:
    """Return scope 2, market-based: what nothing covers at the residual factor, and steam."""
    covered, unbacked = green_kwh(path, year)
    residual = sum(max(kwh - covered[site], Decimal(0)) for site, kwh in purchased(path).items())
    return (residual + unbacked) * _RESIDUAL / 1000 + steam_t(path)


def location_t(path: str, year: int) -> Decimal:
    """Return scope 2, location-based."""
    return sum(purchased(path).values()) * _GRID[year] / 1000 + steam_t(path)


def test_totals_are_those_worked_out_by_hand(
    inventory: dict[str, Any], workbooks: tuple[str, str]
) -> None:
    book, golden = workbooks[1], {k: Decimal(v) for k, v in GOLDEN[2024].items()}

    assert scope1_mg(book) / _T == golden["scope1"]
    assert location_t(book, 2024) == golden["location"]
    assert market_t(book, 2024) == golden["market"]
    assert Decimal(str(inventory["scope1_t"])) == golden["scope1"]
    assert Decimal(str(inventory["scope2_t"]["location"])) == golden["location"]
    assert Decimal(str(inventory["scope2_t"]["market"])) == golden["market"]
    for basis in ("location", "market"):
        assert Decimal(str(inventory["total_t"][basis])) == golden[f"total_{basis}"]


def test_the_year_before_is_worked_out_by_hand_too(
    company: Path, workbooks: tuple[str, str]
) -> None:
    body = in_workspace(company)("inventory", "2023")

    assert Decimal(str(body["scope1_t"])) == scope1_mg(workbooks[0]) / _T
    assert Decimal(str(body["scope2_t"]["location"])) == location_t(workbooks[0], 2023)
    assert Decimal(str(body["scope2_t"]["market"])) == market_t(workbooks[0], 2023)


def test_green_power_ledger_is_the_one_kept_by_hand(
    inventory: dict[str, Any], workbooks: tuple[str, str]
) -> None:
    covered, unbacked = green_kwh(workbooks[1], 2024)
    bought = purchased(workbooks[1])
    rows = {row["site"]: row for row in inventory["greenpower"]}

    assert set(rows) == set(bought)
    for site, kwh in bought.items():
        row = rows[site]
        assert Decimal(str(row["purchased_kwh"])) == kwh
        assert Decimal(str(row["green_kwh"] + row["certificates_kwh"])) == covered[site]
        assert Decimal(str(row["residual_kwh"])) == kwh - covered[site]
        assert row["surplus_kwh"] == row["rejected_kwh"] == 0
    assert sum(Decimal(str(row["unbacked_kwh"])) for row in rows.values()) == unbacked


def test_python_tells_the_totals_of_the_command_line(
    company: Path, inventory: dict[str, Any]
) -> None:
    with tanlu.open(company) as opened:
        taken = opened.inventory(2024)
        rows = taken.rows()
        figure = opened.explain("inv/2024/scope1")

    assert taken.total_t == inventory["total_t"]
    assert taken.scopes == {k: inventory[k] for k in ("scope1_t", "scope2_t", "scope3_t")}
    # the head of the chain is that of the moment: other runs may be kept in between
    told, printed = ({**run, "ledger_head": ""} for run in (taken.body["run"], inventory["run"]))
    assert told == printed
    assert figure["value"] == inventory["scope1_t"]
    assert rows.height > inventory["coverage"]["ok"] > 0
    assert {"row_id", "stream", "co2e_mg", "status"} <= set(rows.columns)
    html = taken._repr_html_()
    assert html.startswith("<table>")
    assert "26.03" in html  # 10^4 t


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("year", ["2023", "2024"])
def test_every_engine_gives_one_run_hash(company: Path, year: str, engine: str) -> None:
    call = in_workspace(company)

    told = call("inventory", year, "--engine", engine)

    assert told["run"]["engine"] == engine
    assert told["run"]["hash"] == call("inventory", year)["run"]["hash"]
