"""Which months a finding of an import speaks of, and which gaps later rows have filled."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tanlu.kernel.periods import year_month
from tanlu.storage import current, held, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from tanlu.storage.folder import Store
    from tanlu.storage.model import StoredFinding

GAP = "PERIOD_GAP"
_LINE = re.compile(r"[A-Za-z]*(\d+)")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_MONTHS = 12
_PLACE = ("file", "sha256", "sheet", "cell")
_Place = tuple[str, ...]


class Concerns:
    """Months of what was read from each place of each file.

    Parameters
    ----------
    store : Store
        The workspace.
    conn : Connection
        Open connection.
    """

    def __init__(self, store: Store, conn: Connection) -> None:
        self._months: dict[_Place, set[int]] = defaultdict(set)
        rows = current.activity(store, conn)
        for row in rows.select([*_PLACE, "ym"]).to_pylist():
            self._add(row, {row["ym"]})
        for row in conn.execute(select(schema.RECORD)).mappings():
            year = json.loads(row["fields"]).get("year") if row["op"] != "void" else None
            self._add({name: row[name] for name in _PLACE}, _year(year))
        for held_row in held.quarantine(store, conn):
            source = held_row.source
            place = {"file": source.file, "sha256": source.sha256, "sheet": source.sheet}
            self._add({**place, "cell": source.cell}, _key_months(held_row.key))

    def _add(self, row: Mapping[str, str], months: set[int]) -> None:
        if months:
            for place in _places(row["file"], row["sha256"], row["sheet"], row["cell"]):
                self._months[place] |= months

    def touches(self, entry: StoredFinding, months: range) -> bool:
        """Whether a finding speaks of any of the months; one of no known month speaks of all.

        Parameters
        ----------
        entry : StoredFinding
            The finding.
        months : range
            Ledger months.

        Notes
        -----
        A gap speaks of the months it names. Any other finding speaks of what was read from its
        line of the sheet, else from the sheet, else from the file.
        """
        found = gap_months(entry) or self._read_at(entry)
        return not found or any(ym in found for ym in months)

    def _read_at(self, entry: StoredFinding) -> set[int]:
        finding = entry.finding
        places = list(_places(finding.file, entry.sha256, finding.sheet, finding.cell))
        is_one_cell = finding.facts.get("count", "1") == "1"
        listed = (self._months.get(place, set()) for place in places[0 if is_one_cell else 1 :])
        return next((months for months in listed if months), set())


def gap_months(entry: StoredFinding) -> set[int]:
    """Return the ledger months a gap names; empty for any other finding."""
    if entry.finding.code != GAP:
        return set()
    listed = _YEAR_MONTH.findall(entry.finding.facts.get("found", ""))
    return {year_month(int(year), int(month)) for year, month in listed}


def is_filled(entry: StoredFinding, rows: pa.Table) -> bool:
    """Whether rows that came later fill every month of a gap.

    Parameters
    ----------
    entry : StoredFinding
        The finding; one that is no gap is never filled.
    rows : pa.Table
        Current ledger rows.
    """
    missing = gap_months(entry)
    if not missing:
        return False
    facts = entry.finding.facts
    site, item = facts.get("site", ""), facts.get("item", "")
    mine = pc.and_(pc.equal(rows["site"], site), pc.equal(rows["item"], item))
    return missing <= set(rows.filter(mine)["ym"].to_pylist())


def _places(file: str, sha256: str, sheet: str, cell: str) -> Iterator[_Place]:
    """Yield where something stands, the nearest first: line, sheet, file, file of that name."""
    line = _LINE.match(cell)
    yield (sha256, sheet, line.group(1) if line else "")
    yield (sha256, sheet)
    yield (sha256,)
    yield ("", "", "", file)


def _year(year: str | None) -> set[int]:
    if not year or not year.isdigit():
        return set()
    return {year_month(int(year), month) for month in range(1, _MONTHS + 1)}


def _key_months(key: Mapping[str, str]) -> set[int]:
    """Return the months that could be read of a row that is held back."""
    if "first_day" not in key:
        return _year(key.get("year"))
    first, last = (_month(key[name]) for name in ("first_day", "last_day"))
    return set(range(first, last + 1))


def _month(day: str) -> int:
    return year_month(int(day[:4]), int(day[5:7]))
