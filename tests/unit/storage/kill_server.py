"""Forks children that post batches until they are killed; run by test_storage_kill.py.

Reads one JSON line per child, answers ``pid N``; the child answers ``open`` and ``ack BATCH`` after
each commit. Forking from here spares a hundred starts of the interpreter.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tanlu.storage import Workspace
from tests.unit.storage.ledger_maker import AT, LedgerMaker


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def rows_of(n: int) -> int:
    """Return how many rows batch n has."""
    return (1, 20, 200)[n % 3]


def _work(folder: Path, start: int) -> None:
    maker = LedgerMaker(folder)
    with Workspace.open(folder / "ws", at=AT, actor="child") as workspace:
        _say("open")
        for n in range(start, start + 10_000):
            draft = maker.draft(f"b{n}", f"text {n}", rows=rows_of(n), records=2)
            workspace.post_batch(draft, at=AT, actor="child")
            _say(f"ack {n}")


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _work(Path(order["folder"]), order["start"])
            os._exit(0)
        _say(f"pid {pid}")
        os.waitpid(pid, 0)
        _say("gone")


def warm() -> None:
    """Post once, so that what is loaded and compiled late is there before the first fork."""
    with TemporaryDirectory() as name:
        maker = LedgerMaker(Path(name))
        with maker.workspace() as workspace:
            workspace.post_batch(maker.draft("b", "text"), at=AT, actor="warm")


if __name__ == "__main__":
    warm()
    main()
