"""From any figure back to its formula, rows, factor editions and source cells."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.app.explained_rows import Rows, line_row
from tanlu.app.figure_rows import gather
from tanlu.app.findings import item_name
from tanlu.app.inventories import (
    InventoryOptions,
    iso_of_scope3,
    take_inventory,
    years_with_rows,
)
from tanlu.app.payloads import number
from tanlu.app.references import items_by_id
from tanlu.app.workspaces import site_names
from tanlu.inventory.figures import FigureKey, Measure, Selection, read_figure, row_filter
from tanlu.inventory.model import Basis, tonnes
from tanlu.kernel.activity import RowOp
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.app.inventories import TakenInventory
    from tanlu.i18n.say import Say
    from tanlu.inventory.model import Part
    from tanlu.kernel.activity import ActivityRow, Record
    from tanlu.storage import Workspace

_SCOPES = {Measure.SCOPE1: 1, Measure.SCOPE2: 2, Measure.SCOPE3: 3}
_FIGURE, _ROW = "inv/", "row/"
_ROW_ID = re.compile(r"(?:row/)?([0-9a-f]{24})")
_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[Mm]-\d+|[a-z0-9]+\.[a-z0-9.-]+")
_NEAR = 5


def code_of(word: str, say: Say) -> str | None:
    """Return the message code or rule that a word names, None where it may be a figure or row.

    Raises
    ------
    TanluError
        ``app.code-unknown`` for a word made like a code that there is not, with near ones.
    """
    for code in (word, word.upper(), word.lower()):
        if say.knows(code):
            return code
    if _CODE.fullmatch(word):
        near = _nearest(word.upper() if word.startswith("m-") else word, say.codes())
        raise TanluError("app.code-unknown", found=word, near=", ".join(near) or "-")
    return None


def code_body(code: str, say: Say) -> dict[str, Any]:
    """Return the help of a message code or method rule: what it says and what to do."""
    return {"code": code, "message": say(code), "advice": say.advice(code)}


def explain_figure(
    workspace: Workspace,
    figure: str,
    *,
    limit: int = 50,
    say: Say,
    opened: Callable[[int], Rows] | None = None,
) -> dict[str, Any]:
    """Open a figure of an inventory, or one row of the ledger.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    figure : str
        Figure id, for example ``inv/2024/scope2/market/site=A``, or ``row/`` and the id of a row.
    limit : int
        Most rows listed, the largest first; the sums are over all.
    say : Say
        Language of the formula.
    opened : callable, optional
        Gives the result rows of a year, where they are kept.

    Returns
    -------
    dict
        As in the contract, with ``n_rows``, ``n_unresolved`` (rows without a result) and
        ``closes``: whether rows, lines and the green-power ledger add up to the figure exactly.

    Raises
    ------
    TanluError
        ``app.figure-unknown`` with near ones; ``app.no-rows``; ``app.row-unknown``;
        ``app.figure-empty`` for a site, item, category or gas the inventory does not have.
    """
    opened = opened or _opener(workspace)
    if figure.startswith(_ROW) or _ROW_ID.fullmatch(figure):
        return _explain_row(workspace, figure.removeprefix(_ROW), opened=opened, say=say)
    key = read_key(workspace, figure)
    rows = opened(key.year)
    taken = rows.taken
    _refuse_empty(taken, key)
    behind = row_filter(
        key,
        items_by_id(),
        iso_of_scope3=iso_of_scope3(),
        recorded=taken.inventory.by_item,
    )
    found = gather(behind, rows=rows, say=say)
    value = value_of(taken, key)
    names = site_names(workspace)
    return {
        "figure": figure,
        "name": figure_name(key, say, names=names),
        "site_names": names,
        "value": number(tonnes(value)),
        "unit": "tCO2e",
        "formula": say("explain.formula"),
        "n_rows": found.n,
        "n_unresolved": found.n - found.n_ok if key.gas is None else 0,
        "closes": found.co2e_mg == value,
        "rows": found.largest(limit),
        "run": {"id": taken.run_id, "hash": taken.run_hash, "ledger_head": taken.ledger_head},
    }


def _opener(workspace: Workspace) -> Callable[[int], Rows]:
    """Return what takes the inventory of a year when it is asked for."""
    options = InventoryOptions(with_uncertainty=False)
    return lambda year: Rows(take_inventory(workspace, year, options=options))


def read_key(workspace: Workspace, figure: str) -> FigureKey:
    """Take a figure id apart; a wrong one is refused with those like it."""
    try:
        return read_figure(figure)
    except TanluError as error:
        known = [
            FigureKey(year, measure, basis).id
            for year in years_with_rows(workspace)
            for measure in Measure
            for basis in Basis
        ]
        near = _nearest(figure, known) or list(dict.fromkeys(known))[-_NEAR:]
        raise TanluError("app.figure-unknown", found=figure, near=", ".join(near) or "-") from error


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(word, dict.fromkeys(known), n=_NEAR, cutoff=0.5)


def figure_name(key: FigureKey, say: Say, *, names: Mapping[str, Mapping[str, str]]) -> str:
    """Say in words what a figure is: year, what is summed, and what it is restricted to."""
    method = key.measure in (Measure.SCOPE2, Measure.TOTAL, Measure.ISO)
    measure = f"{key.measure.value}_{key.basis.value}" if method else key.measure.value
    parts = [str(key.year), say(f"explain.measure.{measure}")]
    if key.site is not None:
        known = names.get(key.site, {"zh": key.site, "en": key.site})
        parts.append(say.pick(known["zh"], known["en"]) or say("cli.group"))
    if key.item is not None:
        parts.append(item_name(key.item, say))
    if key.category is not None:
        parts.append(say("explain.category", category=key.category))
    if key.gas is not None:
        parts.append(key.gas)
    return " · ".join(parts)


def _refuse_empty(taken: TakenInventory, key: FigureKey) -> None:
    """Refuse a restriction that nothing of the inventory meets: a name misspelt, most likely."""
    parts = [part for part in taken.inventory.parts if belongs(part, key)]
    gases = {gas for part in parts for gas in part.gases_mg.get(key.basis, {})}
    restricted = (key.site, key.item, key.category, key.gas) != (None, None, None, None)
    if restricted and (not parts or (key.gas is not None and key.gas not in gases)):
        near = _like(taken, key)
        raise TanluError("app.figure-empty", found=key.id, known=", ".join(near) or "-")


def _like(taken: TakenInventory, key: FigureKey) -> list[str]:
    """Return figures that are there and restrict one of the things the key restricts."""
    whole = replace(key, site=None, item=None, category=None, gas=None)
    found: dict[str, None] = {}
    for part in taken.inventory.parts:
        if not belongs(part, whole):
            continue
        is_iso = key.measure is Measure.ISO
        category = str(part.iso_category) if is_iso else part.category
        keys = [replace(whole, site=part.site)] if key.site is not None else []
        keys += [replace(whole, item=part.item)] if key.item is not None and part.item else []
        keys += [replace(whole, category=category)] if key.category is not None else []
        gases = part.gases_mg.get(key.basis, {}) if key.gas is not None else {}
        keys += [replace(whole, gas=gas) for gas in gases]
        found |= dict.fromkeys(one.id for one in keys)
    return _nearest(key.id, found) or list(found)[:_NEAR]


def value_of(taken: TakenInventory, key: FigureKey) -> int | None:
    """Return what a figure sums [mg]; None where nothing of it is known."""
    amounts = []
    for part in taken.inventory.parts:
        if not belongs(part, key):
            continue
        if key.gas is None:
            amounts.append(part.amounts.of(key.basis).co2e_mg)
        else:
            amounts.append(part.gases_mg.get(key.basis, {}).get(key.gas))
    known = [mg for mg in amounts if mg is not None]
    return sum(known) if known else None


def belongs(part: Part, key: FigureKey) -> bool:
    """Tell whether a part of the inventory belongs to a figure."""
    if key.measure in _SCOPES and part.scope != _SCOPES[key.measure]:
        return False
    category = str(part.iso_category) if key.measure is Measure.ISO else part.category
    wanted = ((key.site, part.site), (key.item, part.item), (key.category, category))
    return all(want is None or want == have for want, have in wanted)


def _explain_row(
    workspace: Workspace, row_id: str, *, opened: Callable[[int], Rows], say: Say
) -> dict[str, Any]:
    """Open one row: what its cell holds, and each result it has."""
    row = workspace.row(row_id)
    if row is not None:
        return _activity_row(workspace, row, opened=opened, say=say)
    record = next((one for one in workspace.records() if one.record_id == row_id), None)
    if record is None:
        raise TanluError("app.row-unknown", found=row_id)
    return _record_row(workspace, record, opened=opened, say=say)


def _activity_row(
    workspace: Workspace, row: ActivityRow, *, opened: Callable[[int], Rows], say: Say
) -> dict[str, Any]:
    rows = []
    if row.op is not RowOp.VOID:
        every = opened(year_of(row.ym))
        for stream in (Stream.MAIN, Stream.MARKET, Stream.UPSTREAM):
            chosen = Selection(stream, row.ym, row.ym, (row.item,), row.site, None)
            found = every.told_of(row.row_id, chosen, say=say)
            rows += [one | {"formula": _product(row, one, say)} for one in found]
    known = rows or [_bare(row, say)]
    version = {"version": row.version, "op": row.op.value, "note": row.note or None}
    body = _row_answer(row.row_id, [one | version for one in known], say=say)
    return body | {"site_names": site_names(workspace)}


def _product(row: ActivityRow, result: dict[str, Any], say: Say) -> str | None:
    """Return the multiplication of a row as it can be done again by hand."""
    factor = result["factor"]
    if row.qty_u is None or factor is None or result["result_mg"] is None:
        return None
    values = factor.get("kg_per_unit") or {"CO2": float(factor["value"])}
    amount = f"{say.exact(Decimal(row.qty_u).scaleb(-6).normalize())} {row.ledger_unit}"
    terms = [
        say("explain.product", quantity=amount, value=value, unit=row.ledger_unit, gas=gas)
        for gas, value in values.items()
    ]
    return f"{' + '.join(terms)} = {say.count(result['result_mg'])} mg"


def _bare(row: ActivityRow, say: Say) -> dict[str, Any]:
    """Return a row that counts nowhere, because it was cancelled."""
    source = row.source
    return {
        "row_id": row.row_id,
        "source": {
            "file": source.file, "sha256": source.sha256, "sheet": source.sheet,
            "cell": source.cell,
        },
        "site": row.site, "item": row.item, "name": item_name(row.item, say),
        "month": str(row.first_day)[:7], "quantity": number(row.quantity), "unit": row.unit,
        "status": "VOID", "stream": Stream.MAIN.value, "factor": None, "result_mg": None,
    }  # fmt: skip


def _record_row(
    workspace: Workspace, record: Record, *, opened: Callable[[int], Rows], say: Say
) -> dict[str, Any]:
    """Open a row of a small table: its scope 3 lines, or the fields as they were read."""
    year = record.fields.get("year")
    rows = []
    if year and year.isdigit():
        taken = opened(int(year)).taken
        lines = [line for line in taken.inventory.lines if line.record_id == record.record_id]
        rows = [line_row(line, taken, say=say) for line in lines]
    body = _row_answer(record.record_id, rows, say=say) | {"site_names": site_names(workspace)}
    source = record.source
    return body | {
        "source": {
            "file": source.file, "sha256": source.sha256, "sheet": source.sheet,
            "cell": source.cell,
        },
        "kind": record.kind.value,
        "fields": {name: text for name, text in record.fields.items() if text is not None},
    }  # fmt: skip


def _row_answer(row_id: str, rows: list[dict[str, Any]], *, say: Say) -> dict[str, Any]:
    """Return an answer about one row; its value is its first result."""
    value = rows[0]["result_mg"] if rows else None
    return {
        "figure": f"{_ROW}{row_id}",
        "name": say("explain.row"),
        "value": number(tonnes(value)),
        "unit": "tCO2e",
        "formula": say("explain.formula"),
        "n_rows": len(rows),
        "closes": None,
        "rows": rows,
    }
