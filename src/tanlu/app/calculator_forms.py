"""A calculator as a form: its fields, what was typed into them, and its answer in words."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

from tanlu.app import calculators
from tanlu.app.engineering_choices import unit_choices
from tanlu.app.references import items_by_id
from tanlu.catalog import tables
from tanlu.measures.calculation.reading import MOST_CASES, TEXT
from tanlu.render.amounts import calculated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.i18n.say import Say
    from tanlu.kernel.errors import TanluError
    from tanlu.kernel.findings import Finding
    from tanlu.measures.calculation.model import Calculator, Value
    from tanlu.report.tree import Figure

_NAMED = ("benchmark", "province", "vehicle")  # tables whose rows are choices
MOST_TYPED = 60  # rows or cases typed one by one; more are pasted
_FIRST_ROWS = 3
_PLAIN = ("-", TEXT)
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_BREAKS = re.compile(r"[;\n\t\r\N{IDEOGRAPHIC COMMA}\N{FULLWIDTH SEMICOLON}]|,\s+|\s+")
_CELL = re.compile(r"(?P<name>[^\[.]+)(?:\[(?P<row>\d+)\])?(?:\.(?P<column>.+))?")
_TABLE, _LIST, _VALUE, _UNIT, _PASTE = "t", "l", "v", "u", "p"


def listed(*, area: str, text: str, say: Say) -> dict[str, Any]:
    """Return the calculators by area, those of one area or whose words are searched for.

    Raises
    ------
    TanluError
        ``calc.area-unknown``.
    """
    every = calculators.kinds_body(area=area, say=say)["calculators"]
    wanted = text.casefold().strip()
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in every:
        if wanted in f"{row['kind']} {row['name']} {row['note']}".casefold():
            groups.setdefault(row["area"], []).append(_entry(row))
    areas = sorted({known.area for known in calculators.known_calculators()})
    return {
        "groups": [
            {"area": name, "title": say(f"calc.area.{name}"), "kinds": groups[name]}
            for name in areas
            if name in groups
        ],
        "areas": [(name, say(f"calc.area.{name}")) for name in areas],
        "area": area,
        "text": text,
        "count": sum(len(kinds) for kinds in groups.values()),
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = row["kind"]
    is_measure = bool(calculators.known_calculator(kind).measure)
    return {"kind": kind, "name": row["name"], "is_measure": is_measure, "note": row["note"]}


def form(
    kind: str,
    say: Say,
    *,
    typed: Mapping[str, str] | None = None,
    error: TanluError | None = None,
    more: str = "",
) -> dict[str, Any]:
    """Return a calculator's form: fields with unit, range, source and what was typed.

    Parameters
    ----------
    kind : str
        Calculator id.
    say : Say
        Language.
    typed : Mapping of str to str, optional
        Fields as sent.
    error : TanluError, optional
        What is wrong with them; each finding stands beside its field.
    more : str
        Table that gets another row, or ``cases`` for another case.

    Raises
    ------
    TanluError
        ``calc.kind-unknown``.
    """
    calculator = calculators.known_calculator(kind)
    told = calculators.kind_body(kind, say=say)["calculators"][0]
    sent = typed or {}
    cases = min(_count(sent, _VALUE, "") + (more == "cases"), MOST_TYPED)
    faults = _faults(error, say)
    shown = dict(zip((v["name"] for v in told["inputs"]), told["inputs"], strict=True))
    fields = [
        _field(value, shown[value.name], sent, cases=cases, more=more, faults=faults, say=say)
        for value in calculator.inputs
    ]
    named = {value["name"]: value["meaning"] for value in told["inputs"]}
    return {
        **told,
        "faults": [f"{named.get(key[0], key[0])}: {text}" for key, text in faults.items()],
        "area_name": say(f"calc.area.{told['area']}"),
        "fields": fields,
        "cases": cases,
        "can_grow": cases < MOST_TYPED and any(f["kind"] == "number" for f in fields),
        "units": _unit_lists(calculator),
        "is_measure": bool(calculator.measure),
    }


def _count(sent: Mapping[str, str], mark: str, name: str) -> int:
    """Return how many rows or cases the fields sent hold, at least one."""
    before = f"{mark}.{name}." if name else f"{mark}."
    places = [key.split(".")[2] for key in sent if key.startswith(before) and key.count(".") > 1]
    return 1 + max((int(place) for place in places if place.isdecimal()), default=0)


def _faults(error: TanluError | None, say: Say) -> dict[tuple[str, str, str], str]:
    """Return the sentence of each finding by field, row and column."""
    found: dict[tuple[str, str, str], str] = {}
    for finding in error.findings if error else ():
        match = _CELL.fullmatch(finding.cell)
        if match is not None:
            key = (match["name"], match["row"] or "", match["column"] or "")
            found.setdefault(key, _fault(finding, say))
    return found


def _fault(finding: Finding, say: Say) -> str:
    """Return a finding in the words of a form; the catalogue's own speak of JSON."""
    code = f"web.{finding.code}"
    return say(code if say.knows(code) else finding.code, **finding.facts)


def _field(
    value: Value,
    told: Mapping[str, Any],
    sent: Mapping[str, str],
    *,
    cases: int,
    more: str,
    faults: Mapping[tuple[str, str, str], str],
    say: Say,
) -> dict[str, Any]:
    name = value.name
    found = {
        "name": name,
        "kind": _kind(value),
        "label": told["meaning"],
        "unit": "" if value.unit in _PLAIN else sent.get(f"{_UNIT}.{name}", value.unit),
        "own_unit": value.unit,
        "choices": [(choice, choice_words(choice, say)) for choice in value.choices],
        "required": told["required"],
        "default": _default(value.default, say),
        "initial": value.default if isinstance(value.default, str) else "",
        "allowed": "" if value.choices or value.unit == TEXT else range_words(value),
        "range_source": told["range_source"],
        "error": _error(name, faults),
        "columns": [],
        "rows": [],
    }
    if value.columns:
        rows = max(_count(sent, _TABLE, name), _FIRST_ROWS) + (more == name)
        found |= _table(value, told, sent, rows=min(rows, MOST_TYPED), faults=faults, say=say)
    elif value.is_list:
        found["text"] = sent.get(f"{_LIST}.{name}", "")
    else:
        # A word or a choice has one value; only numbers have cases.
        count = cases if found["kind"] == "number" else 1
        found["values"] = [
            {
                "text": sent.get(f"{_VALUE}.{name}.{case}", ""),
                "error": faults.get((name, str(case), ""), "") if count > 1 else "",
            }
            for case in range(count)
        ]
    return found


def _default(value: float | str | None, say: Say) -> str:
    """Return what stands in for a blank field; empty for nothing."""
    if value is None:
        return ""
    return choice_words(value, say) if isinstance(value, str) else calculated(value, say)


def range_words(value: Value) -> str:
    """Return the range of a number with its unit, such as ``> 0, ≤ 1``; empty for any number."""
    bounds = value.range
    if bounds.low is not None and bounds.high is not None:
        told = f"{bounds.low:g} \N{EN DASH} {bounds.high:g}"
    else:
        pairs = (
            (">", bounds.above), ("\N{GREATER-THAN OR EQUAL TO}", bounds.low),
            ("<", bounds.below), ("\N{LESS-THAN OR EQUAL TO}", bounds.high),
        )  # fmt: skip
        told = ", ".join(f"{sign} {bound:g}" for sign, bound in pairs if bound is not None)
    return f"{told} {value.unit}" if told and value.unit not in _PLAIN else told


def _error(name: str, faults: Mapping[tuple[str, str, str], str]) -> str:
    own = faults.get((name, "", ""))
    return own or next((text for key, text in faults.items() if key[0] == name), "")


def _kind(value: Value) -> str:
    if value.columns:
        return "table"
    if value.choices:
        return "choice"
    if value.unit == TEXT:
        return "text"
    return "list" if value.is_list else "number"


def _table(
    value: Value,
    told: Mapping[str, Any],
    sent: Mapping[str, str],
    *,
    rows: int,
    faults: Mapping[tuple[str, str, str], str],
    say: Say,
) -> dict[str, Any]:
    columns = [
        {
            "name": column.name,
            "label": shown["meaning"],
            "unit": "" if column.unit in _PLAIN else column.unit,
            "required": shown["required"],
            "default": _default(column.default, say),
            "choices": [(choice, choice_words(choice, say)) for choice in column.choices],
        }
        for column, shown in zip(value.columns, told["columns"], strict=True)
    ]
    cells = [
        [
            {
                "text": sent.get(f"{_TABLE}.{value.name}.{row}.{column.name}", ""),
                "error": faults.get((value.name, str(row), column.name), ""),
            }
            for column in value.columns
        ]
        for row in range(rows)
    ]
    pasted = sent.get(f"{_PASTE}.{value.name}", "")
    return {"columns": columns, "rows": cells, "paste": pasted}


def choice_words(choice: str, say: Say) -> str:
    """Return a choice in words: of the catalogue, of its table, or as it is with blanks."""
    code = f"calc.choice.{choice}"
    if say.knows(code):
        return say(code)
    if say.knows(f"scenario.{choice}"):
        return say(f"scenario.{choice}")
    named = _named_choices().get(choice)
    return say.pick(*named) if named else choice.replace("_", " ")


@cache
def _named_choices() -> dict[str, tuple[str, str]]:
    """Return the names of choices that are rows of a table."""
    found = {name: (item.name_zh, item.name_en) for name, item in items_by_id().items()}
    for table in _NAMED:
        for row in tables.read(table):
            found[str(row["id"])] = (str(row["name_zh"]), str(row["name_en"]))
    return found


def _unit_lists(calculator: Calculator) -> dict[str, tuple[str, ...]]:
    """Return, by unit, what may be written in its place."""
    units = {value.unit for value in calculator.inputs if not value.columns}
    return {unit: unit_choices(unit) for unit in sorted(units) if unit not in _PLAIN}


def message_of(error: TanluError, say: Say) -> str:
    """Return what is wrong in the words of a form; each fault stands beside its field."""
    if error.code == "calc.inputs":
        return say("web.calculators.wrong", n=error.facts["count"])
    return say.error(error)


def read(kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the inputs that a form says, as the JSON of ``tanlu measures calc`` has them.

    A blank field is not given. Of several cases a blank one is as the first.

    Raises
    ------
    TanluError
        ``calc.kind-unknown``.
    """
    calculator = calculators.known_calculator(kind)
    given: dict[str, Any] = {}
    for value in calculator.inputs:
        found = _READ[_kind(value)](value, typed)
        if found is not None:
            given[value.name] = found
    return given


def _read_number(value: Value, typed: Mapping[str, str]) -> Any:
    texts = [
        typed.get(f"{_VALUE}.{value.name}.{case}", "").strip()
        for case in range(min(_count(typed, _VALUE, value.name), MOST_TYPED))
    ]
    if not any(texts):
        return None
    first = next(text for text in texts if text)
    if len(texts) == 1 or not any(texts[1:]):
        return _measured(first, value, typed)
    pairs = [number(text or first) for text in texts]
    unit = _unit(value, typed, is_percent=all(is_percent for _, is_percent in pairs))
    return {"value": [found for found, _ in pairs], "unit": unit}


def _measured(text: str, value: Value, typed: Mapping[str, str]) -> dict[str, Any]:
    found, is_percent = number(text)
    return {"value": found, "unit": _unit(value, typed, is_percent=is_percent)}


def _unit(value: Value, typed: Mapping[str, str], *, is_percent: bool) -> str:
    if is_percent and value.unit in ("-", "%"):
        return "%"
    return typed.get(f"{_UNIT}.{value.name}", "").strip() or value.unit


def number(text: str) -> tuple[Decimal | str, bool]:
    """Return a typed number and whether it is in per cent; what is none stays as it is."""
    plain = unicodedata.normalize("NFKC", text).strip()
    is_percent = plain.endswith("%")
    plain = plain.rstrip("%").strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        found = Decimal(plain.replace("\N{MINUS SIGN}", "-"))
    except InvalidOperation:
        return text, False
    return (found, is_percent) if found.is_finite() else (text, False)


def _read_word(value: Value, typed: Mapping[str, str]) -> str | None:
    return typed.get(f"{_VALUE}.{value.name}.0", "").strip() or None


def _read_list(value: Value, typed: Mapping[str, str]) -> Any:
    text = typed.get(f"{_LIST}.{value.name}", "").strip()
    if not text:
        return None
    parts = [part for part in _BREAKS.split(text) if part]
    if len(parts) == 1 and "," in text and not _THOUSANDS.fullmatch(text):
        parts = [part for part in text.split(",") if part]
    pairs = [number(part) for part in parts[: MOST_CASES + 1]]
    is_percent = all(is_percent for _, is_percent in pairs)
    unit = _unit(value, typed, is_percent=is_percent)
    return {"value": [found for found, _ in pairs], "unit": unit}


def _read_table(value: Value, typed: Mapping[str, str]) -> Any:
    pasted = typed.get(f"{_PASTE}.{value.name}", "").strip("\r\n")
    if pasted.strip():
        lines = [line for line in pasted.splitlines() if line.strip()][: MOST_CASES + 1]
        rows = [line.split("\t") for line in lines]
    else:
        count = min(_count(typed, _TABLE, value.name), MOST_TYPED)
        rows = [
            [typed.get(f"{_TABLE}.{value.name}.{row}.{c.name}", "") for c in value.columns]
            for row in range(count)
        ]
        while rows and not any(cell.strip() for cell in rows[-1]):
            rows.pop()
    return [_row(value.columns, row) for row in rows] or None


def _row(columns: Sequence[Value], cells: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, text in zip(columns, cells, strict=False):
        if not text.strip():
            continue
        if column.choices or column.unit == TEXT:
            found[column.name] = text.strip()
            continue
        amount, is_percent = number(text)
        is_share = is_percent and column.unit in ("-", "%")
        found[column.name] = {"value": amount, "unit": "%"} if is_share else amount
    return found


_READ = {
    "number": _read_number,
    "choice": _read_word,
    "text": _read_word,
    "list": _read_list,
    "table": _read_table,
}


def written(given: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Return inputs as the form shows them: the way back from `read`."""
    typed: dict[str, str] = {}
    for value in calculators.known_calculator(kind).inputs:
        name = value.name
        if name not in given:
            continue
        found = given[name]
        if value.columns:
            for place, row in enumerate(found):
                for column, cell in row.items():
                    typed[f"{_TABLE}.{name}.{place}.{column}"] = _text(cell)
        elif isinstance(found, dict):
            numbers = found["value"] if isinstance(found["value"], list) else [found["value"]]
            if value.is_list:
                typed[f"{_LIST}.{name}"] = "\n".join(map(_text, numbers))
            else:
                typed |= {f"{_VALUE}.{name}.{n}": _text(one) for n, one in enumerate(numbers)}
            typed[f"{_UNIT}.{name}"] = str(found.get("unit") or value.unit)
        else:
            typed[f"{_VALUE}.{name}.0"] = _text(found)
    return typed


def _text(cell: Any) -> str:
    if isinstance(cell, dict):
        return _text(cell["value"]) + ("%" if cell.get("unit") == "%" else "")
    return f"{cell:.12g}" if isinstance(cell, float) else str(cell)


def answer(kind: str, given: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """Calculate, and return the answer in words: outputs with unit, long lists apart, a chart.

    Raises
    ------
    TanluError
        Those of `calculators.calculated_body`.
    """
    body = calculators.calculated_body(kind, {calculators.INPUTS: dict(given)}, say=say)
    cases = _cases(calculators.known_calculator(kind), body)
    rows, lists = [], []
    for name, told in body["outputs"].items():
        if cases or not isinstance(told["value"], list):
            values = told["value"] if cases and isinstance(told["value"], list) else [told["value"]]
            rows.append(_output(name, told, values, say))
        else:
            lists.append(_output(name, told, told["value"], say))
    blocks: tuple[Figure, ...] = ()
    if kind in calculators.CHARTED and not cases:
        blocks = (calculators.grand(body["outputs"], say),)
    return {
        "body": body,
        "rows": rows,
        "lists": lists,
        "cases": cases,
        "assumed": _assumed(body, say),
        "warnings": [finding["message"] for finding in body["findings"]],
        "blocks": blocks,
    }


def _cases(calculator: Calculator, body: Mapping[str, Any]) -> int:
    """Return the number of cases; 0 for a single one."""
    plain = [v.name for v in calculator.inputs if not v.is_list and not v.columns]
    lists = (body["inputs"][name]["value"] for name in plain)
    return next((len(found) for found in lists if isinstance(found, list)), 0)


def _output(name: str, told: Mapping[str, Any], values: Sequence[Any], say: Say) -> dict[str, Any]:
    unit = "" if told["unit"] in _PLAIN else told["unit"]
    words = [
        choice_words(one, say) if isinstance(one, str) else calculated(one, say) for one in values
    ]
    return {"name": name, "label": told["name"], "unit": unit, "values": words}


def _assumed(body: Mapping[str, Any], say: Say) -> list[dict[str, Any]]:
    """Return the defaults that stood in for what was not given."""
    return [
        _output(name, told, [told["value"]], say)
        for name, told in body["inputs"].items()
        if not told["given"] and told["value"] is not None
    ]
