"""What the rows of savings promise: below the product at every decision, on it at both ends."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.recourse import log_savings

YEARS = 2
NOISE = 1e-9
SAVINGS = st.floats(-0.3, 0.8).filter(lambda share: abs(share) > NOISE)
MEASURES = st.lists(st.tuples(SAVINGS, st.integers(1, 3), st.booleans()), min_size=1, max_size=4)


def model_of(measures: list[tuple[float, int, bool]]) -> Assembly:
    """Return the model of one end use with measures of so many blocks, or that ramp up."""
    rows: list[dict[str, Any]] = []
    for index, (saving, blocks, is_ageing) in enumerate(measures):
        row = {"id": f"m{index}", "end_uses": ["lines"], "saving": saving, "capex": 1, "life": 5}
        ages = is_ageing and saving > 0  # a load is there at once
        rows.append(row | ({"ramp": [0.5]} if ages else {"blocks": blocks}))
    return assemble(
        read_case(
            {
                "years": {"first": 2026, "last": 2026 + YEARS - 1},
                "discount_rate": 0,
                "carriers": [
                    {"id": "power", "unit": "MWh", "electricity": True, "price": 1, "ef": 0.5}
                ],
                "sites": [{"id": "p"}],
                "end_uses": [{"id": "lines", "site": "p", "carrier": "power", "demand": 1000}],
                "measures": rows,
            }
        )
    )


def starts_of(assembly: Assembly) -> list[list[tuple[int, ...]]]:
    """Return for each decision the years that its blocks start in; YEARS is never."""
    layout = assembly.layout
    by_owner = [len(layout.decisions_of(name)) for name in sorted(layout.problem.measures)]
    every = [
        [s for s in product(range(YEARS + 1), repeat=steps) if list(s) == sorted(s)]
        for steps in by_owner
    ]
    return [list(sum(chosen, ())) for chosen in product(*every)]  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(MEASURES)
def test_the_rows_of_savings_hold_at_every_decision_and_touch_at_both_ends(
    measures: list[tuple[float, int, bool]],
) -> None:
    assembly = model_of(measures)
    layout, matrix = assembly.layout, assembly.matrix
    named = {b: matrix.blocks[b] for b in assembly.rows_of("savings")}
    table = matrix.table().tocsr()
    slack: dict[str, list[float]] = {name: [] for name in named}
    for starts in starts_of(assembly):
        values = np.zeros(matrix.n_columns)
        for index, start in enumerate(starts):
            values[layout.z[index]] = np.arange(YEARS) >= start
        values[layout.f] = np.exp(log_savings(layout, values))
        for name, rows in named.items():
            slack[name].append(float((table[rows] @ values - matrix.row_lo[rows]).min()))

    assert min(min(found) for found in slack.values()) >= -NOISE
    for name, found in slack.items():
        if name.endswith((".most", ".least")):
            assert min(found) <= NOISE
