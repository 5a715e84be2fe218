"""Why a measure falls in its year: earlier, later and never, and which rule stands in the way.

A reason is kept only if it is true: relaxing its rule moves the measure at a lower cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.cheapest import cheapest_year
from tanlu.roadmap.estimate import Estimate
from tanlu.roadmap.families import FAMILIES, TARGET_FAMILIES
from tanlu.roadmap.layout import MEGA
from tanlu.roadmap.moves import Broken, RowCheck
from tanlu.roadmap.paths import Paths
from tanlu.roadmap.recourse import Recourse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Measure
    from tanlu.roadmap.solved import Solved

TOLERANCE = 1e-6  # MCNY: 1 CNY
MOST_YEARS = 6  # tried for a measure that is not taken


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with the facts of its sentence."""

    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Why:
    """What moving a measure would cost, and the reasons that hold.

    Parameters
    ----------
    measure : str
        Id.
    year : int or None
        Year index of operation; None when not adopted.
    earlier_cny, later_cny, never_cny : float or None
        Change of cost one year earlier, one year later, without it; None when it cannot be.
    reasons : tuple of Reason
        True reasons, the strongest first.
    """

    measure: str
    year: int | None
    earlier_cny: float | None
    later_cny: float | None
    never_cny: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One moved plan: its extra cost [MCNY], None when a rule or the model forbids it."""

    delta: float | None
    breaches: tuple[Broken, ...] = ()


@dataclass(slots=True)
class Explainer:
    """Runs trials around one plan, warm, on one linear model."""

    solved: Solved
    _check: RowCheck = field(init=False)
    _paths: Paths = field(init=False)
    _estimate: Estimate = field(init=False)
    _relaxed: dict[frozenset[str], Recourse] = field(default_factory=dict)
    _base: dict[frozenset[str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Load the model of the plan."""
        self._check = RowCheck(self.solved.assembly)
        self._paths = Paths(self.solved.assembly, self.solved.values)
        self._estimate = Estimate(self.solved.assembly)
        self._recourse(frozenset())

    def _recourse(self, without: frozenset[str]) -> Recourse:
        if without not in self._relaxed:
            self._relaxed[without] = Recourse(
                self.solved.assembly, self.solved.values, without=without
            )
            answer = self._relaxed[without].run()
            if not without:
                self._estimate.at(answer)
            self._base[without] = answer.objective if answer.objective is not None else np.nan
        return self._relaxed[without]

    def why(self, measure_id: str) -> Why:
        """Explain one measure."""
        measure = self.solved.problem.measures[measure_id]
        start = self._paths.start(measure_id)
        if start is None:
            return self._why_not(measure)
        never = self._trial(self._paths.moved(measure_id, None))
        later = self._trial(self._paths.moved(measure_id, self._paths.following(start)))
        before = self._paths.previous(start)
        earlier = Trial(None)
        if before is not None:
            earlier = self._trial(self._paths.moved(measure_id, before))
        reasons = [
            *self._locked(measure),
            *self._why_not_earlier(measure, start, earlier),
            *self._why_not_later(measure, start, later),
        ]
        if not reasons:
            reasons.extend(self._price(measure, start, earlier=earlier, later=later))
        if not reasons and (plain := cheapest_year(earlier.delta, later.delta)):
            facts = {"measure": measure_id, "year": self._year(start), **plain[1]}
            reasons.append(Reason(plain[0], facts))
        return Why(
            measure_id, start, _cny(earlier.delta), _cny(later.delta), _cny(never.delta),
            tuple(reasons),
        )  # fmt: skip

    def _trial(self, rows: dict[int, FloatArray], without: frozenset[str] = frozenset()) -> Trial:
        values = self._paths.decided.copy()
        for index, path in rows.items():
            values[self.solved.assembly.layout.z[index]] = path
        broken = tuple(b for b in self._check.broken(values) if b.family not in without)
        if broken:
            return Trial(None, broken)
        recourse = self._recourse(without)
        recourse.move(rows)
        answer = recourse.run()
        recourse.back()
        if answer.objective is None:
            known = () if "budget" in without else self._check.over_budget(values)
            return Trial(None, known)
        return Trial(answer.objective - self._base[without])

    def _locked(self, measure: Measure) -> list[Reason]:
        locked = any(lock.measure == measure.id for lock in self.solved.problem.locks)
        return [Reason("LOCKED", {"measure": measure.id})] if locked else []

    def _year(self, index: int) -> str:
        return str(self.solved.problem.years[index])

    def _why_not_earlier(self, measure: Measure, start: int, earlier: Trial) -> list[Reason]:
        families = {breach.family for breach in earlier.breaches}
        before = self._paths.previous(start)
        if before is None or "adoption" in families:
            return [Reason("EARLIEST_POSSIBLE", {"measure": measure.id, "year": self._year(start)})]
        if not families:
            return []
        moved = self._paths.moved(measure.id, before)
        gain = self._gain(moved, earlier.breaches)
        if gain is None or gain > -TOLERANCE:
            return []
        first = max(earlier.breaches, key=lambda b: (_RANK.get(b.family, 0), b.amount))
        facts = {
            "measure": measure.id,
            "year": self._year(before),
            "when": first.year,
            "key": first.key,
            "amount": _amount(first),
            "saves": _shown(Fraction(round(-gain * MEGA))),
        }
        return [Reason(FAMILIES[first.family].reason or "EARLIEST_POSSIBLE", facts)]

    def _gain(self, moved: dict[int, FloatArray], breaches: tuple[Broken, ...]) -> float | None:
        """Return the cost of a move against the plan, its broken rules relaxed [MCNY].

        A budget is widened by what is short alone: without it roofs would be built as well.
        """
        families = frozenset(breach.family for breach in breaches)
        if families == {"budget"}:
            recourse = self._recourse(frozenset())
            recourse.lend(self._check.money(breaches))
            recourse.move(moved)
            answer = recourse.run()
            recourse.lend(np.zeros(self.solved.assembly.matrix.n_rows))
            recourse.back()
            known = answer.objective
            return None if known is None else known - self._base[frozenset()]
        relaxed = self._trial(moved, without=families)
        if relaxed.delta is None:
            return None
        return relaxed.delta + self._base[families] - self._base[frozenset()]

    def _why_not_later(self, measure: Measure, start: int, later: Trial) -> list[Reason]:
        reasons = []
        if measure.host_year == start and later.delta is not None:
            factor = self.solved.assembly.layout.factors[start]
            credit = float(measure.host_capex) / MEGA * float(factor)
            if later.delta > TOLERANCE > later.delta - credit:
                facts = {"measure": measure.id, "year": self._year(start)}
                reasons.append(Reason("HOST_RETIRES", facts))
        if self.solved.problem.targets and not later.breaches:
            relaxed = self._trial(
                self._paths.moved(measure.id, self._paths.following(start)), without=TARGET_FAMILIES
            )
            binds = later.delta is None or later.delta > TOLERANCE
            if binds and relaxed.delta is not None and relaxed.delta < -TOLERANCE:
                facts = {
                    "measure": measure.id,
                    "year": self._year(start),
                    "saves": _shown(Fraction(round(-relaxed.delta * MEGA))),
                }
                reasons.append(Reason("TARGET_BINDS", facts))
        return reasons

    def _price(self, measure: Measure, start: int, *, earlier: Trial, later: Trial) -> list[Reason]:
        """Say that it pays from this year: with this year's benefit a year before, it would move.

        Own cost falls by waiting; the benefit of the last year is what the trial leaves.
        """
        if earlier.delta is None or later.delta is None or start + 1 >= len(self._own(measure)):
            return []
        own = self._own(measure)
        benefit = later.delta + own[start] - own[start + 1]
        waiting = own[start - 1] - own[start]
        if benefit * float(1 + self.solved.problem.rate) > waiting > 0:
            facts = {"measure": measure.id, "year": self._year(start)}
            return [Reason("PRICE_CROSSES", facts)]
        return []

    def _own(self, measure: Measure) -> FloatArray:
        layout = self.solved.assembly.layout
        total = np.zeros(layout.periods)
        for index in layout.decisions_of(measure.id):
            costs = self.solved.assembly.matrix.cost[layout.z[index]]
            total += np.cumsum(costs[::-1])[::-1]
        return total

    def _why_not(self, measure: Measure) -> Why:
        """Explain a measure that is not adopted: try its first open years."""
        locked = self._locked(measure)
        if locked:
            return Why(measure.id, None, None, None, None, tuple(locked))
        best, excluded = self._best_start(measure)
        if best is not None and best > -TOLERANCE:
            facts = {"measure": measure.id, "costs": _shown(Fraction(round(best * MEGA)))}
            crowd = self._crowd(measure)
            if crowd:
                facts["key"] = crowd
                return Why(measure.id, None, None, None, None, (Reason("CROWDED_OUT", facts),))
            return Why(measure.id, None, None, None, None, (Reason("NEVER_PAYS", facts),))
        if best is None and excluded:
            facts = {"measure": measure.id, "key": excluded}
            return Why(measure.id, None, None, None, None, (Reason("EXCLUSIVE", facts),))
        return Why(measure.id, None, None, None, None, ())

    def _best_start(self, measure: Measure) -> tuple[float | None, str]:
        """Return the least cost of adding a measure in any year [MCNY], and who excludes it.

        Years are tried from the most promising on until no other can be better; None when that
        is not shown within a few trials.
        """
        moves = [self._paths.moved(measure.id, year) for year in self._paths.open_years(measure)]
        flows = self.solved.values
        bounds = [(self._estimate.least(self._paths, flows, m), i) for i, m in enumerate(moves)]
        best, excluded = np.inf, ""
        for tried, (bound, index) in enumerate(sorted(bounds)):
            if bound > best - TOLERANCE:
                break
            if tried == MOST_YEARS:
                return None, excluded
            trial = self._trial(moves[index])
            out = [b.key for b in trial.breaches if b.family == "exclusion"]
            if out:
                return None, out[0]  # in every year alike
            best = min(best, np.inf if trial.delta is None else trial.delta)
        return (float(best), excluded) if np.isfinite(best) else (None, excluded)

    def _crowd(self, measure: Measure) -> str:
        """Return the measure without which this one would pay, empty when there is none."""
        layout = self.solved.assembly.layout
        for other in sorted(self.solved.problem.measures.values(), key=lambda m: m.id):
            if other.id == measure.id or not other.saving.keys() & measure.saving.keys():
                continue
            start = self._paths.start(other.id)
            if start is None or start not in self._paths.open_years(measure):
                continue
            without = self._paths.moved(other.id, None)
            mine = self._paths.moved(measure.id, start)
            if mine.keys() & without.keys():
                continue
            alone = self._trial(without, TARGET_FAMILIES)
            both = self._trial({**without, **mine}, TARGET_FAMILIES)
            pays = alone.delta is not None and both.delta is not None
            if pays and both.delta < alone.delta - TOLERANCE:  # type: ignore[operator] # checked
                return layout.problem.measures[other.id].id
        return ""


_RANK = {"budget": 4, "rollout": 3, "prerequisite": 2, "exclusion": 1}


def _amount(broken: Broken) -> str:
    """Return how much is missing: CNY for the budget, else the row's own count."""
    if broken.family == "budget":
        return str(round(broken.amount * MEGA))
    return f"{broken.amount:g}"


def _cny(delta: float | None) -> float | None:
    return None if delta is None else float(round(delta * MEGA))


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
