"""The roadmap: the plan solved last, and solving it anew as a job."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from tanlu.app import approvals, works
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.rest.model import Body, Name

router = APIRouter(prefix="/api", tags=["plan"])


class PlanRequest(Body):
    """How to plan; what is left out takes the workspace's own."""

    settings: dict[Name, Any] = Field(default_factory=dict, max_length=200)
    gap: Annotated[float | None, Field(ge=0, le=1)] = None
    time_limit: Annotated[float | None, Field(gt=0, le=86400)] = None


@router.get("/plan", dependencies=[needs("view")])
def plan(here: Here) -> dict[str, Any]:
    """Return the plan solved last."""
    found = approvals.stored_plan(here.desk.workspace)
    if found is None:
        raise TanluError("plan.none")
    return {"ok": True, **found}


class WhatIfRequest(Body):
    """A change of the plan: amounts by knob, what begins in a year, what never does."""

    knobs: dict[Name, Name] = Field(default_factory=dict, max_length=50)
    lock: list[Name] = Field(
        default_factory=list, max_length=40, description="`MEASURE@SITE=YEAR`."
    )
    ban: list[Name] = Field(default_factory=list, max_length=40, description="`MEASURE@SITE`.")
    stage: Literal["estimate", "plan"] = "estimate"


@router.post("/what-if", dependencies=[needs("plan"), Depends(proven)])
def what_if(wanted: WhatIfRequest, here: Here) -> dict[str, Any]:
    """Return what a change does: an estimate at once, or the plan solved anew; none is kept."""
    model = here.desk.what_if(here.say)
    ask = model.estimate if wanted.stage == "estimate" else model.plan
    who = f"{here.principal.name}/api"
    return {"ok": True, **ask(wanted.knobs, lock=wanted.lock, ban=wanted.ban, who=who)}


@router.post("/plan", status_code=202, dependencies=[needs("plan"), Depends(proven)])
def solve(wanted: PlanRequest, here: Here) -> dict[str, Any]:
    """Start solving the plan; the answer is a job to follow."""
    job = works.start_plan(
        here.desk, here.principal, settings=wanted.settings, gap=wanted.gap,
        time_limit=wanted.time_limit, say=here.say,
    )  # fmt: skip
    return {"ok": True, **works.job_told(job, here.say)}
