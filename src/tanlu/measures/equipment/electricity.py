"""Electricity of a list of loads before and after, each known in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment import motor
from tanlu.measures.saving import cost_of, saved_energy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def reduction(
    *,
    loads: Sequence[Mapping[str, Any]],
    loads_after: Sequence[Mapping[str, Any]] | None,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return the electricity of loads, and what is saved when they are replaced.

    Parameters
    ----------
    loads, loads_after : sequence of mapping
        ``method`` (``multimeter``, ``nameplate``, ``power_meter`` or ``energy``) and what it
        needs: see `motor.electrical_power`, `motor.nameplate_power`, `motor.metered_power`;
        ``energy`` [kWh/yr] is of all the units of a row.
    price_electricity, investment, life
        [CNY/kWh], [CNY], [yr].

    Returns
    -------
    dict
        ``energy_use`` [kWh/yr] and ``energy_cost`` today, ``energy_use_after`` and what
        `saved_energy` returns; None where nothing follows.

    Raises
    ------
    TanluError
        ``calc.row-needs`` naming the row and what it lacks.
    """
    before = _total(loads, "loads")
    found: dict[str, float | None] = {
        "energy_use": before,
        "energy_cost": cost_of(before, price_electricity),
        "energy_use_after": None,
    }
    if loads_after is None:
        return found
    after = _total(loads_after, "loads_after")
    saved = saved_energy(before - after, price_electricity, investment, life)
    return {**found, "energy_use_after": after, **saved}


def _total(rows: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(_energy(row, f"{name}[{place}]") for place, row in enumerate(rows))


_NEEDS = {
    "multimeter": ("voltage", "current", "power_factor", "hours"),
    "nameplate": ("power_rated", "efficiency", "hours"),
    "power_meter": ("power", "hours"),
    "energy": ("energy",),
}

_TAKES = {
    "multimeter": ("phases", "voltage", "current", "power_factor"),
    "nameplate": (
        "power_rated",
        "load_factor",
        "frequency_operating",
        "frequency_line",
        "exponent",
        "efficiency",
    ),
    "power_meter": ("power",),
}
_FORMULAS: Mapping[str, Callable[..., dict[str, float | None]]] = {
    "multimeter": motor.electrical_power,
    "nameplate": motor.nameplate_power,
    "power_meter": motor.metered_power,
}


def _energy(row: Mapping[str, Any], place: str) -> float:
    method = row["method"]
    lacking = [name for name in _NEEDS[method] if row[name] is None]
    if lacking:
        raise TanluError("calc.row-needs", where=place, method=method, found=", ".join(lacking))
    if method == "energy":
        return float(row["energy"])
    common = {"count": row["count"], "hours": row["hours"], "price_electricity": None}
    taken = {name: row[name] for name in _TAKES[method]}
    found = _FORMULAS[method](**taken, **common)
    return found["energy_use"] or 0.0


FORMULAS = {"electricity-reduction": reduction}
