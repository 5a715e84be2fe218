"""The shipped tables as the domain wants them: profile, places, names, near misses."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING

from tanlu.catalog import load
from tanlu.factors.profile import Place, Profile
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.factors.model import Item
    from tanlu.storage import Settings
    from tanlu.units.table import UnitTable

DEFAULT_PROFILE = "cn-disclosure"


def near(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """Return the known words most like a word, joined for a sentence."""
    return ", ".join(difflib.get_close_matches(word, sorted(known), n=most, cutoff=0.4))


def province_code(name: str) -> str:
    """Return the key of a province by any name it goes by.

    Raises
    ------
    TanluError
        ``app.province-unknown`` with near misses.
    """
    codes = load.place_codes()
    found = codes.get(name.strip().lower())
    if found is None:
        raise TanluError("app.province-unknown", found=name, near=near(name.lower(), codes) or "-")
    return found


def places() -> Mapping[str, Place]:
    """Return grid region and country of each province."""
    return {
        row["id"]: Place(row["id"], row["region"] or "", row["country"] or "")
        for row in load.provinces()
    }


@cache
def items_by_id() -> Mapping[str, Item]:
    """Return every item by its id."""
    return {item.id: item for item in load.items()}


def choose_profile(settings: Settings, *, profile: str = "", gwp: str = "") -> Profile:
    """Return the profile of an inventory: as asked, else the workspace's, else the default.

    Raises
    ------
    TanluError
        ``app.profile-unknown``, ``app.gwp-unknown`` with the known ones.
    """
    from dataclasses import replace

    rows = load.profiles()
    name = profile or settings.profile or DEFAULT_PROFILE
    if name not in rows:
        raise TanluError("app.profile-unknown", found=name, known=", ".join(sorted(rows)))
    chosen = Profile.from_row(rows[name])
    wanted = gwp or settings.gwp
    if wanted and wanted not in load.gwp():
        raise TanluError("app.gwp-unknown", found=wanted, known=", ".join(sorted(load.gwp())))
    return replace(chosen, gwp_set=wanted) if wanted else chosen


@cache
def unit_table() -> UnitTable:
    """Return the units and their spellings."""
    from tanlu.catalog import tables
    from tanlu.units.table import UnitTable

    rows = (tables.read(name) for name in ("unit", "unit_alias", "unit_prefix"))
    return UnitTable.from_rows(*rows)
