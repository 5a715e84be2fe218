"""The company: sites, what it states for its report, its machines, its factors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from tanlu.app import (
    access,
    equipment,
    equipment_board,
    factor_effects,
    factor_library,
    own_factors,
    statements,
    workspaces,
)
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.rest.model import Body, Name, Reason, Text

router = APIRouter(prefix="/api", tags=["company"])
_SEE = [needs("view")]
_SET = [needs("configure"), Depends(proven)]
Key = Annotated[str, Path(max_length=200)]
Asked = Annotated[str, Query(max_length=200)]


class SiteRequest(Body):
    """A site to register, or to give its province."""

    site: Name
    province: Name = ""
    name_en: Name = ""


class Statement(Reason):
    """What is stated; an empty text takes it back."""

    text: Text
    english: Text = ""


class Machine(Body):
    """A line of the equipment list, as typed."""

    machine: Name
    site: Name
    kind: Name
    rating: Name
    count: int = Field(1, ge=1, le=10**6)
    hours: Name = ""
    load: Name = ""
    grade: Name = ""
    year: Name = ""
    note: Text = ""


class OwnFactor(Body):
    """A project factor, as the options of `tanlu factor override`."""

    item: Name
    site: Name = ""
    stream: Name = "main"
    value: Name = ""
    unit: Name = ""
    gas: Name = own_factors.GASES[0]
    adopt: Name = ""
    source: Text = ""
    reason: Text
    first_year: Name = ""
    last_year: Name = ""
    dry_run: bool = False


@router.post("/sites", dependencies=_SET)
def add_site(wanted: SiteRequest, here: Here) -> dict[str, Any]:
    """Register a site, or give a known one its province."""
    found = workspaces.register_site(
        here.desk.workspace, wanted.site, province=wanted.province, name_en=wanted.name_en
    )
    return {"ok": True, **found}


@router.get("/settings", dependencies=_SEE)
def settings(here: Here) -> dict[str, Any]:
    """Return what may be stated for the report, and what is stated."""
    return {"ok": True, **statements.settings_body(here.desk.workspace, say=here.say)}


@router.put("/settings/{key}", dependencies=_SET)
def state(key: Key, wanted: Statement, here: Here) -> dict[str, Any]:
    """State one thing for the report."""
    found = statements.set_statement(
        here.desk.workspace, key, wanted.text, english=wanted.english, reason=wanted.reason,
        say=here.say,
    )  # fmt: skip
    return {"ok": True, **found}


@router.get("/equipment", dependencies=[needs("view", by_site=True)])
def machines(here: Here, site: Asked = "") -> dict[str, Any]:
    """Return the lines of the equipment list."""
    mine = access.scope(here.principal)
    found = equipment.equipment_body(here.desk.workspace, site=site, say=here.say)["equipment"]
    rows = [one for one in found if mine is None or one["site"] in mine]
    return {"ok": True, "equipment": rows}


@router.post("/equipment", dependencies=[needs("equipment", by_site=True), Depends(proven)])
def add_machine(wanted: Machine, here: Here) -> dict[str, Any]:
    """Put a machine into the equipment list."""
    if not access.can(here.principal, "equipment", site=wanted.site):
        raise TanluError("gate.denied", action="equipment", role=here.principal.role)
    typed = {name: str(value) for name, value in wanted.model_dump().items()}
    equipment_board.add(here.desk, typed, here.say)
    return machines(here, wanted.site)


@router.get("/equipment/actions", dependencies=_SEE)
def actions(here: Here, site: Asked = "", machine: Asked = "") -> dict[str, Any]:
    """Return what each machine could do, how it was calculated and what it takes."""
    found = equipment.actions_body(here.desk.workspace, site=site, machine=machine, say=here.say)
    return {"ok": True, **found}


@router.get("/factors", dependencies=_SEE)
def factors(here: Here, item: Asked = "") -> dict[str, Any]:
    """Return the project factors, or every edition there is for an item."""
    if item:
        return {"ok": True, **factor_library.editions_body(item, say=here.say)}
    return {"ok": True, **own_factors.factors_body(here.desk.workspace, say=here.say)}


@router.post("/factors", dependencies=_SET)
def override(wanted: OwnFactor, here: Here) -> dict[str, Any]:
    """Use a project factor before any published one; `dry_run` tells its effect alone."""
    fields = wanted.model_dump(exclude={"dry_run"})
    draft, workspace = own_factors.Draft(**fields), here.desk.workspace
    effect = factor_effects.effect_of(workspace, draft)
    if wanted.dry_run:
        body = own_factors.factors_body(workspace, say=here.say)
    else:
        body = own_factors.override_factor(workspace, draft, say=here.say)
    return {"ok": True, **body, "effect": effect}


@router.post("/factors/{name:path}/remove", dependencies=_SET)
def published_again(name: Key, wanted: Reason, here: Here) -> dict[str, Any]:
    """Go back to the published factor."""
    found = own_factors.remove_factor(here.desk.workspace, name, reason=wanted.reason, say=here.say)
    return {"ok": True, **found}
