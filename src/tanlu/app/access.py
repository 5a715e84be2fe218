"""Who asks, and what that person may do: one table, read here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tanlu.catalog import tables

WHOLE = ""  # the site of what concerns the whole company


class Role(StrEnum):
    """What a person does here; `data/access/permission.csv` says what each may do."""

    VIEWER = "viewer"
    DATA_ENTRY = "data_entry"
    REVIEWER = "reviewer"
    PLANNER = "planner"
    ADMIN = "admin"
    SUPPLIER_GUEST = "supplier_guest"
    VERIFIER = "verifier"


class Grant(StrEnum):
    """How far a role may do an action."""

    YES = "yes"
    SITES = "sites"  # of its own sites
    OWN = "own"  # what is its own
    OTHERS = "others"  # what is not its own
    NO = "no"


class Kind(StrEnum):
    """How a principal came in."""

    LOCAL = "local"  # the owner of the machine, without accounts
    USER = "user"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request or a job acts for.

    Parameters
    ----------
    name : str
        Written to the ledger with whatever is done.
    role : Role
        What it may do.
    sites : frozenset of str
        Sites it is held to; empty where it is not held to sites, or where its role has nothing
        but its sites.
    kind : Kind
        How it came in.
    actions : frozenset of str or None
        With a token or a one-time password only these of the role's actions; None is all.
    """

    name: str
    role: Role
    sites: frozenset[str] = frozenset()
    kind: Kind = Kind.USER
    actions: frozenset[str] | None = None


def owner(name: str) -> Principal:
    """Return who works on the own machine, without accounts: may do everything."""
    return Principal(name, Role.ADMIN, kind=Kind.LOCAL)


def can(
    principal: Principal, action: str, *, site: str | None = None, owner: str | None = None
) -> bool:
    """Tell whether a principal may do an action.

    Parameters
    ----------
    principal : Principal
        Who asks.
    action : str
        Row of the table `permission`.
    site : str, optional
        The site it is done to; empty is the group as a whole. Without, the question is whether
        the principal may do it to anything at all: good for a menu, never for a write.
    owner : str, optional
        Name of whose entry, job or questionnaire it is done to; the same holds.

    Raises
    ------
    KeyError
        For an action that is not in the table.
    """
    grant = grants()[action][principal.role]
    if principal.kind is Kind.LOCAL:
        return True
    if grant is Grant.NO or (principal.actions is not None and action not in principal.actions):
        return False
    if owner is not None and grant in _BY_OWNER:
        return (owner == principal.name) is _BY_OWNER[grant] and _may_see(principal, site)
    return _may_see(principal, site)


def scope(principal: Principal) -> tuple[str, ...] | None:
    """Return the sites whose rows a principal may see: for every query.

    Returns
    -------
    tuple of str or None
        Sorted; None is all sites and the lines of the group. A supplier guest sees none.
    """
    if principal.role is Role.SUPPLIER_GUEST:
        return ()
    return tuple(sorted(principal.sites)) if _is_held(principal) else None


@cache
def grants() -> dict[str, dict[Role, Grant]]:
    """Return how far each role may do each action."""
    return {
        row["id"]: {role: Grant(row[role.value]) for role in Role}
        for row in tables.read("permission")
    }


_BY_OWNER = {Grant.OWN: True, Grant.OTHERS: False}


def _is_held(principal: Principal) -> bool:
    by_role = grants()["view"][principal.role] is Grant.SITES
    return principal.kind is not Kind.LOCAL and (by_role or bool(principal.sites))


def _may_see(principal: Principal, site: str | None) -> bool:
    return site is None or not _is_held(principal) or site in principal.sites
