"""Activity data: the ledger's rows in a grid and as plain forms, evidence, approval, history."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from starlette.responses import FileResponse, Response

from tanlu.app import access, activity, activity_changes, activity_marks, activity_row
from tanlu.app.activity import STATUSES, Asked
from tanlu.app.spool import uploads_of
from tanlu.gate.permission import needs
from tanlu.gate.refusal import status_of
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])
_WRITES = [needs("correct", by_site=True), Depends(proven)]
_BYTES = "application/octet-stream"
_STALE = 409
_PLAIN = 50


def asked(  # one parameter of the address each
    here: Here,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    site: str = "",
    item: str = "",
    text: str = "",
    status: str = "",
    row: str = "",
    batch: str = "",
    at: Annotated[int, Query(ge=1)] = 1,
    view: str = "",
) -> Asked:
    """Return the filters of the address; without a year the newest with rows."""
    named = here.request.query_params.get("year")
    year = None if (row or batch) and not named else here.year
    size = _PLAIN if view == "plain" else activity.PAGE
    return Asked(year, month, site, item, text.strip(), status, row, batch, at, size)


Filters = Annotated[Asked, Depends(asked)]


@router.get("/activity")
def rows(here: Here, filters: Filters, view: str = "", did: str = "") -> Response:
    """Show a page of rows, as a grid or as a plain table with a form each."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    return _rows(here, filters, view=view, did=did)


@router.post("/activity/new", dependencies=_WRITES)
def add(here: Here, filters: Filters, typed: Typed) -> Response:
    """Write the row of the form."""
    try:
        found = activity_row.add(here.desk, here.principal, typed, say=here.say)
    except TanluError as error:
        return _rows(here, filters, view="plain", error=error, typed=typed)
    batch = found["undo"]
    return go(here, "/activity", batch=batch, view="plain", did=batch, year=None)


@router.post("/activity/undo", dependencies=_WRITES)
def undo(here: Here, filters: Filters, typed: Typed) -> Response:
    """Take a save back."""
    try:
        activity_changes.undo(here.desk, here.principal, typed.get("undo", ""), say=here.say)
    except TanluError as error:
        return _rows(here, filters, view="plain", error=error)
    return go(here, "/activity", view="plain")


@router.post("/activity/decide", dependencies=[needs("approve", by_site=True), Depends(proven)])
def decide(
    here: Here,
    filters: Filters,
    batches: Annotated[list[str] | None, Form()] = None,
    act: Annotated[str, Form()] = "approve",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Approve or return the batches that were ticked."""
    try:
        activity_marks.decide(
            here.desk, here.principal, batches or (), approve=act == "approve", reason=reason
        )
    except TanluError as error:
        return _rows(here, filters, error=error, typed={"reason": reason})
    return go(here, "/activity", **filters.query)


@router.get("/activity/row/{row_id}")
def one(row_id: str, here: Here) -> Response:
    """Show one row: versions, evidence, forms to correct and to cancel it."""
    return _row(here, row_id)


@router.post("/activity/row/{row_id}", dependencies=_WRITES)
def change(row_id: str, here: Here, typed: Typed) -> Response:
    """Correct or cancel a row; what changed meanwhile is shown beside what was typed."""
    try:
        found = activity_row.correct(here.desk, here.principal, row_id, typed, say=here.say)
    except TanluError as error:
        return _row(here, row_id, error=error, typed=typed)
    if not found["ok"]:
        return _row(here, row_id, typed=typed, stale=found["stale"][0])
    return go(here, f"/activity/row/{row_id}", did=found["undo"] or None)


@router.post("/activity/row/{row_id}/evidence", dependencies=_WRITES)
def attach(
    row_id: str,
    here: Here,
    file: Annotated[UploadFile | None, File()] = None,
    about: Annotated[str, Form()] = "row",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep a file as evidence of a row or of its voucher."""
    try:
        row = activity_row.held(here.desk, here.principal, row_id)
        if file is None or not file.filename:
            raise TanluError("import.no-file")  # noqa: TRY301  # one answer to all faults
        upload = next(iter(uploads_of([(file.filename, file.file)])))
        activity_marks.attach(
            here.desk, here.principal, row, upload, for_voucher=about == "voucher", note=note
        )
    except TanluError as error:
        return _row(here, row_id, error=error)
    return go(here, f"/activity/row/{row_id}")


@router.get("/activity/evidence/{sha256}", dependencies=[needs("evidence", by_site=True)])
def evidence(sha256: str, here: Here) -> Response:
    """Answer a file of evidence, never to be shown in the page."""
    path, name = activity_marks.evidence(here.desk, here.principal, sha256)
    return FileResponse(path, filename=name, media_type=_BYTES)


def _rows(
    here: Visit, filters: Asked, *, view: str = "", did: str = "",
    error: TanluError | None = None, typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    say, desk = here.say.typographic(), here.desk
    found = activity.listing(desk, here.principal, filters, say=say)
    batches = {batch.batch_id: batch for batch in desk.workspace.batches()}
    held = activity.held_back(desk, here.principal)
    return page(
        here, "activity_plain.html.j2" if view == "plain" else "activity.html.j2",
        screen="activity", found=found, filters=filters, typed=typed or {}, did=did,
        choices=activity.choices(desk, here.principal, say), statuses=STATUSES, held=held,
        batches=[batches[name] for name in found["batches"]],
        marks=activity_marks.read_marks(desk),
        may_write=access.can(here.principal, "correct"),
        may_approve=access.can(here.principal, "approve"),
        may_decide=lambda b: access.can(here.principal, "approve", owner=b.actor),
        status=status_of(error) if error else 200, error=here.say.error(error) if error else "",
    )  # fmt: skip


def _row(
    here: Visit, row_id: str, *, error: TanluError | None = None,
    typed: dict[str, str] | None = None, stale: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    say = here.say.typographic()
    found = activity_row.one(here.desk, here.principal, row_id, say=say)
    findings = [here.say.finding(one) for one in error.findings] if error else []
    row = found["row"]
    return page(
        here, "activity_row.html.j2", screen="activity", found=found, typed=typed or {},
        title=f"{row['site']} · {row['item']} · {row['month']}", stale=stale,
        did=here.request.query_params.get("did", ""),
        qualities=activity.choices(here.desk, here.principal, say)["qualities"],
        status=_STALE if stale else status_of(error) if error else 200,
        error=here.say.error(error) if error else "", findings=findings,
    )  # fmt: skip
