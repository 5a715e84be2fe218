"""Posting an import: sources kept, one segment, one transaction; whole or absent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from tanlu.kernel.errors import TanluError
from tanlu.storage import durable, folder, schema, segment
from tanlu.storage.entry import (
    Entry,
    cell_columns,
    json_text,
    receipt,
    record_row,
    write_entry,
)
from tanlu.storage.model import BatchKind
from tanlu.storage.month import refuse_closed
from tanlu.storage.reimport import NewParts, already_imported, new_parts
from tanlu.storage.settings import site_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from tanlu.kernel.findings import Finding
    from tanlu.storage.chain import Row, Stamp
    from tanlu.storage.folder import Store
    from tanlu.storage.model import BatchDraft, FileDraft, Receipt

_MARGIN = 1 << 16
_LONGEST_SUFFIX = 8


@dataclass(frozen=True, slots=True)
class _File:
    """A drafted file with its rows as columns and, later, what of it is new."""

    draft: FileDraft
    table: pa.Table


def post_batch(store: Store, draft: BatchDraft, *, stamp: Stamp) -> Receipt:
    """Post all files of an import in one transaction.

    Parameters
    ----------
    store : Store
        The workspace.
    draft : BatchDraft
        What was read.
    stamp : Stamp
        When and by whom.

    Returns
    -------
    Receipt
        Given only after the commit; for a batch id that is posted already, its first receipt.

    Raises
    ------
    TanluError
        ``storage.file-already-imported``, ``storage.period-closed``, ``storage.row-identity``,
        ``storage.source-changed``, ``storage.source-missing``, ``storage.row-void`` and
        those of the database.
    """
    with store.database.read() as conn:
        first = receipt(conn, draft.batch_id)
    if first is not None:
        return first
    ready = Ready.of(draft)
    written: list[Path] = []
    try:
        with store.database.write(needed=ready.needed) as conn:
            return post_ready(store, conn, ready=ready, stamp=stamp, written=written)
    except BaseException:
        folder.discard(store, written)
        raise


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that was checked, its rows as columns, and the bytes it needs."""

    draft: BatchDraft
    files: Sequence[_File]
    needed: int

    @classmethod
    def of(cls, draft: BatchDraft) -> Ready:
        """Check a draft and lay its rows out."""
        _check(draft)
        files = [_File(file, _table(file, draft.batch_id)) for file in draft.files]
        return cls(draft, files, _needed(files))


def post_ready(
    store: Store, conn: Connection, *, ready: Ready, stamp: Stamp, written: list[Path]
) -> Receipt:
    """Post a draft in the caller's transaction; see `post_batch`."""
    draft, files = ready.draft, ready.files
    first = receipt(conn, draft.batch_id)
    if first is not None:
        return first
    parts = [
        new_parts(store, conn, file=file.draft, table=file.table, force=draft.force)
        for file in files
    ]
    refuse_closed(conn, {month for part in parts for month in part.months_left})
    rows: dict[str, list[Row]] = {
        "source": _keep_sources(store, conn, files=files, written=written),
        "site": site_rows(conn, draft.sites),
        "batch_file": [
            _file_row(file.draft, part, batch_id=draft.batch_id)
            for file, part in zip(files, parts, strict=True)
        ],
        "record": [
            record_row(record, batch_id=draft.batch_id, op=op, version=version)
            for part in parts
            for record, op, version in part.records
        ],
        **_remarks(draft),
    }
    entry = Entry(
        batch_id=draft.batch_id,
        kind=BatchKind.IMPORT,
        table=pa.concat_tables([segment.empty(), *(part.table for part in parts)]),
        rows=rows,
        payload={
            "sources": [file.draft.sha256 for file in files],
            "importer": draft.importer,
            "mapping": draft.mapping,
            "force": draft.force,
        },
        counts=reduce(add, (file.draft.counts for file in files)),
        known_rows=sum(part.known_rows for part in parts),
    )
    return write_entry(store, conn, entry=entry, stamp=stamp, written=written)


def _check(draft: BatchDraft) -> None:
    if not draft.batch_id or not draft.files:
        msg = "a batch needs an id and at least one file"
        raise ValueError(msg)
    hashes = [file.sha256 for file in draft.files]
    for n, file in enumerate(draft.files):
        counts = file.counts
        if file.sha256 in hashes[:n]:
            raise already_imported(file, draft.batch_id)
        if not counts.balances:
            raise TanluError("storage.row-identity", file=file.name, **asdict(counts))
        if not file.path.is_file():
            raise TanluError("storage.source-missing", file=file.name, path=file.path)


def _table(file: FileDraft, batch_id: str) -> pa.Table:
    if isinstance(file.rows, pa.Table):
        table = segment.for_batch(file.rows, batch_id)
    else:
        table = segment.from_rows(file.rows, batch_id)
    if pc.count_distinct(table["row_id"]).as_py() != table.num_rows:
        msg = f"row ids of {file.name} are not unique"
        raise ValueError(msg)
    return table


def _needed(files: Sequence[_File]) -> int:
    sizes = (file.draft.path.stat().st_size + int(file.table.nbytes) for file in files)
    return sum(sizes) + _MARGIN


def _keep_sources(
    store: Store, conn: Connection, *, files: Sequence[_File], written: list[Path]
) -> list[Row]:
    rows = []
    for file in files:
        draft = file.draft
        held = select(schema.SOURCE.c.seq).where(schema.SOURCE.c.sha256 == draft.sha256)
        if conn.execute(held).first() is not None:
            continue
        kept = durable.write_named_by_hash(
            store.sources, _suffix(draft.path), durable.copy_file(draft.path)
        )
        written.append(kept.path)
        if kept.sha256 != draft.sha256:
            raise TanluError("storage.source-changed", file=draft.name)
        rows.append(
            {
                "sha256": kept.sha256,
                "name": draft.name,
                "path": kept.path.relative_to(store.folder).as_posix(),
                "size": kept.size,
            }
        )
    return rows


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    plain = suffix.isascii() and suffix[1:].isalnum() and len(suffix) <= _LONGEST_SUFFIX
    return suffix if plain and suffix != durable.TEMPORARY else ""


def _file_row(file: FileDraft, part: NewParts, *, batch_id: str) -> Row:
    counts = file.counts
    return {
        "batch_id": batch_id,
        "sha256": file.sha256,
        "name": file.name,
        "sheets": json_text(list(file.sheets)),
        "rows_in": counts.rows_in,
        "accepted": counts.accepted,
        "quarantined": counts.quarantined,
        "duplicates": counts.duplicates,
        "excluded": counts.excluded,
        "rows": part.table.num_rows,
        "records": len(part.records),
        "open_questions": int(file.open_questions),
    }


def _remarks(draft: BatchDraft) -> dict[str, list[Row]]:
    batch = {"batch_id": draft.batch_id}
    quarantined = [
        {
            **batch,
            **cell_columns(row.source),
            "sha256": file.sha256,
            "raw": json_text({"cells": row.raw, "key": row.key}),
            "findings": json_text([finding_json(finding) for finding in row.findings]),
        }
        for file in draft.files
        for row in file.quarantine
    ]
    totals = [
        {
            **batch,
            **cell_columns(total.source),
            "sha256": file.sha256,
            "site": total.site,
            "item": total.item,
            "unit": total.unit,
            "stated": json_number(total.stated),
            "read": json_number(total.read),
        }
        for file in draft.files
        for total in file.control_totals
    ]
    findings = [
        {**batch, "number": n, "sha256": sha256, **_finding_row(finding)}
        for n, (sha256, finding) in enumerate(
            (file.sha256, finding) for file in draft.files for finding in file.findings
        )
    ]
    return {"quarantine": quarantined, "control_total": totals, "finding": findings}


def finding_json(finding: Finding) -> dict[str, object]:
    """Lay a finding out as JSON."""
    return {
        "code": finding.code,
        "outcome": str(finding.outcome),
        "file": finding.file,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "facts": {name: str(value) for name, value in finding.facts.items()},
    }


def json_number(value: object) -> str:
    """Write a decimal as text."""
    return format(value, "f")


def _finding_row(finding: Finding) -> Row:
    row = finding_json(finding)
    return {**row, "facts": json_text(row["facts"])}
