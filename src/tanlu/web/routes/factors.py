"""Factors: the library, one in full, editions side by side, project factors, check of claims."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from tanlu.app import access, claims, factor_forms, factor_library
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False)
_SEE = [needs("view")]
_SET = [needs("configure"), Depends(proven)]


@router.get("/factors", dependencies=_SEE)
def factors(
    here: Here,
    q: str = "",
    set: str = "",  # as the address says it
    region: str = "",
    data_year: str = "",
    quality: str = "",
    used: str = "",
) -> Response:
    """List the factors that pass the filter of the address."""
    wanted = factor_library.Wanted(q, set, region, data_year, quality, bool(used))
    say = here.say.typographic()
    found = factor_library.library(here.desk, wanted, year=here.year, say=say)
    return _page(here, "factors.html.j2", "library", found=found, wanted=wanted)


@router.get("/factors/one", dependencies=_SEE)
def one(here: Here, id: str = "") -> Response:  # as the address says it
    """Show one factor in full."""
    found = factor_library.one(here.desk, id, year=here.year, say=here.say.typographic())
    return _page(here, "factor.html.j2", "library", found=found)


@router.get("/factors/compare", dependencies=_SEE)
def compare(here: Here, id: Annotated[list[str] | None, Query()] = None) -> Response:
    """Show factors side by side."""
    found = factor_library.compared(here.desk, id or (), say=here.say.typographic())
    return _page(here, "factors_compared.html.j2", "library", found=found)


@router.get("/factors/own", dependencies=_SEE)
def own(here: Here, item: str = "", adopt: str = "", edit: str = "", done: str = "") -> Response:
    """List the project factors, with the form of one."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    typed = {"item": item, "adopt": adopt}
    found = factor_forms.form(here.desk, typed, edit=edit, say=here.say.typographic())
    return _page(here, "factors_own.html.j2", "own", found=found, done=done)


@router.post("/factors/own", dependencies=_SET)
def save(here: Here, typed: Typed) -> Response:
    """Show what a project factor would change, or use it."""
    say = here.say.typographic()
    try:
        found = factor_forms.taken(here.desk, typed, say=say)
    except TanluError as error:
        again = factor_forms.form(here.desk, typed, say=say)
        is_stale = error.code == factor_forms.STALE
        theirs = factor_forms.stored(here.desk, typed, say=say) if is_stale else None
        return _page(
            here, "factors_own.html.j2", "own", status=409 if is_stale else 422,
            found=again, message=say.error(error), theirs=theirs,
        )  # fmt: skip
    if found is None:
        return go(here, "/factors/own", done="saved")
    return _page(here, "factors_own.html.j2", "own", found=found)


@router.post("/factors/own/remove", dependencies=_SET)
def remove(here: Here, typed: Typed) -> Response:
    """Go back to the published factor."""
    say = here.say.typographic()
    try:
        factor_forms.remove(here.desk, typed, say=say)
    except TanluError as error:
        found = factor_forms.form(here.desk, {}, say=say)
        message = say.error(error)
        return _page(here, "factors_own.html.j2", "own", status=422, found=found, message=message)
    return go(here, "/factors/own", done="removed")


@router.get("/factors/claim", dependencies=[needs("calculate")])
def claim(
    here: Here,
    kwh: str = "",
    tce: str = "",
    tco2: str = "",
    cny: str = "",
    claimed: str = "",
    province: str = "",
) -> Response:
    """Check a claim against the constants of the tables."""
    typed = {"kwh": kwh, "tce": tce, "tco2": tco2, "cny": cny}
    facts: dict[str, Any] = {"typed": typed, "claimed": claimed, "province": province}
    if not any(typed.values()):
        return _page(here, "claim.html.j2", "claim", found=None, **facts)
    try:
        year = factor_forms.claimed_year(claimed)
        say = here.say.typographic()
        found = claims.check_claim(typed, year=year, province=province, say=say)
    except TanluError as error:
        message = here.say.error(error)
        return _page(here, "claim.html.j2", "claim", status=422, message=message, **facts)
    return _page(here, "claim.html.j2", "claim", found=found, **facts)


def _page(here: Here, template: str, tab: str, **facts: Any) -> Response:
    told = {"found": None, "message": "", "theirs": None, "done": "", **facts}
    may_set = access.can(here.principal, "configure")
    return page(here, template, screen="factors", tab=tab, may_set=may_set, **told)
