"""Corrections and voids are new versions; the past stays as it was."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.kernel.activity import RowOp
from tanlu.kernel.errors import TanluError
from tanlu.storage import BatchDraft, RowCounts, segment, verify
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from tanlu.kernel.activity import ActivityRow
    from tanlu.storage import Workspace
    from tests.unit.storage.ledger_maker import LedgerMaker


@pytest.fixture
def draft(maker: LedgerMaker, workspace: Workspace) -> BatchDraft:
    draft = maker.draft("b1", "one")
    workspace.post_batch(draft, at=AT, actor="li")
    return draft


@pytest.fixture
def first(draft: BatchDraft) -> ActivityRow:
    return segment.to_rows(segment.from_rows(list(draft.files[0].rows)[:1], "b1"))[0]


def test_a_correction_replaces_the_row(workspace: Workspace, first: ActivityRow) -> None:
    better = replace(first, quantity=Decimal(3), qty_u=3_000_000_000)

    workspace.correct([better], reason="meter read wrong", at=AT, actor="li", approver="wang")

    now = workspace.row(first.row_id)
    assert now == replace(better, op=RowOp.CORRECT, version=2)
    assert workspace.activity().num_rows == 5
    assert workspace.has_changes()
    event = workspace.events()[-1]
    assert (event.action, event.reason) == ("correct", "meter read wrong")
    assert event.payload["approver"] == "wang"
    assert verify(workspace.folder).ok


def test_the_ledger_can_be_read_as_it_was(workspace: Workspace, first: ActivityRow) -> None:
    workspace.correct([replace(first, qty_u=1)], reason="typo", at=AT, actor="li")
    workspace.void([first.row_id], reason="not ours", at=AT, actor="li")

    sums = [
        sum(int(q) for q in workspace.activity(as_of_seq=seq)["qty_u"].to_pylist())
        for seq in (1, 2, 3, 4)
    ]

    whole = sum(range(1, 6)) * 250_000_000
    assert sums == [0, whole, whole - 250_000_000 + 1, whole - 250_000_000]


def test_a_correction_can_be_corrected(workspace: Workspace, first: ActivityRow) -> None:
    for qty_u in (7, 8):
        workspace.correct([replace(first, qty_u=qty_u)], reason="again", at=AT, actor="li")

    now = workspace.row(first.row_id)
    assert now is not None
    assert (now.version, now.qty_u) == (3, 8)


def test_a_void_takes_the_row_out_and_stays(workspace: Workspace, first: ActivityRow) -> None:
    workspace.void([first.row_id], reason="not ours", at=AT, actor="li")

    assert first.row_id not in workspace.activity()["row_id"].to_pylist()
    with pytest.raises(TanluError, match="row-void"):
        workspace.void([first.row_id], reason="again", at=AT, actor="li")
    with pytest.raises(TanluError, match="row-void"):
        workspace.correct([first], reason="again", at=AT, actor="li")


def test_a_revision_needs_a_reason_and_a_row(workspace: Workspace, first: ActivityRow) -> None:
    with pytest.raises(TanluError, match="reason-missing"):
        workspace.correct([first], reason=" ", at=AT, actor="li")
    with pytest.raises(TanluError, match="no-such-row"):
        workspace.void(["nothing"], reason="x", at=AT, actor="li")


def test_a_revision_sent_again_adds_nothing(workspace: Workspace, first: ActivityRow) -> None:
    rows = [replace(first, qty_u=9)]
    workspace.correct(rows, reason="typo", at=AT, actor="li", batch_id="c1")
    head = workspace.head()

    again = workspace.correct(rows, reason="typo", at=AT, actor="li", batch_id="c1")

    assert again.repeated
    assert workspace.head() == head


def test_a_cancelled_import_can_be_imported_again(
    workspace: Workspace, draft: BatchDraft, first: ActivityRow
) -> None:
    workspace.void([first.row_id], reason="one by one", at=AT, actor="li")

    receipt = workspace.void_batch("b1", reason="wrong year", at=AT, actor="li")

    assert receipt.new_rows == 4
    assert workspace.activity().num_rows == 0
    assert workspace.records() == ()
    workspace.post_batch(replace(draft, batch_id="b2"), at=AT, actor="li")
    assert workspace.activity().num_rows == 5
    assert len(workspace.records()) == 1
    assert workspace.batches()[2].voids == "b1"
    assert verify(workspace.folder).ok


def test_a_correcting_import_taken_back_restores_what_stood_before(
    maker: LedgerMaker, workspace: Workspace, draft: BatchDraft, first: ActivityRow
) -> None:
    (record,) = draft.files[0].records
    other = maker.file("later", rows=2, records=0)
    corrected = replace(first, qty_u=7, op=RowOp.CORRECT, source=other.rows[0].source)
    changed = replace(record, fields={**record.fields, "mass_kg": "7"})
    before = sorted(row["qty_u"] for row in workspace.activity().to_pylist())
    workspace.post_batch(
        BatchDraft("b2", [replace(other, rows=[corrected, other.rows[1]], records=[changed],
                                  counts=RowCounts(3, 3, 0, 0, 0))]),
        at=AT, actor="li",
    )  # fmt: skip
    assert workspace.activity().num_rows == 6
    content = workspace.batch_content("b2")

    workspace.void_batch("b2", reason="not that file", at=AT, actor="li")

    assert (content.cancelled_rows, content.restored_rows, content.restored_records) == (1, 1, 1)
    assert sorted(row["qty_u"] for row in workspace.activity().to_pylist()) == before
    again = workspace.row(first.row_id)
    assert again is not None
    assert (again.version, again.source) == (3, first.source)
    assert workspace.records() == (record,)
    assert verify(workspace.folder).ok


def test_a_cancelled_batch_cannot_be_cancelled_again(
    workspace: Workspace, draft: BatchDraft
) -> None:
    workspace.void_batch(draft.batch_id, reason="x", at=AT, actor="li")

    with pytest.raises(TanluError, match="batch-void"):
        workspace.void_batch(draft.batch_id, reason="x", at=AT, actor="li")
    with pytest.raises(TanluError, match="no-such-batch"):
        workspace.void_batch("b9", reason="x", at=AT, actor="li")


def test_the_engine_reads_segments_until_rows_are_revised(
    workspace: Workspace, first: ActivityRow
) -> None:
    assert workspace.engine_input() == workspace.segment_paths()

    workspace.void([first.row_id], reason="x", at=AT, actor="li")

    rows = workspace.engine_input()
    assert not isinstance(rows, list)
    assert rows.num_rows == 4


def test_records_are_corrected_and_voided(workspace: Workspace, draft: BatchDraft) -> None:
    record = draft.files[0].records[0]
    better = replace(record, fields={**record.fields, "mass_kg": "7"})

    workspace.correct_records([better], reason="typo", at=AT, actor="li")
    assert workspace.records() == (better,)
    assert workspace.records(as_of_seq=2) == (record,)
    workspace.void_records([record.record_id], reason="gone", at=AT, actor="li")

    assert workspace.records() == ()
    with pytest.raises(TanluError, match="row-void"):
        workspace.correct_records([better], reason="again", at=AT, actor="li")
    with pytest.raises(TanluError, match="no-such-row"):
        workspace.void_records(["nothing"], reason="again", at=AT, actor="li")
    assert workspace.void_batch("b1", reason="x", at=AT, actor="li").new_records == 0
    assert verify(workspace.folder).ok


def test_a_dated_record_of_a_closed_month_stays(maker: LedgerMaker, workspace: Workspace) -> None:
    draft = maker.draft("b1", "one", rows=0)
    dated = maker.record("d" * 64, 1, fields={"year": "2024", "month": "3"})
    file = replace(draft.files[0], records=[dated])
    workspace.post_batch(replace(draft, files=[file]), at=AT, actor="li")
    workspace.close_period(ym(3), ym(3), at=AT, actor="li")
    moved = replace(dated, fields={"year": "2024", "month": "4"})

    with pytest.raises(TanluError, match="period-closed"):
        workspace.correct_records([moved], reason="x", at=AT, actor="li")
    with pytest.raises(TanluError, match="period-closed"):
        workspace.void_records([dated.record_id], reason="x", at=AT, actor="li")
    with pytest.raises(TanluError, match="period-closed"):
        workspace.void_batch("b1", reason="x", at=AT, actor="li")


def test_a_row_is_revised_once_in_a_batch(workspace: Workspace, first: ActivityRow) -> None:
    with pytest.raises(ValueError, match="once"):
        workspace.correct([first, first], reason="x", at=AT, actor="li")
