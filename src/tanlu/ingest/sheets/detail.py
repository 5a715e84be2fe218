"""What a small table's texts hold beside its columns: ratings, footprints, discounts, lanes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.activity import RecordKind
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.ingest.sheets.header import Column
    from tanlu.ingest.sheets.place import Place
    from tanlu.kernel.findings import Finding

_PERCENT = Decimal(100)
_KILOWATTS = {
    "mw": Decimal(1000),
    "kw": Decimal(1),
    "w": Decimal("0.001"),
    "hp": Decimal("0.7457"),  # mechanical: 550 ft lbf/s
}


@dataclass(slots=True)
class RecordRow:
    """One row of a small table while its fields are read.

    Parameters
    ----------
    place : Place
        The sheet.
    row : int
        Its row.
    columns : Mapping[str, Column]
        Columns by field.
    texts : Mapping[str, str]
        Texts of the row by field, as written.
    fields : dict of str to str or None
        What has been read of them.
    found : list of Finding
        What was noticed.
    """

    place: Place
    row: int
    columns: Mapping[str, Column]
    texts: Mapping[str, str]
    fields: dict[str, str | None]
    found: list[Finding]

    def text(self, name: str) -> str:
        """Return the text of a field, empty when there is none."""
        return self.texts.get(name, "")

    def report(self, code: str, outcome: Outcome, name: str, **facts: object) -> None:
        """Add a finding at the cell of a field."""
        column = self.columns.get(name)
        self.found.append(
            self.place.finding(code, outcome, self.row, column.index if column else 1, **facts)
        )


def _number(text: str) -> str:
    value = Decimal(text)
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def refine_instrument(record: RecordRow) -> None:
    """Read a tariff discount in the remark; an owner written where the contract should stand."""
    words, fields = record.place.words, record.fields
    match = words.search("price_discount", record.text("note"))
    if match:
        value = fields["price_discount_cny_per_kwh"] = _number(match[1])
        facts = {"found": record.text("note"), "read": value}
        record.report("PRICE_DISCOUNT_READ", Outcome.NOTE, "note", **facts)
    serial = fields.get("serial") or ""
    if serial and words.word("owner", serial):
        fields["serial"] = None
        fields["owner"] = fields.get("owner") or words.word("owner", serial)
    if not fields.get("owner"):
        fields["owner"] = words.word_inside("owner", record.text("owner")) or None


def refine_purchase(record: RecordRow) -> None:
    """Fold quantity and unit, find the item, read a footprint and a recycled share."""
    words, fields = record.place.words, record.fields
    material = fields["material"]
    fields["item"] = words.item(material or "") or None
    if fields["item"] is None and material:
        facts = {"found": material, "near": words.item_near(material)}
        record.report("MATERIAL_UNKNOWN", Outcome.NOTE, "material", **facts)
    _fold_quantity(record)
    spend = record.columns.get("spend_cny")
    if spend is not None:
        fields["tax"] = words.word_inside("tax", spend.qualifiers) or None
    _read_footprint(record)
    match = words.search("recycled", record.text("note"))
    if match:
        fields["recycled_fraction"] = _number(str(Decimal(match[1]) / _PERCENT))


def _fold_quantity(record: RecordRow) -> None:
    fields = record.fields
    quantity = fields.get("quantity")
    if quantity is None:
        fields["unit"] = None
        return
    column = record.columns.get("quantity")
    text = record.text("unit") or (column.unit if column else "")
    unit = record.place.words.unit(text)
    if not unit.counts:
        fields["unit"] = text or None
        choices = ", ".join(unit.choices) or "-"
        facts = {"found": text or "-", "choices": choices, "expected": choices}
        facts |= {"near": ", ".join(unit.near) or "-", "item": fields["material"] or "-"}
        has_money = fields.get("spend_cny") is not None
        outcome = Outcome.WARN if has_money else Outcome.QUARANTINE
        name = "unit" if "unit" in record.columns else "quantity"
        record.report(unit.code or "UNKNOWN_UNIT", outcome, name, **facts)
        return
    exact = Fraction(Decimal(quantity)) * unit.scale
    fields["quantity"] = _number(str(Decimal(exact.numerator) / Decimal(exact.denominator)))
    fields["unit"] = unit.ledger_unit
    if unit.ledger_unit == "kg":
        fields["mass_kg"] = fields["quantity"]


def _read_footprint(record: RecordRow) -> None:
    place, note = record.place, record.text("note")
    by_mass = place.words.search("pcf_per_kg", note)
    by_piece = place.words.search("pcf_per_piece", note)
    if by_mass:
        value = _tonnes(by_mass[2], place) * Decimal(by_mass[1]) / _tonnes(by_mass[3], place)
        name = "pcf_kgco2e_per_kg"
    elif by_piece:
        value = _tonnes(by_piece[2], place) * Decimal(by_piece[1]) * 1000
        name = "pcf_kgco2e_per_piece"
    else:
        return
    record.fields[name] = _number(str(value))
    record.report("SUPPLIER_PCF_READ", Outcome.NOTE, "note", found=note, read=record.fields[name])


def _tonnes(unit: str, place: Place) -> Decimal:
    """Return how many tonnes one of a mass unit is."""
    parsed = place.words.unit(unit)
    kilograms = parsed.scale if parsed.ledger_unit == "kg" else Fraction(1)
    return Decimal(kilograms.numerator) / Decimal(kilograms.denominator) / 1000


def refine_freight(record: RecordRow) -> None:
    """Split a lane into its ends; transport work is mass times distance where not stated."""
    place, fields = record.place, record.fields
    route = fields.get("route") or ""
    ends = place.words.patterns["route_split"].split(route)
    if len(ends) == 2:  # noqa: PLR2004 - a lane has two ends
        fields["origin"] = fields.get("origin") or ends[0].strip()
        fields["destination"] = fields.get("destination") or ends[1].strip()
    mass, distance = fields.get("mass_t"), fields.get("distance_km")
    if not fields.get("tkm") and mass and distance:
        fields["tkm"] = _number(str(Decimal(mass) * Decimal(distance)))
    mode = fields.get("mode")
    item = f"{mode}_freight" if mode else ""
    fields["item"] = item if item in place.words.items else None


def refine_equipment(record: RecordRow) -> None:
    """Read power, capacity, poles and efficiency out of rating and grade."""
    place, fields = record.place, record.fields
    words = place.words
    rating = record.text("rating")
    column = record.columns.get("rating")
    if column is not None and column.unit and _is_bare(rating):
        rating = f"{rating}{column.unit}"
    for pattern, name in (
        ("equipment_kva", "capacity_kva"),
        ("equipment_steam", "steam_t_per_h"),
        ("equipment_poles", "poles"),
    ):
        match = words.search(pattern, rating)
        if match:
            fields[name] = _number(match[1])
    power = words.search("equipment_kw", rating) or words.search("equipment_hp", rating)
    if power:
        fields["power_kw"] = _number(str(Decimal(power[1]) * _kilowatts(power[2])))
    if fields["type"] == "vehicle" and not fields["steam_t_per_h"]:
        load = words.search("equipment_tonnes", rating)
        fields["load_capacity_t"] = _number(load[1]) if load else None
    if fields["type"] == "transformer" and fields["capacity_kva"]:
        fields["model"] = fields.get("model") or rating.partition("-")[0] or None
    fields["grade"] = _grade(place, record.text("grade"), fields)
    _fuel(place, fields, f"{rating} {record.text('note')}")
    _refuse_no_machine(record)


def _refuse_no_machine(record: RecordRow) -> None:
    """Hold a line whose number of machines is stated as none: it is never one."""
    count = record.fields.get("count")
    if count is not None and not Decimal(count):
        record.report("NO_MACHINE", Outcome.QUARANTINE, "count", found=record.text("count"))


def _is_bare(rating: str) -> bool:
    return rating.replace(".", "", 1).isdigit()


def _kilowatts(unit: str) -> Decimal:
    return _KILOWATTS[unit.lower()]


def _grade(place: Place, text: str, fields: dict[str, str | None]) -> str | None:
    percent = place.words.search("grade_percent", text)
    if percent:
        fields["efficiency_fraction"] = _number(str(Decimal(percent[1]) / _PERCENT))
        return None
    class_ie = place.words.search("grade_ie", text)
    if class_ie:
        return class_ie[1].upper()
    national = place.words.search("grade_gb", text)
    if national:
        return next(group for group in national.groups() if group)
    return text.strip() or None


def _fuel(place: Place, fields: dict[str, str | None], text: str) -> None:
    """Name the fuel of a boiler, furnace or vehicle when its texts do."""
    if fields["type"] not in {"boiler", "furnace", "vehicle"}:
        return
    for part in text.replace("+", " ").split():
        item = place.words.item(part)
        if item:
            fields["fuel"] = item
            return


def refine_output(record: RecordRow) -> None:
    """Read the price year and the unit of the output in the headers."""
    place, fields, columns = record.place, record.fields, record.columns
    value = columns.get("output_value_cny")
    if value is not None:
        match = place.words.search("price_year", value.label)
        fields["price_year"] = match[1] if match else None
    units = columns.get("units_produced")
    text = (units.unit if units is not None else "") or record.text("unit")
    if units is not None and text:
        fields["units_unit"] = place.words.unit(text).ledger_unit or text


REFINERS: dict[RecordKind, Callable[[RecordRow], None]] = {
    RecordKind.INSTRUMENT: refine_instrument,
    RecordKind.PURCHASE: refine_purchase,
    RecordKind.FREIGHT: refine_freight,
    RecordKind.EQUIPMENT: refine_equipment,
    RecordKind.OUTPUT: refine_output,
}
