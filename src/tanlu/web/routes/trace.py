"""The trace of a number: formula, rows, factor, evidence; as a drawer or a page of its own."""

from fastapi import APIRouter
from starlette.responses import Response

from tanlu.app import traces
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here
from tanlu.web.pages import page

router = APIRouter(include_in_schema=False, dependencies=[needs("view")])


@router.get("/trace/{figure:path}")
def trace(figure: str, here: Here) -> Response:
    """Show where a figure comes from."""
    found = traces.trace(here.desk, figure, say=here.say)
    return page(
        here, "trace.html.j2", screen="trace", title=str(found["name"] or figure), found=found
    )
