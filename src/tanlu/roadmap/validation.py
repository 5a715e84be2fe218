"""What must hold across the parts of a problem: references, cycles, shares, lives, years."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Evidence
from tanlu.roadmap.ageing import is_ageing
from tanlu.roadmap.chain import usable
from tanlu.roadmap.chain_validation import check_chains
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from fractions import Fraction

    from tanlu.roadmap.node import Faults
    from tanlu.roadmap.problem import Measure, Problem, PvOption, Technology
    from tanlu.roadmap.storage import Storage

LAYERS_OF_SUPPLY = frozenset({"pv", "contracts", "stock"})  # of what is no measure
LARGEST_SAVING = (19, 20)  # 0.95: more must be a switch, because log 0 is minus infinity


def check_problem(problem: Problem, faults: Faults) -> None:
    """Add every fault that only shows across objects."""
    if not problem.end_uses:
        faults.add("CASE_EMPTY", "end_uses")
    if sum(carrier.electricity for carrier in problem.carriers.values()) > 1:
        faults.add("CASE_ELECTRICITY_TWICE", "carriers")
    _check_end_uses(problem, faults)
    _check_technologies(problem, faults)
    _check_served(problem, faults)
    for measure in problem.measures.values():
        _check_measure(problem, measure, faults)
    _check_cycles(problem.measures, faults)
    _check_generation(problem, faults)
    _check_locks(problem, faults)
    _check_ids(problem, faults)
    _check_sites(problem, faults)
    _check_targets(problem, faults)
    _check_years(problem, faults)
    check_chains(problem, faults)


def _known(name: str, table: Collection[str], path: str, faults: Faults) -> bool:
    if name in table:
        return True
    near = difflib.get_close_matches(name, sorted(table), n=1) or sorted(table)[:5]
    faults.add("CASE_REFERENCE", path, found=name, near=", ".join(near))
    return False


def _check_end_uses(problem: Problem, faults: Faults) -> None:
    served = {t.serves for t in problem.technologies.values()}
    taken = {**problem.carriers, **problem.products}
    for use in problem.end_uses.values():
        path = f"end_uses.{use.id}"
        _known(use.site, problem.sites, f"{path}.site", faults)
        if use.carrier or use.id not in served:
            _known(use.carrier, taken, f"{path}.carrier", faults)


def _check_technologies(problem: Problem, faults: Faults) -> None:
    for technology in problem.technologies.values():
        path = f"technologies.{technology.id}"
        if technology.serves not in problem.end_uses:
            key = "makes" if technology.is_maker else "end_use"
            table = problem.products if technology.is_maker else problem.end_uses
            _known(technology.serves, table, f"{path}.{key}", faults)
        if technology.is_maker:
            _known(technology.site, problem.sites, f"{path}.site", faults)
        for name in technology.inputs:
            _known(name, {**problem.carriers, **problem.products}, f"{path}.inputs", faults)
        for name in technology.by_products:
            _known(name, problem.products, f"{path}.by_products", faults)


def _check_served(problem: Problem, faults: Faults) -> None:
    """Refuse a demand that nothing can serve: no room, nothing to build, nothing that saves."""
    eased = {name for measure in problem.measures.values() for name in measure.saving}
    for use in problem.end_uses.values():
        mine = [t for t in problem.technologies.values() if t.serves == use.id]
        fixed = [path for t in mine if (path := usable(problem, t.id)) is not None]
        can_grow = len(fixed) < len(mine) or any(t.unit_size and any(t.max_units) for t in mine)
        if not mine or can_grow or use.id in eased:
            continue
        most = [sum(values) for values in zip(*fixed, strict=True)]
        for year, wanted, there in zip(problem.years, use.demand, most, strict=True):
            if wanted > there:
                facts = {"found": float(wanted), "most": float(there), "year": year}
                faults.add("CASE_UNSERVED", f"end_uses.{use.id}.demand", **facts)
                break


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
        taken = {**problem.carriers, **problem.products}
        _known(measure.carrier_to, taken, f"{path}.carrier_to", faults)
    if measure.effect is Effect.RECOVER:
        _known(measure.source_end_use, problem.end_uses, f"{path}.source_end_use", faults)
    if measure.continuous and measure.effect is not Effect.SWITCH:
        faults.add("CASE_CONTINUOUS", f"{path}.continuous", found=measure.effect)
    whole = measure.blocks == 1 and measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}
    shares = [share for path_ in measure.saving.values() for share in path_]
    if is_ageing(measure) and not (whole and min(shares, default=0) >= 0):
        faults.add("CASE_AGEING", f"{path}.{'ramp' if measure.ramp else 'decay'}")
    if measure.layer in LAYERS_OF_SUPPLY:
        words = ", ".join(sorted(LAYERS_OF_SUPPLY))
        faults.add("CASE_LAYER", f"{path}.layer", found=measure.layer, reserved=words)


def _check_share(measure: Measure, share: Fraction, path: str, faults: Faults) -> None:
    numerator, denominator = LARGEST_SAVING
    largest = numerator / denominator
    reduces = measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}
    if reduces and share > largest:
        faults.add("CASE_SAVING_TOO_LARGE", f"{path}.saving", found=float(share), most=largest)
    if not reduces and not 0 <= share <= 1:
        faults.add("CASE_SHARE", f"{path}.share", found=float(share))


def _check_locks(problem: Problem, faults: Faults) -> None:
    """Refuse a lock that speaks against another one, or asks for what no year allows."""
    owners: dict[str, Measure | PvOption] = {**problem.measures, **problem.pv}
    taken: set[str] = set()
    for lock in problem.locks:
        path = f"locks.{lock.measure}"
        if not _known(lock.measure, owners, path, faults):
            continue
        if lock.measure in taken:
            faults.add("CASE_LOCK_TWICE", path, found=lock.measure)
        taken.add(lock.measure)
        if lock.year is None:
            continue
        open_ = open_years(problem, owners[lock.measure])
        if lock.year not in open_:
            years = ", ".join(str(problem.years[year]) for year in open_) or "-"
            facts = {"found": problem.years[lock.year], "open": years}
            faults.add("CASE_LOCK_YEAR", f"{path}.year", **facts)


def open_years(problem: Problem, owner: Measure | PvOption) -> list[int]:
    """Return the year indices in which a measure or generator may begin to operate."""
    early = max(problem.frozen_until, owner.lead_years)
    ready = owner.first_year + owner.lead_years
    return [
        index
        for index, year in enumerate(problem.years)
        if index >= early and year >= ready and year in problem.decision_years
    ]


def _check_ids(problem: Problem, faults: Faults) -> None:
    """Refuse an id that two kinds of decisions share: plans name decisions by id alone."""
    known: dict[str, str] = {}
    tables: dict[str, Collection[str]] = {
        "measures": problem.measures, "pv": problem.pv, "contracts": problem.contracts,
        "technologies": problem.technologies, "storage": problem.storage,
    }  # fmt: skip
    for table, names in tables.items():
        for name in names:
            if name in known:
                faults.add("CASE_ID_TWICE", f"{table}.{name}", found=name)
            known[name] = table


def _check_sites(problem: Problem, faults: Faults) -> None:
    """Check the carriers a site names, and that its existing generation and claims have room."""
    power = problem.electricity()
    served = {t.serves for t in problem.technologies.values()}
    for site in problem.sites.values():
        path = f"sites.{site.id}"
        for key in ("price", "ef", "ef_market"):
            for name in getattr(site, key):
                _known(name, problem.carriers, f"{path}.{key}.{name}", faults)
        mine = [u for u in problem.end_uses.values() if u.site == site.id]
        if problem.products or any(use.id in served for use in mine):
            continue  # what they draw is decided by the plan
        drawn = [u.demand for u in mine if u.carrier == power]
        use = [sum(values) for values in zip(*drawn, strict=True)] or [0] * problem.periods
        others = [v * (not site.existing_pv_claimed) for v in site.existing_pv]
        rest = [u - own for u, own in zip(use, site.existing_pv, strict=True)]
        claimable = [r + o for r, o in zip(rest, others, strict=True)]
        _has_room(problem, site.existing_pv, use, f"{path}.existing_pv", faults)
        _has_room(problem, site.existing_claims, claimable, f"{path}.existing_claims", faults)


def _has_room(
    problem: Problem,
    amounts: Sequence[Fraction],
    most: Sequence[Fraction | int],
    path: str,
    faults: Faults,
) -> None:
    for year, amount, room in zip(problem.years, amounts, most, strict=True):
        if amount > max(room, 0):
            found = {"found": float(amount), "most": float(max(room, 0)), "year": year}
            faults.add("CASE_TOO_MUCH", path, **found)
            return


def _check_targets(problem: Problem, faults: Faults) -> None:
    """Check what a target needs: output to divide by, electricity to take a share of."""
    for target in problem.targets.values():
        path = f"targets.{target.id}"
        divides = target.kind in {TargetKind.INTENSITY, TargetKind.ENERGY_INTENSITY}
        for year in target.levels:
            if divides and not problem.output[year]:
                faults.add("CASE_NOT_POSITIVE", f"output.{problem.years[year]}", found=0)
        if target.kind is TargetKind.RENEWABLE_SHARE and not problem.electricity():
            faults.add("CASE_NO_ELECTRICITY", path)
        if target.kind is TargetKind.ENERGY_INTENSITY and not any(
            target.convention in carrier.kgce for carrier in problem.carriers.values()
        ):
            facts = {"key": f"kgce_per_unit.{target.convention}"}
            faults.add("CASE_KEY_MISSING", f"carriers.kgce_per_unit.{target.convention}", **facts)
        for site in target.sites:
            _known(site, problem.sites, f"{path}.sites", faults)
    for border in problem.borders.values():
        for site in border.sites:
            _known(site, problem.sites, f"cbam.{border.id}.sites", faults)


def check_approved(problem: Problem, faults: Faults) -> None:
    """Refuse a template among the numbers of a plan that is given as approved."""
    for name in template_measures(problem):
        table = next(t for t in ("measures", "pv", "storage") if name in getattr(problem, t))
        faults.add("CASE_TEMPLATE_APPROVED", f"{table}.{name}.status", found=name)


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
    for site in problem.sites:
        mine = [o for o in problem.pv.values() if o.site == site]
        for option in mine[1:]:
            roof = [o for o in mine if o.roof == option.roof]
            if any(o.is_mixed != option.is_mixed for o in roof):
                facts = {"site": site, "roof": option.roof}
                faults.add("CASE_MIX_DIFFERS", f"pv.{option.id}.mix", **facts)
            if option.envelope != mine[0].envelope:
                facts = {"other": mine[0].id, "site": site}
                faults.add("CASE_ENVELOPES_DIFFER", f"pv.{option.id}.envelope", **facts)
    for storage in problem.storage.values():
        _known(storage.site, problem.sites, f"storage.{storage.id}.site", faults)
        if not power:
            faults.add("CASE_NO_ELECTRICITY", f"storage.{storage.id}")
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
    if not annual and (problem.pv or problem.storage or any(any(owner.capex) for owner in owners)):
        faults.add("CASE_YEARS_NOT_ANNUAL", "years")


def template_measures(problem: Problem) -> tuple[str, ...]:
    """Return the ids whose numbers are catalogue templates: the plan is then indicative."""
    parts: list[Measure | PvOption | Storage] = [
        *problem.measures.values(), *problem.pv.values(), *problem.storage.values()
    ]  # fmt: skip
    return tuple(sorted(part.id for part in parts if part.evidence is Evidence.TEMPLATE))
