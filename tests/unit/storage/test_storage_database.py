"""Durable settings on every connection, one writer at a time, and a disk that runs full."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace, chain, durable, verify
from tanlu.storage.database import DATABASE_NAME, Database
from tests.unit.storage.ledger_maker import AT, LedgerMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent


def _start(script: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / script), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_every_pooled_connection_is_durable(workspace: Workspace) -> None:
    database = Database(workspace.folder / DATABASE_NAME)
    connections = [database.engine.connect() for _ in range(5)]
    try:
        for name, value in (
            ("synchronous", 2),
            ("journal_mode", "wal"),
            ("busy_timeout", 20_000),
            ("foreign_keys", 1),
            ("recursive_triggers", 1),
        ):
            found = {conn.exec_driver_sql(f"PRAGMA {name}").scalar() for conn in connections}
            assert found == {value}
    finally:
        for conn in connections:
            conn.close()
        database.close()


def test_a_second_writer_waits_and_then_is_told(maker: LedgerMaker) -> None:
    maker.workspace().close()
    writer = Database(maker.folder / "ws" / DATABASE_NAME)
    with Workspace.open(maker.folder / "ws", busy_ms=100) as workspace:
        before = sorted(workspace.folder.rglob("*"))
        with writer.write():
            with pytest.raises(TanluError) as caught:
                workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
            assert workspace.settings.name == "测试公司"

        assert caught.value.code == "storage.busy"
        assert sorted(workspace.folder.rglob("*")) == before
        workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
        assert verify(workspace.folder).ok
    writer.close()


def test_two_processes_lose_nothing(maker: LedgerMaker) -> None:
    maker.workspace().close()

    writers = [_start("write_much.py", str(maker.folder), who, "25") for who in ("li", "wang")]
    errors = [writer.communicate(timeout=120)[1] for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0], errors
    with Workspace.open(maker.folder / "ws") as workspace:
        actors = [event.actor for event in workspace.events()[1:]]
        assert workspace.activity().num_rows == 2 * 25 * 3
    assert sorted(actors) == ["li"] * 25 + ["wang"] * 25
    assert verify(maker.folder / "ws").ok


def test_threads_share_a_workspace(maker: LedgerMaker, workspace: Workspace) -> None:
    def work(who: int) -> None:
        for n in range(5):
            draft = maker.draft(f"{who}-{n}", f"{who} {n}", rows=2)
            workspace.post_batch(draft, at=AT, actor=str(who))

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert workspace.activity().num_rows == 40
    assert verify(workspace.folder).ok


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "small"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("SKIPPED LOUDLY: no small disk can be mounted here (needs root on Linux)")
    yield path
    subprocess.run(["umount", str(path)], check=True)  # noqa: S607 - fixed words


@pytest.mark.parametrize("left", [0, 20_000, 200_000, 500_000])
def test_a_full_disk_is_an_inconvenience(small_disk: Path, tmp_path: Path, left: int) -> None:
    """The disk fills while the source, the segment or the log is written."""
    outside = LedgerMaker(tmp_path)
    ballast = small_disk / "ballast"
    with LedgerMaker(small_disk).workspace() as workspace:
        workspace.post_batch(outside.draft("b1", "one"), at=AT, actor="li")
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        ballast.write_bytes(b"x" * max(free - left, 0))
        draft = outside.draft("b2", "x" * 150_000, rows=3000, records=3000)

        with pytest.raises(TanluError) as caught:
            workspace.post_batch(draft, at=AT, actor="li")

        assert caught.value.code == "storage.full"
        assert int(caught.value.facts["needed"]) > 150_000
        assert workspace.activity().num_rows == 5
        assert [batch.batch_id for batch in workspace.batches()] == ["b1"]
        names = [p.name for p in workspace.folder.rglob("*") if p.suffix in {".tmp", ".parquet"}]
        assert len(names) == 1
        ballast.unlink()
        receipt = workspace.post_batch(draft, at=AT, actor="li")
        assert not receipt.repeated
        assert workspace.activity().num_rows == 3005
    assert verify(small_disk / "ws").ok


@pytest.mark.skipif(sys.platform == "win32", reason="SKIPPED: needs RLIMIT_FSIZE")
@pytest.mark.parametrize(("limit", "size"), [(50_000, 60_000), (400_000, 60_000)])
def test_a_file_that_may_not_grow_stops_the_import(
    maker: LedgerMaker, limit: int, size: int
) -> None:
    """The limit hits the source, then the database log."""
    with maker.workspace() as workspace:
        workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")

    child = _start("fill_disk.py", str(maker.folder), str(limit), str(size))
    out, err = child.communicate(timeout=120)

    code, state = out.splitlines()
    assert code in {"storage.full", "storage.io-error"}, err
    assert state == "1 5"
    with Workspace.open(maker.folder / "ws", at=AT) as workspace:
        draft = maker.draft("big", "x" * size, rows=2000, records=2000)
        workspace.post_batch(draft, at=AT, actor="li")
        assert workspace.activity().num_rows == 2005
    assert verify(maker.folder / "ws").ok


def test_after_a_failed_write_nothing_more_is_written(
    workspace: Workspace, maker: LedgerMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace._store.database, "_failed", "disk I/O error")  # noqa: SLF001 - a fault put in

    with pytest.raises(TanluError, match="io-error"):
        workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")

    with Workspace.open(workspace.folder) as fresh:
        fresh.post_batch(maker.draft("b1", "one"), at=AT, actor="li")


def test_files_are_on_the_disk_before_the_event(
    maker: LedgerMaker, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def watch(owner: object, name: str, word: str) -> None:
        real = getattr(owner, name)

        def watched(*args: Any, **names: Any) -> Any:
            steps.append(word)
            return real(*args, **names)

        monkeypatch.setattr(owner, name, watched)

    watch(durable, "fsync_file", "fsync file")
    watch(durable, "sha256_file", "hash")
    watch(Path, "replace", "rename")
    watch(durable, "fsync_folder", "fsync folder")
    watch(chain, "append", "event")

    workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")

    kept = ["fsync file", "hash", "rename", "fsync folder"]
    assert steps == [*kept, *kept, "event"]
