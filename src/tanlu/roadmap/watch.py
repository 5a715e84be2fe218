"""Follow a plan in the making: the stage it is at, what is proved, and the best plan so far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Stage(StrEnum):
    """What is being done; in this order, though a later proof may lead back to the search."""

    MODEL = "model"  # rows and columns
    BOUND = "bound"  # the relaxation, which no plan is cheaper than
    SEARCH = "search"  # a first plan
    PROOF = "proof"  # a cheaper one, or the proof that there is none
    EXACT = "exact"  # rounded to quanta and simulated
    REASONS = "reasons"  # why each measure comes when it does


@dataclass(frozen=True, slots=True)
class Step:
    """How far a plan is.

    Parameters
    ----------
    stage : Stage
        What begins now.
    bound_cny, cost_cny : float or None
        Proved lower bound, and cost of the best plan so far [CNY].
    """

    stage: Stage
    bound_cny: float | None = None
    cost_cny: float | None = None

    @property
    def done(self) -> int:
        """Number of stages that are over."""
        return list(Stage).index(self.stage)

    @property
    def gap(self) -> float | None:
        """``(cost - bound) / |bound|`` [-]; None until both are known."""
        if self.bound_cny is None or self.cost_cny is None or not self.bound_cny:
            return None
        return max(self.cost_cny - self.bound_cny, 0.0) / abs(self.bound_cny)


@dataclass(slots=True)
class Watch:
    """Hears of each step, and keeps the best plan so far for one who stops the run.

    Parameters
    ----------
    hear : callable, optional
        Gets each step.
    best : object or None
        What the run needs to make a plan of the best decisions so far; see
        `planner.best_so_far`.
    """

    hear: Callable[[Step], None] | None = None
    best: object | None = None

    def reach(
        self,
        stage: Stage,
        *,
        bound_cny: float | None = None,
        cost_cny: float | None = None,
        best: object | None = None,
    ) -> None:
        """Tell that a stage begins, with what is known so far."""
        self.best = best or self.best
        if self.hear is not None:
            self.hear(Step(stage, bound_cny, cost_cny))
