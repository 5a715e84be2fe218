"""Data quality: which months are there, how they are evidenced, what to do about the gaps."""

from fastapi import APIRouter
from starlette.responses import Response

from tanlu.app import access, quality_board
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/quality")
def quality(here: Here) -> Response:
    """Show the months, the evidence, the score and the gaps of a year."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    year, say = here.year, here.say.typographic()
    found = quality_board.board(here.desk, here.principal, year, say=say) if year else None
    return page(
        here, "quality.html.j2", screen="quality", found=found,
        may_write=access.can(here.principal, "import"),
    )  # fmt: skip


@router.get("/quality/gaps")
def gaps(here: Here) -> Response:
    """Answer the workbook of the missing months."""
    year = here.year
    if year is None:
        raise TanluError("app.no-rows", year="-")
    data = quality_board.gaps_workbook(here.desk, here.principal, year, say=here.say)
    name = f"gaps-{year}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=_XLSX, headers=headers)
