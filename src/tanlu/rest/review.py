"""Review: the ledger's events, findings accepted, years closed and opened, the plan approved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from tanlu.app import audits, reviews, second_person
from tanlu.app.reviews import LogFilter
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.rest.model import Body, Name, Reason, Text

router = APIRouter(prefix="/api", tags=["review"])
_SENT = Depends(proven)
Year = Annotated[int, Path(ge=1990, le=2100)]


class Accepted(Body):
    """Which findings are accepted, and why."""

    findings: list[Name] = Field(max_length=5000, description="`batch/number` each.")
    reason: Text


class Reopening(Reason):
    """Why a year is opened again."""

    second: Name = Field("", description="The other person, on a server without accounts.")


@router.get("/log", dependencies=[needs("log")])
def log(
    here: Here,
    actor: Annotated[str, Query(max_length=200)] = "",
    action: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> dict[str, Any]:
    """Return events of the ledger, the newest first."""
    found = reviews.log(here.desk.workspace, LogFilter(actor, action, before), say=here.say)
    return {"ok": True, **found}


@router.get("/periods", dependencies=[needs("view")])
def periods(here: Here) -> dict[str, Any]:
    """Return the closed months."""
    return {"ok": True, **audits.periods_body(here.desk.workspace)}


@router.post("/periods/{year}/close", dependencies=[needs("close"), _SENT])
def close(year: Year, wanted: Reason, here: Here) -> dict[str, Any]:
    """Close a year: every later write into it is refused."""
    return {"ok": True, **audits.close_year(here.desk.workspace, year, reason=wanted.reason)}


@router.post("/periods/{year}/reopen", dependencies=[needs("reopen"), _SENT])
def reopen(year: Year, wanted: Reopening, here: Here) -> dict[str, Any]:
    """Open a closed year again: two people and a reason."""
    found = second_person.reopen(
        here.desk, here.principal, year, second=wanted.second, reason=wanted.reason
    )
    return {"ok": True, **found}


@router.post("/findings/acknowledge", dependencies=[needs("acknowledge"), _SENT])
def acknowledge(wanted: Accepted, here: Here) -> dict[str, Any]:
    """Accept findings with one reason; those of an own import are refused."""
    found = second_person.acknowledge(
        here.desk, here.principal, wanted.findings, reason=wanted.reason, say=here.say
    )
    return {"ok": True, **found}


@router.post("/plan/approve", dependencies=[needs("approve_plan"), _SENT])
def approve(wanted: Reason, here: Here) -> dict[str, Any]:
    """Approve the plan solved last."""
    found = second_person.approve_plan(
        here.desk, here.principal, reason=wanted.reason, say=here.say
    )
    return {"ok": True, **found}
