"""Settings: company, users and tokens, backup, checks, version and licences."""

from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from tanlu.app import access, doctor, people_board, preferences
from tanlu.app.organisations import Changed, mark
from tanlu.gate.permission import needs
from tanlu.gate.refusal import status_of
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])
_SET = [needs("configure"), Depends(proven)]
_CONFLICT = 409


@router.get("/settings")
def settings(here: Here) -> Response:
    """Show the settings."""
    return go(here, "/welcome") if not here.desk.has_workspace else _page(here)


@router.post("/settings/company", dependencies=_SET)
def company(here: Here, typed: Typed) -> Response:
    """Change the settings of the company."""
    try:
        found = preferences.save_company(
            here.desk.workspace, typed, version=typed.get("version", ""), say=here.say
        )
    except TanluError as error:
        return _page(here, typed=typed, error=error)
    return _page(here, typed=typed, theirs=found) if found else go(here, "/settings")


@router.post("/settings/people/{what}", dependencies=[needs("token"), Depends(proven)])
def people(what: str, here: Here, typed: Typed) -> Response:
    """Change a user or a token; a secret is shown in the answer and nowhere else."""
    try:
        made = people_board.change(here.desk.workspace, here.principal, typed, what=what)
    except TanluError as error:
        return _page(here, error=error)
    return _page(here, made=made) if made["secret"] else go(here, "/settings", people=1)


@router.get("/settings/backup", dependencies=[needs("configure")])
def backup(here: Here) -> Response:
    """Answer the workspace as one zip."""
    name, path = preferences.backup(here.desk)
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, filename=name, media_type="application/zip", background=gone)


@router.get("/settings/checks", dependencies=[needs("configure")])
def checks(here: Here) -> Response:
    """Run the checks and show what they found."""
    found = doctor.examine(here.desk.folder, say=here.say)["checks"]
    return _page(here, checks=found)


def _page(
    here: Visit,
    *,
    typed: dict[str, str] | None = None,
    error: TanluError | None = None,
    theirs: Changed | None = None,
    made: dict[str, str] | None = None,
    checks: list[dict[str, object]] | None = None,
) -> Response:
    say, workspace = here.say.typographic(), here.desk.workspace
    now = preferences.company_form(workspace)
    has_accounts = here.request.state.door.has_accounts
    return page(
        here, "settings.html.j2", screen="settings", now=typed or now,
        version_mark=theirs.version if theirs else (typed or {}).get("version") or mark(now),
        choices=preferences.company_choices(say), theirs=theirs, checks=checks, made=made,
        people=people_board.board(workspace, here.principal, say) if has_accounts else None,
        about=preferences.about(), may=access.can(here.principal, "configure"),
        message=say.error(error) if error else "",
        status=status_of(error) if error else _CONFLICT if theirs else 200,
    )  # fmt: skip
