"""Organisation and boundary: sites, method, exclusions, statements, the boundary in words."""

from collections.abc import Callable

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tanlu.app import access, import_questions, organisations
from tanlu.app.organisations import Changed
from tanlu.gate.permission import needs
from tanlu.gate.refusal import status_of
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view")])
_SET = [needs("configure"), Depends(proven)]
_CONFLICT = 409


@router.get("/organisation")
def organisation(here: Here) -> Response:
    """Show how the organisation is set up."""
    return go(here, "/welcome") if not here.desk.has_workspace else _page(here)


@router.get("/organisation/site", dependencies=[needs("configure")])
def site_form(here: Here, name: str = "") -> Response:
    """Show the form of a site."""
    return _site(here, name, organisations.site_form(here.desk.workspace, name))


@router.post("/organisation/site", dependencies=_SET)
def site(here: Here, typed: Typed) -> Response:
    """Register a site or change one; what changed meanwhile is shown beside what was typed."""
    name = typed.get("site", "")
    try:
        found = organisations.save_site(
            here.desk.workspace, typed, name=name, version=typed.get("version", "")
        )
    except TanluError as error:
        return _site(here, name, typed, error=error)
    return _site(here, name, typed, theirs=found) if found else go(here, "/organisation")


@router.post("/organisation/method", dependencies=_SET)
def method(here: Here, typed: Typed) -> Response:
    """Set profile, GWP set and base year."""

    def save() -> Changed | None:
        return organisations.save_method(
            here.desk.workspace, typed, version=typed.get("version", ""), say=here.say
        )

    return _saved(here, typed, "method", save)


@router.post("/organisation/statement", dependencies=_SET)
def statement(here: Here, typed: Typed) -> Response:
    """State one thing for the report."""

    def save() -> Changed | None:
        return organisations.save_statement(
            here.desk.workspace, typed.get("key", ""), typed,
            version=typed.get("version", ""), say=here.say,
        )  # fmt: skip

    return _saved(here, typed, typed.get("key", ""), save)


@router.post("/organisation/exclusion", dependencies=_SET)
def exclude(here: Here, typed: Typed) -> Response:
    """Leave something out, with its reason."""

    def save() -> None:
        organisations.add_exclusion(here.desk.workspace, typed, say=here.say)

    return _saved(here, typed, "exclusion", save)


@router.post("/organisation/exclusion/remove", dependencies=_SET)
def include(here: Here, typed: Typed) -> Response:
    """Take an exclusion back."""

    def save() -> None:
        organisations.remove_exclusion(here.desk.workspace, typed.get("subject", ""), say=here.say)

    return _saved(here, typed, "exclusion", save)


def _saved(
    here: Visit, typed: dict[str, str], part: str, save: Callable[[], Changed | None]
) -> Response:
    try:
        found = save()
    except TanluError as error:
        return _page(here, part=part, typed=typed, error=error)
    if found is not None:
        return _page(here, part=part, typed=typed, theirs=found)
    return go(here, "/organisation")


def _page(
    here: Visit,
    *,
    part: str = "",
    typed: dict[str, str] | None = None,
    error: TanluError | None = None,
    theirs: Changed | None = None,
) -> Response:
    say = here.say.typographic()
    return page(
        here, "organisation.html.j2", screen="organisation",
        found=organisations.board(here.desk.workspace, say), mark=organisations.mark,
        subjects=organisations.exclusion_subjects(say), part=part, typed=typed or {},
        theirs=theirs, may=access.can(here.principal, "configure"),
        message=say.error(error) if error else "",
        status=status_of(error) if error else _CONFLICT if theirs else 200,
    )  # fmt: skip


def _site(
    here: Visit,
    name: str,
    values: dict[str, str],
    *,
    error: TanluError | None = None,
    theirs: Changed | None = None,
) -> Response:
    say = here.say.typographic()
    version = theirs.version if theirs else values.get("version") or organisations.mark(values)
    return page(
        here, "organisation_site.html.j2", screen="organisation", site=name,
        title=name or say("web.organisation.add"), values=values, version=version, theirs=theirs,
        provinces=import_questions.province_choices(say),
        message=say.error(error) if error else "",
        status=status_of(error) if error else _CONFLICT if theirs else 200,
    )  # fmt: skip
