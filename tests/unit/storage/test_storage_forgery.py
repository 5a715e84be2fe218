"""Histories that hang together and say something impossible: each check of `verify` is needed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace, chain, durable, schema, segment, verify
from tanlu.storage.canonical import canonical_json, rows_hash
from tanlu.storage.chain import Change, Stamp
from tanlu.storage.database import DATABASE_NAME, Database
from tanlu.storage.entry import posted_totals
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.storage.ledger_maker import LedgerMaker


@pytest.fixture
def ledger(maker: LedgerMaker) -> Path:
    with maker.workspace() as workspace:
        for n in range(4):
            workspace.post_batch(maker.draft(f"b{n}", f"text {n}"), at=AT, actor="li")
        return workspace.folder


def _without_triggers(conn: sqlite3.Connection, edit: Callable[[], None]) -> None:
    found = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        conn.execute(f"DROP TRIGGER {name}")
    edit()
    for _, sql in found:
        conn.execute(sql)
    conn.commit()


def _append(ledger: Path, change: Change) -> int:
    """Append an event that the program would never write."""
    database = Database(ledger / DATABASE_NAME)
    trigger = schema.triggers()[-1]
    with database.write() as conn:
        conn.execute(text("DROP TRIGGER posted_month_not_closed"))
        link = chain.append(conn, change, stamp=Stamp(AT, "mallory"))
        conn.execute(text(trigger))
    database.close()
    return link.seq


def _rewrite(ledger: Path, edit: Callable[[list[dict[str, Any]]], None]) -> None:
    """Read the events as dicts, let them be edited, write them with hashes as `edit` left them."""
    with closing(sqlite3.connect(ledger / DATABASE_NAME)) as conn:
        conn.row_factory = sqlite3.Row
        events = [dict(row) for row in conn.execute("SELECT * FROM event ORDER BY seq")]

        def write() -> None:
            conn.execute("DELETE FROM event")
            edit(events)
            for event in events:
                conn.execute("INSERT INTO event VALUES (:seq, :prev, :hash, :body)", event)

        _without_triggers(conn, write)


def _rehash(events: list[dict[str, Any]], start: int) -> None:
    """Make the hashes follow again from an event on, keeping the `prev` of the first."""
    for n in range(start, len(events)):
        event = events[n]
        if n > start:
            event["prev"] = events[n - 1]["hash"]
        event["hash"] = chain.event_hash(event["prev"], seq=event["seq"], body=event["body"])


def test_a_chain_spliced_onto_another_past_is_found(ledger: Path) -> None:
    def splice(events: list[dict[str, Any]]) -> None:
        events[3]["prev"] = "ab" * 32
        _rehash(events, 3)

    _rewrite(ledger, splice)

    failures = verify(ledger).failures
    assert [(failure.code, failure.facts["seq"]) for failure in failures] == [("LEDGER_CHAIN", "4")]
    with pytest.raises(TanluError, match=r"storage\.damaged"):
        Workspace.open(ledger)


def test_an_event_taken_out_of_a_chain_made_to_fit_is_found(ledger: Path) -> None:
    def take_out(events: list[dict[str, Any]]) -> None:
        del events[2]
        events[2]["prev"] = events[1]["hash"]
        _rehash(events, 2)

    with closing(sqlite3.connect(ledger / DATABASE_NAME)) as conn:

        def delete() -> None:
            for table in schema.LEDGER_TABLES:
                conn.execute(f"DELETE FROM {table.name} WHERE seq = 3")  # noqa: S608 - our tables

        _without_triggers(conn, delete)
    _rewrite(ledger, take_out)

    failures = verify(ledger).failures
    assert [(failure.code, failure.facts["seq"]) for failure in failures] == [("LEDGER_GAP", "3")]
    with pytest.raises(TanluError, match=r"storage\.damaged"):
        Workspace.open(ledger)


def test_an_event_that_gives_itself_another_number_is_found(ledger: Path) -> None:
    def renumber(events: list[dict[str, Any]]) -> None:
        content = json.loads(events[4]["body"])
        events[4]["body"] = canonical_json({**content, "seq": 9})
        _rehash(events, 4)

    _rewrite(ledger, renumber)

    failures = verify(ledger).failures
    assert [(failure.code, failure.facts["seq"]) for failure in failures] == [("LEDGER_CHAIN", "5")]


def test_counts_that_do_not_balance_are_found(ledger: Path) -> None:
    row = {
        "batch_id": "bad", "sha256": "0" * 64, "name": "f", "sheets": "[]", "rows_in": 9,
        "accepted": 3, "quarantined": 3, "duplicates": 1, "excluded": 1, "rows": 0, "records": 0,
        "open_questions": 0,
    }  # fmt: skip
    seq = _append(ledger, Change("import", "bad", rows={"batch_file": [row]}))

    (failure,) = verify(ledger).failures

    assert (failure.code, failure.facts["seq"]) == ("ROW_IDENTITY", str(seq))


def test_a_row_put_into_a_closed_month_is_found(ledger: Path) -> None:
    with Workspace.open(ledger) as workspace:
        workspace.close_period(ym(1), ym(2), at=AT, actor="li")
    row = {"batch_id": "bad", "ym": ym(2), "rows": 1}
    seq = _append(ledger, Change("import", "bad", rows={"posted_month": [row]}))

    (failure,) = verify(ledger).failures

    assert (failure.code, failure.facts["seq"]) == ("CLOSED_PERIOD_WRITE", str(seq))
    assert failure.facts["month"] == "2024-02"


def test_a_row_in_a_month_that_was_opened_again_is_no_failure(
    maker: LedgerMaker, ledger: Path
) -> None:
    with Workspace.open(ledger) as workspace:
        workspace.close_period(ym(1), ym(2), at=AT, actor="li")
        workspace.reopen_period(ym(1), ym(2), at=AT, actor="li", second="wang", reason="late")
        workspace.post_batch(maker.draft("late", "late"), at=AT, actor="li")

    assert verify(ledger).ok


@pytest.mark.parametrize(
    "lie", ["none", "canonical_rows", "totals", "segment", "months", "batch", "count"]
)
def test_a_segment_must_be_what_its_event_says(maker: LedgerMaker, ledger: Path, lie: str) -> None:
    rows = [maker.row("e" * 64, n) for n in range(3)]
    table = segment.from_rows(rows, "other" if lie == "batch" else "forged")
    file = durable.write_named_by_hash(
        ledger / "segments", ".parquet", lambda path: segment.write(table, path)
    )
    told = segment.from_rows([replace(rows[0], qty_u=1), *rows[1:]], "forged")
    payload = {
        "segment": "0" * 64 if lie == "segment" else file.sha256,
        "canonical_rows": rows_hash(told if lie == "canonical_rows" else table),
        "totals": [asdict(t) for t in posted_totals(told if lie == "totals" else table)],
    }
    months = [{"batch_id": "forged", "ym": ym(n), "rows": 1} for n in (1, 2, 3)]
    row = {
        "batch_id": "forged",
        "sha256": file.sha256,
        "path": file.path.relative_to(ledger).as_posix(),
        "rows": 4 if lie == "count" else 3,
        "changes": 0,
        "size": file.size,
    }
    tables: dict[str, list[dict[str, Any]]] = {
        "segment": [row],
        "posted_month": months[: 2 if lie == "months" else 3],
    }
    seq = _append(ledger, Change("import", "forged", rows=tables, payload=payload))

    found = [(failure.code, failure.facts["seq"]) for failure in verify(ledger).failures]

    assert found == ([] if lie == "none" else [("SEGMENT_ROWS", str(seq))])


def test_an_index_that_points_elsewhere_is_found(ledger: Path) -> None:
    """A look-up through it would not see that a file is in the ledger."""
    with closing(sqlite3.connect(ledger / DATABASE_NAME)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master "
            "WHERE name = 'month_state_by_month') WHERE name = 'batch_file_by_source'"
        )
        conn.commit()

    codes = {failure.code for failure in verify(ledger).failures}

    assert codes & {"LEDGER_INTEGRITY", "LEDGER_UNREADABLE"}


def test_the_first_bad_event_comes_first(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger / DATABASE_NAME)) as conn:

        def edit() -> None:
            conn.execute("UPDATE batch SET kind = 'x' WHERE batch_id = 'b3'")
            conn.execute("UPDATE source SET name = 'x' WHERE seq = 3")

        _without_triggers(conn, edit)

    seqs = [failure.facts["seq"] for failure in verify(ledger).failures]

    assert seqs == ["3", "5"]
