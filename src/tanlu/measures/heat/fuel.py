"""Fuels by composition: heating values, air, flue gas, available heat."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.printed import ZERO_FAHRENHEIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows

_GAS_SET = "gas_component"
_MOLAR_VOLUME, _AIR_DENSITY = 22.4, 1.205  # [m3/kmol], [kg/m3], as printed
_O2_BY_VOLUME, _O2_BY_MASS = 0.209, 0.231  # of air
_MEAN_AT = 378.2  # [ft3/lbmol]
_AIR_VOLUMES = {"o2": 20.7, "n2": 78.3, "h2o": 1.0}  # [%]
_CO2_LB, _H2O_LB = 0.0026365, 0.0026365  # [lb/ft3 per g/mol]
_CO2_VOLUME, _H2O_VOLUME = 0.022722, 0.055506  # [ft3/ft3 per g/mol]
_N2_LB, _O2_LB, _AIR_LB = 0.0744, 0.0846, 0.0763  # [lb/ft3]
_AIR_MOISTURE = 0.009  # [lb/lb], in the ambient air
_STEPS, _NEAR, _STEP = 100, 0.02, 0.01  # of the search for the excess air
_LATENT = 44.01  # of water at 25 degC [MJ/kmol], ISO 6976
_WATER = 18.016  # [g/mol]
_MJ_PER_M3_AT = 23.645  # molar volume at 15 degC [m3/kmol], ISO 6976
_MJ_PER_M3_BTU = 0.0372589  # [MJ/m3 per Btu/ft3]
_MJ_PER_KG_BTU = 0.002326  # [MJ/kg per Btu/lb]
_CO2_PER_C = 44.0 / 12.0
_COMPOSITION_LOW, _COMPOSITION_HIGH = 99.0, 101.0  # [%]
_HV_CARBON, _HV_HYDROGEN, _HV_SULFUR = 14_100, 61_100, 3_980  # [Btu/lb]
_UNBURNT = 14_093  # [Btu/lb]
_O2_IN_AIR, _N2_IN_AIR = 23.15, 76.85  # by mass [%]


class GasShares(TypedDict):
    """Shares by volume of a fuel gas [%]; they are taken against their sum."""

    fraction_ch4: float
    fraction_c2h6: float
    fraction_n2: float
    fraction_h2: float
    fraction_c3h8: float
    fraction_c4h10: float
    fraction_h2o: float
    fraction_co: float
    fraction_co2: float
    fraction_so2: float
    fraction_o2: float


@dataclass(frozen=True, slots=True)
class Component:
    """A gas: molar mass, weight of a volume, what burning takes and gives, heating values."""

    molar_mass: float
    weight: float
    oxygen: float
    water: float
    carbon_dioxide: float
    by_mass: float
    by_volume: float
    heat: tuple[float, ...]

    def heat_capacity(self, rankine: float) -> float:
        """Return the molar heat capacity at an absolute temperature [Btu/lbmol/degF]."""
        const, linear, root, inverse, square = self.heat
        return (
            const
            + linear * rankine
            + root / math.sqrt(rankine)
            + inverse / rankine
            + square / rankine**2
        )


class GasFuel:
    """A fuel gas of known composition.

    Parameters
    ----------
    shares : mapping
        See `GasShares`.
    rows : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.composition`` where the shares are nothing, more than everything, or do not burn.
    """

    def __init__(self, shares: Mapping[str, Any], rows: Rows) -> None:
        total = math.fsum(shares.values())
        if not 0 < total <= _COMPOSITION_HIGH:
            raise TanluError("calc.composition", found=f"{total:g}")
        known = list(rows)
        self.gases = {
            name.removeprefix("fraction_"): _component(name.removeprefix("fraction_"), known)
            for name in shares
        }
        self.shares = {
            name.removeprefix("fraction_"): share / total for name, share in shares.items()
        }
        if self.mean("by_volume") <= 0:
            raise TanluError("calc.composition", found=f"{total:g}")

    def mean(self, what: str) -> float:
        """Return the mean of a property of the components by volume."""
        return math.fsum(
            share * float(getattr(self.gases[name], what)) for name, share in self.shares.items()
        )

    def by_mass(self) -> dict[str, float]:
        """Return the shares by mass."""
        total = self.mean("weight")
        return {name: self.shares[name] * gas.weight / total for name, gas in self.gases.items()}

    def heating_value_mass(self) -> float:
        """Return the gross calorific value [Btu/lb]."""
        return math.fsum(share * self.gases[name].by_mass for name, share in self.by_mass().items())

    def air(self) -> float:
        """Return the stoichiometric air by volume of the gas."""
        return self.mean("oxygen") / 32 / _O2_BY_VOLUME

    def oxygen_of(self, excess_air: float) -> float:
        """Return the share of oxygen in the flue gas by mass, as printed, of an excess air [-]."""
        mass = self.by_mass()
        made = {
            what: math.fsum(
                float(getattr(gas, what)) * mass[name] / gas.molar_mass
                for name, gas in self.gases.items()
            )
            for what in ("oxygen", "water", "carbon_dioxide")
        }
        oxygen = made["oxygen"] * excess_air
        nitrogen = (1 - _O2_BY_MASS) / _O2_BY_MASS * (made["oxygen"] + oxygen) + mass["n2"]
        return oxygen / (made["water"] + made["carbon_dioxide"] + nitrogen + oxygen)

    def excess_air(self, oxygen: float) -> float:
        """Return the excess air [-] of a share of oxygen in the flue gas."""
        if not oxygen:
            return 0.0
        air = self.air()
        found = (air - 1) * oxygen / (2 - air * oxygen)
        if found <= 0:
            raise TanluError("calc.oxygen-air", found=f"{oxygen * 100:g}")
        return _searched(found, oxygen, self.oxygen_of)


def _searched(start: float, oxygen: float, oxygen_of: Any) -> float:
    """Return an excess air near enough to a share of oxygen, as the publication searches it."""
    found = start
    for _ in range(_STEPS):
        reached = oxygen_of(found)
        if abs((oxygen - reached) / oxygen) < _NEAR:
            break
        found += found * _STEP * (-1 if reached > oxygen else 1)
    return found


def _component(name: str, rows: Rows) -> Component:
    values = coefficients(rows, _GAS_SET, variant=name)
    molar_mass, weight, oxygen, water, carbon_dioxide, by_mass, by_volume, *heat = values
    return Component(
        molar_mass, weight, oxygen, water, carbon_dioxide, by_mass, by_volume, tuple(heat)
    )


def _shares(given: Mapping[str, Any]) -> dict[str, float]:
    return {name: given[name] for name in GasShares.__annotations__}


def gas_properties(
    *, calculator_coefficient: Rows, **shares: Unpack[GasShares]
) -> dict[str, float]:
    """Return heating values, gravity, air and CO2 of a fuel gas.

    Parameters
    ----------
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **shares
        See `GasShares`.

    Returns
    -------
    dict
        ``heating_value_gross_mass`` [Btu/lb], ``heating_value_gross`` and
        ``heating_value_net`` [Btu/ft3], ``specific_gravity``, ``ratio_air_volume`` [-],
        ``emission_factor`` on the net calorific value [kg/GJ].

    Notes
    -----
    The net value leaves out the heat of condensation of the water that burning gives.
    """
    fuel = GasFuel(_shares(shares), calculator_coefficient)
    gross = fuel.mean("by_volume")
    latent = fuel.mean("water") / _WATER * _LATENT / _MJ_PER_M3_AT
    net = gross - latent / _MJ_PER_M3_BTU
    carbon = fuel.mean("carbon_dioxide") / _MJ_PER_M3_AT
    return {
        "heating_value_gross_mass": fuel.heating_value_mass(),
        "heating_value_gross": gross,
        "heating_value_net": net,
        "specific_gravity": fuel.mean("molar_mass") / (_MOLAR_VOLUME * _AIR_DENSITY),
        "ratio_air_volume": fuel.air(),
        "emission_factor": carbon / (net * _MJ_PER_M3_BTU) * 1e3,
    }


def gas_excess_air(
    *,
    oxygen: float | None,
    excess_air: float | None,
    calculator_coefficient: Rows,
    **shares: Unpack[GasShares],
) -> dict[str, float]:
    """Return the excess air of an oxygen in the flue gas of a fuel gas, or the other way.

    Parameters
    ----------
    oxygen, excess_air : float or None
        One of them [%].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **shares
        See `GasShares`.
    """
    fuel = GasFuel(_shares(shares), calculator_coefficient)
    return _either(oxygen, excess_air, fuel.excess_air, fuel.oxygen_of)


def _either(
    oxygen: float | None, excess_air: float | None, air_of: Any, oxygen_of: Any
) -> dict[str, float]:
    if excess_air is not None and oxygen is None:
        return {"oxygen": oxygen_of(excess_air / 100) * 100, "excess_air": excess_air}
    if oxygen is None or excess_air is not None:
        raise TanluError("calc.needs-one", found="oxygen, excess_air")
    return {"oxygen": oxygen, "excess_air": air_of(oxygen / 100) * 100}


def flue_gas(
    *,
    temperature_flue: float,
    temperature_air: float,
    temperature_fuel: float,
    temperature_ambient: float,
    fraction_moisture: float,
    oxygen: float | None,
    excess_air: float | None,
    heat_flow: float | None,
    calculator_coefficient: Rows,
    **shares: Unpack[GasShares],
) -> dict[str, float | None]:
    """Return the available heat of a fuel gas and what leaves with its flue gas.

    Parameters
    ----------
    temperature_flue, temperature_air, temperature_fuel, temperature_ambient : float
        [degF].
    fraction_moisture : float
        Of the combustion air; 0 for ambient air [-].
    oxygen, excess_air : float or None
        One of them [%].
    heat_flow : float or None
        Fuel, on the gross calorific value [kW].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **shares
        See `GasShares`.

    Notes
    -----
    Available heat: fuel, air and moisture in, less water vapour from its saturation, CO2, N2
    and O2 out, against the gross calorific value.
    """
    if temperature_flue <= temperature_ambient:
        raise TanluError("calc.not-less", name="temperature_ambient", other="temperature_flue")
    fuel = GasFuel(_shares(shares), calculator_coefficient)
    told = _either(oxygen, excess_air, fuel.excess_air, fuel.oxygen_of)
    air = told["excess_air"] / 100
    mean, standard = _mean_heat(fuel, temperature_air, temperature_flue)
    slope = (standard[1] - standard[0]) / (temperature_flue - temperature_ambient)
    base = standard[1] - slope / temperature_flue
    needed = fuel.air()
    moisture = (
        (fraction_moisture - _AIR_MOISTURE) * needed * (1 + air) * _AIR_LB
        if fraction_moisture
        else 0.0
    )
    oxygen_volume = fuel.mean("oxygen") / 32
    volumes = {
        "co2": fuel.mean("carbon_dioxide") * _CO2_VOLUME,
        "h2o": fuel.mean("water") * _H2O_VOLUME,
        "o2": air * oxygen_volume,
        "n2": (1 + air) * oxygen_volume * (1 - _O2_BY_VOLUME) / _O2_BY_VOLUME,
    }
    masses = {
        "co2": fuel.mean("carbon_dioxide") * _CO2_LB,
        "h2o": fuel.mean("water") * _H2O_LB + moisture,
        "o2": volumes["o2"] * _O2_LB,
        "n2": volumes["n2"] * _N2_LB,
    }
    wet = volumes["h2o"] / math.fsum(volumes.values())
    out = masses["h2o"] * (
        saturation_enthalpy(wet) + mean["h2o"] * (temperature_flue - saturation_temperature(wet))
    ) + math.fsum(
        mean[name] * masses[name] * (temperature_flue - temperature_ambient)
        for name in ("co2", "n2", "o2")
    )
    capacity = math.fsum(masses[name] * mean[name] for name in masses) / math.fsum(masses.values())
    brought = (
        capacity * (temperature_fuel - temperature_ambient)
        + needed
        * (1 + air)
        * ((temperature_air + temperature_ambient) / 2 * slope + base)
        * (temperature_air - temperature_ambient)
        + moisture * mean["h2o"] * (temperature_flue - temperature_air)
    )
    gross = fuel.mean("by_volume")
    available = (gross + brought - out) / gross
    return _available(available, heat_flow) | told | {"ratio_air_volume": needed}


def _available(available: float, heat_flow: float | None) -> dict[str, float | None]:
    return {
        "efficiency_available": available,
        "heat_loss": None if heat_flow is None else heat_flow * (1 - available),
        "heat_flow_delivered": None if heat_flow is None else heat_flow * available,
    }


def _mean_heat(
    fuel: GasFuel, temperature_air: float, temperature_flue: float
) -> tuple[dict[str, float], tuple[float, float]]:
    """Return the mean heat capacities by mass of air and flue temperature, and those of air."""
    ends = (ZERO_FAHRENHEIT + temperature_air, ZERO_FAHRENHEIT + temperature_flue)
    round_masses = {"o2": 32.0, "n2": 28.0, "h2o": 18.0, "co2": 44.0}
    mean = {
        name: math.fsum(fuel.gases[name].heat_capacity(end) for end in ends) / 2 / mass
        for name, mass in round_masses.items()
    }
    first, last = (
        math.fsum(
            share * fuel.gases[name].heat_capacity(end) / _MEAN_AT
            for name, share in _AIR_VOLUMES.items()
        )
        / 100
        for end in ends
    )
    return mean, (first, last)


def saturation_enthalpy(share: float) -> float:
    """Return the enthalpy of saturated water vapour of a share by volume [Btu/lb]."""
    return 1096.7 * (share * 29.926) ** 0.013 if share else 0.0


def saturation_temperature(share: float) -> float:
    """Return the dew point of a share of water vapour by volume [degF]."""
    return 36.009 * math.log(share * 29.926) + 81.054 if share else 0.0


class SolidShares(TypedDict):
    """Shares by mass of a solid or liquid fuel [%]; they are taken against their sum."""

    fraction_carbon: float
    fraction_hydrogen: float
    fraction_sulfur: float
    fraction_ash: float
    fraction_oxygen: float
    fraction_water: float
    fraction_nitrogen: float


@dataclass(frozen=True, slots=True)
class SolidFuel:
    """A solid or liquid fuel, shares by mass [-]."""

    carbon: float
    hydrogen: float
    sulfur: float
    ash: float
    oxygen: float
    water: float
    moisture: float

    @classmethod
    def of(cls, shares: Mapping[str, Any], moisture: float) -> SolidFuel:
        """Return the fuel of shares against their sum; moisture is that of the air [-]."""
        total = math.fsum(shares[name] for name in SolidShares.__annotations__)
        if not 0 < total <= _COMPOSITION_HIGH:
            raise TanluError("calc.composition", found=f"{total:g}")
        names = ("carbon", "hydrogen", "sulfur", "ash", "oxygen", "water")
        known = {name: shares[f"fraction_{name}"] / total for name in names}
        return cls(moisture=moisture, **known)

    def heating_value(self) -> float:
        """Return the heating value of carbon, hydrogen and sulphur [Btu/lb]."""
        return self.carbon * _HV_CARBON + self.hydrogen * _HV_HYDROGEN + self.sulfur * _HV_SULFUR

    def oxygen_needed(self) -> float:
        """Return the stoichiometric oxygen by mass of the fuel."""
        return self.carbon * 32 / 12 + self.hydrogen * 8 + self.sulfur - self.oxygen

    def air(self) -> float:
        """Return the stoichiometric air by mass of the fuel."""
        return self.oxygen_needed() * (1 + _N2_IN_AIR / _O2_IN_AIR)

    def flue(self, excess_air: float) -> dict[str, float]:
        """Return the masses of the flue gas by mass of the fuel."""
        needed = self.oxygen_needed()
        return {
            "co2": self.carbon * 44 / 12,
            "h2o": self.hydrogen * 9 + self.water + self.moisture * self.air() * (1 + excess_air),
            "so2": self.sulfur * 2,
            "o2": needed * excess_air,
            "n2": needed * _N2_IN_AIR / _O2_IN_AIR * (1 + excess_air),
        }

    def oxygen_of(self, excess_air: float) -> float:
        """Return the share of oxygen in the flue gas by mass, as printed."""
        flue = self.flue(excess_air)
        return flue["o2"] / math.fsum(flue.values())

    def excess_air(self, oxygen: float) -> float:
        """Return the excess air [-] of a share of oxygen in the flue gas."""
        return excess_air_of(oxygen, self.oxygen_of) if oxygen else 0.0


def excess_air_of(oxygen: float, oxygen_of: Any = None) -> float:
    """Return the excess air [-] of a share of oxygen, of natural gas or searched for a fuel."""
    bottom = 2 - 9.52381 * oxygen
    if bottom <= 0:
        raise TanluError("calc.oxygen-air", found=f"{oxygen * 100:g}")
    start = 8.52381 * oxygen / bottom
    return start if oxygen_of is None else _searched(start, oxygen, oxygen_of)


def solid_properties(
    *,
    fraction_moisture_air: float,
    oxygen: float | None,
    excess_air: float | None,
    **shares: Unpack[SolidShares],
) -> dict[str, float | None]:
    """Return heating value, air and excess air of a solid or liquid fuel.

    Parameters
    ----------
    fraction_moisture_air : float
        Of the combustion air [-].
    oxygen, excess_air : float or None
        At most one of them [%].
    **shares
        See `SolidShares`.
    """
    fuel = SolidFuel.of(shares, fraction_moisture_air)
    value = fuel.heating_value()
    told: dict[str, float | None] = {"oxygen": None, "excess_air": None}
    if oxygen is not None or excess_air is not None:
        told.update(_either(oxygen, excess_air, fuel.excess_air, fuel.oxygen_of))
    net = value - _LATENT / _WATER * (fuel.hydrogen * 9 + fuel.water) / _MJ_PER_KG_BTU
    return {
        "heating_value_gross": value,
        "heating_value_net": net,
        "ratio_air_mass": fuel.air(),
        **told,
    }


def flue_solid(
    *,
    temperature_flue: float,
    temperature_air: float,
    temperature_fuel: float,
    temperature_ash: float,
    temperature_ambient: float,
    fraction_moisture_air: float,
    fraction_unburnt: float,
    oxygen: float | None,
    excess_air: float | None,
    heat_flow: float | None,
    calculator_coefficient: Rows,
    **shares: Unpack[SolidShares],
) -> dict[str, float | None]:
    """Return the available heat of a solid or liquid fuel and what leaves with its flue gas.

    Parameters
    ----------
    temperature_flue, temperature_air, temperature_fuel, temperature_ash : float
        [degF]; that of the ash [degC].
    temperature_ambient : float
        [degF].
    fraction_moisture_air, fraction_unburnt : float
        Of the combustion air, and of carbon in the ash [-].
    oxygen, excess_air : float or None
        One of them [%].
    heat_flow : float or None
        Fuel [kW].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **shares
        See `SolidShares`.
    """
    fuel = SolidFuel.of(shares, fraction_moisture_air)
    told = _either(oxygen, excess_air, fuel.excess_air, fuel.oxygen_of)
    air = told["excess_air"] / 100
    rows = list(calculator_coefficient)
    gases = {name: _component(name, rows) for name in ("co2", "h2o", "so2", "o2", "n2")}
    flue = fuel.flue(air)
    rise = temperature_flue - temperature_ambient
    at = temperature_flue + ZERO_FAHRENHEIT
    volumes = {name: mass / gases[name].weight for name, mass in flue.items()}
    saturated = saturation_enthalpy(volumes["h2o"] / math.fsum(volumes.values()))
    out = (fuel.hydrogen * 9 + fuel.water) * saturated + math.fsum(
        mass * gases[name].heat_capacity(at) / gases[name].molar_mass * rise
        for name, mass in flue.items()
    )
    capacity = 0.01788166862315 + 0.0000016704748 * temperature_air
    brought = (
        0.24 * (1 - fuel.water) * (temperature_fuel - temperature_ambient)
        + fuel.air() * (1 + air) * capacity * (temperature_air - temperature_ambient) / 0.075
        + shares["fraction_water"] * rise
    )
    ash = fuel.ash * 0.25 * (1.8 * temperature_ash + 32 - temperature_ambient)
    unburnt = _UNBURNT * fraction_unburnt * fuel.ash
    value = fuel.heating_value()
    if value <= 0:
        raise TanluError("calc.composition", found="0")
    available = (value + brought - out - ash - unburnt) / value
    return _available(available, heat_flow) | told


def heating_value_mix(
    *, fraction: Sequence[float], heating_value: Sequence[float]
) -> dict[str, float]:
    """Return the heating value of a mixture.

    Parameters
    ----------
    fraction : sequence of float
        By volume; what is missing to 1 is inert [-].
    heating_value : sequence of float
        Of each, on one basis [Btu/ft3].
    """
    if len(fraction) != len(heating_value):
        raise TanluError("calc.same-length", names="fraction, heating_value")
    if math.fsum(fraction) > _COMPOSITION_HIGH / 100:
        raise TanluError("calc.composition", found=f"{math.fsum(fraction) * 100:g}")
    return {
        "heating_value_mix": math.fsum(
            share * value for share, value in zip(fraction, heating_value, strict=True)
        )
    }


def specific_gravity(
    *, molar_mass: Sequence[float], fraction: Sequence[float] | None
) -> dict[str, Any]:
    """Return the specific gravity of gases against air, or of their mixture.

    Parameters
    ----------
    molar_mass : sequence of float
        [kg/kmol].
    fraction : sequence of float or None
        By volume [-].
    """
    scale = _MOLAR_VOLUME * _AIR_DENSITY
    if fraction is None:
        told = [mass / scale for mass in molar_mass]
        return {"specific_gravity": told[0] if len(told) == 1 else told}
    if len(fraction) != len(molar_mass):
        raise TanluError("calc.same-length", names="fraction, molar_mass")
    pairs = zip(fraction, molar_mass, strict=True)
    return {"specific_gravity": math.fsum(share * mass for share, mass in pairs) / scale}


def emission_factor(*, carbon_content: float, fraction_oxidized: float) -> dict[str, float]:
    """Return the CO2 factor of a carbon content on the net calorific value.

    Parameters
    ----------
    carbon_content : float
        [kg/GJ].
    fraction_oxidized : float
        [-].
    """
    return {"emission_factor": carbon_content * fraction_oxidized * _CO2_PER_C}


def _doubting_shares(formula: Callable[..., Mapping[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a formula that warns where the shares of its fuel do not add to about 100 %."""

    @wraps(formula)
    def told(**given: Any) -> dict[str, Any]:
        found = dict(formula(**given))
        names = SolidShares.__annotations__ | GasShares.__annotations__
        total = math.fsum(given[name] for name in names if name in given)
        if total >= _COMPOSITION_LOW:
            return found
        facts = {"found": f"{total:g}"}
        doubt = Finding("CALC_SHARES", Outcome.WARN, cell="composition", facts=facts)
        return found | {"findings": (doubt,)}

    return told


FORMULAS = {
    "combustion-carbon-factor": emission_factor,
    "combustion-gas-excess-air": _doubting_shares(gas_excess_air),
    "combustion-gas-fuel": _doubting_shares(gas_properties),
    "combustion-heating-value-mix": heating_value_mix,
    "combustion-solid-fuel": _doubting_shares(solid_properties),
    "combustion-specific-gravity": specific_gravity,
    "process-heating-flue-gas": _doubting_shares(flue_gas),
    "process-heating-flue-solid": _doubting_shares(flue_solid),
}
