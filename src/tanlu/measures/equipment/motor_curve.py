"""Motors away from full load: efficiency, current and power factor over the load."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients, through_points, two_exponentials
from tanlu.measures.printed import KW_PER_HP
from tanlu.units.ratio import W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.measures.equipment.coefficient import Rows

TABLE_VOLTAGE = 460.0  # of the printed currents [V]
SPECIFIED = "specified"
_LOADS = (0.25, 0.5, 0.75, 1.0)
_OVERLOAD = 1.25
_AT_OVERLOAD = 0.99  # efficiency at 125 % of load over that at full load
_IDLE_LOSS = 0.8  # loss without load over that at 25 % of load
LARGEST_LOAD = 1.5
_TOP_OF_LOW_RANGE, _TOP_OF_RANGE = 0.251, 1.251  # loads up to here use the same points
_SECONDS = 60
_MOST_POLES = 12
_PREMIUM, _PREMIUM_POLES = "premium", 6
_STEP = 0.01


@dataclass(frozen=True, slots=True)
class MotorPlate:
    """The name plate of a motor.

    Parameters
    ----------
    power_hp : float
        Rated power [hp].
    poles : int
        [-].
    efficiency_class : str
        ``standard``, ``energy_efficient``, ``premium`` or ``specified``.
    efficiency_specified : float or None
        Efficiency at full load where it is specified [-].
    voltage : float
        Rated [V].
    """

    power_hp: float
    poles: int
    efficiency_class: str
    efficiency_specified: float | None
    voltage: float


class NamePlate(TypedDict):
    """The name plate of a motor as the calculators are given it.

    Parameters
    ----------
    power_rated : float
        [hp].
    speed : float
        [rpm].
    frequency_line : str
        ``50`` or ``60``.
    efficiency_class, efficiency_specified, voltage_rated
        See `MotorPlate`.
    """

    power_rated: float
    speed: float
    frequency_line: str
    efficiency_class: str
    efficiency_specified: float | None
    voltage_rated: float


def plate_of(given: NamePlate) -> MotorPlate:
    """Return the name plate with its poles."""
    return MotorPlate(
        power_hp=given["power_rated"],
        poles=poles_of(given["speed"], given["frequency_line"]),
        efficiency_class=given["efficiency_class"],
        efficiency_specified=given["efficiency_specified"],
        voltage=given["voltage_rated"],
    )


def poles_of(speed: float, frequency: str) -> int:
    """Return the number of poles of a motor from its speed [rpm] and line frequency [Hz].

    Notes
    -----
    An induction motor runs below its synchronous speed: the largest even number of poles whose
    synchronous speed the motor stays below, from 2 to 12.
    """
    pairs = math.floor(_SECONDS * float(frequency) / speed)
    return min(max(2 * pairs, 2), _MOST_POLES)


def quarter_efficiencies(rows: Rows, plate: MotorPlate) -> tuple[float, ...]:
    """Return the efficiencies at 25, 50, 75, 100 and 125 % of load.

    Notes
    -----
    Double exponentials of the rated horsepower. A specified full-load efficiency scales the
    class, standard or energy efficient, whose own is closest.

    Raises
    ------
    TanluError
        ``calc.needs`` when the efficiency is to be specified and is not.
    """
    if plate.efficiency_class != SPECIFIED:
        return _class_efficiencies(rows, plate, plate.efficiency_class)
    wanted = plate.efficiency_specified
    if wanted is None:
        raise TanluError("calc.needs", name="efficiency_specified", when=SPECIFIED)
    both = [_class_efficiencies(rows, plate, name) for name in ("energy_efficient", "standard")]
    nearest = min(both, key=lambda found: abs(found[3] - wanted))
    return tuple(value * wanted / nearest[3] for value in nearest)


def _class_efficiencies(rows: Rows, plate: MotorPlate, name: str) -> tuple[float, ...]:
    poles = min(plate.poles, _PREMIUM_POLES) if name == _PREMIUM else plate.poles
    found = [
        two_exponentials(
            coefficients(
                rows,
                "motor_efficiency",
                variant=name,
                poles=poles,
                load=load,
                at=plate.power_hp,
                with_high=True,
            ),
            plate.power_hp,
        )
        / 100
        for load in _LOADS
    ]
    return (*found, _AT_OVERLOAD * found[3])


def idle_loss(quarters: tuple[float, ...], power_hp: float) -> float:
    """Return the loss without load [kW]."""
    return _IDLE_LOSS * _quarter_loss(quarters, power_hp)


def _quarter_loss(quarters: tuple[float, ...], power_hp: float) -> float:
    return (1 / quarters[0] - 1) * power_hp * KW_PER_HP * _LOADS[0]


def efficiency_at(quarters: tuple[float, ...], load: float) -> float:
    """Return the efficiency at a load factor from those at the quarters of load."""
    if load < _TOP_OF_LOW_RANGE:
        quarter = (1 / quarters[0] - 1) * _LOADS[0]  # loss per rated power
        loss = _IDLE_LOSS * quarter + load / _LOADS[0] * (1 - _IDLE_LOSS) * quarter
        return load / (loss + load)
    return _over_quarters(quarters, load)


def _over_quarters(values: tuple[float, ...], load: float) -> float:
    """Return the curve through the values at 25 to 125 % of load, up to 150 %."""
    if load < _TOP_OF_RANGE:
        return through_points((*_LOADS, _OVERLOAD), values, load)
    places = (0.75, 1.0, _OVERLOAD)
    return through_points(places, values[2:], min(load, LARGEST_LOAD))


def quarter_currents(rows: Rows, plate: MotorPlate) -> tuple[float, ...]:
    """Return the currents at 0, 25, 50, 75, 100 and 125 % of load [A at 460 V]."""
    name, hp = _current_class(rows, plate), plate.power_hp
    poles = min(plate.poles, _PREMIUM_POLES) if name == _PREMIUM else plate.poles
    full = hp
    for variant, of_poles in (("basic", plate.poles), (name, poles)):
        given = coefficients(rows, "motor_full_load_current", variant=variant, poles=of_poles)
        full *= two_exponentials(given, hp)
    return tuple(
        full
        * two_exponentials(coefficients(rows, "motor_current", poles=plate.poles, load=load), hp)
        for load in (0.0, *_LOADS, _OVERLOAD)
    )


def _current_class(rows: Rows, plate: MotorPlate) -> str:
    if plate.efficiency_class != SPECIFIED:
        return plate.efficiency_class
    wanted = plate.efficiency_specified or 1.0
    return min(
        ("energy_efficient", "standard"),
        key=lambda name: abs(_class_efficiencies(rows, plate, name)[3] - wanted),
    )


def full_load_current(rows: Rows, plate: MotorPlate) -> float:
    """Return the estimated full-load current at the rated voltage [A]."""
    current = quarter_currents(rows, plate)[4] * TABLE_VOLTAGE / plate.voltage
    if plate.efficiency_class != SPECIFIED or plate.efficiency_specified is None:
        return current
    name = _current_class(rows, plate)
    return current * _class_efficiencies(rows, plate, name)[3] / plate.efficiency_specified


def current_at(currents: tuple[float, ...], full: float, load: float) -> float:
    """Return the current at a load factor, scaled to the full-load current [A]."""
    scaled = tuple(value * full / currents[4] for value in currents)
    if load < _TOP_OF_LOW_RANGE:
        return through_points((0.0, 0.25, 0.5), scaled[:3], load)
    return _over_quarters(scaled[1:], load)


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything of a motor that depends on its load."""

    plate: MotorPlate
    efficiencies: tuple[float, ...]
    currents: tuple[float, ...]
    full_current: float

    def at(self, load: float) -> Point:
        """Return the point at a load factor."""
        current = current_at(self.currents, self.full_current, load)
        efficiency = efficiency_at(self.efficiencies, load)
        apparent = math.sqrt(3) * self.plate.voltage * current / W_PER_KW
        if load < _STEP / 10:
            power = idle_loss(self.efficiencies, self.plate.power_hp)
        else:
            power = load * self.plate.power_hp * KW_PER_HP / efficiency
        return Point(load, efficiency, current, power / apparent, power)


@dataclass(frozen=True, slots=True)
class Point:
    """A motor at a load: load factor, efficiency, current [A], power factor, input [kW]."""

    load: float
    efficiency: float
    current: float
    power_factor: float
    power: float


def curve_of(rows: Rows, plate: MotorPlate, full_current: float | None) -> Curve:
    """Return the curve of a motor; its full-load current is estimated where it is not given."""
    full = full_load_current(rows, plate) if full_current is None else full_current
    return Curve(plate, quarter_efficiencies(rows, plate), quarter_currents(rows, plate), full)


def at_power(curve: Curve, power: float, voltage: float) -> Point:
    """Return the point of a measured input [kW] at a measured voltage [V].

    Notes
    -----
    The load factor lies between two hundredths, interpolated; a voltage off the rated one
    changes the power factor, more so away from half load.
    """
    below, above = _around(curve, lambda point: point.power > power)
    share = (power - below.power) / (above.power - below.power)
    relative = voltage / curve.plate.voltage

    def adjusted(point: Point) -> float:
        return point.power_factor / (((relative - 1) * (1 - 2 * point.load) + 1) * relative)

    factor = adjusted(below) + share * (adjusted(above) - adjusted(below))
    return Point(
        load=below.load + share * _STEP,
        efficiency=below.efficiency + share * (above.efficiency - below.efficiency),
        current=power / (voltage * math.sqrt(3) * factor / W_PER_KW),
        power_factor=factor,
        power=power,
    )


def at_current(curve: Curve, current: float, voltage: float) -> Point:
    """Return the point of a measured current [A] at a measured voltage [V]."""
    below, above = _around(curve, lambda point: point.current > current)
    relative = voltage / curve.plate.voltage - 1

    def adjusted(point: Point) -> float:
        return (relative * (1 - 2 * point.load) + 1) * point.current

    share = (current - adjusted(below)) / (adjusted(above) - adjusted(below))
    power = below.power + share * (above.power - below.power)
    return Point(
        load=below.load + share * _STEP,
        efficiency=below.efficiency + share * (above.efficiency - below.efficiency),
        current=current,
        power_factor=power / (current * voltage * math.sqrt(3) / W_PER_KW),
        power=power,
    )


def _around(curve: Curve, passed: Callable[[Point], bool]) -> tuple[Point, Point]:
    """Return the points at the hundredths of load before and after a measured value."""
    before = curve.at(0.0)
    for hundredth in range(1, round(LARGEST_LOAD / _STEP) + 1):
        point = curve.at(hundredth * _STEP)
        if passed(point):
            return before, point
        before = point
    raise TanluError("calc.motor-overload", load=LARGEST_LOAD)
