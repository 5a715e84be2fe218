"""Data quality: months, evidence, score, and the workbook that closes the gaps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from tanlu.app import imports, quality_board
from tanlu.app.access import Principal, Role
from tanlu.i18n.say import Say
from tests.unit.web.conftest import text_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.unit.web.conftest import Browser

GAPS = [("常州基地", "natural_gas", [7], "万m³"), ("西安桥箱厂", "gasoline", [3], "t")]


def listed(found: dict[str, Any]) -> list[tuple[str, str, list[int], str]]:
    return [(one["site"], one["item"], one["months"], one["unit"]) for one in found["gaps"]]


def test_the_gaps_of_a_year_are_listed_with_the_way_to_close_them(reading: Browser) -> None:
    page = reading.get("/quality", lang="en", year=2024)
    told = text_of(page)

    assert "months missing: 1 (7)" in told
    assert "250 of 252" in told
    assert "/quality/gaps?lang=en" in page.text
    assert "item=natural_gas" in page.text
    assert "缺 1 个月（7 月）" in text_of(reading.get("/quality", lang="zh", year=2024))


def test_the_same_over_the_api(reading: Browser) -> None:
    found = reading.get("/api/quality/2024").json()

    assert listed(found) == GAPS
    assert (found["filled_months"], found["expected_months"]) == (250, 252)
    assert found["evidence"] == {"unknown": 346}
    assert found["score"] == 4.0
    assert found["sources"][0]["item"] == "electricity"
    assert reading.get("/api/quality/2024", lang="zh").json()["rows"] == 346


def test_measured_rows_bring_the_score_down_by_their_share(writing: Browser) -> None:
    found = writing.get("/api/activity", year=2024, item="electricity", size=1000).json()
    before = writing.get("/api/quality/2024").json()
    changes = [{"row": row["id"], "typed": {"quality": "metered"}} for row in found["rows"]]
    body = {"head": found["head"], "reason": "meters", "changes": changes}

    assert writing.send("/api/activity", body).json()["bad"] == []
    after = writing.get("/api/quality/2024").json()
    shares = sum(one["share"] for one in before["sources"] if one["item"] == "electricity")

    assert abs(before["score"] - after["score"] - 3 * shares) < 1e-9
    assert after["evidence"] == {"unknown": 346 - len(changes), "metered": len(changes)}


def test_the_workbook_lists_the_gaps_and_closes_them_once_filled_in(
    writing: Browser, tmp_path: Path
) -> None:
    desk, say = writing.desk, Say("zh")
    answer = writing.get("/quality/gaps", lang="zh", year=2024)
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book[book.sheetnames[0]]
    rows = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=2, max_row=3)]

    assert answer.headers["content-disposition"] == 'attachment; filename="gaps-2024.xlsx"'
    assert rows == [
        ["2024-07", "常州基地", "天然气", None, "万m³"],
        ["2024-03", "西安桥箱厂", "汽油", None, "t"],
    ]
    assert sheet["A4"].value is None
    sheet["D2"], sheet["D3"] = 12.5, "1,2"
    book.save(tmp_path / "filled.xlsx")
    sheet["D3"] = 3.25
    book.save(tmp_path / "right.xlsx")
    for name in ("filled.xlsx", "right.xlsx"):
        options = imports.ImportOptions(is_marked=False)
        report = imports.import_files(desk.workspace, [tmp_path / name], options=options, say=say)
        assert not any(file.open_questions for file in report.files)
    after = quality_board.body(desk, Principal("li", Role.ADMIN), 2024, say=say)

    assert after["gaps"] == []
    assert after["filled_months"] == after["expected_months"]
    assert writing.get("/quality/gaps", lang="en", year=2024).status_code == 422


def test_a_person_of_a_site_sees_and_is_asked_for_that_site_alone(
    reading: Browser, tmp_path: Path
) -> None:
    desk, say = reading.desk, Say("en")
    clerk = Principal("wu", Role.DATA_ENTRY, frozenset({"常州基地"}))
    found = quality_board.board(desk, clerk, 2024, say=say)
    path = tmp_path / "own.xlsx"
    path.write_bytes(quality_board.gaps_workbook(desk, clerk, 2024, say=say))
    sheet = load_workbook(path).worksheets[0]

    assert listed(found) == GAPS[:1]
    assert {one["site"] for one in found["sources"]} == {"常州基地"}
    assert [sheet["B2"].value, sheet["B3"].value] == ["常州基地", None]


def test_the_command_writes_the_same_workbook(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tanlu.cli.main import main  # noqa: PLC0415 - loads the program

    target = tmp_path / "gaps.xlsx"
    call = ["-w", str(company), "--lang", "en", "template", "--gaps", "2024", "-o", str(target)]

    assert main(call) == 0
    assert main(call) == 2, "a file somebody may have filled in is not replaced"
    sheet = load_workbook(target).worksheets[0]
    assert [sheet["A2"].value, sheet["C2"].value] == ["2024-07", "Natural gas"]
    assert "gaps.xlsx" in capsys.readouterr().out


def test_an_empty_workspace_says_what_to_do(empty: Browser) -> None:
    assert "Bring the energy records" in text_of(empty.get("/quality", lang="en"))
    assert empty.get("/quality/gaps").status_code == 404
