"""Overview: the figures of the year, the way to the targets, what is to do."""

from fastapi import APIRouter
from starlette.responses import Response

from tanlu.app import overviews
from tanlu.gate.permission import may, needs
from tanlu.gate.visit import Here
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])


@router.get("/")
def overview(here: Here) -> Response:
    """Show the overview; the activity data to those who see no more than their sites."""
    if not may(here.principal, "view"):
        return go(here, "/activity")
    if not here.desk.has_workspace or not here.desk.years():
        return go(here, "/welcome")
    found = overviews.overview(here.desk, here.year, say=here.say)
    return page(here, "overview.html.j2", screen="overview", found=found)
