"""Accounts and tokens: users for administrators, tokens for everybody's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from tanlu.app import access, tokens, users
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.rest.model import Body, Name

router = APIRouter(prefix="/api", tags=["accounts"])
_SEE = [needs("account")]
_SET = [needs("account"), Depends(proven)]
Who = Annotated[str, Path(max_length=200)]


class RoleRequest(Body):
    """A role and the sites it is held to."""

    role: Name
    sites: list[Name] = Field(default_factory=list, max_length=1000)


class UserRequest(RoleRequest):
    """A user to add; the one-time password is in the answer, this once."""

    name: Name
    expires: date | None = None


class TokenRequest(Body):
    """A token to make; it is in the answer, this once."""

    user: Name = Field("", description="Whose; without, one's own.")
    actions: list[Name] = Field(default=["view"], max_length=50)
    days: int | None = Field(None, ge=1, le=366)
    label: Name = ""


@router.get("/users", dependencies=_SEE)
def listed(here: Here) -> dict[str, Any]:
    """Return all users, without anything secret."""
    return {"ok": True, **users.list_users(here.desk.workspace)}


@router.post("/users", dependencies=_SET, status_code=201)
def add(wanted: UserRequest, here: Here) -> dict[str, Any]:
    """Add a user with a one-time password."""
    draft = users.UserDraft(wanted.name, wanted.role, tuple(wanted.sites), wanted.expires)
    return {"ok": True, **users.add_user(here.desk.workspace, draft)}


@router.put("/users/{name}/role", dependencies=_SET)
def change_role(name: Who, wanted: RoleRequest, here: Here) -> dict[str, Any]:
    """Give a user another role or other sites; the user's sessions end."""
    found = users.change_role(here.desk.workspace, name, wanted.role, sites=wanted.sites)
    return {"ok": True, **found}


@router.delete("/users/{name}", dependencies=_SET)
def remove(name: Who, here: Here) -> dict[str, Any]:
    """Remove a user; sessions and tokens end."""
    return {"ok": True, **users.remove_user(here.desk.workspace, name)}


@router.get("/tokens", dependencies=[needs("token")])
def tokens_listed(here: Here) -> dict[str, Any]:
    """Return the tokens: an administrator's sight is all, other people see their own."""
    mine = "" if access.can(here.principal, "account") else here.principal.name
    return {"ok": True, **tokens.list_tokens(here.desk.workspace, name=mine)}


@router.post("/tokens", dependencies=[needs("token"), Depends(proven)], status_code=201)
def add_token(wanted: TokenRequest, here: Here) -> dict[str, Any]:
    """Make a token."""
    name = wanted.user or here.principal.name
    _refuse_others(here, name)
    found = tokens.add_token(
        here.desk.workspace, name, actions=wanted.actions, days=wanted.days, label=wanted.label
    )
    return {"ok": True, **found}


@router.delete("/tokens/{token}", dependencies=[needs("token"), Depends(proven)])
def revoke(token: Who, here: Here) -> dict[str, Any]:
    """Make a token worthless."""
    mine = "" if access.can(here.principal, "account") else here.principal.name
    return {"ok": True, **tokens.revoke_token(here.desk.workspace, token, name=mine)}


def _refuse_others(here: Visit, name: str) -> None:
    if not access.can(here.principal, "token", owner=name):
        raise TanluError("gate.denied", action="token", role=here.principal.role)
