"""The plain reason of a year that no single rule decides: what a year earlier or later costs."""

from __future__ import annotations

from tanlu.roadmap.layout import MEGA

TOLERANCE = 1e-6  # MCNY: 1 CNY


def cheapest_year(earlier: float | None, later: float | None) -> tuple[str, dict[str, str]] | None:
    """Return a code with its facts, or None where moving would not cost more.

    Parameters
    ----------
    earlier, later : float or None
        Extra cost one decision year earlier and later [MCNY]; None when a rule or a target
        then cannot be kept.
    """
    known = {"earlier": earlier, "later": later}
    if any(delta is not None and delta <= TOLERANCE for delta in known.values()):
        return None
    facts = {name: str(round(delta * MEGA)) for name, delta in known.items() if delta is not None}
    return _CODES[earlier is not None, later is not None], facts


_CODES = {
    (True, True): "CHEAPEST_YEAR",
    (True, False): "LATER_BREAKS",
    (False, True): "EARLIER_BREAKS",
    (False, False): "NO_OTHER_YEAR",
}
