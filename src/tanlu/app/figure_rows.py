"""Everything behind one figure: result rows, scope 3 lines, what the green-power ledger adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app.explained_rows import Rows, additions, line_row, lines_behind, result_column
from tanlu.compute import largest, sums_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.app.inventories import TakenInventory
    from tanlu.compute import ResultTable, RowSums
    from tanlu.i18n.say import Say
    from tanlu.inventory.figures import RowFilter, Selection
    from tanlu.inventory.model import Line


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a figure is made of, summed; only the rows asked for are told in words.

    Parameters
    ----------
    rows : Rows
        Result rows of the inventory.
    additions : tuple of dict
        What the green-power ledger adds.
    lines : tuple of Line
        Scope 3 lines.
    tables : tuple of (Selection, table, RowSums)
        Result rows by stream.
    say : Say
        Language.
    """

    rows: Rows
    additions: tuple[dict[str, Any], ...]
    lines: tuple[Line, ...]
    tables: tuple[tuple[Selection, ResultTable, RowSums], ...]
    say: Say

    @property
    def n(self) -> int:
        """Rows of all kinds."""
        return len(self.additions) + len(self.lines) + sum(s.n for *_, s in self.tables)

    @property
    def n_ok(self) -> int:
        """Those with a result."""
        plain = [*(a["result_mg"] for a in self.additions), *(x.co2e_mg for x in self.lines)]
        known = sum(mg is not None for mg in plain)
        return known + sum(s.n_ok for *_, s in self.tables)

    @property
    def co2e_mg(self) -> int | None:
        """Their sum [mg]; None where none has a result."""
        return _sum(
            [
                *(a["result_mg"] for a in self.additions),
                *(line.co2e_mg for line in self.lines),
                *(sums.co2e_mg for *_, sums in self.tables),
            ]
        )

    @property
    def batches(self) -> tuple[str, ...]:
        """Batches of the ledger that the result rows come from."""
        return tuple(sorted({batch for *_, sums in self.tables for batch in sums.batches}))

    @property
    def originals(self) -> frozenset[str]:
        """SHA-256 of the files that everything behind the figure was read from."""
        sources = self.rows.taken.record_sources
        told = [sources.get(line.record_id) for line in self.lines]
        told += [one["source"] for one in self.additions]
        files = {sha for *_, sums in self.tables for sha in sums.originals}
        return frozenset(files | {one["sha256"] for one in told if one})

    def largest(self, most: int) -> list[dict[str, Any]]:
        """Return the largest rows told in words, those without a result last."""
        found: list[tuple[int | None, Any, Selection | None]] = [
            (one["result_mg"], one, None) for one in self.additions
        ]
        found += [(line.co2e_mg, line, None) for line in self.lines]
        for chosen, table, _ in self.tables:
            top = largest(table, result_column(chosen), most)
            found += [(row["result_mg"], row, chosen) for row in top]
        found.sort(key=lambda one: (one[0] is None, -(one[0] or 0)))
        return [self._told(one, chosen) for _, one, chosen in found[:most]]

    def _told(self, one: Any, chosen: Selection | None) -> dict[str, Any]:
        if chosen is not None:
            return self.rows.told(one, chosen, say=self.say)
        if isinstance(one, dict):
            return one
        return line_row(one, self.rows.taken, say=self.say)


def gather(behind: RowFilter, *, rows: Rows, say: Say) -> Gathered:
    """Return what stands behind a figure.

    Parameters
    ----------
    behind : RowFilter
        As `row_filter` gives it for the figure.
    rows : Rows
        Result rows of the inventory.
    say : Say
        Language.
    """
    taken: TakenInventory = rows.taken
    tables = []
    for chosen in behind.selections:
        table = rows.of(chosen)
        tables.append((chosen, table, sums_of(table, result_column(chosen))))
    return Gathered(
        rows=rows,
        additions=tuple(additions(taken, behind, say=say)),
        lines=tuple(lines_behind(taken, behind)),
        tables=tuple(tables),
        say=say,
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [mg for mg in amounts if mg is not None]
    return sum(known) if known else None
