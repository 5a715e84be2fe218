"""Read what a user gives a calculator: names, units, ranges; everything wrong at once."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.units.engineering import STANDARD_ATMOSPHERE, EngineeringUnit, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.calculation.model import Calculator, Value
    from tanlu.units.engineering import EngineeringUnits

MOST_CASES = 10_000
ATMOSPHERE = "pressure_atmosphere"
TEXT = "text"
PERCENT = "%"
_PRESSURES = (Reading.GAUGE, Reading.ABSOLUTE)


@dataclass(slots=True)
class Inputs:
    """What was read.

    Parameters
    ----------
    values : dict
        By name, in the unit of the formula: a number, a word, a list, a table or None.
    given : set of str
        Names the user gave; the others are defaults.
    currency : str
        Money the input is in; empty where it names none.
    findings : list of Finding
        Errors and warnings.
    """

    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    currency: str = ""
    findings: list[Finding] = field(default_factory=list)

    def reject(self, code: str, name: str, **facts: object) -> None:
        """Add an error about an input."""
        self._add(code, Outcome.REJECT, name, facts)

    def warn(self, code: str, name: str, **facts: object) -> None:
        """Add a warning about an input."""
        self._add(code, Outcome.WARN, name, facts)

    def _add(self, code: str, outcome: Outcome, name: str, facts: Mapping[str, object]) -> None:
        told = {key: str(value) for key, value in facts.items()}
        self.findings.append(Finding(code, outcome, cell=name, facts={"name": name} | told))

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.outcome is not Outcome.REJECT for finding in self.findings)


def read_inputs(
    calculator: Calculator, given: Mapping[str, Any], units: EngineeringUnits
) -> Inputs:
    """Read the inputs of a calculator.

    Parameters
    ----------
    calculator : Calculator
        What it takes.
    given : mapping
        ``{"value": ..., "unit": ...}`` by name; a plain number only where the quantity has no
        unit; a word where it is a choice; a list of rows where it is a table.
    units : EngineeringUnits
        Spellings of units.

    Returns
    -------
    Inputs
        Values in the units of the formula; ``findings`` says everything that is wrong:
        CALC_INPUT_UNKNOWN, CALC_INPUT_MISSING, CALC_CHOICE_MISSING,
        CALC_TABLE_MISSING, CALC_TEXT_MISSING, CALC_BARE_PERCENT, CALC_INPUT_TWICE,
        CALC_NOT_NUMBER, CALC_CHOICE, CALC_UNIT_MISSING, CALC_UNIT, CALC_DIMENSION,
        CALC_RANGE, CALC_CURRENCY, CALC_CATALOGUE_MONEY, CALC_LENGTHS.
    """
    inputs = Inputs()
    reader = _Reader(inputs, units)
    known = {name: value for value in calculator.inputs for name in value.names}
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            inputs.reject("CALC_INPUT_UNKNOWN", name, near=", ".join(near) or ", ".join(known))
    atmosphere = next((v for v in calculator.inputs if v.name == ATMOSPHERE), None)
    ordered = sorted(calculator.inputs, key=lambda value: value is not atmosphere)
    for value in ordered:
        written = [name for name in value.names if name in given]
        if len(written) > 1:
            inputs.reject("CALC_INPUT_TWICE", value.name, found=", ".join(written))
        elif written and given[written[0]] is not None:
            inputs.given.add(value.name)
            inputs.values[value.name] = reader.read(value, given[written[0]], written[0])
            reader.note_atmosphere(value)
        else:
            inputs.values[value.name] = reader.default(value)
    _check_lengths(calculator, inputs)
    _check_catalogue_money(calculator, inputs)
    return inputs


def _check_lengths(calculator: Calculator, inputs: Inputs) -> None:
    """Check that inputs given as one value per case have as many cases."""
    lengths = {name: len(inputs.values[name]) for name in case_inputs(calculator, inputs)}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        inputs.reject("CALC_LENGTHS", next(iter(lengths)), found=told)


def _check_catalogue_money(calculator: Calculator, inputs: Inputs) -> None:
    """Check that no figure of a catalogue stands in for an input of other money."""
    money = inputs.currency
    for value in calculator.inputs:
        if value.currency not in {"", money} and money and value.name not in inputs.given:
            unit = value.unit.replace("CNY", money)
            inputs.reject(
                "CALC_CATALOGUE_MONEY", value.name, found=money, known=value.currency, unit=unit
            )


def case_inputs(calculator: Calculator, inputs: Inputs) -> tuple[str, ...]:
    """Return the inputs that hold one value per case instead of a single one."""
    plain = (value.name for value in calculator.inputs if not value.is_list and not value.columns)
    return tuple(name for name in plain if isinstance(inputs.values.get(name), list))


class _Reader:
    """Reads single inputs; knows the atmosphere and the money met so far."""

    def __init__(self, inputs: Inputs, units: EngineeringUnits) -> None:
        self._inputs = inputs
        self._units = units
        self._atmosphere = STANDARD_ATMOSPHERE

    def note_atmosphere(self, value: Value) -> None:
        """Keep the pressure that gauges stand in."""
        pressure = self._inputs.values.get(ATMOSPHERE)
        if value.name == ATMOSPHERE and isinstance(pressure, float):
            self._atmosphere = pressure * self._units.read(value.unit).scale

    def default(self, value: Value) -> Any:
        """Return what stands for an input that was not given."""
        if value.default is None and not value.is_optional:
            self._missing(value, value.name)
        return value.default

    def _missing(self, value: Value, name: str) -> None:
        """Add the error of an input that has to be given, with what it may be."""
        if value.choices:
            self._inputs.reject("CALC_CHOICE_MISSING", name, choices=", ".join(value.choices))
        elif value.columns:
            told = ", ".join(_column(column) for column in value.columns)
            self._inputs.reject("CALC_TABLE_MISSING", name, columns=told)
        elif value.unit == TEXT:
            self._inputs.reject("CALC_TEXT_MISSING", name)
        else:
            self._inputs.reject("CALC_INPUT_MISSING", name, unit=value.unit)

    def read(self, value: Value, given: Any, name: str) -> Any:
        """Return an input in the unit of the formula, or None where it is wrong."""
        if value.columns:
            return self._rows(value, given, name)
        if value.unit == TEXT:
            return str(given.get("value") if isinstance(given, dict) else given)
        if value.choices:
            word = given.get("value") if isinstance(given, dict) else given
            text = f"{word:g}" if isinstance(word, (float, Decimal)) else str(word)
            if text in value.choices:
                return text
            self._inputs.reject("CALC_CHOICE", name, found=text, choices=", ".join(value.choices))
            return None
        pair = given if isinstance(given, dict) else {"value": given}
        for key in pair.keys() - {"value", "unit"}:
            self._inputs.reject("CALC_INPUT_UNKNOWN", f"{name}.{key}", near="value, unit")
        numbers = pair.get("value")
        unit = self._unit(value, pair.get("unit"), name)
        if value.unit == PERCENT and pair.get("unit") is None:
            self._note_percent(numbers, name)
        if isinstance(numbers, list):
            return self._list(value, numbers, unit, name)
        read = self._number(value, numbers, unit, name)
        return [read] if value.is_list else read

    def _note_percent(self, numbers: Any, name: str) -> None:
        """Warn of bare numbers below 1 that are read as per cent."""
        for number in numbers if isinstance(numbers, list) else [numbers]:
            is_number = isinstance(number, (int, float, Decimal))
            if is_number and 0 < number < 1:
                self._inputs.warn("CALC_BARE_PERCENT", name, found=f"{number:g}")

    def _list(
        self, value: Value, numbers: Sequence[Any], unit: EngineeringUnit | None, name: str
    ) -> list[float | None] | None:
        if not 0 < len(numbers) <= MOST_CASES:
            self._inputs.reject("CALC_LENGTHS", name, found=len(numbers))
            return None
        return [
            self._number(value, number, unit, f"{name}[{place}]")
            for place, number in enumerate(numbers)
        ]

    def _rows(self, value: Value, given: Any, name: str) -> list[dict[str, Any]] | None:
        rows = given.get("value") if isinstance(given, dict) else given
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_CASES:
            self._inputs.reject("CALC_TABLE", name)
            return None
        return [self._row(value, row, f"{name}[{place}]") for place, row in enumerate(rows)]

    def _row(self, value: Value, row: Any, place: str) -> dict[str, Any]:
        known = {name: column for column in value.columns for name in column.names}
        if not isinstance(row, dict):
            self._inputs.reject("CALC_TABLE", place)
            return {}
        for name in row.keys() - known.keys():
            self._inputs.reject("CALC_INPUT_UNKNOWN", f"{place}.{name}", near=", ".join(known))
        found: dict[str, Any] = {}
        for column in value.columns:
            written = next((name for name in column.names if row.get(name) is not None), "")
            where = f"{place}.{column.name}"
            if written:
                found[column.name] = self._cell(column, row[written], where)
            elif column.default is None and not column.is_optional:
                self._missing(column, where)
            else:
                found[column.name] = column.default
        return found

    def _cell(self, column: Value, cell: Any, where: str) -> Any:
        """Return a cell of a table; a plain number is in the column's own unit."""
        if column.unit == TEXT:
            return str(cell)
        is_pair = isinstance(cell, dict) or column.choices
        return self.read(column, cell if is_pair else {"value": cell, "unit": column.unit}, where)

    def _unit(self, value: Value, text: Any, name: str) -> EngineeringUnit | None:
        """Return the unit a value is written in, or None after saying what is wrong with it."""
        own = self._units.read(value.unit)
        if text is None and not own.dimension:
            return own
        if not isinstance(text, str) or not text.strip():
            self._inputs.reject("CALC_UNIT_MISSING", name, unit=value.unit)
            return None
        try:
            unit = self._units.read(text)
        except TanluError as error:
            self._inputs.reject("CALC_UNIT", name, unit=value.unit, **error.facts)
            return None
        self._check_money(unit, name)
        if unit.fits(own):
            return unit
        if unit.fits_per_year(own):
            self._inputs.warn("CALC_PER_YEAR", name, found=text, unit=value.unit)
            return unit
        self._inputs.reject("CALC_DIMENSION", name, found=text, unit=value.unit)
        return None

    def _check_money(self, unit: EngineeringUnit, name: str) -> None:
        known = self._inputs.currency
        if unit.currency and known and unit.currency != known:
            self._inputs.reject("CALC_CURRENCY", name, found=unit.currency, known=known)
        self._inputs.currency = known or unit.currency

    def _number(
        self, value: Value, number: Any, unit: EngineeringUnit | None, name: str
    ) -> float | None:
        is_number = isinstance(number, (int, float, Decimal)) and not isinstance(number, bool)
        if not is_number or not math.isfinite(number):
            self._inputs.reject("CALC_NOT_NUMBER", name, found=str(number)[:40])
            return None
        if unit is None:
            return None
        own = self._units.read(value.unit)
        read = self._pressure(float(number), unit, own, name)
        read = unit.convert(read, own, difference=value.is_difference)
        if value.range.holds(read):
            return read
        source = value.range.source
        self._inputs.reject(
            "CALC_RANGE" if source else "CALC_RANGE_BY_DEFINITION",
            name,
            found=f"{number:g} {unit.text}",
            allowed=f"{value.range.text} {value.unit}",
            source=source,
            locator=value.range.locator,
        )
        return None

    def _pressure(
        self, number: float, unit: EngineeringUnit, own: EngineeringUnit, name: str
    ) -> float:
        """Return a pressure as gauge or absolute, as the formula takes it, in its own unit."""
        pair = (unit.reading, own.reading)
        if pair == (Reading.GAUGE, Reading.ABSOLUTE):
            return number + self._atmosphere / unit.scale
        if pair == (Reading.ABSOLUTE, Reading.GAUGE):
            return number - self._atmosphere / unit.scale
        if own.reading in _PRESSURES and unit.reading is Reading.PLAIN:
            self._inputs.warn("CALC_PRESSURE_READING", name, found=unit.text, unit=own.text)
        return number


def _column(column: Value) -> str:
    """Return a field of a row with its unit or choices; optional ones in brackets."""
    unit = "/".join(column.choices) or column.unit
    told = column.name if unit in {"-", TEXT} else f"{column.name} {unit}"
    return f"[{told}]" if column.is_optional or column.default is not None else told
