"""What the studies are asked, and where their uncertain factors come from."""

from __future__ import annotations

from typing import Any

from tanlu.app.plan_studies import StudyOptions, other_scenarios, uncertain_rows, with_uncertainty
from tanlu.roadmap.uncertain import FactorKind, read_factors

CASE: dict[str, Any] = {
    "carriers": [{"id": "electricity"}],
    "measures": [
        {"id": "b_envelope@p", "kind": "b_envelope", "effect": "reduce"},
        {"id": "own", "effect": "reduce"},
        {"id": "pump", "effect": "switch"},
    ],
}


def test_nothing_is_asked_by_default() -> None:
    assert StudyOptions().asked == {}


def test_a_wanted_chance_asks_for_the_risk() -> None:
    assert StudyOptions(chance=0.9, seed=4).asked == {"risk": {"seed": 4, "chance": 0.9}}


def test_factors_are_those_of_the_carriers_and_the_measures_own_ranges() -> None:
    factors = {factor.id: factor for factor in read_factors(uncertain_rows(CASE))}

    assert {"activity", "delay", "ef:electricity", "saving:b_envelope"} <= set(factors)
    assert "price:natural_gas" not in factors
    assert factors["saving:b_envelope"].kind is FactorKind.SAVING
    assert factors["saving:b_envelope"].low < 1 < factors["saving:b_envelope"].high
    assert factors["delay"].weights == (0.6, 0.3, 0.1)


def test_a_case_keeps_its_own_factors_and_other_studies_need_none() -> None:
    own = {**CASE, "uncertainty": [{"id": "mine"}]}

    assert with_uncertainty(own, StudyOptions(is_risk=True)) == own
    assert with_uncertainty(CASE, StudyOptions(is_delay=True)) == CASE
    assert with_uncertainty(CASE, StudyOptions(is_risk=True))["uncertainty"]


def test_the_other_scenarios_are_those_of_the_table() -> None:
    assert other_scenarios() == ["fast-grid", "slow-grid"]
