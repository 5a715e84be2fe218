"""The id printed beside a table or chart of a report opens it, and each row leads on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_opens_by_its_id_and_its_rows_by_theirs(company: Path) -> None:
    call = in_workspace(company)

    found = call("explain", "direct-gases")

    row = next(row for row in found["table"]["rows"] if row["figure"])
    assert row["figure"] == "inv/2024/scope1/gas=CO2"
    assert len(row["cells"]) == len(found["table"]["columns"])
    assert (found["value"], found["rows"]) == (None, [])
    assert call("explain", row["figure"])["closes"] is True


def test_a_chart_opens_as_the_table_behind_it(company: Path) -> None:
    told = run("-w", str(company), "--lang", "en", "explain", "sites")

    assert told.code == 0
    assert "inv/2024/total/market/site=" in "".join(told.text.split())


def test_every_id_a_report_prints_opens(company: Path) -> None:
    call = in_workspace(company)

    for name in ("scopes", "iso", "gases", "categories", "index", "pareto"):
        assert call("explain", name)["table"]["rows"]


def test_what_is_neither_a_figure_nor_a_table_is_refused_as_before(
    company: Path, empty: Path
) -> None:
    for folder in (company, empty):
        told = run("-w", str(folder), "--json", "explain", "scope-2")

        assert told.code == 2
        assert told.body["code"] == "app.figure-unknown"
