"""Open a table or chart of the report by the id it prints: its rows, each with its own figure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tanlu.app.inventories import years_with_rows
from tanlu.app.reports import report_payload
from tanlu.render.speech import words
from tanlu.report.build import KINDS, build
from tanlu.report.tree import Figure, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.i18n.say import Say
    from tanlu.report.tree import Report, Row
    from tanlu.storage import Workspace

_ID = re.compile(r"(?![0-9a-f]{24}$)[a-z][a-z0-9-]*")  # the id of a row is none


def block_body(
    workspace: Workspace, block_id: str, *, limit: int = 50, say: Say
) -> dict[str, Any] | None:
    """Return a table of the newest report by its id; None where the report prints no such id.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    block_id : str
        As printed beside a table or a chart, for example ``direct-gases``.
    limit : int
        Most rows listed.
    say : Say
        Language.

    Returns
    -------
    dict or None
        The fields of an explained figure, null where a table has none, with ``table``:
        ``columns`` and ``rows``, each with its cells and the figure that opens it, or null.
    """
    if not _ID.fullmatch(block_id) or not years_with_rows(workspace):
        return None
    payload: Any = report_payload(workspace)
    found = next(
        (table for kind in KINDS for table in _tables(build(payload, kind=kind), block_id)), None
    )
    if found is None:
        return None
    run = payload["inventory"]["run"]
    return {
        "figure": block_id, "name": words(found.title, say), "value": None, "unit": None,
        "formula": None, "n_rows": len(found.rows), "closes": None, "rows": [],
        "table": {
            "columns": [_heading(found, place, say) for place in range(len(found.columns))],
            "rows": [_row(row, say) for row in found.rows[:limit]],
        },
        "run": {name: run[name] for name in ("id", "hash", "ledger_head")},
    }  # fmt: skip


def _tables(report: Report, block_id: str) -> Iterator[Table]:
    for section in report.sections:
        for block in section.blocks:
            table = block.table if isinstance(block, Figure) else block
            if isinstance(table, Table) and block_id in (table.id, getattr(block, "id", "")):
                yield table


def _heading(table: Table, place: int, say: Say) -> str:
    column = table.columns[place]
    unit = words(column.unit, say)
    return f"{words(column.title, say)} [{unit}]" if unit else words(column.title, say)


def _row(row: Row, say: Say) -> dict[str, Any]:
    figures = [cell.figure for cell in row.cells if isinstance(cell, Value) and cell.figure]
    return {
        "cells": [words(cell, say) for cell in row.cells],
        "figure": figures[-1] if figures else None,
    }
