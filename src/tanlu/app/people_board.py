"""Users, roles and tokens as a screen shows and changes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tanlu.app import access, clock, tokens, users
from tanlu.app.access import Role
from tanlu.catalog import tables
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.access import Principal
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace


def board(workspace: Workspace, principal: Principal, say: Say) -> dict[str, Any]:
    """Return what a person may see: all users and tokens, or the own tokens."""
    manages = access.can(principal, "account")
    mine = "" if manages else principal.name
    roles = [(role.value, say(f"accounts.role.{role.value}")) for role in Role]
    return {
        "manages": manages,
        "users": [_user(one, say) for one in users.list_users(workspace)["users"]]
        if manages
        else [],
        "roles": roles,
        "sites": [site.id for site in workspace.sites()],
        "tokens": tokens.list_tokens(workspace, name=mine)["tokens"],
        "actions": [
            (row["id"], say.pick(row["meaning_zh"], row["meaning_en"]))
            for row in tables.read("permission")
        ],
    }


def _user(user: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        **user,
        "role_name": say(f"accounts.role.{user['role']}"),
        "state_name": say(f"web.people.state.{user['state']}"),
        "expires_at": clock.minute(user["expires_at"]),
        "login_at": clock.minute(user["login_at"]),
    }


def change(
    workspace: Workspace, principal: Principal, typed: Mapping[str, str], *, what: str
) -> dict[str, Any]:
    """Do one thing to a user or a token.

    Parameters
    ----------
    workspace, principal : Workspace, Principal
    typed : Mapping
        Fields of the form; sites one a line.
    what : str
        ``add``, ``role``, ``remove``, ``password``, ``sessions``, ``token`` or ``revoke``.

    Returns
    -------
    dict
        ``secret``: the one-time password or token, told this once; ``name``: whose.

    Raises
    ------
    TanluError
        ``gate.not-found`` for another word; ``gate.denied``; those of `users` and `tokens`.
    """
    doing = _BY_WORD.get(what)
    if doing is None:
        raise TanluError("gate.not-found", place=what)
    if what not in _OWN and not access.can(principal, "account"):
        raise TanluError("gate.denied", action="account", role=principal.role)
    return doing(workspace, principal, typed)


def _sites(typed: Mapping[str, str]) -> list[str]:
    return [line.strip() for line in typed.get("sites", "").splitlines() if line.strip()]


def _add(workspace: Workspace, _who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    day = typed.get("expires", "")
    try:
        expires = date.fromisoformat(day) if day else None
    except ValueError:
        raise TanluError("accounts.expires-past", found=day) from None
    draft = users.UserDraft(
        typed.get("name", ""), typed.get("role", ""), _sites(typed), expires=expires
    )
    made = users.add_user(workspace, draft)
    return {"secret": made["password"], "name": made["user"]["name"]}


def _role(workspace: Workspace, _who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    name = typed.get("name", "")
    users.change_role(workspace, name, typed.get("role", ""), sites=_sites(typed))
    return {"secret": "", "name": name}


def _remove(workspace: Workspace, _who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    users.remove_user(workspace, typed.get("name", ""))
    return {"secret": "", "name": typed.get("name", "")}


def _password(workspace: Workspace, _who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    made = users.reset_password(workspace, typed.get("name", ""))
    return {"secret": made["password"], "name": made["user"]["name"]}


def _sessions(workspace: Workspace, _who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    users.end_sessions(workspace, typed.get("name", ""))
    return {"secret": "", "name": typed.get("name", "")}


def _token(workspace: Workspace, who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    name = typed.get("name", "") or who.name
    if name != who.name and not access.can(who, "account"):
        raise TanluError("gate.denied", action="account", role=who.role)
    days = typed.get("days", "").strip()
    made = tokens.add_token(
        workspace, name, actions=[typed.get("action", "view")],
        days=int(days) if days.isdecimal() else None, label=typed.get("label", ""),
    )  # fmt: skip
    return {"secret": made["secret"], "name": name}


def _revoke(workspace: Workspace, who: Principal, typed: Mapping[str, str]) -> dict[str, Any]:
    mine = "" if access.can(who, "account") else who.name
    tokens.revoke_token(workspace, typed.get("id", ""), name=mine)
    return {"secret": "", "name": who.name}


_BY_WORD = {
    "add": _add,
    "role": _role,
    "remove": _remove,
    "password": _password,
    "sessions": _sessions,
    "token": _token,
    "revoke": _revoke,
}
_OWN = frozenset({"token", "revoke"})
