"""Golden cases of the decomposition: printed results and hand-derived limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.hotspots.drivers import CellYear, Driver, YearProfile, explain_change
from tanlu.hotspots.lmdi import decompose

CASES = yaml.safe_load(Path(__file__).with_name("lmdi.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_decomposition_matches_the_printed_effects(case: dict[str, Any]) -> None:
    cells = [(tuple(first), tuple(second)) for first, second in case["given"]["cells"]]

    effects = decompose(cells, len(case["expect"]))

    assert effects == pytest.approx(case["expect"], abs=case["tolerance"])


def _year(
    output: float, rows: list[tuple[str, float, float, float, float]], residual: float
) -> YearProfile:
    """Build a year of two sites that use electricity, partly green, and gas at 0.2 t/MWh."""
    cells: dict[tuple[str, str], CellYear] = {}
    made: dict[str, float] = {}
    for site, share, intensity, electric, green in rows:
        energy = output * share * intensity
        made[site] = output * share
        power = energy * electric
        cells[site, "electricity"] = CellYear(power, power * (1 - green) * residual, green)
        cells[site, "natural_gas"] = CellYear(energy - power, (energy - power) * 0.2)
    return YearProfile(output, cells, made)


def test_six_drivers_of_two_sites_show_the_dirtier_residual_grid() -> None:
    """Derived by hand: E = Q S I F G C, 709.312 t to 635.9352 t."""
    first = _year(1000, [("A", 0.6, 2.0, 0.7, 0.0), ("B", 0.4, 1.0, 0.5, 0.1)], 0.5856)
    second = _year(1100, [("A", 0.55, 1.9, 0.75, 0.2), ("B", 0.45, 0.95, 0.6, 0.3)], 0.6096)

    drivers = explain_change(first, second)

    expected = [63.9759, -27.3718, -34.4300, 31.5518, -129.9160, 22.8133]
    assert [drivers.effects_t[d] for d in Driver] == pytest.approx(expected, abs=5e-5)
    assert drivers.delta_mg == -73_376_800_000 - 32_000
    assert sum(drivers.effects_mg.values()) == drivers.delta_mg
