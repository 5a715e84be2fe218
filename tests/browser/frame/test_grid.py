"""Pasting, typing, bad cells, undo and saving in the editable grid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Until = Callable[[str], None]

PAGE = """{% extends "base.html.j2" %}
{% block content %}
{% from "parts/grid.html.j2" import grid with context %}
{{ grid("rows", "Activity data", columns, rows, "/save", "7:abc", undo_path="/undo", undo=undo) }}
{% endblock %}"""
COLUMNS: list[dict[str, Any]] = [
    {"field": "site", "title": "Site", "type": "text", "readonly": True},
    {"field": "month", "title": "Month", "type": "month"},
    {"field": "amount", "title": "Amount", "type": "number"},
    {
        "field": "unit",
        "title": "Unit",
        "type": "choice",
        "choices": [{"value": "kWh", "text": "kWh"}, {"value": "MWh", "text": "MWh"}],
    },
    {"field": "share", "title": "Share", "type": "ratio"},
    {"field": "day", "title": "Day", "type": "date"},
]
ROWS: list[dict[str, Any]] = [
    {"id": f"r{n}", "site": "Xuzhou", "month": f"2024-{n:02}", "amount": 100 * n, "unit": "kWh"}
    for n in range(1, 6)
]
READ = """(texts, column) => texts.map((text) => {
  const made = globalThis.cells.read(text, column);
  return 'fault' in made ? [made.fault, ...made.advice] : made.value; })"""


@pytest.fixture
def sheet(site: Any, page: Page) -> Page:
    """Open a grid of five months."""
    site.pages["/"] = PAGE
    site.facts |= {"columns": COLUMNS, "rows": ROWS, "undo": ""}
    page.goto(site.address)
    page.wait_for_selector("[data-ready]")
    return page


def cell(page: Page, row: int, field: str) -> Any:
    """Return the cell of the n-th row."""
    return page.locator(".tabulator-row").nth(row - 1).locator(f'[tabulator-field="{field}"]')


def column(page: Page, field: str) -> list[str]:
    return page.locator(f'.tabulator-row [tabulator-field="{field}"]').all_inner_texts()


def paste(page: Page, row: int, field: str, text: str) -> None:
    """Put a text into the clipboard and press Ctrl+V on a cell."""
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    cell(page, row, field).click()
    page.keyboard.press("Control+v")


VECTOR = '１,１１１.５\tkWh\n"2,222"\tMWh\n3O3\tkWh'


def test_paste_is_typed_by_column_and_a_bad_cell_is_listed(sheet: Page) -> None:
    paste(sheet, 2, "amount", VECTOR)
    sheet.wait_for_selector('[aria-invalid="true"]')

    assert column(sheet, "amount") == ["100", "1111.5", "2222", "3O3", "500"]
    assert column(sheet, "unit") == ["kWh", "kWh", "MWh", "kWh", "kWh"]
    assert cell(sheet, 4, "amount").get_attribute("aria-invalid") == "true"
    listed = sheet.locator("[data-grid-faults] li")
    assert listed.count() == 1
    assert "Row 4, Amount: “3O3”" in listed.inner_text()
    assert "Use 303" in listed.inner_text()


def test_undo_takes_back_a_whole_paste(sheet: Page) -> None:
    before = [column(sheet, name) for name in ("month", "amount", "unit")]
    paste(sheet, 2, "amount", VECTOR)
    sheet.wait_for_selector('[aria-invalid="true"]')

    sheet.keyboard.press("Control+z")
    sheet.wait_for_selector('[aria-invalid="true"]', state="detached")

    assert [column(sheet, name) for name in ("month", "amount", "unit")] == before
    assert sheet.locator("[data-grid-faults] li").count() == 0
    assert sheet.locator('[data-grid-action="save"]').is_disabled()


def test_a_paste_longer_than_the_table_adds_rows(sheet: Page, until: Until) -> None:
    paste(sheet, 5, "month", "2024-05\t1\n2024-06\t2\n2024-07\t3")
    until("document.querySelectorAll('.tabulator-row').length === 7")

    assert column(sheet, "month")[4:] == ["2024-05", "2024-06", "2024-07"]
    assert column(sheet, "amount")[4:] == ["1", "2", "3"]

    sheet.keyboard.press("Control+z")
    until("document.querySelectorAll('.tabulator-row').length === 5")


def test_read_only_columns_are_passed_over_and_what_lies_beyond_is_told(sheet: Page) -> None:
    paste(sheet, 1, "site", "Other\t2024-09")
    paste(sheet, 3, "day", "2024-03-05\tleft over")
    sheet.wait_for_selector(".toast")

    assert column(sheet, "site")[0] == "Xuzhou"
    assert column(sheet, "month")[0] == "2024-09"
    assert column(sheet, "day")[2] == "2024-03-05"
    assert "Beyond the last column, not pasted: 1" in sheet.locator(".toast").inner_text()


def test_quoted_lines_stay_one_cell(sheet: Page) -> None:
    sheet.evaluate("import(JSON.parse(document.documentElement.dataset.modules).cells)"
                   ".then((module) => { globalThis.cells = module; })")  # fmt: skip
    made = sheet.evaluate('globalThis.cells.table(\'a\\t"two\\nlines ""x"""\\r\\nb\\t\\r\\n\')')

    assert made == [["a", 'two\nlines "x"'], ["b", ""]]


@pytest.mark.parametrize(
    ("kind", "texts", "expected"),
    [
        ("number", ["1,234.5", "−3", "12.5%", "1,23", "", "1e3", "12 345"],
         [1234.5, -3, ["percent"], ["number"], None, 1000, 12345]),
        ("number", ["12345678901234567.89"], ["12345678901234567.89"]),
        ("ratio", ["12.5%", "0.125", "12.5", "１２％", "x"],
         [0.125, 0.125, ["ratio_above_one", "12.5%"], 0.12, ["ratio"]]),
        ("month", ["2025-03", "2025年3月", "45658", "2025.1", "2025.10", "2025-13", "2025/3/15"],
         ["2025-03", "2025-03", "2025-01", ["month_or_october", "2025-01", "2025-10"], "2025-10",
          ["month"], ["month_not_day", "2025-03"]]),
        ("date", ["2025年3月5日", "45658", "2025.3.5", "2025-02-30", "yesterday"],
         ["2025-03-05", "2025-01-01", "2025-03-05", ["date"], ["date"]]),
        ("choice", ["ｋＷｈ", "mwh", "kW", "t"], ["kWh", "MWh", ["choice", "kWh"], ["choice"]]),
    ],
)  # fmt: skip
def test_cells_are_read_by_their_type(
    sheet: Page, kind: str, texts: list[str], expected: list[Any]
) -> None:
    sheet.evaluate("import(JSON.parse(document.documentElement.dataset.modules).cells)"
                   ".then((module) => { globalThis.cells = module; })")  # fmt: skip
    choices = COLUMNS[3]["choices"]

    found = sheet.evaluate(
        f"([texts, column]) => ({READ})(texts, column)", [texts, {"type": kind, "choices": choices}]
    )

    assert found == expected


def test_typing_replaces_a_cell_and_percent_is_kept_as_a_share(sheet: Page) -> None:
    cell(sheet, 1, "share").click()
    sheet.keyboard.type("12.5%")
    sheet.keyboard.press("Enter")
    cell(sheet, 2, "month").click()
    sheet.keyboard.type("2025年3月")
    sheet.keyboard.press("Enter")

    assert column(sheet, "share")[0] == "12.5%"
    assert column(sheet, "month")[1] == "2025-03"


def test_save_sends_one_change_set_and_the_answer_counts(site: Any, sheet: Page) -> None:
    answered = {
        "ok": True,
        "head": "8:def",
        "text": "3 rows changed",
        "undo": "set-8",
        "rows": [{**row, "amount": 7} for row in ROWS],
        "bad": [{"row": "r4", "field": "amount", "found": "3O3", "reason": "No number.",
                 "advice": ["303"]}],
    }  # fmt: skip
    site.tell("/save", answered)
    paste(sheet, 2, "amount", VECTOR)
    sheet.wait_for_selector('[aria-invalid="true"]')

    sheet.locator('[data-grid-action="save"]').click()
    sheet.wait_for_selector(".toast")

    sent = site.posted("/save")
    assert len(sent) == 1
    assert sent[0].headers["X-CSRF-Token"] == "token-of-the-test"
    body = json.loads(sent[0].body)
    assert body["head"] == "7:abc"
    assert [change["row"] for change in body["changes"]] == ["r2", "r3", "r4"]
    assert body["changes"][0]["values"] == {"amount": 1111.5, "unit": "kWh"}
    assert body["changes"][2]["values"] == {"amount": None, "unit": "kWh"}
    assert body["changes"][2]["typed"] == {"amount": "3O3", "unit": "kWh"}
    assert column(sheet, "amount") == ["7", "7", "7", "3O3", "7"]
    assert "No number." in sheet.locator("[data-grid-faults]").inner_text()


def test_undo_with_nothing_left_here_asks_the_server(site: Any, sheet: Page) -> None:
    site.tell("/save", {"ok": True, "head": "8:def", "text": "Saved", "undo": "set-8"})
    site.tell("/undo", {"ok": True, "head": "9:0", "text": "Undone", "rows": ROWS})
    paste(sheet, 1, "amount", "5")
    sheet.locator('[data-grid-action="save"]:not([disabled])').click()
    sheet.wait_for_selector(".toast >> text=Saved")

    cell(sheet, 1, "amount").click()
    sheet.keyboard.press("Control+z")
    sheet.wait_for_selector(".toast >> text=Undone")

    assert json.loads(site.posted("/undo")[0].body) == {"head": "8:def", "undo": "set-8"}
    assert column(sheet, "amount") == ["100", "200", "300", "400", "500"]


def test_a_refusal_is_shown_and_what_was_typed_stays(site: Any, sheet: Page) -> None:
    refusal = {"ok": False, "code": "storage.period-closed", "message": "2024-02 is closed."}
    site.tell("/save", refusal, status=409)
    paste(sheet, 2, "amount", "5")

    sheet.locator('[data-grid-action="save"]:not([disabled])').click()
    sheet.wait_for_selector("[data-grid-refused]:not([hidden])")

    assert "2024-02 is closed." in sheet.locator("[data-grid-refused]").inner_text()
    assert column(sheet, "amount")[1] == "5"
    assert sheet.locator('[data-grid-action="save"]').is_enabled()


def test_a_fault_jumps_to_its_cell_and_takes_its_advice(sheet: Page) -> None:
    paste(sheet, 4, "amount", "3O3")

    sheet.locator('[data-grid-action="jump"]').click()
    sheet.locator('[data-grid-action="take"]').click()
    sheet.wait_for_selector("[data-grid-faults] li", state="detached")

    assert column(sheet, "amount")[3] == "303"


def test_the_grid_does_not_take_the_focus_when_it_opens(sheet: Page) -> None:
    assert sheet.evaluate("document.activeElement === document.body")
    assert sheet.evaluate("scrollY") == 0


def test_nothing_hinders_a_reader(sheet: Page, hindrances: Callable[[], list[str]]) -> None:
    paste(sheet, 2, "amount", VECTOR)
    sheet.wait_for_selector('[aria-invalid="true"]')

    assert hindrances() == []


def test_it_is_printed_as_a_plain_table(sheet: Page) -> None:
    paste(sheet, 2, "amount", VECTOR)
    sheet.wait_for_selector('[aria-invalid="true"]')

    sheet.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = sheet.locator(".tabulator-print-table tbody tr").all_inner_texts()
    sheet.evaluate("dispatchEvent(new Event('afterprint'))")

    assert [line.split("\t")[:3] for line in printed[:4]] == [
        ["Xuzhou", "2024-01", "100"],
        ["Xuzhou", "2024-02", "1111.5"],
        ["Xuzhou", "2024-03", "2222"],
        ["Xuzhou", "2024-04", "3O3"],
    ]
    assert sheet.locator(".tabulator-print-table").count() == 0
