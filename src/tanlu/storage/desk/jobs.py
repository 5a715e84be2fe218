"""Jobs and their events as rows of the desk."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from tanlu.storage.desk.model import Ending, Job, JobEvent, JobState, Told
from tanlu.storage.desk.tables import JOB, JOB_EVENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from tanlu.storage.desk.file import DeskFile

KEPT_JOBS = 200
KEPT_EVENTS = 2000
_OPEN = (JobState.QUEUED.value, JobState.RUNNING.value)


class JobRows:
    """The jobs of one desk."""

    def __init__(self, desk: DeskFile) -> None:
        self._desk = desk

    def add(
        self, job_id: str, kind: str, *, arguments: Mapping[str, Any], by: str, at: datetime
    ) -> None:
        """Write a queued job; ended jobs older than the newest `KEPT_JOBS` are let go."""
        row = {
            "job_id": job_id,
            "kind": kind,
            "arguments": _text(arguments),
            "by": by,
            "state": JobState.QUEUED.value,
            "created_at": at.isoformat(),
        }
        with self._desk.write() as conn:
            conn.execute(insert(JOB).values(row))
            _prune(conn)

    def begin(self, job_id: str, *, at: datetime) -> bool:
        """Mark a queued job as running; False when it is no longer queued."""
        with self._desk.write() as conn:
            done = conn.execute(
                update(JOB)
                .where(JOB.c.job_id == job_id, JOB.c.state == JobState.QUEUED.value)
                .values(state=JobState.RUNNING.value, started_at=at.isoformat())
            )
            return done.rowcount == 1

    def tell(self, job_id: str, told: Told, *, at: datetime) -> None:
        """Write how far a job is, and the event that says so; a job that is over stays so."""
        known = {"stage": told.stage, "fraction": told.fraction, "gap": told.gap}
        with self._desk.write() as conn:
            done = conn.execute(
                update(JOB)
                .where(JOB.c.job_id == job_id, JOB.c.state.in_(_OPEN))
                .values(**known, facts=_text(told.facts))
            )
            if done.rowcount:
                body = {**known, "facts": dict(told.facts)}
                _add_event(conn, job_id, kind="progress", body=body, at=at)

    def end(self, job_id: str, ending: Ending, *, at: datetime) -> bool:
        """Write how a job ended, and its last event; False when it was over already."""
        with self._desk.write() as conn:
            return _end(conn, job_id, ending=ending, at=at)

    def interrupt(self, *, at: datetime) -> tuple[str, ...]:
        """Mark all jobs that are not over as interrupted; return their ids."""
        with self._desk.write() as conn:
            found = conn.execute(select(JOB.c.job_id).where(JOB.c.state.in_(_OPEN))).scalars()
            ids = tuple(found)
            for job_id in ids:
                _end(conn, job_id, ending=Ending(JobState.INTERRUPTED), at=at)
            return ids

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        with self._desk.read() as conn:
            row = conn.execute(select(JOB).where(JOB.c.job_id == job_id)).first()
            return None if row is None else _job(row)

    def newest(self, limit: int = KEPT_JOBS) -> tuple[Job, ...]:
        """Return the newest jobs, newest first."""
        with self._desk.read() as conn:
            rows = conn.execute(select(JOB).order_by(JOB.c.number.desc()).limit(limit))
            return tuple(_job(row) for row in rows)

    def events(self, job_id: str, *, after: int = 0) -> tuple[JobEvent, ...]:
        """Return the events of a job after an id, in order; the oldest of very many are gone."""
        with self._desk.read() as conn:
            rows = conn.execute(
                select(JOB_EVENT)
                .where(JOB_EVENT.c.job_id == job_id, JOB_EVENT.c.id > after)
                .order_by(JOB_EVENT.c.id)
            )
            return tuple(
                JobEvent(row.id, row.kind, {"at": row.at, **json.loads(row.body)}) for row in rows
            )


def _end(conn: Connection, job_id: str, *, ending: Ending, at: datetime) -> bool:
    done = conn.execute(
        update(JOB)
        .where(JOB.c.job_id == job_id, JOB.c.state.in_(_OPEN))
        .values(
            state=ending.state.value,
            ended_at=at.isoformat(),
            result="" if ending.result is None else _text(ending.result),
            error_code=ending.error_code,
            error_facts=_text(ending.error_facts),
            findings=_text(ending.findings),
        )
    )
    if done.rowcount:
        body: dict[str, Any] = {"url": (ending.result or {}).get("url")}
        if ending.error_code:
            body |= {"code": ending.error_code, "facts": dict(ending.error_facts)}
        _add_event(conn, job_id, kind=ending.state.value, body=body, at=at)
    return done.rowcount == 1


def _add_event(
    conn: Connection, job_id: str, *, kind: str, body: Mapping[str, Any], at: datetime
) -> None:
    mine = JOB_EVENT.c.job_id == job_id
    last = conn.execute(select(func.max(JOB_EVENT.c.id)).where(mine)).scalar() or 0
    row = {"job_id": job_id, "id": last + 1, "kind": kind, "at": at.isoformat()}
    conn.execute(insert(JOB_EVENT).values(**row, body=_text(body)))
    conn.execute(delete(JOB_EVENT).where(mine, JOB_EVENT.c.id <= last + 1 - KEPT_EVENTS))


def _prune(conn: Connection) -> None:
    kept = select(JOB.c.number).order_by(JOB.c.number.desc()).limit(KEPT_JOBS)
    conn.execute(delete(JOB).where(JOB.c.number.not_in(kept), JOB.c.state.not_in(_OPEN)))
    conn.execute(delete(JOB_EVENT).where(JOB_EVENT.c.job_id.not_in(select(JOB.c.job_id))))


def _job(row: Row[Any]) -> Job:
    ending = Ending(
        JobState(row.state),
        result=json.loads(row.result) if row.result else None,
        error_code=row.error_code,
        error_facts=_parts(row.error_facts),
        findings=tuple(json.loads(row.findings or "[]")),
    )
    return Job(
        id=row.job_id,
        kind=row.kind,
        arguments=_parts(row.arguments),
        by=row.by,
        created_at=datetime.fromisoformat(row.created_at),
        started_at=_time(row.started_at),
        ended_at=_time(row.ended_at),
        told=Told(row.stage, row.fraction, row.gap, _parts(row.facts)),
        ending=ending,
    )


def _parts(text: str) -> dict[str, Any]:
    parts: dict[str, Any] = json.loads(text or "{}")
    return parts


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    """Turn what JSON does not know, an exact decimal among it, into a number, a list or a text."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)
