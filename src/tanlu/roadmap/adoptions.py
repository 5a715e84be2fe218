"""What a plan does, line by line: measures, generation, contracts, new units, stock taken out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.retirement import retirable
from tanlu.roadmap.simulate import starts

if TYPE_CHECKING:
    from tanlu.roadmap.explain import Why
    from tanlu.roadmap.solved import Solved
    from tanlu.roadmap.wedges import Wedge


@dataclass(frozen=True, slots=True)
class Adoption:
    """A measure, generator, contract or technology, with the year it starts."""

    id: str
    measure: str
    kind: str
    site: str
    year: int
    size: float
    unit: str
    capex: int
    abatement_t_total: float
    why: Why | None
    name_zh: str = ""
    name_en: str = ""


def make_adoptions(
    solved: Solved, wedges: tuple[Wedge, ...], whys: dict[str, Why]
) -> tuple[Adoption, ...]:
    """Return what a plan adopts, by year and id."""
    tonnes = {wedge.owner: sum(wedge.mg) / MG_PER_T for wedge in wedges}
    found = [
        *_measure_adoptions(solved, tonnes, whys),
        *_pv_adoptions(solved, tonnes),
        *_contract_adoptions(solved, tonnes),
        *_unit_adoptions(solved, tonnes),
        *_retirements(solved),
        *_batteries(solved, tonnes),
    ]
    return tuple(sorted(found, key=lambda a: (a.year, a.id)))


def _measure_adoptions(
    solved: Solved, tonnes: dict[str, float], whys: dict[str, Why]
) -> list[Adoption]:
    problem, layout = solved.problem, solved.assembly.layout
    found = []
    for measure in problem.measures.values():
        steps = [layout.decisions[i] for i in layout.decisions_of(measure.id)]
        begun: dict[int, Fraction] = {}
        for step in steps:
            for year, amount in starts(solved.choices.share[step.id]):
                begun[year] = begun.get(year, Fraction(0)) + amount / len(steps)
        for year, amount in sorted(begun.items()):
            paid = max(year - measure.lead_years, 0)
            blocks = measure.blocks > 1
            found.append(
                Adoption(
                    id=measure.id,
                    measure=measure.kind,
                    kind=str(measure.effect),
                    site=measure.site,
                    year=problem.years[year],
                    size=float(amount * measure.blocks if blocks else amount),
                    unit="block" if blocks else ("share" if measure.continuous else "set"),
                    capex=round(amount * measure.capex[paid]),
                    abatement_t_total=tonnes.get(measure.id, 0.0)
                    * float(amount)
                    / float(sum(begun.values())),
                    why=whys.get(measure.id),
                    name_zh=measure.name_zh,
                    name_en=measure.name_en,
                )
            )
    return found


def _pv_adoptions(solved: Solved, tonnes: dict[str, float]) -> list[Adoption]:
    found = []
    for option in solved.problem.pv.values():
        begun = starts(solved.choices.capacity[option.id])
        total = sum((amount for _, amount in begun), Fraction(0))
        for year, amount in begun:
            paid = max(year - option.lead_years, 0)
            found.append(
                Adoption(
                    id=option.id,
                    measure=option.id.partition("@")[0],
                    kind=f"pv_{option.ownership}",
                    site=option.site,
                    year=solved.problem.years[year],
                    size=float(amount),
                    unit="kW",
                    capex=round(amount * option.capex[paid]),
                    abatement_t_total=tonnes.get(option.id, 0.0) * float(amount / total),
                    why=None,
                    name_zh=option.name_zh,
                    name_en=option.name_en,
                )
            )
    return found


def _contract_adoptions(solved: Solved, tonnes: dict[str, float]) -> list[Adoption]:
    found = []
    for contract in solved.problem.contracts.values():
        for site in contract.sites:
            path = solved.choices.claims[f"{contract.id}@{site}"]
            active = [year for year, amount in enumerate(path) if amount]
            if active:
                power = solved.problem.carriers[solved.problem.electricity()].unit
                whole = sum(
                    (sum(solved.choices.claims[f"{contract.id}@{s}"]) for s in contract.sites),
                    Fraction(0),
                )
                part = float(sum(path, Fraction(0)) / whole)
                found.append(
                    Adoption(
                        id=f"{contract.id}@{site}",
                        measure=contract.id,
                        kind=str(contract.kind),
                        site=site,
                        year=solved.problem.years[active[0]],
                        size=float(max(path)),
                        unit=f"{power}/yr",
                        capex=0,
                        abatement_t_total=tonnes.get(contract.id, 0.0) * part,
                        why=None,
                        name_zh=contract.name_zh,
                        name_en=contract.name_en,
                    )
                )
    return found


def _unit_adoptions(solved: Solved, tonnes: dict[str, float]) -> list[Adoption]:
    found = []
    for technology in solved.problem.technologies.values():
        counts = solved.choices.units.get(technology.id, ())
        for year, count in enumerate(counts):
            if count:
                paid = max(year - technology.lead_years, 0)
                found.append(
                    Adoption(
                        id=technology.id,
                        measure=technology.id,
                        kind="technology",
                        site=technology.site,
                        year=solved.problem.years[year],
                        size=float(count),
                        unit="unit",
                        capex=round(count * technology.capex[paid]),
                        abatement_t_total=tonnes.get(technology.id, 0.0)
                        * float(count / sum(counts)),
                        why=None,
                        name_zh=technology.name_zh,
                        name_en=technology.name_en,
                    )
                )
    return found


def _batteries(solved: Solved, tonnes: dict[str, float]) -> list[Adoption]:
    problem, found = solved.problem, []
    for battery in problem.storage.values():
        begun = starts(solved.choices.stored[battery.id])
        total = sum((amount for _, amount in begun), Fraction(0))
        for year, amount in begun:
            paid = max(year - battery.lead_years, 0)
            found.append(
                Adoption(
                    id=battery.id,
                    measure=battery.id.partition("@")[0],
                    kind="storage",
                    site=battery.site,
                    year=problem.years[year],
                    size=float(amount),
                    unit="kWh",
                    capex=round(amount * battery.capex[paid]),
                    abatement_t_total=tonnes.get(battery.id, 0.0) * float(amount / total),
                    why=None,
                    name_zh=battery.name_zh,
                    name_en=battery.name_en,
                )
            )
    return found


def _retirements(solved: Solved) -> list[Adoption]:
    """Return the existing stock taken out early, as if it were adopted; it costs no investment."""
    problem, found = solved.problem, []
    for technology, cohort in retirable(problem):
        for year, _ in starts(solved.choices.retired[cohort.id]):
            served = problem.end_uses.get(technology.serves)
            unit = (served or problem.products[technology.serves]).unit
            found.append(
                Adoption(
                    id=cohort.id,
                    measure=technology.id,
                    kind="retirement",
                    site=technology.site,
                    year=problem.years[year],
                    size=float(cohort.capacity[year]),
                    unit=f"{unit}/yr",
                    capex=0,
                    abatement_t_total=0.0,
                    why=None,
                    name_zh=technology.name_zh,
                    name_en=technology.name_en,
                )
            )
    return found
