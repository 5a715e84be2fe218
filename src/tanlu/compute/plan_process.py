"""Solve a plan in a child process: killable, capped in memory, so that no model harms the caller.

``python -m tanlu.compute.plan_process`` is the child: it gets a case, tells how far it is, and
answers with the plan and the studies asked for. Asked to stop, it answers with the best plan it
has.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.compute.child import MEMORY_BYTES, Channel, Child, error_body, error_of
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.roadmap.search import Options
    from tanlu.roadmap.watch import Step, Watch

    Tell = Callable[[str, int, int], None]
    Cancel = threading.Event | Callable[[], bool]

PLAN = "plan"  # what `tell` hears of the plan itself, beside the studies
_GRACE_SECONDS = 60.0
_SEARCHES = 20  # bound, fix, tangents, ties and reasons are separate runs
_STUDY_RUNS = {"alternatives": 4, "delay": 9, "pareto": 20, "regret": 4, "risk": 7, "robust": 8,
               "scenarios": 20, "tornado": 6}  # fmt: skip
_LOOK_SECONDS = 0.05  # how often it is seen that a person stopped the run
STOP_SECONDS = 1.8  # what a stopped child has for the best plan so far


@dataclass(frozen=True, slots=True)
class PlanStep:
    """How far a plan is.

    Parameters
    ----------
    stage : str
        ``model``, ``bound``, ``search``, ``proof``, ``exact``, ``reasons``: what begins now.
    done, steps : int
        Stages that are over, of how many.
    bound_npv, cost_npv, gap : float or None
        Proved lower bound, cost of the best plan so far [CNY], and their distance [-].
    """

    stage: str
    done: int
    steps: int
    bound_npv: float | None
    cost_npv: float | None
    gap: float | None


def solve_in_child(
    case: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    studies: Mapping[str, Mapping[str, Any]] | None = None,
    tell: Tell | None = None,
    watch: Callable[[PlanStep], None] | None = None,
    cancel: Cancel | None = None,
    memory_bytes: int = MEMORY_BYTES,
) -> dict[str, Any]:
    """Solve a plan case in a child process, with the studies asked for.

    Parameters
    ----------
    case : Mapping
        Plan case; numbers may be Decimal or Fraction, which stay exact.
    options : Mapping
        ``gap``, ``seconds``, ``nodes``, ``seed``, ``explain``.
    studies : Mapping, optional
        Arguments by study; see `tanlu.roadmap.studies`.
    tell : callable, optional
        Gets (study, done, all) while the child works; the plan itself is the study ``plan``.
    watch : callable, optional
        Gets a `PlanStep` at each stage of the plan: its bound, cost and gap so far.
    cancel : threading.Event or callable, optional
        Set, or true, when the run shall stop: the child is gone within two seconds.
    memory_bytes : int
        Address space of the child.

    Returns
    -------
    dict
        The plan as JSON. Of a run that was stopped the best so far, without reasons; ``limit`` is
        ``cancelled`` where the search was not over, and all studies are null.

    Raises
    ------
    TanluError
        What the planner says of the case; ``plan.process-ended`` when the child died, out of
        memory for example; ``plan.process-time`` when it did not come back; ``plan.cancelled``
        when it was stopped before there was a plan.
    """
    asked = studies or {}
    child = Child("tanlu.compute.plan_process", memory_bytes=memory_bytes)
    try:
        child.send({"case": case, "options": dict(options), "studies": asked})
        limit = _limit(options, asked)
        answer = _Follow(child, tell, watch, cancel).answer(limit)
    finally:
        child.kill()
    if "error" in answer:
        raise error_of(answer["error"])
    plan: dict[str, Any] = answer["plan"]
    return plan


def _limit(options: Mapping[str, Any], asked: Mapping[str, Any]) -> float:
    runs = 1 + sum(_STUDY_RUNS.get(name, 1) for name in asked)
    return float(options.get("seconds", _GRACE_SECONDS)) * _SEARCHES * runs + _GRACE_SECONDS


@dataclass(slots=True)
class _Follow:
    """Hears a child until it answers, is stopped, or takes too long."""

    child: Child
    tell: Tell | None
    watch: Callable[[PlanStep], None] | None
    cancel: Cancel | None
    _stopped_at: float | None = None

    def answer(self, limit: float) -> dict[str, Any]:
        until = time.monotonic() + limit
        while time.monotonic() < until:
            body = self.child.hear(_LOOK_SECONDS)
            if body is not None and self._is_answer(body):
                return body
            if self._stopped_at is None and self._is_cancelled():
                self._stopped_at = time.monotonic()
                until = self._stopped_at + STOP_SECONDS
                self.child.send({"stop": True})
        if self._stopped_at is not None:
            raise TanluError("plan.cancelled")
        raise TanluError("plan.process-time", found=f"{limit:.0f}")

    def _is_cancelled(self) -> bool:
        if self.cancel is None:
            return False
        asked = self.cancel.is_set if isinstance(self.cancel, threading.Event) else self.cancel
        return bool(asked())

    def _is_answer(self, body: dict[str, Any]) -> bool:
        if "step" in body:
            step = PlanStep(**body["step"])
            if self.watch is not None:
                self.watch(step)
            self._pass_on(PLAN, step.done, step.steps)
        elif "study" in body:
            self._pass_on(body["study"], body["done"], body["steps"])
        return "plan" in body or "error" in body

    def _pass_on(self, name: str, done: int, steps: int) -> None:
        if self.tell is not None:
            self.tell(name, done, steps)


def main() -> None:
    """Read a request, solve it, write the answer."""
    channel = Channel()
    requests = channel.requests()
    run = _Run(channel, next(requests))
    threading.Thread(target=run.stop_when_asked, args=(requests,), daemon=True).start()
    run.run()


class _Run:
    """What the child does; a second thread answers when it is asked to stop."""

    def __init__(self, channel: Channel, request: Mapping[str, Any]) -> None:
        from tanlu.roadmap.search import Options  # noqa: PLC0415  # the child alone needs it
        from tanlu.roadmap.watch import Watch  # noqa: PLC0415  # as above

        self._channel = channel
        self._request = request
        self._watch: Watch = Watch(self._hear)
        self._options: type[Options] = Options
        self._is_stopped = threading.Event()
        self._turn = threading.Lock()

    def run(self) -> None:
        try:
            answer: dict[str, Any] = {"plan": self._plan()}
        except TanluError as error:
            answer = {"error": error_body(error)}
        self._say(answer)

    def _plan(self) -> dict[str, Any]:
        from tanlu.roadmap.planner import plan_json  # noqa: PLC0415  # the child alone needs it
        from tanlu.roadmap.studies import plan_with_studies  # noqa: PLC0415  # as above

        case, options = self._request["case"], self._request["options"]
        studies = self._request.get("studies")
        if not studies:
            return plan_json(case, options, watch=self._watch)
        return plan_with_studies(case, options, studies, tell=self._tell, watch=self._watch)

    def _tell(self, study: str, done: int, steps: int) -> bool:
        self._send({"study": study, "done": done, "steps": steps})
        return True

    def _hear(self, step: Step) -> None:
        from tanlu.roadmap.watch import Stage  # noqa: PLC0415  # the child alone needs it

        body = {"stage": step.stage, "done": step.done, "steps": len(Stage)}
        body |= {"bound_npv": step.bound_cny, "cost_npv": step.cost_cny, "gap": step.gap}
        self._send({"step": body})

    def _send(self, body: Mapping[str, Any]) -> None:
        """Tell how far it is; a run that is stopped waits here for its end."""
        if self._is_stopped.is_set():
            threading.Event().wait()
        self._channel.send(body)

    def _say(self, answer: Mapping[str, Any]) -> None:
        """Answer once, whichever thread is first, and end."""
        with self._turn:
            self._channel.send(answer)
            os._exit(0)

    def stop_when_asked(self, requests: Any) -> None:
        """Answer a stop with the best plan so far; end with a parent that is gone."""
        if next(requests, None) is None:
            os._exit(1)
        self._is_stopped.set()
        best = self._best()
        error = {"error": error_body(TanluError("plan.cancelled"))}
        self._say(error if best is None else {"plan": best})

    def _best(self) -> dict[str, Any] | None:
        from dataclasses import replace  # noqa: PLC0415  # the child alone needs it

        from tanlu.roadmap.planner import best_so_far  # noqa: PLC0415  # as above
        from tanlu.roadmap.result import make_plan_value  # noqa: PLC0415  # as above

        options = replace(self._options(**self._request["options"]), explain=False)
        solved = best_so_far(self._watch, options)
        if solved is None:
            return None
        body = make_plan_value(solved, options).to_json()
        asked = self._request.get("studies")
        return body | ({"studies": dict.fromkeys(asked)} if asked else {})


if __name__ == "__main__":
    main()
