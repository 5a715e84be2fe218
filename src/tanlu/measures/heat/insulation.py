"""Insulation: bare and insulated pipes, tanks, surfaces, the critical radius."""

from __future__ import annotations

from math import log, pi
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients, polynomial
from tanlu.measures.saving import saved_fuel
from tanlu.units.ratio import BTU_PER_MMBTU, KJ_PER_GJ, S_PER_H, W_PER_KW, ZERO_CELSIUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.measures.equipment.coefficient import Rows

_STEFAN_PIPE = 5.670373e-8  # [W/(m2 K4)], as the suite prints it
_GRAVITY = 9.81
_SETTLED, _MOST_ROUNDS = 1e-4, 200


def by_table(
    *,
    length: Sequence[float],
    loss_per_length: Sequence[float],
    fraction_saved: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, object]:
    """Return the heat that bare lines lose by a printed table, and what insulation saves.

    Parameters
    ----------
    length : sequence of float
        Of each line [ft].
    loss_per_length : sequence of float
        Of each line, from the table [MMBtu/yr per ft].
    fraction_saved : float
        By insulation [-].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].

    Raises
    ------
    TanluError
        ``calc.lists-differ``.
    """
    if len(length) != len(loss_per_length):
        raise TanluError("calc.lists-differ", names="length, loss_per_length")
    lost = [left * right for left, right in zip(length, loss_per_length, strict=True)]
    fuel = fraction_saved * sum(lost) / efficiency
    return {
        "heat_loss_line": lost,
        "heat_loss_total": sum(lost),
        **saved_fuel(fuel, price_fuel, investment, life),
    }


def wire(
    *,
    heat_flow: float | None,
    current: float | None,
    voltage: float | None,
    length: float,
    radius_inner: float,
    radius_outer: float,
    conductivity: float,
    heat_transfer: float,
    temperature_air: float,
) -> dict[str, float]:
    """Return the temperature under a cover and the radius at which the loss is largest.

    Parameters
    ----------
    heat_flow : float or None
        [W]; or current [A] and voltage [V].
    current, voltage : float or None
        See above.
    length : float
        [m].
    radius_inner, radius_outer : float
        Of the cover [m].
    conductivity : float
        Of the cover [W/(m K)].
    heat_transfer : float
        At its surface [W/(m2 K)].
    temperature_air : float
        [degC].

    Raises
    ------
    TanluError
        ``calc.needs-one``, ``calc.diameters``.
    """
    heat = heat_flow
    if heat is None and current is not None and voltage is not None:
        heat = current * voltage
    if heat is None:
        raise TanluError("calc.needs-one", found="heat_flow, current + voltage")
    _require_wider(radius_inner, radius_outer)
    film = 1 / (heat_transfer * 2 * pi * radius_outer * length)
    layer = log(radius_outer / radius_inner) / (2 * pi * conductivity * length)
    return {
        "heat_flow_out": heat,
        "resistance_convection": film,
        "resistance_insulation": layer,
        "temperature_interface": temperature_air + heat * (film + layer),
        "temperature_surface": temperature_air + heat * film,
        "radius_critical": conductivity / heat_transfer,
    }


def _require_wider(inner: float, outer: float) -> None:
    if outer < inner:
        raise TanluError("calc.diameters", found=f"{outer:g} m", allowed=f"{inner:g} m")


def critical_radius(
    *, shape: str, conductivity: float, heat_transfer: float, radius: float
) -> dict[str, object]:
    """Return the radius up to which insulation raises the loss.

    Parameters
    ----------
    shape : str
        ``cylinder`` (k / h) or ``sphere`` (2 k / h).
    conductivity : float
        Of the insulation [W/(m K)].
    heat_transfer : float
        At the surface [W/(m2 K)].
    radius : float
        Of the bare body [m].
    """
    found = conductivity / heat_transfer * (2 if shape == "sphere" else 1)
    return {"radius_critical": found, "thickness_useless": max(0.0, found - radius)}


def surface(
    *,
    area: float,
    temperature_process: float,
    temperature_air: float,
    heat_transfer: float,
    thickness: float,
    conductivity: float,
    thickness_old: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what insulation of a flat surface saves.

    Parameters
    ----------
    area : float
        [m2].
    temperature_process, temperature_air : float
        [degC].
    heat_transfer : float
        At the surface, convection and radiation [W/(m2 K)].
    thickness, thickness_old : float
        Of the insulation after and before, 0 for bare [m].
    conductivity : float
        [W/(m K)].
    hours : float
        [h/yr].
    efficiency : float
        Of the heat supply [-].
    price_fuel : float or None
        [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].

    Raises
    ------
    TanluError
        ``calc.cold-surface``.
    """
    _require_hotter(temperature_process, temperature_air)
    difference = temperature_process - temperature_air
    flows = [
        difference / (1 / heat_transfer + layer / conductivity)
        for layer in (thickness_old, thickness)
    ]
    return {
        "temperature_surface": temperature_air + flows[1] / heat_transfer,
        **_saved([flow * area for flow in flows], hours, efficiency, price_fuel, investment, life),
    }


def _require_hotter(hot: float, cold: float) -> None:
    if hot <= cold:
        raise _not_hotter(hot, cold)


def _not_hotter(hot: float, cold: float) -> TanluError:
    """Return the error of a surface [degC] that takes heat in, or gives none."""
    return TanluError("calc.cold-surface", hot=f"{hot:.6g} °C", cold=f"{cold:.6g} °C")


def _saved(
    flows: Sequence[float],
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return losses [W] before and after and what their difference saves."""
    less = (flows[0] - flows[1]) / W_PER_KW * hours * S_PER_H / KJ_PER_GJ
    return {
        "heat_loss_old": flows[0],
        "heat_loss_new": flows[1],
        "saving": 1 - flows[1] / flows[0],
        **saved_fuel(less / efficiency, price_fuel, investment, life),
    }


def cylinder(
    *,
    diameter: float,
    thickness: float,
    conductivity: float,
    heat_transfer: float,
    length: float,
    temperature_process: float,
    temperature_air: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what insulation of a pipe saves against the bare pipe, with a given film.

    Parameters
    ----------
    diameter : float
        Outside of the pipe [m].
    thickness : float
        Of the insulation [m].
    conductivity : float
        Of the insulation [W/(m K)].
    heat_transfer : float
        At the surface, convection and radiation [W/(m2 K)].
    length : float
        [m].
    temperature_process, temperature_air : float
        [degC].
    hours, efficiency, price_fuel, investment, life
        See `surface`.
    """
    _require_hotter(temperature_process, temperature_air)
    difference = temperature_process - temperature_air
    outer = diameter + 2 * thickness
    layer = log(outer / diameter) / (2 * pi * conductivity)
    bare = difference * heat_transfer * pi * diameter
    covered = difference / (layer + 1 / (heat_transfer * pi * outer))
    return {
        "heat_loss_per_length": covered,
        "temperature_surface": temperature_air + covered / (heat_transfer * pi * outer),
        "radius_critical": conductivity / heat_transfer,
        **_saved(
            [bare * length, covered * length], hours, efficiency, price_fuel, investment, life
        ),
    }


def pipe(
    *,
    hours: float,
    length: float,
    diameter: float,
    thickness_pipe: float,
    temperature_process: float,
    temperature_air: float,
    wind: float,
    efficiency: float,
    thickness: float,
    emissivity_pipe: float,
    emissivity_jacket: float,
    coefficients_pipe: Sequence[float] | None,
    conductivity_pipe: float | None,
    coefficients_insulation: Sequence[float] | None,
    conductivity: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the heat a pipe loses in wind and still air, and what its insulation saves.

    Parameters
    ----------
    hours : float
        [h/yr].
    length, diameter, thickness_pipe : float
        Of the pipe; the diameter is the outside [m].
    temperature_process, temperature_air : float
        [K].
    wind : float
        [m/s].
    efficiency : float
        Of the heat supply [-].
    thickness : float
        Of the insulation, 0 for a bare pipe [m].
    emissivity_pipe, emissivity_jacket : float
        [-].
    coefficients_pipe, coefficients_insulation : sequence of float or None
        Conductivity as a polynomial of the temperature [K], highest power first [W/(m K)].
    conductivity_pipe, conductivity : float or None
        In their place, of pipe and insulation [W/(m K)].
    price_fuel : float or None
        [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.needs-one``, ``calc.cold-surface``, ``calc.not-settled``.
    """
    if temperature_process <= temperature_air:
        raise _not_hotter(temperature_process - ZERO_CELSIUS, temperature_air - ZERO_CELSIUS)
    wall = _conductivity(coefficients_pipe, conductivity_pipe, "conductivity_pipe")
    cover = (
        wall
        if thickness == 0
        else _conductivity(coefficients_insulation, conductivity, "conductivity")
    )
    air = {
        name: coefficients(calculator_coefficient, "air_by_kelvin", variant=name)
        for name in ("kinematic_viscosity", "conductivity", "diffusivity", "prandtl")
    }

    def settled(layer: float) -> float:
        return _settled(
            layer,
            diameter=diameter,
            wall_thickness=thickness_pipe,
            process=temperature_process,
            ambient=temperature_air,
            wind=wind,
            emissivity=emissivity_jacket if layer else emissivity_pipe,
            wall=wall,
            cover=cover,
            air=air,
        )

    bare, covered = settled(0.0), settled(thickness)
    yearly = [loss * length * hours / efficiency / W_PER_KW for loss in (bare, covered)]
    fuel = (yearly[0] - yearly[1]) * S_PER_H / KJ_PER_GJ
    return {
        "heat_loss_per_length": covered,
        "heat_loss_bare": bare,
        "heat_year": yearly[1],
        "heat_year_bare": yearly[0],
        "saving": 1 - covered / bare,
        **saved_fuel(fuel, price_fuel, investment, life),
    }


def _conductivity(given: Sequence[float] | None, constant: float | None, name: str) -> list[float]:
    """Return a conductivity as a polynomial, lowest power first."""
    if (given is None) == (constant is None):
        raise TanluError("calc.needs-one", found=f"{name}, coefficients")
    return list(given)[::-1] if given is not None else [constant or 0.0]


def _settled(
    layer: float,
    *,
    diameter: float,
    wall_thickness: float,
    process: float,
    ambient: float,
    wind: float,
    emissivity: float,
    wall: Sequence[float],
    cover: Sequence[float],
    air: dict[str, tuple[float, ...]],
) -> float:
    """Return the heat a metre of pipe loses [W/m], by rounds over its surface temperature."""
    outer = diameter + 2 * layer
    surface_k, interface = ambient + 1, process - 1
    inner = diameter - wall_thickness
    of_wall = outer * log(diameter / inner) / (2 * polynomial(wall, process))
    before = 0.0
    for _ in range(_MOST_ROUNDS):
        film = _film(outer, surface_k, ambient, wind, emissivity, air)
        middle = polynomial(cover, (surface_k + interface) / 2)
        of_cover = outer * log(outer / diameter) / (2 * middle) if layer else 0.0
        flux = (process - ambient) / (of_cover + of_wall + 1 / film)
        interface = process - flux * of_wall
        surface_k = interface - flux * of_cover
        loss = flux * pi * outer
        if abs(loss - before) < _SETTLED:
            return (loss + before) / 2
        before = loss
    raise TanluError("calc.not-settled", found=f"{before:.3g} W/m")


def _film(
    outer: float,
    surface_k: float,
    ambient: float,
    wind: float,
    emissivity: float,
    air: dict[str, tuple[float, ...]],
) -> float:
    """Return radiation and convection of a cylinder in a cross wind [W/(m2 K)].

    Nusselt numbers by Churchill and Bernstein (forced) and Churchill and Chu (free), joined by
    their fourth powers.
    """
    mean = (surface_k + ambient) / 2
    viscosity = polynomial(air["kinematic_viscosity"], mean) / 1e6
    conductivity = polynomial(air["conductivity"], mean) / 1e3
    diffusivity = polynomial(air["diffusivity"], mean) / 1e6
    prandtl = polynomial(air["prandtl"], mean)
    reynolds = wind * outer / viscosity
    rayleigh = _GRAVITY / mean * abs(surface_k - ambient) * outer**3 / (viscosity * diffusivity)
    forced = (
        0.3
        + 0.62
        * reynolds**0.5
        * prandtl ** (1 / 3)
        * (1 + (reynolds / 282000) ** 0.625) ** 0.8
        / (1 + (0.4 / prandtl) ** (2 / 3)) ** 0.25
    )
    free: float = (
        0.6 + 0.387 * rayleigh ** (1 / 6) / (1 + (0.559 / prandtl) ** 0.5625) ** (8 / 27)
    ) ** 2
    convection = (forced**4 + free**4) ** 0.25 * conductivity / outer
    radiation = emissivity * _STEFAN_PIPE * (surface_k + ambient) * (surface_k**2 + ambient**2)
    return float(radiation + convection)


def tank(
    *,
    height: float,
    diameter: float,
    temperature_process: float,
    temperature_air: float,
    thickness_old: float,
    thickness: float,
    conductivity: float,
    heat_transfer: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what insulation of a standing tank saves: its shell and its roof.

    Parameters
    ----------
    height, diameter : float
        [m].
    temperature_process, temperature_air : float
        [degC].
    thickness_old, thickness : float
        Of the insulation before and after, 0 for bare [m].
    conductivity : float
        [W/(m K)].
    heat_transfer : float
        At the surface, convection and radiation [W/(m2 K)].
    hours, efficiency, price_fuel, investment, life
        See `surface`.
    """
    _require_hotter(temperature_process, temperature_air)
    difference = temperature_process - temperature_air
    flows = []
    for layer in (thickness_old, thickness):
        outer = diameter + 2 * layer
        shell = log(outer / diameter) / (2 * pi * conductivity) + 1 / (heat_transfer * pi * outer)
        roof = pi / 4 * diameter**2 / (layer / conductivity + 1 / heat_transfer)
        flows.append(difference * (height / shell + roof))
    return _saved(flows, hours, efficiency, price_fuel, investment, life)


def thickness_economic(
    *,
    diameter: float,
    conductivity: float,
    heat_transfer: float,
    length: float,
    temperature_process: float,
    temperature_air: float,
    hours: float,
    efficiency: float,
    price_fuel: float,
    thickness_choice: Sequence[float],
    price_insulation: Sequence[float],
    years: float,
) -> dict[str, object]:
    """Return the thickness of the least cost over the years among those on offer.

    Parameters
    ----------
    diameter : float
        Outside of the pipe [m].
    conductivity, heat_transfer, length, temperature_process, temperature_air : float
        See `cylinder`.
    hours, efficiency : float
        [h/yr], [-].
    price_fuel : float
        [CNY/GJ].
    thickness_choice : sequence of float
        [m].
    price_insulation : sequence of float
        Installed, of each thickness [CNY/m].
    years : float
        Over which heat and insulation are added up, not discounted [yr].

    Raises
    ------
    TanluError
        ``calc.lists-differ``, ``calc.cold-surface``.
    """
    if len(thickness_choice) != len(price_insulation):
        raise TanluError("calc.lists-differ", names="thickness_choice, price_insulation")
    costs = []
    for layer, price in zip(thickness_choice, price_insulation, strict=True):
        found = cylinder(
            diameter=diameter,
            thickness=layer,
            conductivity=conductivity,
            heat_transfer=heat_transfer,
            length=length,
            temperature_process=temperature_process,
            temperature_air=temperature_air,
            hours=hours,
            efficiency=efficiency,
            price_fuel=price_fuel,
            investment=None,
            life=None,
        )
        heat = (found["heat_loss_new"] or 0.0) / W_PER_KW * hours * S_PER_H / KJ_PER_GJ
        costs.append(price * length + heat / efficiency * price_fuel * years)
    best = min(range(len(costs)), key=costs.__getitem__)
    return {
        "thickness": thickness_choice[best],
        "price_total": costs[best],
        "price_each": costs,
    }


def fitting(
    *,
    heat_loss_saved: float,
    count: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what removable covers of valves and fittings save, by a table of losses.

    Parameters
    ----------
    heat_loss_saved : float
        Of each, from the table [Btu/h].
    count : float
        Fittings [-].
    hours : float
        [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].
    """
    fuel = heat_loss_saved * count * hours / efficiency / BTU_PER_MMBTU
    return saved_fuel(fuel, price_fuel, investment, life)


FORMULAS = {
    "insulation-critical-radius": critical_radius,
    "insulation-cylinder": cylinder,
    "insulation-economic-thickness": thickness_economic,
    "insulation-fitting": fitting,
    "insulation-pipe": pipe,
    "insulation-surface": surface,
    "insulation-table": by_table,
    "insulation-tank": tank,
    "insulation-wire": wire,
}
