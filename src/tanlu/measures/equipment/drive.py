"""Belts and other drives between a motor and what it turns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.saving import saved_energy

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

DIRECT, SPECIFIED, V_BELT = "direct", "specified", "v_belt"


def drive_efficiency(rows: Rows, drive: str, power_shaft: float, specified: float | None) -> float:
    """Return the efficiency of a drive.

    Parameters
    ----------
    rows : iterable of mapping
        Table of coefficients.
    drive : str
        ``direct``, ``v_belt``, ``notched_v_belt``, ``synchronous_belt`` or ``specified``.
    power_shaft : float
        At the motor's shaft [hp].
    specified : float or None
        Efficiency where it is specified [-].

    Raises
    ------
    TanluError
        ``calc.needs`` when it is to be specified and is not.
    """
    if drive == DIRECT:
        return 1.0
    if drive == SPECIFIED:
        if specified is None:
            raise TanluError("calc.needs", name="efficiency_drive", when=SPECIFIED)
        return specified
    a, b, c, d, e = coefficients(rows, "belt_loss", variant=V_BELT)
    (share,) = coefficients(rows, "belt_share", variant=drive)
    percent = a * math.exp(b * power_shaft) + c * math.exp(d * power_shaft) + e
    return 1 - percent * share / 100


def driven_power(
    *,
    power_shaft: float,
    drive: str,
    efficiency_drive: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float]:
    """Return what a drive passes on of the power at the motor's shaft [hp]."""
    found = drive_efficiency(calculator_coefficient, drive, power_shaft, efficiency_drive)
    return {"power_driven": power_shaft * found, "efficiency": found}


def belt_replacement(
    *,
    energy_use: float,
    efficiency_old: float,
    efficiency_new: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a belt of less loss saves of the electricity of its motor [kWh/yr]."""
    saved = energy_use * (1 - efficiency_old / efficiency_new)
    return saved_energy(saved, price_electricity, investment, life)


FORMULAS = {"motor-belt-drive": driven_power, "motor-belt-replacement": belt_replacement}
