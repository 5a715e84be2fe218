"""Posts batches into a workspace beside another process; run by test_storage_database.py."""

from __future__ import annotations

import sys
from pathlib import Path

from tanlu.storage import Workspace
from tests.unit.storage.ledger_maker import AT, LedgerMaker


def main(folder: str, who: str, count: int) -> None:
    """Post `count` batches."""
    maker = LedgerMaker(Path(folder))
    with Workspace.open(Path(folder) / "ws", at=AT, actor=who) as workspace:
        for n in range(count):
            draft = maker.draft(f"{who}-{n}", f"{who} {n}", rows=3)
            workspace.post_batch(draft, at=AT, actor=who)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
