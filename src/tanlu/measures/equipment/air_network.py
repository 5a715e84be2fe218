"""Compressed air: receivers, pipes, valves, cylinders, and compressors at part load."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.printed import PSI_PER_ATMOSPHERE
from tanlu.units.ratio import IN2_PER_FT2, IN3_PER_FT3, S_PER_MIN, VA_PER_KVA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows

_GAL_PER_CF = 7.48
_CIRCLE = 0.78  # pi/4 as the publication rounds it
_CYLINDER = 0.785
_VALVE_FLOW = 0.6875
_SQRT3 = 1.732


def receiver_usable(*, volume: float, pressure_in: float, pressure_out: float) -> dict[str, float]:
    """Return the air [cf] a receiver [gal] gives between two pressures [psig]."""
    if pressure_out > pressure_in:
        raise TanluError("calc.not-less", name="pressure_out", other="pressure_in")
    return {"air": volume / _GAL_PER_CF * (pressure_in - pressure_out) / PSI_PER_ATMOSPHERE}


def receiver_general(
    *, air: float, pressure_drop: float, pressure_atmosphere: float
) -> dict[str, float]:
    """Return the receiver [gal] that gives some air [cf] within a pressure drop [psi]."""
    return {"volume": air * pressure_atmosphere / pressure_drop * _GAL_PER_CF}


def receiver_dedicated(
    *,
    duration: float,
    flow: float,
    flow_refill: float,
    pressure_atmosphere: float,
    pressure_initial: float,
    pressure_final: float,
) -> dict[str, float | None]:
    """Return the receiver of a use of short duration.

    Parameters
    ----------
    duration : float
        Of the demand [min].
    flow, flow_refill : float
        Wanted, and let in by the metering valve at all times [cfm].
    pressure_atmosphere : float
        [psia].
    pressure_initial, pressure_final : float
        Of the receiver [psig].

    Returns
    -------
    dict
        ``volume`` [gal] and ``time_refill`` [s]; None without a metering valve.
    """
    fall = pressure_initial - pressure_final
    if fall <= 0:
        raise TanluError("calc.not-less", name="pressure_final", other="pressure_initial")
    feet = duration * (flow - flow_refill) * pressure_atmosphere / fall
    refill = None
    if flow_refill:
        refill = feet * fall / (flow_refill * pressure_atmosphere) * S_PER_MIN
    return {"volume": feet * _GAL_PER_CF, "time_refill": refill}


def receiver_bridging(
    *,
    distance: float,
    velocity: float,
    flow: float,
    pressure_atmosphere: float,
    pressure_drop: float,
) -> dict[str, float]:
    """Return the receiver [gal] that bridges the delay of a far compressor.

    Parameters
    ----------
    distance, velocity : float
        To the compressor room [ft] and of the air [ft/s].
    flow : float
        [cfm].
    pressure_atmosphere, pressure_drop : float
        [psia], [psi].
    """
    seconds = distance / velocity
    feet = seconds * flow / S_PER_MIN * pressure_atmosphere / pressure_drop
    return {"volume": feet * _GAL_PER_CF}


def receiver_cycle(
    *,
    time_loaded: float,
    time_unloaded: float,
    flow: float,
    pressure_unload: float,
    pressure_load: float,
    pressure_atmosphere: float,
) -> dict[str, float]:
    """Return the storage of a system [gal] from the cycle of its compressor.

    Parameters
    ----------
    time_loaded, time_unloaded : float
        [s].
    flow : float
        Of the compressor on load [cfm].
    pressure_unload, pressure_load : float
        [psig].
    pressure_atmosphere : float
        [psia].
    """
    rise = pressure_unload - pressure_load
    if rise <= 0:
        raise TanluError("calc.not-less", name="pressure_load", other="pressure_unload")
    used = flow * time_loaded / (time_loaded + time_unloaded)
    feet = time_loaded / S_PER_MIN * (flow - used) * pressure_atmosphere / rise
    return {"volume": feet * _GAL_PER_CF, "flow_used": used}


def system_capacity(
    *,
    pipes: Sequence[Mapping[str, Any]] | None,
    receivers: Sequence[Mapping[str, Any]] | None,
    calculator_coefficient: Rows,
) -> dict[str, float]:
    """Return the volume of pipes and receivers of a system.

    Parameters
    ----------
    pipes : sequence of mapping or None
        ``pipe_size`` in inches as it is called, such as ``1 1/2``, and ``length`` [ft].
    receivers : sequence of mapping or None
        ``volume`` [gal].
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``volume_pipes``, ``volume_receivers`` and ``volume`` [cf].
    """
    in_pipes = 0.0
    for pipe in pipes or ():
        size = str(pipe["pipe_size"])
        _, per_foot = coefficients(calculator_coefficient, "air_pipe", variant=size)
        in_pipes += pipe["length"] * per_foot
    in_receivers = sum(row["volume"] for row in receivers or ()) / _GAL_PER_CF
    return {
        "volume_pipes": in_pipes,
        "volume_receivers": in_receivers,
        "volume": in_pipes + in_receivers,
    }


def air_velocity(
    *,
    flow: float,
    pressure: float,
    pressure_atmosphere: float,
    pipe_size: str,
    calculator_coefficient: Rows,
) -> dict[str, float]:
    """Return the velocity [ft/s] of free air [cfm] in a pipe at a pressure [psig]."""
    area, _ = coefficients(calculator_coefficient, "air_pipe", variant=pipe_size)
    compressed = flow * pressure_atmosphere / (pressure + pressure_atmosphere)
    return {"velocity": compressed * IN2_PER_FT2 / area / S_PER_MIN}


def pipe_sizing(
    *, flow: float, pressure: float, velocity: float, pressure_atmosphere: float
) -> dict[str, float]:
    """Return the pipe of a design velocity: cross-section [in2] and diameter [in].

    Parameters
    ----------
    flow : float
        Free air [cfm].
    pressure, pressure_atmosphere : float
        [psig], [psia].
    velocity : float
        [ft/s].
    """
    compressed = flow * pressure_atmosphere / (pressure + pressure_atmosphere)
    area = IN2_PER_FT2 * compressed / (velocity * S_PER_MIN)
    return {"area": area, "diameter": math.sqrt(area / _CIRCLE)}


def pneumatic_valve(
    *, pressure_in: float, pressure_out: float, flow: float | None
) -> dict[str, float | None]:
    """Return the flow [scfm] of a valve of coefficient one, and the coefficient of a flow.

    Parameters
    ----------
    pressure_in, pressure_out : float
        As the publication takes them [psi].
    flow : float or None
        [scfm].
    """
    if pressure_out >= pressure_in:
        raise TanluError("calc.not-less", name="pressure_out", other="pressure_in")
    one = _VALVE_FLOW * math.sqrt((pressure_in - pressure_out) * (pressure_in + pressure_out))
    return {"flow_rated": one, "coefficient_flow": None if flow is None else flow / one}


def cylinder(
    *,
    acting: str,
    diameter: float,
    length_stroke: float,
    diameter_rod: float,
    pressure: float,
    frequency_cycles: float,
) -> dict[str, float]:
    """Return the air a pneumatic cylinder takes.

    Parameters
    ----------
    acting : str
        ``single`` or ``double``.
    diameter, length_stroke, diameter_rod : float
        [in].
    pressure : float
        [psig].
    frequency_cycles : float
        [1/min].
    """
    stroke = _CYLINDER * length_stroke * frequency_cycles / IN3_PER_FT3
    swept = diameter**2 * stroke
    if acting == "double":
        swept = 2 * swept - diameter_rod**2 * stroke
    ratio = (pressure + PSI_PER_ATMOSPHERE) / PSI_PER_ATMOSPHERE
    return {"flow_swept": swept, "ratio_compression": ratio, "flow": swept * ratio}


@dataclass(frozen=True, slots=True)
class _Controls:
    """Power over flow of a control and its inverse, both as shares of full load."""

    power: Callable[[float], float]
    flow: Callable[[float], float]


def _straight(idle: float) -> _Controls:
    return _Controls(lambda c: (1 - idle) * c + idle, lambda p: (p - idle) / (1 - idle))


def _start_stop(full: float) -> _Controls:
    return _Controls(lambda c: full * c, lambda p: p / full)


def _blow_off(power: float, flow: float, blown: float) -> _Controls:
    """Return inlet control down to a point, blow-off at constant power below it."""
    slope = (1 - power) / (1 - flow)
    return _Controls(
        lambda c: power if c < flow else slope * (c - 1) + 1,
        lambda p: flow - blown if p <= power else (p - 1) / slope + 1,
    )


def _modulation_unload(idle: float, power: float, flow: float) -> _Controls:
    """Return modulation down to a point, unloading towards idle below it."""
    upper, lower = (1 - power) / (1 - flow), (power - idle) / flow
    return _Controls(
        lambda c: lower * c + idle if c < flow else upper * (c - 1) + 1,
        lambda p: max(p - idle, 0.0) / lower if p < power else (p - 1) / upper + 1,
    )


def part_load(
    *,
    control: str,
    power_full_load: float,
    flow_full_load: float,
    power_no_load: float | None,
    power_turn: float | None,
    flow_turn: float | None,
    factor_cycling: float,
    fraction_blow_off: float,
    fraction_power: float | None,
    fraction_flow: float | None,
    power: float | None,
    flow: float | None,
    voltage: float | None,
    current: float | None,
    power_factor: float | None,
) -> dict[str, float]:
    """Return power and flow of a compressor at part load, by its control.

    Parameters
    ----------
    control : str
        ``start_stop``, ``load_unload``, ``modulation``, ``blow_off`` or ``modulation_unload``.
    power_full_load, flow_full_load : float
        [kW], [cfm].
    power_no_load : float or None
        Unloaded or without flow [kW].
    power_turn, flow_turn : float or None
        Where blow-off or unloading begins [kW], [cfm].
    factor_cycling : float
        Mean power while a start-stop compressor runs, over that at full load [-].
    fraction_blow_off : float
        Of the full flow that is blown off, where power and not flow is known [-].
    fraction_power, fraction_flow, power, flow, voltage, current, power_factor
        One of them is known: a share, a measured power [kW] or flow [cfm], or the three
        electrical readings [V], [A], [-].

    Returns
    -------
    dict
        ``fraction_power``, ``fraction_flow``, ``power`` [kW], ``flow`` and ``flow_blow_off``
        [cfm].

    Raises
    ------
    TanluError
        ``calc.needs-one`` when none or several are given, ``calc.needs`` when the control needs
        another input.
    """
    if voltage is not None and current is not None and power_factor is not None:
        electric: float | None = voltage * current * power_factor * _SQRT3 / VA_PER_KVA
    else:
        electric = None
    powers = [
        fraction_power,
        None if power is None else power / power_full_load,
        None if electric is None else electric / power_full_load,
    ]
    flows = [fraction_flow, None if flow is None else flow / flow_full_load]
    given = [value for value in (*powers, *flows) if value is not None]
    if len(given) != 1:
        found = "fraction_power, fraction_flow, power, flow, voltage + current + power_factor"
        raise TanluError("calc.needs-one", found=found)
    controls = _controls(
        control,
        idle=_share(power_no_load, power_full_load),
        turn=(_share(power_turn, power_full_load), _share(flow_turn, flow_full_load)),
        cycling=factor_cycling,
        blown=fraction_blow_off,
    )
    if any(value is not None for value in flows):
        of_flow = given[0]
        if of_flow > 1:
            raise TanluError("calc.not-less", name="flow", other="flow_full_load")
        of_power = controls.power(of_flow)
    else:
        of_power = given[0]
        of_flow = max(controls.flow(of_power), 0.0)
    turn = _share(flow_turn, flow_full_load) or 0.0
    blown = max(turn - of_flow, 0.0) if control == "blow_off" else 0.0
    return {
        "fraction_power": of_power,
        "fraction_flow": of_flow,
        "power": of_power * power_full_load,
        "flow": of_flow * flow_full_load,
        "flow_blow_off": blown * flow_full_load,
    }


def _share(part: float | None, whole: float) -> float | None:
    return None if part is None else part / whole


def _controls(
    control: str,
    *,
    idle: float | None,
    turn: tuple[float | None, float | None],
    cycling: float,
    blown: float,
) -> _Controls:
    def needed(value: float | None, name: str) -> float:
        if value is None:
            raise TanluError("calc.needs", name=name, when=control)
        return value

    if control == "start_stop":
        return _start_stop(cycling)
    if control in ("load_unload", "modulation"):
        return _straight(needed(idle, "power_no_load"))
    at = needed(turn[0], "power_turn"), needed(turn[1], "flow_turn")
    if control == "blow_off":
        return _blow_off(*at, blown)
    return _modulation_unload(needed(idle, "power_no_load"), *at)


FORMULAS = {
    "compressed-air-cylinder": cylinder,
    "compressed-air-part-load": part_load,
    "compressed-air-pipe-size": pipe_sizing,
    "compressed-air-receiver-bridging": receiver_bridging,
    "compressed-air-receiver-cycle": receiver_cycle,
    "compressed-air-receiver-dedicated": receiver_dedicated,
    "compressed-air-receiver-general": receiver_general,
    "compressed-air-receiver-usable": receiver_usable,
    "compressed-air-system-capacity": system_capacity,
    "compressed-air-valve": pneumatic_valve,
    "compressed-air-velocity": air_velocity,
}
