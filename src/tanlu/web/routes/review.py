"""Review and audit: findings to settle, months to close, the log of the ledger and its proof."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import Response

from tanlu.app import audits, reviews, second_person
from tanlu.app.reviews import LogFilter
from tanlu.gate.permission import needs
from tanlu.gate.refusal import status_of
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False, dependencies=[needs("view")])

Text = Annotated[str, Form(max_length=2000)]
Number = Annotated[int, Form(ge=1990, le=2100)]


@router.get("/review")
def review(here: Here, every: bool = False) -> Response:
    """List the findings, and the years with what keeps them open."""
    return _review(here, every=every)


@router.post("/review/findings", dependencies=[needs("acknowledge"), Depends(proven)])
def acknowledge(
    here: Here, findings: Annotated[list[str] | None, Form()] = None, reason: Text = ""
) -> Response:
    """Accept the findings that were ticked, with one reason."""
    try:
        second_person.acknowledge(
            here.desk, here.principal, findings or (), reason=reason, say=here.say
        )
    except TanluError as error:
        return _review(here, error=error, typed={"reason": reason, "findings": findings or []})
    return go(here, "/review")


@router.post("/review/close", dependencies=[needs("close"), Depends(proven)])
def close(here: Here, closed_year: Number, reason: Text = "") -> Response:
    """Close a year: every later write into it is refused."""
    try:
        audits.close_year(here.desk.workspace, closed_year, reason=reason)
    except TanluError as error:
        return _review(here, error=error, typed={"reason": reason})
    return go(here, "/review")


@router.post("/review/reopen", dependencies=[needs("reopen"), Depends(proven)])
def reopen(here: Here, closed_year: Number, second: Text = "", reason: Text = "") -> Response:
    """Open a year again: two people and a reason."""
    try:
        second_person.reopen(here.desk, here.principal, closed_year, second=second, reason=reason)
    except TanluError as error:
        return _review(here, error=error, typed={"reason": reason, "second": second})
    return go(here, "/review")


@router.post("/review/approve", dependencies=[needs("approve_plan"), Depends(proven)])
def approve(here: Here, reason: Text = "") -> Response:
    """Approve the plan solved last."""
    try:
        second_person.approve_plan(here.desk, here.principal, reason=reason, say=here.say)
    except TanluError as error:
        return _review(here, error=error, typed={"reason": reason})
    return go(here, "/roadmap")


@router.get("/review/log", dependencies=[needs("log")])
def log(
    here: Here, actor: str = "", action: str = "", before: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Show the events of the ledger."""
    wanted = LogFilter(actor, action, before)
    found = reviews.log(here.desk.workspace, wanted, say=here.say)
    return page(
        here, "log.html.j2", screen="review", title=here.say("web.review.log"), found=found,
        wanted=wanted,
    )  # fmt: skip


@router.get("/review/verify", dependencies=[needs("log")])
def verify(here: Here, expect_head: str = "") -> Response:
    """Recompute the chain, the originals and the ledger rows."""
    found = audits.verify(here.desk.folder, expect_head=expect_head, say=here.say)
    return page(
        here, "verified.html.j2", screen="review", title=here.say("web.review.verify"),
        found=found, expect_head=expect_head,
    )  # fmt: skip


def _review(
    here: Here,
    *,
    every: bool = False,
    error: TanluError | None = None,
    typed: dict[str, object] | None = None,
) -> Response:
    desk = here.desk
    found = audits.findings_body(desk.workspace, every=every, say=here.say)["findings"]
    return page(
        here, "review.html.j2", screen="review", status=status_of(error) if error else 200,
        error=here.say.error(error) if error else "", typed=typed or {}, every=every,
        findings=found, periods=reviews.periods(desk.workspace, desk.years(), say=here.say),
    )  # fmt: skip
