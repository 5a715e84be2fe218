"""How good the data of a year are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from tanlu.app import quality_board
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here

router = APIRouter(prefix="/api", tags=["activity"], dependencies=[needs("view", by_site=True)])


class Source(BaseModel):
    """A source and what it adds to the score."""

    model_config = ConfigDict(extra="forbid")

    site: str
    item: str
    name: str
    grade: float = Field(description="1 measured, 2 invoiced, 3 estimated, 4 not stated.")
    share: float | None = Field(description="Of the emissions of these sources.")
    lowers: float | None = Field(description="Points it adds to the score; 0 is best.")


class Gap(BaseModel):
    """A source that lacks months."""

    model_config = ConfigDict(extra="forbid")

    site: str
    item: str
    name: str
    months: list[int]
    unit: str
    text: str


class Quality(BaseModel):
    """The data of a year."""

    model_config = ConfigDict(extra="forbid")

    ok: bool = True
    year: int
    rows: int
    evidence: dict[str, int]
    filled_months: int
    expected_months: int
    score: float | None = Field(description="Mean grade by emissions, 1 (best) to 4.")
    sources: list[Source] = Field(description="Those that lower the score most.")
    gaps: list[Gap]


@router.get("/quality/{year}", response_model=Quality)
def quality(year: Annotated[int, Path(ge=1990, le=2100)], here: Here) -> dict[str, Any]:
    """Return months filled, evidence, the score and what lowers it, and the gaps."""
    return {"ok": True, **quality_board.body(here.desk, here.principal, year, say=here.say)}
