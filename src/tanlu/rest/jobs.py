"""Long work: its list, one job, its events as they come, cancelling."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tanlu.app import works
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

router = APIRouter(prefix="/api/jobs", tags=["jobs"])
_LOOK_SECONDS = 0.25
_HEARTBEAT_LOOKS = 60
_LAST = 2**53
_STREAM = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


@router.get("", dependencies=[needs("jobs")])
def listed(here: Here) -> dict[str, Any]:
    """Return the jobs kept, newest first."""
    found = here.desk.jobs.list(principal=here.principal)
    return {"ok": True, "jobs": [works.job_told(job, here.say) for job in found]}


@router.get("/{job}", dependencies=[needs("jobs")])
def one(job: str, here: Here) -> dict[str, Any]:
    """Return a job as it stands."""
    return {
        "ok": True,
        **works.job_told(here.desk.jobs.get(job, principal=here.principal), here.say),
    }


@router.delete("/{job}", dependencies=[needs("jobs"), Depends(proven)])
def cancel(job: str, here: Here) -> dict[str, Any]:
    """Ask a job to stop."""
    return {
        "ok": True,
        **works.job_told(here.desk.jobs.cancel(job, principal=here.principal), here.say),
    }


@router.get("/{job}/events", dependencies=[needs("jobs")], response_class=StreamingResponse)
def events(
    job: str,
    here: Here,
    last_event_id: Annotated[int, Header(ge=0, le=_LAST)] = 0,
    after: Annotated[int, Query(ge=0, le=_LAST, description="As `Last-Event-ID`.")] = 0,
) -> StreamingResponse:
    """Follow a job: server-sent events ``progress``, then ``done``, ``failed`` or ``cancelled``."""
    here.desk.jobs.get(job, principal=here.principal)
    stream = _stream(here.desk, job, max(after, last_event_id), here.say)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM)


async def _stream(desk: Desk, job: str, after: int, say: Say) -> AsyncIterator[str]:
    """Yield events as text; no thread is held while nothing happens."""
    silent = 0
    while True:
        is_over = (await run_in_threadpool(desk.jobs.get, job)).state.is_over
        for event in await run_in_threadpool(desk.jobs.news, job, after=after):
            after, silent = event.id, 0
            body = json.dumps(works.event_told(event, say), ensure_ascii=False)
            yield f"id: {event.id}\nevent: {event.kind}\ndata: {body}\n\n"
        if is_over:
            return
        silent += 1
        if silent % _HEARTBEAT_LOOKS == 0:
            yield ": still there\n\n"
        await asyncio.sleep(_LOOK_SECONDS)
