"""Check and correct the ledger: verify, corrections, voids, periods, findings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR
from fractions import Fraction
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.findings import field_name, finding_bodies, finding_body
from tanlu.app.references import unit_table
from tanlu.app.workspaces import find_workspace
from tanlu.catalog import tables
from tanlu.ingest.number import NumberContext, NumberStatus, parse_number
from tanlu.ingest.words import GrammarWords
from tanlu.kernel.activity import RowKind, RowOp
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import month_of, year_month, year_months, year_of
from tanlu.kernel.rounding import floor_half_up
from tanlu.storage.canonical import plain_decimal
from tanlu.storage.verification import verify as verify_folder
from tanlu.units.parse import parse_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from tanlu.i18n.say import Say
    from tanlu.kernel.activity import ActivityRow, Record
    from tanlu.storage import Receipt, Workspace
    from tanlu.units.table import ParsedUnit

_MONTHS = 12
_MILLION = 10**6
_BEYOND = 10**12 * _MILLION  # the engine's range; at and beyond it there is no result
_PLACES = 9
_SECOND = 2  # a cell posted again after its void has the same id and this number
_MASS, _QUANTITY, _KILOGRAM = "mass_kg", "quantity", "kg"  # one number where the unit is kg


def verify(named: str | Path, *, expect_head: str = "", say: Say) -> dict[str, Any]:
    """Recompute the chain, the originals and the ledger rows of a workspace; or of a pack."""
    from tanlu.app import packs

    if packs.is_pack(named):
        return packs.verify_pack(named, expect_head=expect_head, say=say)
    report = verify_folder(find_workspace(named), expect_head=expect_head or None)
    return {
        "events": report.events,
        "head": report.head,
        "checked": dict(report.checked),
        "failures": finding_bodies(report.failures, say),
    }


def correct_row(
    workspace: Workspace, row_id: str, *, quantity: str, reason: str, field: str = "", say: Say
) -> dict[str, Any]:
    """Post a new version of a row or record with another number; the old version stays.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    row_id : str
        Of an activity row or of a record.
    quantity : str
        The right number: of a row in its unit as written, of a record in that of the field.
    reason : str
        Kept with the event.
    field : str
        Field of a record; needed where several of its fields hold a number.
    say : Say
        Names the fields to choose from.

    Raises
    ------
    TanluError
        ``app.row-unknown``; ``app.row-live`` for a void one that was posted again;
        ``app.row-field``; ``app.record-field``; ``app.not-a-quantity``; a closed period refuses.
    """
    _check_live(workspace, row_id)
    row = workspace.row(row_id)
    if row is None:
        record = _record(workspace, row_id)
        fields = _corrected(record, field, quantity, say=say)
        receipt = workspace.correct_records(
            [replace(record, fields=fields)], reason=reason, at=clock.now(), actor=clock.actor()
        )
        chosen = next((name for name in fields if fields[name] != record.fields.get(name)), field)
        told = {
            "field": field_name(record.kind, chosen, say) if chosen else "",
            "before": record.fields.get(chosen), "after": fields.get(chosen),
        }  # fmt: skip
        return _receipt_body(receipt) | {"changed": {"row": row_id, **told}}
    if field:
        raise TanluError("app.row-field", row=row_id)
    amount = read_quantity(quantity, row.kind)
    unit = parse_unit(row.unit, unit_table())
    corrected = with_quantity(row, amount, unit)
    receipt = workspace.correct([corrected], reason=reason, at=clock.now(), actor=clock.actor())
    told = {
        "field": say("row_field.quantity"),
        "before": f"{plain_decimal(row.quantity)} {row.unit}".strip(),
        "after": f"{plain_decimal(amount)} {row.unit}".strip(),
    }
    return _receipt_body(receipt) | {"changed": {"row": row_id, **told}}


def with_quantity(row: ActivityRow, amount: Decimal, unit: ParsedUnit) -> ActivityRow:
    """Return a row with another quantity in a unit, and what that is in its ledger unit."""
    scale = unit.scale if unit.counts else 1
    millionths = floor_half_up(Fraction(amount) * scale * _MILLION)
    return replace(
        row,
        quantity=amount,
        unit=unit.text,
        qty_u=millionths if abs(millionths) < _BEYOND else None,
    )


def _check_live(workspace: Workspace, row_id: str) -> None:
    """Refuse an id that is void where a later posting of the same cell counts instead."""
    row = workspace.row(row_id)
    if workspace.record(row_id) is not None or (row is not None and row.op is not RowOp.VOID):
        return
    stem = row_id.partition("#")[0]
    live = {record.record_id for record in workspace.records()}
    numbered = (f"{stem}#{number}" for number in count(_SECOND))
    posted = takewhile(lambda name: name in live or workspace.row(name) is not None, numbered)
    for name in posted:
        again = workspace.row(name)
        if again is None or again.op is not RowOp.VOID:
            raise TanluError("app.row-live", row=row_id, live=name)


def _record(workspace: Workspace, record_id: str) -> Record:
    record = workspace.record(record_id)
    if record is None:
        raise TanluError("app.row-unknown", found=record_id)
    return record


def _corrected(record: Record, field: str, quantity: str, *, say: Say) -> dict[str, str | None]:
    """Return the fields of a record, one of its numbers replaced."""
    columns = tables.shipped().columns(f"record_{record.kind}")
    numbers = {column.name: column for column in columns if column.type == "decimal"}
    given = [name for name in numbers if record.fields.get(name) is not None]
    if record.fields.get("unit") == _KILOGRAM and {_MASS, _QUANTITY} <= {*given}:
        given.remove(_QUANTITY)  # the same number
    chosen = field or (given[0] if len(given) == 1 else "")
    if chosen not in numbers:
        listed = [f"{name} = {record.fields[name]} {numbers[name].unit}".strip() for name in given]
        raise TanluError(
            "app.record-field", row=record.record_id, table=say(f"cli.sheet.{record.kind}"),
            choices=", ".join(listed) or "-", field=next(iter(given or numbers)),
        )  # fmt: skip
    amount = plain_decimal(read_quantity(quantity, RowKind.NORMAL))
    fields = {**record.fields, chosen: amount}
    if chosen in {_MASS, _QUANTITY} and fields.get("unit") == _KILOGRAM:
        fields |= {_MASS: amount, _QUANTITY: amount}
    return fields


def read_quantity(text: str, kind: RowKind) -> Decimal:
    """Read a quantity as the cells of a file are read, to the nine decimals of the ledger."""
    words = GrammarWords.from_rows(tables.read("number_word"))
    number = parse_number(text, context=NumberContext(words, kind=kind))
    value = number.value
    if number.status is not NumberStatus.OK or value is None or value != round(value, _PLACES):
        raise TanluError("app.not-a-quantity", found=text)
    return value


def void_row(workspace: Workspace, row_id: str, *, reason: str) -> dict[str, Any]:
    """Void a row or a record.

    Raises
    ------
    TanluError
        ``app.row-unknown``; ``storage.row-void``; a closed period refuses.
    """
    at, actor = clock.now(), clock.actor()
    if workspace.row(row_id) is not None:
        return _receipt_body(workspace.void([row_id], reason=reason, at=at, actor=actor))
    record = _record(workspace, row_id)
    return _receipt_body(
        workspace.void_records([record.record_id], reason=reason, at=at, actor=actor)
    )


def batch_content(workspace: Workspace, batch_id: str, *, say: Say) -> str:
    """Return in words what voiding an import would take back."""
    content = workspace.batch_content(batch_id)
    parts = [("cli.void.rows", content.cancelled_rows, "")]
    parts += [
        ("cli.void.records", count, say(f"cli.sheet.{kind}"))
        for kind, count in content.cancelled_records.items()
    ]
    parts.append(("cli.void.restored", content.restored_rows + content.restored_records, ""))
    told = [say(code, count=say.count(count), table=table) for code, count, table in parts if count]
    return say.listed(told) if told else say("cli.void.nothing")


def void_batch(workspace: Workspace, batch_id: str, *, reason: str) -> dict[str, Any]:
    """Take an import back: its rows and records no longer count."""
    receipt = workspace.void_batch(batch_id, reason=reason, at=clock.now(), actor=clock.actor())
    return _receipt_body(receipt)


def _receipt_body(receipt: Receipt) -> dict[str, Any]:
    return {
        "batch": receipt.batch_id,
        "rows": receipt.new_rows + receipt.new_records,
        "head": receipt.head,
    }


def close_year(workspace: Workspace, year: int, *, reason: str = "") -> dict[str, Any]:
    """Close the months of a year: every later write into them is refused."""
    first, last = year_month(year, 1), year_month(year, _MONTHS)
    workspace.close_period(first, last, at=clock.now(), actor=clock.actor(), reason=reason)
    return periods_body(workspace)


def reopen_year(workspace: Workspace, year: int, *, second: str, reason: str) -> dict[str, Any]:
    """Reopen the months of a year; takes a second person."""
    workspace.reopen_period(
        year_month(year, 1), year_month(year, _MONTHS), at=clock.now(), actor=clock.actor(),
        second=second, reason=reason,
    )  # fmt: skip
    return periods_body(workspace)


def periods_body(workspace: Workspace) -> dict[str, Any]:
    """Return the closed months."""
    return {
        "closed": [
            f"{year_of(month.ym)}-{month_of(month.ym):02d}"
            for month in workspace.closed_months()
            if month.state == "closed"
        ],
        "head": workspace.head(),
    }


def findings_body(
    workspace: Workspace, *, every: bool, year: int | None = None, say: Say
) -> dict[str, Any]:
    """Return the findings of the imports, those accepted only when asked for.

    With a year: only what concerns it, and so can keep it from being closed.
    """
    found = workspace.findings(open_only=not every, months=_months(year))
    return {
        "findings": [
            finding_body(stored.finding, say)
            | {"batch": stored.batch_id, "n": stored.n, "acknowledged": stored.acknowledged or None}
            for stored in found
        ]
    }


def _months(year: int | None) -> range | None:
    if year is None:
        return None
    if not MINYEAR <= year <= MAXYEAR:
        raise TanluError("app.not-a-year", found=year)
    return year_months(year)


def acknowledge(
    workspace: Workspace, batch_id: str, numbers: Sequence[int], *, reason: str, say: Say
) -> dict[str, Any]:
    """Accept findings of an import with a reason.

    Raises
    ------
    TanluError
        ``app.findings-unnamed`` without an import or numbers; ``storage.no-such-finding``.
    """
    if not batch_id or not numbers:
        raise TanluError("app.findings-unnamed")
    workspace.acknowledge(batch_id, numbers, reason=reason, at=clock.now(), actor=clock.actor())
    return findings_body(workspace, every=False, say=say) | {"accepted": len({*numbers})}


def acknowledge_all(
    workspace: Workspace, *, batch_id: str = "", year: int | None = None, reason: str, say: Say
) -> dict[str, Any]:
    """Accept every open finding, of an import or of a year where one is named.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``; ``app.not-a-year``; ``storage.reason-missing``.
    """
    if batch_id and batch_id not in {batch.batch_id for batch in workspace.batches()}:
        raise TanluError("storage.no-such-batch", batch=batch_id)
    if not reason.strip():
        raise TanluError("storage.reason-missing")
    by_batch: dict[str, list[int]] = defaultdict(list)
    for entry in workspace.findings(open_only=True, months=_months(year)):
        if batch_id in ("", entry.batch_id):
            by_batch[entry.batch_id].append(entry.n)
    for named, numbers in by_batch.items():
        workspace.acknowledge(named, numbers, reason=reason, at=clock.now(), actor=clock.actor())
    accepted = sum(map(len, by_batch.values()))
    return findings_body(workspace, every=False, say=say) | {"accepted": accepted}
