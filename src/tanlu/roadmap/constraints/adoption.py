"""In operation stays in operation; closed years; decision years coarser than the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Decision, Layout


@family("adoption", reason="EARLIEST_POSSIBLE")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``z_t >= z_{t-1}``, equal between decision years, and 0 before the first year."""
    problem, years = layout.problem, layout.years
    free = np.array([np.inf if year in problem.decision_years else 0.0 for year in problem.years])
    for index, decision in enumerate(layout.decisions):
        z = layout.z[index]
        keys = tuple([f"{decision.id},{year}" for year in years[1:]])
        terms = (Term(z[1:]), Term(z[:-1], -1.0))
        yield Block(f"adoption.keep.{decision.id}", keys, terms, lo=0.0, up=free[1:])
        first = first_open(layout, decision)
        if first:
            closed = tuple(f"{decision.id},{year}" for year in years[:first])
            yield Block(
                f"adoption.closed.{decision.id}", closed, (Term(z[:first]),), lo=0.0, up=0.0
            )


def first_open(layout: Layout, decision: Decision) -> int:
    """Return the first year index in which a decision may be in operation."""
    problem = layout.problem
    owner = problem.measures.get(decision.owner) or problem.pv[decision.owner]
    ready = owner.first_year + owner.lead_years
    early = max(problem.frozen_until, owner.lead_years)
    return next(
        (
            i
            for i, year in enumerate(problem.years)
            if year >= ready and i >= early and year in problem.decision_years
        ),
        problem.periods,
    )
