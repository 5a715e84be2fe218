"""The ledger's activity rows: looked up, changed by one change-set, and a change-set undone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from tanlu.app import activity, activity_changes
from tanlu.app.activity import MOST, PAGE, Asked
from tanlu.app.activity_changes import Change, Save
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, Visit, proven
from tanlu.rest.model import Name, Text

router = APIRouter(prefix="/api", tags=["activity"])
_STALE = 409
_WRITES = [needs("correct", by_site=True), Depends(proven)]
Column = Literal[
    "site", "item", "month", "quantity", "unit", "supplier", "voucher", "quality", "note"
]
Value = str | int | float | None


class ChangedRow(BaseModel):
    """One row of a change-set."""

    model_config = ConfigDict(extra="forbid")

    row: Name = Field(description="Id of the row; of a new row any name, used in the answer.")
    is_new: bool = False
    is_removed: bool = False
    version: int | None = Field(None, description="Version that was seen; else by the head.")
    typed: dict[Column, Text] = Field(default_factory=dict, description="Fields as typed.")
    values: dict[Column, Value] = Field(
        default_factory=dict, description="As the sender read them; only what is typed counts."
    )


class ChangeSet(BaseModel):
    """One save: written whole or not at all."""

    model_config = ConfigDict(extra="forbid")

    head: Name = Field(description="Ledger head that the rows were read at.")
    reason: Text = Field("", description="Needed where rows of the ledger are touched.")
    changes: list[ChangedRow] = Field(max_length=5000)


class Undo(BaseModel):
    """What is to be taken back: `undo` of a save."""

    model_config = ConfigDict(extra="forbid")

    head: Name = ""
    undo: Name


class Row(BaseModel):
    """A current row of the ledger."""

    model_config = ConfigDict(extra="forbid")

    id: str
    site: str
    item: str = Field(description="Name in the language asked for.")
    item_id: str
    month: str = Field(description="2024-03, or the days where they are part of a month.")
    year: int
    quantity: int | float | str = Field(description="Text where a number would lose digits.")
    unit: str
    supplier: str
    voucher: str
    quality: str
    note: str
    source: str
    version: int
    batch: str
    status: str
    evidence: int = Field(description="Number of files kept as evidence.")
    approved: bool
    trace: str
    page: str


class Rows(BaseModel):
    """A page of rows."""

    model_config = ConfigDict(extra="forbid")

    ok: bool = True
    head: str
    count: int
    page: int
    pages: int
    rows: list[Row]
    batches: dict[str, int] = Field(description="Rows found by the batch that wrote them.")


class BadCell(BaseModel):
    """A cell that was not taken."""

    model_config = ConfigDict(extra="forbid")

    row: str
    field: str
    found: str
    reason: str
    advice: list[str]


class Saved(BaseModel):
    """What a save did."""

    model_config = ConfigDict(extra="forbid")

    ok: bool = True
    head: str
    text: str
    undo: str
    added: list[str]
    bad: list[BadCell]
    rows: list[Row]


class Undone(BaseModel):
    """What an undoing did."""

    model_config = ConfigDict(extra="forbid")

    ok: bool = True
    head: str
    text: str
    undo: str
    rows: list[Row]


def asked(  # one parameter of the address each
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    site: Annotated[str, Query(max_length=200)] = "",
    item: Annotated[str, Query(max_length=200)] = "",
    text: Annotated[str, Query(max_length=200)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    row: Annotated[str, Query(max_length=80)] = "",
    batch: Annotated[str, Query(max_length=80)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
    size: Annotated[int, Query(ge=1, le=MOST)] = PAGE,
) -> Asked:
    """Return the filters of an address."""
    return Asked(year, month, site, item, text, status, row, batch, page, size)


Filters = Annotated[Asked, Depends(asked)]


@router.get("/activity", dependencies=[needs("view", by_site=True)], response_model=Rows)
def rows(here: Here, filters: Filters) -> dict[str, Any]:
    """Return a page of the current rows, newest month first."""
    return {"ok": True, **activity.listing(here.desk, here.principal, filters, say=here.say)}


@router.post(
    "/activity", dependencies=_WRITES, response_model=Saved,
    responses={_STALE: {"description": "Rows changed meanwhile: both versions; nothing written."}},
)  # fmt: skip
def save(wanted: ChangeSet, here: Here, filters: Filters) -> Any:
    """Write a change-set: corrections, cancellations and new rows, in one transaction."""
    changes = [
        Change(
            one.row,
            {str(k): v for k, v in one.typed.items()},
            one.is_new,
            one.is_removed,
            one.version,
        )
        for one in wanted.changes
    ]
    told = activity_changes.save(
        here.desk, here.principal, Save(wanted.head, changes, wanted.reason), say=here.say
    )
    if not told["ok"]:
        return _json(told, _STALE)
    return told | {"rows": _shown(here, filters, told["added"])}


@router.post("/activity/undo", dependencies=_WRITES, response_model=Undone)
def undo(wanted: Undo, here: Here, filters: Filters) -> dict[str, Any]:
    """Take a save back by the reversing entries; refused in a closed period."""
    told = activity_changes.undo(here.desk, here.principal, wanted.undo, say=here.say)
    return told | {"rows": _shown(here, filters, ())}


def _shown(here: Visit, filters: Asked, added: Any) -> list[dict[str, Any]]:
    """Return the rows of the page, those just added first."""
    say = here.say
    found = activity.listing(here.desk, here.principal, filters, say=say)["rows"]
    new = activity.told_rows(here.desk, added, say=say)
    known = {row["id"] for row in new}
    return [*new, *(row for row in found if row["id"] not in known)]


def _json(body: dict[str, Any], status: int) -> Response:
    from fastapi.responses import JSONResponse  # noqa: PLC0415 - only here

    return JSONResponse(body, status_code=status)
