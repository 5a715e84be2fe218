"""Steam systems: properties, boiler, header, flash tank, turbine, valve, deaerator, losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat.temperature import crossing
from tanlu.measures.heat.water import CRITICAL_PRESSURE, Fluid, Water

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows


def properties(
    *,
    pressure: float,
    temperature: float | None,
    enthalpy: float | None,
    entropy: float | None,
    quality: float | None,
    if97_coefficient: Rows,
) -> dict[str, Any]:
    """Return the state of water or steam from its pressure and one further property.

    Parameters
    ----------
    pressure : float
        Absolute [MPa].
    temperature, enthalpy, entropy, quality : float or None
        One of them: [K], [kJ/kg], [kJ/(kg K)], steam fraction [-].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Returns
    -------
    dict
        Temperature, enthalpy, entropy, specific volume, density, internal energy, steam
        fraction (None outside saturation), region, and the temperature of the release's backward
        equation.
    """
    water = Water(if97_coefficient)
    found = water.state(
        pressure, temperature=temperature, enthalpy=enthalpy, entropy=entropy, quality=quality
    )
    backward = water.temperature_backward(pressure, enthalpy=enthalpy, entropy=entropy)
    return {
        "temperature_state": found.temperature,
        "enthalpy_state": found.enthalpy,
        "entropy_state": found.entropy,
        "volume_specific": found.volume,
        "density": 1 / found.volume,
        "enthalpy_internal": found.internal_energy,
        "quality_state": found.quality,
        "region": str(found.region),
        "temperature_backward": backward,
    }


def saturation(
    *, temperature: float | None, pressure: float | None, if97_coefficient: Rows
) -> dict[str, float | None]:
    """Return boiling pressure and temperature, and both saturated states.

    Parameters
    ----------
    temperature : float or None
        [K]; gives ``pressure_saturation``.
    pressure : float or None
        Absolute [MPa]; gives ``temperature_saturation``. With both, the states are those of the
        pressure.
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Returns
    -------
    dict
        Saturation pressure and temperature; enthalpy, entropy and specific volume of the liquid,
        of the steam and of evaporation.
    """
    water = Water(if97_coefficient)
    boiling = None if temperature is None else water.saturation_pressure(temperature)
    at = pressure if pressure is not None else boiling
    if at is None:
        raise TanluError("calc.steam-pair", name="saturation", found=0)
    liquid, vapour = water.saturated(at)
    parts: dict[str, float | None] = {
        "pressure_saturation": boiling if boiling is not None else pressure,
        "temperature_saturation": liquid.temperature if pressure is not None else temperature,
    }
    for out, name in (("enthalpy", "enthalpy"), ("entropy", "entropy"), ("volume", "volume")):
        low, high = float(getattr(liquid, name)), float(getattr(vapour, name))
        parts |= {f"{out}_liquid": low, f"{out}_steam": high, f"{out}_evaporation": high - low}
    return parts


def boiler(
    *,
    pressure_deaerator: float,
    efficiency: float,
    blowdown: float,
    pressure_steam: float,
    temperature_steam: float | None,
    enthalpy_steam: float | None,
    entropy_steam: float | None,
    quality_steam: float | None,
    mass_flow: float,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the heat and the fuel of a boiler.

    Parameters
    ----------
    pressure_deaerator, pressure_steam : float
        Absolute [MPa].
    efficiency : float
        Combustion efficiency [-].
    blowdown : float
        Share of the feedwater blown down [-].
    temperature_steam, enthalpy_steam, entropy_steam, quality_steam : float or None
        Of the steam; dry saturated where none is given.
    mass_flow : float
        Steam [kg/h].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Returns
    -------
    dict
        Flows [kg/h] and heat flows [kJ/h] of steam, feedwater and blowdown; ``heat_flow_boiler``
        and ``fuel_energy`` [kJ/h].
    """
    water = Water(if97_coefficient)
    pair = {
        "temperature": temperature_steam,
        "enthalpy": enthalpy_steam,
        "entropy": entropy_steam,
        "quality": quality_steam,
    }
    if all(value is None for value in pair.values()):
        pair["quality"] = 1.0
    made = water.state(pressure_steam, **pair, name="steam")
    fed = water.saturated(pressure_deaerator)[0]
    blown = water.saturated(pressure_steam)[0]
    feedwater = mass_flow / (1 - blowdown)
    lost = feedwater - mass_flow
    heat = mass_flow * made.enthalpy + lost * blown.enthalpy - feedwater * fed.enthalpy
    return {
        "temperature_out": made.temperature,
        "enthalpy_out": made.enthalpy,
        "heat_flow_steam": mass_flow * made.enthalpy,
        "mass_flow_feedwater": feedwater,
        "heat_flow_feedwater": feedwater * fed.enthalpy,
        "mass_flow_blowdown": lost,
        "heat_flow_blowdown": lost * blown.enthalpy,
        "heat_flow_boiler": heat,
        "fuel_energy": heat / efficiency,
    }


def header(
    *, pressure: float, inlets: Sequence[Mapping[str, Any]], if97_coefficient: Rows
) -> dict[str, float | None]:
    """Return the state in a header that several streams flow into.

    Parameters
    ----------
    pressure : float
        In the header, absolute [MPa].
    inlets : sequence of mapping
        Of each stream ``pressure`` [MPa], one of ``temperature``, ``enthalpy``, ``entropy`` and
        ``quality``, and ``mass_flow`` [kg/h].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.
    """
    water = Water(if97_coefficient)
    flow = sum(row["mass_flow"] for row in inlets)
    if flow <= 0:
        raise TanluError("calc.steam-no-flow", found=flow)
    energy = sum(row["mass_flow"] * _stream(water, row, i).enthalpy for i, row in enumerate(inlets))
    mixed = water.at_enthalpy(pressure, energy / flow)
    return {"mass_flow": flow, "heat_flow": energy, **_told(mixed)}


def _stream(water: Water, row: Mapping[str, Any], place: int) -> Fluid:
    names = ("temperature", "enthalpy", "entropy", "quality")
    return water.state(
        row["pressure"], **{name: row[name] for name in names}, name=f"inlets[{place}]"
    )


def _told(state: Fluid, end: str = "out") -> dict[str, float | None]:
    return {
        f"temperature_{end}": state.temperature,
        f"enthalpy_{end}": state.enthalpy,
        f"entropy_{end}": state.entropy,
        f"quality_{end}": state.quality,
    }


def flash_tank(
    *,
    pressure_in: float | None,
    temperature_in: float | None,
    enthalpy_in: float | None,
    entropy_in: float | None,
    quality_in: float | None,
    mass_flow: float,
    pressure_tank: float,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the steam and the water that a flash tank parts.

    Parameters
    ----------
    pressure_in : float or None
        Of the water fed in, absolute [MPa]; not needed with its enthalpy.
    temperature_in, enthalpy_in, entropy_in, quality_in : float or None
        One of them.
    mass_flow : float
        [kg/h].
    pressure_tank : float
        Absolute [MPa].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Returns
    -------
    dict
        Flows [kg/h] and heat flows [kJ/h]; nothing flashes below the boiling enthalpy.
    """
    water = Water(if97_coefficient)
    if enthalpy_in is not None and not any((temperature_in, entropy_in, quality_in)):
        enthalpy = enthalpy_in
    elif pressure_in is None:
        raise TanluError("calc.steam-pair", name="pressure_in", found=0)
    else:
        enthalpy = water.state(
            pressure_in,
            temperature=temperature_in,
            enthalpy=enthalpy_in,
            entropy=entropy_in,
            quality=quality_in,
            name="in",
        ).enthalpy
    liquid, vapour = water.saturated(pressure_tank)
    share = (enthalpy - liquid.enthalpy) / (vapour.enthalpy - liquid.enthalpy)
    share = min(1.0, max(0.0, share))
    steam_enthalpy = enthalpy if share == 1 else vapour.enthalpy
    water_enthalpy = enthalpy if share == 0 else liquid.enthalpy
    return {
        "heat_flow_in": mass_flow * enthalpy,
        "fraction_flash": share,
        "temperature_tank": liquid.temperature,
        "mass_flow_steam": share * mass_flow,
        "heat_flow_steam": share * mass_flow * steam_enthalpy,
        "mass_flow_water": (1 - share) * mass_flow,
        "heat_flow_water": (1 - share) * mass_flow * water_enthalpy,
    }


def turbine(
    *,
    pressure_in: float,
    temperature_in: float | None,
    enthalpy_in: float | None,
    entropy_in: float | None,
    quality_in: float | None,
    pressure_out: float,
    efficiency_isentropic: float,
    efficiency_generator: float,
    mass_flow: float | None,
    power: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the outlet and the power of a turbine of a known isentropic efficiency.

    Parameters
    ----------
    pressure_in, pressure_out : float
        Absolute [MPa].
    temperature_in, enthalpy_in, entropy_in, quality_in : float or None
        Of the steam at the inlet, one of them.
    efficiency_isentropic, efficiency_generator : float
        [-].
    mass_flow : float or None
        [kg/h]; either it or the power.
    power : float or None
        At the generator's terminals [kJ/h].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Raises
    ------
    TanluError
        ``calc.turbine-pressure``, ``calc.needs-one``, ``calc.steam-pair``.
    """
    water = Water(if97_coefficient)
    inlet = water.state(
        pressure_in,
        temperature=temperature_in,
        enthalpy=enthalpy_in,
        entropy=entropy_in,
        quality=quality_in,
        name="in",
    )
    ideal = expanded(water, inlet, pressure_out)
    outlet = water.at_enthalpy(
        pressure_out, inlet.enthalpy - efficiency_isentropic * (inlet.enthalpy - ideal.enthalpy)
    )
    told = _turbine(inlet, outlet, efficiency_generator, mass_flow, power)
    return told | {"enthalpy_ideal": ideal.enthalpy}


def turbine_efficiency(
    *,
    pressure_in: float,
    temperature_in: float | None,
    enthalpy_in: float | None,
    entropy_in: float | None,
    quality_in: float | None,
    pressure_out: float,
    temperature_out: float | None,
    enthalpy_out: float | None,
    entropy_out: float | None,
    quality_out: float | None,
    efficiency_generator: float,
    mass_flow: float | None,
    power: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the isentropic efficiency of a turbine from its inlet and outlet.

    Parameters are those of `turbine`, with a property of the outlet in place of the efficiency.

    Raises
    ------
    TanluError
        ``calc.turbine-efficiency`` where the outlet would need an efficiency outside 0 to 1.
    """
    water = Water(if97_coefficient)
    inlet = water.state(
        pressure_in,
        temperature=temperature_in,
        enthalpy=enthalpy_in,
        entropy=entropy_in,
        quality=quality_in,
        name="in",
    )
    outlet = water.state(
        pressure_out,
        temperature=temperature_out,
        enthalpy=enthalpy_out,
        entropy=entropy_out,
        quality=quality_out,
        name="out",
    )
    ideal = expanded(water, inlet, pressure_out)
    efficiency = (inlet.enthalpy - outlet.enthalpy) / (inlet.enthalpy - ideal.enthalpy)
    if not 0 < efficiency <= 1:
        raise TanluError("calc.turbine-efficiency", found=f"{efficiency:.3f}")
    told = _turbine(inlet, outlet, efficiency_generator, mass_flow, power)
    return told | {"enthalpy_ideal": ideal.enthalpy, "efficiency_isentropic": efficiency}


def expanded(water: Water, inlet: Fluid, pressure_out: float) -> Fluid:
    """Return steam expanded without loss to a lower pressure [MPa].

    Raises
    ------
    TanluError
        ``calc.turbine-pressure``.
    """
    if pressure_out >= inlet.pressure:
        raise TanluError(
            "calc.turbine-pressure",
            found=f"{pressure_out:g} MPa(a)",
            allowed=f"{inlet.pressure:g} MPa(a)",
        )
    return water.at_entropy(pressure_out, inlet.entropy)


def _turbine(
    inlet: Fluid,
    outlet: Fluid,
    efficiency_generator: float,
    mass_flow: float | None,
    power: float | None,
) -> dict[str, float | None]:
    drop = inlet.enthalpy - outlet.enthalpy
    if mass_flow is not None and power is None:
        flow = mass_flow
    elif power is not None and mass_flow is None:
        flow = power / efficiency_generator / drop
    else:
        raise TanluError("calc.needs-one", found="mass_flow, power")
    work = flow * drop
    return {
        "temperature_in_state": inlet.temperature,
        "enthalpy_in_state": inlet.enthalpy,
        "entropy_in_state": inlet.entropy,
        "heat_flow_in": flow * inlet.enthalpy,
        "temperature_out_state": outlet.temperature,
        "enthalpy_out_state": outlet.enthalpy,
        "entropy_out_state": outlet.entropy,
        "quality_out_state": outlet.quality,
        "heat_flow_out": flow * outlet.enthalpy,
        "mass_flow_steam": flow,
        "power_shaft": work,
        "power_out": work * efficiency_generator,
    }


def reducing_valve(
    *,
    pressure_in: float,
    temperature_in: float | None,
    enthalpy_in: float | None,
    entropy_in: float | None,
    quality_in: float | None,
    mass_flow: float,
    pressure_out: float,
    temperature_desuperheated: float | None,
    pressure_water: float | None,
    temperature_water: float | None,
    enthalpy_water: float | None,
    entropy_water: float | None,
    quality_water: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the steam behind a pressure reducing valve, with or without desuperheating.

    Parameters
    ----------
    pressure_in, pressure_out : float
        Absolute [MPa].
    temperature_in, enthalpy_in, entropy_in, quality_in : float or None
        Of the steam before the valve, one of them.
    mass_flow : float
        Steam before the valve [kg/h].
    temperature_desuperheated : float or None
        Wanted behind [K]; water is sprayed in to reach it.
    pressure_water, temperature_water, enthalpy_water, entropy_water, quality_water : float or None
        Of that water.
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Raises
    ------
    TanluError
        ``calc.valve-pressure``, ``calc.desuperheat``, ``calc.steam-pair``.
    """
    water = Water(if97_coefficient)
    inlet = water.state(
        pressure_in,
        temperature=temperature_in,
        enthalpy=enthalpy_in,
        entropy=entropy_in,
        quality=quality_in,
        name="in",
    )
    if pressure_out > pressure_in:
        raise TanluError(
            "calc.valve-pressure",
            found=f"{pressure_out:g} MPa(a)",
            allowed=f"{pressure_in:g} MPa(a)",
        )
    energy = mass_flow * inlet.enthalpy
    sprayed = sprayed_energy = 0.0
    outlet = water.at_enthalpy(pressure_out, inlet.enthalpy)
    if temperature_desuperheated is not None:
        cooled = water.at_temperature(pressure_out, temperature_desuperheated)
        if pressure_water is None:
            raise TanluError("calc.steam-pair", name="pressure_water", found=0)
        spray = water.state(
            pressure_water,
            temperature=temperature_water,
            enthalpy=enthalpy_water,
            entropy=entropy_water,
            quality=quality_water,
            name="water",
        )
        if not spray.enthalpy < cooled.enthalpy <= inlet.enthalpy:
            raise TanluError(
                "calc.desuperheat",
                found=f"{temperature_desuperheated:.2f} K",
                allowed=f"{outlet.temperature:.2f} K",
            )
        share = (inlet.enthalpy - cooled.enthalpy) / (cooled.enthalpy - spray.enthalpy)
        sprayed, sprayed_energy = mass_flow * share, mass_flow * share * spray.enthalpy
        outlet = cooled
    return {
        "enthalpy_in_state": inlet.enthalpy,
        "heat_flow_in": energy,
        "mass_flow_water": sprayed,
        "heat_flow_water": sprayed_energy,
        "mass_flow_out": mass_flow + sprayed,
        "heat_flow_out": energy + sprayed_energy,
        "superheat": _superheat(water, outlet),
        **_told(outlet),
    }


def _superheat(water: Water, state: Fluid) -> float | None:
    if state.pressure >= CRITICAL_PRESSURE:
        return None
    return max(0.0, state.temperature - water.saturation_temperature(state.pressure))


def deaerator(
    *,
    pressure_deaerator: float,
    vent: float,
    mass_flow_feedwater: float,
    pressure_water: float,
    temperature_water: float | None,
    enthalpy_water: float | None,
    entropy_water: float | None,
    quality_water: float | None,
    pressure_steam: float,
    temperature_steam: float | None,
    enthalpy_steam: float | None,
    entropy_steam: float | None,
    quality_steam: float | None,
    if97_coefficient: Rows,
) -> dict[str, float]:
    """Return the steam a deaerator takes to bring water to its boiling point.

    Parameters
    ----------
    pressure_deaerator, pressure_water, pressure_steam : float
        Absolute [MPa].
    vent : float
        Steam vented as a share of the feedwater [-].
    mass_flow_feedwater : float
        Out of the deaerator [kg/h].
    temperature_water, enthalpy_water, entropy_water, quality_water : float or None
        Of the water fed in, one of them.
    temperature_steam, enthalpy_steam, entropy_steam, quality_steam : float or None
        Of the steam fed in, one of them.
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Raises
    ------
    TanluError
        ``calc.deaerator`` where steam is too cold or water too hot for the balance.
    """
    water = Water(if97_coefficient)
    fed = water.state(
        pressure_water,
        temperature=temperature_water,
        enthalpy=enthalpy_water,
        entropy=entropy_water,
        quality=quality_water,
        name="water",
    )
    heating = water.state(
        pressure_steam,
        temperature=temperature_steam,
        enthalpy=enthalpy_steam,
        entropy=entropy_steam,
        quality=quality_steam,
        name="steam",
    )
    out, vented = water.saturated(pressure_deaerator)
    vent_flow = vent * mass_flow_feedwater
    total = mass_flow_feedwater + vent_flow
    energy = mass_flow_feedwater * out.enthalpy + vent_flow * vented.enthalpy
    steam_flow = (energy - total * fed.enthalpy) / (heating.enthalpy - fed.enthalpy)
    if heating.enthalpy <= out.enthalpy or not 0 <= steam_flow <= total:
        raise TanluError("calc.deaerator", found=f"{steam_flow:.1f} kg/h")
    return {
        "heat_flow_feedwater": mass_flow_feedwater * out.enthalpy,
        "temperature_feedwater": out.temperature,
        "mass_flow_vent": vent_flow,
        "heat_flow_vent": vent_flow * vented.enthalpy,
        "mass_flow_water": total - steam_flow,
        "heat_flow_water": (total - steam_flow) * fed.enthalpy,
        "mass_flow_steam": steam_flow,
        "heat_flow_steam": steam_flow * heating.enthalpy,
    }


def heat_loss(
    *,
    pressure_in: float,
    temperature_in: float | None,
    enthalpy_in: float | None,
    entropy_in: float | None,
    quality_in: float | None,
    mass_flow: float,
    fraction_lost: float,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what is left of a steam flow that loses a share of its heat on the way.

    Parameters
    ----------
    pressure_in : float
        Absolute [MPa]; the pressure is taken as unchanged.
    temperature_in, enthalpy_in, entropy_in, quality_in : float or None
        One of them.
    mass_flow : float
        [kg/h].
    fraction_lost : float
        Of the heat flow counted from water at the triple point [-].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.
    """
    water = Water(if97_coefficient)
    inlet = water.state(
        pressure_in,
        temperature=temperature_in,
        enthalpy=enthalpy_in,
        entropy=entropy_in,
        quality=quality_in,
        name="in",
    )
    outlet = water.at_enthalpy(pressure_in, inlet.enthalpy * (1 - fraction_lost))
    energy = mass_flow * inlet.enthalpy
    return {
        "heat_flow_in": energy,
        "heat_flow_out": energy * (1 - fraction_lost),
        "heat_loss": energy * fraction_lost,
        "mass_flow_out": mass_flow,
        **_told(outlet),
    }


def exchanger(
    *,
    pressure_hot: float,
    temperature_hot: float,
    mass_flow_hot: float,
    pressure_cold: float,
    temperature_cold: float,
    mass_flow_cold: float,
    temperature_difference_approach: float,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the outlets of an exchanger of water or steam with a given approach.

    Parameters
    ----------
    pressure_hot, pressure_cold : float
        Absolute [MPa].
    temperature_hot, temperature_cold : float
        At the inlets [K].
    mass_flow_hot, mass_flow_cold : float
        [kg/h].
    temperature_difference_approach : float
        Smallest difference at either end [K].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Raises
    ------
    TanluError
        ``calc.temperatures-cross`` where the hot stream is not hotter by the approach.
    """
    if temperature_hot - temperature_cold <= temperature_difference_approach:
        wanted = {
            "temperature_hot": temperature_hot,
            "temperature_cold + temperature_difference_approach": temperature_cold
            + temperature_difference_approach,
        }
        raise crossing("K", **wanted)
    water = Water(if97_coefficient)
    hot = water.at_temperature(pressure_hot, temperature_hot)
    cold = water.at_temperature(pressure_cold, temperature_cold)
    coldest = water.at_temperature(pressure_hot, temperature_cold + temperature_difference_approach)
    hottest = water.at_temperature(pressure_cold, temperature_hot - temperature_difference_approach)
    duty = min(
        mass_flow_hot * (hot.enthalpy - coldest.enthalpy),
        mass_flow_cold * (hottest.enthalpy - cold.enthalpy),
    )
    hot_out = water.at_enthalpy(pressure_hot, hot.enthalpy - duty / mass_flow_hot)
    cold_out = water.at_enthalpy(pressure_cold, cold.enthalpy + duty / mass_flow_cold)
    return {"duty": duty, **_told(hot_out, "hot_out"), **_told(cold_out, "cold_out")}


FORMULAS = {
    "steam-boiler": boiler,
    "steam-deaerator": deaerator,
    "steam-flash-tank": flash_tank,
    "steam-header": header,
    "steam-heat-exchanger": exchanger,
    "steam-heat-loss": heat_loss,
    "steam-properties": properties,
    "steam-reducing-valve": reducing_valve,
    "steam-saturation": saturation,
    "steam-turbine": turbine,
    "steam-turbine-efficiency": turbine_efficiency,
}
