"""Whatever is changed behind the program's back is found, and the first bad event is named."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tanlu.kernel.activity import ControlTotal, QuarantinedRow, SourceCell
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage import RowCounts, Workspace, chain, schema, verify
from tanlu.storage.canonical import canonical_json
from tanlu.storage.database import DATABASE_NAME
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.storage.ledger_maker import LedgerMaker

TOTAL = Decimal("12.50")
TABLES = tuple(table.name for table in (schema.EVENT, *schema.LEDGER_TABLES))


def _fill(workspace: Workspace, maker: LedgerMaker) -> None:
    """Write at least one row into every table."""
    cell = SourceCell("f", "", "表", "B7")
    warn = Finding("PERIOD_GAP", Outcome.WARN, "f", "表", "B7", {"found": "3"})
    for n in range(3):
        draft = maker.draft(f"b{n}", f"text {n}", rows=20, records=3)
        file = replace(
            draft.files[0],
            quarantine=[QuarantinedRow(cell, {"a": "b"}, (warn,))],
            control_totals=[ControlTotal(cell, "一厂", "electricity", "kWh", TOTAL, TOTAL)],
            findings=[warn],
            counts=RowCounts(25, 23, 1, 0, 1),
        )
        workspace.post_batch(replace(draft, files=[file]), at=AT, actor="li")
        workspace.acknowledge(f"b{n}", [0], reason="known", at=AT, actor="li")
    row = workspace.rows(workspace.activity()["row_id"].to_pylist())[0]
    workspace.correct([replace(row, qty_u=5)], reason="typo", at=AT, actor="li")
    workspace.void([row.row_id], reason="gone", at=AT, actor="li")
    workspace.put_target("t", {"year": 2030}, at=AT, actor="li")
    workspace.save_run("r", {"a": "1"}, pa.table({"x": list(range(50))}), at=AT, actor="li")
    workspace.close_period(ym(1), ym(2), at=AT, actor="li", approver="wang")


@pytest.fixture
def ledger(maker: LedgerMaker) -> Path:
    with maker.workspace() as workspace:
        _fill(workspace, maker)
        folder = workspace.folder
    assert verify(folder).ok
    return folder


def _content(path: Path) -> object:
    """Read all rows without any index, or say that it cannot be done."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as conn:
            rows = {
                name: sorted(conn.execute(f"SELECT * FROM {name} NOT INDEXED"), key=str)  # noqa: S608 - our tables
                for name in TABLES
            }
            return rows, sorted(conn.execute("SELECT type, name, sql FROM sqlite_master"), key=str)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)


def test_every_table_is_covered_by_the_damage_below(ledger: Path) -> None:
    content = _content(ledger / DATABASE_NAME)

    assert isinstance(content, tuple)
    assert all(content[0].values())


def test_flipped_bits_that_change_content_are_all_found(ledger: Path) -> None:
    """Silent flips are allowed only where every row and trigger still reads the same.

    Those bytes are the free space of pages, unused header fields and the page counters.
    """
    rng = random.Random(4)  # noqa: S311 - a test
    path = ledger / DATABASE_NAME
    whole = path.read_bytes()
    before = _content(path)
    used = [n for n, byte in enumerate(whole) if byte]
    places = [*rng.sample(used, 220), *rng.sample(range(len(whole)), 40)]
    silent = 0

    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        found = not verify(ledger).ok
        same = found or _content(path) == before
        assert same, f"a flip at byte {place} changed content and was not seen"
        silent += not found

    path.write_bytes(whole)
    assert verify(ledger).ok
    assert silent < len(places) / 4


def test_flipped_bits_in_files_are_all_found_and_named(ledger: Path) -> None:
    rng = random.Random(4)  # noqa: S311 - a test
    folders = ("segments", "sources", "runs")
    files = [path for name in folders for path in sorted((ledger / name).iterdir())]

    for n in range(120):
        path = files[n % len(files)]
        whole = path.read_bytes()
        flipped = bytearray(whole)
        flipped[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        (failure,) = verify(ledger).failures
        path.write_bytes(whole)
        assert failure.file == path.relative_to(ledger).as_posix()
        assert failure.code.endswith("_CHANGED")


def test_files_cut_renamed_or_gone_are_found(ledger: Path) -> None:
    for name in ("segments", "sources", "runs"):
        path = sorted((ledger / name).iterdir())[0]
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        assert verify(ledger).failures[0].code.endswith("_CHANGED")
        path.write_bytes(whole)
        moved = path.rename(path.with_name("moved"))
        assert verify(ledger).failures[0].code.endswith("_MISSING")
        moved.rename(path)
    assert verify(ledger).ok


def test_a_damaged_segment_is_seen_before_its_rows_are_used(ledger: Path) -> None:
    path = sorted((ledger / "segments").iterdir())[0]
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with Workspace.open(ledger) as workspace:
        with pytest.raises(Exception, match=r"storage\.damaged"):
            workspace.activity()
        with pytest.raises(Exception, match=r"storage\.damaged"):
            workspace.segment_paths()


class _Edits:
    """A database opened by somebody who takes the triggers off and puts them back."""

    def __init__(self, path: Path) -> None:
        self.conn = sqlite3.connect(path)
        self.triggers = self.conn.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()

    def __enter__(self) -> sqlite3.Connection:
        for name, _ in self.triggers:
            self.conn.execute(f"DROP TRIGGER {name}")
        return self.conn

    def __exit__(self, *_: object) -> None:
        for _, sql in self.triggers:
            self.conn.execute(sql)
        self.conn.commit()
        self.conn.close()


def _restored(ledger: Path, kinds: tuple[str, ...]) -> Iterator[tuple[str, str, Path]]:
    path = ledger / DATABASE_NAME
    whole = path.read_bytes()
    for name in TABLES:
        for kind in kinds:
            yield name, kind, path
            for part in ledger.glob(f"{DATABASE_NAME}*"):
                part.unlink()
            path.write_bytes(whole)


def _edit(conn: sqlite3.Connection, name: str, kind: str) -> int:
    """Edit one row of a table; return the event it belongs to."""
    rows = conn.execute(f"SELECT rowid, * FROM {name} ORDER BY seq").fetchall()  # noqa: S608 - our tables
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({name})")]
    rowid, seq, *values = rows[-1]
    if kind == "delete":
        conn.execute(f"DELETE FROM {name} WHERE rowid = ?", (rowid,))  # noqa: S608 - our tables
    elif kind == "change":
        text = (
            next(c for c, v in zip(columns, (seq, *values), strict=True) if isinstance(v, str))
            if any(isinstance(v, str) for v in values)
            else columns[-1]
        )
        old = conn.execute(f"SELECT {text} FROM {name} WHERE rowid = ?", (rowid,)).fetchone()[0]  # noqa: S608 - our tables
        new = old + "x" if isinstance(old, str) else old + 1
        conn.execute(f"UPDATE {name} SET {text} = ? WHERE rowid = ?", (new, rowid))  # noqa: S608 - our tables
    else:
        fresh = [f"{value}-2" if isinstance(value, str) else value for value in values]
        fresh = [
            1_000_000 if c in {"n", "version", "number", "ym"} else v
            for c, v in zip(columns[1:], fresh, strict=True)
        ]
        marks = ", ".join("?" * len(columns))
        if name == "event":
            seq += 1
        conn.execute(f"INSERT INTO {name} VALUES ({marks})", (seq, *fresh))  # noqa: S608 - our tables
    return int(seq)


def test_rows_deleted_changed_or_inserted_anywhere_are_found_and_named(ledger: Path) -> None:
    count = 0

    for name, kind, path in _restored(ledger, ("delete", "change", "insert")):
        with _Edits(path) as conn:
            seq = _edit(conn, name, kind)
        report = verify(ledger)
        if name == "event" and kind == "delete":
            # the rows of the event have no event now; the cut itself needs a head to be seen
            assert report.failures, (name, kind)
        else:
            assert report.failures[0].facts["seq"] in {str(seq), "1"}, (name, kind, report.failures)
        count += 1

    assert count == 3 * len(TABLES)
    assert verify(ledger).ok


def test_rows_swapped_between_events_are_found(ledger: Path) -> None:
    with _Edits(ledger / DATABASE_NAME) as conn:
        conn.execute("UPDATE batch_file SET seq = seq + 1000")
        conn.execute("UPDATE batch_file SET seq = 4 WHERE batch_id = 'b0'")
        conn.execute("UPDATE batch_file SET seq = 2 WHERE batch_id = 'b1'")
        conn.execute("UPDATE batch_file SET seq = seq - 1000 WHERE seq > 1000")

    assert verify(ledger).failures[0].facts == {"seq": "2", "table": "batch_file"}


def test_events_swapped_or_taken_out_are_found(ledger: Path) -> None:
    for statements in (
        (
            "UPDATE event SET seq = -5 WHERE seq = 5",
            "UPDATE event SET seq = 5 WHERE seq = 6",
            "UPDATE event SET seq = 6 WHERE seq = -5",
        ),
        ("DELETE FROM event WHERE seq = 5",),
    ):
        path = ledger / DATABASE_NAME
        whole = path.read_bytes()
        with _Edits(path) as conn:
            for statement in statements:
                conn.execute(statement)
        assert verify(ledger).failures[0].facts["seq"] == "5"
        path.write_bytes(whole)


def test_a_missing_or_other_trigger_is_found(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger / DATABASE_NAME)) as conn:
        conn.execute("DROP TRIGGER batch_no_update")
        conn.commit()

    (failure,) = verify(ledger).failures

    assert (failure.code, failure.facts["name"]) == ("LEDGER_SCHEMA", "batch_no_update")


def test_a_chain_rewritten_whole_is_told_by_an_old_head(ledger: Path) -> None:
    with Workspace.open(ledger) as workspace:
        head, start = workspace.head(), chain.genesis(workspace.id)
    with _Edits(ledger / DATABASE_NAME) as conn:
        events = conn.execute("SELECT seq, body FROM event ORDER BY seq").fetchall()
        conn.execute("DELETE FROM event")
        for seq, body in events:
            content: dict[str, Any] = json.loads(body)
            content["actor"] = "somebody else"
            fresh = canonical_json(content)
            after = chain.event_hash(start, seq=seq, body=fresh)
            conn.execute("INSERT INTO event VALUES (?, ?, ?, ?)", (seq, start, after, fresh))
            start = after

    assert verify(ledger).ok
    report = verify(ledger, expect_head=head)

    assert [failure.code for failure in report.failures] == ["LEDGER_HEAD"]


def test_a_tail_cut_off_is_told_by_an_old_head(ledger: Path) -> None:
    with Workspace.open(ledger) as workspace:
        head = workspace.head()
    seq = int(head.partition(":")[0])
    with _Edits(ledger / DATABASE_NAME) as conn:
        for name in TABLES:
            conn.execute(f"DELETE FROM {name} WHERE seq = ?", (seq,))  # noqa: S608 - our tables

    assert verify(ledger).ok
    assert not verify(ledger, expect_head=head).ok


def test_an_older_head_stays_good(maker: LedgerMaker, ledger: Path) -> None:
    with Workspace.open(ledger) as workspace:
        head = workspace.head()
        draft = maker.draft("later", "later", rows=0)
        workspace.post_batch(draft, at=AT, actor="li")

    assert verify(ledger, expect_head=head).ok


def test_triggers_refuse_every_change(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger / DATABASE_NAME)) as conn:
        for name in TABLES:
            columns = [row[1] for row in conn.execute(f"PRAGMA table_info({name})")]
            values = ", ".join(columns)
            for statement in (
                f"UPDATE {name} SET seq = seq",  # noqa: S608 - our tables
                f"DELETE FROM {name}",  # noqa: S608 - our tables
                f"INSERT OR REPLACE INTO {name} SELECT {values} FROM {name}",  # noqa: S608 - our tables
            ):
                with pytest.raises(sqlite3.IntegrityError, match=r"append-only|closed"):
                    conn.execute(statement)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            conn.execute("INSERT INTO event VALUES (999, 'a', 'b', x'00')")


def test_a_gap_in_time_does_not_matter(ledger: Path, maker: LedgerMaker) -> None:
    with Workspace.open(ledger) as workspace:
        for year in (1999, 2038):
            draft = maker.draft(f"y{year}", f"y{year}", rows=0)
            workspace.post_batch(draft, at=AT.replace(year=year), actor="li")

    assert verify(ledger).ok


def test_pages_cut_swapped_or_zeroed_are_found(ledger: Path) -> None:
    rng = random.Random(5)  # noqa: S311 - a test
    path = ledger / DATABASE_NAME
    whole = path.read_bytes()
    before = _content(path)
    page = 4096
    pages = len(whole) // page
    for n in range(60):
        one, other = (page * k for k in rng.sample(range(pages), 2))
        bad = bytearray(whole)
        if n % 3 == 0:
            bad = bad[: rng.randrange(page, len(whole))]
        elif n % 3 == 1:
            bad[one : one + page] = whole[other : other + page]
            bad[other : other + page] = whole[one : one + page]
        else:
            bad[one : one + page] = bytes(page)
        path.write_bytes(bad)
        found = not verify(ledger).ok
        same = found or _content(path) == before
        assert same, (n, one, other)


def test_the_log_of_another_workspace_is_found(maker: LedgerMaker, ledger: Path) -> None:
    with maker.workspace("other") as other:
        other.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
        log = (other.folder / f"{DATABASE_NAME}-wal").read_bytes()
    assert log
    (ledger / f"{DATABASE_NAME}-wal").write_bytes(log)

    assert not verify(ledger).ok


def test_a_head_may_be_given_by_its_first_digits(ledger: Path) -> None:
    head = verify(ledger).head
    seq, _, digits = head.partition(":")

    for count in (8, 9, 11, 12, 64):
        assert verify(ledger, expect_head=f"{seq}:{digits[:count]}").ok
    other = "0" if digits[8] != "0" else "1"
    assert not verify(ledger, expect_head=f"{seq}:{digits[:8]}{other}").ok


@pytest.mark.parametrize(
    "written", ["nonsense", "12", "12:", ":bd81e345f", "12:bd8", "12:xyzxyzxy"]
)
def test_what_is_no_head_is_refused_and_accuses_nobody(ledger: Path, written: str) -> None:
    with pytest.raises(TanluError, match="head-format"):
        verify(ledger, expect_head=written)
