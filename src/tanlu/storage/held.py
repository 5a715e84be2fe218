"""Rows held back at import, and which of them a later import has brought."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tanlu.kernel.activity import QuarantinedRow, RecordKind, SourceCell
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.identity import ROW_KEY, record_identity, row_key, same_cell
from tanlu.storage import current, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tanlu.storage.folder import Store

_SITE, _ITEM, _FIRST, _LAST = ROW_KEY
_PLACE = ("file", "sha256", "sheet", "cell")
_LEAST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is held back: the batch that held it, and what it said."""

    seq: int
    batch_id: str
    row: QuarantinedRow


@dataclass(frozen=True, slots=True)
class _Later:
    """A row or record of the ledger that may be what an earlier import held back."""

    seq: int
    source: SourceCell
    key: Mapping[str, str]

    @property
    def spot(self) -> tuple[str, str, str]:
        """Its source cell, one for all months of a split period."""
        return (self.source.sha256, self.source.sheet, self.source.cell)


def quarantine(store: Store, conn: Connection) -> tuple[QuarantinedRow, ...]:
    """Return the rows held back by the newest import of each file that none has brought since."""
    return tuple(held.row for held in _split(store, conn)[0])


def brought(store: Store, conn: Connection) -> tuple[Held, ...]:
    """Return the rows that were held back and that a later import has brought.

    Notes
    -----
    A later row is the held one when its whole key agrees (site, item and days; the identity of
    a record), or when it stands in the same cell of a file of the same name and what could be
    read of the key agrees. Each later row stands for one held row.
    """
    return _split(store, conn)[1]


def valid_batches(conn: Connection) -> dict[str, str]:
    """Return, for each source, the newest batch that holds it and was not cancelled."""
    table = schema.BATCH_FILE
    cancelled = set(conn.execute(select(schema.BATCH.c.voids)).scalars())
    rows = conn.execute(select(table.c.sha256, table.c.batch_id).order_by(table.c.seq, table.c.n))
    return {row.sha256: row.batch_id for row in rows if row.batch_id not in cancelled}


def finding_of(row: Mapping[str, Any]) -> Finding:
    """Read a finding back."""
    return Finding(
        code=row["code"],
        outcome=Outcome(row["outcome"]),
        file=row["file"],
        sheet=row["sheet"],
        cell=row["cell"],
        facts=row["facts"],
    )


def _split(store: Store, conn: Connection) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """Return what is still held, and what was brought since."""
    held = _held(conn)
    first = min((one.seq for one in held if one.row.key), default=None)
    if first is None:
        return held, ()
    later = _Index([*_later_rows(store, conn, after=first), *_later_records(conn, after=first)])
    taken: set[tuple[str, str, str]] = set()
    still, found = [], []
    for one in held:
        match = later.match(one, taken)
        if match is None:
            still.append(one)
        else:
            taken.add(match.spot)
            found.append(one)
    return tuple(still), tuple(found)


def _held(conn: Connection) -> tuple[Held, ...]:
    table = schema.QUARANTINE
    valid = valid_batches(conn)
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n))
    held = [
        Held(row.seq, row.batch_id, _quarantined(row))
        for row in rows
        if valid.get(row.sha256) == row.batch_id
    ]
    return tuple(_without_earlier(held))


def _without_earlier(held: list[Held]) -> Iterator[Held]:
    """Leave out a row that a later state of its file still holds back in the same cell."""
    newest = {}
    for one in held:
        newest[same_cell(one.row.source), _label(one.row)] = one
    yield from newest.values()


def _label(row: QuarantinedRow) -> str:
    """Return what tells a held row from another that once stood in its cell."""
    whole = _thing(row.key) if _is_whole(row.key) else ()
    days = [row.key.get(name, "") for name in (_FIRST, _LAST)]
    return json.dumps([whole, days] if whole else dict(row.raw), sort_keys=True)


def _quarantined(row: Any) -> QuarantinedRow:
    kept = json.loads(row.raw)
    if not isinstance(kept.get("cells"), dict):  # workspaces of 0.1 kept the cells alone
        kept = {"cells": kept, "key": {}}
    return QuarantinedRow(
        source=SourceCell(row.file, row.sha256, row.sheet, row.cell),
        raw=kept["cells"],
        findings=tuple(finding_of(one) for one in json.loads(row.findings)),
        key=kept["key"],
    )


def _later_rows(store: Store, conn: Connection, *, after: int) -> Iterator[_Later]:
    table = schema.BATCH
    query = select(table.c.batch_id, table.c.seq).where(table.c.seq > after)
    seqs = {row.batch_id: row.seq for row in conn.execute(query)}
    if not seqs:
        return
    rows = current.activity(store, conn)
    rows = rows.filter(pc.is_in(rows["batch_id"], pa.array(sorted(seqs), pa.string())))
    for row in rows.select(["batch_id", *_PLACE, *ROW_KEY]).to_pylist():
        source = SourceCell(*(row[name] for name in _PLACE))
        key = row_key(row[_SITE], row[_ITEM], row[_FIRST], row[_LAST])
        yield _Later(seqs[row["batch_id"]], source, key)


def _later_records(conn: Connection, *, after: int) -> Iterator[_Later]:
    table = schema.RECORD
    latest = {}
    for row in conn.execute(select(table).order_by(table.c.seq, table.c.n)):
        latest[row.record_id] = row
    for row in latest.values():
        if row.op != "void" and row.seq > after:
            fields = {name: value for name, value in json.loads(row.fields).items() if value}
            source = SourceCell(row.file, row.sha256, row.sheet, row.cell)
            yield _Later(row.seq, source, {"record": row.kind, **fields})


class _Index:
    """Later rows by cell and by the parts of their key that a search can name."""

    def __init__(self, rows: Iterable[_Later]) -> None:
        self._by_cell: dict[tuple[str, str, str], list[_Later]] = defaultdict(list)
        self._by_thing: dict[tuple[str, ...], list[_Later]] = defaultdict(list)
        for row in rows:
            self._by_cell[same_cell(row.source)].append(row)
            self._by_thing[_thing(row.key)].append(row)

    def match(self, held: Held, taken: set[tuple[str, str, str]]) -> _Later | None:
        """Return the later row that is the held one."""
        source, key = held.row.source, held.row.key
        if not key:
            return None
        in_cell = self._by_cell[same_cell(source)]
        same_thing = self._by_thing[_thing(key)] if _is_whole(key) else []
        return next(
            (
                row
                for row in (*in_cell, *same_thing)
                if row.seq > held.seq
                and row.source.sha256 != source.sha256
                and row.spot not in taken
                and _agrees(key, row.key)
            ),
            None,
        )


def _thing(key: Mapping[str, str]) -> tuple[str, ...]:
    if "record" in key:
        return record_identity(RecordKind(key["record"]), key)
    return (key.get(_SITE, ""), key.get(_ITEM, ""))


def _is_whole(key: Mapping[str, str]) -> bool:
    if "record" in key:
        named = [part for part in _thing(key)[1:] if not part.endswith("=")]
        return len(named) >= _LEAST_NAMED
    return all(name in key for name in ROW_KEY)


def _agrees(held: Mapping[str, str], later: Mapping[str, str]) -> bool:
    """Whether nothing that could be read of the held row's key speaks against a later row."""
    if held.get("record") != later.get("record"):
        return False
    if "record" in held:
        names = [part.partition("=")[0] for part in _thing(later)[1:]]
        return all(held.get(name) in {None, later.get(name)} for name in names)
    same = all(held.get(name) in {None, later[name]} for name in (_SITE, _ITEM))
    starts, ends = held.get(_FIRST, later[_FIRST]), held.get(_LAST, later[_LAST])
    return same and starts <= later[_FIRST] and later[_LAST] <= ends
