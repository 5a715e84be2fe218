"""At most one measure of an exclusive group; at most one ownership of a roof."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("exclusion", reason="EXCLUSIVE")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``sum of z of a group <= 1`` in the last year, which bounds all years."""
    for name, members in sorted(groups(layout).items()):
        if len(members) > 1:
            columns = layout.z[members, -1].reshape(1, -1)
            yield Block(f"exclusion.{name}", (name,), (Term(columns),), up=1.0)


def groups(layout: Layout) -> dict[str, list[int]]:
    """Return the first-step decisions of each exclusive group, by ``site/group``."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    problem = layout.problem
    for index, decision in enumerate(layout.decisions):
        if decision.step > 1:
            continue
        measure = problem.measures.get(decision.owner)
        if measure is not None and measure.exclusive_group:
            found[f"{measure.site}/{measure.exclusive_group}"].append(index)
        elif measure is None:
            option = problem.pv[decision.owner]
            if option.is_mixed:
                continue
            found[f"{option.site}/{option.roof}"].append(index)
    return dict(found)
