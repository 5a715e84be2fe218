"""Pinch analysis: how little heating and cooling a process needs, and where a heat pump fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ZERO = 1e-9  # of all heat: a cascade below it is zero
_AGREE = 1e-3  # relative, of a heat and a heat capacity rate given both
_ABSOLUTE_ZERO = -273.15  # [degC]


@dataclass(frozen=True, slots=True)
class Stream:
    """A process stream of one heat capacity rate.

    Parameters
    ----------
    supply, target : float
        [degC].
    rate : float
        Heat capacity rate [kW/K].
    shift : float
        Its own contribution to the temperature difference [K].
    """

    supply: float
    target: float
    rate: float
    shift: float

    @property
    def is_hot(self) -> bool:
        """Whether it gives off heat."""
        return self.supply > self.target

    @property
    def heat(self) -> float:
        """Heat it gives or takes [kW]."""
        return self.rate * abs(self.supply - self.target)

    def shifted(self) -> tuple[float, float]:
        """Return its lower and upper shifted temperature [degC]."""
        step = -self.shift if self.is_hot else self.shift
        low, high = sorted((self.supply, self.target))
        return low + step, high + step


@dataclass(frozen=True, slots=True)
class Cascade:
    """Heat that flows down past each shifted temperature, with the least heating from above.

    Parameters
    ----------
    temperatures : tuple of float
        Shifted, falling [degC].
    flows : tuple of float
        Passing each [kW].
    pinches : tuple of float
        Shifted temperatures inside the range that no heat passes [degC].
    """

    temperatures: tuple[float, ...]
    flows: tuple[float, ...]
    pinches: tuple[float, ...]

    @property
    def hot(self) -> float:
        """Least heating [kW]."""
        return self.flows[0]

    @property
    def cold(self) -> float:
        """Least cooling [kW]."""
        return self.flows[-1]

    def at(self, temperature: float) -> float:
        """Return the heat that passes a shifted temperature [kW]."""
        points = list(zip(self.temperatures, self.flows, strict=True))
        for (high, above), (low, below) in pairwise(points):
            if low <= temperature <= high:
                return below + (above - below) * (temperature - low) / (high - low)
        return self.hot if temperature > self.temperatures[0] else self.cold

    def least(self, temperature: float, *, upward: bool) -> float:
        """Return the least heat that passes on one side of a shifted temperature [kW].

        That much can be brought in there from above the pinch (upward), or taken out there
        below it, pockets of the process included.
        """
        beyond = [
            flow
            for level, flow in zip(self.temperatures, self.flows, strict=True)
            if (level >= temperature if upward else level <= temperature)
        ]
        return min([self.at(temperature), *beyond])


def streams_of(
    rows: Sequence[Mapping[str, Any]], temperature_difference_min: float | None
) -> tuple[Stream, ...]:
    """Return the streams of a table.

    Parameters
    ----------
    rows : sequence of mapping
        ``temperature_supply``, ``temperature_target`` [degC], ``heat_capacity_rate`` [kW/K] or
        ``heat_flow`` [kW], ``temperature_difference_contribution`` [K] or None.
    temperature_difference_min : float or None
        Of two streams; half of it is the contribution of each without one [K].

    Raises
    ------
    TanluError
        ``calc.stream-isothermal``, ``calc.stream-heat``, ``calc.stream-approach``.
    """
    return tuple(
        _stream(row, temperature_difference_min, f"streams[{place}]")
        for place, row in enumerate(rows)
    )


def _stream(row: Mapping[str, Any], least: float | None, where: str) -> Stream:
    supply, target = row["temperature_supply"], row["temperature_target"]
    if supply == target:
        raise TanluError("calc.stream-isothermal", where=where, found=f"{supply:g}")
    rate, heat = row["heat_capacity_rate"], row["heat_flow"]
    span = abs(supply - target)
    known = [value for value in (rate, None if heat is None else heat / span) if value is not None]
    if not known or not math.isclose(known[0], known[-1], rel_tol=_AGREE):
        raise TanluError("calc.stream-heat", where=where)
    shift = row["temperature_difference_contribution"]
    if shift is None:
        if least is None:
            raise TanluError("calc.stream-approach", where=where)
        shift = least / 2
    return Stream(supply, target, known[0], shift)


def cascade_of(streams: Sequence[Stream]) -> Cascade:
    """Return the cascade of the problem table, with the least heating that keeps it from zero.

    References
    ----------
    Linnhoff and Flower (1978), doi:10.1002/aic.690240411; Kemp (2007), chapter 2.
    """
    levels = sorted({level for stream in streams for level in stream.shifted()}, reverse=True)
    flows = [0.0]
    for high, low in pairwise(levels):
        surplus = math.fsum(
            stream.rate if stream.is_hot else -stream.rate
            for stream in streams
            if stream.shifted()[0] <= low and stream.shifted()[1] >= high
        )
        flows.append(flows[-1] + surplus * (high - low))
    nothing = _ZERO * math.fsum(stream.heat for stream in streams)
    lift = -min(flows)
    raised = [0.0 if abs(flow + lift) <= nothing else flow + lift for flow in flows]
    inner = list(zip(levels, raised, strict=True))[1:-1]
    pinches = tuple(level for level, flow in inner if flow == 0)
    return Cascade(tuple(levels), tuple(raised), pinches)


def analysis(
    *, streams: Sequence[Mapping[str, Any]], temperature_difference_min: float | None
) -> dict[str, Any]:
    """Return what a process needs at least, and its curves.

    Parameters
    ----------
    streams, temperature_difference_min
        See `streams_of`.

    Returns
    -------
    dict
        ``heat_flow_hot_min``, ``heat_flow_cold_min``, ``heat_flow_recovery`` [kW]; the pinch,
        shifted and on the hot and the cold side [degC], None for a threshold problem;
        ``problem``; ``count_units``; points of the composite and the grand composite curves.

    Notes
    -----
    Units: streams and utilities on each side of a pinch, less one.
    """
    known = streams_of(streams, temperature_difference_min)
    cascade = cascade_of(known)
    given = math.fsum(stream.heat for stream in known if stream.is_hot)
    taken = math.fsum(stream.heat for stream in known if not stream.is_hot)
    recovered = given - cascade.cold
    most = given - cascade_of([replace(stream, shift=0.0) for stream in known]).cold
    curves = {
        "temperature_grand": list(cascade.temperatures),
        "heat_flow_grand": list(cascade.flows),
    }
    for name, is_hot in (("hot", True), ("cold", False)):
        start = 0.0 if is_hot else cascade.cold
        points = _composite([s for s in known if s.is_hot is is_hot], start)
        curves[f"temperature_composite_{name}"] = [level for level, _ in points]
        curves[f"heat_flow_composite_{name}"] = [heat for _, heat in points]
    return {
        "heat_flow_hot_min": cascade.hot,
        "heat_flow_cold_min": cascade.cold,
        "heat_flow_recovery": recovered,
        "saving": recovered / taken if taken else None,
        "ratio_integration": recovered / most if most else None,
        **_pinch(known, cascade),
        "problem": _problem(cascade),
        "count_units": float(_units(known, cascade)),
        **curves,
    }


def _problem(cascade: Cascade) -> str:
    if cascade.hot and cascade.cold and cascade.pinches:
        return "pinch"
    if cascade.hot:
        return "threshold-heating"
    return "threshold-cooling" if cascade.cold else "balanced"


def _pinch(streams: Sequence[Stream], cascade: Cascade) -> dict[str, Any]:
    """Return the highest pinch, and all; on each side where its streams share one contribution."""
    at = cascade.pinches[0] if cascade.pinches else None
    told: dict[str, Any] = {
        "temperature_pinch_shifted": at,
        "temperature_pinch_all": list(cascade.pinches),
    }
    for name, is_hot in (("hot", True), ("cold", False)):
        shifts = {
            stream.shift
            for stream in streams
            if stream.is_hot is is_hot
            and at is not None
            and stream.shifted()[0] <= at <= stream.shifted()[1]
        }
        step = shifts.pop() if len(shifts) == 1 else None
        alone = None if at is None or step is None else at + (step if is_hot else -step)
        told[f"temperature_pinch_{name}"] = alone
    return told


def _units(streams: Sequence[Stream], cascade: Cascade) -> int:
    bounds = [math.inf, *cascade.pinches, -math.inf]
    count = 0
    for high, low in pairwise(bounds):
        present = sum(s.shifted()[1] > low and s.shifted()[0] < high for s in streams)
        utilities = (high == math.inf and cascade.hot > 0) + (low == -math.inf and cascade.cold > 0)
        count += max(0, present + utilities - 1) if present else 0
    return count


def _composite(streams: Sequence[Stream], start: float) -> list[tuple[float, float]]:
    """Return temperature and heat from the coldest point up, unshifted."""
    levels = sorted({level for s in streams for level in (s.supply, s.target)})
    points = [(levels[0], start)] if levels else []
    for low, high in pairwise(levels):
        rate = math.fsum(
            s.rate
            for s in streams
            if min(s.supply, s.target) <= low and max(s.supply, s.target) >= high
        )
        points.append((high, points[-1][1] + rate * (high - low)))
    return points


def heat_pump(
    *,
    streams: Sequence[Mapping[str, Any]],
    temperature_difference_min: float | None,
    temperature_evaporator: float,
    temperature_condenser: float,
    temperature_difference_heat_pump: float,
    cop: float | None,
    efficiency_carnot: float | None,
    power_max: float | None,
) -> dict[str, Any]:
    """Return how much heat a heat pump can lift, and whether it stands across the pinch.

    Parameters
    ----------
    streams, temperature_difference_min
        See `streams_of`.
    temperature_evaporator, temperature_condenser : float
        Of the working fluid [degC].
    temperature_difference_heat_pump : float
        Contribution of the heat pump's own exchangers [K].
    cop, efficiency_carnot : float or None
        Heat delivered per power, or its share of Carnot's.
    power_max : float or None
        Largest power to the compressor [kW].

    Returns
    -------
    dict
        ``placement``, heat of source and sink, power and the utilities left [kW].

    Raises
    ------
    TanluError
        ``calc.not-less``, ``calc.needs-one``, ``calc.cop-carnot``.

    Notes
    -----
    Across the pinch it takes heat where the process has too much and brings it where it lacks:
    both utilities fall. Above the pinch it replaces heating by power alone; below, its power is
    further heat to be cooled away.
    """
    if temperature_condenser <= temperature_evaporator:
        raise TanluError(
            "calc.not-less", name="temperature_evaporator", other="temperature_condenser"
        )
    if (cop is None) == (efficiency_carnot is None):
        raise TanluError("calc.needs-one", found="cop, efficiency_carnot")
    carnot = (temperature_condenser - _ABSOLUTE_ZERO) / (
        temperature_condenser - temperature_evaporator
    )
    reached = cop if efficiency_carnot is None else efficiency_carnot * carnot
    if reached is None or not 1 < reached <= carnot:
        raise TanluError("calc.cop-carnot", found=f"{reached:.3g}", carnot=f"{carnot:.3g}")
    cascade = cascade_of(streams_of(streams, temperature_difference_min))
    source = temperature_evaporator + temperature_difference_heat_pump
    sink = temperature_condenser - temperature_difference_heat_pump
    place = _placement(cascade, source, sink)
    room_source = cascade.least(source, upward=False) if place != "above" else math.inf
    room_sink = cascade.least(sink, upward=True) if place != "below" else math.inf
    lifted = min(room_source, room_sink * (reached - 1) / reached) if place == "across" else 0.0
    if power_max is not None:
        lifted = min(lifted, power_max * (reached - 1))
    delivered = lifted * reached / (reached - 1)
    return {
        "placement": place,
        "cop": reached,
        "heat_flow_source_max": None if math.isinf(room_source) else room_source,
        "heat_flow_sink_max": None if math.isinf(room_sink) else room_sink,
        "heat_flow_source": lifted,
        "heat_flow_sink": delivered,
        "power": delivered - lifted,
        "heat_flow_hot_after": cascade.hot - delivered,
        "heat_flow_cold_after": cascade.cold - lifted,
    }


def _placement(cascade: Cascade, source: float, sink: float) -> str:
    """Return where a lift from one shifted temperature to another stands."""
    if not cascade.pinches:
        return "above" if cascade.hot > cascade.cold else "below"
    if source > cascade.pinches[0]:
        return "above"
    if sink < cascade.pinches[-1]:
        return "below"
    return "across"


FORMULAS = {"pinch-analysis": analysis, "pinch-heat-pump": heat_pump}
