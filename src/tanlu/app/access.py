"""Who asks, and what that person may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does here; `data/access/permission.csv` says what each may do."""

    VIEWER = "viewer"
    DATA_ENTRY = "data_entry"
    REVIEWER = "reviewer"
    PLANNER = "planner"
    ADMIN = "admin"
    SUPPLIER_GUEST = "supplier_guest"
    VERIFIER = "verifier"


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
        Sites it is held to; empty where its role is not held to sites.
    kind : Kind
        How it came in.
    """

    name: str
    role: Role
    sites: frozenset[str] = frozenset()
    kind: Kind = Kind.USER


def owner(name: str) -> Principal:
    """Return who works on the own machine, without accounts: may do everything."""
    return Principal(name, Role.ADMIN, kind=Kind.LOCAL)
