"""The documents of a workspace: those written, one made to order, a chart or table as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tanlu.app import documents, hotspots_board, inventory_board, scenario_board, target_board
from tanlu.app.documents import ReportFile
from tanlu.kernel.errors import TanluError
from tanlu.render import charts
from tanlu.render.speech import words
from tanlu.report.build import build
from tanlu.report.tree import Section, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.report.tree import Figure, Report

    _Maker = Callable[[Report, Figure, Say], bytes]

_MARK = "tanlu-"
_MEDIA = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".zip": "application/zip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WIDTH, _PPI = 900, 200


@dataclass(frozen=True, slots=True)
class Wish:
    """One document to make.

    Parameters
    ----------
    kind, lang, form : str
        Kind of the report, language, file format.
    year : int or None
        Year of the inventory; None is the newest with rows.
    """

    kind: str
    lang: str
    form: str
    year: int | None = None


def shelf(folder: Path) -> list[dict[str, Any]]:
    """Return the documents written into a folder, the newest first."""
    if not folder.is_dir():
        return []
    found = [
        path
        for path in folder.iterdir()
        if path.name.startswith(_MARK) and path.suffix in _MEDIA and path.is_file()
    ]
    rows = [
        {
            "name": path.name,
            "format": path.suffix.removeprefix("."),
            "bytes": path.stat().st_size,
            "at": datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds"),
        }
        for path in found
    ]
    return sorted(rows, key=lambda row: (str(row["at"]), str(row["name"])), reverse=True)


def shelved(folder: Path, name: str) -> ReportFile:
    """Return a document that was written.

    Raises
    ------
    TanluError
        ``report.not-written`` for any name that `shelf` does not list.
    """
    if name not in {row["name"] for row in shelf(folder)}:
        raise TanluError("report.not-written", found=name)
    path = folder / name
    return ReportFile(name, _MEDIA[path.suffix], path.read_bytes())


def tree(desk: Desk, kind: str, year: int | None) -> Report:
    """Return a report of this state of the ledger, in no language."""
    payload = desk.payload(year)
    return build(payload, kind=kind)  # type: ignore[arg-type]  # checked by the sections


def document(desk: Desk, wish: Wish) -> ReportFile:
    """Return a document made to order; the same one is made once for a state of the ledger.

    Raises
    ------
    TanluError
        Those of `documents.check_wishes`.
    """
    documents.check_wishes(wish.kind, languages=(wish.lang,), formats=(wish.form,))
    found = tree(desk, wish.kind, wish.year)
    year = int(desk.payload(wish.year)["inventory"]["year"])
    return documents.made(found, year=year, form=wish.form, lang=wish.lang, languages=(wish.lang,))


def figure_file(desk: Desk, figure_id: str, form: str, *, year: int | None, say: Say) -> ReportFile:
    """Return a chart of the report or of a screen, or its table, as a file.

    Parameters
    ----------
    desk : Desk
    figure_id : str
        Id of the chart.
    form : str
        ``svg``, ``png``, ``csv`` or ``xlsx``.
    year : int or None
        Year of the inventory; None is the newest with rows.
    say : Say
        Language.

    Raises
    ------
    TanluError
        ``report.figure-unknown``; ``report.format`` for another format, and for a table of a
        chart that has none.
    """
    report = tree(desk, documents.FULL, year)
    figure = next((one for one in report.figures() if one.id == figure_id), None)
    if figure is None:
        shown = desk.source(year).year
        figure = inventory_board.screen_figure(desk, figure_id, year=shown)
        figure = figure or hotspots_board.screen_figure(desk, figure_id, year=shown, say=say)
        figure = figure or target_board.screen_figure(desk, figure_id)
        figure = figure or scenario_board.screen_figure(desk, figure_id)
    if figure is None:
        raise TanluError("report.figure-unknown", found=figure_id)
    made = _FORMS if figure.table is not None else _DRAWN
    if form not in made:
        raise TanluError("report.format", found=form, known=", ".join(made))
    media, maker = made[form]
    alone = replace(report, sections=(Section(figure.id, figure.title, (figure,)),))
    return ReportFile(f"{_MARK}{figure.id}-{say.lang}.{form}", media, maker(alone, figure, say))


def _svg(_report: Report, figure: Figure, say: Say) -> bytes:
    return charts.drawn(figure, say=say.typographic(), width=_WIDTH).encode()


def _png(report: Report, figure: Figure, say: Say) -> bytes:
    from tanlu.render.documents import pdf

    return pdf.png(_svg(report, figure, say).decode(), width=_WIDTH, ppi=_PPI)


def _csv(_report: Report, figure: Figure, say: Say) -> bytes:
    """Return the table with its units in the heading; text that looks like a formula is quoted."""
    from tanlu.render.documents.workbook import guarded

    assert figure.table is not None  # noqa: S101  # only then is it offered
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    heads = [(words(one.title, say), words(one.unit, say)) for one in figure.table.columns]
    writer.writerow(" ".join(part for part in head if part) for head in heads)
    for row in figure.table.rows:
        told = ((words(cell, say), isinstance(cell, Value)) for cell in row.cells)
        writer.writerow(text if is_number else guarded(text, say) for text, is_number in told)
    return file.getvalue().encode("utf-8-sig")


def _xlsx(report: Report, _figure: Figure, say: Say) -> bytes:
    from tanlu.render.documents import workbook

    return workbook.document(report, say)


_DRAWN: Mapping[str, tuple[str, _Maker]] = {
    "svg": ("image/svg+xml", _svg),
    "png": ("image/png", _png),
}
_FORMS = {
    **_DRAWN,
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": (_MEDIA[".xlsx"], _xlsx),
}
