"""Run a calculator: read, calculate case by case, answer in the units asked for."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.measures.calculation.reading import Inputs, case_inputs, read_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from tanlu.measures.calculation.model import Calculator, Value
    from tanlu.units.engineering import EngineeringUnits

    Formula: TypeAlias = Callable[..., Mapping[str, Any]]

_DIGITS = 12  # floats are told to this many, so that every machine tells the same
DEFAULT_CURRENCY = "CNY"
FINDINGS = "findings"  # among what a formula gives: warnings about its result
_MONEY = "CNY"  # how the tables write money, whatever its currency


@dataclass(frozen=True, slots=True)
class Told:
    """One value of an answer with the unit it is told in; None where there is none."""

    value: Any
    unit: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """What a calculator answers.

    Parameters
    ----------
    calculator : Calculator
        Which one.
    inputs, outputs : dict of str to Told
        By name; defaults are among the inputs.
    given : frozenset of str
        Inputs that the user gave.
    findings : tuple of Finding
        Warnings.
    """

    calculator: Calculator
    inputs: Mapping[str, Told]
    outputs: Mapping[str, Told]
    given: frozenset[str]
    findings: tuple[Finding, ...]


def calculate(
    calculator: Calculator,
    formula: Formula,
    given: Mapping[str, Any],
    *,
    units: EngineeringUnits,
    wanted: Mapping[str, str] | None = None,
) -> Calculation:
    """Run a calculator on the inputs of a user.

    Parameters
    ----------
    calculator : Calculator
        What it takes and gives.
    formula : callable
        Takes the inputs by name in their units, gives the outputs by name in theirs.
    given : mapping
        See `read_inputs`. A list where one number is due makes one case per element.
    units : EngineeringUnits
        Spellings of units.
    wanted : mapping, optional
        Unit by output name, where not the usual one.

    Returns
    -------
    Calculation
        Outputs in the usual or the wanted units.

    Raises
    ------
    TanluError
        ``calc.inputs`` with everything that is wrong; ``calc.output-unknown``,
        ``calc.output-unit``; what a formula finds impossible, such as
        ``calc.temperatures-cross``.
    """
    shown = _units_shown(calculator, units, wanted or {})
    inputs = read_inputs(calculator, given, units)
    if not inputs.is_right:
        count = sum(f.outcome is Outcome.REJECT for f in inputs.findings)
        raise TanluError(
            "calc.inputs", findings=tuple(inputs.findings), kind=calculator.id, count=count
        )
    found = _all_cases(calculator, formula, inputs)
    money = inputs.currency or DEFAULT_CURRENCY
    return Calculation(
        calculator,
        inputs={
            value.name: Told(inputs.values[value.name], _in_money(value.unit, money))
            for value in calculator.inputs
        },
        outputs={
            value.name: Told(
                _told(value, found.get(value.name), shown[value.name], units),
                _in_money(shown[value.name], money),
            )
            for value in calculator.outputs
        },
        given=frozenset(inputs.given),
        findings=(*inputs.findings, *found.get(FINDINGS, ())),
    )


def _all_cases(calculator: Calculator, formula: Formula, inputs: Inputs) -> dict[str, Any]:
    names = case_inputs(calculator, inputs)
    if not names:
        return dict(_one_case(calculator, formula, inputs.values))
    found = [
        _one_case(
            calculator, formula, inputs.values | {name: inputs.values[name][i] for name in names}
        )
        for i in range(len(inputs.values[names[0]]))
    ]
    doubts = [finding for case in found for finding in case.get(FINDINGS, ())]
    told = {value.name: [case.get(value.name) for case in found] for value in calculator.outputs}
    return told | {FINDINGS: doubts}


def _one_case(
    calculator: Calculator, formula: Formula, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    try:
        return formula(**values, **calculator.tables)
    except (ArithmeticError, ValueError) as error:
        raise TanluError("calc.impossible", kind=calculator.id, found=error) from error


def _units_shown(
    calculator: Calculator, units: EngineeringUnits, wanted: Mapping[str, str]
) -> dict[str, str]:
    """Return the unit each output is told in."""
    known = {value.name: value for value in calculator.outputs}
    for name, text in wanted.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            raise TanluError(
                "calc.output-unknown", found=name, near=", ".join(near) or ", ".join(known)
            )
        own = units.read(known[name].unit)
        if not units.read(text).fits_per_year(own):
            raise TanluError("calc.output-unit", found=text, name=name, unit=known[name].unit)
    usual = {name: value.shown or value.unit for name, value in known.items()}
    return usual | dict(wanted)


def _told(value: Value, found: Any, unit: str, units: EngineeringUnits) -> Any:
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, (list, tuple)):
        return [_told(value, part, unit, units) for part in found]
    if isinstance(found, dict):
        return found
    own = units.read(value.unit)
    shown = own.convert(float(found), units.read(unit), difference=value.is_difference)
    if not math.isfinite(shown):
        raise TanluError("calc.impossible", kind=value.name, found=shown)
    return float(f"{shown:.{_DIGITS}g}")


def _in_money(unit: str, currency: str) -> str:
    return unit.replace(_MONEY, currency)
