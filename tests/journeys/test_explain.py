"""Every figure opens to rows that add up to it, and every row to a cell that holds its number."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from tanlu.app.explained_rows import Rows
from tanlu.app.explanations import explain_figure
from tanlu.app.inventories import InventoryOptions, TakenInventory, take_inventory
from tanlu.app.workspaces import open_workspace
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.storage import Workspace

_T = Decimal(10) ** 9
_SCALES = {"kWh": Decimal(1000), "kg": Decimal(1000), "CNY": Decimal(10**4)}  # MWh, t, 10^4 CNY


@pytest.fixture(scope="module")
def opened(company: Path) -> Iterator[tuple[Workspace, TakenInventory]]:
    with open_workspace(company) as workspace:
        # The command asks DuckDB: what both tell is compared below.
        options = InventoryOptions(engine="polars", with_uncertainty=False)
        yield workspace, take_inventory(workspace, 2024, options=options)


@pytest.fixture(scope="module")
def explained(opened: tuple[Workspace, TakenInventory]) -> dict[str, dict[str, Any]]:
    """Return every figure of the inventory that has something behind it, opened."""
    workspace, taken = opened
    rows = Rows(taken)
    told = {}
    for figure in figure_ids(taken):
        try:
            body = explain_figure(
                workspace, figure, limit=10**6, say=Say("en"), opened=lambda _: rows
            )
        except TanluError as error:
            assert error.code == "app.figure-empty", figure  # noqa: PT017
        else:
            told[figure] = body
    return told


def figure_ids(taken: TakenInventory) -> Iterator[str]:
    """Yield measures by method, restricted by site, item, category and gas."""
    parts = taken.inventory.parts
    measures = ("scope1", "scope2/location", "scope2/market", "scope3", "total/market")
    cuts = [""]
    cuts += [f"/site={site}" for site in sorted({p.site for p in parts})]
    cuts += [f"/item={item}" for item in sorted({p.item for p in parts})]
    cuts += [f"/site={s}/item={i}" for s, i in sorted({(p.site, p.item) for p in parts})]
    cuts += [f"/gas={gas}" for gas in ("CO2", "CO2e")]
    for measure, cut in product(measures, cuts):
        yield f"inv/2024/{measure}{cut}"
    for category in sorted({p.category for p in parts if p.scope == 3}):
        yield f"inv/2024/scope3/category={category}"
    for basis, iso in product(("location", "market"), sorted(taken.inventory.iso)):
        yield f"inv/2024/iso/{basis}/category={iso}"


@cache
def sheet(path: Path, name: str) -> Any:
    return openpyxl.load_workbook(path, data_only=True)[name]


def numbers(path: Path, source: dict[str, Any]) -> list[Decimal]:
    """Return the numbers that the cells of a source hold, also those written as text."""
    first, top, last, bottom = range_boundaries(source["cell"])
    table = sheet(path, source["sheet"])
    rows = table.iter_rows(top, bottom, first, last, values_only=True)
    found = []
    for value in (value for row in rows for value in row):
        try:
            found.append(Decimal(str(value).strip().replace(",", "")))
        except ArithmeticError:
            continue
    return found


def test_more_than_a_hundred_figures_close(explained: dict[str, dict[str, Any]]) -> None:
    assert len(explained) > 200
    for figure, told in explained.items():
        found = [row["result_mg"] for row in told["rows"] if row["result_mg"] is not None]
        assert told["closes"] is True, figure
        assert told["n_rows"] == len(told["rows"]) > 0, figure
        assert told["value"] is not None or not found, figure
        if told["value"] is not None:
            assert Decimal(sum(found)) / _T == Decimal(str(told["value"])), figure


def test_figures_of_parts_add_up_to_the_figure_of_the_whole(
    explained: dict[str, dict[str, Any]],
) -> None:
    for measure in ("scope1", "scope2/location", "scope2/market", "scope3", "total/market"):
        whole = Decimal(str(explained[f"inv/2024/{measure}"]["value"]))
        for cut in ("site", "item"):
            parts = [
                Decimal(str(told["value"]))
                for figure, told in explained.items()
                if figure.startswith(f"inv/2024/{measure}/{cut}=")
                and figure.count("=") == 1
                and told["value"] is not None
            ]
            assert sum(parts) == whole, (measure, cut)


def test_figures_are_those_the_inventory_prints(
    explained: dict[str, dict[str, Any]], inventory: dict[str, Any]
) -> None:
    printed = {}
    for field, figure in inventory["figures"].items():
        name, _, key = field.partition(".")
        printed[figure] = inventory[name][key] if key else inventory[name]
    for row in inventory["by_site"]:
        printed[row["figure"]] = row["total_t"]["market"]
    for row in inventory["by_item"]:
        printed[row["figure"]] = row["market_t"]

    shown = {figure: value for figure, value in printed.items() if figure in explained}

    assert len(shown) > 30
    assert {figure: explained[figure]["value"] for figure in shown} == shown


def test_every_row_leads_to_a_cell_that_holds_its_number(
    explained: dict[str, dict[str, Any]],
    opened: tuple[Workspace, TakenInventory],
    inventory: dict[str, Any],
) -> None:
    workspace, _ = opened
    lines = {line["record"]: line for line in inventory["lines"]}
    checked: set[tuple[str, str]] = set()
    for told in explained.values():
        for row in told["rows"]:
            source = row["source"]
            if source is None:
                assert row["row_id"] == "allocation_rounding"
                assert abs(row["result_mg"]) < 100
                continue
            if (row["row_id"], source["cell"]) in checked:
                continue
            checked.add((row["row_id"], source["cell"]))
            path = workspace.source_path(source["sha256"])
            assert row["row_id"]
            assert holds(row, lines.get(row["row_id"]), numbers(path, source)), row
    assert len(checked) > 350


def holds(row: dict[str, Any], line: dict[str, Any] | None, found: list[Decimal]) -> bool:
    """Say whether the cells hold the quantity as written, or what the quantity was made of."""
    quantity = Decimal(str(row["quantity"]))
    if ":" not in row["source"]["cell"]:
        return found == [quantity]
    if line is not None and line["basis"] == "spend":
        return Decimal(str(line["spend_cny"])) / _SCALES["CNY"] in found
    if line is not None and line["basis"] == "distance":
        return any(a * b == quantity for a, b in product(found, found))
    return quantity / _SCALES[row["unit"]] in found


def test_every_counted_row_names_its_factor_and_edition(
    explained: dict[str, dict[str, Any]],
) -> None:
    for figure in ("inv/2024/scope1", "inv/2024/scope2/location", "inv/2024/scope3"):
        for row in explained[figure]["rows"]:
            if row["status"] != "OK":
                assert row["result_mg"] is None
                continue
            factor = row["factor"]
            assert factor["id"]
            assert factor["value"]
            if not factor["id"].startswith("supplier:"):
                assert factor["edition"], row
                assert factor["source"], row
                assert factor["locator"], row


@pytest.mark.parametrize(
    "figure",
    ["inv/2024/scope2/market", "inv/2024/scope1/site=常州基地", "inv/2024/scope3/category=4"],
)
def test_the_command_opens_the_same_rows(
    figure: str, company: Path, explained: dict[str, dict[str, Any]]
) -> None:
    told = in_workspace(company)("explain", figure, "--rows", "1000000", "--lang", "en")
    told.pop("ok")

    assert told == explained[figure]


def test_power_by_the_green_power_ledger_names_the_publication_of_the_rest(
    explained: dict[str, dict[str, Any]],
) -> None:
    seen = 0
    for row in explained["inv/2024/scope2/market"]["rows"]:
        if row["item"] != "electricity" or row["row_id"] == "allocation_rounding":
            continue
        told = row["factor"].get("residual") or row["factor"]
        seen += 1
        assert told["title_en"], row
        assert told["document"]
        assert told["published"] == 2025
        assert told["locator"] == "Table 4"
    assert seen > 40


def test_rows_carry_the_names_of_their_items(
    company: Path, explained: dict[str, dict[str, Any]]
) -> None:
    rows = explained["inv/2024/total/market"]["rows"]
    told = run("-w", str(company), "--lang", "en", "explain", "inv/2024/scope2/market").text

    assert {row["name"] for row in rows if row["item"] == "steam"} == {"Purchased steam"}
    assert all("_" not in row["name"] for row in rows)
    assert "Purchased steam" in told
    assert "allocation_rounding" not in told


@pytest.mark.parametrize("prefix", ["row/", ""])
def test_a_row_opens_to_its_cell_and_a_product_that_can_be_done_again(
    prefix: str, company: Path, explained: dict[str, dict[str, Any]]
) -> None:
    rows = explained["inv/2024/scope2/location"]["rows"]
    known = next(row for row in rows if row["item"] == "electricity")

    body = in_workspace(company)("explain", f"{prefix}{known['row_id']}", "--lang", "en")

    assert body["figure"] == f"row/{known['row_id']}"
    main, market, upstream = body["rows"]
    assert (main["source"], main["result_mg"]) == (known["source"], known["result_mg"])
    assert Decimal(str(body["value"])) * _T == known["result_mg"]
    amount, _, rest = main["formula"].replace(",", "").partition(" kWh × ")
    factor, _, mg = rest.partition(" kgCO2e/kWh (CO2) = ")
    assert Decimal(amount) * Decimal(factor) * 10**6 == Decimal(mg.removesuffix(" mg"))
    assert market["result_mg"] != main["result_mg"]
    assert (upstream["status"], upstream["result_mg"]) == ("NO_FACTOR", None)


def test_a_row_of_a_small_table_opens_to_its_fields(
    company: Path, explained: dict[str, dict[str, Any]]
) -> None:
    known = next(row for row in explained["inv/2024/scope3"]["rows"] if row.get("basis"))

    body = in_workspace(company)("explain", f"row/{known['row_id']}")
    shown = run("-w", str(company), "explain", f"row/{known['row_id']}").text

    assert body["rows"][0]["result_mg"] == known["result_mg"]
    assert body["fields"]["year"] == "2024"
    assert body["source"]["cell"] in shown


def test_a_cancelled_row_says_that_it_counts_nowhere(
    own: Path, explained: dict[str, dict[str, Any]]
) -> None:
    row_id = explained["inv/2024/scope1"]["rows"][0]["row_id"]
    in_workspace(own)("row", "void", row_id, "--reason", "重复")

    body = in_workspace(own)("explain", f"row/{row_id}")

    assert body["value"] is None
    assert [row["status"] for row in body["rows"]] == ["VOID"]
    assert "已作废" in run("-w", str(own), "explain", f"row/{row_id}", "--lang", "zh").text


@pytest.mark.parametrize(
    ("word", "lang", "said"),
    [
        ("M-40", "zh", "缺失不是零"),
        ("m-40", "en", "Missing is not zero"),
        ("M-01", "zh-Hant", "缺數不是零"),
        ("COVERAGE_MONTHS", "en", "lacks months"),
    ],
)
def test_a_rule_or_code_is_told_without_a_workspace(
    word: str, lang: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    told = run("explain", word, "--lang", lang)

    assert told.code == 0
    assert said in told.text


@pytest.mark.parametrize(
    ("word", "code", "near"),
    [
        ("M-999", "app.code-unknown", "M-9"),
        ("m-999", "app.code-unknown", "M-9"),
        ("measures.unknwon", "app.code-unknown", "measures.unknown"),
        ("cut-2030", "app.figure-unknown", "tanlu target list"),
        ("t_forklift", "app.figure-unknown", "tanlu measures show"),
        ("COVERAGE_MONTH", "app.code-unknown", "COVERAGE_MONTHS"),
        ("inv/2024/scope9/market", "app.figure-unknown", "inv/2024/scope2/market"),
        ("", "app.figure-unknown", "inv/2024/"),
        ("inv/2024/scope1/site=常州", "app.figure-empty", "inv/2024/scope1/site=常州基地"),
        ("inv/2024/scope1/item=naturalgas", "app.figure-empty", "item=natural_gas"),
        ("row/000000000000000000000000", "app.row-unknown", "tanlu explain"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is_near(
    word: str, code: str, near: str, company: Path
) -> None:
    told = run("-w", str(company), "--json", "explain", word)

    assert told.code == 2
    assert told.body["code"] == code
    assert near in told.body["message"]


def test_reasons_of_an_incomplete_total_name_items_and_statuses(inventory: dict[str, Any]) -> None:
    told = {row["code"]: row for row in inventory["findings"]}

    assert "外购电力、外购蒸汽" in told["COVERAGE_UPSTREAM"]["message"]
    assert told["COVERAGE_UPSTREAM"]["facts"]["items"] == "electricity, steam"


@pytest.mark.parametrize(
    "figure",
    [
        "inv/2024/scope1/site=南京厂",
        "inv/2024/scope1/item=unobtainium",
        "inv/2024/scope3/category=99",
        "inv/2024/total/market/gas=SF6",
    ],
)
def test_a_figure_the_inventory_does_not_have_is_refused(figure: str, company: Path) -> None:
    told = run("-w", str(company), "--json", "explain", figure)

    assert told.code == 2
    assert told.body["code"] == "app.figure-empty"
    assert figure in told.body["message"]


def test_sites_are_named_in_the_language_of_the_answer(own: Path) -> None:
    in_workspace(own)("site", "add", "常州基地", "--english", "Changzhou base")

    figure = "inv/2024/scope1/site=常州基地"
    en = run("-w", str(own), "--lang", "en", "explain", figure).text
    zh = run("-w", str(own), "--lang", "zh", "explain", figure).text

    assert "2024 · scope 1 · Changzhou base" in en
    assert "─ Changzhou base · " in en
    assert "2024 · 范围 1 · 常州基地" in zh
    assert "Changzhou" not in zh
