"""Long work beside the requests: a few threads, progress that can be followed, cancelling.

A `Jobs` owns the jobs of its desk: there is one in each server, and one server on each workspace.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tanlu.app import access, clock
from tanlu.kernel.errors import TanluError
from tanlu.storage.desk import DeskFile, Ending, Job, JobEvent, JobRows, JobState, ServerLock, Told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.app.access import Principal

__all__ = ["Cancelled", "Job", "JobEvent", "JobState", "Jobs", "Progress"]

WORKERS = 2
HEARTBEAT_S = 15.0
_TELL_EVERY_S = 0.2
_CLOSE_WAIT_S = 2.0
_ID_BYTES = 12
_LOG = logging.getLogger("tanlu.jobs")


class Cancelled(Exception):  # noqa: N818 - not an error: the person wished it
    """Raised by `Progress.stop_if_cancelled`, so that a run ends where it stands."""


class Progress:
    """What a run holds: it tells how far it is, and sees that it shall stop."""

    def __init__(self, write: Callable[[Told], None]) -> None:
        self.cancelled = threading.Event()
        self._write = write
        self._lock = threading.Lock()
        self._held: Told | None = None
        self._last = ""
        self._at = 0.0

    def tell(
        self,
        stage: str,
        *,
        fraction: float | None = None,
        gap: float | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Say how far the run is; of many words on one stage in a moment the last is kept."""
        told = Told(stage, fraction, gap, dict(facts or {}))
        with self._lock:
            now = time.monotonic()
            if stage == self._last and now - self._at < _TELL_EVERY_S:
                self._held = told
                return
            self._flush()
            self._write(told)
            self._last, self._at = stage, now

    def stop_if_cancelled(self) -> None:
        """End the run here when it was cancelled.

        Raises
        ------
        Cancelled
            Which the run need not catch.
        """
        if self.cancelled.is_set():
            raise Cancelled

    def flush(self) -> None:
        """Write what is held back."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._write(held)


Run = Callable[[Progress], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Task:
    job_id: str
    run: Run
    by: str
    progress: Progress
    context: Context = field(default_factory=copy_context)


class Jobs:
    """The jobs of one workspace; those a killed server left behind are marked at the start.

    Parameters
    ----------
    folder : Path
        Folder of the workspace; they are kept in its desk.
    workers : int
        How many run at a time.
    heartbeat_s : float
        After how long without news a listener hears that the job is still there [s].

    Raises
    ------
    TanluError
        ``desk.taken`` while another server runs the jobs of this workspace.
    """

    def __init__(
        self, folder: Path, *, workers: int = WORKERS, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self._desk = DeskFile(folder)
        self._lock = ServerLock(folder)
        self._rows = JobRows(self._desk)
        self._heartbeat_s = heartbeat_s
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._tasks: dict[str, Progress] = {}
        self._news = threading.Condition()
        self._heard = 0
        self._closed = False
        try:
            self._rows.interrupt(at=clock.now())
        except BaseException:
            self._lock.release()
            raise
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{n}", daemon=True)
            for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def start(
        self, kind: str, arguments: Mapping[str, Any], *, principal: Principal, run: Run
    ) -> Job:
        """Queue work for a person and return at once.

        Parameters
        ----------
        kind : str
            ``plan``, ``import``, ``report``, ...
        arguments : Mapping
            What it was called with, for the list; no secrets.
        principal : Principal
            Whose name is on what it writes.
        run : callable
            Does the work in a thread, with the context variables of the caller, and returns the
            result: plain values, ``url`` among them where there is a page or file to open.

        Raises
        ------
        TanluError
            ``jobs.closed`` when the server is about to end.
        """
        if self._closed:
            raise TanluError("jobs.closed")
        job_id = secrets.token_urlsafe(_ID_BYTES)
        progress = Progress(lambda told: self._tell(job_id, told))
        self._rows.add(job_id, kind, arguments=arguments, by=principal.name, at=clock.now())
        self._tasks[job_id] = progress
        self._queue.put(_Task(job_id, run, principal.name, progress))
        return self.get(job_id)

    def get(self, job_id: str, *, principal: Principal | None = None) -> Job:
        """Return a job as it stands.

        Parameters
        ----------
        job_id : str
        principal : Principal, optional
            Who asks: a job that is not this person's to see is as if it were not there.

        Raises
        ------
        TanluError
            ``jobs.unknown``.
        """
        job = self._rows.get(job_id)
        if job is None or not _may_see(principal, job):
            raise TanluError("jobs.unknown", found=job_id)
        return job

    def list(self, *, principal: Principal | None = None) -> tuple[Job, ...]:
        """Return the jobs kept, newest first; with a principal those it may see."""
        return tuple(job for job in self._rows.newest() if _may_see(principal, job))

    def cancel(self, job_id: str, *, principal: Principal | None = None) -> Job:
        """Ask a job to stop; one that waits ends at once, one that is over stays as it is.

        Raises
        ------
        TanluError
            ``jobs.unknown``.
        """
        job = self.get(job_id, principal=principal)
        progress = self._tasks.get(job_id)
        if progress is not None:
            progress.cancelled.set()
        if job.state is JobState.QUEUED and not self._rows.begin(job_id, at=clock.now()):
            return self.get(job_id)  # a worker was first and sees the wish
        if job.state is JobState.QUEUED:
            self._end(job_id, Ending(JobState.CANCELLED))
        return self.get(job_id)

    def news(self, job_id: str, *, after: int = 0) -> tuple[JobEvent, ...]:
        """Return the events of a job after an id, without waiting."""
        return self._rows.events(job_id, after=after)

    def events(self, job_id: str, *, after: int = 0) -> Iterator[JobEvent]:
        """Yield the events of a job after an id as they come, a heartbeat in long pauses.

        Parameters
        ----------
        job_id : str
            Of the job.
        after : int
            Id of the last event the listener has.

        Returns
        -------
        iterator of JobEvent
            Ends after the event that says how the job ended, or when the server ends.

        Raises
        ------
        TanluError
            ``jobs.unknown``, before the first event.
        """
        self.get(job_id)
        return self._listen(job_id, after)

    def close(self, *, wait_s: float = _CLOSE_WAIT_S) -> None:
        """Cancel what runs, wait a moment for it, and mark what has not ended as interrupted."""
        self._closed = True
        for progress in tuple(self._tasks.values()):
            progress.cancelled.set()
        for _ in self._threads:
            self._queue.put(None)
        until = time.monotonic() + wait_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._rows.interrupt(at=clock.now())
        self._wake()
        self._desk.close()
        self._lock.release()

    def _listen(self, job_id: str, after: int) -> Iterator[JobEvent]:
        while True:
            heard = self._heard
            is_over = self.get(job_id).state.is_over
            for event in self._rows.events(job_id, after=after):
                after = event.id
                yield event
            if is_over:
                return
            with self._news:
                came = self._news.wait_for(lambda: self._heard != heard, self._heartbeat_s)  # noqa: B023
            if not came:
                yield JobEvent(after, "heartbeat", {})

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            try:
                task.context.run(self._run, task)
            except Exception:  # the desk cannot be written: the next start marks the job
                _LOG.exception("job %s", task.job_id)
            finally:
                self._tasks.pop(task.job_id, None)

    def _run(self, task: _Task) -> None:
        with clock.acting(task.by):
            if not self._rows.begin(task.job_id, at=clock.now()):
                return
            ending = _outcome(task)
            try:
                self._end(task.job_id, ending)
            except (TypeError, ValueError) as error:  # a result that is no plain values
                self._end(task.job_id, _bug(task, error))

    def _tell(self, job_id: str, told: Told) -> None:
        self._rows.tell(job_id, told, at=clock.now())
        self._wake()

    def _end(self, job_id: str, ending: Ending) -> None:
        self._rows.end(job_id, ending, at=clock.now())
        self._wake()

    def _wake(self) -> None:
        with self._news:
            self._heard += 1
            self._news.notify_all()


def _may_see(principal: Principal | None, job: Job) -> bool:
    return principal is None or access.can(principal, "jobs", owner=job.by)


def _outcome(task: _Task) -> Ending:
    """Run the work and say how it ended; a result in spite of a cancel is kept with it."""
    stopped = task.progress.cancelled.is_set
    result: Mapping[str, Any] | None = None
    try:
        task.progress.stop_if_cancelled()
        result = dict(task.run(task.progress))
        task.progress.flush()
    except Cancelled:
        return Ending(JobState.CANCELLED)
    except TanluError as error:
        if not stopped():
            findings = [{**asdict(one), "severity": one.severity} for one in error.findings]
            return Ending(JobState.FAILED, None, error.code, error.facts, findings)
    except BaseException as error:  # whatever it is, the job must not stay open
        return _bug(task, error)
    return Ending(JobState.CANCELLED if stopped() else JobState.DONE, result)


def _bug(task: _Task, error: BaseException) -> Ending:
    _LOG.error("job %s", task.job_id, exc_info=error)
    return Ending(JobState.FAILED, None, "jobs.bug", {"found": type(error).__name__})
