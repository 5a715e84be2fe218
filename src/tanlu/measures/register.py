"""The equipment register: what each machine could do, by calculator, and the best of it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import ENDS, ValueRange
from tanlu.measures.calculation.run import calculate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tanlu.kernel.plan import EquipmentFact
    from tanlu.measures.calculation.model import Calculator
    from tanlu.measures.calculation.run import Calculation, Formula
    from tanlu.units.engineering import EngineeringUnits

_MPA = re.compile(r"(\d+(?:\.\d+)?)\s*MPa", re.IGNORECASE)
_SERIES = re.compile(r"(?<![A-Za-z])S(?:CB?|Z)?\d{1,2}(?!\d)")
_GJ_PER_T_STEAM = Fraction(252, 100)  # 0.7 MW for each t/h of rated output, NB/T 47034
_MARGIN_MPA = 0.1  # kept between the pressure of a compressor and that of use
_ASKED = re.compile(
    r"@(?P<field>\w+)(?:\|(?P<default>[\d.]+))?(?:\*(?P<share>[\d.]+))?(?::(?P<unit>\S+))?"
)
_UNITS = {
    "power_kw": "kW",
    "hours": "h/yr",
    "hours_per_day": "h/d",
    "load": "-",
    "efficiency": "-",
    "capacity_kva": "kVA",
    "steam_t_per_h": "t/h",
    "pressure_discharge": "MPa(g)",
    "pressure_target": "MPa(g)",
    "full_load_hours": "h/yr",
    "fuel_use": "GJ/yr",
    "heat": "GJ/yr",
}
ENERGY_UNIT = "kWh/yr"
_QUANTUM = 1000  # savings are kept to a watt hour
_NOTHING = ValueRange(Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Bench:
    """What calculations need: calculators, formulas, units.

    Parameters
    ----------
    calculators, formulas : mapping
        By calculator id.
    units : EngineeringUnits
        Spellings of units.
    """

    calculators: Mapping[str, Calculator]
    formulas: Mapping[str, Formula]
    units: EngineeringUnits


@dataclass(frozen=True, slots=True)
class Option:
    """One action on one line of the equipment list.

    Parameters
    ----------
    machine : EquipmentFact
        The line.
    action : mapping
        Row of the action table.
    measure : mapping
        Row of the catalogue the action belongs to.
    saved, baseline : Fraction
        Energy saved (replaced, recoverable) and used today by all machines of the line [kWh/yr].
    size : Fraction
        In the unit the investment is proportional to, all machines.
    capex : ValueRange
        Investment [CNY].
    net : Fraction
        Yearly benefit less the yearly cost of the investment [CNY/yr].
    performance : tuple of Fraction or None
        Efficiency before and after, of a switch.
    calculation : Calculation or None
        How it was calculated; None where it could not be.
    share : Fraction or None
        Share of the listed use that is saved, where the action takes no more than that from
        the calculation.
    assumed : tuple of (str, str)
        Fields of the list that were empty, with the default each took.
    missing : tuple of str
        Fields of the list that are empty and needed.
    fault : TanluError or None
        What the calculator says against the machine's figures.
    is_chosen : bool
        Whether the line takes it.
    has_rival : bool
        Whether the line takes it and the plan can not: another action taken at the site
        excludes it, or the machine may also go over to another carrier.
    """

    machine: EquipmentFact
    action: Mapping[str, Any]
    measure: Mapping[str, Any]
    saved: Fraction = Fraction(0)
    baseline: Fraction = Fraction(0)
    size: Fraction = Fraction(0)
    capex: ValueRange = _NOTHING
    net: Fraction = Fraction(0)
    performance: tuple[Fraction | None, Fraction | None] = (None, None)
    calculation: Calculation | None = None
    share: Fraction | None = None
    assumed: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    fault: TanluError | None = None
    is_chosen: bool = False
    has_rival: bool = False

    @property
    def added(self) -> Fraction | None:
        """Energy that a switch takes of the other carrier [kWh/yr]; None where nothing is."""
        before, after = self.performance
        if not self.measure["carrier_to"] or not after:
            return None
        return self.saved * (before or Fraction(1)) / after

    @property
    def investment(self) -> Fraction | None:
        """Investment of one machine by the calculator [CNY]; None where the catalogue's rules."""
        return _plain(self, self.action["investment"])


def options(
    machines: Iterable[EquipmentFact],
    actions: Sequence[Mapping[str, Any]],
    catalogue: Iterable[Mapping[str, Any]],
    *,
    bench: Bench,
    prices: Mapping[str, Fraction],
    discount_rate: Fraction,
) -> tuple[Option, ...]:
    """Return every action on every machine, the chosen ones marked.

    Parameters
    ----------
    machines : iterable of EquipmentFact
        Lines of the equipment list.
    actions : sequence of mapping
        Rows of the action table.
    catalogue : iterable of mapping
        Rows of the measure table.
    bench : Bench
        Calculators.
    prices : mapping
        Price of energy by carrier [CNY/kWh]; one without price counts nothing.
    discount_rate : Fraction
        Of the yearly cost of an investment [-].

    Returns
    -------
    tuple of Option
        In the order of machines and actions. Of actions that exclude one another a machine takes
        the one with the largest yearly benefit less the yearly cost of its investment; an action
        that saves nothing is never taken (rule M-103).
    """
    measures = {row["id"]: row for row in catalogue}
    found = [
        _option(machine, action, measures[action["measure"]], bench)
        for machine in machines
        for action in actions
        if action["type"] == machine.kind and _fits(machine, action)
    ]
    priced = [_priced(option, prices, discount_rate) for option in found]
    best: dict[tuple[str, str, str], Option] = {}
    for option in priced:
        key = _choice(option)
        if option.saved > 0 and (key not in best or option.net > best[key].net):
            best[key] = option
    return _with_rivals(
        [replace(option, is_chosen=best.get(_choice(option)) is option) for option in priced]
    )


def _with_rivals(found: Sequence[Option]) -> tuple[Option, ...]:
    """Mark the taken options of which the plan has to choose."""
    groups: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    machines: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    switched = set()
    taken = [option for option in found if option.is_chosen]
    for option in taken:
        groups[_group(option)].add(option.measure["id"])
        machines[_supply(option)].add(option.measure["id"])
        if option.measure["carrier_to"]:
            switched.add(_supply(option))
    rivalled = {
        id(option)
        for option in taken
        if (option.measure["exclusive_group"] and len(groups[_group(option)]) > 1)
        or (_supply(option) in switched and len(machines[_supply(option)]) > 1)
    }
    return tuple(replace(option, has_rival=id(option) in rivalled) for option in found)


def _group(option: Option) -> tuple[str, str]:
    return option.machine.site, option.measure["exclusive_group"] or ""


def _supply(option: Option) -> tuple[str, str, str]:
    return option.machine.site, option.machine.id, option.measure["carrier"]


def _fits(machine: EquipmentFact, action: Mapping[str, Any]) -> bool:
    words = action["words"]
    return not words or any(word.casefold() in machine.text.casefold() for word in words)


def _choice(option: Option) -> tuple[str, str, str]:
    group = option.action["exclusive"] or option.action["id"]
    return option.machine.site, option.machine.id, group


def _option(
    machine: EquipmentFact, action: Mapping[str, Any], measure: Mapping[str, Any], bench: Bench
) -> Option:
    filled = _Filled(machine)
    given = {name: filled.value(value) for name, value in action["given"].items()}
    option = Option(
        machine,
        action,
        measure,
        assumed=tuple(filled.assumed.items()),
        missing=tuple(dict.fromkeys(filled.missing)),
    )
    if option.missing:
        return option
    kind = action["kind"]
    try:
        found = calculate(bench.calculators[kind], bench.formulas[kind], given, units=bench.units)
    except TanluError as error:
        return replace(option, fault=error)
    found = replace(found, given=_listed(action["given"], filled.assumed))
    return _sized(replace(option, calculation=found), bench.units)


def _listed(given: Mapping[str, Any], assumed: Mapping[str, str]) -> frozenset[str]:
    """Return the inputs that the list gives; the others are assumptions of the action table."""
    asked = {name: _ASKED.fullmatch(str(value)) for name, value in given.items()}
    return frozenset(
        name for name, match in asked.items() if match and match["field"] not in assumed
    )


class _Filled:
    """Fills the fields of a machine into what a calculator is given.

    ``@field`` is a field of the list, ``@field|0.65`` has a default, ``@field*0.3`` a share of
    it, ``@field*1.3:W`` so much of another unit; an object with the one key ``@field`` chooses
    by its value.
    """

    def __init__(self, machine: EquipmentFact) -> None:
        self._machine = machine
        self.assumed: dict[str, str] = {}
        self.missing: list[str] = []

    def value(self, asked: Any) -> Any:
        if isinstance(asked, list):
            return [self.value(part) for part in asked]
        if isinstance(asked, dict):
            name = next(iter(asked))
            if len(asked) == 1 and name.startswith("@"):
                return self._chosen(name.removeprefix("@"), asked[name])
            return {name: self.value(part) for name, part in asked.items()}
        if not str(asked).startswith("@"):
            return asked
        match = _ASKED.fullmatch(str(asked))
        if match is None:
            raise TanluError("calc.table", kind=asked, found=asked)
        field, default, share = match["field"], match["default"], float(match["share"] or 1)
        read = _field(self._machine, field)
        if read is None and default is None:
            self.missing.append(field)
            return None
        if read is None:
            self.assumed[field] = default
            read = _with_unit(field, float(default))
        if not isinstance(read, dict):
            return read
        unit = match["unit"] or read["unit"]
        return {"value": read["value"] * share, "unit": unit}

    def _chosen(self, field: str, choices: Mapping[str, Any]) -> Any:
        text = str(_field(self._machine, field) or "")
        if text not in choices:
            self.missing.append(field)
            return None
        return self.value(choices[text])


def _sized(option: Option, units: EngineeringUnits) -> Option:
    """Return the option with energies, size and investment of all machines of the line."""
    machine, action = option.machine, option.action
    count = Fraction(machine.count)
    size = _size(option) * count
    baseline = machine.yearly_kwh
    share = _share(option, action["saved"])
    saved = baseline * (share or 0)
    assumed = option.assumed
    if share is not None and machine.load is None and machine.power_kw is not None:
        assumed = tuple({**dict(assumed), "load": "1"}.items())
    if share is None:
        baseline = _energy(option, action["baseline"], units) * count or baseline
        saved = _energy(option, action["saved"], units) * count
    return replace(
        option,
        saved=Fraction(round(saved * _QUANTUM), _QUANTUM),
        baseline=baseline,
        size=size,
        capex=_capex(option, size),
        share=share,
        assumed=assumed,
        performance=(_plain(option, action["perf_old"]), _plain(option, action["perf_new"])),
    )


def _capex(option: Option, size: Fraction) -> ValueRange:
    """Return the investment of the line: the calculator's, else by size from the catalogue.

    The calculator's has the catalogue's spread around it.
    """
    low, typical, high = (Fraction(option.measure[f"capex_{end}"]) for end in ENDS)
    if option.investment is None:
        return ValueRange(size * low, size * typical, size * high)
    whole = max(option.investment, Fraction(0)) * option.machine.count
    return ValueRange(whole * low / typical, whole, whole * high / typical)


def _share(option: Option, name: str) -> Fraction | None:
    """Return a share of the machine's listed use: an output without unit, or a ratio; else None."""
    told = _told(option, name)
    is_share = "/" in name or (told is not None and told.unit == "-")
    return (_plain(option, name) or Fraction(0)) if is_share else None


def _energy(option: Option, name: str | None, units: EngineeringUnits) -> Fraction:
    """Return an output that is an energy a year [kWh/yr], to a watt hour."""
    told = _told(option, name)
    if told is None or told.value is None:
        return Fraction(0)
    kwh = units.read(told.unit).convert(float(told.value), units.read(ENERGY_UNIT))
    return Fraction(round(kwh * _QUANTUM), _QUANTUM)


def _plain(option: Option, name: str | None) -> Fraction | None:
    """Return a number that was calculated or given, or the ratio of two, such as ``1/ratio``."""
    top, slash, below = (name or "").partition("/")
    if slash:
        whole = _plain(option, below)
        part = Fraction(top) if top.isdecimal() else _plain(option, top)
        return part / whole if part is not None and whole else None
    told = _told(option, top)
    if told is None or told.value is None:
        return None
    return Fraction(str(told.value))


def _told(option: Option, name: str | None) -> Any:
    if not name or option.calculation is None:
        return None
    return option.calculation.outputs.get(name) or option.calculation.inputs.get(name)


def _size(option: Option) -> Fraction:
    """Return the size of one machine: a field or a share of it, an output, or one piece."""
    name = option.action["size"]
    match = _ASKED.fullmatch(name)
    if match is None:
        return _plain(option, name) or Fraction(0)
    if match["field"] == "unit":
        return Fraction(1)
    value = getattr(option.machine, match["field"]) or Fraction(0)
    return value * Fraction(match["share"] or 1)


def _priced(option: Option, prices: Mapping[str, Fraction], rate: Fraction) -> Option:
    """Return an option with its yearly net benefit; a switch pays for the energy it takes."""
    saved = option.saved * prices.get(option.measure["carrier"], Fraction(0))
    if option.added is not None:
        saved -= option.added * prices.get(option.measure["carrier_to"], Fraction(0))
    life = int(option.measure["life_years"])
    yearly = option.capex.typical * (
        rate / (1 - (1 + rate) ** -life) if rate else Fraction(1, life)
    ) + option.capex.typical * Fraction(option.measure["om_share"])
    return replace(option, net=saved - yearly)


def _field(machine: EquipmentFact, name: str) -> Any:
    """Return a field of the list as the calculators take it; None where it is empty."""
    value = _DERIVED[name](machine) if name in _DERIVED else getattr(machine, name)
    if value in (None, ""):
        return None
    return _with_unit(name, float(value)) if name in _UNITS else str(value)


def _pressure(machine: EquipmentFact, *, is_use: bool) -> float | None:
    """Return discharge pressure, or pressure of use, where the remark names both [MPa]."""
    pressures = [float(text) for text in _MPA.findall(machine.text)]
    if len(pressures) != 2:  # noqa: PLR2004 - discharge and use
        return None
    return min(pressures) if is_use else max(pressures)


def _target_pressure(machine: EquipmentFact) -> float | None:
    use = _pressure(machine, is_use=True)
    return None if use is None else use + _MARGIN_MPA


def _full_load_hours(machine: EquipmentFact) -> Fraction | None:
    if machine.hours is None or machine.load is None:
        return None
    return machine.hours * machine.load


def _fuel_use(machine: EquipmentFact) -> Fraction | None:
    """Return the fuel of a boiler from its rated output and efficiency [GJ/yr]."""
    hours = _full_load_hours(machine)
    if hours is None or machine.steam_t_per_h is None or machine.efficiency is None:
        return None
    return machine.steam_t_per_h * _GJ_PER_T_STEAM * hours / machine.efficiency


def _heat(machine: EquipmentFact) -> Fraction | None:
    fuel = _fuel_use(machine)
    return None if fuel is None or machine.efficiency is None else fuel * machine.efficiency


def _series(machine: EquipmentFact) -> str | None:
    found = _SERIES.search(machine.text)
    return found[0] if found else None


_DERIVED: Mapping[str, Callable[[EquipmentFact], Any]] = {
    "hours_per_day": lambda machine: None if machine.hours is None else machine.hours / 365,
    "full_load_hours": _full_load_hours,
    "pressure_discharge": lambda machine: _pressure(machine, is_use=False),
    "pressure_target": _target_pressure,
    "series": _series,
    "fuel_use": _fuel_use,
    "heat": _heat,
}


def _with_unit(name: str, value: float) -> Any:
    return {"value": value, "unit": _UNITS[name]} if name in _UNITS else f"{value:g}"


@dataclass(frozen=True, slots=True)
class Register:
    """What the machines of a company could do, as the catalogue takes it.

    Parameters
    ----------
    options : tuple of Option
        From `options`.
    """

    options: tuple[Option, ...]

    def chosen(self, measure: str, site: str) -> tuple[Option, ...]:
        """Return what the machines of a site take of a measure."""
        return tuple(
            option
            for option in self.options
            if option.is_chosen and option.machine.site == site and option.measure["id"] == measure
        )

    def knows(self, measure: str, site: str) -> bool:
        """Return whether a site lists machines that the measure is for."""
        return any(
            option.machine.site == site and option.measure["id"] == measure
            for option in self.options
            if option.calculation is not None
        )
