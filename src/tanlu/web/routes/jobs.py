"""Jobs: the long work of this workspace, how far it is, and stopping it."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tanlu.app import works
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False, dependencies=[needs("jobs")])


@router.get("/jobs")
def jobs(here: Here) -> Response:
    """List the jobs kept, newest first."""
    found = [works.job_told(job, here.say) for job in here.desk.jobs.list(principal=here.principal)]
    return page(here, "jobs.html.j2", screen="jobs", jobs=found)


@router.get("/jobs/{job}")
def one(job: str, here: Here) -> Response:
    """Show a job as it stands; the page follows it."""
    found = works.job_told(here.desk.jobs.get(job, principal=here.principal), here.say)
    return page(here, "job.html.j2", screen="jobs", title=found["kind_name"], job=found)


@router.post("/jobs/{job}/cancel", dependencies=[Depends(proven)])
def cancel(job: str, here: Here) -> Response:
    """Ask a job to stop."""
    here.desk.jobs.cancel(job, principal=here.principal)
    return go(here, f"/jobs/{job}")
