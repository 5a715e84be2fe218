"""Inventory: a pivot that opens to the rows, two years, flows, categories, green power."""

from fastapi import APIRouter
from starlette.responses import Response

from tanlu.app import inventory_board
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here
from tanlu.web.pages import page

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])


@router.get("/inventory")
def inventory(here: Here) -> Response:
    """Show one tab of the inventory of a year."""
    years = here.desk.years() if here.desk.has_workspace else ()
    year = here.year
    if year not in years:
        return page(here, "inventory.html.j2", screen="inventory", found=None, missing=year)
    asked = inventory_board.held_to_sites(dict(here.request.query_params), here.principal)
    tab = asked.get("tab", "pivot")
    say = here.say.typographic()
    found = inventory_board.board(here.desk, year, asked, tab=tab, say=say)
    tabs = inventory_board.TABS
    return page(here, "inventory.html.j2", screen="inventory", found=found, tabs=tabs)
