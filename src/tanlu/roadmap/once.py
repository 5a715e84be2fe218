"""Ask a question about a problem once: the answer is kept with the problem object."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.roadmap.problem import Problem

    A = TypeVar("A")

KEPT = 4  # problems whose answers are kept


def once(find: Callable[[Problem], A]) -> Callable[[Problem], A]:
    """Return a function that answers again for the same object without asking again.

    A problem is frozen, so the answer cannot change; only the last few are kept.
    """
    kept: list[tuple[Problem, A]] = []

    @wraps(find)
    def answer(problem: Problem) -> A:
        for known, value in tuple(kept):
            if known is problem:
                return value
        value = find(problem)
        kept.insert(0, (problem, value))
        del kept[KEPT:]
        return value

    return answer
