"""The roadmap for a board: what it states, what has to be decided now, and the studies stored."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pypdf
import pytest

from tanlu.i18n.say import Say
from tanlu.render.documents import pdf
from tanlu.render.speech import words
from tanlu.report.build import build
from tanlu.report.tree import Facts, Figure, Kpis, Paragraph, Table, Text, Value

if TYPE_CHECKING:
    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report, Section

PAYLOAD = Path(__file__).parents[1] / "render" / "fixtures" / "machinery_payload.json"
EN = Say("en")


@pytest.fixture
def given() -> dict[str, Any]:
    """Return a fresh payload that a test may change."""
    return cast("dict[str, Any]", json.loads(PAYLOAD.read_text(encoding="utf-8")))


def built(given: dict[str, Any]) -> Report:
    return build(cast("ReportPayload", given), kind="roadmap")


def section(report: Report, name: str) -> Section:
    return next(one for one in report.sections if one.id == name)


def table(report: Report, name: str) -> Table:
    return next(
        block
        for one in report.sections
        for block in one.blocks
        if isinstance(block, Table) and block.id == name
    )


def told(report: Report, name: str) -> list[str]:
    return [words(block.text, EN) for block in section(report, name).blocks
            if isinstance(block, Paragraph)]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_board_reads_two_to_four_pages(given: dict[str, Any], lang: str) -> None:
    data = pdf.document(built(given), Say(lang).typographic())

    assert 2 <= len(pypdf.PdfReader(io.BytesIO(data)).pages) <= 4


def test_the_first_sentence_states_what_the_plan_comes_to(given: dict[str, Any]) -> None:
    plan = given["plan"]
    plan |= {"baseline_npv": plan["cost_npv"] + 5_000_000}

    saves = told(built(given), "board")[0]
    plan["baseline_npv"] = plan["cost_npv"] - 5_000_000
    costs = told(built(given), "board")[0]

    assert "CNY 5.000 m less than that of doing nothing" in saves
    assert "CNY 5.000 m more than that of doing nothing" in costs
    assert str(plan["years"][-1]) in saves


def test_decisions_are_those_of_the_first_three_years_by_measure(given: dict[str, Any]) -> None:
    plan = given["plan"]
    first = plan["years"][0]
    one = {**plan["adoptions"][0], "measure": "M-001", "capex": 100, "abatement_t_total": 5.0}
    plan["adoptions"] = [
        {**one, "site": "changzhou", "year": first + 1},
        {**one, "site": "xian-axle", "year": first + 3},
        {**one, "measure": "M-002", "site": "changzhou", "year": first + 4},
    ]
    plan["approval"] = {"state": "indicative", "unconfirmed": ["M-001@xian-axle"],
                        "by": None, "at": None}  # fmt: skip

    rows = table(built(given), "decisions").rows

    assert len(rows) == 2
    assert rows[0].cells[1] == f"{first + 1}\N{EN DASH}{first + 3}"
    assert cast("Value", rows[0].cells[2]).amount == 2
    assert cast("Value", rows[1].cells[3]).amount == 200
    assert cast("Text", rows[0].cells[5]).code == "report.board.template"


def test_an_unknown_investment_makes_the_sum_unknown(given: dict[str, Any]) -> None:
    plan = given["plan"]
    due = {**plan["adoptions"][0], "year": plan["years"][1], "capex": None}
    plan["adoptions"] = [due]

    rows = table(built(given), "decisions").rows

    assert [cast("Value", row.cells[3]).amount for row in rows] == [None, None]


def test_what_binds_is_counted_and_titled_by_its_commonest(given: dict[str, Any]) -> None:
    plan = given["plan"]
    one = plan["adoptions"][0]
    plan["adoptions"] = [
        {**one, "site": str(n), "capex": 10, "why": {"binding": [code, code], "later": 7.0}}
        for n, code in enumerate(("BUDGET_FULL", "BUDGET_FULL", "TARGET_BINDS"))
    ]
    plan["shadow_price"] = [
        {"year": 2030, "per_t": 0.0, "low": 0.0, "high": 0.0},
        {"year": 2031, "per_t": 88.0, "low": 80.0, "high": 90.0},
    ]

    report = built(given)

    found = table(report, "binding")
    assert words(found.title, EN) == "The commonest reason: earlier budgets are full (2 measures)"
    assert [cast("Value", row.cells[1]).amount for row in found.rows] == [2, 1]
    assert [cast("Value", row.cells[0]).amount for row in table(report, "shadow").rows] == [2031]
    assert "2031" in words(table(report, "shadow").title, EN)


def test_without_studies_the_risk_says_which_would_tell(given: dict[str, Any]) -> None:
    assert "tanlu plan --risk --delay" in told(built(given), "risk")[0]


def test_stored_studies_are_told(given: dict[str, Any]) -> None:
    chance = {"probability": 0.8, "low": 0.7, "high": 0.9, "worst_year": 2035,
              "topped_up": {"probability": 0.95, "low": 0.9, "high": 0.99}}  # fmt: skip
    stage = {"status": "feasible", "cost_npv": 9.0e6, "change": 1.0e6}
    given["plan"]["studies"] = {
        "risk": {"targets": [{"target": "T-1", **chance}], "all": {"target": "", **chance},
                 "draws": 1000, "cost_npv": {"p5": 1.0e6, "p50": 2.0e6, "p95": 3.0e6}},
        "delay": {"delays": [
            {"years": 1, "first_year": 2026, "feasible": True, "extra_cost": 1.0e6},
            {"years": 5, "first_year": 2030, "feasible": False, "extra_cost": None},
        ]},
        "regret": {"plans": ["as_planned", "fast"], "largest": [5.0e6, 2.0e6], "choice": "fast",
                   "better_data": 3.0e5},
        "what_if": {"changes": ["budget=x0.5"], "fixed_plan": None, "estimate": None,
                    "plan": stage},
    }  # fmt: skip

    report = built(given)

    assert words(table(report, "risk").title, EN).endswith("80.0%")
    assert "5 years later, the targets can no longer be met" in words(
        table(report, "delay").title, EN
    )
    assert any("fast" in text for text in told(report, "risk"))
    assert "budget=x0.5" in words(table(report, "what-if").title, EN)


def test_carbon_cost_is_told_and_so_is_its_absence(given: dict[str, Any]) -> None:
    plan = given["plan"]
    plan["carbon_cost"] = [0.0] * len(plan["years"])
    without = told(built(given), "money")
    plan["carbon_cost"][3] = 2.0e6

    assert any("no carbon cost" in text for text in without)
    assert any(str(plan["years"][3]) in text for text in told(built(given), "money"))


def test_an_infeasible_plan_asks_for_no_approval(given: dict[str, Any]) -> None:
    given["plan"] |= {"status": "infeasible", "infeasible": {"target": "T-2", "short_t": 1234.5}}

    assert [one.id for one in built(given).sections] == ["plan", "run"]


def test_without_a_plan_the_report_says_what_to_do(given: dict[str, Any]) -> None:
    given.pop("plan")

    report = built(given)

    assert [one.id for one in report.sections] == ["plan"]
    assert "tanlu plan" in told(report, "plan")[0]


def test_an_approved_plan_prints_who_and_when(given: dict[str, Any]) -> None:
    given["plan"]["approval"] = {"state": "approved", "unconfirmed": [], "by": "Li",
                                 "at": "2026-02-03T00:00:00+00:00"}  # fmt: skip

    facts = next(b for b in section(built(given), "approval").blocks if isinstance(b, Facts))

    assert {"Li", "2026-02-03"} <= {words(value, EN) for _, value in facts.pairs}


def test_every_figure_states_a_finding_and_has_six_cards_at_most(given: dict[str, Any]) -> None:
    report = built(given)

    figures = [figure.id for figure in report.figures()]
    cards = next(block for block in section(report, "board").blocks if isinstance(block, Kpis))
    assert figures == ["wedge", "gantt", "budget", "macc"]
    assert all(isinstance(f, Figure) and f.title.facts for f in report.figures())
    assert len(cards.cards) <= 6
