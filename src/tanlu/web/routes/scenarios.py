"""Scenarios and risk: the tables side by side, studies started and their results."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tanlu.app import access, scenario_board, study_works, works
from tanlu.app.jobs import JobState
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view")])
_OPEN = (JobState.QUEUED, JobState.RUNNING)


@router.get("/scenarios")
def scenarios(here: Here, against: str = "") -> Response:
    """Show scenarios side by side, and what the studies found."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    return _page(here, against=against)


@router.post("/scenarios", dependencies=[needs("plan"), Depends(proven)])
def study(here: Here, typed: Typed) -> Response:
    """Start the studies asked for."""
    try:
        wanted = scenario_board.options(typed)
        study_works.start_study(here.desk, here.principal, studies=wanted, say=here.say)
    except TanluError as error:
        return _page(here, typed=typed, error=error)
    return go(here, "/scenarios")


def _page(
    here: Visit,
    *,
    against: str = "",
    typed: dict[str, str] | None = None,
    error: TanluError | None = None,
) -> Response:
    say = here.say.typographic()
    running = next(
        (one for one in here.desk.jobs.list() if one.kind == "study" and one.state in _OPEN), None
    )
    return page(
        here,
        "scenarios.html.j2",
        screen="scenarios",
        status=422 if error else 200,
        found=scenario_board.board(here.desk, say, scenario=against),
        against=against,
        running=works.job_told(running, say) if running else None,
        started=scenario_board.STARTED,
        typed=typed or {},
        message=say.error(error) if error else "",
        may_plan=access.can(here.principal, "plan", site="") and bool(here.desk.years()),
    )
