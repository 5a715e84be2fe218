"""A batch is posted whole, once, and can be read back to the cell."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.kernel.activity import (
    ControlTotal,
    QuarantinedRow,
    Record,
    RecordKind,
    Site,
    SourceCell,
)
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage import RowCounts, Workspace, segment, verify
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.storage.ledger_maker import LedgerMaker


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("workspace.db-")
    }


def test_a_batch_is_read_back_to_the_cell(maker: LedgerMaker, workspace: Workspace) -> None:
    draft = maker.draft("b1", "one")

    receipt = workspace.post_batch(draft, at=AT, actor="li")

    file = draft.files[0]
    assert segment.to_rows(workspace.activity()) == tuple(file.rows)
    assert workspace.records(RecordKind.PURCHASE) == tuple(file.records)
    assert workspace.records(RecordKind.FREIGHT) == ()
    assert workspace.sites() == (Site("一厂", "江苏"),)
    assert (receipt.new_rows, receipt.new_records, receipt.seq) == (5, 1, 2)
    assert receipt.head == workspace.head()
    assert receipt.totals[0].qty_u == sum(range(1, 6)) * 250_000_000
    assert workspace.source_path(file.sha256).read_bytes() == b"one"
    assert verify(workspace.folder).ok


def test_remarks_are_kept_with_the_batch(maker: LedgerMaker, workspace: Workspace) -> None:
    cell = SourceCell("能耗表.csv", "", "表", "B7")
    finding = Finding("UNKNOWN_UNIT", Outcome.QUARANTINE, "能耗表.csv", "表", "B7", {"found": "桶"})
    held = QuarantinedRow(cell, {"数量": "3", "单位": "桶"}, (finding,))
    total = ControlTotal(cell, "一厂", "electricity", "kWh", Decimal("10.50"), Decimal(10))
    file = replace(
        maker.file("one"),
        quarantine=[held],
        control_totals=[total],
        findings=[finding],
        sheets=[{"name": "表", "rows_in": 8}],
        counts=RowCounts(8, 6, 1, 0, 1),
    )

    workspace.post_batch(replace(maker.draft("b1", "one"), files=[file]), at=AT, actor="li")

    (kept,) = workspace.quarantine()
    assert kept.raw == held.raw
    assert kept.findings == held.findings
    assert workspace.control_totals()[0].stated == Decimal("10.50")
    assert workspace.findings(open_only=True)[0].finding == finding
    (batch,) = workspace.batches()
    assert batch.counts == file.counts
    assert batch.sheets == ({"name": "表", "rows_in": 8},)
    assert batch.sources[0].name == "能耗表.csv"


def test_posting_a_batch_again_returns_the_first_receipt(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    draft = maker.draft("b1", "one")
    first = workspace.post_batch(draft, at=AT, actor="li")
    before = _files(workspace.folder)

    second = workspace.post_batch(draft, at=AT, actor="wang")

    assert second == replace(first, repeated=True)
    assert _files(workspace.folder) == before


def test_a_file_that_is_in_the_ledger_is_refused(maker: LedgerMaker, workspace: Workspace) -> None:
    workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
    before = _files(workspace.folder)

    with pytest.raises(TanluError) as caught:
        workspace.post_batch(maker.draft("b2", "one"), at=AT, actor="li")

    assert caught.value.code == "storage.file-already-imported"
    assert caught.value.facts["batch"] == "b1"
    assert caught.value.findings[0].code == "FILE_ALREADY_IMPORTED"
    assert _files(workspace.folder) == before


def test_one_file_twice_in_one_batch_is_refused(maker: LedgerMaker, workspace: Workspace) -> None:
    file = maker.file("one")

    with pytest.raises(TanluError) as caught:
        workspace.post_batch(
            replace(maker.draft("b1", "one"), files=[file, file]), at=AT, actor="li"
        )

    assert caught.value.code == "storage.file-already-imported"
    assert workspace.batches() == ()


def test_force_counts_the_file_a_second_time(maker: LedgerMaker, workspace: Workspace) -> None:
    workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")

    workspace.post_batch(maker.draft("b2", "one", force=True), at=AT, actor="li")

    ids = workspace.activity()["row_id"].to_pylist()
    assert len(set(ids)) == 10
    assert sum(name.endswith("#2") for name in ids) == 5
    assert len(workspace.records()) == 2
    assert len(workspace.sources()) == 1
    assert verify(workspace.folder).ok


def test_a_file_with_open_questions_adds_only_what_is_new(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    whole = maker.draft("b2", "one")
    part = replace(whole.files[0], rows=whole.files[0].rows[:2], records=(), open_questions=True)
    workspace.post_batch(replace(whole, batch_id="b1", files=[part]), at=AT, actor="li")

    receipt = workspace.post_batch(whole, at=AT, actor="li")

    assert (receipt.new_rows, receipt.known_rows, receipt.new_records) == (3, 2, 1)
    assert workspace.activity().num_rows == 5
    with pytest.raises(TanluError, match="file-already-imported"):
        workspace.post_batch(replace(whole, batch_id="b3"), at=AT, actor="li")


def test_an_unanswered_file_again_changes_nothing(maker: LedgerMaker, workspace: Workspace) -> None:
    draft = maker.draft("b1", "one")
    asked = replace(draft, files=[replace(draft.files[0], open_questions=True)])
    workspace.post_batch(asked, at=AT, actor="li")
    head = workspace.head()

    with pytest.raises(TanluError, match="file-already-imported"):
        workspace.post_batch(replace(asked, batch_id="b2"), at=AT, actor="li")

    assert workspace.head() == head


def test_a_row_read_differently_becomes_the_next_version(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    draft = maker.draft("b1", "one")
    file = draft.files[0]
    workspace.post_batch(draft, at=AT, actor="li")
    rows = [replace(file.rows[0], qty_u=7), *file.rows[1:]]

    receipt = workspace.post_batch(
        replace(draft, batch_id="b2", files=[replace(file, rows=rows)]), at=AT, actor="li"
    )

    again = workspace.row(file.rows[0].row_id)
    assert again is not None
    assert (again.qty_u, again.version, again.op) == (7, 2, "correct")
    assert (receipt.new_rows, receipt.known_rows) == (1, 4)
    assert workspace.activity().num_rows == 5
    assert workspace.has_changes()
    assert workspace.revised()["version"].to_pylist() == [1, 2]
    assert verify(workspace.folder).ok


def test_a_record_read_differently_becomes_the_next_version(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    draft = maker.draft("b1", "one")
    file = draft.files[0]
    workspace.post_batch(draft, at=AT, actor="li")
    (record,) = file.records
    changed = replace(record, fields={**record.fields, "mass_kg": "7"})

    workspace.post_batch(
        replace(draft, batch_id="b2", files=[replace(file, records=[changed])]), at=AT, actor="li"
    )

    assert workspace.records() == (changed,)
    assert workspace.record_versions() == {record.record_id: [record, changed]}
    assert verify(workspace.folder).ok


def test_a_closed_month_keeps_what_a_later_import_would_replace(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    draft = maker.draft("b1", "one")
    file = draft.files[0]
    workspace.post_batch(draft, at=AT, actor="li")
    workspace.close_period(ym(1), ym(1), at=AT, actor="li")
    moved = replace(file.rows[0], ym=ym(2), first_day=file.rows[1].first_day)

    with pytest.raises(TanluError, match="period-closed"):
        workspace.post_batch(
            replace(draft, batch_id="b2", files=[replace(file, rows=[moved])]), at=AT, actor="li"
        )


def test_the_newest_import_of_a_file_replaces_its_quarantine(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    draft = maker.draft("b1", "one")
    held = QuarantinedRow(SourceCell("f", "", "", "A9"), {"a": "b"}, ())
    warn = Finding("YEAR_2DIGIT", Outcome.WARN)
    counts = RowCounts(8, 6, 1, 0, 1)
    first = replace(draft.files[0], quarantine=[held], counts=counts, findings=[warn])
    workspace.post_batch(replace(draft, files=[first]), at=AT, actor="li")
    extra = maker.row(first.sha256, 9)
    second = replace(draft.files[0], rows=[*draft.files[0].rows, extra])

    workspace.post_batch(replace(draft, batch_id="b2", files=[second]), at=AT, actor="li")

    assert workspace.quarantine() == ()
    assert workspace.findings(open_only=True) == ()
    assert workspace.findings()[0].superseded


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        (RowCounts(9, 6, 1, 0, 1), "storage.row-identity"),
        (RowCounts(1, 2, -1, 0, 0), "storage.row-identity"),
    ],
)
def test_counts_that_do_not_balance_are_refused(
    maker: LedgerMaker, workspace: Workspace, counts: RowCounts, code: str
) -> None:
    draft = maker.draft("b1", "one")

    with pytest.raises(TanluError) as caught:
        workspace.post_batch(
            replace(draft, files=[replace(draft.files[0], counts=counts)]), at=AT, actor="li"
        )

    assert caught.value.code == code
    assert workspace.batches() == ()


def test_a_source_that_changed_or_went_leaves_nothing(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    before = _files(workspace.folder)
    changed, gone = maker.draft("b1", "one"), maker.draft("b2", "two")
    changed.files[0].path.write_text("edited meanwhile")
    gone.files[0].path.unlink()

    for draft, code in ((changed, "storage.source-changed"), (gone, "storage.source-missing")):
        with pytest.raises(TanluError) as caught:
            workspace.post_batch(draft, at=AT, actor="li")
        assert caught.value.code == code

    assert _files(workspace.folder) == before


def test_row_ids_used_twice_are_a_bug(maker: LedgerMaker, workspace: Workspace) -> None:
    draft = maker.draft("b1", "one")
    file = replace(draft.files[0], rows=[*draft.files[0].rows, draft.files[0].rows[0]])

    with pytest.raises(ValueError, match="not unique"):
        workspace.post_batch(replace(draft, files=[file]), at=AT, actor="li")


def test_rows_can_come_as_a_table(maker: LedgerMaker, workspace: Workspace) -> None:
    draft = maker.draft("b1", "one")
    table = segment.from_rows(draft.files[0].rows, "another batch")

    workspace.post_batch(
        replace(draft, files=[replace(draft.files[0], rows=table)]), at=AT, actor="li"
    )

    assert workspace.activity()["batch_id"].unique().to_pylist() == ["b1"]
    assert verify(workspace.folder).ok


def test_a_file_without_activity_rows_can_be_posted(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    receipt = workspace.post_batch(maker.draft("b1", "one", rows=0), at=AT, actor="li")

    assert receipt.totals == ()
    assert workspace.segment_paths() == []
    assert workspace.activity().num_rows == 0
    assert verify(workspace.folder).ok


def test_rows_out_of_range_are_counted_beside_the_sum(
    maker: LedgerMaker, workspace: Workspace
) -> None:
    draft = maker.draft("b1", "one")
    rows = [replace(draft.files[0].rows[0], qty_u=None), *draft.files[0].rows[1:]]

    receipt = workspace.post_batch(
        replace(draft, files=[replace(draft.files[0], rows=rows)]), at=AT, actor="li"
    )

    (total,) = receipt.totals
    assert (total.rows, total.out_of_range) == (5, 1)
    assert total.qty_u == sum(range(2, 6)) * 250_000_000


def test_same_rows_give_the_same_bytes(maker: LedgerMaker) -> None:
    paths = []
    for name in ("one", "two"):
        with maker.workspace(name) as workspace:
            workspace.post_batch(maker.draft("b1", "text"), at=AT, actor="li")
            paths += workspace.segment_paths()

    assert paths[0].name == paths[1].name
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_records_keep_their_missing_fields(maker: LedgerMaker, workspace: Workspace) -> None:
    workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")

    (record,) = workspace.records()

    assert isinstance(record, Record)
    assert record.fields["supplier"] is None
