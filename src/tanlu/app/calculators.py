"""The engineering calculators: list them, describe one, calculate."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tanlu.app.findings import finding_bodies
from tanlu.app.references import near
from tanlu.app.room_formulas import formulas
from tanlu.catalog import load
from tanlu.ingest.safe_config import load_json, load_yaml
from tanlu.ingest.weather import read_weather
from tanlu.kernel.errors import TanluError
from tanlu.measures.calculation.run import calculate
from tanlu.report.tree import Figure, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tanlu.i18n.say import Say
    from tanlu.measures.calculation.model import Calculator, Value
    from tanlu.measures.calculation.run import Calculation, Told

OUTPUT_UNITS = "output_units"
INPUTS = "inputs"
WEATHER_FILE = "weather_file"
CHARTED = ("pinch-analysis",)


@cache
def _known() -> Mapping[str, Calculator]:
    return load.calculators()


def kinds_body(*, area: str = "", say: Say) -> dict[str, Any]:
    """Return every calculator, or those of one area.

    Raises
    ------
    TanluError
        ``calc.area-unknown``.
    """
    areas = sorted({calculator.area for calculator in _known().values()})
    if area and area not in areas:
        raise TanluError("calc.area-unknown", found=area, near=", ".join(areas))
    chosen = (row for row in _known().values() if area in ("", row.area))
    return {"calculators": [_described(row, say) for row in chosen]}


def kind_body(kind: str, *, say: Say) -> dict[str, Any]:
    """Return one calculator with everything it takes and gives.

    Raises
    ------
    TanluError
        ``calc.kind-unknown`` with near misses.
    """
    return {"calculators": [_described(known_calculator(kind), say)]}


def calculation_body(kind: str, path: Path, *, say: Say) -> dict[str, Any]:
    """Run a calculator on a file of inputs.

    Parameters
    ----------
    kind : str
        Calculator id.
    path : Path
        JSON or YAML: ``{"flow": {"value": 1000, "unit": "gpm"}, ...}``, alone or under
        ``inputs``; ``output_units`` may name the unit of each output, ``weather_file`` an EPW
        or CSV file beside it.
    say : Say
        Language of names and warnings.

    Raises
    ------
    TanluError
        ``calc.kind-unknown``, ``app.file-missing``, ``calc.not-object``, ``ingest.weather``,
        and those of `calculate`.
    """
    known_calculator(kind)
    if not path.is_file():
        raise TanluError("app.file-missing", found=path)
    read = load_json if path.suffix.lower() == ".json" else load_yaml
    written = read(path.read_bytes(), path.name)
    if not isinstance(written, dict) or not isinstance(written.get(INPUTS, {}), dict):
        raise TanluError("calc.not-object", found=path.name)
    if INPUTS in written:
        whole = written | {INPUTS: _with_weather(written[INPUTS], path.parent)}
    else:
        whole = dict(_with_weather(written, path.parent))
    return calculated_body(kind, whole, say=say)


def calculated_body(kind: str, written: Mapping[str, Any], *, say: Say) -> dict[str, Any]:
    """Run a calculator on inputs that are no file; a file named in them is not opened.

    Parameters
    ----------
    kind : str
        Calculator id.
    written : mapping
        As in `calculation_body`.
    say : Say
        Language of names and warnings.

    Raises
    ------
    TanluError
        ``calc.kind-unknown``, ``calc.not-object``, and those of `calculate`.
    """
    calculator = known_calculator(kind)
    rest = dict(written)
    wanted = rest.pop(OUTPUT_UNITS, None) or {}
    given = rest.get(INPUTS, rest)
    if not isinstance(wanted, dict) or not isinstance(given, dict):
        raise TanluError("calc.not-object", found=OUTPUT_UNITS if given else INPUTS)
    found = calculate(
        calculator,
        formulas()[kind],
        given,
        units=load.engineering_units(),
        wanted={str(name): str(unit) for name, unit in wanted.items()},
    )
    return calculation_told(found, say)


def _with_weather(given: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Return inputs with the hours, and where not given the place, of the weather file named."""
    if WEATHER_FILE not in given:
        return given
    path = folder / str(given[WEATHER_FILE])
    if not path.is_file():
        raise TanluError("app.file-missing", found=path)
    found = read_weather(path.read_bytes(), path.name)
    rest = {name: value for name, value in given.items() if name != WEATHER_FILE}
    place = {} if "city" in given or "latitude" in given else found.place
    return {**place, **rest, "weather": list(found.rows)}


def write_chart(
    body: Mapping[str, Any], target: Path, *, say: Say, is_forced: bool = False
) -> None:
    """Draw the curve of a calculation into an SVG file.

    Parameters
    ----------
    body : mapping
        See `calculation_body`.
    target : Path
        File to write.
    say : Say
        Language of the labels.
    is_forced : bool
        Whether a file of that name may be replaced.

    Raises
    ------
    TanluError
        ``calc.no-chart`` for a calculator that has no curve; ``app.file-exists``.
    """
    from tanlu.render import charts

    if body["kind"] not in CHARTED:
        raise TanluError("calc.no-chart", kind=body["kind"], choices=", ".join(CHARTED))
    if target.exists() and not is_forced:
        raise TanluError("app.file-exists", found=target)
    target.write_text(
        charts.drawn(grand(body["outputs"], say, is_titled=True), say=say), encoding="utf-8"
    )


def grand(outputs: Mapping[str, Any], say: Say, *, is_titled: bool = False) -> Figure:
    """Return the grand composite curve as a figure; a drawing that stands alone has its title."""

    def told(name: str) -> str:
        value = outputs[name]
        number = say.exact(f"{float(format(value['value'], '.6g')):.12g}")
        return f"{value['name']} {number} {value['unit']}"

    heat, level = outputs["heat_flow_grand"], outputs["temperature_grand"]
    data = {
        "heat": heat["value"],
        "temperature": level["value"],
        "heat_unit": f"{heat['name']} [{heat['unit']}]",
        "temperature_unit": f"{level['name']} [{level['unit']}]",
        "hot": told("heat_flow_hot_min"),
        "cold": told("heat_flow_cold_min"),
        "pinches": outputs["temperature_pinch_all"]["value"],
        "pinch": Text("calc.chart.pinch"),
        "is_titled": is_titled,
    }
    return Figure("pinch", "grand", Text("calc.chart.grand"), Text("calc.chart.drawn"), "", data)


def calculation_told(found: Calculation, say: Say) -> dict[str, Any]:
    """Return what a calculator answered, with names, units and its publication."""
    calculator = found.calculator
    inputs, outputs = found.inputs, found.outputs
    return {
        "kind": calculator.id,
        "area": calculator.area,
        "name": say.pick(calculator.name_zh, calculator.name_en),
        "method": calculator.method,
        "source": _source(calculator.source, calculator.locator, say),
        "confidence": calculator.quality,
        "inputs": {
            value.name: _told(value, inputs[value.name], say) | {"given": value.name in found.given}
            for value in calculator.inputs
        },
        "outputs": {
            value.name: _told(value, outputs[value.name], say) for value in calculator.outputs
        },
        "measure": _measure(calculator, outputs),
        "findings": finding_bodies(found.findings, say),
    }


def _told(value: Value, told: Told, say: Say) -> dict[str, Any]:
    return {
        "value": told.value,
        "unit": told.unit,
        "name": say.pick(value.name_zh, value.name_en),
    }


def _measure(calculator: Calculator, outputs: Mapping[str, Told]) -> dict[str, Any] | None:
    """Return the result as a measure of the plan; None for a calculator of no measure."""
    if not calculator.measure:
        return None
    fields = dict(calculator.measure)
    saves = {
        carrier: {"value": outputs[name].value, "unit": outputs[name].unit}
        for carrier, name in (fields.pop("saves", None) or {}).items()
    }
    told = {
        name: {"value": outputs[text].value, "unit": outputs[text].unit}
        if text in outputs
        else text
        for name, text in fields.items()
    }
    return told | {"saves": saves}


def known_calculators() -> tuple[Calculator, ...]:
    """Return every calculator."""
    return tuple(_known().values())


def known_calculator(kind: str) -> Calculator:
    """Return a calculator; ``calc.kind-unknown`` with near misses where there is none."""
    if kind not in _known():
        raise TanluError("calc.kind-unknown", found=kind, near=near(kind, _known()) or "-")
    return _known()[kind]


def _described(calculator: Calculator, say: Say) -> dict[str, Any]:
    return {
        "kind": calculator.id,
        "area": calculator.area,
        "name": say.pick(calculator.name_zh, calculator.name_en),
        "method": calculator.method,
        "note": say.pick(calculator.note_zh, calculator.note_en),
        "source": _source(calculator.source, calculator.locator, say),
        "confidence": calculator.quality,
        "inputs": [_value(value, say) for value in calculator.inputs],
        "outputs": [
            {"name": value.name, "unit": value.shown or value.unit, "meaning": _meaning(value, say)}
            for value in calculator.outputs
        ],
    }


def _value(value: Value, say: Say) -> dict[str, Any]:
    return {
        "name": value.name,
        "unit": value.unit,
        "meaning": _meaning(value, say),
        "allowed": ", ".join(value.choices) or value.range.text,
        "range_source": _source(value.range.source, value.range.locator, say),
        "default": value.default,
        "required": value.default is None and not value.is_optional,
        "list": value.is_list,
        "also": list(value.also),
        "columns": [_value(column, say) for column in value.columns],
    }


def _meaning(value: Value, say: Say) -> str:
    return say.pick(value.name_zh, value.name_en)


def _source(source: str, locator: str, say: Say) -> dict[str, str] | None:
    if not source:
        return None
    row = load.sources()[source]
    title = say.pick(row["title"]["zh"], row["title"]["en"])
    return {"title": title, "document_no": row["document_no"], "locator": locator}
