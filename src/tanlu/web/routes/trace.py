"""The trace of a number: formula, rows, factor, evidence; as a drawer or a page of its own."""

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from tanlu.app import access, traces
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here
from tanlu.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/trace/{figure:path}", dependencies=[needs("view", by_site=True)])
def trace(figure: str, here: Here) -> Response:
    """Show where a figure comes from."""
    found = traces.trace(here.desk, figure, principal=here.principal, say=here.say.typographic())
    return page(
        here,
        "trace.html.j2",
        screen="trace",
        title=str(found["name"] or figure),
        found=found,
        is_row=str(found.get("figure", "")).startswith("row/"),
        may_open=access.can(here.principal, "evidence"),
    )


@router.get("/original/{sha256}", dependencies=[needs("evidence", by_site=True)])
def original(sha256: str, here: Here) -> Response:
    """Answer an original file as it was imported, to be saved and not shown."""
    path, name = traces.original(here.desk, sha256, principal=here.principal)
    return FileResponse(path, filename=name, media_type="application/octet-stream")
