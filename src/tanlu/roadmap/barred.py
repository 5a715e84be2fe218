"""Starts that no plan below a cost can have: what a proof of that cost need not look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.solve import Answer

NOISE = 1e-6  # MCNY
KEEP = "adoption.keep."  # rows by which what runs goes on running


def barred(assembly: Assembly, relaxed: Answer, room: float) -> tuple[IntArray, FloatArray]:
    """Return decisions, and their values, that every plan within some room of a bound shares.

    Parameters
    ----------
    assembly : Assembly
        Model.
    relaxed : Answer
        Its optimal relaxation.
    room : float
        How much a plan may cost above the relaxation [MCNY].

    Notes
    -----
    Lagrangian relaxation with the prices of the relaxed optimum on all rows but those by which a
    decision stays taken: then each decision chooses its start alone, at the sum of its reduced
    costs from there on, and the choices together cost what the relaxation does. A start that is
    dearer than the best one by more than the room is in no plan within it.
    """
    assert relaxed.values is not None  # noqa: S101 - an optimal relaxation
    layout, reduced = assembly.layout, _without_keeping(assembly, relaxed)
    years = np.arange(layout.periods)
    open_ = np.array([0, *_decision_years(assembly), layout.periods])  # the last is never
    chosen = [layout.z[i] for i, d in enumerate(layout.decisions) if not d.continuous]
    costs = [np.append(np.cumsum(reduced[z][::-1])[::-1], 0.0)[open_] for z in chosen]
    # what the choices cost less than the relaxation, where its prices are not quite right
    room += sum(
        float(reduced[z] @ relaxed.values[z] - cost.min())
        for z, cost in zip(chosen, costs, strict=True)
    )
    columns, levels = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for z, cost in zip(chosen, costs, strict=True):
        starts = open_[cost <= cost.min() + room + NOISE]
        settled = (years < starts.min()) | (years >= starts.max())
        columns.append(z[settled])
        levels.append((years >= starts.max())[settled].astype(np.float64))
    return np.concatenate(columns), np.concatenate(levels)


def _decision_years(assembly: Assembly) -> list[int]:
    problem = assembly.layout.problem
    return [i for i, year in enumerate(problem.years) if year in problem.decision_years]


def _without_keeping(assembly: Assembly, relaxed: Answer) -> FloatArray:
    """Return reduced costs without the prices of going on."""
    assert relaxed.reduced is not None  # noqa: S101 - of an optimal relaxation
    assert relaxed.row_duals is not None  # noqa: S101
    matrix = assembly.matrix
    price = np.zeros(matrix.n_rows)
    for name in assembly.rows_of("adoption"):
        if name.startswith(KEEP):
            price[matrix.blocks[name]] = relaxed.row_duals[matrix.blocks[name]]
    found: FloatArray = relaxed.reduced + matrix.table().T @ price
    return found
