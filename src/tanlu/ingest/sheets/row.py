"""One row of an activity table made into a candidate for each of its quantity cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.ingest.model import SheetKind
from tanlu.ingest.sheets.candidate import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.sheets.body import Body
    from tanlu.ingest.sheets.header import Column
    from tanlu.ingest.sheets.place import Place
    from tanlu.ingest.sheets.row_period import RowPeriod, RowPeriods
    from tanlu.kernel.findings import Finding

    Texts = dict[str, tuple[str, int]]

_FIELDS = frozenset(
    {"site", "item", "unit", "voucher", "note", "type", "supplier", "quality", "province"}
)
_NONE = ("", 0)


class RowReader:
    """Puts the texts of a row and of its headers together.

    Parameters
    ----------
    place : Place
        The sheet.
    kind : SheetKind
        TIDY or WIDE.
    fields : Mapping[str, Column]
        First column of each field.
    values : list of Column
        Quantity columns.
    lead : list of Column
        All other columns.
    stated : Mapping[str, tuple of (str, int)]
        Texts stated outside the table, by field.
    periods : RowPeriods
        Reads the period.
    """

    def __init__(
        self,
        place: Place,
        kind: SheetKind,
        *,
        fields: Mapping[str, Column],
        values: list[Column],
        lead: list[Column],
        stated: Mapping[str, tuple[str, int]],
        periods: RowPeriods,
    ) -> None:
        self._place = place
        self._words = place.words
        self._is_tidy = kind is SheetKind.TIDY
        self._values = values
        self._texts = [(c.index, c.field) for c in lead if c.field in _FIELDS]
        self._stated = stated
        self._periods = periods
        self._has_item = "item" in fields
        self._has_site = "site" in fields
        self._sites = self._sites_across(values)
        self._material = None if self._has_item else fields.get("material")

    def candidates(self, row: int, body: Body) -> list[Candidate]:
        """Return a candidate for each quantity column."""
        texts = dict(self._stated)
        cells = body.cells(row)
        for index, name in self._texts:
            if index in cells:
                texts[name] = (_tidy_text(cells[index].text), index)
        if not self._has_item:
            self._item_from_others(row, texts, body)
        period = self._periods.of_row(row, body)
        held = (*body.grid.flags.get(row, ()), *body.held.get(row, ()))
        if len(self._values) == 1:
            return [self._candidate(row, self._values[0], texts, period=period, held=held)]
        return [
            self._candidate(row, column, dict(texts), period=period, held=held)
            for column in self._values
        ]

    def _sites_across(self, values: list[Column]) -> dict[int, str]:
        """Return the sites that head quantity columns; beside items a strange name is no site."""
        named = {c.site for c in values if c.site and c.item}
        has_items = any(c.item for c in values)
        sites = {}
        for column in values:
            if has_items and not column.item:
                texts = (self._words.site(text) for text in column.texts)
                sites[column.index] = next((text for text in texts if text in named), "")
            else:
                sites[column.index] = column.site
        return {index: site for index, site in sites.items() if site}

    def _item_from_others(self, row: int, texts: Texts, body: Body) -> None:
        """Take the item from a column of types or materials when no column is of items."""
        if "type" in texts and self._words.item(texts["type"][0]):
            texts["item"] = texts["type"]
        cell = body.cell(row, self._material.index) if self._material else None
        if cell is not None and self._material is not None:
            texts["item"] = (_tidy_text(cell.text), self._material.index)

    def _candidate(
        self,
        row: int,
        column: Column,
        texts: Texts,
        *,
        period: RowPeriod,
        held: tuple[Finding, ...],
    ) -> Candidate:
        """Return the candidate of one cell; `texts` are its own."""
        item_hint = ""
        if column.item and (not self._has_item or "item" not in texts):
            item_hint = column.item
            texts["item"] = (column.label, 0)
        if not texts.get("item", _NONE)[0]:
            texts["item"] = (column.label, 0)
        if column.unit and ((column.item and not self._is_tidy) or not texts.get("unit", _NONE)[0]):
            texts["unit"] = (column.unit, 0)
        if not texts.get("unit", _NONE)[0]:
            self._unit_in_item(texts)
        if column.index in self._sites and not self._has_site:
            texts["site"] = (self._sites[column.index], 0)
        if column.period is not None:
            period = self._periods.of_header(row, column)
        item = item_hint or self._words.item(texts["item"][0])
        return Candidate(
            row=row,
            column=column.index,
            cell=self._place.grid.cell(row, column.index),
            period=period[0],
            period_findings=period[1],
            texts=texts,
            item=item,
            is_normal_stated=self._is_normal(item, column, texts),
            held=held,
        )

    def _unit_in_item(self, texts: Texts) -> None:
        """Take a unit written in the item's cell, such as natural gas with its unit in brackets."""
        header = self._words.header(texts["item"][0])
        if header.unit:
            texts["unit"] = (header.unit, texts["item"][1])

    def _is_normal(self, item: str, column: Column, texts: Texts) -> bool:
        """Say whether the cubic metres of a gas are stated to be at normal conditions."""
        if "Nm3" not in (self._words.items.get(item, {}).get("dims") or ()):
            return False
        stated = self._place.normal_gases
        if item in stated or "*" in stated or self._place.answer("gas_volume") == "normal":
            return True
        own = (column.qualifiers, texts.get("note", _NONE)[0], texts["item"][0])
        return bool(self._words.word_inside("gas_state", " ".join(own)))


def _tidy_text(text: str) -> str:
    """Strip blanks around a name; a leading tab before a formula stays, as it was written."""
    plain = text.strip()
    if "\t" not in text:
        return plain
    stripped = text.strip(" \u3000\u00a0\r\n").rstrip()
    return stripped if stripped.startswith("\t") and plain[:1] in "=+-@" else plain
