"""Roadmap: the plan solved last with its reasons, and solving it anew."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tanlu.app import roadmaps, works
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False)


@router.get("/roadmap", dependencies=[needs("view")])
def roadmap(here: Here) -> Response:
    """Show the plan solved last, or how to get one."""
    found = roadmaps.roadmap(here.desk)
    return page(here, "roadmap.html.j2", screen="roadmap", found=found)


@router.post("/roadmap/solve", dependencies=[needs("plan"), Depends(proven)])
def solve(here: Here) -> Response:
    """Solve the plan as a job, and show how far it is."""
    job = works.start_plan(here.desk, here.principal, say=here.say)
    return go(here, f"/jobs/{job.id}")
