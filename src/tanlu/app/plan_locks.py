"""Decisions that a user takes out of the plan's hands: in this year, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app.references import near
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_YEAR_DIGITS = 4


def locks_of(
    case: Mapping[str, Any], *, locks: Iterable[str] = (), bans: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Return locks as a case holds them; a later one on the same thing counts.

    Parameters
    ----------
    case : mapping
        Plan case whose measures and generators may be locked.
    locks : iterable of str
        ``MEASURE@SITE=YEAR``: in operation from that year on and not before.
    bans : iterable of str
        ``MEASURE@SITE``: never.

    Raises
    ------
    TanluError
        ``plan.lock`` for what cannot be read; ``plan.lock-unknown`` with near misses.
    """
    known = {str(row["id"]) for part in ("measures", "pv") for row in case.get(part) or ()}
    found: dict[str, dict[str, Any]] = {}
    for text in locks:
        name, equals, year = text.rpartition("=")
        if not equals or not (year.isascii() and year.isdigit() and len(year) == _YEAR_DIGITS):
            raise TanluError("plan.lock", found=text)
        found[name] = {"measure": name, "year": int(year)}
    for name in bans:
        found[name] = {"measure": name, "never": True}
    for name in found:
        if name not in known:
            raise TanluError("plan.lock-unknown", found=name, near=near(name, known) or "-")
    return [found[name] for name in sorted(found)]


def with_locks(
    case: Mapping[str, Any], *, locks: Iterable[str] = (), bans: Iterable[str] = ()
) -> dict[str, Any]:
    """Return a case with further locks, which replace its own on the same things.

    Raises
    ------
    TanluError
        As `locks_of`.
    """
    mine = locks_of(case, locks=locks, bans=bans)
    if not mine:
        return dict(case)
    taken = {row["measure"] for row in mine}
    others = [row for row in case.get("locks") or () if row.get("measure") not in taken]
    return {**case, "locks": [*others, *mine]}
