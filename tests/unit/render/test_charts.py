"""Every chart has title, unit and data in the unit of its axis, in every language."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pytest

from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.render import charts
from tanlu.report.tree import Figure, Text

if TYPE_CHECKING:
    from tanlu.report.tree import Report

HAN = re.compile(r"[\u4e00-\u9fff]")
WITHOUT_AXIS = {"sankey", "gantt", "heatmap"}


def axes(option: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        axis
        for side in ("xAxis", "yAxis")
        for axis in cast("list[dict[str, Any]]", _listed(option.get(side, [])))
    ]


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [node]


def figure(report: Report, kind: str) -> Figure:
    return next(each for each in report.figures() if each.kind == kind)


def test_the_report_draws_every_kind(report: Report) -> None:
    assert {each.kind for each in report.figures()} == set(charts.KINDS) - {
        "grand", "fan", "tornado", "scatter"  # of a calculator, and of studies
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
@pytest.mark.parametrize("width", [340, 900])
def test_every_chart_has_a_title_and_a_unit(report: Report, lang: str, width: int) -> None:
    say = Say(lang).typographic()

    for each in report.figures():
        option = charts.option(each, say=say, width=width)
        json.dumps(option, allow_nan=False)
        assert option["title"]["text"]
        assert option["title"]["subtext"]
        if each.kind not in WITHOUT_AXIS:
            assert any(axis.get("name") for axis in axes(option)), each.kind


def test_dark_charts_take_the_dark_tokens(report: Report) -> None:
    for each in report.figures():
        light = charts.drawn(each, say=Say("en"))
        dark = charts.drawn(each, say=Say("en"), theme="dark")
        assert light != dark
        assert "#e6f0ef" in dark or "#9db4b1" in dark, each.kind


def test_english_charts_hold_no_chinese(report: Report) -> None:
    say = Say("en").typographic()

    for each in report.figures():
        drawn = re.sub(r"font-family:[^;]*;", "", charts.drawn(each, say=say))
        assert not HAN.search(drawn), each.kind


def test_no_chart_has_a_scrolling_legend_or_an_animation(report: Report) -> None:
    for each in report.figures():
        option = charts.option(each, say=Say("en"))
        assert option["animation"] is False
        assert option.get("legend", {}).get("type", "plain") == "plain"


def test_wedges_stack_to_the_baseline_in_every_year(report: Report) -> None:
    option = charts.option(figure(report, "wedge"), say=Say("en"), width=900)
    bands = [series for series in option["series"] if series.get("stack") == "wedges"]
    baseline = next(series for series in option["series"] if series["name"] == "Baseline")

    sums = [sum(values) for values in zip(*(band["data"] for band in bands), strict=True)]

    assert sums == pytest.approx(baseline["data"], rel=1e-8)
    assert bands[0]["name"] == "Residual"
    assert all(value >= 0 for value in bands[0]["data"])


def test_wedge_labels_keep_order_and_distance(report: Report) -> None:
    option = charts.option(figure(report, "wedge"), say=Say("zh"), width=900)
    axis = option["yAxis"][0]
    per_px = (axis["max"] - axis["min"]) / (420 - 38 - 30)
    places = [s["data"][0][1] / per_px for s in option["series"] if s["type"] == "scatter"]

    assert all(second - first >= 13.99 for first, second in pairwise(places))


def test_more_than_twelve_bands_are_folded() -> None:
    wedges = [{"name": f"M{i}", "family": "efficiency", "t": [float(i)] * 2} for i in range(20)]
    data = {
        "years": [2025, 2026],
        "baseline_t": [400.0, 400.0],
        "emissions_t": [210.0, 210.0],
        "wedges": wedges,
        "targets": [],
    }
    drawn = Figure("w", "wedge", Text("report.figure.wedge"), Text("x"), "mass", data)

    option = charts.option(drawn, say=Say("en"))
    bands = [series["name"] for series in option["series"] if series.get("stack") == "wedges"]

    assert len(bands) == 13
    assert "Other (9)" in bands


def test_macc_bars_are_numbered_by_rising_cost(report: Report) -> None:
    bars = figure(report, "macc").data["bars"]

    assert [bar["number"] for bar in bars] == list(range(1, 13))
    assert [bar["cost_per_t"] for bar in bars] == sorted(bar["cost_per_t"] for bar in bars)


def test_years_get_no_thousands_comma(report: Report) -> None:
    for each in report.figures():
        assert "2,0" not in _text(charts.drawn(each, say=Say("en"))), each.kind


def _text(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_unknown_kind_is_refused() -> None:
    wrong = Figure("x", "pie", Text("x"), Text("x"), "mass", {})

    with pytest.raises(TanluError) as caught:
        charts.option(wrong, say=Say("en"))

    assert caught.value.code == "render.unknown-chart"


def test_wedges_above_a_large_residual_are_magnified_and_say_so(report: Report) -> None:
    wedge = figure(report, "wedge")
    lifted = {
        key: [value + 900_000 for value in wedge.data[key]] for key in ("baseline_t", "emissions_t")
    }
    raised = replace(wedge, data={**wedge.data, **lifted, "targets": []})

    axis = charts.option(raised, say=Say("en"), width=900)["yAxis"][0]

    assert axis["min"] > 0
    assert "does not start at zero" in axis["name"]
    assert charts.option(wedge, say=Say("en"), width=900)["yAxis"][0]["min"] == 0
