"""Properties of water and steam by IAPWS-IF97, regions 1, 2 and 4.

Floats: for calculators and for turning tonnes of steam into heat, not for ledger sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Reducing quantities and limits that define the formulation (IAPWS R7-97).
_R = 0.461526  # specific gas constant [kJ/(kg K)], equation 1
_P1, _T1 = 16.53, 1386.0  # region 1, equation 7 [MPa], [K]
_T2 = 540.0  # region 2, equation 16 [K]; its reducing pressure is 1 MPa
_SHIFT_P, _SHIFT_T, _SHIFT_T2 = 7.1, 1.222, 0.5
_T_MIN, _T_1, _T_MAX = 273.15, 623.15, 1073.15
_P_MAX = 100.0
_T_CRITICAL = 647.096  # equation 3 [K]
_M3_PER_KJ = 1e-3  # kJ/kg per MPa to m3/kg
_PARTS = {
    ("1", "residual"),
    ("2", "ideal"),
    ("2", "residual"),
    ("2", "boundary"),
    ("4", "saturation"),
}


@dataclass(frozen=True, slots=True)
class SteamTables:
    """Coefficients of the formulation, from table ``if97_coefficient``.

    Parameters
    ----------
    liquid : tuple of (int, int, float)
        Exponents and coefficient of region 1.
    ideal, residual : tuple of (int, int, float)
        The two parts of region 2.
    saturation : tuple of float, shape (10,)
        Region 4.
    boundary : tuple of float, shape (3,)
        Boundary of regions 2 and 3, where the pressure is n3 + n4 T + n5 T².
    """

    liquid: tuple[tuple[int, int, float], ...]
    ideal: tuple[tuple[int, int, float], ...]
    residual: tuple[tuple[int, int, float], ...]
    saturation: tuple[float, ...]
    boundary: tuple[float, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, object]]) -> SteamTables:
        """Sort the rows of the data table by region and part."""
        parts: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
        for row in rows:
            key = (str(row["region"]), str(row["part"]))
            if key in _PARTS:
                term = (int(str(row["i"])), int(str(row["j"])), float(str(row["n"])))
                parts.setdefault(key, []).append(term)
        return cls(
            liquid=tuple(parts["1", "residual"]),
            ideal=tuple(parts["2", "ideal"]),
            residual=tuple(parts["2", "residual"]),
            saturation=tuple(n for _, _, n in parts["4", "saturation"]),
            boundary=tuple(n for _, _, n in parts["2", "boundary"]),
        )


@dataclass(frozen=True, slots=True)
class State:
    """One state of water or steam.

    Parameters
    ----------
    pressure_mpa : float
        Absolute pressure [MPa].
    temperature_k : float
        Temperature [K].
    enthalpy_kj_per_kg : float
        Specific enthalpy [kJ/kg], zero for liquid at the triple point.
    entropy_kj_per_kg_k : float
        Specific entropy [kJ/(kg K)].
    volume_m3_per_kg : float
        Specific volume [m3/kg].
    """

    pressure_mpa: float
    temperature_k: float
    enthalpy_kj_per_kg: float
    entropy_kj_per_kg_k: float
    volume_m3_per_kg: float


def saturation_pressure_mpa(temperature_k: float, *, tables: SteamTables) -> float:
    """Return the boiling pressure [MPa] of a temperature of 273.15 to 647.096 K.

    References
    ----------
    IAPWS R7-97(2012), equation 30.
    """
    _require("temperature_k", temperature_k, low=_T_MIN, high=_T_CRITICAL)
    n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 = tables.saturation
    theta = temperature_k + n9 / (temperature_k - n10)
    a = theta**2 + n1 * theta + n2
    b = n3 * theta**2 + n4 * theta + n5
    c = n6 * theta**2 + n7 * theta + n8
    return float((2 * c / (-b + sqrt(b * b - 4 * a * c))) ** 4)


def saturation_temperature_k(pressure_mpa: float, *, tables: SteamTables) -> float:
    """Return the boiling temperature [K] of an absolute pressure up to 22.06 MPa.

    References
    ----------
    IAPWS R7-97(2012), equation 31.
    """
    high = saturation_pressure_mpa(_T_CRITICAL, tables=tables)
    low = saturation_pressure_mpa(_T_MIN, tables=tables)
    _require("pressure_mpa", pressure_mpa, low=low, high=high)
    n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 = tables.saturation
    beta = pressure_mpa**0.25
    e = beta**2 + n3 * beta + n6
    f = n1 * beta**2 + n4 * beta + n7
    g = n2 * beta**2 + n5 * beta + n8
    d = 2 * g / (-f - sqrt(f * f - 4 * e * g))
    return float((n10 + d - sqrt((n10 + d) ** 2 - 4 * (n9 + n10 * d))) / 2)


def saturated_liquid(pressure_mpa: float, *, tables: SteamTables) -> State:
    """Return boiling water at an absolute pressure [MPa]."""
    temperature = _boiling_k(pressure_mpa, tables)
    return _liquid(pressure_mpa, temperature, tables)


def saturated_vapour(pressure_mpa: float, *, tables: SteamTables) -> State:
    """Return dry saturated steam at an absolute pressure [MPa]."""
    temperature = _boiling_k(pressure_mpa, tables)
    return _vapour(pressure_mpa, temperature, tables)


def state_at(pressure_mpa: float, temperature_k: float, *, tables: SteamTables) -> State:
    """Return water or superheated steam at a pressure and temperature.

    Parameters
    ----------
    pressure_mpa : float
        Absolute pressure, above 0 to 100 [MPa].
    temperature_k : float
        273.15 to 1073.15 [K].
    tables : SteamTables
        Coefficients.

    Returns
    -------
    State
        Region 1 below the boiling line, else region 2.

    Raises
    ------
    TanluError
        ``inventory.steam-range`` outside regions 1 and 2 (near the critical point).

    References
    ----------
    IAPWS R7-97(2012), equations 5, 7 and 15 to 17.
    """
    _require("temperature_k", temperature_k, low=_T_MIN, high=_T_MAX)
    _require("pressure_mpa", pressure_mpa, low=0.0, high=_P_MAX)
    if temperature_k <= _T_1:
        is_liquid = pressure_mpa > saturation_pressure_mpa(temperature_k, tables=tables)
        return (_liquid if is_liquid else _vapour)(pressure_mpa, temperature_k, tables)
    n3, n4, n5 = tables.boundary
    limit = n3 + n4 * temperature_k + n5 * temperature_k**2
    _require("pressure_mpa", pressure_mpa, low=0.0, high=min(limit, _P_MAX))
    return _vapour(pressure_mpa, temperature_k, tables)


def _boiling_k(pressure_mpa: float, tables: SteamTables) -> float:
    """Return the boiling temperature where regions 1 and 2 meet it, up to 16.5 MPa."""
    temperature = saturation_temperature_k(pressure_mpa, tables=tables)
    high = saturation_pressure_mpa(_T_1, tables=tables)
    _require("pressure_mpa", pressure_mpa, low=0.0, high=high)
    return temperature


def _liquid(pressure_mpa: float, temperature_k: float, tables: SteamTables) -> State:
    """Region 1: ``g/(R T) = sum n (7.1 - pi)^I (tau - 1.222)^J``."""
    pi, tau = pressure_mpa / _P1, _T1 / temperature_k
    a, b = _SHIFT_P - pi, tau - _SHIFT_T
    g = sum(n * a**i * b**j for i, j, n in tables.liquid)
    g_tau = sum(n * j * a**i * b ** (j - 1) for i, j, n in tables.liquid)
    g_pi = sum(-n * i * a ** (i - 1) * b**j for i, j, n in tables.liquid if i)
    return _state(pressure_mpa, temperature_k, tau=tau, gibbs=(g, g_tau, pi * g_pi))


def _vapour(pressure_mpa: float, temperature_k: float, tables: SteamTables) -> State:
    """Region 2: ``g/(R T) = ln pi + sum n tau^J + sum n pi^I (tau - 0.5)^J``."""
    pi, tau = pressure_mpa, _T2 / temperature_k
    b = tau - _SHIFT_T2
    g = log(pi) + sum(n * tau**j for _, j, n in tables.ideal)
    g += sum(n * pi**i * b**j for i, j, n in tables.residual)
    g_tau = sum(n * j * tau ** (j - 1) for _, j, n in tables.ideal if j)
    g_tau += sum(n * j * pi**i * b ** (j - 1) for i, j, n in tables.residual if j)
    pi_g_pi = 1 + sum(n * i * pi**i * b**j for i, j, n in tables.residual)
    return _state(pressure_mpa, temperature_k, tau=tau, gibbs=(g, g_tau, pi_g_pi))


def _state(
    pressure_mpa: float, temperature_k: float, *, tau: float, gibbs: tuple[float, float, float]
) -> State:
    """Derive properties from the dimensionless Gibbs energy and its derivatives."""
    g, g_tau, pi_g_pi = gibbs
    rt = _R * temperature_k
    return State(
        pressure_mpa=pressure_mpa,
        temperature_k=temperature_k,
        enthalpy_kj_per_kg=rt * tau * g_tau,
        entropy_kj_per_kg_k=_R * (tau * g_tau - g),
        volume_m3_per_kg=rt * pi_g_pi / pressure_mpa * _M3_PER_KJ,
    )


def _require(name: str, value: float, *, low: float, high: float) -> None:
    if not low <= value <= high:
        raise TanluError("inventory.steam-range", name=name, found=value, low=low, high=high)
