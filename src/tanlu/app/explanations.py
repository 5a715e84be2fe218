"""From any figure back to its formula, rows, factor editions and source cells."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app.inventories import InventoryOptions, iso_of_scope3, take_inventory
from tanlu.app.payloads import factor_body, number
from tanlu.app.references import items_by_id
from tanlu.compute import rows_of
from tanlu.compute.numbering import column_of
from tanlu.factors.explain import explain
from tanlu.inventory.figures import Measure, read_figure, row_filter
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.model import tonnes
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import month_of, year_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.app.inventories import TakenInventory
    from tanlu.factors.precedence import Choice
    from tanlu.i18n.say import Say
    from tanlu.inventory.figures import FigureKey, RowFilter, Selection
    from tanlu.inventory.model import Line, Part
    from tanlu.storage import Workspace

_SCOPES = {Measure.SCOPE1: 1, Measure.SCOPE2: 2, Measure.SCOPE3: 3}


def code_body(code: str, say: Say) -> dict[str, Any]:
    """Return the help of a message code: what it says and what to do."""
    return {"code": code, "message": say(code), "advice": say.advice(code)}


def explain_figure(
    workspace: Workspace,
    figure: str,
    *,
    limit: int = 50,
    say: Say,
    taken: TakenInventory | None = None,
) -> dict[str, Any]:
    """Open a figure of an inventory.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    figure : str
        Figure id, for example ``inv/2024/scope2/market/site=A``.
    limit : int
        Most rows listed; the sums are over all.
    say : Say
        Language of the formula.
    taken : TakenInventory, optional
        The inventory of the figure's year, when it was taken already.

    Returns
    -------
    dict
        As in the contract, with ``n_rows`` and ``closes``: whether rows, lines and the
        green-power ledger add up to the figure exactly.

    Raises
    ------
    TanluError
        ``inventory.figure-unknown``; ``app.no-rows``; ``app.figure-empty`` for a site, item,
        category or gas the inventory does not have.
    """
    key = read_figure(figure)
    options = InventoryOptions(with_uncertainty=False)
    taken = taken or take_inventory(workspace, key.year, options=options)
    _refuse_empty(taken, key)
    behind = row_filter(
        key,
        items_by_id(),
        iso_of_scope3=iso_of_scope3(),
        recorded=taken.inventory.by_item,
    )
    rows = [row for chosen in behind.selections for row in _rows(taken, chosen)]
    lines = [_line_row(line, taken) for line in _lines(taken, behind)]
    additions = list(_additions(taken, behind))
    value = _value(taken, key)
    found = [row["result_mg"] for row in (*rows, *lines, *additions)]
    known = [mg for mg in found if mg is not None]
    return {
        "figure": figure,
        "value": number(tonnes(value)),
        "unit": "tCO2e",
        "formula": say("explain.formula"),
        "n_rows": len(rows) + len(lines) + len(additions),
        "closes": (sum(known) if known else None) == value,
        "rows": [*additions, *lines, *rows][:limit],
        "run": {"id": taken.run_id, "hash": taken.run_hash, "ledger_head": taken.ledger_head},
    }


def _refuse_empty(taken: TakenInventory, key: FigureKey) -> None:
    """Refuse a restriction that nothing of the inventory meets: a name misspelt, most likely."""
    parts = [part for part in taken.inventory.parts if _belongs(part, key)]
    gases = {gas for part in parts for gas in part.gases_mg.get(key.basis, {})}
    restricted = (key.site, key.item, key.category, key.gas) != (None, None, None, None)
    if restricted and (not parts or (key.gas is not None and key.gas not in gases)):
        near = sorted({part.site for part in taken.inventory.parts if part.site})
        raise TanluError("app.figure-empty", found=key.id, known=", ".join(near) or "-")


def _value(taken: TakenInventory, key: FigureKey) -> int | None:
    amounts = []
    for part in taken.inventory.parts:
        if not _belongs(part, key):
            continue
        if key.gas is None:
            amounts.append(part.amounts.of(key.basis).co2e_mg)
        else:
            amounts.append(part.gases_mg.get(key.basis, {}).get(key.gas))
    known = [mg for mg in amounts if mg is not None]
    return sum(known) if known else None


def _belongs(part: Part, key: FigureKey) -> bool:
    if key.measure in _SCOPES and part.scope != _SCOPES[key.measure]:
        return False
    category = str(part.iso_category) if key.measure is Measure.ISO else part.category
    wanted = ((key.site, part.site), (key.item, part.item), (key.category, category))
    return all(want is None or want == have for want, have in wanted)


def _rows(taken: TakenInventory, chosen: Selection) -> Iterator[dict[str, Any]]:
    one = chosen.items[0] if len(chosen.items) == 1 else None
    table = rows_of(
        taken.calculation,
        stream=chosen.stream,
        site=chosen.site,
        item=one,
        year_months=(chosen.first_ym, chosen.last_ym),
    )
    wanted = set(chosen.items)
    for row in table.to_pylist():
        if row["item"] in wanted:
            yield _row_body(row, taken, chosen)


def _row_body(row: dict[str, Any], taken: TakenInventory, chosen: Selection) -> dict[str, Any]:
    stream = Stream(chosen.stream)
    result = row["co2e_mg"] if chosen.gas is None else row.get(column_of(chosen.gas))
    return {
        "row_id": row["row_id"],
        "source": {
            "file": row.get("file"), "sha256": row.get("sha256"),
            "sheet": row.get("sheet"), "cell": row.get("cell"),
        },
        "site": row["site"],
        "item": row["item"],
        "month": f"{year_of(row['ym'])}-{month_of(row['ym']):02d}",
        "quantity": number(row["quantity"]) if row.get("quantity") is not None else None,
        "unit": row.get("unit"),
        "status": row["status"],
        "factor": _factor(row, taken, stream),
        "result_mg": result,
    }  # fmt: skip


def _factor(row: dict[str, Any], taken: TakenInventory, stream: Stream) -> dict[str, Any] | None:
    rid = row["rid"]
    power = taken.inventory.green_power
    if stream is Stream.MARKET and power is not None:
        blended = power.multipliers.get((row["site"], row["ym"]))
        if blended is not None:
            return {
                "id": "green-power-ledger", "edition": str(taken.inventory.year),
                "value": f"{float(blended):.9g}", "unit": "kgCO2/kWh",
                "source": "green-power-ledger", "locator": power.residual_factor_id,
            }  # fmt: skip
    if not rid:
        return None
    used = taken.book.factor(rid)
    body = factor_body(used.factor)
    choice = explain(
        taken.book, stream, item=row["item"], site=row["site"],
        supplier=row.get("supplier") or "", ym=row["ym"],
        dim=taken.book.units.get(row["ledger_unit"], ""),
    )  # fmt: skip
    return body | _why(choice) | {
        "conversion": _conversion(used.conversion),
        "lag_years": used.lag_years,
        "notes": list(used.notes),
    }  # fmt: skip


def _conversion(step: Any) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "from": step.from_unit, "to": step.to_unit, "value": float(Fraction(step.value)),
        "basis": step.basis, "source": step.source, "locator": step.locator,
    }  # fmt: skip


def _why(choice: Choice) -> dict[str, Any]:
    """Return the level that matched and what else was there."""
    return {
        "level": choice.level.name.lower() if choice.level else None,
        "others": [
            {"id": other.factor.id, "reason": other.reason.value} for other in choice.others
        ],
    }


def _lines(taken: TakenInventory, behind: RowFilter) -> list[Line]:
    return [
        line
        for line in taken.inventory.lines
        if line.category in behind.line_categories
        and behind.site in (None, line.site)
        and behind.item in (None, line.item)
    ]


def _line_row(line: Line, taken: TakenInventory) -> dict[str, Any]:
    factor = taken.line_factors.get(line.factor_id)
    return {
        "row_id": line.record_id,
        "source": taken.record_sources.get(line.record_id),
        "site": line.site,
        "item": line.item or line.name,
        "month": str(taken.inventory.year),
        "quantity": number(line.quantity),
        "unit": line.unit,
        "status": line.status.value,
        "basis": line.basis.value,
        "factor": factor_body(factor)
        if factor
        else {
            "id": line.factor_id,
            "value": number(line.kg_per_unit),
            "unit": f"kgCO2e/{line.unit}",
        }
        if line.factor_id
        else None,
        "result_mg": line.co2e_mg,
    }


def _additions(taken: TakenInventory, behind: RowFilter) -> Iterator[dict[str, Any]]:
    """Yield what the green-power ledger adds to the rows: unbacked generation, rounding."""
    power = taken.inventory.green_power
    if not behind.has_allocations or power is None:
        return
    for a in power.allocations:
        if not a.is_purchased and behind.site in (None, a.site):
            yield {
                "row_id": a.instrument_id,
                "source": taken.record_sources.get(a.instrument_id),
                "site": a.site, "item": "electricity", "month": str(taken.inventory.year),
                "quantity": number(Fraction(a.kwh_u, MILLION)), "unit": "kWh", "status": "OK",
                "factor": {"id": power.residual_factor_id, "value": number(a.kg_per_kwh),
                           "unit": "kgCO2/kWh"},
                "result_mg": a.co2_mg,
            }  # fmt: skip
    for site, rounding in sorted(taken.inventory.rounding_by_site_mg.items()):
        if rounding and behind.site in (None, site):
            yield {
                "row_id": "allocation_rounding", "source": None, "site": site,
                "item": "electricity", "month": str(taken.inventory.year), "quantity": None,
                "unit": None, "status": "OK", "factor": None, "result_mg": rounding,
            }  # fmt: skip
