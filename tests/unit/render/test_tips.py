"""What the pointer is told: the words and digits of the chart's own figures, missing left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.i18n.say import Say
from tanlu.render.tips import tips
from tanlu.report.tree import Figure, Name, Text

if TYPE_CHECKING:
    from tanlu.report.tree import Report

ZH, EN = Say("zh").typographic(), Say("en").typographic()


def test_a_year_names_each_series_that_has_a_value() -> None:
    series = [
        {"name": Name("实际", "Actual"), "role": "actual", "values": [483912.0, None]},
        {"name": Name("计划", "Plan"), "role": "plan", "values": [483912.0, 0.0]},
    ]
    data = {"years": [2024, 2025], "series": series}
    figure = Figure("f", "lines", Text("web.nav"), Text("web.nav"), "mass", data)

    assert tips(figure, EN) == {
        "trigger": "axis",
        "texts": {
            "2024": "2024\nActual  483.9 kt CO2e\nPlan  483.9 kt CO2e",
            "2025": "2025\nPlan  0 t CO2e",
        },
        "opens": {},
    }
    assert tips(figure, ZH)["texts"]["2024"].splitlines()[1] == "实际  48.39 万吨 CO2e"


def test_every_place_of_a_report_chart_has_its_text(report: Report) -> None:
    found = {figure.kind: tips(figure, EN) for figure in report.figures()}
    drawn = {kind: one["texts"] for kind, one in found.items() if one}
    years = next(one for one in report.figures() if one.kind == "wedge").data["years"]

    assert set(drawn) >= {"lines", "wedge", "budget", "macc", "stack", "pareto"}
    assert list(drawn["wedge"]) == [str(year) for year in years]
    assert all(text.strip() for texts in drawn.values() for text in texts.values())


def test_a_row_of_sites_opens_its_total(report: Report) -> None:
    figure = next(one for one in report.figures() if one.kind == "stack")
    opens = tips(figure, EN)["opens"]

    assert list(opens) == [str(place) for place in range(len(figure.data["names"]))]
    assert all(one.startswith("inv/") for one in opens.values())


def test_a_kind_whose_marks_are_labelled_has_none() -> None:
    figure = Figure("f", "sankey", Text("web.nav"), Text("web.nav"), "mass", {})

    assert tips(figure, EN) == {}
