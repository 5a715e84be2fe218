"""What must hold across the parts of a problem: references, cycles, shares, lives, years."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Evidence

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from fractions import Fraction

    from tanlu.roadmap.node import Faults
    from tanlu.roadmap.problem import Measure, Problem, PvOption, Technology

LARGEST_SAVING = (19, 20)  # 0.95: more must be a switch, because log 0 is minus infinity


def check_problem(problem: Problem, faults: Faults) -> None:
    """Add every fault that only shows across objects."""
    if not problem.end_uses:
        faults.add("CASE_EMPTY", "end_uses")
    if sum(carrier.electricity for carrier in problem.carriers.values()) > 1:
        faults.add("CASE_ELECTRICITY_TWICE", "carriers")
    _check_end_uses(problem, faults)
    _check_technologies(problem, faults)
    for measure in problem.measures.values():
        _check_measure(problem, measure, faults)
    _check_cycles(problem.measures, faults)
    _check_generation(problem, faults)
    for lock in problem.locks:
        _known(lock.measure, {**problem.measures, **problem.pv}, f"locks.{lock.measure}", faults)
    _check_years(problem, faults)


def _known(name: str, table: Collection[str], path: str, faults: Faults) -> bool:
    if name in table:
        return True
    near = difflib.get_close_matches(name, sorted(table), n=1) or sorted(table)[:5]
    faults.add("CASE_REFERENCE", path, found=name, near=", ".join(near))
    return False


def _check_end_uses(problem: Problem, faults: Faults) -> None:
    served = {t.end_use for t in problem.technologies.values()}
    for use in problem.end_uses.values():
        path = f"end_uses.{use.id}"
        _known(use.site, problem.sites, f"{path}.site", faults)
        if use.carrier or use.id not in served:
            _known(use.carrier, problem.carriers, f"{path}.carrier", faults)
        if min(use.demand) < 0:
            faults.add("CASE_NEGATIVE", f"{path}.demand", found=float(min(use.demand)))


def _check_technologies(problem: Problem, faults: Faults) -> None:
    for technology in problem.technologies.values():
        path = f"technologies.{technology.id}"
        _known(technology.end_use, problem.end_uses, f"{path}.end_use", faults)
        if technology.carrier:
            _known(technology.carrier, problem.carriers, f"{path}.carrier", faults)


def _check_measure(problem: Problem, measure: Measure, faults: Faults) -> None:
    path = f"measures.{measure.id}"
    if not measure.saving:
        faults.add("CASE_KEY_MISSING", f"{path}.end_uses", key="end_uses")
    for name, path_of_shares in measure.saving.items():
        if _known(name, problem.end_uses, f"{path}.end_uses", faults):
            if problem.end_uses[name].site != measure.site:
                faults.add("CASE_OTHER_SITE", f"{path}.end_uses", found=name, site=measure.site)
            _check_share(measure, max(path_of_shares), path, faults)
    for name in measure.requires:
        _known(name, problem.measures, f"{path}.requires", faults)
    if measure.carrier_to:
        _known(measure.carrier_to, problem.carriers, f"{path}.carrier_to", faults)
    if measure.effect is Effect.RECOVER:
        _known(measure.source_end_use, problem.end_uses, f"{path}.source_end_use", faults)
    if measure.continuous and measure.effect is not Effect.SWITCH:
        faults.add("CASE_CONTINUOUS", f"{path}.continuous", found=measure.effect)
    if min(measure.capex) < 0:
        faults.add("CASE_NEGATIVE", f"{path}.capex", found=float(min(measure.capex)))


def _check_share(measure: Measure, share: Fraction, path: str, faults: Faults) -> None:
    numerator, denominator = LARGEST_SAVING
    largest = numerator / denominator
    reduces = measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}
    if reduces and share > largest:
        faults.add("CASE_SAVING_TOO_LARGE", f"{path}.saving", found=float(share), most=largest)
    if not reduces and not 0 <= share <= 1:
        faults.add("CASE_SHARE", f"{path}.share", found=float(share))


def _check_cycles(measures: Mapping[str, Measure], faults: Faults) -> None:
    done: set[str] = set()
    for name in sorted(measures):
        trail = _walk(name, measures, done)
        if trail:
            faults.add("CASE_CYCLE", f"measures.{name}.requires", found=" → ".join(trail))


def _walk(start: str, measures: Mapping[str, Measure], done: set[str]) -> list[str]:
    """Return a cycle reached from a measure, empty when there is none; iterative."""
    trail: list[str] = []
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        name, leaving = stack.pop()
        if leaving:
            trail.pop()
            done.add(name)
            continue
        if name in trail:
            done.update(trail)
            return [*trail[trail.index(name) :], name]
        if name in done or name not in measures:
            continue
        trail.append(name)
        stack.append((name, True))
        stack.extend((needed, False) for needed in sorted(measures[name].requires))
    return []


def _check_generation(problem: Problem, faults: Faults) -> None:
    power = problem.electricity()
    for option in problem.pv.values():
        _known(option.site, problem.sites, f"pv.{option.id}.site", faults)
        if not power:
            faults.add("CASE_NO_ELECTRICITY", f"pv.{option.id}")
    for contract in problem.contracts.values():
        for site in contract.sites:
            _known(site, problem.sites, f"contracts.{contract.id}.sites", faults)
        if not power:
            faults.add("CASE_NO_ELECTRICITY", f"contracts.{contract.id}")


def _check_years(problem: Problem, faults: Faults) -> None:
    first, last = problem.years[0], problem.years[-1]
    annual = len(problem.years) == last - first + 1
    owners: list[Measure | Technology] = [
        *problem.measures.values(),
        *problem.technologies.values(),
    ]
    if not annual and (problem.pv or any(any(owner.capex) for owner in owners)):
        faults.add("CASE_YEARS_NOT_ANNUAL", "years")


def template_measures(problem: Problem) -> tuple[str, ...]:
    """Return the ids whose numbers are catalogue templates: the plan is then indicative."""
    parts: list[Measure | PvOption] = [*problem.measures.values(), *problem.pv.values()]
    return tuple(sorted(part.id for part in parts if part.evidence is Evidence.TEMPLATE))
