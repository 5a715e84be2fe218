"""API tokens: made for a user, shown once, kept as hashes, revoked; each change is an event."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.access import Grant, Role, grants
from tanlu.app.accounts import TOKEN_PREFIX, token_hash, user_key
from tanlu.app.passwords import limit
from tanlu.app.users import instant, note, people_of, user_named
from tanlu.kernel.errors import TanluError
from tanlu.storage.desk import StoredToken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tanlu.storage import Workspace

EVERY_ACTION = "all"
_NOT_BY_TOKEN = frozenset({"account", "password", "token"})
_TOKEN_BYTES, _ID_BYTES = 32, 4


def add_token(
    workspace: Workspace,
    name: str,
    *,
    actions: Sequence[str] = ("view",),
    days: int | None = None,
    label: str = "",
) -> dict[str, Any]:
    """Make an API token that acts for a user; it is told this once.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Of the user.
    actions : sequence of str
        What it may do, of the table `permission`; ``all`` is what the role may do, but for
        accounts, passwords and tokens.
    days : int, optional
        Its life [d].
    label : str
        What it is for.

    Returns
    -------
    dict
        ``token``: its description, ``secret``: itself.

    Raises
    ------
    TanluError
        ``accounts.user-unknown``, ``accounts.actions-unknown``, ``accounts.actions-refused``,
        ``accounts.token-days``.
    """
    user = user_named(workspace, name)
    life = limit("token_days") if days is None else days
    if not 0 < life <= limit("token_days_longest"):
        raise TanluError("accounts.token-days", found=life, most=limit("token_days_longest"))
    now = clock.now()
    token = StoredToken(
        secrets.token_hex(_ID_BYTES),
        user,
        label.strip()[: limit("name_characters")],
        _actions(Role(user.role), actions),
        now,
        now + timedelta(days=life),
    )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    people_of(workspace).add_token(token, hash_=token_hash(secret))
    body = _token_body(token, now)
    told = {"user": user.name, "actions": body["actions"], "expires_at": body["expires_at"]}
    note(workspace, "token-add", token.id, **told)
    return {"token": body, "secret": secret}


def list_tokens(workspace: Workspace, *, name: str = "") -> dict[str, Any]:
    """Return all tokens, or those of one user; never themselves."""
    now = clock.now()
    tokens = people_of(workspace).tokens()
    mine = [one for one in tokens if not name or one.user.key == user_key(name)]
    return {"tokens": [_token_body(one, now) for one in mine]}


def revoke_token(workspace: Workspace, token_id: str, *, name: str = "") -> dict[str, Any]:
    """Make a token worthless.

    Parameters
    ----------
    workspace : Workspace
    token_id : str
        Its public id.
    name : str
        With a name, only a token of that user.

    Raises
    ------
    TanluError
        ``accounts.token-unknown``.
    """
    listed = list_tokens(workspace, name=name)["tokens"]
    body = next((one for one in listed if one["id"] == token_id), None)
    if body is None or not people_of(workspace).revoke_token(token_id):
        raise TanluError("accounts.token-unknown", found=token_id)
    note(workspace, "token-revoke", token_id, user=body["user"])
    return {"token": body}


def _actions(role: Role, named: Sequence[str]) -> frozenset[str]:
    allowed = {name for name, row in grants().items() if row[role] is not Grant.NO}
    allowed -= _NOT_BY_TOKEN
    if list(named) == [EVERY_ACTION]:
        return frozenset(allowed)
    unknown = [name for name in named if name not in grants()]
    if unknown or not named:
        known = ", ".join([EVERY_ACTION, *sorted(grants())])
        raise TanluError("accounts.actions-unknown", found=", ".join(unknown), known=known)
    refused = [name for name in named if name not in allowed]
    if refused:
        found, known = ", ".join(refused), ", ".join(sorted(allowed))
        raise TanluError("accounts.actions-refused", role=role.value, found=found, known=known)
    return frozenset(named)


def _token_body(token: StoredToken, now: datetime) -> dict[str, Any]:
    return {
        "id": token.id,
        "user": token.user.name,
        "label": token.label or None,
        "actions": sorted(token.actions or ()),
        "state": "ended" if now >= token.expires_at else "active",
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "used_at": instant(token.used_at),
    }
