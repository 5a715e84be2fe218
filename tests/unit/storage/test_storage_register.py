"""Runs are kept by hash, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tanlu.kernel.errors import TanluError
from tanlu.storage import verify
from tests.unit.storage.ledger_maker import AT

if TYPE_CHECKING:
    from tanlu.storage import Workspace


def test_a_run_is_kept_with_its_rows(workspace: Workspace) -> None:
    rows = pa.table({"row_id": ["a", "b"], "co2_mg": [1, 2]})

    kept = workspace.save_run("r1", {"year": 2024, "total": "1.5"}, rows, at=AT, actor="li")

    assert workspace.run("r1") == kept
    assert kept.meta == {"year": 2024, "total": "1.5"}
    assert pq.read_table(kept.path).equals(rows)
    assert workspace.run("r2") is None
    assert verify(workspace.folder).checked["runs"] == 1


def test_the_same_run_again_changes_nothing_and_another_is_refused(workspace: Workspace) -> None:
    rows = pa.table({"co2_mg": [1, 2]})
    workspace.save_run("r1", {"year": 2024}, rows, at=AT, actor="li")
    head = workspace.head()

    workspace.save_run("r1", {"year": 2024}, rows, at=AT, actor="wang")
    with pytest.raises(TanluError, match="run-differs"):
        workspace.save_run("r1", {"year": 2024}, rows.slice(1), at=AT, actor="li")

    assert workspace.head() == head
    assert len(list((workspace.folder / "runs").iterdir())) == 1


def test_floats_do_not_enter_the_chain(workspace: Workspace) -> None:
    with pytest.raises(TypeError):
        workspace.save_run("r1", {"total": 1.5}, pa.table({"a": [1]}), at=AT, actor="li")


def test_an_original_that_is_not_kept_is_told_so(workspace: Workspace) -> None:
    assert not workspace.has_source("0" * 64)
    with pytest.raises(TanluError, match="no-such-source"):
        workspace.source_path("0" * 64)


def test_a_note_is_an_event_that_changes_no_table(workspace: Workspace) -> None:
    before = verify(workspace.folder)

    head = workspace.note("user-add", "li", {"role": "admin"}, at=AT, actor="wang")

    event = workspace.events()[-1]
    assert (event.action, event.subject, event.actor) == ("user-add", "li", "wang")
    assert event.payload["role"] == "admin"
    after = verify(workspace.folder)
    assert (after.head, after.failures) == (head, ())
    assert after.checked["rows"] == before.checked["rows"]
    assert after.events == before.events + 1


def test_a_note_holds_no_float(workspace: Workspace) -> None:
    head = workspace.head()
    with pytest.raises(TypeError):
        workspace.note("x", "y", {"t": 1.5}, at=AT, actor="li")

    assert workspace.head() == head
