"""One workspace served to many requests: opened once, worked out once per state of the ledger."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

from tanlu.app import approvals, clock, reports
from tanlu.app.inventories import take_inventory, years_with_rows
from tanlu.app.jobs import Jobs
from tanlu.app.what_ifs import WhatIf
from tanlu.app.workspaces import DATABASE, find_workspace, open_workspace
from tanlu.report.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from tanlu.app.inventories import TakenInventory
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

T = TypeVar("T")
_KEPT = 64  # results of one state of the ledger


class Desk:
    """A workspace that may not be there yet, what was worked out of it, and its long work.

    Parameters
    ----------
    folder : Path
        Folder of the workspace; it is made when a first user asks for one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._workspace: Workspace | None = None
        self._jobs: Jobs | None = None
        self._opening = threading.Lock()
        self._modelling = threading.Lock()
        self._kept = _Kept()
        self._what_ifs: dict[str, tuple[str, WhatIf]] = {}

    @property
    def has_workspace(self) -> bool:
        """Whether the folder is a workspace already."""
        return (self.folder / DATABASE).is_file()

    @property
    def workspace(self) -> Workspace:
        """The open workspace.

        Raises
        ------
        TanluError
            ``app.no-workspace`` before there is one; those of `Workspace.open`.
        """
        with self._opening:
            if self._workspace is None:
                self._workspace = open_workspace(find_workspace(self.folder))
            return self._workspace

    @property
    def jobs(self) -> Jobs:
        """The long work of this workspace."""
        with self._opening:
            if self._jobs is None:
                self.folder.mkdir(parents=True, exist_ok=True)  # a new user has none yet
                self._jobs = Jobs(self.folder)
            return self._jobs

    def close(self) -> None:
        """Stop the long work and let go of the databases."""
        with self._modelling:
            for _, model in self._what_ifs.values():
                model.close()
            self._what_ifs.clear()
        with self._opening:
            if self._jobs is not None:
                self._jobs.close()
            if self._workspace is not None:
                self._workspace.close()
            self._jobs = self._workspace = None

    def head(self) -> str:
        """Return ``seq:hash`` of the last event of the ledger."""
        return self.workspace.head()

    def years(self) -> tuple[int, ...]:
        """Return the years with rows, first to last."""
        return self.kept("years", lambda: years_with_rows(self.workspace))

    def taken(self, year: int) -> TakenInventory:
        """Return the inventory of a year."""
        return self.kept(("taken", year), lambda: take_inventory(self.workspace, year))

    def source(self, year: int | None = None) -> Source:
        """Return what every section of a report reads, of a year or the newest one."""
        return Source(self.payload(year))  # type: ignore[arg-type]  # the sections check the shape

    def payload(self, year: int | None = None) -> dict[str, Any]:
        """Return what a report is made from."""
        years = self.years()
        chosen = year or (years[-1] if years else clock.today().year)

        def make() -> dict[str, Any]:
            return reports.report_payload(self.workspace, chosen, taken=self.taken(chosen))

        return self.kept(("payload", chosen, approvals.plan_mark(self.workspace)), make)

    def what_if(self, say: Say) -> WhatIf:
        """Return the plan's warm model, whose sentences are in a language.

        One made for another state of the ledger is closed: it answers for another plan.
        """
        head, workspace = self.head(), self.workspace
        with self._modelling:
            known = self._what_ifs.get(say.lang)
            if known is not None and known[0] != head:
                known[1].close()
                known = None
            if known is None:
                known = (head, WhatIf.open(workspace, say=say))
                self._what_ifs[say.lang] = known
            return known[1]

    def kept(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return a result made once for the state the ledger is in, and for today.

        Parameters
        ----------
        name : Hashable
            What it is, with everything besides the ledger that it depends on.
        make : callable
            Works it out; two requests for one result wait for the same work.
        """
        return self._kept.get((self.head(), clock.today()), name, make)


class _Kept:
    """Results by name, all of one state; another state forgets them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: Hashable = None
        self._results: OrderedDict[Hashable, _Result] = OrderedDict()

    def get(self, state: Hashable, name: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if state != self._state:
                self._state = state
                self._results.clear()
            result = self._results.setdefault(name, _Result())
            self._results.move_to_end(name)
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)
        value: T = result.get(make)
        return value


class _Result:
    """One result and the lock of those who wait for it; a failure is not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[Any] = []

    def get(self, make: Callable[[], Any]) -> Any:
        with self._lock:
            if not self._made:
                self._made.append(make())
            return self._made[0]
