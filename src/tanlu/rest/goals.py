"""Targets set, measures in full, studies started."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tanlu.app import goals, measures
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven

router = APIRouter(prefix="/api", tags=["goals"])
Text = Annotated[str, Field(max_length=400)]
Year = Annotated[int, Field(ge=1, le=9999)]


class TargetRequest(BaseModel):
    """A target, as the options of `tanlu target add`."""

    model_config = ConfigDict(extra="forbid")

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


@router.get("/measures/{measure}", dependencies=[needs("view")])
def measure(measure: str, here: Here) -> dict[str, Any]:
    """Return one measure of the catalogue."""
    return {"ok": True, **measures.measure_body(measure, say=here.say)}
