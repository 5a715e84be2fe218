"""Months that should have a row and have none, and the workbook that asks for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app.findings import item_name
from tanlu.app.inventories import take_inventory
from tanlu.app.references import items_by_id
from tanlu.kernel.errors import TanluError
from tanlu.storage import browse

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tanlu.app.inventories import TakenInventory
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace


@dataclass(frozen=True, slots=True)
class Gap:
    """A source that lacks months of a year.

    Parameters
    ----------
    site, item : str
        Ids.
    months : tuple of int
        Calendar months without a row.
    unit : str
        Unit its other months are written in.
    """

    site: str
    item: str
    months: tuple[int, ...]
    unit: str


def find_gaps(
    workspace: Workspace, taken: TakenInventory, *, sites: Collection[str] | None = None
) -> list[Gap]:
    """Return the sources of a year with missing months, of the sites named or of all."""
    units = _units(workspace)
    return [
        Gap(row.site, row.item, row.missing, units.get((row.site, row.item), _own_unit(row.item)))
        for row in taken.inventory.coverage.grid
        if row.missing and (sites is None or row.site in sites)
    ]


def write_gaps(
    workspace: Workspace, year: int, target: Path, *, say: Say, is_forced: bool = False,
    taken: TakenInventory | None = None, sites: Collection[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write the workbook of a year's missing months; filled in, it imports unasked.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    year : int
        Year of the inventory.
    target : Path
        File ending in ``.xlsx``.
    say : Say
        Language.
    is_forced : bool
        Replace a file that is there.
    taken : TakenInventory, optional
        The inventory of the year, where it is at hand.
    sites : collection of str, optional
        Only of these sites.

    Raises
    ------
    TanluError
        ``gaps.none`` when no month is missing; ``app.file-exists``; ``app.template-suffix``.
    """
    from tanlu.ingest.template import write_gaps as write

    if target.suffix.lower() != ".xlsx":
        raise TanluError("app.template-suffix", found=target.name)
    if target.exists() and not is_forced:
        raise TanluError("app.file-exists", found=target)
    gaps = find_gaps(workspace, taken or take_inventory(workspace, year), sites=sites)
    if not gaps:
        raise TanluError("gaps.none", year=year)
    rows = [
        {"period": f"{year}-{month:02d}", "site": gap.site, "item": item_name(gap.item, say),
         "unit": gap.unit}
        for gap in gaps
        for month in gap.months
    ]  # fmt: skip
    sheets = write(rows, target, say=say)
    return {"path": str(target), "sheets": list(sheets), "year": year, "missing": len(rows)}


def _units(workspace: Workspace) -> dict[tuple[str, str], str]:
    """Return the unit each source is mostly written in."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in browse.grouped(workspace.activity(), ["site", "item", "unit"]):
        counts[row["site"], row["item"]][row["unit"]] += row["rows"]
    return {source: units.most_common(1)[0][0] for source, units in counts.items()}


def _own_unit(item: str) -> str:
    known = items_by_id().get(item)
    return known.unit if known else ""
