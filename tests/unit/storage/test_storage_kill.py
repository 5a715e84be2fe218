"""A hundred killed imports: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

import pytest

from tanlu.storage import Workspace, verify
from tests.unit.storage.ledger_maker import AT, LedgerMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("TANLU_KILLS", "105"))
KILLS_PER_WORKSPACE = 15

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="SKIPPED: needs fork and SIGKILL")


class _Server:
    """The process that forks the children, and what they say."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("kill_server.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.lines: Queue[str] = Queue()
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.decode().strip())

    def start(self, folder: Path, start: int) -> int:
        """Fork a child and return its pid."""
        assert self.process.stdin is not None
        order = json.dumps({"folder": str(folder), "start": start})
        self.process.stdin.write(f"{order}\n".encode())
        self.process.stdin.flush()
        said: list[str] = []
        while not any(line.startswith("pid") for line in said):
            said.append(self.lines.get(timeout=60))
        for line in said:
            if not line.startswith("pid"):
                self.lines.put(line)
        return int(next(line for line in said if line.startswith("pid")).split()[1])

    def acknowledged(self) -> list[int]:
        """Return the batches acknowledged up to the child's end."""
        acks = []
        while (line := self.lines.get(timeout=60)) != "gone":
            if line.startswith("ack"):
                acks.append(int(line.split()[1]))
        return acks

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.reader.join(timeout=60)
        self.process.stdout.close()


@pytest.fixture
def server() -> Iterator[_Server]:
    server = _Server()
    yield server
    server.close()


def test_killed_imports_lose_nothing_and_leave_nothing_half(
    server: _Server, tmp_path: Path
) -> None:
    rng = random.Random(11)  # noqa: S311 - a test
    pace = 0.02
    acknowledged = kills = swept = sweeps = 0
    while kills < KILLS:
        maker = LedgerMaker(tmp_path / f"round-{kills}")
        maker.folder.mkdir()
        maker.workspace().close()
        done: list[int] = []
        for _ in range(min(KILLS_PER_WORKSPACE, KILLS - kills)):
            pid = server.start(maker.folder, len(done))
            time.sleep(rng.uniform(0, 6 * pace))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            acks = server.acknowledged()
            kills += 1
            done, sweeps = _examine(maker, acks=acks, before=done)
            acknowledged += len(acks)
            pace *= 0.8 if acks else 1.4  # find the machine's pace, whatever else it does
        swept += sweeps

    assert acknowledged > KILLS / 4, "the children were killed too early to prove anything"
    sys.stdout.write(f"{kills} kills, {acknowledged} acknowledged batches, {swept} sweeps\n")


def _examine(maker: LedgerMaker, *, acks: list[int], before: list[int]) -> tuple[list[int], int]:
    """Reopen, verify, compare with what was acknowledged; return the batches there are."""
    with Workspace.open(maker.folder / "ws", at=AT, actor="parent") as workspace:
        events = workspace.events()
        present = [int(batch.batch_id[1:]) for batch in workspace.batches()]
        assert set(acks) <= set(present), "an acknowledged batch was lost"
        assert present == list(range(len(present)))
        assert len(present) - len(before) - len(acks) in {0, 1}
        rows = workspace.activity()
        counts = rows.group_by("batch_id").aggregate([([], "count_all")]).to_pylist()
        expected = {f"b{n}": (1, 20, 200)[n % 3] for n in present}
        assert {row["batch_id"]: row["count_all"] for row in counts} == expected
        assert len(workspace.records()) == 2 * len(present)
        assert not list(workspace.folder.rglob("*.tmp"))
        assert len(list((workspace.folder / "segments").iterdir())) == len(present)
        assert len(list((workspace.folder / "sources").iterdir())) == len(present)
        if present:
            n = present[-1]
            draft = maker.draft(f"b{n}", f"text {n}", rows=(1, 20, 200)[n % 3], records=2)
            head = workspace.head()
            again = workspace.post_batch(replace(draft), at=AT, actor="parent")
            assert again.repeated
            assert workspace.head() == head
    report = verify(maker.folder / "ws")
    assert report.ok, report.failures
    return present, sum(event.action == "sweep" for event in events)
