"""Hotspots: what to look at first, why it moved, and which measures fit."""

from fastapi import APIRouter
from starlette.responses import Response

from tanlu.app import hotspots_board
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here
from tanlu.web.pages import page

router = APIRouter(include_in_schema=False, dependencies=[needs("view")])


@router.get("/hotspots")
def hotspots(here: Here) -> Response:
    """Rank the sources of a year and explain the change against another."""
    years = here.desk.years() if here.desk.has_workspace else ()
    year = here.year
    if year is None or year not in years:
        return page(here, "hotspots.html.j2", screen="hotspots", found=None)
    asked = dict(here.request.query_params)
    found = hotspots_board.board(here.desk, year, asked, say=here.say.typographic())
    return page(here, "hotspots.html.j2", screen="hotspots", found=found)
