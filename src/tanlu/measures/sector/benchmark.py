"""Levels of energy and emissions per product: which one a plant reaches, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT, LEADING = "energy_limit", "benchmark_level"


def benchmark_level(
    *,
    product: str,
    intensity: float,
    production: float | None,
    benchmark: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the level a product's consumption or emission reaches.

    Parameters
    ----------
    product : str
        Id of a row of the benchmark table.
    intensity : float
        Consumption or emission per product [unit of the row]; smaller is better, also below
        zero (a converter that gives back more energy than it takes).
    production : float or None
        Product a year [t/yr or MWh/yr].
    benchmark, sources : sequence of mapping
        Rows of the tables.

    Returns
    -------
    dict
        ``level``: ``level_1`` to ``level_3`` or ``beyond_level_3`` of an energy limit;
        ``leading``, ``between`` or ``below_baseline`` of the leading levels; ``within`` or
        ``beyond`` of a single benchmark. ``intensity_leading``, ``intensity_baseline``;
        ``gap_leading``, ``gap_baseline`` [the same unit], positive where it is missed;
        ``excess`` of the year above the leading level; ``publication``, ``confidence``.
    """
    row = next(row for row in benchmark if row["id"] == product)
    best = float(row["value"] if row["low"] is None else row["low"])
    last = float(row["value"] if row["high"] is None else row["high"])
    document = next(one["document_no"] for one in sources if one["id"] == row["source"])
    return {
        "level": _level(row, intensity, best, last),
        "intensity_leading": best,
        "intensity_baseline": last,
        "gap_leading": intensity - best,
        "gap_baseline": intensity - last,
        "excess": None if production is None else max(intensity - best, 0.0) * production,
        "publication": f"{document} {row['locator']}",
        "confidence": row["quality"],
    }


def _level(row: Mapping[str, Any], intensity: float, best: float, last: float) -> str:
    if row["group"] == LIMIT:
        bounds = (best, float(row["value"]), last)
        reached = next((i for i, bound in enumerate(bounds, 1) if intensity <= bound), 0)
        return f"level_{reached}" if reached else "beyond_level_3"
    if row["group"] == LEADING:
        if intensity <= best:
            return "leading"
        return "between" if intensity <= last else "below_baseline"
    return "within" if intensity <= best else "beyond"


FORMULAS = dict.fromkeys(
    ("benchmark-electricity", "benchmark-emission", "benchmark-energy", "benchmark-energy-oil",
     "benchmark-power"),
    benchmark_level,
)  # fmt: skip
