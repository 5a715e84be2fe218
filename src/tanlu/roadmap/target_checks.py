"""What each kind of target limits: its value and its limit by year, in exact numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.baseline import site_baseline, site_emitted
from tanlu.roadmap.carbon_cost import MG_PER_T, emitted
from tanlu.roadmap.problem import TargetKind
from tanlu.roadmap.scaled import scaled, total_of
from tanlu.roadmap.simulate import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.roadmap.problem import Problem, Target
    from tanlu.roadmap.simulate import Choices, Simulation

Sides = tuple[list[Fraction], dict[int, Fraction]]


def _tonnes(result: Simulation, target: Target) -> list[Fraction]:
    path = emitted(result.emissions, scopes=target.scopes, method=str(target.method))
    return [Fraction(mg, MG_PER_T) for mg in path]


def _absolute(_problem: Problem, _choices: Choices, result: Simulation, target: Target) -> Sides:
    return _tonnes(result, target), dict(target.levels)


def _cumulative(_problem: Problem, _choices: Choices, result: Simulation, target: Target) -> Sides:
    running, path = ZERO, []
    for value in _tonnes(result, target):
        running += value
        path.append(running)
    return path, dict(target.levels)


def _intensity(problem: Problem, _choices: Choices, result: Simulation, target: Target) -> Sides:
    limits = {year: level * problem.output[year] for year, level in target.levels.items()}
    return _tonnes(result, target), limits


def coal_equivalent(problem: Problem, result: Simulation, convention: str) -> list[Fraction]:
    """Return what was bought in tce by year."""
    parts = (
        scaled(path).by(problem.carriers[name].kgce.get(convention, ZERO) / 1000)
        for (_, name), path in result.bought.items()
    )
    return list(total_of(parts, problem.periods).series())


def _energy(problem: Problem, _choices: Choices, result: Simulation, target: Target) -> Sides:
    limits = {year: level * problem.output[year] for year, level in target.levels.items()}
    return coal_equivalent(problem, result, target.convention), limits


def renewable(problem: Problem, choices: Choices, result: Simulation) -> list[Fraction]:
    """Return the electricity generated here or claimed, by year [electricity units]."""
    paths = list(result.claimed.values())
    paths += [site.existing_pv for site in problem.sites.values() if site.existing_pv_claimed]
    for option in problem.pv.values():
        paths.append(choices.after[option.id])
        if option.host_claims:
            paths.append(choices.within[option.id])
    return list(total_of(map(scaled, paths), problem.periods).series())


def _renewable(problem: Problem, choices: Choices, result: Simulation, target: Target) -> Sides:
    """Return what is missing to the share, against zero."""
    green = renewable(problem, choices, result)
    use = total_of(map(scaled, result.use.values()), problem.periods).series()
    missing = [
        target.levels.get(year, ZERO) * use[year] - green[year] for year in range(problem.periods)
    ]
    return missing, dict.fromkeys(target.levels, ZERO)


def _peak(problem: Problem, _choices: Choices, result: Simulation, target: Target) -> Sides:
    path = _tonnes(result, target)
    start = min(target.levels, default=problem.periods)
    return path, {year: path[year - 1] for year in range(start + 1, problem.periods)}


def _neutrality(problem: Problem, choices: Choices, result: Simulation, target: Target) -> Sides:
    start = min(target.levels, default=problem.periods)
    share = problem.offsets.max_share if problem.offsets else ZERO
    limits = {}
    for year in range(start, problem.periods):
        limits[year] = min(choices.offsets[year], target.levels[start] * share)
    return _tonnes(result, target), limits


def _equity(problem: Problem, _choices: Choices, result: Simulation, target: Target) -> Sides:
    """Return the largest share of its baseline that a site still emits, and what may be."""
    base = site_baseline(problem, target)
    left = [ZERO] * problem.periods
    for site in target.sites:
        pairs = zip(site_emitted(result, target, site), base[site], strict=True)
        mine = [Fraction(now, was) if was > 0 else ZERO for now, was in pairs]
        left = [max(a, b) for a, b in zip(left, mine, strict=True)]
    return left, {year: 1 - share for year, share in target.levels.items()}


TARGETS: dict[TargetKind, Callable[[Problem, Choices, Simulation, Target], Sides]] = {
    TargetKind.ABSOLUTE: _absolute,
    TargetKind.CUMULATIVE: _cumulative,
    TargetKind.INTENSITY: _intensity,
    TargetKind.ENERGY_INTENSITY: _energy,
    TargetKind.RENEWABLE_SHARE: _renewable,
    TargetKind.PEAK: _peak,
    TargetKind.NEUTRALITY: _neutrality,
    TargetKind.EQUITY: _equity,
}
