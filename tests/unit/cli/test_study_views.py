"""Every study prints in every language, with its figures."""

from __future__ import annotations

import io
import json
from importlib import resources
from typing import Any

import pytest
from rich.console import Console

from tanlu.cli import views
from tanlu.i18n.say import LANGUAGES, Say
from tanlu.roadmap.studies import plan_with_studies

FOLDER = resources.files("tanlu") / "data" / "plan_cases"


@pytest.fixture(scope="module", name="body")
def make_body() -> dict[str, Any]:
    case = json.loads((FOLDER / "v1a.json").read_text(encoding="utf-8"))
    case["uncertainty"] = [
        {"id": "a", "kind": "activity", "distribution": "uniform", "low": 0.9, "high": 1.1}
    ]
    case["scenarios"] = [{"id": "rich", "set": ["budget=x1.4"]}]
    asked: dict[str, dict[str, Any]] = {
        "alternatives": {"extra": [0.02]},
        "delay": {},
        "pareto": {"points": 2},
        "regret": {},
        "risk": {"draws": 40, "chance": 0.99},
        "robust": {"lock_year": 2027},
        "scenarios": {"count": 2},
        "tornado": {},
        "what_if": {"set": ["budget=x1.4"]},
    }
    return plan_with_studies(case, {"explain": False}, asked)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_studies_print_in_every_language(lang: str, body: dict[str, Any]) -> None:
    out = io.StringIO()

    views.studies.plan(Console(file=out, width=100), Say(lang), body)

    told = out.getvalue()
    assert "study." not in told
    for figure in ("2027 → 2026", "rich", "2027"):
        assert figure in told


def test_a_plan_without_studies_prints_as_before(body: dict[str, Any]) -> None:
    first, second = io.StringIO(), io.StringIO()
    plain = {name: value for name, value in body.items() if name != "studies"}

    views.studies.plan(Console(file=first, width=100), Say("en"), plain)
    views.goals.plan(Console(file=second, width=100), Say("en"), plain)

    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize(("lang", "told"), [("zh", "停用：old/now"), ("en", "taken out: old/now")])
def test_stock_taken_out_is_told_from_what_is_built(lang: str, told: str) -> None:
    out = io.StringIO()
    folder = resources.files("tanlu") / "data" / "plan_cases"
    case = json.loads((folder / "retire.json").read_text(encoding="utf-8"))
    body = plan_with_studies(case, {"explain": False}, {})

    views.studies.plan(Console(file=out, width=100), Say(lang), body)

    assert told in out.getvalue()


STEERED = {
    "zh": "净现值成本 9,000 元；连同内部碳价 9,200 元，下界 9,200 元",
    "en": "cost CNY 9.000 k; with the internal carbon price CNY 9.200 k, lower bound CNY 9.200 k",
}


@pytest.mark.parametrize("lang", sorted(STEERED))
def test_cost_and_bound_of_a_steered_plan_are_on_one_basis(lang: str, body: dict[str, Any]) -> None:
    steered = {"cost_npv": 9000, "steering_npv": 200, "bound_npv": 9200, "gap": 0.0}

    assert STEERED[lang] in _printed(body | steered, lang)


ENDED = [
    ("zh", "gap", "可行，间隙在要求之内"),
    ("en", "gap", "feasible, within the gap asked for"),
    ("zh", "time", "未证最优）：搜索到时限为止"),
    ("en", "nodes", "not proven optimal: the search ended before the gap asked for"),
]


@pytest.mark.parametrize(("lang", "limit", "told"), ENDED)
def test_what_ended_the_search_is_told(
    lang: str, limit: str, told: str, body: dict[str, Any]
) -> None:
    assert told in _printed(body | {"status": "feasible", "limit": limit}, lang)


def test_a_gap_above_what_was_asked_is_not_said_to_be_within_it(body: dict[str, Any]) -> None:
    above = {"status": "feasible", "limit": "gap", "gap": 0.5}

    assert "before the gap asked for" in _printed(body | above, "en")


@pytest.mark.parametrize(("lang", "told"), [("zh", "没有采用任何措施"), ("en", "no measure")])
def test_a_plan_that_takes_nothing_says_so(lang: str, told: str, body: dict[str, Any]) -> None:
    assert told in _printed(body | {"adoptions": []}, lang)
    assert told not in _printed(body, lang)


def _printed(body: dict[str, Any], lang: str) -> str:
    out = io.StringIO()
    views.goals.plan(Console(file=out, width=200), Say(lang), body)
    return out.getvalue()
