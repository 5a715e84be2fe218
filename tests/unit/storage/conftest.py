"""Fixtures for the tests of the ledger."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.storage import Workspace
    from tests.unit.storage.ledger_maker import LedgerMaker


@pytest.fixture
def maker(tmp_path: Path) -> LedgerMaker:
    from tests.unit.storage.ledger_maker import LedgerMaker  # noqa: PLC0415 - needs the path above

    return LedgerMaker(tmp_path)


@pytest.fixture
def workspace(maker: LedgerMaker) -> Iterator[Workspace]:
    with maker.workspace() as opened:
        yield opened
