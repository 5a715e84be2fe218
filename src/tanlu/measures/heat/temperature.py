"""What is wrong with temperatures that cross."""

from __future__ import annotations

from tanlu.kernel.errors import TanluError


def crossing(hot: float, cold: float, unit: str) -> TanluError:
    """Return the error of a hot side [unit] that is not hotter than the cold one."""
    digits = ".2f" if unit == "K" else "g"
    return TanluError(
        "calc.temperatures-cross", hot=f"{hot:{digits}} {unit}", cold=f"{cold:{digits}} {unit}"
    )
