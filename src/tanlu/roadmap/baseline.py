"""The plant without any decision of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.once import once
from tanlu.roadmap.simulate import Simulation, nothing, simulate

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Problem, Target


@once
def baseline_of(problem: Problem) -> Simulation:
    """Return the exact run of a problem's baseline."""
    return simulate(problem, nothing(problem))


def site_baseline(problem: Problem, target: Target) -> dict[str, tuple[int, ...]]:
    """Return the baseline emissions of each site in a target's scopes [mg]."""
    return {
        site: site_emitted(baseline_of(problem), target, site) for site in sorted(problem.sites)
    }


def site_emitted(result: Simulation, target: Target, site: str) -> tuple[int, ...]:
    """Return a site's emissions in a target's scopes by year [mg]."""
    second = "s2m" if str(target.method) == "market" else "s2l"
    names = {1: "s1", 2: second, 3: "s3"}
    paths = [result.emissions[names[scope]][site] for scope in sorted(target.scopes)]
    return tuple(sum(values) for values in zip(*paths, strict=True))
