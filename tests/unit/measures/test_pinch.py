"""Pinch analysis: what it refuses, threshold problems, number of units, heat pumps."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat import pinch

KEMP = (
    (20.0, 135.0, 2.0),
    (170.0, 60.0, 3.0),
    (80.0, 140.0, 4.0),
    (150.0, 30.0, 1.5),
)


def rows(*streams: tuple[float, float, float | None], heat: float | None = None) -> list[Any]:
    return [
        {
            "temperature_supply": supply,
            "temperature_target": target,
            "heat_capacity_rate": rate,
            "heat_flow": heat,
            "temperature_difference_contribution": None,
        }
        for supply, target, rate in streams
    ]


def pump(evaporator: float, condenser: float, **more: float | None) -> dict[str, Any]:
    return pinch.heat_pump(
        streams=rows(*KEMP),
        temperature_difference_min=10.0,
        temperature_evaporator=evaporator,
        temperature_condenser=condenser,
        temperature_difference_heat_pump=5.0,
        cop=more.get("cop"),
        efficiency_carnot=more.get("efficiency_carnot"),
        power_max=more.get("power_max"),
    )


def test_units_are_streams_and_utilities_less_one_on_each_side() -> None:
    found = pinch.analysis(streams=rows(*KEMP), temperature_difference_min=10.0)

    assert found["count_units"] == 4 + 3
    assert found["heat_flow_composite_cold"][0] == found["heat_flow_cold_min"]
    assert found["heat_flow_composite_hot"][-1] == 510.0


@pytest.mark.parametrize("seed", range(30))
def test_heat_is_conserved_and_no_heat_flows_uphill(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - a test, repeatable
    streams = rows(
        *(
            (draw.uniform(20, 300), draw.uniform(20, 300), draw.uniform(0.5, 9))
            for _ in range(draw.randint(1, 8))
        )
    )
    found = pinch.analysis(streams=streams, temperature_difference_min=draw.uniform(0, 30))
    net = sum(
        s["heat_capacity_rate"] * (s["temperature_target"] - s["temperature_supply"])
        for s in streams
    )

    assert found["heat_flow_hot_min"] - found["heat_flow_cold_min"] == pytest.approx(net)
    assert min(found["heat_flow_grand"]) == 0.0
    assert found["heat_flow_recovery"] >= -1e-9


@pytest.mark.parametrize(
    ("streams", "problem"),
    [
        (((200.0, 100.0, 2.0), (20.0, 90.0, 1.0)), "threshold-cooling"),
        (((20.0, 90.0, 1.0),), "threshold-heating"),
        (((100.0, 40.0, 1.0), (30.0, 90.0, 1.0)), "balanced"),
    ],
)
def test_a_threshold_problem_has_no_pinch(streams: Any, problem: str) -> None:
    found = pinch.analysis(streams=rows(*streams), temperature_difference_min=10.0)

    assert found["problem"] == problem
    assert found["temperature_pinch_shifted"] is None
    assert found["temperature_pinch_all"] == []


@pytest.mark.parametrize(
    ("streams", "least", "code"),
    [
        (rows((80.0, 80.0, 2.0)), 10.0, "calc.stream-isothermal"),
        (rows((80.0, 90.0, None)), 10.0, "calc.stream-heat"),
        (rows((80.0, 90.0, 2.0), heat=30.0), 10.0, "calc.stream-heat"),
        (rows((80.0, 90.0, 2.0)), None, "calc.stream-approach"),
    ],
)
def test_a_stream_that_cannot_be_is_named(streams: Any, least: float | None, code: str) -> None:
    with pytest.raises(TanluError) as caught:
        pinch.analysis(streams=streams, temperature_difference_min=least)

    assert caught.value.code == code
    assert caught.value.facts["where"] == "streams[0]"


def test_a_heat_pump_across_the_pinch_lowers_both_utilities() -> None:
    found = pump(60.0, 130.0, cop=3.0)

    assert found["placement"] == "across"
    assert found["heat_flow_source"] <= found["heat_flow_source_max"]
    assert found["heat_flow_sink"] == pytest.approx(found["heat_flow_source"] * 1.5)
    assert found["heat_flow_hot_after"] == pytest.approx(20.0 - found["heat_flow_sink"])
    assert found["heat_flow_cold_after"] == pytest.approx(60.0 - found["heat_flow_source"])
    assert found["heat_flow_source"] > 0


def test_the_compressor_limits_what_is_lifted() -> None:
    assert pump(60.0, 130.0, cop=3.0, power_max=1.0)["heat_flow_source"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("evaporator", "condenser", "place"), [(100.0, 140.0, "above"), (30.0, 60.0, "below")]
)
def test_a_heat_pump_on_one_side_of_the_pinch_lifts_nothing(
    evaporator: float, condenser: float, place: str
) -> None:
    found = pump(evaporator, condenser, efficiency_carnot=0.5)

    assert found["placement"] == place
    assert found["heat_flow_source"] == found["power"] == 0.0


@pytest.mark.parametrize(
    ("evaporator", "condenser", "more", "code"),
    [
        (130.0, 60.0, {"cop": 3.0}, "calc.not-less"),
        (60.0, 130.0, {}, "calc.needs-one"),
        (60.0, 130.0, {"cop": 9.0}, "calc.cop-carnot"),
    ],
)
def test_a_heat_pump_that_cannot_be_is_refused(
    evaporator: float, condenser: float, more: dict[str, float], code: str
) -> None:
    with pytest.raises(TanluError) as caught:
        pump(evaporator, condenser, **more)

    assert caught.value.code == code
