"""What is wrong with temperatures that cross."""

from __future__ import annotations

from tanlu.kernel.errors import TanluError
from tanlu.units.ratio import ZERO_CELSIUS

_FREEZING, _FAHRENHEIT_PER_KELVIN = 32.0, 1.8  # [degF], [degF/K]


def crossing(unit: str, **levels: float) -> TanluError:
    """Return the error of a hot side that is not hotter than the cold one.

    Parameters
    ----------
    unit : str
        Of the temperatures: ``K``, ``degC`` or ``degF``.
    **levels
        The hot one, then the cold one, by the name of the input.
    """
    hot, cold = (f"{name} ({_celsius(level, unit):.6g} °C)" for name, level in levels.items())
    return TanluError("calc.temperatures-cross", hot=hot, cold=cold)


def _celsius(level: float, unit: str) -> float:
    if unit == "K":
        return round(level - ZERO_CELSIUS, 6)
    if unit == "degF":
        return (level - _FREEZING) / _FAHRENHEIT_PER_KELVIN
    return level
