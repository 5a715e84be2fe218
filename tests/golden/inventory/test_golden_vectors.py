"""Engineering vectors of combustion and uncertainty."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.inventory.combustion import co2_kg_per_tj, mixture_heat, relative_density
from tanlu.inventory.propagation import combine_sum

if TYPE_CHECKING:
    from pathlib import Path


def _vector(shared: Path, area: str, name: str) -> dict[str, Any]:
    text = (shared / f"vectors/engineering/{area}.json").read_text(encoding="utf-8")
    found = {v["id"]: v for v in json.loads(text)["vectors"]}[name]
    inputs = {key: entry["value"] for key, entry in found["inputs"].items()}
    return {"inputs": inputs, "expected": found["expected"]}


def _is(found: object, entry: dict[str, Any]) -> bool:
    return bool(found == pytest.approx(entry["value"], **entry["tolerance"]))


def test_carbon_content_gives_the_factors_of_the_guidelines(shared: Path) -> None:
    vector = _vector(shared, "combustion", "combustion-ipcc-ef-from-carbon")

    found = [float(co2_kg_per_tj(Fraction(str(c)))) for c in vector["inputs"]["carbon"]]

    assert _is(found, vector["expected"]["ef"])


def test_heating_value_of_a_gas_mixture(shared: Path) -> None:
    vector = _vector(shared, "combustion", "combustion-natural-gas-us")
    shares = [Fraction(str(y)) / 100 for y in vector["inputs"]["fraction"]]
    heats = [Fraction(str(h)) for h in vector["inputs"]["heating_value"]]

    found = float(mixture_heat(shares, heats))

    assert _is(found, vector["expected"]["heating_value_mix"])


def test_relative_density_of_hydrogen_and_methane(shared: Path) -> None:
    vector = _vector(shared, "combustion", "combustion-specific-gravity-hydrogen")

    found = [
        float(
            relative_density(
                Fraction(str(m)),
                molar_volume_m3_per_kmol=Fraction("22.4"),
                air_kg_per_m3=Fraction("1.205"),
            )
        )
        for m in vector["inputs"]["molar_mass"]
    ]

    assert _is(found, vector["expected"]["sg"])


def test_quadrature_of_two_equal_sources(shared: Path) -> None:
    vector = _vector(shared, "uncertainty", "uncertainty-sum-rule")
    given = vector["inputs"]

    found = combine_sum(given["value"], [u / 100 for u in given["percent"]])

    assert _is(found * 100, vector["expected"]["percent_total"])


def test_quadrature_of_the_global_emissions_by_gas(shared: Path) -> None:
    vector = _vector(shared, "uncertainty", "uncertainty-ipcc-ar6-2019")
    given = vector["inputs"]
    parts = [x * u / 100 for x, u in zip(given["value"], given["percent"], strict=True)]

    found = combine_sum(given["value"], [u / 100 for u in given["percent"]])

    assert _is(parts, vector["expected"]["absolute"])
    assert _is(found * sum(given["value"]), vector["expected"]["total_uncertainty"])
