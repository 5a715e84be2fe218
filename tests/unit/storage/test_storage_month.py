"""Closed means closed, until two people open it again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage import MonthState, verify
from tanlu.storage.database import DATABASE_NAME, Database
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.storage import BatchDraft, Workspace
    from tests.unit.storage.ledger_maker import LedgerMaker


@pytest.fixture
def draft(maker: LedgerMaker, workspace: Workspace) -> BatchDraft:
    draft = maker.draft("b1", "one")
    workspace.post_batch(draft, at=AT, actor="li")
    return draft


@pytest.fixture
def head(workspace: Workspace, draft: BatchDraft) -> str:
    assert draft.batch_id
    return workspace.close_period(
        ym(1), ym(3), at=AT, actor="li", approver="wang", statement={"co2_mg": 12}
    )


def test_a_close_is_an_event_with_its_statement(workspace: Workspace, head: str) -> None:
    event = workspace.events()[-1]

    assert event.payload["statement"] == {"co2_mg": 12}
    assert event.payload["four_eyes"] is True
    assert event.payload["rows"] == 3
    assert [month.ym for month in workspace.closed_months()] == [ym(1), ym(2), ym(3)]
    assert (workspace.exports / "head-3.txt").read_text() == f"{head}\n"


def test_no_way_leads_into_a_closed_month(
    maker: LedgerMaker, workspace: Workspace, head: str
) -> None:
    row = workspace.rows(workspace.activity()["row_id"].to_pylist())[1]
    late = maker.draft("b2", "two")
    open_row = workspace.rows([maker.row(row.source.sha256, 4).row_id])[0]
    dated = replace(
        late.files[0],
        rows=(),
        records=[maker.record("c" * 64, 1, fields={"year": "2024", "material": "x"})],
    )
    ways: dict[str, Callable[[], object]] = {
        "import": lambda: workspace.post_batch(late, at=AT, actor="li"),
        "record": lambda: workspace.post_batch(replace(late, files=[dated]), at=AT, actor="li"),
        "correct": lambda: workspace.correct([row], reason="x", at=AT, actor="li"),
        "move in": lambda: workspace.correct(
            [replace(open_row, ym=ym(1))], reason="x", at=AT, actor="li"
        ),
        "move out": lambda: workspace.correct(
            [replace(row, ym=ym(9))], reason="x", at=AT, actor="li"
        ),
        "void": lambda: workspace.void([row.row_id], reason="x", at=AT, actor="li"),
        "void batch": lambda: workspace.void_batch("b1", reason="x", at=AT, actor="li"),
    }

    for name, way in ways.items():
        with pytest.raises(TanluError) as caught:
            way()
        assert caught.value.code == "storage.period-closed", name

    assert workspace.head() == head
    assert len(list((workspace.folder / "sources").iterdir())) == 1
    assert len(list((workspace.folder / "segments").iterdir())) == 1


def test_the_database_itself_refuses_a_closed_month(workspace: Workspace, head: str) -> None:
    assert head
    database = Database(workspace.folder / DATABASE_NAME)
    insert = text("INSERT INTO posted_month VALUES (99, 0, 'b9', :ym, 1)")

    with pytest.raises(IntegrityError, match="closed"), database.write() as conn:
        conn.execute(insert, {"ym": ym(2)})
    database.close()


def test_open_months_go_on(maker: LedgerMaker, workspace: Workspace, head: str) -> None:
    assert head
    draft = maker.draft("b2", "two", rows=0)
    rows = [maker.row(draft.files[0].sha256, 7)]

    workspace.post_batch(
        replace(draft, files=[replace(draft.files[0], rows=rows)]), at=AT, actor="li"
    )

    assert workspace.activity().num_rows == 6
    assert verify(workspace.folder, expect_head=head).ok


def test_two_people_open_a_month_again(maker: LedgerMaker, workspace: Workspace, head: str) -> None:
    assert head
    for second in ("", "li"):
        with pytest.raises(TanluError, match="same-person"):
            workspace.reopen_period(ym(1), ym(1), at=AT, actor="li", second=second, reason="x")
    with pytest.raises(TanluError, match="reason-missing"):
        workspace.reopen_period(ym(1), ym(1), at=AT, actor="li", second="wang", reason="")

    workspace.reopen_period(ym(1), ym(1), at=AT, actor="li", second="wang", reason="restated")

    states = {month.ym: month.state for month in workspace.closed_months()}
    assert states == {ym(1): MonthState.OPEN, ym(2): MonthState.CLOSED, ym(3): MonthState.CLOSED}
    with pytest.raises(TanluError, match="period-closed"):
        workspace.post_batch(maker.draft("b2", "two"), at=AT, actor="li")
    with pytest.raises(TanluError, match="not-closed"):
        workspace.reopen_period(ym(1), ym(1), at=AT, actor="li", second="wang", reason="x")


def test_a_close_is_refused_with_its_reason(
    maker: LedgerMaker, workspace: Workspace, head: str
) -> None:
    assert head
    with pytest.raises(TanluError, match="already-closed"):
        workspace.close_period(ym(1), ym(2), at=AT, actor="li")
    with pytest.raises(TanluError, match="period-in-future"):
        workspace.close_period(ym(12) + 6, ym(12) + 6, at=AT, actor="li")
    with pytest.raises(TanluError, match="same-person"):
        workspace.close_period(ym(5), ym(5), at=AT, actor="li", approver="li")
    draft = maker.draft("b2", "two", rows=0)
    file = replace(draft.files[0], findings=[Finding("PERIOD_GAP", Outcome.WARN)])
    workspace.post_batch(replace(draft, files=[file]), at=AT, actor="li")
    with pytest.raises(TanluError, match="open-findings"):
        workspace.close_period(ym(5), ym(5), at=AT, actor="li")

    workspace.acknowledge("b2", [0], reason="plant stood still", at=AT, actor="li")

    workspace.close_period(ym(5), ym(5), at=AT, actor="li")
    assert workspace.findings()[0].acknowledged == "plant stood still"
    assert workspace.events()[-1].payload["four_eyes"] is False


def test_acknowledging_needs_a_reason_and_a_finding(
    workspace: Workspace, draft: BatchDraft
) -> None:
    with pytest.raises(TanluError, match="reason-missing"):
        workspace.acknowledge(draft.batch_id, [0], reason="", at=AT, actor="li")
    with pytest.raises(TanluError, match="no-such-finding"):
        workspace.acknowledge(draft.batch_id, [0], reason="x", at=AT, actor="li")


def test_a_damaged_ledger_is_not_closed(workspace: Workspace, draft: BatchDraft) -> None:
    workspace.source_path(draft.files[0].sha256).write_bytes(b"other")

    with pytest.raises(TanluError) as caught:
        workspace.close_period(ym(1), ym(1), at=AT, actor="li")

    assert caught.value.code == "storage.verify-failed"
    assert caught.value.findings[0].code == "SOURCE_CHANGED"
