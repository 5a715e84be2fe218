"""Investment of a year, first builds and renewals, within the budget and what was carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Ownership
from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, MEGA, to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout


@family("budget", reason="BUDGET_FULL", soft=True, unit="MCNY")
def rows(layout: Layout) -> Iterator[Block]:
    """Return the investment of each year and ``inv + bank <= limit + bank before``."""
    terms = [
        Term(layout.inv),
        *_measures(layout),
        *_own_generation(layout),
        *_storage(layout),
        *_units(layout),
    ]
    yield Block("budget.investment", layout.years, tuple(terms), lo=0.0, up=0.0)
    budget = layout.problem.budget
    if budget is None:
        return
    up = [np.inf if v is None else float(v / MEGA) for v in budget.limits]
    before = np.concatenate([[ABSENT], layout.bank[:-1]])
    carried = (Term(layout.inv), Term(layout.bank), Term(before, -1.0))
    yield Block("budget.limit", layout.years, carried, up=up)


def _started(columns: IntArray, values: FloatArray, *, life: int, lead: int) -> Iterator[Term]:
    """Yield minus payment times what starts, for the first build and each renewal.

    `columns` and `values` have the year as their last axis, shape (T,) or (n, T).
    """
    periods = columns.shape[-1]
    for delay in range(-lead, periods, life):
        paid = np.arange(periods)
        start = paid - delay  # in operation first; paid `lead` before, renewed each `life`
        serves = paid + lead < periods  # nothing is renewed for service past the horizon
        inside = (start >= 0) & (start < periods) & serves
        now = np.where(inside, columns[..., start % periods], ABSENT)
        before = np.where(inside & (start > 0), columns[..., (start - 1) % periods], ABSENT)
        yield Term(now.T, -values.T)
        yield Term(before.T, values.T)


def _measures(layout: Layout) -> Iterator[Term]:
    """Yield the terms of all measures that live and wait equally long at once."""
    alike: dict[tuple[int, int], list[int]] = {}
    payments: dict[int, list[float]] = {}
    for index, decision in enumerate(layout.decisions):
        measure = layout.problem.measures.get(decision.owner)
        if measure is None or not any(measure.capex):
            continue
        alike.setdefault((measure.life, measure.lead_years), []).append(index)
        parts = MEGA * decision.steps
        payments[index] = [v.numerator / (v.denominator * parts) for v in measure.capex]
    for (life, lead), chosen in sorted(alike.items()):
        values = np.array([payments[index] for index in chosen])
        yield from _started(layout.z[chosen], values, life=life, lead=lead)


def _own_generation(layout: Layout) -> Iterator[Term]:
    for index, name in enumerate(layout.pv):
        option = layout.problem.pv[name]
        if option.ownership is Ownership.OWN:
            values = to_float([v * KILO / MEGA for v in option.capex])
            yield from _started(layout.q[index], values, life=option.life, lead=option.lead_years)


def _storage(layout: Layout) -> Iterator[Term]:
    for index, name in enumerate(layout.storage):
        battery = layout.problem.storage[name]
        values = to_float([v * KILO / MEGA for v in battery.capex])
        yield from _started(layout.s[index], values, life=battery.life, lead=battery.lead_years)


def _units(layout: Layout) -> Iterator[Term]:
    for index, name in enumerate(layout.stocks):
        technology = layout.problem.technologies[name]
        values = to_float([v / MEGA for v in technology.capex])
        start = np.arange(layout.periods) + technology.lead_years
        inside = start < layout.periods
        columns = np.where(inside, layout.n[index][start % layout.periods], ABSENT)
        yield Term(columns, -values)
