"""The workbook of a verifier's pack: rows and factors side by side, results as live formulas."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # one date for all: the same content, the same bytes
_ROWS, _FACTORS, _TOTALS = "Rows", "Factors", "Totals"
_WIDE, _NARROW = 28, 13
_WIDE_COLUMNS = frozenset({"row_id", "file", "name", "document", "title", "id", "finding", "place"})
_MG_PER_KG, _MG_PER_T = 10**6, 10**9
_DOUBT = 2**-46  # spreadsheets take doubles for equal that differ by a little less
_LIVE = frozenset({"factor", "rounding", "result_t"})  # written by formulas
_Q, _R, _S, _T = 16, 17, 18, 19  # factor, rounding term, result in mg and in t


def as_written(value: Fraction) -> float:
    """Return the double that a workbook holds for an exact number: 16 digits are written."""
    return float(f"{float(value):.16G}")


def rounding_term(quantity: Fraction, factor: Fraction, result_mg: int) -> float:
    """Return what is added to the product before it is cut to whole mg.

    It is 0.5, to the nearest. Where a product lies so near a half that the doubles of a
    spreadsheet cannot tell its side, 0.25 or 0.75 put it clear of the edge; where doubles hold no
    fraction any more, it is what gives the exact result.

    Parameters
    ----------
    quantity, factor : Fraction
        Exact.
    result_mg : int
        ``floor(quantity * factor * 10^6 + 1/2)``.
    """
    product = as_written(quantity) * as_written(factor) * _MG_PER_KG
    edge = max(abs(product) * _DOUBT, _DOUBT)
    for term in (0.5, 0.25, 0.75):
        if edge <= product + term - result_mg <= 1 - edge:
            return term
    return result_mg + 0.5 - product


class PackBook:
    """A workbook that is written row by row; `close` finishes the file.

    Parameters
    ----------
    path : Path
        File to write.
    heads : Mapping
        Headings of the rows, by name, in order.
    limit : int
        Most rows in a sheet; more begin another.
    """

    def __init__(self, path: Path, heads: Mapping[str, str], *, limit: int) -> None:
        self._book = Workbook(str(path), {"constant_memory": True})
        self._book.set_properties({"created": _MADE, "author": "Tanlu"})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#e6f2f0", "text_wrap": True})
        self._tonnes = self._book.add_format({"num_format": "#,##0.000000000"})
        self._whole = self._book.add_format({"num_format": "#,##0"})
        self._heads, self._limit = heads, limit
        self._totals = self._book.add_worksheet(_TOTALS)
        self._sheets = [self._started(_ROWS, heads)]
        self._at = 1  # next row of the newest sheet
        self._filled: list[int] = []

    def add_row(self, row: Mapping[str, Any], formulas: tuple[str, str]) -> None:
        """Write one row; its two formulas fetch the factor and multiply.

        Parameters
        ----------
        row : Mapping
            Exact texts and whole numbers; see `tanlu.app.packs`.
        formulas : tuple of str
            Of the factor and of the result.
        """
        sheet, at = self._sheets[-1], self._at
        for column, name in enumerate(self._heads):
            if name not in _LIVE:
                _write(sheet, at, column, row[name], self._whole if column == _S else None)
        if row["result_mg"] is not None:
            self._result(sheet, at, row, formulas)
        self._at += 1

    def _result(
        self, sheet: Worksheet, at: int, row: Mapping[str, Any], formulas: tuple[str, str]
    ) -> None:
        result = row["result_mg"]
        if row["factor"] is not None:
            quantity, factor = Fraction(row["quantity"]), Fraction(row["factor"])
            sheet.write_formula(at, _Q, f"={formulas[0]}", None, as_written(factor))
            sheet.write_number(at, _R, rounding_term(quantity, factor, result))
            sheet.write_formula(at, _S, f"={formulas[1]}", self._whole, result)
        sheet.write_formula(at, _T, f"=S{at + 1}/{_MG_PER_T}", self._tonnes, result / _MG_PER_T)

    def next_number(self) -> int:
        """Return the number, as the sheet shows it, of the row written next."""
        if self._at > self._limit:
            self._filled.append(self._at)
            name = f"{_ROWS}{len(self._sheets) + 1}"
            self._sheets.append(self._started(name, self._heads))
            self._at = 1
        return self._at + 1

    def add_sheet(self, name: str, heads: Mapping[str, str], rows: Iterable[Any]) -> None:
        """Write a table; numbers stay numbers, everything else is text."""
        sheet = self._started(name, heads)
        for at, row in enumerate(rows, start=1):
            for column, key in enumerate(heads):
                _write(sheet, at, column, row.get(key), None)

    def add_totals(self, heads: Mapping[str, str], totals: Sequence[Mapping[str, Any]]) -> None:
        """Write the totals as formulas over the rows, beside the figures of the report."""
        self._head(self._totals, heads)
        for at, total in enumerate(totals, start=1):
            for column, name in enumerate(("basis", "group", "key", "name")):
                _write(self._totals, at, column, total[name], None)
            number = at + 1
            t = total["mg"] / _MG_PER_T
            formula = "=" + "+".join(self._sums(total))
            self._totals.write_formula(at, 4, formula, self._whole, total["mg"])
            self._totals.write_formula(at, 5, f"=E{number}/{_MG_PER_T}", self._tonnes, t)
            if total["report_t"] is not None:
                self._totals.write_number(at, 6, total["report_t"], self._tonnes)
                apart = f"=F{number}-G{number}"
                self._totals.write_formula(at, 7, apart, None, t - total["report_t"])

    def _sums(self, total: Mapping[str, Any]) -> list[str]:
        """Return one conditional sum per sheet of rows."""
        letters = {"scope": "F", "iso": "G", "site": "I"}
        basis = {"location": "D", "market": "E"}[total["basis"]]
        formulas = []
        for place, last in enumerate([*self._filled, self._at], start=1):
            name = _ROWS if place == 1 else f"{_ROWS}{place}"
            wanted = [f"{_span(name, basis, last)},1"]
            if total["group"] in letters:
                key = str(total["key"]).replace('"', '""')
                wanted.append(f'{_span(name, letters[total["group"]], last)},"={_literal(key)}"')
            formulas.append(f"SUMIFS({_span(name, 'S', last)},{','.join(wanted)})")
        return formulas

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _started(self, name: str, heads: Mapping[str, str]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        self._head(sheet, heads)
        return sheet

    def _head(self, sheet: Worksheet, heads: Mapping[str, str]) -> None:
        for column, (name, title) in enumerate(heads.items()):
            sheet.set_column(column, column, _WIDE if name in _WIDE_COLUMNS else _NARROW)
            sheet.write_string(0, column, title, self._bold)
        sheet.freeze_panes(1, 0)


def _span(sheet: str, letter: str, last: int) -> str:
    return f"{sheet}!${letter}$2:${letter}${max(last, 2)}"


def _literal(text: str) -> str:
    """Return a criterion that means the text itself: wildcards of a spreadsheet are escaped."""
    for sign in "~*?":
        text = text.replace(sign, f"~{sign}")
    return text


def _write(sheet: Worksheet, row: int, column: int, value: Any, form: Format | None) -> None:
    if isinstance(value, bool):
        sheet.write_number(row, column, int(value))
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, form)
    elif isinstance(value, Fraction):
        sheet.write_number(row, column, as_written(value), form)
    elif value:
        sheet.write_string(row, column, str(value))
