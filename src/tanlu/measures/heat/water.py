"""States of water and steam over the whole of IAPWS-IF97, from any pair with the pressure.

Regions 1, 2 and 4 come from `tanlu.inventory.steam`; regions 3 and 5, wet steam and the backward
equations of regions 1 and 2 are added here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isclose, log
from typing import TYPE_CHECKING, Any

from tanlu.inventory import steam
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Reducing quantities and limits that define the formulation (IAPWS R7-97).
_R = 0.461526  # specific gas constant [kJ/(kg K)], equation 1
CRITICAL_PRESSURE = 22.064  # [MPa], equation 3
CRITICAL_TEMPERATURE = 647.096  # [K], equation 2
_CRITICAL_DENSITY = 322.0  # [kg/m3], equation 4
_T5 = 1000.0  # region 5, equation 32 [K]
_T_MIN, _T_1, _T_2, _T_MAX = 273.15, 623.15, 1073.15, 2273.15
_P_MAX, _P_5 = 100.0, 50.0
_DENSEST, _THINNEST, _STEP = 800.0, 50.0, 2.0  # region 3 lies between [kg/m3]
_STEPS = 80
_KILO = 1000
_SAME = 1e-10

_B1_H, _B1_S = 2500.0, 1.0  # backward equations 11 and 13 [kJ/kg], [kJ/(kg K)]
_B2_H, _B2_S = 2000.0, (2.0, 0.7853, 2.9251)  # equations 22 to 27
_P_2A, _S_2B, _P_2B = 4.0, 5.85, 6.5467  # limits of subregions 2a, 2b, 2c

Term = tuple[float, int, float]


@dataclass(frozen=True, slots=True)
class Fluid:
    """One state, single-phase or wet.

    Parameters
    ----------
    pressure : float
        Absolute [MPa].
    temperature : float
        [K].
    enthalpy : float
        [kJ/kg].
    entropy : float
        [kJ/(kg K)].
    volume : float
        Specific volume [m3/kg].
    quality : float or None
        Steam fraction of wet and saturated states; None for water, superheated steam and above
        the critical point.
    region : int
        Of the formulation, 4 for wet steam.
    """

    pressure: float
    temperature: float
    enthalpy: float
    entropy: float
    volume: float
    quality: float | None
    region: int

    @property
    def internal_energy(self) -> float:
        """Specific internal energy [kJ/kg]."""
        return self.enthalpy - self.pressure * self.volume * _KILO


class Water:
    """The formulation with its coefficients.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of table ``if97_coefficient``.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = tuple(rows)

    @cached_property
    def tables(self) -> steam.SteamTables:
        """Coefficients of regions 1, 2 and 4."""
        return steam.SteamTables.from_rows(self._rows)

    @cached_property
    def _parts(self) -> dict[tuple[int, str], list[Term]]:
        parts: dict[tuple[int, str], list[Term]] = {}
        for row in self._rows:
            term = (float(row["i"]), int(row["j"]), float(row["n"]))
            parts.setdefault((int(row["region"]), str(row["part"])), []).append(term)
        return parts

    # -- states ---------------------------------------------------------------------------------

    def at_temperature(self, pressure: float, temperature: float) -> Fluid:
        """Return the single-phase state of a pressure [MPa] and a temperature [K].

        Raises
        ------
        TanluError
            ``calc.steam-range`` outside the formulation.
        """
        self._require("pressure", pressure, 0.0, _P_MAX, "MPa")
        self._require("temperature", temperature, _T_MIN, _T_MAX, "K")
        if temperature > _T_2:
            self._require("pressure", pressure, 0.0, _P_5, "MPa")
            return self._region_5(pressure, temperature)
        n3, n4, n5 = self.tables.boundary
        if temperature > _T_1 and pressure > n3 + n4 * temperature + n5 * temperature**2:
            return self._region_3(pressure, temperature)
        found = steam.state_at(pressure, temperature, tables=self.tables)
        is_liquid = temperature <= _T_1 and pressure > self.saturation_pressure(temperature)
        return _fluid(found, 1 if is_liquid else 2)

    def at_quality(self, pressure: float, quality: float) -> Fluid:
        """Return the wet or saturated state of a pressure [MPa] and a steam fraction."""
        water, vapour = self.saturated(pressure)
        return _mixed(water, vapour, quality)

    def at_enthalpy(self, pressure: float, enthalpy: float) -> Fluid:
        """Return the state of a pressure [MPa] and an enthalpy [kJ/kg]."""
        return self._solve(pressure, enthalpy, "enthalpy", "kJ/kg")

    def at_entropy(self, pressure: float, entropy: float) -> Fluid:
        """Return the state of a pressure [MPa] and an entropy [kJ/(kg K)]."""
        return self._solve(pressure, entropy, "entropy", "kJ/kg/K")

    def state(
        self,
        pressure: float,
        *,
        temperature: float | None = None,
        enthalpy: float | None = None,
        entropy: float | None = None,
        quality: float | None = None,
        name: str = "",
    ) -> Fluid:
        """Return the state of a pressure and exactly one further property.

        Parameters
        ----------
        pressure : float
            Absolute [MPa].
        temperature, enthalpy, entropy, quality : float or None
            [K], [kJ/kg], [kJ/(kg K)], [-]; one of them.
        name : str
            Of the stream, for the error.

        Raises
        ------
        TanluError
            ``calc.steam-pair`` unless one is given; ``calc.steam-range``.
        """
        told = {
            "temperature": (temperature, self.at_temperature),
            "enthalpy": (enthalpy, self.at_enthalpy),
            "entropy": (entropy, self.at_entropy),
            "quality": (quality, self.at_quality),
        }
        given = [(value, make) for value, make in told.values() if value is not None]
        if len(given) != 1:
            raise TanluError("calc.steam-pair", name=name or "pressure", found=len(given))
        value, make = given[0]
        return make(pressure, value)

    # -- saturation -----------------------------------------------------------------------------

    def saturation_pressure(self, temperature: float) -> float:
        """Return the boiling pressure [MPa] of a temperature [K] up to the critical one."""
        self._require("temperature", temperature, _T_MIN, CRITICAL_TEMPERATURE, "K")
        return steam.saturation_pressure_mpa(temperature, tables=self.tables)

    def saturation_temperature(self, pressure: float) -> float:
        """Return the boiling temperature [K] of a pressure [MPa] up to the critical one."""
        low = steam.saturation_pressure_mpa(_T_MIN, tables=self.tables)
        self._require("pressure", pressure, low, CRITICAL_PRESSURE, "MPa")
        return steam.saturation_temperature_k(pressure, tables=self.tables)

    def saturated(self, pressure: float) -> tuple[Fluid, Fluid]:
        """Return boiling water and dry saturated steam of a pressure [MPa]."""
        temperature = self.saturation_temperature(pressure)
        if temperature <= _T_1:
            water = _fluid(steam.saturated_liquid(pressure, tables=self.tables), 1, 0.0)
            return water, _fluid(steam.saturated_vapour(pressure, tables=self.tables), 2, 1.0)
        dense = self._helmholtz(self._dense(pressure, temperature), temperature, 0.0)
        thin = self._helmholtz(self._thin(pressure, temperature), temperature, 1.0)
        return dense, thin

    # -- backward equations ---------------------------------------------------------------------

    def temperature_backward(
        self, pressure: float, *, enthalpy: float | None = None, entropy: float | None = None
    ) -> float | None:
        """Return the temperature [K] by the release's backward equation of regions 1 and 2.

        It agrees with the basic equations within 0.025 K; None in the other regions.
        """
        if enthalpy is not None:
            region = self.at_enthalpy(pressure, enthalpy).region
            return self._backward_enthalpy(region, pressure, enthalpy)
        if entropy is None:
            return None
        region = self.at_entropy(pressure, entropy).region
        return self._backward_entropy(region, pressure, entropy)

    def _backward_enthalpy(self, region: int, pressure: float, enthalpy: float) -> float | None:
        if region == 1:
            eta = enthalpy / _B1_H
            return _sum(self._parts[1, "t_ph"], pressure, eta + 1)
        if region != 2:  # noqa: PLR2004 - the region of superheated steam
            return None
        eta = enthalpy / _B2_H
        if pressure <= _P_2A:
            return _sum(self._parts[2, "t_ph_a"], pressure, eta - 2.1)
        n1, n2, n3, _, _ = (n for _, _, n in self._parts[2, "boundary_bc"])
        is_b = pressure <= _P_2B or pressure <= n1 + n2 * enthalpy + n3 * enthalpy**2
        if is_b:
            return _sum(self._parts[2, "t_ph_b"], pressure - 2, eta - 2.6)
        return _sum(self._parts[2, "t_ph_c"], pressure + 25, eta - 1.8)

    def _backward_entropy(self, region: int, pressure: float, entropy: float) -> float | None:
        if region == 1:
            return _sum(self._parts[1, "t_ps"], pressure, entropy / _B1_S + 2)
        if region != 2:  # noqa: PLR2004 - the region of superheated steam
            return None
        a, b, c = _B2_S
        if pressure <= _P_2A:
            return _sum(self._parts[2, "t_ps_a"], pressure, entropy / a - 2)
        if entropy >= _S_2B:
            return _sum(self._parts[2, "t_ps_b"], pressure, 10 - entropy / b)
        return _sum(self._parts[2, "t_ps_c"], pressure, 2 - entropy / c)

    # -- regions 3 and 5 ------------------------------------------------------------------------

    def _region_3(self, pressure: float, temperature: float) -> Fluid:
        if temperature < CRITICAL_TEMPERATURE:
            is_dense = pressure >= self.saturation_pressure(temperature)
            density = (self._dense if is_dense else self._thin)(pressure, temperature)
        else:
            density = self._between(pressure, temperature, _THINNEST, _DENSEST)
        return self._helmholtz(density, temperature, None)

    def _dense(self, pressure: float, temperature: float) -> float:
        """Return the density of the liquid side, found from the densest downward."""
        high = _DENSEST
        while high > _CRITICAL_DENSITY and self._pressure(high - _STEP, temperature) > pressure:
            high -= _STEP
        return self._between(pressure, temperature, high - _STEP, high)

    def _thin(self, pressure: float, temperature: float) -> float:
        """Return the density of the vapour side, found from the thinnest upward."""
        low = _THINNEST
        while low < _CRITICAL_DENSITY and self._pressure(low + _STEP, temperature) < pressure:
            low += _STEP
        return self._between(pressure, temperature, low, low + _STEP)

    def _between(self, pressure: float, temperature: float, low: float, high: float) -> float:
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if self._pressure(middle, temperature) < pressure:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def _pressure(self, density: float, temperature: float) -> float:
        """Return the pressure [MPa] of region 3: ``rho R T delta phi_delta``."""
        delta, tau = density / _CRITICAL_DENSITY, CRITICAL_TEMPERATURE / temperature
        logarithm = self._parts[3, "logarithm"][0][2]
        terms = self._parts[3, "residual"]
        slope = logarithm + sum(n * i * delta**i * tau**j for i, j, n in terms if i)
        return float(slope * density * _R * temperature / _KILO)

    def _helmholtz(self, density: float, temperature: float, quality: float | None) -> Fluid:
        """Return the state of region 3: ``f/(R T) = n1 ln delta + sum n delta^I tau^J``."""
        delta, tau = density / _CRITICAL_DENSITY, CRITICAL_TEMPERATURE / temperature
        logarithm = self._parts[3, "logarithm"][0][2]
        terms = self._parts[3, "residual"]
        phi = logarithm * log(delta) + sum(n * delta**i * tau**j for i, j, n in terms)
        by_delta = logarithm + sum(n * i * delta**i * tau**j for i, j, n in terms)
        by_tau = sum(n * j * delta**i * tau**j for i, j, n in terms)
        return Fluid(
            pressure=by_delta * density * _R * temperature / _KILO,
            temperature=temperature,
            enthalpy=_R * temperature * (by_tau + by_delta),
            entropy=_R * (by_tau - phi),
            volume=1 / density,
            quality=quality,
            region=3,
        )

    def _region_5(self, pressure: float, temperature: float) -> Fluid:
        """Return the state of region 5: ``g/(R T) = ln pi + sum n tau^J + sum n pi^I tau^J``."""
        tau = _T5 / temperature
        ideal, residual = self._parts[5, "ideal"], self._parts[5, "residual"]
        g = log(pressure) + sum(n * tau**j for _, j, n in ideal)
        g += sum(n * pressure**i * tau**j for i, j, n in residual)
        by_tau = sum(n * j * tau**j for _, j, n in ideal)
        by_tau += sum(n * j * pressure**i * tau**j for i, j, n in residual)
        by_pi = 1 + sum(n * i * pressure**i * tau**j for i, j, n in residual)
        return Fluid(
            pressure=pressure,
            temperature=temperature,
            enthalpy=_R * temperature * by_tau,
            entropy=_R * (by_tau - g),
            volume=_R * temperature * by_pi / pressure / _KILO,
            quality=None,
            region=5,
        )

    # -- inversion ------------------------------------------------------------------------------

    def _solve(self, pressure: float, wanted: float, name: str, unit: str) -> Fluid:
        """Find the temperature whose property is wanted; both properties rise with it."""
        self._require("pressure", pressure, 0.0, _P_MAX, "MPa")
        low, high = _T_MIN, _T_MAX if pressure <= _P_5 else _T_2
        triple = steam.saturation_pressure_mpa(_T_MIN, tables=self.tables)
        if triple <= pressure < CRITICAL_PRESSURE:
            water, vapour = self.saturated(pressure)
            ends = (float(getattr(water, name)), float(getattr(vapour, name)))
            near = next((x for x in (water, vapour) if _near(getattr(x, name), wanted)), None)
            if near is not None:
                return near
            if ends[0] < wanted < ends[1]:
                return _mixed(water, vapour, (wanted - ends[0]) / (ends[1] - ends[0]))
            if wanted < ends[0]:
                high = water.temperature
            else:
                low = vapour.temperature

        def of(temperature: float) -> float:
            return float(getattr(self.at_temperature(pressure, temperature), name))

        hottest = _T_MAX if pressure <= _P_5 else _T_2
        self._require(name, wanted, of(_T_MIN), of(hottest), unit)
        if high == _T_MAX:  # regions 2 and 5 do not meet to the last digit
            low, high = (low, _T_2) if wanted <= of(_T_2) else (_T_2, high)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if of(middle) < wanted:
                low = middle
            else:
                high = middle
        return self.at_temperature(pressure, (low + high) / 2)

    @staticmethod
    def _require(name: str, value: float, low: float, high: float, unit: str) -> None:
        if not low <= value <= high or (name == "pressure" and value <= 0):
            raise TanluError(
                "calc.steam-range",
                name=name,
                found=f"{value:g} {unit}",
                allowed=f"{low:g} – {high:g} {unit}",
            )


def _near(value: float, wanted: float) -> bool:
    return isclose(value, wanted, rel_tol=_SAME, abs_tol=_SAME)


def _sum(terms: Sequence[Term], left: float, right: float) -> float:
    return float(sum(n * left**i * right**j for i, j, n in terms))


def _fluid(found: steam.State, region: int, quality: float | None = None) -> Fluid:
    return Fluid(
        pressure=found.pressure_mpa,
        temperature=found.temperature_k,
        enthalpy=found.enthalpy_kj_per_kg,
        entropy=found.entropy_kj_per_kg_k,
        volume=found.volume_m3_per_kg,
        quality=quality,
        region=region,
    )


def _mixed(water: Fluid, vapour: Fluid, quality: float) -> Fluid:
    """Return wet steam: each property weighed by the steam fraction."""

    def weighed(name: str) -> float:
        left, right = float(getattr(water, name)), float(getattr(vapour, name))
        return left + quality * (right - left)

    return Fluid(
        pressure=water.pressure,
        temperature=water.temperature,
        enthalpy=weighed("enthalpy"),
        entropy=weighed("entropy"),
        volume=weighed("volume"),
        quality=quality,
        region=4 if 0 < quality < 1 else (water if quality == 0 else vapour).region,
    )
