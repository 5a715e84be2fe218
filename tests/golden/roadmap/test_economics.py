"""Printed costs of adoption, salvage and block savings."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.roadmap.case import read_case
from tanlu.roadmap.economics import (
    Salvage,
    adoption_costs,
    discount_factors,
    horizon_discount,
    life_left,
    salvage_share,
    telescope,
)
from tanlu.roadmap.layout import make_decisions, make_savings

CASES = yaml.safe_load(Path(__file__).with_name("economics.yaml").read_text(encoding="utf-8"))


def costs(given: dict[str, Any]) -> dict[int, float]:
    periods, rate = given["periods"], Fraction(given["rate"])
    years = list(range(2026, 2026 + periods))
    avoided = [Fraction(given.get("avoided", {}).get(i, 0)) for i in range(periods)]
    found = adoption_costs(
        [Fraction(given["capex"])] * periods,
        [Fraction(given["om"])] * periods,
        life=given["life"],
        lead=0,
        factors=discount_factors(years, rate),
        horizon=horizon_discount(years, rate),
        salvage=Salvage(given["salvage"]),
        rate=rate,
        avoided=avoided,
    )
    assert sum(telescope(found)) == pytest.approx(found[0])
    return dict(enumerate(found))


def salvage(given: dict[str, Any]) -> dict[int, float]:
    periods, rate = given["periods"], Fraction(given["rate"])
    years = list(range(2020, 2020 + periods))
    left = life_left(0, life=given["life"], periods=periods)
    share = salvage_share(Salvage(given["salvage"]), left=left, life=given["life"], rate=rate)
    return {0: float(horizon_discount(years, rate) * given["capex"] * share)}


CALLS = {"adoption_costs": costs, "discounted_salvage": salvage}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_printed_costs(case: dict[str, Any]) -> None:
    found = CALLS[case["call"]](case["given"])

    for index, value in case["expect"].items():
        assert found[index] == pytest.approx(value, abs=case["tolerance"])


def test_block_savings_are_exact_at_each_count() -> None:
    problem = read_case(
        {
            "years": {"first": 2026, "last": 2026},
            "discount_rate": 0,
            "carriers": [{"id": "electricity", "electricity": True, "price": 1}],
            "sites": [{"id": "p"}],
            "end_uses": [{"id": "u", "site": "p", "carrier": "electricity", "demand": 1}],
            "measures": [
                {"id": "m", "end_uses": ["u"], "saving": 0.2, "blocks": 4, "capex": 1, "life": 1}
            ],
        }
    )

    found = make_savings(problem, make_decisions(problem), ["u"])

    logs = [float(saving.log[0]) for saving in found]
    assert logs == pytest.approx([-0.051293, -0.054067, -0.057158, -0.060625], abs=5e-7)
