"""Findings and control totals of batches, and who accepted which finding."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from tanlu.kernel.activity import ControlTotal, SourceCell
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Severity
from tanlu.storage import chain, concern, current, held, schema
from tanlu.storage.chain import Change, Stamp
from tanlu.storage.model import StoredFinding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from tanlu.storage.folder import Store


def stored(store: Store, conn: Connection) -> tuple[StoredFinding, ...]:
    """Return all findings in order, each with its acknowledgement and whether it still counts."""
    table, ack = schema.FINDING, schema.ACKNOWLEDGEMENT
    reasons = {(row.batch_id, row.number): row.reason for row in conn.execute(select(ack))}
    valid = held.valid_batches(conn)
    settled = {
        (one.batch_id, finding.code, finding.sheet, finding.cell)
        for one in held.brought(store, conn)
        for finding in one.row.findings
    }
    entries = [
        StoredFinding(
            batch_id=row["batch_id"],
            n=row["number"],
            finding=held.finding_of({**row, "facts": json.loads(row["facts"])}),
            acknowledged=reasons.get((row["batch_id"], row["number"]), ""),
            superseded=valid.get(row["sha256"]) != row["batch_id"]
            or (row["batch_id"], row["code"], row["sheet"], row["cell"]) in settled,
            sha256=row["sha256"],
        )
        for row in conn.execute(select(table).order_by(table.c.seq, table.c.n)).mappings()
    ]
    return _without_filled(store, conn, entries)


def _without_filled(
    store: Store, conn: Connection, entries: list[StoredFinding]
) -> tuple[StoredFinding, ...]:
    """Mark the gaps that rows fill by now."""
    if not any(is_open(entry) and concern.gap_months(entry) for entry in entries):
        return tuple(entries)
    rows = current.activity(store, conn)
    return tuple(
        replace(entry, superseded=True)
        if is_open(entry) and concern.is_filled(entry, rows)
        else entry
        for entry in entries
    )


def is_open(entry: StoredFinding) -> bool:
    """Whether a finding still asks for an answer before a period can be closed."""
    noted = entry.finding.severity is Severity.NOTE
    return not (noted or entry.acknowledged or entry.superseded)


def chosen(
    store: Store, conn: Connection, *, open_only: bool = True, months: range | None = None
) -> tuple[StoredFinding, ...]:
    """Return findings: those still open or all, of some months or of all."""
    entries = [entry for entry in stored(store, conn) if is_open(entry) or not open_only]
    if months is None or not entries:
        return tuple(entries)
    concerns = concern.Concerns(store, conn)
    return tuple(entry for entry in entries if concerns.touches(entry, months))


def acknowledge(store: Store, batch_id: str, *, numbers: Sequence[int], stamp: Stamp) -> None:
    """Accept findings of a batch, with a reason; those accepted already stay as they are.

    Raises
    ------
    TanluError
        ``storage.reason-missing``; ``storage.no-such-finding``.
    """
    if not stamp.reason.strip():
        raise TanluError("storage.reason-missing")
    with store.database.write() as conn:
        mine = {entry.n: entry for entry in stored(store, conn) if entry.batch_id == batch_id}
        missing = sorted(set(numbers) - set(mine))
        if missing:
            raise TanluError("storage.no-such-finding", batch=batch_id, number=missing[0])
        fresh = [n for n in sorted(set(numbers)) if not mine[n].acknowledged]
        rows = [{"batch_id": batch_id, "number": n, "reason": stamp.reason} for n in fresh]
        if rows:
            change = Change("acknowledge", batch_id, rows={"acknowledgement": rows})
            chain.append(conn, change, stamp=stamp)


def control_totals(conn: Connection) -> tuple[ControlTotal, ...]:
    """Return the sums stated by the newest import of each file."""
    table = schema.CONTROL_TOTAL
    valid = held.valid_batches(conn)
    return tuple(
        ControlTotal(
            source=_source(row),
            site=row.site,
            item=row.item,
            unit=row.unit,
            stated=Decimal(row.stated),
            read=Decimal(row.read),
        )
        for row in conn.execute(select(table).order_by(table.c.seq, table.c.n))
        if valid.get(row.sha256) == row.batch_id
    )


def _source(row: Row[Any]) -> SourceCell:
    return SourceCell(row.file, row.sha256, row.sheet, row.cell)
