"""The workbook a plant fills in: bilingual headers, lists, comments; imports unasked."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from tanlu.ingest import shipped
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tanlu.ingest.checked import Speaker

_RED, _GREEN = "FECACA", "D1FAE5"
_ROWS = 2000
_LISTS, _META = "Lists", "_meta"
_VERSION = "1"
_ANY_SECTOR, _ACTIVITY = "generic", "energy"
_FILLED = {"period": 1, "site": 2, "item": 3, "unit": 5}  # columns of the sheet of energy


def write_template(sector: str, out: Path, *, say: Speaker) -> tuple[str, ...]:
    """Write the template of a sector.

    Parameters
    ----------
    sector : str
        Id of a row of the table `template_sector`.
    out : Path
        Where to write, ``.xlsx``.
    say : Speaker
        Translator; in English the whole workbook is, else its headers carry both languages.

    Returns
    -------
    tuple of str
        Names of the sheets to fill in.

    Raises
    ------
    TanluError
        ``ingest.template-sector`` for a sector there is none for.
    """
    sectors = {row["id"]: row for row in shipped.rows("template_sector")}
    if sector not in sectors:
        raise TanluError("ingest.template-sector", found=sector, choices=", ".join(sorted(sectors)))
    book, names = _book(sectors[sector], say)
    _save(book, out)
    return names


def write_gaps(rows: Sequence[Mapping[str, str]], out: Path, *, say: Speaker) -> tuple[str, ...]:
    """Write a workbook of what is missing: the sheet of energy, all filled in but the amounts.

    Parameters
    ----------
    rows : sequence of Mapping of str to str
        ``period``, ``site``, ``item`` (its name) and ``unit`` of each month that has no row.
    out : Path
        Where to write, ``.xlsx``.
    say : Speaker
        As in `write_template`.

    Returns
    -------
    tuple of str
        Names of the sheets to fill in.
    """
    sector = next(row for row in shipped.rows("template_sector") if row["id"] == _ANY_SECTOR)
    book, names = _book(sector, say, only=_ACTIVITY)
    sheet = book[names[0]]
    for number, row in enumerate(rows, 2):
        for name, column in _FILLED.items():
            sheet.cell(number, column, row[name]).data_type = "s"
    _save(book, out)
    return names


def _save(book: Workbook, out: Path) -> None:
    from tanlu.ingest.workbook.save import workbook_bytes  # noqa: PLC0415 - loads openpyxl

    part = out.with_name(f"{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(workbook_bytes(book))
    os.replace(part, out)  # noqa: PTH105 - the atomic rename


def _book(
    sector: dict[str, str], say: Speaker, *, only: str = ""
) -> tuple[Workbook, tuple[str, ...]]:
    from openpyxl import Workbook as NewWorkbook  # noqa: PLC0415 - slow to import

    book = NewWorkbook()
    book.remove(book.worksheets[0])
    is_english = say.lang == "en"
    lists = _lists(sector, is_english=is_english)
    rule = _rule_message(say)
    sheets = sorted(shipped.rows("template_sheet"), key=lambda row: int(row["position"]))
    for row in (one for one in sheets if only in ("", one["id"])):
        sheet = book.create_sheet(row["name_en" if is_english else "name_zh"])
        columns = [c for c in shipped.rows("template_column") if c["sheet"] == row["id"]]
        for index, column in enumerate(columns, 1):
            _head(sheet, index, _for_sector(column, sector), is_english=is_english)
            letter = sheet.cell(1, index).column_letter
            _validate(sheet, letter, column["list"], lists=lists, rule=rule)
        sheet.freeze_panes = "A2"
        sheet.row_dimensions[1].height = 34
        _protect(sheet, len(columns))
    names = tuple(book.sheetnames)
    _lists_sheet(book, lists)
    _meta_sheet(book, sector["id"])
    return book, names


def _for_sector(column: dict[str, str], sector: dict[str, str]) -> dict[str, str]:
    """Return a column with the sector's unit of products in its header."""
    headers = {
        f"header_{lang}": column[f"header_{lang}"].format(
            product_unit=sector[f"product_unit_{lang}"]
        )
        for lang in ("zh", "en")
    }
    return column | headers


def _lists(sector: dict[str, str], *, is_english: bool) -> dict[str, list[str]]:
    name, text = ("name_en", "text_en") if is_english else ("name_zh", "text")
    named = {row["id"]: row[name] for row in shipped.rows("items", "")}
    lists = {"items": [named[item] for item in sector["items"].split(";")]}
    for row in shipped.rows("template_list"):
        if row[text]:
            lists.setdefault(row["list"], []).append(row[text])
    return lists


def _rule_message(say: Speaker) -> str:
    zh, en = dataclasses.replace(say, lang="zh"), dataclasses.replace(say, lang="en")
    told = en("ingest.template-decimal")
    return told if say.lang == "en" else f"{zh('ingest.template-decimal')} {told}"


def _head(sheet: Worksheet, index: int, column: dict[str, str], *, is_english: bool) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415 - slow to import
    from openpyxl.styles import Alignment, Font, PatternFill, Protection  # noqa: PLC0415

    langs = ("en",) if is_english else ("zh", "en")
    cell: Any = sheet.cell(1, index, "\n".join(column[f"header_{lang}"] for lang in langs))
    is_required = column["required"] == "yes"
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", start_color=_RED if is_required else _GREEN)
    cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    text = "\n".join(column[f"comment_{lang}"] for lang in langs)
    if text.strip():
        cell.comment = Comment(text, "Tanlu", height=110, width=260)
    dimension = sheet.column_dimensions[cell.column_letter]
    dimension.width = int(column["width"])
    dimension.protection = Protection(locked=False)


def _validate(
    sheet: Worksheet, letter: str, name: str, *, lists: dict[str, list[str]], rule: str
) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - slow

    if name == "decimal":
        check = DataValidation(
            type="decimal",
            operator="between",
            formula1="-1E+15",
            formula2="1E+15",
            allow_blank=True,
        )
        check.error, check.showErrorMessage, check.errorStyle = rule, True, "warning"
    elif name in lists:
        check = DataValidation(type="list", formula1=f"={name}", allow_blank=True)
        check.showErrorMessage = False
    else:
        return
    check.add(f"{letter}2:{letter}{_ROWS + 1}")
    sheet.add_data_validation(check)


def _protect(sheet: Worksheet, columns: int) -> None:
    """Lock the header row, leave the body open to sorting, filtering and new rows."""
    from openpyxl.styles import Protection  # noqa: PLC0415 - slow to import
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - slow to import

    del columns
    for index in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(index)].protection = Protection(locked=False)
        sheet.cell(1, index).protection = Protection(locked=True)
    guard = sheet.protection
    guard.sheet = True
    guard.sort = guard.autoFilter = guard.insertRows = guard.deleteRows = False
    guard.formatCells = guard.formatColumns = guard.formatRows = False


def _lists_sheet(book: Workbook, lists: dict[str, list[str]]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - slow to import
    from openpyxl.workbook.defined_name import DefinedName  # noqa: PLC0415 - slow to import

    sheet = book.create_sheet(_LISTS)
    sheet.sheet_state = "hidden"
    for index, (name, texts) in enumerate(sorted(lists.items()), 1):
        sheet.cell(1, index, name)
        for row, text in enumerate(texts, 2):
            sheet.cell(row, index, text).data_type = "s"
        letter = get_column_letter(index)
        place = f"{_LISTS}!${letter}$2:${letter}${len(texts) + 1}"
        book.defined_names[name] = DefinedName(name, attr_text=place)


def _meta_sheet(book: Workbook, sector: str) -> None:
    sheet = book.create_sheet(_META)
    sheet.sheet_state = "veryHidden"
    described = json.dumps([shipped.rows("template_column"), sector], ensure_ascii=False)
    for row, (name, value) in enumerate(
        (
            ("schema", "tanlu.template"),
            ("version", _VERSION),
            ("sector", sector),
            ("hash", hashlib.sha256(described.encode()).hexdigest()),
        ),
        1,
    ):
        sheet.cell(row, 1, name)
        sheet.cell(row, 2, value)
