"""Welcome: the worked company, one's own workbook, or a template; five steps with what is done."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, UploadFile
from starlette.responses import Response

from tanlu.app import access, beginnings, import_desk, works
from tanlu.app.spool import uploads_of
from tanlu.gate.permission import needs
from tanlu.gate.refusal import status_of
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Text = Annotated[str, Form(max_length=300)]


@router.get("/welcome", dependencies=[needs("view")])
def welcome(here: Here, job: str = "") -> Response:
    """Show the three ways to begin and the five steps; while the sample is loaded, how far."""
    told = (
        works.job_told(here.desk.jobs.get(job, principal=here.principal), here.say.typographic())
        if job
        else None
    )
    return _page(here, job=told)


@router.post("/welcome/demo", dependencies=[needs("configure"), Depends(proven)])
def demo(here: Here, case: Text = "") -> Response:
    """Build the worked company as a job, where there is no company yet."""
    try:
        job = works.start_demo(here.desk, here.principal, case=case, say=here.say)
    except TanluError as error:
        return _page(here, error=error)
    return go(here, "/welcome", job=job.id)


@router.post("/import/company", dependencies=[needs("configure"), Depends(proven)])
def company(
    here: Here,
    name: Text = "",
    province: Text = "",
    sector: Text = "",
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    """Make the company, and go into the import with the file that came along."""
    typed = {"name": name, "province": province, "sector": sector}
    try:
        beginnings.create_company(here.desk, **typed, language=here.lang)
        uploads = uploads_of((one.filename, one.file) for one in files)
        if not uploads:
            return go(here, "/import")
        token = import_desk.take(here.desk, here.principal, uploads, say=here.say)
    except TanluError as error:
        return _page(here, error=error, typed=typed)
    return go(here, f"/import/staged/{token}")


@router.get("/welcome/template")
def template(here: Here, sector: str = "") -> Response:
    """Answer the template of a sector."""
    try:
        name, body = beginnings.template(sector, say=here.say)
    except TanluError as error:
        return _page(here, error=error)
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(body, media_type=_XLSX, headers={"Content-Disposition": disposition})


def _page(
    here: Visit,
    *,
    error: TanluError | None = None,
    typed: dict[str, Any] | None = None,
    job: dict[str, Any] | None = None,
) -> Response:
    say = here.say.typographic()
    return page(
        here, "welcome.html.j2", screen="welcome", choices=beginnings.choices(say),
        steps=beginnings.checklist(here.desk, say), has_workspace=here.desk.has_workspace,
        may=access.can(here.principal, "configure"), typed=typed or {}, loading=job,
        message=here.say.error(error) if error else "", status=status_of(error) if error else 200,
    )  # fmt: skip
