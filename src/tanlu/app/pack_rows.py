"""The rows of a verifier's pack: each result with its exact quantity and factor."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app.inventories import iso_of_scope3
from tanlu.app.payloads import factor_body
from tanlu.app.references import items_by_id
from tanlu.compute import rows_of
from tanlu.compute.numbering import column_of
from tanlu.factors.gas import BIOGENIC, FAMILIES
from tanlu.inventory.figures import (
    ELECTRICITY,
    ENERGY_CATEGORIES,
    UPSTREAM_CATEGORY,
    is_purchased_power,
)
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import month_of, year_month, year_of
from tanlu.kernel.results import Stream
from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.app.inventories import TakenInventory
    from tanlu.factors.model import Factor, Item
    from tanlu.inventory.model import Line

_MILLION = 10**6
_MEMO = "memo"
_LEDGER = "green-power-ledger"
_NOTHING = Fraction(0)


@dataclass(slots=True)
class FactorLines:
    """The factors used, each once, in order of first use; a line is its row in the workbook."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    known: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def line(self, factor: Factor | None, gas: str, kg: Fraction, unit: str, name: str) -> int:
        """Return the line of a factor per unit of activity."""
        exact = exact_text(kg)
        key = (name, gas, exact, unit)
        if key not in self.known:
            self.known[key] = len(self.rows) + 2
            self.rows.append(self._row(factor, key, kg))
        return self.known[key]

    def _row(
        self, factor: Factor | None, key: tuple[str, str, str, str], kg: Fraction
    ) -> dict[str, Any]:
        name, gas, exact, unit = key
        body = factor_body(factor) if factor else {}
        return {
            "line": len(self.rows) + 2, "id": name, "edition": body.get("edition", ""),
            "gas": gas, "kg_per_unit": kg, "exact": exact, "unit": unit,
            "published": body.get("value", ""), "published_unit": body.get("unit", ""),
            "region": body.get("region", ""), "level": body.get("level", ""),
            "title": body.get("title", ""), "document": body.get("document", ""),
            "locator": body.get("locator", ""), "quality": body.get("quality", ""),
        }  # fmt: skip

    def told(self) -> list[dict[str, Any]]:
        """Return the lines as plain values."""
        return [{**row, "kg_per_unit": row["exact"]} for row in self.rows]


def exact_text(value: Fraction | Decimal | int) -> str:
    """Write an exact number: as a decimal where it ends, else as a fraction."""
    fraction = Fraction(value)
    digits, rest = 0, fraction.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        digits = max(digits, power)
    if rest != 1:
        return str(fraction)
    scaled = fraction * 10**digits
    return format(Decimal(int(scaled)).scaleb(-digits), "f")


def pack_rows(taken: TakenInventory, factors: FactorLines) -> Iterator[dict[str, Any]]:
    """Yield every row behind the inventory: activity by gas, scope 3 lines, green-power ledger.

    A row without a result is there too, with its status. Each result is had again from quantity
    and factor before it is told.

    Raises
    ------
    TanluError
        ``pack.row-differs`` where it is another.
    """
    made = _Rows(taken, factors)
    for stream in (Stream.MAIN, Stream.MARKET, Stream.UPSTREAM):
        yield from made.activity(stream)
    for line in taken.inventory.lines:
        yield made.line(line)
    yield from made.ledger()


class _Rows:
    """Makes the rows of one inventory; numbers them."""

    def __init__(self, taken: TakenInventory, factors: FactorLines) -> None:
        self._taken, self._factors = taken, factors
        self._items, self._iso = items_by_id(), iso_of_scope3()
        self._line = 0

    def activity(self, stream: Stream) -> Iterator[dict[str, Any]]:
        """Yield the result rows of a stream, one for each gas."""
        year = self._taken.inventory.year
        months = (year_month(year, 1), year_month(year, 12))
        table = rows_of(self._taken.calculation, stream=stream, year_months=months)
        for batch in table.to_batches(max_chunksize=50_000):
            for row in batch.to_pylist():
                item = self._items.get(row["item"])
                if _is_asked(stream, item):
                    yield from self._gases(row, stream, item)

    def _gases(
        self, row: Mapping[str, Any], stream: Stream, item: Item | None
    ) -> Iterator[dict[str, Any]]:
        body = _written(row) | self._place(stream, item)
        found = [gas for gas in (*FAMILIES, BIOGENIC) if row.get(column_of(gas)) is not None]
        if row["co2e_mg"] is None or row["qty_u"] is None or not found:
            yield self._told(body)
            return
        quantity = Fraction(int(row["qty_u"]), _MILLION)
        per_gas, factor, name = self._factor(row, stream)
        for gas in found:
            kg = per_gas.get(gas, _NOTHING)
            line = self._factors.line(factor, gas, kg, row["ledger_unit"], name)
            flags = {"location": False, "market": False} if gas == BIOGENIC else {}
            yield self._told(
                body | flags, quantity=quantity, kg=kg, gas=gas, line=line,
                result=row[column_of(gas)],
            )  # fmt: skip

    def _factor(
        self, row: Mapping[str, Any], stream: Stream
    ) -> tuple[dict[str, Fraction], Factor | None, str]:
        """Return kg by gas and ledger unit, and the factor they come from."""
        power = self._taken.inventory.green_power
        if stream is Stream.MARKET and power is not None:
            blended = power.multipliers.get((row["site"], row["ym"]))
            if blended is not None:
                residual = self._residual()
                gas = next(iter(residual.gases)) if residual else "CO2"
                name = f"{_LEDGER}:{row['site']}:{row['ym'] and str(year_of(row['ym']))}"
                return {gas: Fraction(blended)}, residual, name
        book = self._taken.book
        multiplier = book.multipliers[row["rid"], row["ledger_unit"]]
        kg = {gas: Fraction(value) for gas, value in multiplier.gases.items()}
        factor = book.factor(row["rid"]).factor
        return kg | {BIOGENIC: Fraction(multiplier.biogenic)}, factor, factor.id

    def _residual(self) -> Factor | None:
        power = self._taken.inventory.green_power
        wanted = power.residual_factor_id if power else ""
        resolved = self._taken.book.resolved
        return next((use.factor for use in resolved if use.factor.id == wanted), None)

    def _place(self, stream: Stream, item: Item | None) -> dict[str, Any]:
        """Return where a row belongs: scope, category, and by which methods it counts."""
        if stream is Stream.UPSTREAM:
            iso = self._iso[UPSTREAM_CATEGORY]
            place: dict[str, Any] = {"scope": 3, "iso": iso, "category": UPSTREAM_CATEGORY}
            return place | {"kind": stream.value, "location": True, "market": True}
        counts = item is not None and item.category != _MEMO
        bought = item is not None and is_purchased_power(item)
        return {
            "scope": item.scope if item else None,
            "iso": item.iso_category if item else None,
            "category": item.category if item else "",
            "kind": stream.value,
            "location": counts and stream is Stream.MAIN,
            "market": counts and bought is (stream is Stream.MARKET),
        }

    def line(self, line: Line) -> dict[str, Any]:
        """Return a scope 3 line."""
        source = self._taken.record_sources.get(line.record_id) or {}
        body = {
            "row_id": line.record_id, "kind": "line", "location": True, "market": True, "scope": 3,
            "iso": self._iso[line.category], "category": line.category, "site": line.site,
            "item": line.item or line.name, "month": str(self._taken.inventory.year),
            "written": None, "written_unit": "", "unit": line.unit, "status": line.status.value,
            **_cell(source),
        }  # fmt: skip
        if line.co2e_mg is None or line.quantity is None or line.kg_per_unit is None:
            return self._told(body)
        factor = self._taken.line_factors.get(line.factor_id)
        at = self._factors.line(factor, "CO2e", line.kg_per_unit, line.unit, line.factor_id)
        return self._told(
            body, quantity=line.quantity, kg=line.kg_per_unit, gas="CO2e", line=at,
            result=line.co2e_mg,
        )  # fmt: skip

    def ledger(self) -> Iterator[dict[str, Any]]:
        """Yield what the green-power ledger adds by the market-based method."""
        power = self._taken.inventory.green_power
        for a in power.allocations if power else ():
            if a.is_purchased:
                continue
            source = self._taken.record_sources.get(a.instrument_id) or {}
            body = self._added(a.site, "generation", a.instrument_id) | _cell(source)
            if a.co2_mg is None or a.kg_per_kwh is None:
                yield self._told(body)
                continue
            name = power.residual_factor_id if power else ""
            line = self._factors.line(self._residual(), "CO2", a.kg_per_kwh, "kWh", name)
            quantity = Fraction(a.kwh_u, _MILLION)
            yield self._told(
                body, quantity=quantity, kg=a.kg_per_kwh, gas="CO2", line=line, result=a.co2_mg
            )
        for site, mg in sorted(self._taken.inventory.rounding_by_site_mg.items()):
            if mg:
                yield self._told(self._added(site, "rounding", "allocation_rounding"), result=mg)

    def _added(self, site: str, kind: str, row_id: str) -> dict[str, Any]:
        item = self._items[ELECTRICITY]
        return {
            "row_id": row_id, "kind": kind, "location": False, "market": True, "scope": item.scope,
            "iso": item.iso_category, "category": item.category, "site": site, "item": item.id,
            "month": str(self._taken.inventory.year), "written": None, "written_unit": "",
            "unit": "kWh", "status": "OK", **_cell({}),
        }  # fmt: skip

    def _told(
        self, body: Mapping[str, Any], *, quantity: Fraction | None = None,
        kg: Fraction | None = None, gas: str = "", line: int | None = None,
        result: int | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        self._line += 1
        if quantity is not None and kg is not None:
            again = floor_half_up(quantity * kg * _MILLION)
            if again != result:
                raise TanluError(
                    "pack.row-differs", row=body["row_id"], expected=again, found=result
                )
        known = body.get("quantity") if quantity is None else exact_text(quantity)
        return {
            **body, "line": self._line, "quantity": known, "name": self._name(body),
            "factor": None if kg is None else exact_text(kg), "factor_line": line, "gas": gas,
            "result_mg": result,
        }  # fmt: skip

    def _name(self, body: Mapping[str, Any]) -> str:
        """Return the item in both languages, or the words of the record."""
        item = self._items.get(body["item"])
        return f"{item.name_zh} {item.name_en}" if item else str(body["item"])


def _is_asked(stream: Stream, item: Item | None) -> bool:
    """Tell whether a row of a stream is part of the pack: the market stream is of power alone."""
    if stream is Stream.MAIN:
        return True
    if item is None:
        return False
    if stream is Stream.UPSTREAM:
        return item.category in ENERGY_CATEGORIES
    return is_purchased_power(item)


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    quantity = None if row["qty_u"] is None else Fraction(int(row["qty_u"]), _MILLION)
    return {
        "row_id": row["row_id"], "site": row["site"], "item": row["item"],
        "month": f"{year_of(row['ym'])}-{month_of(row['ym']):02d}",
        "written": None if row.get("quantity") is None else exact_text(row["quantity"]),
        "written_unit": row.get("unit") or "", "unit": row["ledger_unit"],
        "quantity": None if quantity is None else exact_text(quantity),
        "status": row["status"], **_cell(row),
    }  # fmt: skip


def _cell(source: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(source.get(name) or "") for name in ("file", "sha256", "sheet", "cell")}
