"""The cells of a row beside its quantity, read again only where somebody asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.ingest.vocabulary import normal
from tanlu.ingest.workbook.grid import address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.sheets.body import Body
    from tanlu.ingest.sheets.place import Place
    from tanlu.kernel.activity import SourceCell


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of one table as texts.

    Parameters
    ----------
    place : Place
        The sheet.
    body : Body
        Rows of the table.
    lead : tuple of int
        Columns that hold no quantity.
    labels : Mapping[int, str]
        Header of each column.
    """

    place: Place
    body: Body
    lead: tuple[int, ...]
    labels: Mapping[int, str]

    @property
    def sheet(self) -> str:
        """Name of the sheet."""
        return self.place.grid.name

    def source(self, row: int, column: int) -> SourceCell:
        """Return the source of a cell."""
        return self.place.source(row, column)

    def raw(self, row: int, column: int) -> dict[str, str]:
        """Return the texts of a row by header, and that of one of its quantities."""
        found = {}
        for index in self.lead:
            cell = self.body.cell(row, index)
            if cell is not None:
                found[self.labels[index] or address(row, index)] = cell.text
        found[self.labels[column]] = self.body.grid.text(row, column)
        return found

    def other_texts(self, row: int) -> str:
        """Return all texts beside the quantities as one, to tell an exact duplicate."""
        cells = ((index, self.body.cell(row, index)) for index in self.lead)
        return "|".join(f"{index}={normal(cell.text)}" for index, cell in cells if cell is not None)
