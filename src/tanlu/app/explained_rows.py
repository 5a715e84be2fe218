"""The rows behind a figure as an answer tells them: cell, quantity, factor edition, result."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app.findings import item_name
from tanlu.app.payloads import factor_body, number
from tanlu.catalog import load
from tanlu.compute import rows_among, rows_of, rows_with_id
from tanlu.compute.numbering import column_of
from tanlu.factors.explain import explain
from tanlu.inventory.figures import ELECTRICITY
from tanlu.inventory.instrument import MILLION
from tanlu.kernel.periods import month_of, year_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from tanlu.app.inventories import TakenInventory
    from tanlu.compute import ResultTable
    from tanlu.factors.model import Factor
    from tanlu.factors.precedence import Choice
    from tanlu.i18n.say import Say
    from tanlu.inventory.figures import RowFilter, Selection
    from tanlu.inventory.model import Line

    Reader = Callable[[Stream, str | None, str | None, tuple[int, int]], ResultTable]

GREEN_POWER = "green-power-ledger"
ROUNDING = "allocation_rounding"
SUPPLIER = "supplier:"


class Rows:
    """The result rows of an inventory by selection, each told once.

    Parameters
    ----------
    taken : TakenInventory
        The inventory.
    read : callable, optional
        Gives the result rows of a stream, a site or all, and a range of months; another than the
        engine's own keeps them between figures.
    """

    def __init__(self, taken: TakenInventory, read: Reader | None = None) -> None:
        self.taken = taken
        self._read = read or engine_reader(taken)
        self._factors: dict[tuple[Any, ...], dict[str, Any] | None] = {}

    def of(self, chosen: Selection) -> ResultTable:
        """Return the rows of a selection as a table."""
        months = (chosen.first_ym, chosen.last_ym)
        one = chosen.items[0] if len(chosen.items) == 1 else None
        table = self._read(chosen.stream, chosen.site, one, months)
        return rows_among(table, chosen.items, site=chosen.site, ym=months)

    def told(self, row: dict[str, Any], chosen: Selection, *, say: Say) -> dict[str, Any]:
        """Return one of those rows as an answer tells it: cell, quantity, factor, result."""
        stream = Stream(chosen.stream)
        return {
            "row_id": row["row_id"],
            "source": {
                "file": row.get("file"), "sha256": row.get("sha256"),
                "sheet": row.get("sheet"), "cell": row.get("cell"),
            },
            "site": row["site"],
            "item": row["item"],
            "name": item_name(row["item"], say),
            "month": f"{year_of(row['ym'])}-{month_of(row['ym']):02d}",
            "quantity": number(row["quantity"]) if row.get("quantity") is not None else None,
            "unit": row.get("unit"),
            "status": row["status"],
            "stream": stream.value,
            "factor": self._factor(row, stream, say),
            "result_mg": row.get(result_column(chosen)),
        }  # fmt: skip

    def told_of(self, row_id: str, chosen: Selection, *, say: Say) -> list[dict[str, Any]]:
        """Return the result of one row in a selection; empty where it has none there."""
        found = rows_with_id(self.of(chosen), row_id)
        return [self.told(row, chosen, say=say) for row in found]

    def _factor(self, row: dict[str, Any], stream: Stream, say: Say) -> dict[str, Any] | None:
        """Return the factor of a row; rows of one item, place and month share it."""
        key = (
            stream, row["item"], row["site"], row.get("supplier") or "", row["ym"],
            row["ledger_unit"], row["rid"], say.lang,
        )  # fmt: skip
        if key not in self._factors:
            self._factors[key] = _factor(row, self.taken, stream, say=say)
        return self._factors[key]


def engine_reader(taken: TakenInventory) -> Reader:
    """Return a reader that asks the engine each time."""

    def read(
        stream: Stream, site: str | None, item: str | None, months: tuple[int, int]
    ) -> ResultTable:
        return rows_of(taken.calculation, stream=stream, site=site, item=item, year_months=months)

    return read


def result_column(chosen: Selection) -> str:
    """Return the column that a selection adds up."""
    return "co2e_mg" if chosen.gas is None else column_of(chosen.gas)


def _factor(
    row: dict[str, Any], taken: TakenInventory, stream: Stream, *, say: Say
) -> dict[str, Any] | None:
    rid = row["rid"]
    power = taken.inventory.green_power
    if stream is Stream.MARKET and power is not None:
        blended = power.multipliers.get((row["site"], row["ym"]))
        if blended is not None:
            return _blended(blended, taken, residual_id=power.residual_factor_id, say=say)
    if not rid:
        return None
    used = taken.book.factor(rid)
    choice = explain(
        taken.book, stream, item=row["item"], site=row["site"],
        supplier=row.get("supplier") or "", ym=row["ym"],
        dim=taken.book.units.get(row["ledger_unit"], ""),
    )  # fmt: skip
    return _published(used.factor) | _why(choice) | {
        "conversion": _conversion(used.conversion),
        "kg_per_unit": _per_ledger_unit(taken, rid, row["ledger_unit"]),
        "ledger_unit": row["ledger_unit"],
        "lag_years": used.lag_years,
        "notes": list(used.notes),
    }  # fmt: skip


def _blended(
    blended: Decimal, taken: TakenInventory, *, residual_id: str, say: Say
) -> dict[str, Any]:
    """Return the factor of a month whose power is partly covered: what the rest is taken from."""
    value = f"{float(blended):.9g}"
    residual = _residual(taken)
    return {
        "id": GREEN_POWER, "edition": str(taken.inventory.year), "value": value,
        "unit": "kgCO2/kWh", "source": GREEN_POWER, "locator": residual_id,
        "note": say("explain.blended", value=value),
        "residual": _published(residual) if residual else None,
    }  # fmt: skip


def _residual(taken: TakenInventory) -> Factor | None:
    """Return the published factor of power that nothing covers."""
    power = taken.inventory.green_power
    wanted = power.residual_factor_id if power else ""
    return next((use.factor for use in taken.book.resolved if use.factor.id == wanted), None)


def _published(factor: Factor) -> dict[str, Any]:
    """Return a factor with who published it and when."""
    source = load.sources().get(factor.source, {})
    return factor_body(factor) | {
        "publisher": source.get("publisher") or None,
        "published": source.get("year"),
    }


def _per_ledger_unit(taken: TakenInventory, rid: int, unit: str) -> dict[str, float]:
    """Return what one ledger unit gives by gas [kgCO2e], units, heating value and GWP included."""
    multiplier = taken.book.multipliers.get((rid, unit))
    return {gas: float(value) for gas, value in multiplier.gases.items()} if multiplier else {}


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
            {
                "id": other.factor.id,
                "reason": other.reason.value,
                "value": factor_body(other.factor)["value"],
                "unit": factor_body(other.factor)["unit"],
            }
            for other in choice.others
        ],
    }


def lines_behind(taken: TakenInventory, behind: RowFilter) -> list[Line]:
    """Return the scope 3 lines of a figure."""
    return [
        line
        for line in taken.inventory.lines
        if line.category in behind.line_categories
        and behind.site in (None, line.site)
        and behind.item in (None, line.item)
    ]


def line_row(line: Line, taken: TakenInventory, *, say: Say) -> dict[str, Any]:
    """Return a scope 3 line with its cells and factor."""
    return {
        "row_id": line.record_id,
        "source": taken.record_sources.get(line.record_id),
        "site": line.site,
        "item": line.item or line.name,
        "name": _line_name(line, say),
        "month": str(taken.inventory.year),
        "quantity": number(line.quantity),
        "unit": line.unit,
        "status": line.status.value,
        "basis": line.basis.value,
        "factor": _line_factor(line, taken, say),
        "result_mg": line.co2e_mg,
    }


def _line_name(line: Line, say: Say) -> str:
    """Return the name of a line's item, with the words of the record where they say more."""
    item = item_name(line.item, say) if line.item else ""
    return " · ".join(dict.fromkeys(part for part in (item, line.name) if part))


def _line_factor(line: Line, taken: TakenInventory, say: Say) -> dict[str, Any] | None:
    if not line.factor_id:
        return None
    factor = taken.line_factors.get(line.factor_id)
    if factor:
        return _published(factor)
    known = {
        "id": line.factor_id,
        "value": number(line.kg_per_unit),
        "unit": f"kgCO2e/{line.unit}",
    }
    is_suppliers = line.factor_id.startswith(SUPPLIER)
    return known | {"note": say("explain.supplier", name=line.supplier)} if is_suppliers else known


def additions(taken: TakenInventory, behind: RowFilter, *, say: Say) -> Iterator[dict[str, Any]]:
    """Yield what the green-power ledger adds to the rows: unbacked generation, rounding."""
    power = taken.inventory.green_power
    if not behind.has_allocations or power is None:
        return
    residual = _residual(taken)
    body = _published(residual) if residual else {}
    year = str(taken.inventory.year)
    electricity = {"item": ELECTRICITY, "month": year, "status": "OK"}
    for a in power.allocations:
        if not a.is_purchased and behind.site in (None, a.site):
            value = number(a.kg_per_kwh)
            yield electricity | {
                "row_id": a.instrument_id,
                "source": taken.record_sources.get(a.instrument_id),
                "site": a.site, "name": say("explain.generation"),
                "quantity": number(Fraction(a.kwh_u, MILLION)), "unit": "kWh",
                "factor": body | {"id": power.residual_factor_id, "value": value,
                                  "unit": "kgCO2/kWh"},
                "result_mg": a.co2_mg,
            }  # fmt: skip
    for site, rounding in sorted(taken.inventory.rounding_by_site_mg.items()):
        if rounding and behind.site in (None, site):
            yield electricity | {
                "row_id": ROUNDING, "source": None, "site": site, "name": say("explain.rounding"),
                "quantity": None, "unit": None, "factor": None, "result_mg": rounding,
            }  # fmt: skip
