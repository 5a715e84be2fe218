"""A save of a person: whole or not at all, held against what the person saw, taken back whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tanlu.kernel.activity import RowOp
from tanlu.kernel.errors import TanluError
from tanlu.storage import Changes, verify
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.kernel.activity import ActivityRow
    from tanlu.storage import Workspace
    from tests.unit.storage.ledger_maker import LedgerMaker


@pytest.fixture
def rows(maker: LedgerMaker, workspace: Workspace) -> tuple[ActivityRow, ...]:
    workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
    return workspace.rows([str(name) for name in workspace.activity()["row_id"].to_pylist()])


def save(workspace: Workspace, changes: Changes, reason: str = "meter read wrong") -> list[str]:
    receipts = workspace.change(changes, reason=reason, at=AT, actor="li")
    return [receipt.batch_id for receipt in receipts]


def test_a_save_corrects_cancels_and_adds_and_is_taken_back_whole(
    maker: LedgerMaker, workspace: Workspace, rows: tuple[ActivityRow, ...]
) -> None:
    before = workspace.activity().sort_by("row_id").select(["row_id", "qty_u"])
    changes = Changes(
        "c1",
        corrected=[replace(rows[0], qty_u=7)],
        voided=[rows[1].row_id],
        versions={rows[0].row_id: 1, rows[1].row_id: 1},
        draft=maker.draft("b2", "two", rows=1, records=0),
    )

    batches = save(workspace, changes)
    after = workspace.activity()
    workspace.take_back(batches, reason="undone", at=AT, actor="li")

    assert batches == ["c1-c", "c1-v", "b2"]
    assert after.num_rows == 5
    assert workspace.activity().sort_by("row_id").select(["row_id", "qty_u"]) == before
    assert verify(workspace.folder).ok


def test_a_row_that_changed_meanwhile_stops_the_whole_save(
    maker: LedgerMaker, workspace: Workspace, rows: tuple[ActivityRow, ...]
) -> None:
    workspace.correct([replace(rows[0], qty_u=3)], reason="first", at=AT, actor="wang")
    head = workspace.head()
    changes = Changes(
        "c1",
        corrected=[replace(rows[0], qty_u=7), replace(rows[1], qty_u=7)],
        versions={rows[0].row_id: 1, rows[1].row_id: 1},
        draft=maker.draft("b2", "two"),
    )

    with pytest.raises(TanluError) as refused:
        save(workspace, changes)

    assert refused.value.code == "storage.row-changed"
    assert workspace.head() == head


def test_a_closed_month_stops_the_whole_save_and_its_undoing(
    workspace: Workspace, rows: tuple[ActivityRow, ...]
) -> None:
    batches = save(workspace, Changes("c1", voided=[rows[0].row_id]))
    workspace.close_period(rows[0].ym, rows[0].ym, at=AT, actor="li")

    for act in (
        lambda: save(workspace, Changes("c2", corrected=[replace(rows[1], ym=rows[0].ym)])),
        lambda: workspace.take_back(batches, reason="undone", at=AT, actor="li"),
    ):
        with pytest.raises(TanluError) as refused:
            act()
        assert refused.value.code == "storage.period-closed"
    assert rows[0].ym == ym(1)


def test_touching_a_row_of_the_ledger_takes_a_reason(
    workspace: Workspace, rows: tuple[ActivityRow, ...]
) -> None:
    with pytest.raises(TanluError) as refused:
        save(workspace, Changes("c1", voided=[rows[0].row_id]), reason=" ")

    assert refused.value.code == "storage.reason-missing"


def test_what_was_corrected_since_stays_when_an_older_save_is_taken_back(
    workspace: Workspace, rows: tuple[ActivityRow, ...]
) -> None:
    batches = save(workspace, Changes("c1", corrected=[replace(rows[0], qty_u=7)]))
    workspace.correct([replace(rows[0], qty_u=9)], reason="later", at=AT, actor="wang")

    workspace.take_back(batches, reason="undone", at=AT, actor="li")

    now = workspace.row(rows[0].row_id)
    assert now is not None
    assert (now.qty_u, now.op) == (9, RowOp.CORRECT)


def test_evidence_is_kept_once_by_its_hash_and_proven(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "bill.pdf"
    path.write_bytes(b"%PDF-1.7 bill")

    hashes = {
        workspace.attach(
            path, {"row": name}, name="bill.pdf", suffix=".pdf", at=AT, actor="li", reason="bill"
        )
        for name in ("r1", "r2")
    }

    assert len(hashes) == len(workspace.sources()) == 1
    assert [event.subject for event in workspace.events()][-2:] == ["r1", "r2"]
    assert verify(workspace.folder).ok
    workspace.source_path(*hashes).write_bytes(b"%PDF-1.7 other")
    assert [failure.code for failure in verify(workspace.folder).failures] == ["SOURCE_CHANGED"]
