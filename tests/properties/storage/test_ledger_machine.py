"""The ledger behaves like a small dict, whatever is done to it in whatever order."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace, verify
from tests.unit.storage.ledger_maker import AT, LedgerMaker, ym

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTH = st.integers(1, 12)


class LedgerMachine(RuleBasedStateMachine):
    """A workspace beside a dict of row id to (month, millionths), and sets of what was done."""

    @initialize()
    def start(self) -> None:
        """Make an empty workspace and an empty dict."""
        self.home = tempfile.TemporaryDirectory()
        self.maker = LedgerMaker(Path(self.home.name))
        self.workspace = self.maker.workspace()
        self.rows: dict[str, tuple[int, int]] = {}
        self.void: set[str] = set()
        self.closed: set[int] = set()
        self.posted: dict[int, int] = {}
        self.events = 1

    def teardown(self) -> None:
        """Verify the whole ledger at the end."""
        if hasattr(self, "workspace"):
            self.workspace.close()
            assert verify(self.workspace.folder).ok
            self.home.cleanup()

    def _expect(self, act: Callable[[], object], *, code: str) -> bool:
        """Do it, or see that it is refused with this code."""
        if not code:
            act()
            self.events += 1
            return True
        with pytest.raises(TanluError) as caught:
            act()
        assert caught.value.code == code
        return False

    @rule(n=st.integers(0, 5), count=st.integers(1, 4))
    def post(self, n: int, count: int) -> None:
        """Post a batch, or the same one again."""
        if n in self.posted:
            count = self.posted[n]
        draft = self.maker.draft(f"b{n}", f"text {n}", rows=count, records=0)
        rows = list(draft.files[0].rows)
        if n in self.posted:
            assert self.workspace.post_batch(draft, at=AT, actor="x").repeated
            return
        months = {row.ym for row in rows}
        code = "storage.period-closed" if months & self.closed else ""
        if self._expect(lambda: self.workspace.post_batch(draft, at=AT, actor="x"), code=code):
            self.posted[n] = count
            self.rows |= {row.row_id: (row.ym, row.qty_u or 0) for row in rows}

    @rule(n=st.integers(0, 5))
    def post_under_another_name(self, n: int) -> None:
        """Post a file that is there already: only what was voided comes back, under a new id."""
        if n not in self.posted:
            return
        name = f"other{self.events}"
        draft = self.maker.draft(name, f"text {n}", rows=self.posted[n], records=0)
        back = {}
        for row in draft.files[0].rows:
            held = self._held(row.row_id)
            if self.void.issuperset(held):
                back[f"{row.row_id}#{len(held) + 1}"] = row
        code = "" if back else "storage.file-already-imported"
        if {row.ym for row in back.values()} & self.closed:
            code = "storage.period-closed"
        if self._expect(lambda: self.workspace.post_batch(draft, at=AT, actor="x"), code=code):
            self.rows |= {row_id: (row.ym, row.qty_u or 0) for row_id, row in back.items()}

    def _held(self, row_id: str) -> list[str]:
        """Return the ids under which the ledger holds a row of a file."""
        return [name for name in self.rows if name.partition("#")[0] == row_id]

    @rule(pick=st.integers(0, 99), qty_u=st.integers(-5, 10**12), month=_MONTH)
    def correct(self, pick: int, qty_u: int, month: int) -> None:
        """Correct a row, perhaps into another month."""
        if not self.rows:
            return
        row_id = sorted(self.rows)[pick % len(self.rows)]
        row = self.workspace.row(row_id)
        assert row is not None
        better = replace(row, qty_u=qty_u, ym=ym(month))
        code = self._revision_code(row_id, {ym(month)})
        act = lambda: self.workspace.correct([better], reason="r", at=AT, actor="x")  # noqa: E731 - a thunk
        if self._expect(act, code=code):
            self.rows[row_id] = (ym(month), qty_u)

    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        """Void a row."""
        if not self.rows:
            return
        row_id = sorted(self.rows)[pick % len(self.rows)]
        code = self._revision_code(row_id, set())
        act = lambda: self.workspace.void([row_id], reason="r", at=AT, actor="x")  # noqa: E731 - a thunk
        if self._expect(act, code=code):
            self.void.add(row_id)

    def _revision_code(self, row_id: str, months: set[int]) -> str:
        if row_id in self.void:
            return "storage.row-void"
        touched = months | {self.rows[row_id][0]}
        return "storage.period-closed" if touched & self.closed else ""

    @rule(month=_MONTH)
    def close(self, month: int) -> None:
        """Close a month."""
        code = "storage.already-closed" if ym(month) in self.closed else ""
        act = lambda: self.workspace.close_period(ym(month), ym(month), at=AT, actor="x")  # noqa: E731 - a thunk
        self._expect(act, code=code)
        self.closed.add(ym(month))

    @rule(month=_MONTH)
    def reopen(self, month: int) -> None:
        """Open a closed month again."""
        code = "" if ym(month) in self.closed else "storage.not-closed"

        def act() -> None:
            self.workspace.reopen_period(
                ym(month), ym(month), at=AT, actor="x", second="y", reason="r"
            )

        self._expect(act, code=code)
        self.closed.discard(ym(month))

    @rule()
    def open_again(self) -> None:
        """Close the workspace and open it again."""
        self.workspace.close()
        self.workspace = Workspace.open(self.workspace.folder, at=AT)

    @invariant()
    def ledger_and_dict_agree(self) -> None:
        """Compare the current rows and the number of events."""
        if not hasattr(self, "workspace"):
            return
        table = self.workspace.activity().select(["row_id", "ym", "qty_u"]).to_pylist()
        found = {row["row_id"]: (row["ym"], int(row["qty_u"])) for row in table}
        assert len(found) == len(table)
        assert found == {k: v for k, v in self.rows.items() if k not in self.void}
        assert self.workspace.head().startswith(f"{self.events}:")


LedgerMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
test_ledger_machine = LedgerMachine.TestCase
