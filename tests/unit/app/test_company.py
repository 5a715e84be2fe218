"""Python users hold the verbs of the command line, and errors that say what to do."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

import pytest

import tanlu
from tanlu.app.company import Company, Plan
from tanlu.cli.argv import read_call
from tanlu.cli.program import build
from tanlu.i18n.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTED = {"target": "target_", "row": "row_", "period": "period_", "findings": "findings_"}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with tanlu.create(tmp_path / "ws", name="A", lang="en") as made:
        yield made


def test_the_verbs_of_the_ledger_and_targets_are_those_of_the_command_line() -> None:
    program = build(read_call([], {}), Say("en"))
    wanted = {
        prefix + verb.replace("-", "_")
        for group, prefix in PARTED.items()
        for verb in program.commands[group].commands
    }

    assert wanted
    assert [name for name in sorted(wanted) if not hasattr(Company, name)] == []
    assert all(hasattr(Company, name) for name in ("inventory", "hotspots", "explain", "verify"))


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        (lambda c: c.inventory(2024), "app.no-rows", "tanlu import"),
        (lambda c: c.explain("inv/2024/scope9"), "app.figure-unknown", "as printed"),
        (lambda c: c.report(formats="odt"), "report.format", '"odt"'),
        (lambda c: c.report(formats=("pdf", "odt", "rtf")), "report.format", "odt, rtf"),
        (lambda c: c.report(kind="mail", formats="pdf"), "report.kind", "full, inventory"),
        (lambda c: c.report(lang="fr", formats="html"), "i18n.unknown-language", "zh, en"),
        (lambda c: c.target_add("t", kind="most", year=2030), "target.kind", "absolute"),
        (lambda c: c.row_void("abc", reason="x"), None, "abc"),
        (lambda c: c.import_file("none.xlsx"), "app.file-missing", "none.xlsx"),
    ],
)
def test_a_refusal_carries_its_sentence(
    call: object, code: str | None, said: str, company: Company
) -> None:
    assert callable(call)

    with pytest.raises(tanlu.TanluError) as refused:
        call(company)

    shown = "".join(traceback.format_exception(refused.value))
    assert code in (None, refused.value.code)
    assert said in company.tell(refused.value)
    assert company.tell(refused.value) in shown


@pytest.mark.parametrize(("lang", "is_chinese"), [("", True), ("en", False)])
def test_a_folder_that_is_no_workspace_is_refused_in_words(
    lang: str, is_chinese: bool, tmp_path: Path
) -> None:
    with pytest.raises(tanlu.TanluError) as refused:
        tanlu.open(tmp_path, lang=lang)

    told = str(refused.value)
    assert told.startswith("[app.no-workspace] ")
    assert "tanlu init" in told
    assert bool(re.search(r"[\u4e00-\u9fff]", told)) is is_chinese


def test_an_error_that_nobody_has_worded_names_its_facts() -> None:
    assert str(tanlu.TanluError("a.b", found="x", near="y")) == "[a.b] found=x, near=y"
    assert str(tanlu.TanluError("a.b")) == "[a.b]"


def test_amounts_of_a_target_may_be_numbers(company: Company) -> None:
    company.target_add(
        "t", kind="absolute", year=2030, base_year=2020, base_value=100, reduction=0.3
    )

    (row,) = company.target_list()

    assert (row["id"], row["base_value"], row["reduction"]) == ("t", 100, 0.3)
    assert company.target_check()[0]["id"] == "t"
    company.target_remove("t", reason="withdrawn")
    assert company.target_list() == []


def test_a_row_is_corrected_and_cancelled(company: Company, tmp_path: Path) -> None:
    table = tmp_path / "energy.csv"
    table.write_text(
        "厂区,月份,能源品种,用量,单位\n一厂,2024-01,外购电力,120,kWh\n一厂,2024-02,外购电力,80,kWh\n",
        encoding="utf-8",
    )
    company.import_file(table)
    row = company.explain("inv/2024/scope2/location")["rows"][0]

    done = company.row_correct(row["row_id"], quantity=row["quantity"] * 2, reason="read again")
    twice = company.explain(f"row/{row['row_id']}")
    company.row_void(row["row_id"], reason="counted twice")
    gone = company.explain(f"row/{row['row_id']}")

    assert done["rows"] == 1
    assert twice["rows"][0]["quantity"] == row["quantity"] * 2
    assert twice["rows"][0]["version"] == 2
    assert twice["rows"][0]["result_mg"] == row["result_mg"] * 2
    assert [one["status"] for one in gone["rows"]] == ["VOID"]
    assert company.inventory(2024).body["coverage"]["rows"] == 1
    assert company.verify()["failures"] == []


def test_a_plan_says_which_measures_it_knows() -> None:
    plan = Plan(adoptions=[{"measure": "pv"}], not_adopted=[{"measure": "heat_pump"}])

    with pytest.raises(tanlu.TanluError) as refused:
        plan.why("M-012")

    assert refused.value.facts == {"found": "M-012", "near": "heat_pump, pv"}
