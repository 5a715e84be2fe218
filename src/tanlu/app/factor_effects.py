"""What a project factor would change, year by year, before it is used: rows and tonnes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app.inventories import InventoryOptions, take_inventory, years_with_rows
from tanlu.app.own_factors import SET, with_draft, without
from tanlu.app.payloads import number
from tanlu.inventory.figures import FigureKey, Measure
from tanlu.inventory.model import Basis
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.app.inventories import TakenInventory
    from tanlu.app.own_factors import Draft
    from tanlu.factors.model import Factor
    from tanlu.storage import Workspace

    Taken = Callable[[int], TakenInventory]


def effect_of(
    workspace: Workspace, draft: Draft, *, taken: Taken | None = None
) -> list[dict[str, Any]]:
    """Return what a draft would change.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    draft : Draft
        The project factor.
    taken : callable, optional
        Gives the inventory of a year as it is, where it is kept.

    Returns
    -------
    list of dict
        By year: ``rows`` that would use it, and by method ``before_t``, ``after_t``,
        ``delta_t`` of the total, with the figure of the total now.

    Raises
    ------
    TanluError
        Those of `own_factors.read_draft`.
    """
    wanted = f"{SET}:{draft.item}:{draft.stream}"
    return _effect(workspace, with_draft(workspace, draft), wanted, taken)


def effect_without(
    workspace: Workspace, name: str, *, taken: Taken | None = None
) -> list[dict[str, Any]]:
    """Return what going back to the published factor would change, the same way."""
    return _effect(workspace, without(workspace, name), "", taken)


def _effect(
    workspace: Workspace, own: tuple[Factor, ...], wanted: str, taken: Taken | None
) -> list[dict[str, Any]]:
    plain = InventoryOptions(with_uncertainty=False)
    tried = InventoryOptions(with_uncertainty=False, own=own)
    told = []
    for year in years_with_rows(workspace):
        before = taken(year) if taken else take_inventory(workspace, year, options=plain)
        after = take_inventory(workspace, year, options=tried)
        told.append(
            {"year": year, "rows": _rows(after, wanted)}
            | {basis.value: _totals(before, after, basis) for basis in Basis}
        )
    return told


def _totals(before: TakenInventory, after: TakenInventory, basis: Basis) -> dict[str, Any]:
    old, new = (one.inventory.total.of(basis).t for one in (before, after))
    return {
        "before_t": number(old),
        "after_t": number(new),
        "delta_t": number(new - old) if old is not None and new is not None else None,
        "figure": FigureKey(before.inventory.year, Measure.TOTAL, basis).id,
    }


def _rows(taken: TakenInventory, wanted: str) -> int | None:
    """Count the rows and lines that rest on a project factor; None where none is asked for."""
    if not wanted:
        return None
    mine = {
        use.rid
        for use in taken.book.resolved
        if use.factor.id == wanted or use.factor.id.startswith(f"{wanted}@")
    }
    is_market = wanted.endswith(f":{Stream.MARKET}")  # shared out by the green-power ledger
    rows = sum(
        row.n
        for row in taken.calculation.summary
        if row.rid in mine or (is_market and row.stream is Stream.MARKET)
    )
    return rows + sum(line.factor_id == wanted for line in taken.inventory.lines)
