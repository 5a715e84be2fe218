"""What is done to a building: envelope, windows, heating source, lighting, several at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.saving import cost_of, saved_energy, saved_money
from tanlu.units.ratio import HOURS_PER_DAY, KG_PER_T, W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def insulation(
    *,
    area: float,
    heat_transfer_old: float,
    heat_transfer_new: float | None,
    thickness: float | None,
    conductivity: float | None,
    degree_days: float,
    efficiency: float,
    carrier: str,
    price_energy: float | None,
    emission_factor_energy: float | None,
    price_installation: float | None,
    life: float,
) -> dict[str, Any]:
    """Return what a better wall, roof or window saves by degree days.

    Parameters
    ----------
    area : float
        [m2].
    heat_transfer_old, heat_transfer_new : float or None
        U-value before and after [W/m2/K]; after, else from the insulation added.
    thickness, conductivity : float or None
        Of the insulation added [m], [W/m/K].
    degree_days : float
        Heating [K d].
    efficiency : float
        Of the heating plant [-].
    carrier : str
        What it takes.
    price_energy, emission_factor_energy : float or None
        Of what the plant takes [CNY/kWh], [kg/kWh].
    price_installation : float or None
        [CNY/m2].
    life : float
        [yr].

    Returns
    -------
    dict
        ``heat_transfer_new``; ``heat_saved``, ``energy_saved`` and the same by carrier
        [kWh/yr]; ``cost_saved``,
        ``emission`` avoided [kg/yr]; ``investment``, ``payback``, ``life``.

    Raises
    ------
    TanluError
        ``calc.needs-one`` where the U-value after is told twice or not at all.
    """
    added = thickness is not None and conductivity is not None
    if (heat_transfer_new is None) != added:
        raise TanluError("calc.needs-one", found="heat_transfer_new, thickness + conductivity")
    after = heat_transfer_new
    if after is None:
        after = 1 / (1 / heat_transfer_old + (thickness or 0.0) / (conductivity or math.inf))
    lost = area * degree_days * HOURS_PER_DAY / W_PER_KW
    heat = lost * (heat_transfer_old - after)
    saved = heat / efficiency
    spent = cost_of(area, price_installation)
    return {
        "heat_transfer_new": after,
        "heat_saved": heat,
        "energy_saved": saved,
        **_by_carrier(carrier, saved),
        "emission": None if emission_factor_energy is None else saved * emission_factor_energy,
        **saved_money(cost_of(saved, price_energy), spent, life),
    }


def heating_source(*, heat: float, options: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return energy, cost and emissions of ways to make the same heat.

    Parameters
    ----------
    heat : float
        Delivered [kWh/yr].
    options : sequence of mapping
        ``name``; ``efficiency`` (boiler, heat exchanger) or seasonal performance of a heat pump
        [-]; ``fraction_solar`` of the heat from collectors [-]; ``price_energy`` [CNY/kWh],
        ``emission_factor_energy`` [kg/kWh], ``investment`` [CNY], ``life`` [yr], ``om`` [CNY/yr].

    Returns
    -------
    dict
        In the order of the options: ``energy_use`` [kWh/yr], ``energy_cost`` [CNY/yr],
        ``emission`` [t/yr], ``cost_total`` with upkeep and investment over life [CNY/yr];
        ``cheapest`` and ``cleanest`` by name.
    """
    use = [heat * (1 - o["fraction_solar"]) / o["efficiency"] for o in options]
    cost = [u * o["price_energy"] for u, o in zip(use, options, strict=True)]
    emission = [
        u * o["emission_factor_energy"] / KG_PER_T for u, o in zip(use, options, strict=True)
    ]
    total = [c + o["om"] + o["investment"] / o["life"] for c, o in zip(cost, options, strict=True)]
    names = [str(o["name"]) for o in options]
    return {
        "energy_use": use,
        "energy_cost": cost,
        "emission": emission,
        "cost_total": total,
        "cheapest": names[total.index(min(total))],
        "cleanest": names[emission.index(min(emission))],
    }


def seasonal_performance(*, bins: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the seasonal performance of a heat pump from its hours by outdoor temperature.

    Parameters
    ----------
    bins : sequence of mapping
        ``hours`` [h/yr], ``power_heat`` asked for [kW], ``cop`` at that temperature [-],
        ``power_pump`` the most it gives [kW]; the rest is direct electricity.

    Returns
    -------
    dict
        ``heat``, ``energy_use``, ``energy_direct`` [kWh/yr], ``cop`` of the season [-].
    """
    heat = sum(b["hours"] * b["power_heat"] for b in bins)
    direct = sum(
        b["hours"] * max(b["power_heat"] - (b["power_pump"] or math.inf), 0.0) for b in bins
    )
    pumped = sum(
        b["hours"] * min(b["power_heat"], b["power_pump"] or math.inf) / b["cop"] for b in bins
    )
    return {
        "heat": heat,
        "energy_use": pumped + direct,
        "energy_direct": direct,
        "cop": heat / (pumped + direct),
    }


def solar_heat(
    *, area: float, irradiation: float, efficiency: float, fraction_used: float, heat: float
) -> dict[str, Any]:
    """Return what collectors give to a yearly need for heat.

    Parameters
    ----------
    area : float
        Of the collectors [m2].
    irradiation : float
        On their plane [kWh/m2/yr].
    efficiency, fraction_used : float
        Mean of the year, and share of their heat that is wanted when it comes [-].
    heat : float
        Needed [kWh/yr].

    Returns
    -------
    dict
        ``energy`` used [kWh/yr], ``fraction_solar`` of the need [-].
    """
    used = min(area * irradiation * efficiency * fraction_used, heat)
    return {"energy": used, "fraction_solar": used / heat if heat else None}


def lighting_density(
    *,
    area: float,
    density_old: float,
    density_new: float,
    hours: float,
    fraction_control: float,
    price_electricity: float | None,
    investment: float | None,
    life: float,
) -> dict[str, Any]:
    """Return what lighting of less power per area, and controls, save.

    Parameters
    ----------
    area : float
        [m2].
    density_old, density_new : float
        Power per area [W/m2].
    hours : float
        [h/yr].
    fraction_control : float
        Of the hours that sensors and daylight save after the change [-].
    price_electricity, investment : float or None
        [CNY/kWh], [CNY].
    life : float
        [yr].

    Returns
    -------
    dict
        ``energy_old``, ``energy_new``, ``energy_saved`` [kWh/yr], ``cost_saved`` [CNY/yr],
        ``payback``, ``investment``, ``life``.
    """
    old = area * density_old * hours / W_PER_KW
    new = area * density_new * hours * (1 - fraction_control) / W_PER_KW
    return {
        "energy_old": old,
        "energy_new": new,
        **saved_energy(old - new, price_electricity, investment, life),
    }


def package(
    *,
    energy: float,
    measures: Sequence[Mapping[str, Any]],
    carrier: str,
    price_energy: float | None,
    life: float,
) -> dict[str, Any]:
    """Return what several measures on the same energy save together: what is left multiplies.

    Parameters
    ----------
    energy : float
        Before [kWh/yr].
    measures : sequence of mapping
        ``name``, ``saving`` alone [-], ``investment`` [CNY], in the order of doing.
    carrier : str
        What the energy is.
    life : float
        Of the whole [yr].
    price_energy : float or None
        [CNY/kWh].

    Returns
    -------
    dict
        ``saving`` together and ``saving_sum`` if they added [-]; ``energy_saved`` and the same by
        carrier [kWh/yr];
        ``energy_step`` what each adds in its turn; ``investment``, ``cost_saved``, ``payback``.
    """
    left, steps = energy, []
    for measure in measures:
        steps.append(left * measure["saving"])
        left -= steps[-1]
    spent = sum(measure["investment"] for measure in measures)
    saved = energy - left
    return {
        "saving": saved / energy,
        "saving_sum": sum(measure["saving"] for measure in measures),
        "energy_saved": saved,
        **_by_carrier(carrier, saved),
        "energy_step": steps,
        **saved_money(cost_of(saved, price_energy), spent, life),
    }


def _by_carrier(carrier: str, saved: float) -> dict[str, float]:
    """Return what is saved of each carrier; the others save nothing."""
    return {
        name: saved if carrier == one else 0.0
        for name, one in (
            ("energy_saved_electricity", "electricity"),
            ("energy_saved_gas", "natural_gas"),
            ("energy_saved_heat", "heat"),
        )
    }


FORMULAS = {
    "building-heating-source": heating_source,
    "building-insulation": insulation,
    "building-lighting": lighting_density,
    "building-package": package,
    "building-seasonal-performance": seasonal_performance,
    "building-solar-heat": solar_heat,
}
