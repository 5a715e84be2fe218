"""Targets: what is set, how it stands, its path; setting, changing and withdrawing one."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tanlu.app import access, target_board
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view")])
_SET = [needs("target"), Depends(proven)]


@router.get("/targets")
def targets(here: Here, company: str = "") -> Response:
    """List the targets with their checks, and the published ones of a company asked for."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    say = here.say.typographic()
    found = target_board.board(here.desk, say)
    theirs = target_board.companies(company, say)
    return page(
        here, "targets.html.j2", screen="targets", found=found, theirs=theirs, may_set=_may(here)
    )


@router.get("/targets/one")
def one(here: Here, id: str) -> Response:
    """Show one target: its path, its checks, how to withdraw it."""
    return _one(here, id)


@router.get("/targets/edit", dependencies=[needs("target")])
def form(here: Here, kind: str = "", id: str = "") -> Response:
    """Show the form of a new target, or of a known one."""
    found = target_board.form(here.desk.workspace, here.say.typographic(), kind=kind, target_id=id)
    return _form(here, found)


@router.post("/targets/edit", dependencies=_SET)
def save(here: Here, typed: Typed) -> Response:
    """Set a target; what changed meanwhile is shown beside what was typed."""
    say, target_id = here.say.typographic(), typed.get("id", "")
    version = typed.get("version", "0")
    try:
        made = target_board.save(
            here.desk.workspace, typed, target_id=target_id,
            version=int(version) if version.isdecimal() else 0, say=say,
        )  # fmt: skip
    except TanluError as error:
        found = target_board.form(here.desk.workspace, say, kind=typed.get("kind", ""))
        found |= {"id": target_id, "version": version, "values": typed}
        return _form(here, found, error=error)
    if isinstance(made, target_board.Changed):
        found = target_board.form(here.desk.workspace, say, kind=typed.get("kind", ""))
        found |= {"id": target_id, "version": made.version, "values": typed}
        return _form(here, found, theirs=made)
    return go(here, "/targets/one", id=made)


@router.post("/targets/remove", dependencies=_SET)
def remove(here: Here, typed: Typed) -> Response:
    """Withdraw a target; its history stays in the ledger."""
    target_id, reason = typed.get("id", ""), typed.get("reason", "")
    try:
        target_board.withdraw(here.desk.workspace, target_id, reason=reason, say=here.say)
    except TanluError as error:
        if error.code == "target.unknown":
            raise
        return _one(here, target_id, error=error)
    return go(here, "/targets")


def _may(here: Visit) -> bool:
    return access.can(here.principal, "target", site="")


def _one(here: Visit, target_id: str, *, error: TanluError | None = None) -> Response:
    say = here.say.typographic()
    found = target_board.one(here.desk, target_id, say)
    message = say.error(error) if error else ""
    facts = {"found": found, "message": message, "may_set": _may(here)}
    status = 422 if error else 200
    return page(
        here, "target.html.j2", screen="targets", title=found["label"], status=status, **facts
    )


def _form(
    here: Visit,
    found: dict[str, object],
    *,
    error: TanluError | None = None,
    theirs: target_board.Changed | None = None,
) -> Response:
    say = here.say.typographic()
    facts = {
        "found": found,
        "message": say.error(error) if error else "",
        "wrong": target_board.field_of(error) if error else "",
        "theirs": theirs,
    }
    title = say("web.targets.edit" if found["id"] else "web.targets.new")
    status = 422 if error else 409 if theirs else 200
    return page(here, "target_form.html.j2", screen="targets", title=title, status=status, **facts)
