"""Steam properties and steam balances against the release and a public tool suite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.catalog import tables
from tanlu.inventory import steam

if TYPE_CHECKING:
    from pathlib import Path

STEAM = steam.SteamTables.from_rows(tables.read("if97_coefficient"))
C0_K = 273.15


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    text = (shared / "vectors/engineering/steam.json").read_text(encoding="utf-8")
    return {v["id"]: v for v in json.loads(text)["vectors"]}


def _given(vector: dict[str, Any]) -> dict[str, Any]:
    return {name: entry["value"] for name, entry in vector["inputs"].items()}


def _check(vector: dict[str, Any], found: dict[str, Any]) -> None:
    for name, value in found.items():
        entry = vector["expected"][name]
        assert value == pytest.approx(entry["value"], **entry["tolerance"]), name
    assert set(found) == set(vector["expected"])


def _h(state: steam.State) -> float:
    return state.enthalpy_kj_per_kg


@pytest.mark.parametrize(
    ("temperature_k", "pressure_mpa", "volume", "enthalpy", "entropy"),
    [
        (300, 0.0035, 39.4913866, 2549.91145, 8.52238967),
        (700, 0.0035, 92.3015898, 3335.68375, 10.1749996),
        (700, 30, 0.00542946619, 2631.49474, 5.17540298),
    ],
)
def test_region_2_gives_the_verification_points_of_the_release(
    temperature_k: float, pressure_mpa: float, volume: float, enthalpy: float, entropy: float
) -> None:
    """IAPWS R7-97(2012), table 15."""
    state = steam.state_at(pressure_mpa, temperature_k, tables=STEAM)

    assert state.volume_m3_per_kg == pytest.approx(volume, rel=2e-9)
    assert state.enthalpy_kj_per_kg == pytest.approx(enthalpy, rel=2e-9)
    assert state.entropy_kj_per_kg_k == pytest.approx(entropy, rel=6e-9)


def test_region_1_gives_the_verification_points(vectors: dict[str, Any]) -> None:
    vector = vectors["steam-if97-region1"]
    given = _given(vector)
    states = [
        steam.state_at(p, t, tables=STEAM) for t, p in zip(given["T"], given["P"], strict=True)
    ]

    _check(
        vector,
        {
            "h": [s.enthalpy_kj_per_kg for s in states],
            "s": [s.entropy_kj_per_kg_k for s in states],
            "volume": [s.volume_m3_per_kg for s in states],
        },
    )


def test_saturation_line_gives_the_verification_points(vectors: dict[str, Any]) -> None:
    vector = vectors["steam-if97-saturation"]
    given = _given(vector)

    _check(
        vector,
        {
            "P_sat": [steam.saturation_pressure_mpa(t, tables=STEAM) for t in given["T"]],
            "T_sat": [steam.saturation_temperature_k(p, tables=STEAM) for p in given["P"]],
        },
    )


def test_boiler_fuel(vectors: dict[str, Any]) -> None:
    vector = vectors["steam-boiler-5mpa"]
    g = _given(vector)
    feed = g["steam_flow"] / (1 - g["blowdown_rate"] / 100)
    h_feed = _h(steam.saturated_liquid(g["p_deaerator"], tables=STEAM))
    h_blow = _h(steam.saturated_liquid(g["p_steam"], tables=STEAM))
    h_steam = _h(steam.saturated_vapour(g["p_steam"], tables=STEAM))
    heat = g["steam_flow"] * h_steam + (feed - g["steam_flow"]) * h_blow - feed * h_feed

    _check(vector, {"fuel_energy": heat / g["combustion_efficiency"] * 100})


def test_deaerator(vectors: dict[str, Any]) -> None:
    vector = vectors["steam-deaerator"]
    g = _given(vector)
    feed, vent = g["feedwater_flow"], g["feedwater_flow"] * g["vent_rate"] / 100
    h_feed = _h(steam.saturated_liquid(g["p_deaerator"], tables=STEAM))
    h_vent = _h(steam.saturated_vapour(g["p_deaerator"], tables=STEAM))
    h_water = _h(steam.state_at(g["p_water"], g["T_water"], tables=STEAM))
    h_steam = _h(steam.state_at(g["p_steam"], g["T_steam"], tables=STEAM))
    needed = (feed * h_feed + vent * h_vent - (feed + vent) * h_water) / (h_steam - h_water)
    water = feed + vent - needed

    _check(
        vector,
        {
            "feedwater_energy": feed * h_feed,
            "vent_flow": vent,
            "vent_energy": vent * h_vent,
            "water_flow": water,
            "water_energy": water * h_water,
            "steam_flow": needed,
            "steam_energy": needed * h_steam,
        },
    )


def test_saturated_steam_at_one_megapascal_has_the_enthalpy_of_the_guides() -> None:
    assert _h(steam.saturated_vapour(1.0, tables=STEAM)) == pytest.approx(2777.1, abs=0.05)
