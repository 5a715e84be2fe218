"""Targets set, measures in full, studies started."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from tanlu.app import goals, measures, plan_studies, study_works, works
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.rest.model import Body, Text

router = APIRouter(prefix="/api", tags=["goals"])
Year = Annotated[int, Field(ge=1, le=9999)]


class TargetRequest(Body):
    """A target, as the options of `tanlu target add`."""

    id: Text
    kind: Text
    year: Year
    scope: Text = "1+2"
    basis: Text = "market"
    base_year: Year | None = None
    base_value: Text = ""
    reduction: Text = ""
    level: Text = ""
    name: Text = ""


@router.post("/targets", dependencies=[needs("target"), Depends(proven)])
def add_target(wanted: TargetRequest, here: Here) -> dict[str, Any]:
    """Set a target; one of the same id gets a new version."""
    fields = wanted.model_dump()
    draft = goals.TargetDraft(target_id=fields.pop("id"), **fields)
    return {"ok": True, **goals.add_target(here.desk.workspace, draft, say=here.say)}


@router.get("/measures/{measure}", dependencies=[needs("view", by_site=True)])
def measure(measure: str, here: Here) -> dict[str, Any]:
    """Return one measure of the catalogue."""
    return {"ok": True, **measures.measure_body(measure, say=here.say)}


class StudyRequest(Body):
    """Which studies to make, as the options of `tanlu plan`; none by default."""

    delay: bool = False
    risk: bool = False
    regret: bool = False
    alternatives: bool = False
    tornado: bool = False
    pareto: Annotated[int, Field(ge=0, le=40)] = 0
    scenarios: Annotated[int, Field(ge=0, le=1000)] = 0
    what_if: Annotated[list[Text], Field(max_length=20)] = Field(default_factory=list)
    chance: Annotated[float | None, Field(gt=0, lt=1)] = None
    robust: Annotated[int | None, Field(ge=1990, le=2100)] = None
    aversion: Annotated[float | None, Field(ge=0, le=1)] = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


@router.post("/studies", status_code=202, dependencies=[needs("plan"), Depends(proven)])
def start_studies(wanted: StudyRequest, here: Here) -> dict[str, Any]:
    """Start studies around the plan; the answer is a job to follow, its result at /api/studies."""
    studies = plan_studies.StudyOptions(
        is_delay=wanted.delay,
        is_risk=wanted.risk,
        is_regret=wanted.regret,
        is_alternatives=wanted.alternatives,
        is_tornado=wanted.tornado,
        pareto=wanted.pareto,
        scenarios=wanted.scenarios,
        what_if=tuple(wanted.what_if),
        chance=wanted.chance,
        robust=wanted.robust,
        aversion=wanted.aversion,
        seed=wanted.seed,
    )
    job = study_works.start_study(here.desk, here.principal, studies=studies, say=here.say)
    return {"ok": True, **works.job_told(job, here.say)}


@router.get("/studies", dependencies=[needs("view")])
def studies_kept(here: Here) -> dict[str, Any]:
    """Return the studies kept, with the plan they rest on."""
    found = study_works.kept_studies(here.desk.workspace)
    if found is None:
        raise TanluError("study.none-kept")
    return {"ok": True, **found}
