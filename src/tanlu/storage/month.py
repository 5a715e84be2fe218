"""Closed months: nothing is posted into them until two people open them again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import YearMonth, month_of, year_month, year_of
from tanlu.storage import chain, durable, findings, schema
from tanlu.storage.chain import Change, Stamp
from tanlu.storage.model import ClosedMonth, MonthState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.storage.folder import Store
    from tanlu.storage.model import StoredFinding

_NAMED = 5


def states(conn: Connection) -> tuple[ClosedMonth, ...]:
    """Return the state of each month that was ever closed, in order of month."""
    table, event = schema.MONTH_STATE, schema.EVENT
    rows = conn.execute(
        select(table, event.c.hash, event.c.body)
        .join(event, event.c.seq == table.c.seq)
        .order_by(table.c.seq, table.c.n)
    )
    newest = {}
    for row in rows:
        actor = chain.decode(row.seq, hash_=row.hash, body=row.body).actor
        newest[row.ym] = ClosedMonth(
            row.ym, MonthState(row.state), row.seq, actor, row.second, row.reason
        )
    return tuple(newest[ym] for ym in sorted(newest))


def refuse_closed(conn: Connection, months: Iterable[int]) -> None:
    """Raise when one of the months is closed.

    Raises
    ------
    TanluError
        ``storage.period-closed`` naming all of them.
    """
    closed = {state.ym for state in states(conn) if state.state is MonthState.CLOSED}
    hit = sorted(closed.intersection(months))
    if hit:
        raise TanluError("storage.period-closed", months=", ".join(map(month_text, hit)))


def close_period(
    store: Store,
    months: range,
    *,
    approver: str,
    statement: Mapping[str, object],
    stamp: Stamp,
) -> str:
    """Close the months that are open among these; return the new head.

    Parameters
    ----------
    store : Store
        The workspace.
    months : range
        Ledger months.
    approver : str
        Second person; empty says in the event that one person did both.
    statement : Mapping
        Totals, factor book hash and whatever else is closed with the figures; no floats.
    stamp : Stamp
        When, by whom and why.

    Raises
    ------
    TanluError
        ``storage.period-in-future``, ``storage.already-closed``, ``storage.open-findings``,
        ``storage.same-person``.
    """
    _refuse_future(months, stamp)
    if approver and approver == stamp.actor:
        raise TanluError("storage.same-person", actor=approver)
    with store.database.write() as conn:
        closed = {state.ym for state in states(conn) if state.state is MonthState.CLOSED}
        wanted = [ym for ym in months if ym not in closed]
        if not wanted:
            raise TanluError("storage.already-closed", months=_range_text(months))
        _refuse_open(findings.chosen(store, conn, months=months))
        before = chain.head(conn)
        payload = {
            "statement": statement,
            "approver": approver,
            "four_eyes": bool(approver),
            "head_before": str(before),
            "rows": _posted_rows(conn, wanted),
        }
        rows = _rows(wanted, MonthState.CLOSED, second=approver, stamp=stamp)
        change = Change("close", _range_text(months), rows=rows, payload=payload)
        head = str(chain.append(conn, change, stamp=stamp))
    with suppress(OSError):  # the close stands without it: the head is returned, and in the chain
        name = f"head-{head.partition(':')[0]}.txt"
        durable.write_text(store.exports / name, f"{head}\n")
    return head


def _refuse_open(open_findings: tuple[StoredFinding, ...]) -> None:
    """Raise when findings of the months wait for an answer; name the first of them."""
    if not open_findings:
        return
    named = [
        f"{entry.batch_id} #{entry.n} {entry.finding.code}" for entry in open_findings[:_NAMED]
    ]
    left = ["\N{HORIZONTAL ELLIPSIS}"] if len(open_findings) > _NAMED else []
    raise TanluError(
        "storage.open-findings", count=len(open_findings), first=", ".join([*named, *left])
    )


def reopen_period(store: Store, months: range, *, second: str, stamp: Stamp) -> None:
    """Open closed months again: two people and a reason.

    Raises
    ------
    TanluError
        ``storage.same-person``, ``storage.reason-missing``, ``storage.not-closed``.
    """
    if not second or second == stamp.actor:
        raise TanluError("storage.same-person", actor=stamp.actor)
    if not stamp.reason.strip():
        raise TanluError("storage.reason-missing")
    with store.database.write() as conn:
        closed = {state.ym for state in states(conn) if state.state is MonthState.CLOSED}
        wanted = [ym for ym in months if ym in closed]
        if not wanted:
            raise TanluError("storage.not-closed", months=_range_text(months))
        rows = _rows(wanted, MonthState.OPEN, second=second, stamp=stamp)
        chain.append(conn, Change("reopen", _range_text(months), rows=rows), stamp=stamp)


def month_text(ym: int) -> str:
    """Write a ledger month as ``2024-03``."""
    month = YearMonth(ym)
    return f"{year_of(month)}-{month_of(month):02d}"


def _range_text(months: range) -> str:
    return f"{month_text(months[0])}..{month_text(months[-1])}"


def _refuse_future(months: range, stamp: Stamp) -> None:
    if not len(months):
        msg = "the last month is before the first"
        raise ValueError(msg)
    if months[-1] >= year_month(stamp.at.year, stamp.at.month):
        raise TanluError("storage.period-in-future", months=_range_text(months))


def _posted_rows(conn: Connection, months: list[int]) -> int:
    table = schema.POSTED_MONTH
    return sum(conn.execute(select(table.c.rows).where(table.c.ym.in_(months))).scalars())


def _rows(
    months: list[int], state: MonthState, *, second: str, stamp: Stamp
) -> dict[str, list[chain.Row]]:
    return {
        "month_state": [
            {"ym": ym, "state": str(state), "second": second, "reason": stamp.reason}
            for ym in months
        ]
    }
