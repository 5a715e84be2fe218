"""Why a unit of a technology comes in its year, and why old stock is taken out in its year.

The rest of the plan stays; the unit is moved alone, in exchange with the stock that it takes the
place of, or with the units that follow it, whichever costs least. A rule is named only where the
moved plan is cheaper without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.cheapest import TOLERANCE, cheapest_year
from tanlu.roadmap.explain import Reason, Why
from tanlu.roadmap.families import TARGET_FAMILIES
from tanlu.roadmap.layout import MEGA
from tanlu.roadmap.stock_trials import StockTrials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.solved import Solved
    from tanlu.roadmap.stock_moves import Owner, StockMoves

MOST_TRIALS = 48  # of a technology that is not built


def why_stock(solved: Solved, starts: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Why]:
    """Return the reasons of units and of stock taken out, by id and calendar year.

    Parameters
    ----------
    solved : Solved
        The plan.
    starts : iterable of (str, int)
        Id of a technology or of a part of the stock, with the year; other ids are passed over.
    """
    layout = solved.assembly.layout
    if not layout.stocks and not len(layout.y):
        return {}
    reasons = StockReasons(solved)
    years = solved.problem.years
    return {
        (name, year): reasons.why(reasons.moves.owners[name], years.index(year))
        for name, year in starts
        if name in reasons.moves.owners
    }


def why_not_built(solved: Solved) -> tuple[Why, ...]:
    """Return what the technologies that could be built and are not would cost, by id."""
    if not solved.assembly.layout.stocks:
        return ()
    reasons = StockReasons(solved)
    built = solved.choices.units
    return tuple(
        reasons.why_not(owner)
        for owner in reasons.moves.owners.values()
        if not owner.is_retired
        and reasons.moves.open_years(owner)
        and not any(built.get(owner.name, ()))
    )


@dataclass(slots=True)
class StockReasons:
    """Explains units and retirements of one plan.

    Parameters
    ----------
    solved : Solved
        The plan.
    """

    solved: Solved
    trials: StockTrials = field(init=False)
    moves: StockMoves = field(init=False)

    def __post_init__(self) -> None:
        """Load the models when they are first needed."""
        self.trials = StockTrials(self.solved)
        self.moves = self.trials.moves

    def why(self, owner: Owner, start: int) -> Why:
        """Return what moving a unit or stock costs, and the rules that decide its year."""
        before, after = self.moves.previous(owner, start), self.moves.following(owner, start)
        earlier = None
        if before is not None:
            earlier = self.trials.best(self.moves.ways(owner, start, before))
        later = self.trials.best(self.moves.ways(owner, start, after))
        never = self.trials.best(self.moves.ways(owner, start, self.solved.problem.periods))
        reasons = [
            *self._why_not_earlier(owner, start, before, earlier),
            *self._why_not_later(owner, start, after, later),
        ]
        if not reasons and before is not None:
            reasons += self._price(owner, start)
        if not reasons and (plain := cheapest_year(earlier, later)):
            reasons.append(Reason(plain[0], {**self._facts(owner, start), **plain[1]}))
        return Why(
            owner.name, start, _cny(earlier), _cny(later), _cny(never), tuple(reasons),
        )  # fmt: skip

    def why_not(self, owner: Owner) -> Why:
        """Return what the best first unit of a technology that is not built would cost."""
        found = self._best_first(owner)
        reasons: tuple[Reason, ...] = ()
        if found is not None and found > -TOLERANCE:
            costs = str(round(max(found, 0.0) * MEGA))
            reasons = (Reason("NEVER_PAYS", {"measure": owner.name, "costs": costs}),)
        return Why(owner.name, None, None, None, None, reasons)

    def _best_first(self, owner: Owner) -> float | None:
        """Return the least cost of a first unit, added or in place of another [MCNY].

        The most promising are tried until no other can be better; None when that is not shown
        within a few trials.
        """
        tried, best = 0, np.inf
        ways = sorted(
            ((self.trials.least(values), place, values)
             for place, values in enumerate(self._first_units(owner))),
            key=lambda way: way[:2],
        )  # fmt: skip
        for bound, _, values in ways:
            if bound > best - TOLERANCE:
                break
            if tried == MOST_TRIALS:
                return None
            delta = self.trials.delta(values)
            tried += delta is not None
            best = min(best, np.inf if delta is None else delta)
        return float(best) if np.isfinite(best) else None

    def _first_units(self, owner: Owner) -> Iterator[FloatArray]:
        for year in self.moves.open_years(owner):
            added = self.moves.decided.copy()
            size = min(1.0, float(self.moves.most(owner)[year]))
            added[owner.columns[year]] += size
            yield added
            for other in self.moves.owners.values():
                if other.is_retired or not other.shares_with(owner):
                    continue
                if self.moves.decided[other.columns[year]] >= size:
                    swapped = added.copy()
                    swapped[other.columns[year]] -= size
                    yield swapped

    def _year(self, index: int) -> str:
        return str(self.solved.problem.years[index])

    def _facts(self, owner: Owner, year: int) -> dict[str, str]:
        return {"measure": owner.name, "year": self._year(year)}

    def _why_not_earlier(
        self, owner: Owner, start: int, before: int | None, earlier: float | None
    ) -> list[Reason]:
        if before is None:
            return [Reason("EARLIEST_POSSIBLE", self._facts(owner, start))]
        if earlier is not None and earlier <= TOLERANCE:
            return []
        return (
            self._as_fast(owner, start, before)
            or self._budget(owner, start, before)
            or self._still_needed(owner, start, before, earlier)
        )

    def _as_fast(self, owner: Owner, start: int, before: int) -> list[Reason]:
        """Say that no more can be built the year before, where one more there would save."""
        if owner.is_retired:
            return []
        values = self.moves.alone(owner, start, before)
        column = owner.columns[before]
        over = float(values[column] - self.moves.most(owner)[before])
        saves = self.trials.delta(values) if over > TOLERANCE else None
        if saves is None or saves > -TOLERANCE:
            return []
        facts = {"key": owner.name, "when": self._year(before), "amount": f"{over:g}"}
        facts["saves"] = str(round(-saves * MEGA))
        return [Reason("ROLL_OUT_LIMIT", self._facts(owner, before) | facts)]

    def _budget(self, owner: Owner, start: int, before: int) -> list[Reason]:
        """Say that money lacks, where the unit would come earlier with what is short."""
        if self.solved.problem.budget is None:
            return []
        for values in self.moves.ways(owner, start, before):
            short = self.trials.over_budget(values)
            saves = self.trials.delta(values, lent=self.trials.money(short)) if short else None
            if saves is not None and saves < -TOLERANCE:
                most = max(short, key=lambda broken: broken.amount)
                facts = {
                    "when": most.year, "amount": str(round(most.amount * MEGA)),
                    "saves": str(round(-saves * MEGA)),
                }  # fmt: skip
                return [Reason("BUDGET_FULL", self._facts(owner, before) | facts)]
        return []

    def _still_needed(
        self, owner: Owner, start: int, before: int, earlier: float | None
    ) -> list[Reason]:
        """Say that old stock is in use until its year, where it would leave earlier if it were not.

        The capacity that it takes away is lent.
        """
        if not owner.is_retired or earlier is not None:
            return []
        values = self.moves.alone(owner, start, before)
        saves = self.trials.delta(values, lent=self.trials.lacking(values))
        if saves is None or saves > -TOLERANCE:
            return []
        facts = {"saves": str(round(-saves * MEGA))}
        return [Reason("STILL_NEEDED", self._facts(owner, before) | facts)]

    def _why_not_later(
        self, owner: Owner, start: int, after: int, later: float | None
    ) -> list[Reason]:
        if later is not None and later <= TOLERANCE:
            return []
        found = [
            *self._overhaul(owner, start, after),
            *self._target(owner, start, after),
            *self._end_of_life(owner, start, after),
        ]
        return found or self._needed(owner, start, after, later)

    def _target(self, owner: Owner, start: int, after: int) -> list[Reason]:
        """Say that a target asks for it, where waiting would save without targets."""
        if not self.solved.problem.targets:
            return []
        saves = self.trials.best(self.moves.ways(owner, start, after), TARGET_FAMILIES)
        if saves is None or saves > -TOLERANCE:
            return []
        facts = {"saves": str(round(-saves * MEGA))}
        return [Reason("TARGET_BINDS", self._facts(owner, start) | facts)]

    def _overhaul(self, owner: Owner, start: int, after: int) -> list[Reason]:
        """Say that old stock leaves before dear upkeep, where it would stay without that."""
        out = [old for old in self._leaving(start) if old.shares_with(owner)]
        if owner.is_retired:
            out = [owner]
        dearer = {old.technology.id: self._dearer(old, start, after) for old in out}
        key = max(dearer, key=lambda name: dearer[name], default="")
        due = sum(dearer.values())
        if due < TOLERANCE:
            return []
        columns = np.concatenate([old.columns for old in out])
        planned = self.moves.decided[columns]
        kept = [
            values
            for values in self.moves.ways(owner, start, after)
            if not np.array_equal(values[columns], planned)
        ]
        later = self.trials.best(kept)
        if later is None or later - due > -TOLERANCE:
            return []
        amount = round(due * MEGA / float(self.solved.problem.running()[start]))
        return [
            Reason("OVERHAUL_DUE", self._facts(owner, start) | {"key": key, "amount": str(amount)})
        ]

    def _leaving(self, year: int) -> list[Owner]:
        """Return the stock that is taken out in a year."""
        stock = [owner for owner in self.moves.owners.values() if owner.is_retired]
        return [owner for owner in stock if self.moves.started(owner)[year] > TOLERANCE]

    def _dearer(self, stock: Owner, start: int, after: int) -> float:
        """Return how much upkeep of a stock kept on is above that of the year before [MCNY]."""
        om = next(c.om for c in stock.technology.cohorts if c.id == stock.name)
        running = self.solved.problem.running()
        years = range(start, min(after, len(om))) if start else ()
        more = (float(running[year] * (om[year] - om[start - 1])) for year in years)
        return sum(max(value, 0.0) for value in more) / MEGA

    def _end_of_life(self, owner: Owner, start: int, after: int) -> list[Reason]:
        """Say that old equipment ends its life, where the unit would wait if it served on.

        Its capacity is lent until then, at its upkeep of its last year.
        """
        if owner.is_retired or not start:
            return []
        values = self.moves.alone(owner, start, after)
        for old in self._ending(owner, start):
            lent, upkeep = self._served_on(old, start, after)
            saves = self.trials.delta(values, lent=lent) if np.any(lent) else None
            if saves is not None and saves + upkeep < -TOLERANCE:
                facts = {"key": old, "saves": str(round(-(saves + upkeep) * MEGA))}
                return [Reason("OLD_UNIT_ENDS", self._facts(owner, start) | facts)]
        return []

    def _ending(self, owner: Owner, year: int) -> list[str]:
        """Return the technologies of which capacity ends its life in a year, by id."""
        mine, found = owner.technology, []
        for name, technology in sorted(self.solved.problem.technologies.items()):
            if (technology.serves, technology.site) != (mine.serves, mine.site):
                continue
            if technology.existing is not None and (
                technology.existing[year] < technology.existing[year - 1]
                or self._ended(name, year) > TOLERANCE
            ):
                found.append(name)
        return found

    def _ended(self, technology: str, year: int) -> float:
        """Return how many of the plan's units end their life in a year."""
        built = self.moves.owners.get(technology)
        begun = year - self.solved.problem.technologies[technology].life
        return 0.0 if built is None or begun < 0 else float(self.moves.started(built)[begun])

    def _served_on(self, old: str, start: int, after: int) -> tuple[FloatArray, float]:
        """Return the capacity of old equipment in its rows until a later year, and its upkeep."""
        matrix, problem = self.solved.assembly.matrix, self.solved.problem
        technology, ended = problem.technologies[old], self._ended(old, start)
        lent, running = np.zeros(matrix.n_rows), problem.running()[start:after]
        if ended > TOLERANCE:
            begun = self.moves.owners[old].columns[start - technology.life]
            values = self.moves.decided.copy()
            values[begun] -= ended
            last = self.trials.lacking(values)
        for name in self.solved.assembly.rows_of("stock"):
            if name.removeprefix("stock.").partition("/")[0] != old:
                continue
            rows = matrix.blocks[name].ravel()
            fallen = max(matrix.row_up[rows[start - 1]] - matrix.row_up[rows[start]], 0.0)
            lent[rows[start:after]] = fallen + (last[rows[start - 1]] if ended > TOLERANCE else 0.0)
        fallen_om = (float(part.om[start - 1] - part.om[start]) for part in technology.cohorts)
        yearly = ended * float(technology.om[start - 1]) + sum(max(om, 0.0) for om in fallen_om)
        return lent, float(sum(running)) * yearly / MEGA

    def _needed(self, owner: Owner, start: int, after: int, later: float | None) -> list[Reason]:
        """Say that demand needs a unit's capacity, where it would wait if that were lent."""
        if owner.is_retired or later is not None:
            return []
        values = self.moves.alone(owner, start, after)
        saves = self.trials.delta(values, lent=self.trials.lacking(values))
        if saves is None or saves > -TOLERANCE:
            return []
        facts = {"saves": str(round(-saves * MEGA))}
        return [Reason("CAPACITY_NEEDED", self._facts(owner, start) | facts)]

    def _price(self, owner: Owner, start: int) -> list[Reason]:
        """Say that it pays from this year: with this year's benefit a year before, it would move.

        Own cost falls by waiting; the benefit of the last year is what the trial leaves.
        """
        periods = self.solved.problem.periods
        ends = start + owner.technology.life < periods
        if owner.is_retired or ends or not 0 < start < periods - 1:
            return []
        moved = [self.moves.alone(owner, start, start + by) for by in (-1, 1)]
        if not all(map(self.moves.is_open, moved)):
            return []
        earlier, later = (self.trials.delta(values) for values in moved)
        if earlier is None or later is None or min(earlier, later) <= TOLERANCE:
            return []
        own = self.solved.assembly.matrix.cost[owner.columns] * min(
            1.0, self.moves.started(owner)[start]
        )
        benefit = later + own[start] - own[start + 1]
        waiting = own[start - 1] - own[start]
        if benefit * float(1 + self.solved.problem.rate) > waiting > 0:
            return [Reason("PRICE_CROSSES", self._facts(owner, start))]
        return []


def _cny(delta: float | None) -> float | None:
    return None if delta is None else float(round(delta * MEGA))
