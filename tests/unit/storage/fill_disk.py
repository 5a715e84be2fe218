"""Posts a batch under a limit of file size; run by test_storage_database.py."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace
from tests.unit.storage.ledger_maker import AT, LedgerMaker


def main(folder: str, limit: int, size: int) -> None:
    """Try to post a source of `size` bytes with no file larger than `limit`."""
    maker = LedgerMaker(Path(folder))
    draft = maker.draft("big", "x" * size, rows=2000, records=2000)
    with Workspace.open(Path(folder) / "ws", at=AT) as workspace:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            workspace.post_batch(draft, at=AT, actor="li")
        except TanluError as error:
            sys.stdout.write(error.code + "\n")
        sys.stdout.write(f"{len(workspace.batches())} {workspace.activity().num_rows}\n")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
