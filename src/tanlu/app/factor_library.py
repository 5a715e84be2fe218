"""The factors of the tables as a screen shows them: found, one in full, editions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app.figure_factors import factors_behind
from tanlu.app.figure_rows import gather
from tanlu.app.findings import item_name
from tanlu.app.inventories import iso_of_scope3
from tanlu.app.own_factors import editions_of, own_factors
from tanlu.app.payloads import factor_body, factors_used, plain
from tanlu.app.references import items_by_id, near
from tanlu.app.traces import rows_of_year
from tanlu.catalog import load
from tanlu.catalog.tables import read
from tanlu.factors.gas import UNSPLIT
from tanlu.factors.model import FactorQuality
from tanlu.inventory.figures import FigureKey, Measure, row_filter
from tanlu.inventory.model import Basis
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.app.desk import Desk
    from tanlu.factors.model import Factor
    from tanlu.i18n.say import Say

MOST_LISTED, MOST_COMPARED = 120, 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which factors; empty restricts nothing.

    Parameters
    ----------
    text : str
        Part of an id, an item's name or a document.
    set, region, year, quality : str
        Factor set, key of the place, data year, how far it was checked.
    is_used : bool
        Only those the inventory of the year rests on.
    """

    text: str = ""
    set: str = ""
    region: str = ""
    year: str = ""
    quality: str = ""
    is_used: bool = False


def library(desk: Desk, wanted: Wanted, *, year: int | None, say: Say) -> dict[str, Any]:
    """Return the factors that pass a filter, those in use first, and what one may filter by."""
    used = _used(desk, year)
    every = [*load.factors(), *load.template_factors(), *_own(desk)]
    found = [one for one in every if _passes(one, wanted, used, say)]
    found.sort(key=lambda one: (one.id not in used, one.item, one.id))
    return {
        "count": len(found),
        "total": len(every),
        "rows": [_row(one, used, say) for one in found[:MOST_LISTED]],
        "most": MOST_LISTED,
        "set_options": sorted({(one.factor_set, one.factor_set) for one in every}),
        "regions": sorted({(one.key, _place(one.key, say)) for one in every if one.key}),
        "year_options": sorted(
            {(str(one.data_year), str(one.data_year)) for one in every if one.data_year},
            reverse=True,
        ),
        "qualities": [(q, quality_name(q, say)) for q in sorted({x.quality.value for x in every})],
    }


def one(desk: Desk, factor_id: str, *, year: int | None, say: Say) -> dict[str, Any]:
    """Return a factor in full: value, validity, publication, GWP, use in a year and why.

    Raises
    ------
    TanluError
        ``factors.unknown`` with near ones.
    """
    factor = find(desk, factor_id)
    profile, why = "", []
    if year is not None and desk.has_workspace and year in desk.years():
        profile = desk.taken(year).profile.gwp_set
        why = [body for body in _behind(desk, factor.item, year, say) if body["id"] == factor.id]
    siblings = editions_of(factor.item) if factor.item in items_by_id() else ()
    alike = [s for s in siblings if s.stream == factor.stream and s.unit == factor.unit]
    return _full(factor, say) | {
        "gwp_set": profile,
        "gwp": [
            (gas, load.gwp()[profile].get(gas))
            for gas in factor.gases
            if profile and gas != UNSPLIT
        ],
        "uses": why,
        "editions": [_row(other, {}, say) for other in alike if other.id != factor.id],
    }


def compared(desk: Desk, ids: Iterable[str], *, say: Say) -> list[dict[str, Any]]:
    """Return several factors in full, to be shown side by side."""
    return [_full(find(desk, one), say) for one in list(dict.fromkeys(ids))[:MOST_COMPARED]]


def editions_body(item: str, *, say: Say) -> dict[str, Any]:
    """Return every published factor of an item, for a list.

    Raises
    ------
    TanluError
        ``factors.own-item`` with near ones.
    """
    if item not in items_by_id():
        missed = near(item, items_by_id()) or "-"
        raise TanluError("factors.own-item", found=item, near=missed)
    return {
        "item": item,
        "label": item_name(item, say),
        "factors": [factor_body(factor) | _dates(factor) for factor in editions_of(item)],
    }


def find(desk: Desk, factor_id: str) -> Factor:
    """Return a factor of the tables or of the project by its id."""
    every = {f.id: f for f in (*load.factors(), *load.template_factors(), *_own(desk))}
    every |= {factor.id: factor for factor in load.spend_factors().values()}
    if factor_id not in every:
        raise TanluError("factors.unknown", found=factor_id, near=near(factor_id, every) or "-")
    return every[factor_id]


def quality_name(quality: str, say: Say) -> str:
    """Say how far a factor was checked."""
    return say(f"web.factors.quality.{quality}")


def _own(desk: Desk) -> tuple[Factor, ...]:
    return own_factors(desk.workspace) if desk.has_workspace else ()


def _used(desk: Desk, year: int | None) -> Mapping[str, Any]:
    if year is None or not desk.has_workspace or year not in desk.years():
        return {}
    return {body["id"]: body for body in factors_used(desk.taken(year))}


def _passes(factor: Factor, wanted: Wanted, used: Mapping[str, Any], say: Say) -> bool:
    words = (factor.id, item_name(factor.item, say), factor.document_no or "", factor.source)
    return (
        wanted.text.casefold() in " ".join(words).casefold()
        and wanted.set in ("", factor.factor_set)
        and wanted.region in ("", factor.key)
        and wanted.year in ("", str(factor.data_year))
        and wanted.quality in ("", factor.quality.value)
        and (not wanted.is_used or factor.id in used)
    )


def _row(factor: Factor, used: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return factor_body(factor) | {
        "label": item_name(factor.item, say),
        "place": _place(factor.key, say) or say(f"web.factors.level.{factor.level.name.lower()}"),
        "data_year": factor.data_year,
        "quality_name": quality_name(factor.quality.value, say),
        "is_used": factor.id in used,
        "is_template": factor.quality is FactorQuality.TEMPLATE,
        "is_own": factor.quality is FactorQuality.USER,
    }


def _full(factor: Factor, say: Say) -> dict[str, Any]:
    source = load.sources().get(factor.source, {})
    return _row(factor, {}, say) | _dates(factor) | {
        "amounts": [
            (gas, plain(value), f"kg/{factor.unit}") for gas, value in factor.gases.items()
        ],
        "definition": factor.definition,
        "stream_name": say(f"explain.stream.{factor.stream}"),
        "level_name": say(f"web.factors.level.{factor.level.name.lower()}"),
        "set_name": _set_name(factor.factor_set, say),
        "publisher": source.get("publisher") or "",
        "published": factor.published.isoformat() if factor.published else source.get("year"),
        "url": source.get("url") or "",
        "note": say.pick(factor.note_zh, factor.note_en),
        "basis": factor.basis,
    }  # fmt: skip


def _dates(factor: Factor) -> dict[str, Any]:
    return {
        "data_year": factor.data_year,
        "valid_from": factor.valid_from.isoformat() if factor.valid_from else None,
        "valid_to": factor.valid_to.isoformat() if factor.valid_to else None,
        "definition": factor.definition,
        "stream": str(factor.stream),
    }


def _place(key: str, say: Say) -> str:
    known = {row["id"]: row for row in (*load.provinces(), *read("grid_region"))}
    row = known.get(key)
    return say.pick(row["name_zh"], row["name_en"]) if row else key


def _set_name(name: str, say: Say) -> str:
    row = next((row for row in read("factor_set") if row["id"] == name), None)
    return say.pick(row["name_zh"], row["name_en"]) if row else say("report.factor.own")


def _behind(desk: Desk, item: str, year: int, say: Say) -> list[dict[str, Any]]:
    """Return the factors behind an item in a year by both methods, with why each was chosen."""
    rows = rows_of_year(desk, year)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    recorded = rows.taken.inventory.by_item
    users = [one for one in recorded if items_by_id().get(one, None) is not None]
    users = [one for one in users if item in (one, items_by_id()[one].factor_item)]
    for user in users:
        for basis in Basis:
            key = FigureKey(year, Measure.TOTAL, basis, item=user)
            behind = row_filter(
                key, items_by_id(), iso_of_scope3=iso_of_scope3(), recorded=recorded
            )
            told = factors_behind(gather(behind, rows=rows, say=say), say=say)
            found |= {(body["id"], user): body | {"figure": key.id} for body in told}
    return list(found.values())
