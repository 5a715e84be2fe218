"""A quantity cell with the texts that belong to it, on its way to a typed row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanlu.ingest.workbook.grid import Cell
    from tanlu.kernel.findings import Finding
    from tanlu.kernel.periods import Period

_NONE = ("", 0)


@dataclass(slots=True)
class Candidate:
    """A quantity cell and the texts around it.

    Parameters
    ----------
    row, column : int
        Of the quantity cell.
    cell : Cell or None
        The quantity cell; None when empty.
    period : Period or None
        Already read; None with `period_findings` when it could not be.
    texts : dict of str to (str, int)
        Text of each field and the column it stands in (0: header or title).
    item : str
        Id of the item; empty when its text names none.
    is_normal_stated : bool
        Whether its cubic metres are stated to be at 0 degrees.
    held : tuple of Finding
        Reasons that hold its whole row.
    """

    row: int
    column: int
    cell: Cell | None
    period: Period | None
    period_findings: tuple[Finding, ...]
    texts: dict[str, tuple[str, int]]
    item: str
    is_normal_stated: bool
    held: tuple[Finding, ...]

    def text(self, name: str) -> str:
        """Return the text of a field, empty when there is none."""
        return self.texts.get(name, _NONE)[0]

    def column_of(self, name: str) -> int:
        """Return the column a field's text stands in; that of the quantity when in none."""
        return self.texts.get(name, _NONE)[1] or self.column
