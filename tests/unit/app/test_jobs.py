"""Long work: progress from any point, cancelling, faults, what a killed server leaves behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.app import clock
from tanlu.app.access import Principal, Role, owner
from tanlu.app.jobs import Jobs, JobState
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage.desk.jobs import KEPT_EVENTS, KEPT_JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from tanlu.app.jobs import Job, JobEvent, Progress

ANN = Principal("ann", Role.PLANNER)
BEN = Principal("ben", Role.PLANNER)
LIMIT_S = 10.0


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    opened = Jobs(tmp_path)
    yield opened
    opened.close()


def start(jobs: Jobs, run: Callable[[Progress], Mapping[str, Any]], who: Principal = ANN) -> Job:
    return jobs.start("plan", {"gap": 0.01}, principal=who, run=run)


def heard(jobs: Jobs, job: Job, after: int = 0) -> list[JobEvent]:
    return list(jobs.events(job.id, after=after))


def test_a_run_tells_its_progress_and_its_result(jobs: Jobs) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        progress.tell("plan.stage.build", fraction=0.25)
        progress.tell("plan.stage.solve", fraction=0.5, gap=0.1, facts={"nodes": 7})
        return {"url": "/roadmap", "cost": Decimal("1.5")}

    events = heard(jobs, job := start(jobs, run))
    ended = jobs.get(job.id)

    assert [event.kind for event in events] == ["progress", "progress", "done"]
    assert [event.id for event in events] == [1, 2, 3]
    assert events[1].body["gap"] == 0.1
    assert events[1].body["facts"] == {"nodes": 7}
    assert events[2].body["url"] == "/roadmap"
    assert ended.state is JobState.DONE
    assert ended.ending.result == {"url": "/roadmap", "cost": 1.5}
    assert (ended.kind, ended.arguments, ended.by) == ("plan", {"gap": 0.01}, "ann")
    assert ended.started_at
    assert ended.ended_at
    assert ended.created_at <= ended.started_at <= ended.ended_at


def test_a_listener_resumes_after_the_last_event_it_has(jobs: Jobs) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        for n in range(5):
            progress.tell(f"stage.{n}")
        return {}

    job = start(jobs, run)
    whole = heard(jobs, job)

    for cut in range(len(whole) + 1):
        assert heard(jobs, job, after=cut) == whole[cut:]
    assert list(jobs.news(job.id, after=2)) == whole[2:]


def test_many_words_on_one_stage_are_thinned_and_the_last_is_kept(jobs: Jobs) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        for n in range(1000):
            progress.tell("solve", gap=1.0 / (n + 1))
        return {}

    events = heard(jobs, start(jobs, run))

    assert len(events) < 200
    assert [event.body["gap"] for event in events[:-1]][-1] == 1.0 / 1000


def test_eight_listeners_hear_the_same_from_wherever_they_come_in(jobs: Jobs) -> None:
    release, told = threading.Event(), threading.Event()

    def run(progress: Progress) -> dict[str, Any]:
        for n in range(10):
            progress.tell(f"before.{n}")
        told.set()
        assert release.wait(LIMIT_S)
        for n in range(10):
            progress.tell(f"after.{n}")
        return {}

    job = start(jobs, run)
    assert told.wait(LIMIT_S)
    found: dict[int, list[JobEvent]] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: heard(jobs, job, after=n)}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    release.set()
    for thread in threads:
        thread.join(LIMIT_S)

    whole = heard(jobs, job)
    assert len(whole) == 21
    assert dict(sorted(found.items())) == {n: whole[n:] for n in range(8)}


def test_a_quiet_job_gives_heartbeats_that_keep_the_place(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path, heartbeat_s=0.05)
    release = threading.Event()

    def run(progress: Progress) -> dict[str, Any]:
        progress.tell("solve")
        assert release.wait(LIMIT_S)
        return {}

    listening = jobs.events(start(jobs, run).id)
    first = next(event for event in listening if event.kind != "heartbeat")  # a slow start beats
    beat = next(listening)
    release.set()
    rest = list(listening)
    jobs.close()

    assert first.kind == "progress"
    assert (beat.id, beat.kind, beat.body) == (first.id, "heartbeat", {})
    assert rest[-1].kind == "done"


def test_cancelling_ends_a_run_that_looks_within_two_seconds(jobs: Jobs) -> None:
    running = threading.Event()

    def run(progress: Progress) -> dict[str, Any]:
        running.set()
        while True:
            progress.stop_if_cancelled()
            time.sleep(0.01)

    job = start(jobs, run)
    assert running.wait(LIMIT_S)
    before = time.monotonic()
    jobs.cancel(job.id)
    events = heard(jobs, job)

    assert time.monotonic() - before < 2.0
    assert events[-1].kind == "cancelled"
    assert jobs.get(job.id).state is JobState.CANCELLED


def test_a_cancelled_run_that_still_answers_keeps_what_it_found(jobs: Jobs) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        assert progress.cancelled.wait(LIMIT_S)
        return {"gap": 0.04}

    job = start(jobs, run)
    jobs.cancel(job.id)
    heard(jobs, job)

    ended = jobs.get(job.id)
    assert ended.state is JobState.CANCELLED
    assert ended.ending.result in (None, {"gap": 0.04})  # None when cancelled before it began


def test_a_job_that_waits_is_cancelled_at_once_and_never_runs(jobs: Jobs) -> None:
    release, ran = threading.Event(), threading.Event()

    def block(progress: Progress) -> dict[str, Any]:
        assert release.wait(LIMIT_S)
        return {}

    def mark(progress: Progress) -> dict[str, Any]:
        ran.set()
        return {}

    blocks = [start(jobs, block), start(jobs, block)]
    waiting = start(jobs, mark)
    assert waiting.state is JobState.QUEUED

    assert jobs.cancel(waiting.id).state is JobState.CANCELLED
    release.set()
    for job in blocks:
        assert heard(jobs, job)[-1].kind == "done"
    assert [event.kind for event in heard(jobs, waiting)] == ["cancelled"]
    assert not ran.is_set()


def test_cancelling_what_is_over_changes_nothing(jobs: Jobs) -> None:
    job = start(jobs, lambda _progress: {"kept": 1})
    heard(jobs, job)

    assert jobs.cancel(job.id).state is JobState.DONE


def test_an_anticipated_error_is_kept_with_its_code_facts_and_findings(jobs: Jobs) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        found = Finding("NO_FACTOR", Outcome.QUARANTINE, file="a.xlsx", cell="B7")
        raise TanluError("app.no-rows", findings=(found,), year=2024, known="2023")

    events = heard(jobs, job := start(jobs, run))
    ending = jobs.get(job.id).ending

    assert ending.state is JobState.FAILED
    assert (ending.error_code, ending.error_facts) == (
        "app.no-rows",
        {"year": "2024", "known": "2023"},
    )
    assert ending.findings[0]["cell"] == "B7"
    assert ending.findings[0]["severity"] == "warning"
    assert events[-1].body["code"] == "app.no-rows"


@pytest.mark.parametrize("fault", [RuntimeError("secret-canary"), SystemExit(3), MemoryError()])
def test_a_fault_of_the_program_ends_the_job_and_not_the_worker(
    jobs: Jobs, fault: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        raise fault

    faulty = [start(jobs, run) for _ in range(3)]  # more than there are workers
    for job in faulty:
        assert heard(jobs, job)[-1].kind == "failed"
    ending = jobs.get(faulty[0].id).ending

    assert ending.error_code == "jobs.bug"
    assert ending.error_facts == {"found": type(fault).__name__}
    assert caplog.records[0].exc_info
    assert heard(jobs, start(jobs, lambda _progress: {}))[-1].kind == "done"


def test_a_result_that_is_no_json_is_a_fault(jobs: Jobs) -> None:
    job = start(jobs, lambda _progress: {"t": float("nan")})
    heard(jobs, job)

    assert jobs.get(job.id).ending.error_code == "jobs.bug"


def test_what_a_job_writes_is_under_the_name_of_who_started_it(jobs: Jobs) -> None:
    def name(progress: Progress) -> dict[str, Any]:
        return {"actor": clock.actor()}

    with clock.acting("somebody else"):
        started = [start(jobs, name, who) for who in (ANN, BEN)]
    for job in started:
        heard(jobs, job)

    assert [jobs.get(job.id).ending.result for job in started] == [
        {"actor": "ann"},
        {"actor": "ben"},
    ]
    assert [job.by for job in jobs.list()] == ["ben", "ann"]


def test_a_person_sees_and_cancels_only_own_jobs_and_an_admin_all(jobs: Jobs) -> None:
    release = threading.Event()

    def run(progress: Progress) -> dict[str, Any]:
        assert release.wait(LIMIT_S)
        return {}

    mine, others = start(jobs, run, ANN), start(jobs, run, BEN)
    calls: list[Callable[[], object]] = [
        lambda: jobs.get(others.id, principal=ANN),
        lambda: jobs.cancel(others.id, principal=ANN),
    ]
    for call in calls:
        with pytest.raises(TanluError) as refused:
            call()
        assert (refused.value.code, refused.value.facts) == ("jobs.unknown", {"found": others.id})

    assert [job.id for job in jobs.list(principal=ANN)] == [mine.id]
    admin = Principal("root", Role.ADMIN)
    assert [job.id for job in jobs.list(principal=admin)] == [others.id, mine.id]
    assert [job.id for job in jobs.list(principal=owner("me"))] == [others.id, mine.id]
    assert jobs.list(principal=Principal("ann", Role.SUPPLIER_GUEST)) == ()
    jobs.cancel(mine.id, principal=ANN)
    release.set()
    assert heard(jobs, mine)[-1].kind == "cancelled"
    assert heard(jobs, others)[-1].kind == "done"


def test_a_second_server_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    first = Jobs(tmp_path)
    with pytest.raises(TanluError) as refused:
        Jobs(tmp_path)
    assert refused.value.code == "desk.taken"
    assert refused.value.facts["holder"].startswith(f"{os.getpid()} @ ")
    assert heard(first, start(first, lambda _progress: {}))[-1].kind == "done"
    first.close()

    Jobs(tmp_path).close()


def test_an_unknown_job_is_refused_before_anything_is_heard(jobs: Jobs) -> None:
    calls: list[Callable[[], object]] = [
        lambda: jobs.get("nothing"),
        lambda: jobs.events("nothing"),
        lambda: jobs.cancel("nothing"),
    ]
    for call in calls:
        with pytest.raises(TanluError) as refused:
            call()
        assert refused.value.code == "jobs.unknown"


KILLED = """
import os, signal, sys, threading
from pathlib import Path
from tanlu.app.access import Principal, Role, owner
from tanlu.app.jobs import Jobs

jobs = Jobs(Path(sys.argv[1]))
def run(progress):
    progress.tell("solve", fraction=0.5)
    os.kill(os.getpid(), signal.SIGKILL)
for _ in range(3):
    jobs.start("plan", {}, principal=Principal("ann", Role.PLANNER), run=run)
threading.Event().wait(10)
"""


def test_jobs_of_a_killed_server_are_interrupted_at_the_next_start(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL

    jobs = Jobs(tmp_path)
    found = jobs.list()
    events = [heard(jobs, job) for job in found]
    jobs.close()

    assert found
    assert {job.state for job in found} == {JobState.INTERRUPTED}
    assert {heard[-1].kind for heard in events} == {"interrupted"}
    assert any(event.kind == "progress" for heard in events for event in heard)


def test_closing_ends_listeners_and_marks_what_does_not_stop(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    running, release = threading.Event(), threading.Event()

    def run(progress: Progress) -> dict[str, Any]:
        running.set()
        release.wait(LIMIT_S)  # deaf to cancelling
        return {}

    job = start(jobs, run)
    assert running.wait(LIMIT_S)
    kinds: list[str] = []
    listener = threading.Thread(target=lambda: kinds.extend(e.kind for e in jobs.events(job.id)))
    listener.start()
    jobs.close(wait_s=0.05)
    listener.join(LIMIT_S)
    with pytest.raises(TanluError, match=r"jobs\.closed"):
        start(jobs, lambda _progress: {})
    release.set()

    assert not listener.is_alive()
    assert kinds[-1:] == ["interrupted"]
    assert jobs.get(job.id).state is JobState.INTERRUPTED  # and its late result changes nothing


def test_the_newest_two_hundred_jobs_are_kept(jobs: Jobs) -> None:
    started = [start(jobs, lambda _progress: {}) for _ in range(KEPT_JOBS + 5)]
    for job in started[-2:]:
        heard(jobs, job)
    last = start(jobs, lambda _progress: {})
    heard(jobs, last)

    kept = jobs.list()
    assert len(kept) == KEPT_JOBS
    assert kept[0].id == last.id
    assert jobs.news(started[0].id) == ()


def test_the_events_of_a_talkative_job_are_limited(jobs: Jobs) -> None:
    def run(progress: Progress) -> dict[str, Any]:
        for n in range(KEPT_EVENTS + 10):
            progress.tell(f"stage.{n}")
        return {}

    events = heard(jobs, job := start(jobs, run))
    kept = jobs.news(job.id)

    assert events[-1].id == KEPT_EVENTS + 11
    assert len(kept) == KEPT_EVENTS
    assert kept[-1].kind == "done"


def test_the_desk_is_readable_by_its_owner_alone(jobs: Jobs, tmp_path: Path) -> None:
    heard(jobs, start(jobs, lambda _progress: {}))

    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("desk.db*")}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no database at all, " * 400, "desk.damaged"), (b"", "")],
)
def test_a_damaged_desk_is_named_and_an_empty_file_becomes_one(
    tmp_path: Path, content: bytes, code: str
) -> None:
    (tmp_path / "desk.db").write_bytes(content)

    try:
        Jobs(tmp_path).close()
        found = ""
    except TanluError as error:
        found = error.code

    assert found == code


def test_a_desk_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - only to write what this version never writes

    jobs = Jobs(tmp_path)
    jobs.close()
    with sqlite3.connect(tmp_path / "desk.db") as other:
        other.execute("PRAGMA user_version = 99")
    other.close()

    with pytest.raises(TanluError, match=r"desk\.newer"):
        Jobs(tmp_path)


OPENED = """
import sys
from pathlib import Path
from tanlu.storage.desk import DeskFile, JobRows
rows = JobRows(DeskFile(Path(sys.argv[1])))
print(len(rows.newest()))
"""


def test_processes_that_make_the_desk_at_once_all_get_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENED, str(tmp_path)]
    made = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]

    assert [(one.communicate()[0].strip(), one.returncode) for one in made] == [("0", 0)] * 6


def test_without_a_folder_there_is_no_desk(tmp_path: Path) -> None:
    with pytest.raises(TanluError, match=r"storage\.not-a-workspace"):
        Jobs(tmp_path / "nothing")


@pytest.mark.skipif(os.geteuid() == 0, reason="SKIPPED LOUDLY: root writes everywhere")
def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(TanluError, match=r"storage\.read-only"):
            Jobs(tmp_path)
    finally:
        tmp_path.chmod(0o700)
