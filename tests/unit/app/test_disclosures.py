"""The inventory report of a real workspace: what is there, what is missing, and that it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

import tanlu
from tanlu.app.reports import report_payload
from tanlu.app.statements import set_statement
from tanlu.app.workspaces import open_workspace
from tanlu.i18n.say import Say
from tanlu.render.speech import words
from tanlu.report.build import build
from tanlu.report.tree import Paragraph, Table, Text, Value

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

EN = Say("en")
THIN = "period,site,activity,quantity,unit\n2024-01,Works,electricity,100000,kWh\n"
WHOLE = THIN + "".join(
    f"{year}-{month:02d},Works,{item},{amount},{unit}\n"
    for year in (2023, 2024)
    for month in range(1, 13)
    for item, amount, unit in (
        ("diesel", 2, "t"),
        ("electricity", 90000, "kWh"),
        ("R134a", 1, "kg"),
    )
    if (year, month, item) != (2024, 1, "electricity")
)
TEXTS = ("description", "responsible", "purpose", "intended_users", "significance", "changes",
         "recalculation")  # fmt: skip


def made(tmp_path: Path, rows: str) -> Path:
    folder, file = tmp_path / "w", tmp_path / "data.csv"
    file.write_text(rows, encoding="utf-8")
    with tanlu.create(folder, name="Works", lang="en", province="Jiangsu") as company:
        company.import_file(file)
    return folder


def report_of(folder: Path) -> Report:
    with open_workspace(folder) as workspace:
        payload = report_payload(workspace)
    return build(cast("ReportPayload", payload), kind="inventory")


def table(report: Report, name: str) -> Table:
    return next(
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Table) and block.id == name
    )


def index_of(report: Report) -> dict[str, tuple[str, str]]:
    """Return verdict and what to do by clause."""
    return {
        str(row.cells[0]).replace("\N{NO-BREAK SPACE}", " "): (
            words(row.cells[3], EN),
            words(row.cells[4], EN),
        )
        for row in table(report, "index").rows
    }


def codes(report: Report, section: str) -> list[str]:
    found = next(one for one in report.sections if one.id == section)
    return [block.text.code for block in found.blocks if isinstance(block, Paragraph)]


def test_the_index_of_a_thin_workspace_says_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    found = index_of(report_of(made(tmp_path, THIN)))

    verdicts = {clause[-2]: verdict for clause, (verdict, _) in found.items()}
    assert len(verdicts) == 20
    assert {letter for letter, verdict in verdicts.items() if verdict == "there"} == {*"cdjmopqst"}
    assert {letter for letter, verdict in verdicts.items() if verdict == "in part"} == {*"ei"}
    assert "tanlu settings set responsible" in found["9.3.1 b)"][1]
    assert "tanlu settings set base_year YEAR" in found["9.3.1 k)"][1]
    assert "import fuels" in found["9.3.1 f)"][1]
    assert "3.1, 3.2" in found["9.3.1 i)"][1]
    assert "a), b), e)" in found["9.3.1 r)"][1]


def test_missing_sections_of_a_thin_workspace_stand_with_their_reason(tmp_path: Path) -> None:
    report = report_of(made(tmp_path, THIN))

    assert codes(report, "direct") == ["report.absent.direct"]
    assert codes(report, "base-year") == ["report.absent.base-year"]
    assert codes(report, "changes") == ["report.absent.changes"]
    assert codes(report, "statements") == [
        "report.not-verified", "report.not-reviewed", "report.conformity.lacking",
    ]  # fmt: skip


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """Return a workspace of two years in which everything that can be is stated."""
    folder = made(tmp_path, WHOLE)
    with open_workspace(folder) as workspace:
        for key in TEXTS:
            set_statement(workspace, key, f"our {key}", say=EN)
        set_statement(workspace, "base_year", "2023", say=EN)
        for category in range(1, 16):
            set_statement(workspace, f"exclusion.{category}", "too small", say=EN)
    return folder


def test_conformity_is_not_stated_while_combustion_lacks_gases(stated: Path) -> None:
    """The default factor set gives CO2 of fuels only; the index says so and names the gases."""
    with open_workspace(stated) as workspace:
        set_statement(workspace, "conformity", "prepared by ISO 14064-1:2018", say=EN)

    report = report_of(stated)

    found = index_of(report)
    assert {clause: told for clause, told in found.items() if told[0] != "there"}.keys() == {
        "9.3.1 f)", "9.3.1 r)",
    }  # fmt: skip
    assert "CH4, N2O" in found["9.3.1 f)"][1]
    assert "report.conformity" not in codes(report, "statements")


def test_conformity_is_stated_once_everything_is_there(stated: Path) -> None:
    payload = _payload(stated)
    payload["direct"] += [{"gas": gas, "co2e_t": 0.1, "mass_t": 0.01} for gas in ("CH4", "N2O")]

    silent = build(cast("ReportPayload", payload), kind="inventory")
    payload["statements"]["conformity"] = {"zh": "by the standard"}
    spoken = build(cast("ReportPayload", payload), kind="inventory")

    assert codes(silent, "statements")[-1] == "report.conformity.not-stated"
    assert codes(spoken, "statements")[-1] == "report.conformity"
    assert {verdict for verdict, _ in index_of(spoken).values()} == {"there"}


def _payload(folder: Path) -> dict[str, Any]:
    with open_workspace(folder) as workspace:
        return report_payload(workspace)


def test_direct_gases_are_masses_beside_co2e_and_a_gas_of_nothing_has_no_figure(
    stated: Path,
) -> None:
    rows = {
        words(row.cells[0], EN): row.cells for row in table(report_of(stated), "direct-gases").rows
    }

    mass, co2e = cast("Value", rows["HFCs"][1]), cast("Value", rows["HFCs"][2])
    assert mass.amount == pytest.approx(0.012, abs=1e-12)
    assert co2e.amount == pytest.approx(0.012 * 1300, abs=1e-9)
    assert co2e.figure == "inv/2024/scope1/gas=HFC"
    assert cast("Value", rows["SF6"][2]).amount is None
    assert cast("Text", rows["SF6"][3]).code == "report.gas.absent"


def test_the_base_year_stands_beside_the_year(stated: Path) -> None:
    rows = {
        words(row.cells[0], EN): row.cells for row in table(report_of(stated), "base-year").rows
    }

    assert cast("Value", rows["Scope 1"][3]).amount == 0
    market = rows["Total, market-based"]
    assert cast("Value", market[1]).amount is not None
    assert cast("Value", market[2]).amount is not None


def test_an_interval_of_nothing_is_no_zero(tmp_path: Path) -> None:
    rows = table(report_of(made(tmp_path, THIN)), "uncertainty-scopes").rows

    amounts = {
        words(row.cells[0], EN): [cast("Value", cell).amount for cell in row.cells[1:]]
        for row in rows
    }
    assert amounts["Scope 1"] == [None] * 4
    assert amounts["Scope 3"] == [None] * 4
    assert None not in amounts["Scope 2, market-based"]


def test_factors_of_gases_are_told_with_their_publication(stated: Path) -> None:
    rows = {str(row.cells[0]): row.cells for row in table(report_of(stated), "gwp").rows}

    assert cast("Value", rows["HFC134a"][1]).amount == "1300"
    assert rows["HFC134a"][4] == "AR5 WGI Table 8.A.1"
