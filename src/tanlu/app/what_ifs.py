"""What-if in the hand: a plan's warm model that answers sliders, locks and bans at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tanlu.app import own_measures, plan_words, plans, situations
from tanlu.app.plan_locks import locks_of, with_locks
from tanlu.app.plans import PlanOptions, PreparedPlan
from tanlu.app.workspaces import site_names
from tanlu.catalog import tables
from tanlu.compute.what_if_process import ESTIMATE, IDLE_SECONDS, PLAN, Question, WhatIfProcess
from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from tanlu.i18n.say import Say

    Knobs = Mapping[str, str | float | Decimal]


class WhatIf:
    """The plan of one workspace, or of one case, under changes; safe to use from many threads.

    Make it with `open`. A child process holds the model; it starts with the first question, ends
    when nobody asks for long, and is started again by the next.

    Parameters
    ----------
    prepared : PreparedPlan
        Case, and what the workspace gave it.
    names : mapping
        ``names`` of measures and ``site_names``, for the sentences.
    say : Say
        Language of the sentences.
    idle_seconds : float
        When the child is let go.
    """

    def __init__(
        self,
        prepared: PreparedPlan,
        *,
        names: Mapping[str, Any],
        say: Say,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.prepared, self._names, self._say = prepared, dict(names), say
        self._process = WhatIfProcess(prepared.case, idle_seconds=idle_seconds)
        self._closed = threading.Event()

    @classmethod
    def open(
        cls,
        source: Workspace | Mapping[str, Any],
        *,
        say: Say,
        options: PlanOptions | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> WhatIf:
        """Prepare the case of a workspace, or take a plan case as it is.

        Parameters
        ----------
        source : Workspace or mapping
            Open workspace, or a plan case.
        say : Say
            Language of the sentences.
        options : PlanOptions, optional
            Scenario, settings and locks that hold in every answer.
        idle_seconds : float
            When the child is let go.

        Raises
        ------
        TanluError
            As `plans.prepare`.
        """
        if isinstance(source, Workspace):
            prepared = plans.prepare(source, options=options or PlanOptions())
            own = own_measures.own_measures(source)
            named = {"names": _names(prepared.case, own), "site_names": site_names(source)}
        else:
            prepared = PreparedPlan(dict(source), (), "", "")
            named = {"names": _names(prepared.case), "site_names": {}}
        return cls(prepared, names=named, say=say, idle_seconds=idle_seconds)

    @property
    def basis(self) -> str:
        """Hash of what the workspace gave the plan; where it changed, open another one."""
        return self.prepared.basis

    @property
    def pid(self) -> int | None:
        """Process of the child, None while there is none."""
        return self._process.pid

    def knobs(self) -> list[dict[str, Any]]:
        """Return the sliders: range, step, words, and where each stands in the case.

        ``value`` is a number, a list by year, or null where the case has none; a knob
        ``is_factor`` multiplies it and is not offered where there is nothing to multiply.
        """
        stands = self._process.facts()["knobs"]
        return [
            {
                "id": row["id"],
                "unit": row["unit"],
                "low": float(row["low"]),
                "high": float(row["high"]),
                "step": float(row["step"]),
                "is_factor": row["is_factor"],
                "label": self._say.pick(row["label_zh"], row["label_en"]),
                "value": stands.get(row["id"]),
                "is_offered": not row["is_factor"] or stands.get(row["id"]) is not None,
            }
            for row in knob_rows()
        ]

    def estimate(
        self, knobs: Knobs | None = None, *, lock: Iterable[str] = (), ban: Iterable[str] = (),
        who: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Return at once what a change does, in the shape of a plan, as an estimate.

        Parameters
        ----------
        knobs : mapping, optional
            Amount by knob: a number, or as ``tanlu plan --what-if`` writes it (``x1.2``, ``2%``).
        lock, ban : iterable of str
            ``MEASURE@SITE=YEAR`` and ``MEASURE@SITE``.
        who : str
            Who asks: a newer question of the same person overtakes an older one.

        Returns
        -------
        dict
            Emissions, wedges, investment, running and carbon cost by year, ``cost_npv``,
            ``stage`` ``estimate`` and the ``request`` number; things are built in part, so
            nothing is adopted. In each year baseline less wedges is what is emitted.

        Raises
        ------
        TanluError
            ``plan.change``, ``plan.lock``, ``plan.lock-unknown``, ``plan.overtaken``,
            ``plan.process-ended``.
        """
        return self._told(self._process.ask(self._question(ESTIMATE, knobs, lock, ban, who)))

    def plan(
        self, knobs: Knobs | None = None, *, lock: Iterable[str] = (), ban: Iterable[str] = (),
        who: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Return the plan solved anew under a change, and what moved; the stored plan stays.

        Returns
        -------
        dict
            The plan's JSON with ``stage`` ``plan`` and ``moves``: what begins in another year
            or has another size than in the plan without the change, each with its sentence.
            ``infeasible`` has ``text`` and ``helps`` in words.

        Raises
        ------
        TanluError
            As `estimate`; ``plan.not-solved``.
        """
        return self._told(self._process.ask(self._question(PLAN, knobs, lock, ban, who)))

    def keep(
        self, workspace: Workspace, knobs: Knobs | None = None, *, lock: Iterable[str] = (),
        ban: Iterable[str] = (),
    ) -> dict[str, Any]:  # fmt: skip
        """Make the plan under a change the workspace's plan, with the reasons of its measures.

        Raises
        ------
        TanluError
            As `plan`; ``plan.stale`` when the workspace changed since this was opened.
        """
        if plans.prepare(workspace, options=PlanOptions()).basis != self.basis:
            raise TanluError("plan.stale")
        question = self._question(PLAN, knobs, lock, ban, "")
        question.explain = True
        found = self._process.ask(question)
        for name in ("request", "stage", "moves"):
            del found[name]
        found["changes"] = [*question.changes, *(_lock_text(row) for row in question.locks)]
        case = with_locks(self.prepared.case, locks=lock, bans=ban)
        prepared = PreparedPlan(case, self.prepared.findings, self.prepared.base_run, self.basis)
        return plans.keep(workspace, prepared, found, options=PlanOptions(), say=self._say)

    def close(self) -> None:
        """End the child process."""
        self._process.close()

    def __enter__(self) -> WhatIf:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _question(
        self, stage: str, knobs: Knobs | None, lock: Iterable[str], ban: Iterable[str], who: str
    ) -> Question:
        changes = tuple(f"{name}={amount}" for name, amount in (knobs or {}).items())
        locks = locks_of(self.prepared.case, locks=lock, bans=ban)
        return Question(stage, changes, tuple(locks), who=who)

    def _told(self, found: dict[str, Any]) -> dict[str, Any]:
        """Put the names and sentences in."""
        body = found | self._names
        for row in body.get("moves") or ():
            row["text"] = plan_words.move_told(row, body, self._say)
        short = body.get("infeasible")
        if short:
            short["text"] = plan_words.shortfall_told(short, self._say)
            helps = short.get("would_be_met_by") or ()
            short["helps"] = [plan_words.help_told(row, short, self._say) for row in helps]
        return body


def knob_rows() -> tuple[dict[str, Any], ...]:
    """Return the knobs of the tables, in their order."""
    return tables.read("what_if_knob")


def _lock_text(row: Mapping[str, Any]) -> str:
    return f"{row['measure']}={row.get('year', '-')}"


def _names(case: Mapping[str, Any], own: Iterable[Any] = ()) -> dict[str, dict[str, str]]:
    """Return name and family of everything a case names."""
    parts = ("measures", "pv", "contracts", "technologies", "storage")
    rows = [
        {"id": str(row["id"]), "measure": str(row["id"]),
         "name": {"zh": row.get("name_zh"), "en": row.get("name_en")}}
        for part in parts
        for row in case.get(part) or ()
    ]  # fmt: skip
    plan = {"adoptions": rows, "wedges": (), "macc": ()}
    return situations.measure_names(plan, tuple(own))
