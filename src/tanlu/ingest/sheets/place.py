"""Where a sheet stands: its file, words and answers; findings made at its cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from tanlu.ingest.workbook.grid import address
from tanlu.kernel.activity import SourceCell
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from tanlu.ingest.vocabulary import Vocabulary
    from tanlu.ingest.workbook.grid import Grid

_CELLS_LISTED = 8


@dataclass(slots=True)
class Place:
    """A sheet with all that is known around it.

    Parameters
    ----------
    file, sha256 : str
        File name and hash.
    grid : Grid
        The sheet.
    words : Vocabulary
        Dictionaries.
    year : int or None
        Year of the sheet: title, sheet name, file name or the user's answer.
    normal_gases : frozenset of str
        Items whose cubic metres the file states to be at 0 degrees; ``*`` is every gas.
    listed_sites : frozenset of str
        Sites that the file's tables list in a column of their own.
    """

    file: str
    sha256: str
    grid: Grid
    words: Vocabulary
    year: int | None = None
    normal_gases: frozenset[str] = frozenset()
    listed_sites: frozenset[str] = frozenset()
    _repeated: dict[tuple[str, Outcome, str], dict[tuple[int, int], None]] = field(
        default_factory=dict
    )
    _facts: dict[tuple[str, Outcome, str], dict[str, str]] = field(default_factory=dict)

    def source(self, row: int, column: int) -> SourceCell:
        """Return the source of a cell."""
        return SourceCell(self.file, self.sha256, self.grid.name, address(row, column))

    def finding(
        self, code: str, outcome: Outcome, row: int, column: int, **facts: object
    ) -> Finding:
        """Make a finding at a cell."""
        words = {name: str(value) for name, value in facts.items()}
        cell = address(row, column) if row and column else ""
        return Finding(code, outcome, self.file, self.grid.name, cell, words)

    def about_sheet(self, code: str, outcome: Outcome, **facts: object) -> Finding:
        """Make a finding about the whole sheet."""
        return self.finding(code, outcome, 0, 0, **facts)

    def repeat(self, code: str, outcome: Outcome, row: int, column: int, **facts: object) -> None:
        """Note something that many cells share; `repeated` gives one finding for all."""
        group = (code, outcome, str(facts.get("group", "")))
        places = self._repeated.get(group)
        if places is None:
            places = self._repeated[group] = {}
            self._facts[group] = {k: str(v) for k, v in facts.items() if k != "group"}
        places[row, column] = None

    def repeated(self) -> list[Finding]:
        """Return one finding per thing that many cells share, at its first cell."""
        found = []
        for group, places in self._repeated.items():
            code, outcome, _ = group
            cells = [address(*place) for place in islice(places, _CELLS_LISTED)]
            listed = ", ".join(cells) + (", …" if len(places) > _CELLS_LISTED else "")
            facts = {**self._facts[group], "cells": listed, "count": str(len(places))}
            found.append(Finding(code, outcome, self.file, self.grid.name, cells[0], facts))
        return found

    def answer(self, name: str) -> object:
        """Return the user's answer for this sheet, else for the file; None when open."""
        mapping = self.words.context.mapping
        sheets = mapping.get("sheets")
        own = sheets.get(self.grid.name) if isinstance(sheets, dict) else None
        if isinstance(own, dict) and name in own:
            return own[name]
        return mapping.get(name)
