"""Import: files handed in, read and shown, questions answered, one batch posted; undoing one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, UploadFile
from starlette.responses import FileResponse, Response

from tanlu.app import (
    access,
    audits,
    import_desk,
    import_history,
    import_questions,
    import_view,
    workspaces,
)
from tanlu.app.findings import finding_bodies
from tanlu.app.spool import Spool, uploads_of
from tanlu.gate.permission import needs
from tanlu.gate.refusal import status_of
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])
_WRITES = [needs("import", by_site=True), Depends(proven)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Files = Annotated[list[UploadFile], File()]


@router.get("/import")
def imports(here: Here) -> Response:
    """List the imports, and take new files."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    return _list(here)


@router.post("/import", dependencies=_WRITES)
def take(here: Here, files: Files = []) -> Response:  # noqa: B006  # FastAPI copies it
    """Keep files and start reading them."""
    try:
        uploads = uploads_of((one.filename, one.file) for one in files)
        token = import_desk.take(here.desk, here.principal, uploads, say=here.say)
    except TanluError as error:
        return _list(here, error)
    return go(here, f"/import/staged/{token}")


@router.get("/import/staged/{token}", dependencies=[needs("import", by_site=True)])
def staged(token: str, here: Here, show: str = "") -> Response:
    """Show what was handed in: being read, or as it was read."""
    return _staged(here, token, show=show)


@router.post("/import/staged/{token}/answers", dependencies=_WRITES)
def answer(token: str, here: Here, typed: Typed) -> Response:
    """Keep answers, register sites, and read again."""
    try:
        _answer(here, token, typed)
    except TanluError as error:
        if error.code == "import.gone":
            raise
        return _staged(here, token, error=error, typed=typed)
    return go(here, f"/import/staged/{token}")


@router.post("/import/staged/{token}/commit", dependencies=_WRITES)
def commit(token: str, here: Here, typed: Typed) -> Response:
    """Post what the preview shows, as one batch."""
    try:
        import_desk.start_commit(
            here.desk, here.principal, token, head=typed.get("head", ""), say=here.say
        )
    except TanluError as error:
        if error.code == "import.gone":
            raise
        return _staged(here, token, error=error)
    return go(here, f"/import/staged/{token}")


@router.post("/import/staged/{token}/drop", dependencies=_WRITES)
def drop(token: str, here: Here) -> Response:
    """Remove the files; the ledger does not change."""
    spool = Spool(here.desk.folder)
    import_desk.free(here.desk, spool, token, here.principal)
    spool.drop(token)
    return go(here, "/import")


@router.get("/import/staged/{token}/checked/{number}", dependencies=[needs("import", by_site=True)])
def checked(token: str, number: int, here: Here) -> Response:
    """Answer the marked copy of a file."""
    path = import_view.checked_copy(here.desk, here.principal, token, number, say=here.say)
    return FileResponse(path, filename=path.name, media_type=_XLSX)


@router.get("/import/batch/{batch}")
def one(batch: str, here: Here, show: str = "") -> Response:
    """Show one import of the ledger."""
    return _batch(here, batch, show=show)


@router.post("/import/batch/{batch}/again", dependencies=_WRITES)
def again(batch: str, here: Here) -> Response:
    """Take the originals of an import once more, to answer what it left open."""
    import_history.batch(here.desk, here.principal, batch, say=here.say)
    token = import_desk.take_again(here.desk, here.principal, batch, say=here.say)
    return go(here, f"/import/staged/{token}")


@router.post(
    "/import/batch/{batch}/undo", dependencies=[needs("correct", by_site=True), Depends(proven)]
)
def undo(batch: str, here: Here, typed: Typed) -> Response:
    """Take an import back, with a reason."""
    try:
        import_history.check_undo(here.desk.workspace, here.principal, batch)
        audits.void_batch(here.desk.workspace, batch, reason=typed.get("reason", "").strip())
    except TanluError as error:
        return _batch(here, batch, error=error)
    return go(here, f"/import/batch/{batch}")


def _answer(here: Visit, token: str, typed: Typed) -> None:
    desk, spool = here.desk, Spool(here.desk.folder)
    import_desk.free(desk, spool, token, here.principal)
    preview = spool.read(token, "preview")
    mapping = import_desk.answers(spool, token)
    back = [int(name[1:]) for name in typed if name[:1] == "x" and name[1:].isdecimal()]
    mapping = import_questions.without(mapping, back)
    if preview is not None:
        sites = [site.id for site in desk.workspace.sites()]
        asked = import_questions.questions(preview, sites, here.say)
        previews = [file["previews"] for file in preview["files"]]
        mapping, new = import_questions.answered(mapping, asked, typed, previews=previews)
        import_desk.keep_answers(spool, token, mapping)
        _register(here, new)
    import_desk.start_read(desk, here.principal, token, say=here.say)


def _register(here: Visit, new: dict[str, str]) -> None:
    if new and not access.can(here.principal, "configure"):
        raise TanluError("gate.denied", action="configure", role=here.principal.role)
    for name, province in new.items():
        workspaces.register_site(here.desk.workspace, name, province=province)


def _list(here: Visit, error: TanluError | None = None) -> Response:
    say = here.say.typographic()
    found = import_history.overview(here.desk, here.principal, say)
    return page(
        here, "imports.html.j2", screen="import", found=found, **_refusal(here, error),
        may_import=access.can(here.principal, "import"),
        status=status_of(error) if error else 200,
    )  # fmt: skip


def _staged(
    here: Visit, token: str, *, show: str = "", error: TanluError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    say = here.say.typographic()
    found = import_view.staged(here.desk, here.principal, token, say=say, severity=show)
    return page(
        here, "import_staged.html.j2", screen="import", found=found, typed=typed or {},
        items=import_questions.item_names(say), fields=import_questions.field_choices(say),
        kinds=import_view.kind_choices(say), provinces=import_questions.province_choices(say),
        status=status_of(error) if error else 200, **_refusal(here, error),
    )  # fmt: skip


def _batch(here: Visit, batch: str, *, show: str = "", error: TanluError | None = None) -> Response:
    say = here.say.typographic()
    found = import_history.batch(here.desk, here.principal, batch, say=say, severity=show)
    return page(
        here, "import_batch.html.j2", screen="import", found=found,
        title=say("web.import.batch", id=batch), may_undo=access.can(here.principal, "correct"),
        may_import=access.can(here.principal, "import"),
        status=status_of(error) if error else 200, **_refusal(here, error),
    )  # fmt: skip


def _refusal(here: Visit, error: TanluError | None) -> dict[str, Any]:
    if error is None:
        return {"message": "", "findings": []}
    told = [one["message"] for one in finding_bodies(error.findings[:20], here.say)]
    return {"message": here.say.error(error), "findings": told}
