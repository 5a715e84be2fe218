"""Reports: what has been written, writing more, one document to order, charts as files."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from starlette.responses import Response

from tanlu.app import documents, report_shelf, works
from tanlu.app.documents import ReportFile
from tanlu.app.report_shelf import Wish
from tanlu.app.reports import ReportOptions
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False)

Chosen = Annotated[list[str] | None, Form()]


@router.get("/reports", dependencies=[needs("view")])
def reports(here: Here) -> Response:
    """List the documents written, and offer to write more."""
    return _reports(here)


@router.post("/reports", dependencies=[needs("report"), Depends(proven)])
def write(
    here: Here,
    kind: Annotated[str, Form()] = documents.FULL,
    languages: Chosen = None,
    formats: Chosen = None,
) -> Response:
    """Write documents as a job."""
    options = ReportOptions(
        year=here.year, kind=kind, languages=tuple(languages or ()), formats=tuple(formats or ())
    )
    try:
        documents.check_wishes(
            kind, languages=options.languages, formats=options.formats, kinds=documents.WRITTEN
        )
    except TanluError as error:
        return _reports(here, options, error=here.say.error(error), status=422)
    job = works.start_report(here.desk, here.principal, options=options, say=here.say)
    return go(here, f"/jobs/{job.id}")


@router.get("/reports/preview/{kind}", dependencies=[needs("view")])
def preview(kind: str, here: Here) -> Response:
    """Show a report as a page."""
    documents.check_wishes(kind, languages=(here.lang,), formats=("html",))
    found = report_shelf.tree(here.desk, kind, here.year)
    title = here.say(f"web.report_kind.{kind}")
    return page(
        here, "preview.html.j2", screen="reports", title=title, report=found, kind=kind,
        formats=documents.FORMATS,
    )  # fmt: skip


@router.get("/reports/make/{kind}.{form}", dependencies=[needs("report")])
def make(kind: str, form: str, here: Here) -> Response:
    """Answer one document made to order."""
    return _attached(report_shelf.document(here.desk, Wish(kind, here.lang, form, here.year)))


@router.get("/reports/file/{name}", dependencies=[needs("report")])
def file(name: str, here: Here) -> Response:
    """Answer a document that was written."""
    return _attached(report_shelf.shelved(here.desk.workspace.exports, name))


@router.get("/figure/{figure}.{form}", dependencies=[needs("view")])
def figure(figure: str, form: str, here: Here) -> Response:
    """Answer a chart, or its table, as a file."""
    return _attached(
        report_shelf.figure_file(here.desk, figure, form, year=here.year, say=here.say)
    )


def _reports(
    here: Here, wish: ReportOptions | None = None, *, error: str = "", status: int = 200
) -> Response:
    wish = wish or ReportOptions(languages=(here.lang,), formats=("pdf",))
    return page(
        here, "reports.html.j2", screen="reports", status=status, error=error, wish=wish,
        kinds=list(documents.WRITTEN), formats=documents.FORMATS,
        written=report_shelf.shelf(here.desk.workspace.exports),
    )  # fmt: skip


def _attached(found: ReportFile) -> Response:
    """Return a file that a browser saves and never opens in the place of a page."""
    disposition = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return Response(
        found.data, media_type=found.media_type, headers={"Content-Disposition": disposition}
    )
