"""Passwords: which are refused, how they are hashed, and one-time ones. Nothing here is logged."""

from __future__ import annotations

import os
import re
import secrets
import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from tanlu.catalog import tables
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_ONE_TIME_GROUPS, _ONE_TIME_GROUP = 4, 5
_LONGEST_UNIT = 6
_SHORTEST_STEM = 4
_OWN_WORDS = ("tanlu",)
_CONTROL = frozenset({"Cc", "Cs", "Co", "Cn"})


def limit(name: str) -> int:
    """Return one limit of accounts and logins, from `data/access/access_limit.csv`."""
    return _limits()[name]


def check(password: str, *, name: str) -> None:
    """Refuse a password that is too short, too long, unreadable or easily guessed.

    Parameters
    ----------
    password : str
        As typed.
    name : str
        Of the user: a password may not hold it.

    Raises
    ------
    TanluError
        ``accounts.password-long``, ``accounts.password-unreadable``,
        ``accounts.password-short``, ``accounts.password-common``; never with the password in it.
    """
    raw = len(password.encode("utf-8", "surrogatepass"))
    if raw > limit("password_bytes"):
        raise TanluError("accounts.password-long", found=raw, most=limit("password_bytes"))
    if any(unicodedata.category(char) in _CONTROL for char in password):
        raise TanluError("accounts.password-unreadable")
    text = unicodedata.normalize("NFC", password)
    if len(text) < limit("password_characters"):
        least = limit("password_characters")
        raise TanluError("accounts.password-short", found=len(text), least=least)
    if _is_guessed(text.casefold(), name.casefold()):
        raise TanluError("accounts.password-common")


def hashed(password: str) -> str:
    """Return the argon2id hash of a password; hashes in flight are held to the cores.

    Raises
    ------
    TanluError
        ``accounts.busy`` after a long wait for a turn.
    """
    with _Turn():
        return hasher().hash(_bytes(password))


def matches(password: str, hash_: str) -> bool:
    """Tell whether a password is the one of a hash; takes as long whichever it is.

    Parameters
    ----------
    password : str
        As typed.
    hash_ : str
        Of the user; empty for a user there is none of: then a hash nobody knows is tried.

    Raises
    ------
    TanluError
        ``accounts.busy``.
    """
    from argon2.exceptions import Argon2Error, InvalidHashError

    decoy = _decoy()
    is_too_long = len(password) > limit("password_bytes")
    tried = "" if is_too_long else password
    with _Turn():
        try:
            is_right = hasher().verify(hash_ or decoy, _bytes(tried))
        except (Argon2Error, InvalidHashError):
            return False
    return is_right and bool(hash_) and not is_too_long


def needs_rehash(hash_: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return hasher().check_needs_rehash(hash_)


def one_time() -> str:
    """Return a new one-time password that can be read out over the telephone."""
    groups = (
        "".join(secrets.choice(_ONE_TIME_LETTERS) for _ in range(_ONE_TIME_GROUP))
        for _ in range(_ONE_TIME_GROUPS)
    )
    return "-".join(groups)


@cache
def hasher() -> PasswordHasher:
    """Return argon2id with the low-memory parameters of RFC 9106: t = 3, 64 MiB, p = 4."""
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class _Turn:
    """One of as many hashes at a time as there are cores."""

    _free = threading.BoundedSemaphore(os.cpu_count() or 1)

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=limit("login_hash_wait_s")):
            raise TanluError("accounts.busy")

    def __exit__(self, *_: object) -> None:
        self._free.release()


@cache
def _decoy() -> str:
    return hashed(secrets.token_urlsafe())


@cache
def _limits() -> dict[str, int]:
    return {row["id"]: row["value"] for row in tables.read("access_limit")}


@cache
def _words(kind: str) -> frozenset[str]:
    rows = tables.read("common_password")
    return frozenset(word for row in rows if row["kind"] == kind for word in row["words"])


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _is_guessed(text: str, name: str) -> bool:
    """Tell whether a list of common words or a few simple rules give the password."""
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    is_listed = text in _words("common") or (
        len(stem) >= _SHORTEST_STEM and stem in _words("common")
    )
    named = [word for word in (name, *_OWN_WORDS) if len(word) >= _SHORTEST_STEM]
    return (
        is_listed
        or len(set(text)) < limit("password_distinct")
        or _is_repeated(text)
        or _is_run(text)
        or any(word in text for word in named)
    )


def _is_repeated(text: str) -> bool:
    """Tell whether a word comes twice and nothing else, or a short one again and again."""
    if text in (text + text)[1:-1]:
        return True
    units = (text[:size] for size in range(1, _LONGEST_UNIT + 1))
    return any(text == (unit * len(text))[: len(text)] for unit in units)


def _is_run(text: str) -> bool:
    runs = [run * 2 for run in _words("run")]
    return any(text in run or text[::-1] in run for run in runs)
