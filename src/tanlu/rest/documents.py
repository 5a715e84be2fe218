"""Documents: one made to order as bytes, or several written by a job."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tanlu.app import documents, report_shelf, works
from tanlu.app.documents import ReportFile
from tanlu.app.report_shelf import Wish
from tanlu.app.reports import ReportOptions
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven

router = APIRouter(prefix="/api", tags=["documents"], dependencies=[needs("report")])

Year = Annotated[int | None, Field(ge=1990, le=2100)]


class ReportRequest(BaseModel):
    """What to write into the workspace's exports."""

    model_config = ConfigDict(extra="forbid")

    year: Year = None
    kind: str = documents.FULL
    languages: Annotated[list[str], Field(max_length=10)] = ["zh", "en"]
    formats: Annotated[list[str], Field(max_length=10)] = ["html"]


@router.get("/reports")
def reports(here: Here) -> dict[str, Any]:
    """Return the documents written, the newest first."""
    return {"ok": True, "reports": report_shelf.shelf(here.desk.workspace.exports)}


@router.get("/reports/{name}", response_class=Response)
def file(name: Annotated[str, Path(max_length=200)], here: Here) -> Response:
    """Answer a document that was written."""
    return _attached(report_shelf.shelved(here.desk.workspace.exports, name))


@router.get("/report", response_class=Response)
def report(
    here: Here,
    kind: str = documents.FULL,
    form: Annotated[str, Query(alias="format")] = "html",
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
) -> Response:
    """Answer one document, in the language of the request (``lang``)."""
    return _attached(report_shelf.document(here.desk, Wish(kind, here.lang, form, year)))


@router.post("/report", status_code=202, dependencies=[Depends(proven)])
def write(wanted: ReportRequest, here: Here) -> dict[str, Any]:
    """Write documents as a job; its result names each with its SHA-256."""
    options = ReportOptions(
        year=wanted.year, kind=wanted.kind, languages=tuple(wanted.languages),
        formats=tuple(wanted.formats),
    )  # fmt: skip
    documents.check_wishes(options.kind, languages=options.languages, formats=options.formats)
    job = works.start_report(here.desk, here.principal, options=options, say=here.say)
    return {"ok": True, **works.job_told(job, here.say)}


def _attached(found: ReportFile) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return Response(
        found.data, media_type=found.media_type, headers={"Content-Disposition": disposition}
    )
