"""The engineering calculators: list, describe, calculate."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends

from tanlu.app import calculators
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven

router = APIRouter(
    prefix="/api/calculators", tags=["calculators"], dependencies=[needs("calculate")]
)


@router.get("")
def kinds(here: Here, area: str = "") -> dict[str, Any]:
    """Return every calculator with what it takes and gives, or those of one area."""
    return {"ok": True, **calculators.kinds_body(area=area, say=here.say)}


@router.get("/{kind}")
def kind_of(kind: str, here: Here) -> dict[str, Any]:
    """Return one calculator with everything it takes and gives."""
    return {"ok": True, **calculators.kind_body(kind, say=here.say)}


@router.post("/{kind}", dependencies=[Depends(proven)])
def calculate(kind: str, given: Annotated[dict[str, Any], Body()], here: Here) -> dict[str, Any]:
    """Calculate: the body is the file of `tanlu measures calc --input`, without a weather file."""
    return {"ok": True, **calculators.calculated_body(kind, given, say=here.say)}
