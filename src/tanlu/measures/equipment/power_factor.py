"""Power factor: the triangle of powers, capacitors, losses in the lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.saving import saved_energy
from tanlu.units.ratio import VA_PER_KVA

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDEPENDENT = 2  # quantities that fix the triangle of powers


def correction(
    *,
    power_apparent: float | None,
    power_real: float | None,
    power_reactive: float | None,
    angle_phase: float | None,
    power_factor: float | None,
    voltage: float | None,
    current: float | None,
    phases: str,
    power_factor_target: float,
) -> dict[str, float]:
    """Return the triangle of powers and the capacitor that reaches a target.

    Parameters
    ----------
    power_apparent, power_real, power_reactive : float or None
        [kVA], [kW], [kvar].
    angle_phase : float or None
        [deg].
    power_factor : float or None
        [-].
    voltage, current : float or None
        Together they give the apparent power [V], [A].
    phases : str
        ``1`` or ``3``, of voltage and current.
    power_factor_target : float
        [-].

    Returns
    -------
    dict
        The powers, ``angle_phase`` [deg] and ``power_factor``; ``power_apparent_target`` and
        ``power_apparent_saved`` [kVA], ``power_reactive_target`` and ``capacitance`` [kvar].

    Raises
    ------
    TanluError
        ``calc.power-triangle`` unless two independent quantities are given;
        ``calc.not-less`` when the power factor is above the target.
    """
    if (voltage is None) != (current is None):
        raise TanluError("calc.needs-both", found="voltage, current")
    if voltage is not None and current is not None:
        if power_apparent is not None:
            raise TanluError("calc.needs-one", found="power_apparent, voltage + current")
        lines = math.sqrt(3) if phases == "3" else 1.0
        power_apparent = lines * voltage * current / VA_PER_KVA
    apparent, real = _triangle(
        {"S": power_apparent, "P": power_real, "Q": power_reactive},
        None if angle_phase is None else math.cos(math.radians(angle_phase)),
        power_factor,
    )
    factor = real / apparent
    if factor > power_factor_target:
        raise TanluError("calc.not-less", name="power_factor", other="power_factor_target")
    reactive = math.sqrt(max(apparent**2 - real**2, 0.0))
    target = real * math.tan(math.acos(power_factor_target))
    return {
        "power_factor": factor,
        "power_apparent": apparent,
        "power_real": real,
        "power_reactive": reactive,
        "angle_phase": math.degrees(math.acos(factor)),
        "power_apparent_target": real / power_factor_target,
        "power_apparent_saved": apparent - real / power_factor_target,
        "power_reactive_target": target,
        "capacitance": reactive - target,
    }


def _triangle(
    powers: Mapping[str, float | None], cosine: float | None, factor: float | None
) -> tuple[float, float]:
    """Return apparent and real power from two powers, or from a power and the angle."""
    known = {name: value for name, value in powers.items() if value is not None}
    cosines = [value for value in (cosine, factor) if value is not None]
    if len(known) + len(cosines) != _INDEPENDENT or len(cosines) > 1:
        raise TanluError("calc.power-triangle")
    if not cosines:
        return _from_two_powers(known)
    ((name, value),) = known.items()
    cos = cosines[0]
    if name == "S":
        return value, value * cos
    if name == "P":
        return value / cos, value
    sine = math.sqrt(1 - cos**2)
    if not sine:
        raise TanluError("calc.power-triangle")
    return value / sine, value / sine * cos


def _from_two_powers(known: Mapping[str, float]) -> tuple[float, float]:
    if "S" not in known:
        return math.hypot(known["P"], known["Q"]), known["P"]
    other = "P" if "P" in known else "Q"
    if known[other] > known["S"]:
        name = "power_real" if other == "P" else "power_reactive"
        raise TanluError("calc.not-less", name=name, other="power_apparent")
    if other == "P":
        return known["S"], known["P"]
    return known["S"], math.sqrt(known["S"] ** 2 - known["Q"] ** 2)


def line_loss(
    *,
    energy_loss: float,
    power_factor_old: float,
    power_factor_new: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a better power factor saves of the losses in the plant's lines.

    Parameters
    ----------
    energy_loss : float
        In the lines behind the capacitor today [kWh/yr].
    power_factor_old, power_factor_new : float
        [-].
    price_electricity, investment, life
        [CNY/kWh], [CNY], [yr].
    """
    if power_factor_old > power_factor_new:
        raise TanluError("calc.not-less", name="power_factor_old", other="power_factor_new")
    share = 1 - (power_factor_old / power_factor_new) ** 2
    saved = saved_energy(energy_loss * share, price_electricity, investment, life)
    return {"saving": share, **saved}


FORMULAS = {"power-factor-correction": correction, "power-factor-line-loss": line_loss}
