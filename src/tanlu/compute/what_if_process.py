"""A child process that holds a plan's warm model and answers what-if questions, one at a time.

``python -m tanlu.compute.what_if_process`` is the child. `WhatIfProcess` keeps one: it starts it
again when it ended, lets it go when nobody asks for long, and stops a search that a newer
question makes idle.
"""

from __future__ import annotations

import _thread
import gc
import os
import queue
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tanlu.compute.child import MEMORY_BYTES, Channel, Child, error_body, error_of
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.roadmap.variants import Variants

    Locks = Sequence[Mapping[str, Any]]

ESTIMATE, PLAN = "estimate", "plan"
IDLE_SECONDS = 600.0
LIMIT_SECONDS = 180.0  # of one answer, the start of the child included
STOP_SECONDS = 1.8  # what a search has to stop; then the child is killed
_LOOK_SECONDS = 0.02


@dataclass(slots=True)
class Question:
    """What is asked.

    Parameters
    ----------
    stage : str
        ``estimate`` or ``plan``.
    changes : tuple of str
        ``knob=amount``.
    locks : sequence of mapping
        As in a plan case.
    explain : bool
        Whether a plan comes with reasons.
    who : str
        Who asks: a newer question of the same makes an older one idle.
    """

    stage: str
    changes: tuple[str, ...] = ()
    locks: Locks = ()
    explain: bool = False
    who: str = ""
    number: int = 0
    is_idle: threading.Event = field(default_factory=threading.Event)


class WhatIfProcess:
    """One child for one case; safe to ask from many threads, which it answers in turn.

    Parameters
    ----------
    case : mapping
        Plan case.
    options : mapping
        Limits of each search; see `solve_in_child`.
    idle_seconds : float
        After how long without a question the child is let go; the next one starts it again.
    memory_bytes : int
        Address space of the child.
    """

    def __init__(
        self,
        case: Mapping[str, Any],
        options: Mapping[str, Any] | None = None,
        *,
        idle_seconds: float = IDLE_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._case, self._options = case, dict(options or {})
        self._idle_seconds, self._memory = idle_seconds, memory_bytes
        self._turn = threading.Lock()  # one question at a time is in the child
        self._asking = threading.Lock()
        self._numbers = 0
        self._open: list[Question] = []
        self._child: Child | None = None
        self._facts: dict[str, Any] = {}
        self._timer: threading.Timer | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Process of the child, None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def facts(self) -> dict[str, Any]:
        """Return where the knobs of the case stand; starts the child.

        Raises
        ------
        TanluError
            What the planner says of the case; ``plan.process-ended``.
        """
        with self._turn:
            self._ready()
            return self._facts

    def ask(self, question: Question) -> dict[str, Any]:
        """Return the answer to a question, with its ``request`` number.

        Raises
        ------
        TanluError
            ``plan.overtaken`` when a newer question of the same person came first;
            ``plan.process-time``; ``plan.process-ended``; what the planner says.
        """
        with self._asking:
            self._numbers += 1
            question.number = self._numbers
            for other in self._open:
                if other.who == question.who and _makes_idle(question, other):
                    other.is_idle.set()
            self._open.append(question)
        try:
            with self._turn:
                return self._answer(question) | {"request": question.number}
        finally:
            with self._asking:
                self._open.remove(question)

    def close(self) -> None:
        """End the child; further questions are an error."""
        self._is_closed = True
        for question in tuple(self._open):
            question.is_idle.set()
        with self._turn:
            self._let_go()

    def _answer(self, question: Question) -> dict[str, Any]:
        """Ask the child; one that ended meanwhile is started again, once."""
        for is_last in (False, True):
            if question.is_idle.is_set():
                break
            child = self._ready()
            child.send(
                {
                    "number": question.number, "stage": question.stage,
                    "changes": list(question.changes), "locks": list(question.locks),
                    "explain": question.explain,
                }
            )  # fmt: skip
            try:
                return self._wait(child, question)
            except TanluError as error:
                if error.code != "plan.process-ended":
                    raise
                self._let_go()
                if is_last:
                    raise
        raise TanluError("plan.overtaken")

    def _wait(self, child: Child, question: Question) -> dict[str, Any]:
        until, is_stopped = time.monotonic() + LIMIT_SECONDS, False
        while time.monotonic() < until:
            body = child.hear(_LOOK_SECONDS)
            if body is not None and body.get("number") == question.number:
                self._rest()
                if body.get("stopped"):
                    raise TanluError("plan.overtaken")
                if "error" in body:
                    raise error_of(body["error"])
                found: dict[str, Any] = body["answer"]
                return found
            if not is_stopped and question.stage == PLAN and question.is_idle.is_set():
                child.send({"stop": question.number})
                is_stopped, until = True, time.monotonic() + STOP_SECONDS
        self._let_go()
        if is_stopped:
            raise TanluError("plan.overtaken")
        raise TanluError("plan.process-time", found=f"{LIMIT_SECONDS:.0f}")

    def _ready(self) -> Child:
        """Return a child that has the case, a new one where there is none."""
        if self._is_closed:
            raise TanluError("plan.what-if-closed")
        if self._timer is not None:
            self._timer.cancel()
        if self._child is not None and self._child.is_running:
            return self._child
        self._let_go()
        child = Child("tanlu.compute.what_if_process", memory_bytes=self._memory)
        self._child = child
        child.send({"case": self._case, "options": self._options})
        until = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < until and not self._is_closed:
            body = child.hear(_LOOK_SECONDS)
            if body is None:
                continue
            if "error" in body:
                self._let_go()
                raise error_of(body["error"])
            self._facts = body["facts"]
            return child
        self._let_go()
        if self._is_closed:
            raise TanluError("plan.what-if-closed")
        raise TanluError("plan.process-time", found=f"{LIMIT_SECONDS:.0f}")

    def _rest(self) -> None:
        """Let the child go if nobody asks for long."""
        self._timer = threading.Timer(self._idle_seconds, self._leave)
        self._timer.daemon = True
        self._timer.start()

    def _leave(self) -> None:
        if self._turn.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._turn.release()

    def _let_go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._child is not None:
            self._child.kill()
            self._child = None


def _makes_idle(newer: Question, older: Question) -> bool:
    """Say whether an answer is no longer wanted: a plan by any question, else by its own kind."""
    return older.stage == PLAN or newer.stage == ESTIMATE


def main() -> None:
    """Answer questions about one case until the parent closes the pipe."""
    from tanlu.roadmap.search import Options  # noqa: PLC0415  # the child alone needs it
    from tanlu.roadmap.variants import Variants  # noqa: PLC0415  # as above

    channel = Channel()
    requests = channel.requests()
    first = next(requests)
    try:
        variants = Variants(first["case"], Options(**first["options"]))
    except TanluError as error:
        channel.send({"error": error_body(error)})
        return
    gc.freeze()  # what the model is made of stays to the end
    channel.send({"facts": {"knobs": variants.values()}})
    _Service(channel, variants).run(requests)


class _Service:
    """The child's loop: answers on the main thread, listens on another."""

    def __init__(self, channel: Channel, variants: Variants) -> None:
        self._channel, self._variants = channel, variants
        self._questions: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._now = 0
        self._unwanted = 0

    def run(self, requests: Any) -> None:
        signal.signal(signal.SIGUSR1, lambda _signal, _frame: self._stop())
        threading.Thread(target=self._listen, args=(requests,), daemon=True).start()
        while True:
            question = self._questions.get()
            self._variants.resume()
            self._now = question["number"]
            is_late = self._unwanted == self._now
            answer = {"stopped": True} if is_late else self._answered(question)
            self._now = 0
            self._channel.send({"number": question["number"], **answer})

    def _stop(self) -> None:
        """Stop what is running, unless it is another question by now."""
        if self._now and self._now == self._unwanted:
            self._variants.stop()

    def _listen(self, requests: Any) -> None:
        for body in requests:
            if "stop" not in body:
                self._questions.put(body)
                continue
            self._unwanted = body["stop"]
            if self._unwanted == self._now:
                _thread.interrupt_main(signal.SIGUSR1)
        os._exit(0)  # the parent is gone

    def _answered(self, question: Mapping[str, Any]) -> dict[str, Any]:
        from tanlu.roadmap.variants import Stopped  # noqa: PLC0415  # the child alone needs it

        changes, locks = question["changes"], question["locks"]
        try:
            if question["stage"] == PLAN:
                found = self._variants.plan(changes, locks, explain=question["explain"])
            else:
                found = self._variants.estimate(changes, locks)
        except Stopped:
            return {"stopped": True}
        except TanluError as error:
            return {"error": error_body(error)}
        return {"answer": found}


if __name__ == "__main__":
    main()
