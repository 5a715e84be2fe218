"""Measures: the catalogue, one in full, several side by side, own ones, the equipment register."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from tanlu.app import access, equipment_board, measure_board, own_forms
from tanlu.app.measures import Filter
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.held import demand
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("view", by_site=True)])
_OWN = [needs("measure", by_site=True), Depends(proven)]
_MACHINES = [needs("equipment", by_site=True), Depends(proven)]


@router.get("/measures")
def measures(
    here: Here,
    sector: str = "",
    family: str = "",
    carrier: str = "",
    end_use: str = "",
    q: str = "",
) -> Response:
    """Show the cards of the catalogue that pass the filter of the address."""
    wanted = Filter(sector=sector, family=family, carrier=carrier, end_use=end_use, text=q)
    found = measure_board.board(here.desk, wanted, _say(here), sites=_sites(here))
    return page(here, "measures.html.j2", screen="measures", found=found, wanted=wanted)


@router.get("/measures/compare")
def compare(here: Here, id: Annotated[list[str] | None, Query()] = None) -> Response:
    """Show several measures side by side."""
    if not id:
        return go(here, "/measures")
    found = measure_board.compared(here.desk, id, _say(here), sites=_sites(here))
    return page(here, "measures_compared.html.j2", screen="measures", found=found)


@router.get("/measures/own")
def own(here: Here, edit: str = "", made: str = "") -> Response:
    """List the company's own measures and figures, with the form of one."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    if edit:
        demand(here.principal, "view", site=own_forms.site_of(here.desk.workspace, edit))
    return _own(
        here,
        own_forms.form(here.desk.workspace, _say(here), edit=edit, sites=_sites(here)),
        made=made,
    )


@router.post("/measures/own", dependencies=_OWN)
def save(here: Here, typed: Typed) -> Response:
    """Write an own measure or own figures; what changed meanwhile is shown beside it."""
    desk = here.desk
    for site in {typed.get("site", ""), own_forms.site_of(desk.workspace, typed.get("id", ""))}:
        if site:
            demand(here.principal, "measure", site=site)
    try:
        made = own_forms.save(desk.workspace, typed, say=here.say)
    except TanluError as error:
        return _refused(here, typed, error)
    if isinstance(made, dict):
        found = own_forms.form(
            desk.workspace, _say(here), measure=typed.get("measure", ""), sites=_sites(here)
        )
        found |= {"id": made["id"], "mark": made["mark"], "values": typed}
        return _own(here, found, theirs=made, status=409)
    return go(here, "/measures/own", made=made)


@router.post("/measures/remove", dependencies=_OWN)
def remove(here: Here, typed: Typed) -> Response:
    """Take out an own measure or own figures, with a reason."""
    name, reason = typed.get("id", ""), typed.get("reason", "")
    site = own_forms.site_of(here.desk.workspace, name)
    demand(here.principal, "measure", site=site)
    try:
        own_forms.remove(here.desk.workspace, name, reason=reason)
    except TanluError as error:
        return _refused(here, {}, error)
    return go(here, "/measures/own")


@router.get("/measures/equipment")
def equipment(here: Here, site: str = "", made: str = "") -> Response:
    """List the machines with what each could do."""
    if not here.desk.has_workspace:
        return go(here, "/welcome")
    return _equipment(here, site=site, made=made)


@router.post("/measures/equipment", dependencies=_MACHINES)
def add_machine(here: Here, typed: Typed) -> Response:
    """Put a machine into the register."""
    demand(here.principal, "equipment", site=typed.get("site", ""))
    try:
        equipment_board.add(here.desk, typed, here.say)
    except TanluError as error:
        return _equipment(here, typed=typed, error=error)
    return go(here, "/measures/equipment", made=typed.get("machine", ""))


@router.get("/measures/{measure}")
def one(here: Here, measure: str) -> Response:
    """Show a measure in full."""
    say = _say(here)
    found = measure_board.one(here.desk, measure, say, sites=_sites(here))
    facts: dict[str, Any] = {"found": found, "form": None}
    if here.desk.has_workspace and access.can(here.principal, "measure"):
        facts["form"] = own_forms.form(
            here.desk.workspace, say, measure=measure, sites=_sites(here)
        )
    return page(here, "measure.html.j2", screen="measures", title=found["label"], **facts)


def _say(here: Visit) -> Any:
    return here.say.typographic()


def _sites(here: Visit) -> tuple[str, ...] | None:
    """Return the sites this person is held to; None for all."""
    return access.scope(here.principal)


def _refused(here: Visit, typed: Mapping[str, str], error: TanluError) -> Response:
    found = own_forms.form(
        here.desk.workspace, _say(here), measure=typed.get("measure", ""), sites=_sites(here)
    )
    found |= {"id": typed.get("id", ""), "mark": typed.get("mark", ""), "values": typed}
    return _own(here, found, error=error, status=422)


def _own(
    here: Visit,
    form: Mapping[str, Any],
    *,
    error: TanluError | None = None,
    theirs: Mapping[str, str] | None = None,
    made: str = "",
    status: int = 200,
) -> Response:
    say = _say(here)
    return page(
        here,
        "measures_own.html.j2",
        screen="measures",
        status=status,
        found=own_forms.own(here.desk.workspace, say, sites=_sites(here)),
        form=form,
        may_set=access.can(here.principal, "measure"),
        message=own_forms.message_of(error, say) if error else "",
        wrong=own_forms.field_of(error) if error else "",
        theirs=theirs,
        made=made,
    )


def _equipment(
    here: Visit,
    *,
    site: str = "",
    made: str = "",
    typed: Mapping[str, str] | None = None,
    error: TanluError | None = None,
) -> Response:
    say = _say(here)
    return page(
        here,
        "measures_equipment.html.j2",
        screen="measures",
        status=422 if error else 200,
        found=equipment_board.board(here.desk, say, site=site, sites=_sites(here)),
        may_set=access.can(here.principal, "equipment"),
        typed=typed or {},
        message=own_forms.message_of(error, say) if error else "",
        findings=[say.finding(finding) for finding in error.findings] if error else [],
        wrong=own_forms.field_of(error) if error else "",
        made=made,
    )
