"""Fixtures for the tests of use cases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.storage import Workspace

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Workspace]:
    """Return an open workspace with two sites."""
    from tanlu.kernel.activity import Site  # noqa: PLC0415 - only for tests that ask for it
    from tanlu.storage import Workspace  # noqa: PLC0415

    folder = tmp_path / "company"
    with Workspace.create(folder, name="Works", at=AT, actor="me") as opened:
        sites = [Site("north", "CN-JS"), Site("south", "CN-JS")]
        opened.register_sites(sites, at=AT, actor="me")
        yield opened
