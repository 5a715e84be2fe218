"""The trace of a number as a reader wants it: what it is, how it came about, who changed it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from tanlu.app import access, explanations
from tanlu.app.activity_marks import sites_of_evidence
from tanlu.app.explained_rows import Rows, engine_reader
from tanlu.app.figure_factors import factors_behind, factors_of
from tanlu.app.figure_rows import gather
from tanlu.app.figure_tree import terms_of
from tanlu.app.histories import batches_told, evidence_told, versions_told
from tanlu.app.inventories import iso_of_scope3
from tanlu.app.references import items_by_id
from tanlu.inventory.figures import read_figure, row_filter
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.explained_rows import Reader
    from tanlu.app.inventories import TakenInventory
    from tanlu.compute import ResultTable
    from tanlu.i18n.say import Say
    from tanlu.kernel.results import Stream

_ROWS = 50
_MOST_KEPT = 200_000  # activity rows of a year whose results stay in memory between figures
_MONTHS = 12
_INVENTORY = "inv/"


def trace(
    desk: Desk, figure: str, *, principal: Principal | None = None, say: Say
) -> dict[str, Any]:
    """Return where a figure, a row of the ledger, a code or a rule comes from.

    Parameters
    ----------
    desk : Desk
        The workspace.
    figure : str
        As `tanlu explain` takes it.
    principal : Principal, optional
        Who asks: one held to sites sees the figures of its sites alone.
    say : Say
        Language.

    Returns
    -------
    dict
        As `explanations.explain_figure`, with ``terms`` (figures that add up to it), ``factors``,
        ``history``, ``versions`` and ``evidence`` of a row and ``citation``; for a code or a
        rule ``code``, ``message``, ``advice``.

    Raises
    ------
    TanluError
        Those of `explanations.explain_figure` and `explanations.code_of`; ``gate.denied``.
    """
    code = explanations.code_of(figure, say)
    if code:
        return {"name": code} | explanations.code_body(code, say)
    body = explanations.explain_figure(
        desk.workspace, figure, limit=_ROWS, say=say, opened=lambda year: rows_of_year(desk, year)
    )
    _refuse_other_sites(body, principal)
    more = _of_figure if figure.startswith(_INVENTORY) else _of_row
    return body | more(desk, body, say) | {"citation": _citation(desk, body, say)}


def rows_of_year(desk: Desk, year: int) -> Rows:
    """Return the result rows of a year, read once for the state the ledger is in."""

    def make() -> Rows:
        taken = desk.taken(year)
        is_small = taken.inventory.coverage.rows <= _MOST_KEPT
        return Rows(taken, _Kept(taken).read if is_small else None)

    return desk.kept(("rows", year), make)


class _Kept:
    """Reads each stream of a year from the engine once; a figure takes what it needs of it."""

    def __init__(self, taken: TakenInventory) -> None:
        self._read: Reader = engine_reader(taken)
        year = taken.inventory.year
        self._months = (year_month(year, 1), year_month(year, _MONTHS))
        self._lock = Lock()
        self._tables: dict[Stream, ResultTable] = {}

    def read(
        self, stream: Stream, _site: str | None, _item: str | None, _months: tuple[int, int]
    ) -> ResultTable:
        with self._lock:
            if stream not in self._tables:
                self._tables[stream] = self._read(stream, None, None, self._months)
            return self._tables[stream]


def original(desk: Desk, sha256: str, *, principal: Principal) -> tuple[Path, str]:
    """Return where an original file is kept, and its name.

    Raises
    ------
    TanluError
        ``gate.not-found``; ``gate.denied`` for one held to sites when the file has others' rows;
        ``storage.damaged``.
    """
    known = {source.sha256: source for source in desk.kept("originals", desk.workspace.sources)}
    if sha256 not in known:
        raise TanluError("gate.not-found", place=sha256)
    mine = access.scope(principal)
    sites = _sites_of(desk, sha256) if mine is not None else set()
    if mine is not None and (not sites or not sites <= {*mine}):
        raise TanluError("gate.denied", action="evidence", role=principal.role)
    return desk.workspace.source_path(sha256), known[sha256].name


def _sites_of(desk: Desk, sha256: str) -> set[str]:
    rows = desk.workspace.activity().select(["site", "sha256"]).to_pylist()
    sites = {row["site"] for row in rows if row["sha256"] == sha256}
    records = [one for one in desk.workspace.records() if one.source.sha256 == sha256]
    return (
        sites | {one.fields.get("site") or "" for one in records} | sites_of_evidence(desk, sha256)
    )


def _refuse_other_sites(body: dict[str, Any], principal: Principal | None) -> None:
    """Refuse a figure that holds more than the sites its reader is held to."""
    mine = access.scope(principal) if principal is not None else None
    if mine is None or principal is None:
        return
    figure = body["figure"]
    if figure.startswith(_INVENTORY):
        sites = {read_figure(figure).site}
    else:
        sites = {row["site"] for row in body["rows"]}
    if not sites or not sites <= {*mine}:
        raise TanluError("gate.denied", action="view", role=principal.role)


def _of_figure(desk: Desk, body: dict[str, Any], say: Say) -> dict[str, Any]:
    key = explanations.read_key(desk.workspace, body["figure"])
    rows = rows_of_year(desk, key.year)
    recorded = rows.taken.inventory.by_item
    behind = row_filter(key, items_by_id(), iso_of_scope3=iso_of_scope3(), recorded=recorded)
    found = gather(behind, rows=rows, say=say)
    return {
        "terms": terms_of(rows.taken, key, names=body["site_names"], say=say),
        "factors": factors_behind(found, of_gas=key.gas is not None, say=say),
        "history": batches_told(desk, batches=found.batches, originals=found.originals, say=say),
        "versions": [],
        "evidence": [],
    }


def _of_row(desk: Desk, body: dict[str, Any], say: Say) -> dict[str, Any]:
    sources = [row["source"] for row in body["rows"]] or [body.get("source")]
    originals = {source["sha256"] for source in sources if source}
    row_id = body["figure"].partition("/")[2]
    return {
        "terms": [],
        "factors": factors_of(body["rows"], say=say),
        "history": batches_told(desk, originals=originals, say=say),
        "versions": versions_told(desk, row_id, say=say),
        "evidence": evidence_told(desk, row_id),
        "run": None,
    }


def _citation(desk: Desk, body: dict[str, Any], say: Say) -> str:
    """Return the sentence that names a figure, its value and the state it was taken in."""
    run = body.get("run") or {}
    return say(
        "web.trace.citation",
        company=desk.workspace.settings.name,
        name=body["name"],
        value=say.exact(body["value"]) if body["value"] is not None else say.missing,
        figure=body["figure"],
        run=(run.get("hash") or say.missing)[:12],
        head=desk.head()[:20],
    )
