"""Roadmap: the plan solved last with its reasons, sliders that move it, and solving it anew."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from tanlu.app import roadmaps, what_if_board, works
from tanlu.app.what_if_board import Change
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, go_on, page

router = APIRouter(include_in_schema=False)

Offers = Annotated[list[str] | None, Query(max_length=40)]


async def asked(here: Here) -> FormData:
    """Return the form as it was sent."""
    return await here.request.form()


Asked = Annotated[FormData, Depends(asked)]


@router.get("/roadmap", dependencies=[needs("view")])
def roadmap(here: Here, lock: Offers = None, ban: Offers = None) -> Response:
    """Show the plan solved last and its sliders, or how to get one."""
    change = what_if_board.read_change(here.request.query_params, lock or (), ban or ())
    found = roadmaps.roadmap(here.desk)
    return page(
        here, "roadmap.html.j2", screen="roadmap", found=found, change=change,
        sliders=what_if_board.sliders(change, say=here.say), tab=secrets.token_hex(8),
        decisions=what_if_board.decisions(here.desk, change, say=here.say) if found else None,
    )  # fmt: skip


@router.get("/roadmap/decide", dependencies=[needs("plan")])
def decide(here: Here, offer: str, from_year: str = "") -> Response:
    """Add a decision of one's own to the address: a measure in a year, or never."""
    year = from_year.strip()
    decision = {"lock": f"{offer}={year}"} if year else {"ban": offer}
    return go_on(here, "/roadmap", drop=("offer", "from_year"), **decision)


@router.post("/roadmap/estimate", dependencies=[needs("plan"), Depends(proven)])
def estimate(here: Here, form: Asked) -> Response:
    """Answer at once what a change does, as an estimate."""
    return _answer(here, form, is_estimate=True)


@router.post("/roadmap/what-if", dependencies=[needs("plan"), Depends(proven)])
def what_if(here: Here, form: Asked) -> Response:
    """Answer the plan solved anew under a change; the plan that is kept stays."""
    return _answer(here, form, is_estimate=False)


@router.post("/roadmap/keep", dependencies=[needs("plan"), Depends(proven)])
def keep(here: Here, form: Asked) -> Response:
    """Make the plan under a change the plan of the workspace, as a job."""
    job = works.start_keep(here.desk, here.principal, change=_change(form), say=here.say)
    return go(here, f"/jobs/{job.id}")


@router.post("/roadmap/solve", dependencies=[needs("plan"), Depends(proven)])
def solve(here: Here) -> Response:
    """Solve the plan as a job, and show how far it is."""
    job = works.start_plan(here.desk, here.principal, say=here.say)
    return go(here, f"/jobs/{job.id}")


def _answer(here: Here, form: FormData, *, is_estimate: bool) -> Response:
    ask = what_if_board.estimate if is_estimate else what_if_board.plan
    who = f"{here.principal.name}/{form.get('tab', '')}"
    try:
        change = _change(form)
        found = ask(here.desk, change, who=who, say=here.say)
    except TanluError as error:
        if error.code == "plan.overtaken":
            raise
        return page(
            here, "what_if.html.j2", screen="roadmap", status=422, answer=None,
            error=here.say.error(error),
        )  # fmt: skip
    return page(here, "what_if.html.j2", screen="roadmap", answer=found, change=change, error="")


def _change(form: FormData) -> Change:
    texts = {name: str(value) for name, value in form.items()}
    return what_if_board.read_change(
        texts, map(str, form.getlist("lock")), map(str, form.getlist("ban"))
    )
