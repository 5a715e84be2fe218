"""Heat pumps: performance, the Carnot limit, industrial heat pumps between temperatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat import boiler
from tanlu.measures.heat.temperature import crossing
from tanlu.units.ratio import KWH_PER_GJ, ZERO_CELSIUS

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows


def performance(
    *, heat_flow: float | None, power: float | None, cop: float
) -> dict[str, float | None]:
    """Return the power and the heat taken from the source at a given COP.

    Parameters
    ----------
    heat_flow : float or None
        Delivered [kW]; either it or the power.
    power : float or None
        [kW].
    cop : float
        Heat delivered per power [-].

    Raises
    ------
    TanluError
        ``calc.needs-one``; ``calc.cop-below-one``.
    """
    if (heat_flow is None) == (power is None):
        raise TanluError("calc.needs-one", found="heat_flow, power")
    if cop < 1:
        raise TanluError("calc.cop-below-one", found=f"{cop:g}")
    work = power if power is not None else (heat_flow or 0.0) / cop
    return {"power_input": work, "heat_flow_out": work * cop, "heat_flow_source": work * (cop - 1)}


def carnot(
    *, temperature_source: float, temperature_sink: float, efficiency_second_law: float
) -> dict[str, float]:
    """Return the largest COP between two temperatures and that of a share of it.

    Parameters
    ----------
    temperature_source, temperature_sink : float
        [K].
    efficiency_second_law : float
        Share of the Carnot COP reached [-].

    Raises
    ------
    TanluError
        ``calc.temperatures-cross``.
    """
    if temperature_sink <= temperature_source:
        raise crossing(
            "K", temperature_sink=temperature_sink, temperature_source=temperature_source
        )
    largest = temperature_sink / (temperature_sink - temperature_source)
    return {
        "cop_carnot": largest,
        "cop": efficiency_second_law * largest,
        "cop_cooling": temperature_source / (temperature_sink - temperature_source),
    }


def industrial(
    *,
    heat: float,
    cop: float | None,
    temperature_source: float | None,
    temperature_sink: float | None,
    temperature_difference_source: float,
    temperature_difference_sink: float,
    efficiency_second_law: float,
    hours: float,
    efficiency_boiler: float,
    emission_factor: float,
    grid_factor: float,
    scenario: str,
    price_fuel: float | None,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    scenario_path: Rows,
) -> dict[str, Any]:
    """Return what an industrial heat pump saves against a boiler.

    Parameters
    ----------
    heat : float
        Useful heat it delivers a year [GJ/yr].
    cop : float or None
        Where it is known; else it follows from the temperatures [-].
    temperature_source, temperature_sink : float or None
        Of the waste heat and of the heat wanted [K].
    temperature_difference_source, temperature_difference_sink : float
        Over the exchangers of the heat pump [K].
    efficiency_second_law : float
        Share of the Carnot COP reached [-].
    hours : float
        [h/yr].
    efficiency_boiler : float
        Of the boiler replaced, net calorific value [-].
    emission_factor : float
        Of its fuel [kg/GJ].
    grid_factor : float
        [kg/kWh].
    scenario : str
        Grid path to look for the year in.
    price_fuel, price_electricity : float or None
        [CNY/GJ], [CNY/kWh].
    investment, life : float or None
        [CNY], [yr].
    scenario_path : iterable of mapping
        Rows of the scenario table.

    Raises
    ------
    TanluError
        ``calc.no-lift``; ``calc.cop-below-one``; ``calc.cop-above-carnot``.
    """
    lift = {"cop_carnot": None, "cop": cop}
    if temperature_source is not None and temperature_sink is not None:
        if temperature_sink <= temperature_source:
            raise TanluError(
                "calc.no-lift",
                hot=f"{temperature_sink - ZERO_CELSIUS:g} °C",
                cold=f"{temperature_source - ZERO_CELSIUS:g} °C",
            )
        limit = carnot(
            temperature_source=temperature_source - temperature_difference_source,
            temperature_sink=temperature_sink + temperature_difference_sink,
            efficiency_second_law=efficiency_second_law,
        )
        lift = {"cop_carnot": limit["cop_carnot"], "cop": cop or limit["cop"]}
    reached, largest = lift["cop"], lift["cop_carnot"]
    if reached is None:
        raise TanluError("calc.needs-one", found="cop, temperature_source + temperature_sink")
    if largest is not None and reached > largest:
        raise TanluError("calc.cop-above-carnot", found=f"{reached:.3f}", allowed=f"{largest:.3f}")
    if reached < 1:
        raise TanluError("calc.cop-below-one", found=f"{reached:.3f}")
    found = boiler.replacement(
        heat=heat,
        efficiency_boiler=efficiency_boiler,
        emission_factor=emission_factor,
        efficiency_new=reached,
        grid_factor=grid_factor,
        scenario=scenario,
        price_fuel=price_fuel,
        price_electricity=price_electricity,
        investment=investment,
        om_added=None,
        life=life,
        scenario_path=scenario_path,
    )
    delivered = heat / hours * KWH_PER_GJ
    return {
        "cop_carnot": largest,
        "cop": reached,
        "heat_flow_out": delivered,
        "power_input": delivered / reached,
        "heat_flow_source": delivered * (1 - 1 / reached),
        **found,
    }


FORMULAS = {
    "heat-pump-carnot": carnot,
    "heat-pump-industrial": industrial,
    "heat-pump-performance": performance,
}
