"""States of water and steam: what is calculated forward is found again backward."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tanlu.catalog import tables
from tanlu.measures.heat.water import Fluid, Water

WATER = Water(tables.read("if97_coefficient"))
REGIONS_MEET_K = (
    0.03  # neighbouring regions differ by less at their boundary, IAPWS R7-97 section 10
)
PRESSURES = st.floats(-3, 2).map(lambda power: 10**power)


@settings(max_examples=30, deadline=None)
@given(pressure=PRESSURES, temperature=st.floats(273.2, 1073.15))
@example(pressure=1.0, temperature=1073.1484375)
def test_enthalpy_and_entropy_lead_back_to_the_temperature(
    pressure: float, temperature: float
) -> None:
    state = WATER.at_temperature(pressure, temperature)

    by_enthalpy = WATER.at_enthalpy(pressure, state.enthalpy)
    by_entropy = WATER.at_entropy(pressure, state.entropy)

    assert by_enthalpy.temperature == pytest.approx(temperature, abs=REGIONS_MEET_K)
    assert by_entropy.temperature == pytest.approx(temperature, abs=REGIONS_MEET_K)


@settings(max_examples=30, deadline=None)
@given(pressure=st.floats(0.001, 22.0), quality=st.floats(0.01, 0.99))
def test_wet_steam_keeps_its_share(pressure: float, quality: float) -> None:
    wet = WATER.at_quality(pressure, quality)

    found = WATER.at_enthalpy(pressure, wet.enthalpy)

    assert found.quality == pytest.approx(quality, abs=1e-9)
    assert found.entropy == pytest.approx(wet.entropy, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(pressure=st.floats(0.001, 21.9))
def test_water_and_steam_are_in_equilibrium(pressure: float) -> None:
    """Both sides have one Gibbs energy."""
    water, steam = WATER.saturated(pressure)

    def gibbs(state: Fluid) -> float:
        return state.enthalpy - state.temperature * state.entropy

    assert gibbs(water) == pytest.approx(gibbs(steam), abs=0.05)
    assert steam.volume > water.volume
    assert steam.enthalpy > water.enthalpy
