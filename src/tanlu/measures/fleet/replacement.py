"""Vehicles of another energy in place of the old ones: cost of ownership, CO2, break-even."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.economics import annuity_factor, single_factor
from tanlu.measures.saving import payback_of
from tanlu.units.ratio import KG_PER_T

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = Mapping[str, Any]

DISTANCE, HOURS = "distance", "hour"


@dataclass(frozen=True, slots=True)
class _Vehicle:
    """A vehicle as it is counted, per basis (a kilometre or an hour)."""

    energy: str
    use: float
    energy_gj: float
    kwh: float | None
    co2_kg: float
    cost_energy: float
    om: float
    price: float
    residual: float

    def variable(self, price_carbon: float) -> float:
        """Cost of one basis [CNY]."""
        return self.cost_energy + self.om + price_carbon * self.co2_kg / KG_PER_T


def _truck(**given: Any) -> dict[str, Any]:
    """Return what trucks of another energy cost and save, by distance; see `_replacement`."""
    return _replacement(given, basis=DISTANCE, activity="distance_per_year")


def _forklift(**given: Any) -> dict[str, Any]:
    """Return what forklifts of another energy cost and save, by hours; see `_replacement`."""
    return _replacement(given, basis=HOURS, activity="hours")


def _replacement(given: Mapping[str, Any], *, basis: str, activity: str) -> dict[str, Any]:
    """Return cost of ownership and CO2 of old and new vehicles.

    Parameters
    ----------
    given : mapping
        The inputs of the calculator by name; what is None comes from the vehicle's row.
        ``vehicle``, ``vehicle_energy``: rows of the tables.
    basis, activity : str
        What consumption is per, and the input that holds a year's of it.

    Returns
    -------
    dict
        Per basis: ``emission_*_per`` [kg], ``tco_*_per`` [CNY]; a year, of all vehicles:
        ``energy_use_*`` [GJ/yr], ``electricity_use`` [kWh/yr], ``emission_*`` [kg/yr],
        ``om_added``, ``cost_saved`` [CNY/yr]; ``investment`` [CNY]; ``grid_factor_even``
        [kg/kWh] and ``activity_even`` at which both emit and cost the same; over the years
        held: ``emission_life_*`` [kg].
    """
    row = next(one for one in given["vehicle"] if one["id"] == given["vehicle_new"])
    years = int(row["life_years"] if given["years"] is None else given["years"])
    used = float(row["activity"] if given[activity] is None else given[activity])
    path = _path(given, years)
    old, new = (_vehicle(given, role, basis=basis, grid=path[0]) for role in ("old", "new"))
    if not used or not years:
        raise TanluError("calc.fleet-idle", found=f"{used:g}, {years}")
    count = given["count"]
    capex = count * (new.price - old.price) + (given["investment_charging"] or 0.0)
    fixed = _annual(new, given, years) - _annual(old, given, years)
    fixed += (given["investment_charging"] or 0.0) / count * _recovery(given, years)
    gain = old.variable(given["price_carbon"]) - new.variable(given["price_carbon"])
    running = count * used * gain
    lives = {
        role: sum(
            count * used * _vehicle(given, role, basis=basis, grid=grid).co2_kg for grid in path
        )
        for role in ("old", "new")
    }
    return {
        "carrier_old": old.energy,
        "carrier_new": new.energy,
        f"emission_old_per_{basis}": old.co2_kg,
        f"emission_new_per_{basis}": new.co2_kg,
        "fraction_emission_saved": 1.0 - new.co2_kg / old.co2_kg if old.co2_kg else None,
        "grid_factor_even": None if new.kwh is None or old.kwh else old.co2_kg / new.kwh,
        f"cost_old_per_{basis}": _owned(old, given, years, used),
        f"cost_new_per_{basis}": _owned(new, given, years, used)
        + (given["investment_charging"] or 0.0) / count * _recovery(given, years) / used,
        f"{activity}_even": _even(fixed, gain),
        "energy_use_old": count * used * old.energy_gj,
        "energy_use_new": count * used * new.energy_gj,
        "ratio_energy": new.energy_gj / old.energy_gj,
        "electricity_use": count * used * new.use if new.energy == "electricity" else 0.0,
        "emission_old": count * used * old.co2_kg,
        "emission_new": count * used * new.co2_kg,
        "emission_saved": count * used * (old.co2_kg - new.co2_kg),
        "emission_life_old": lives["old"],
        "emission_life_new": lives["new"],
        "investment": capex,
        "om_added": count * used * (new.om - old.om),
        "cost_saved": running,
        "payback": payback_of(capex, running) if capex > 0 else None,
        "life": float(years),
    }


def _path(given: Mapping[str, Any], years: int) -> list[float]:
    """Return the grid factor of each year held; the last one given stays."""
    found = list(given["grid_factor_path"] or [given["grid_factor"]])
    return (found + [found[-1]] * years)[:years] or found[:1]


def _vehicle(given: Mapping[str, Any], role: str, *, basis: str, grid: float) -> _Vehicle:
    row = next(one for one in given["vehicle"] if one["id"] == given[f"vehicle_{role}"])
    energy = next(one for one in given["vehicle_energy"] if one["id"] == row["energy"])
    name = str(row["energy"])
    other = "old" if role == "new" else "new"
    twin = next(one for one in given["vehicle"] if one["id"] == given[f"vehicle_{other}"])
    if twin["class"] != row["class"]:
        found = f"{given['vehicle_old']}, {given['vehicle_new']}"
        raise TanluError("calc.fleet-classes", found=found)
    written = given[f"{name}_per_{basis}"]
    if written is not None and twin["energy"] == name:
        raise TanluError("calc.fleet-same-energy", found=f"{name}_per_{basis}", energy=name)
    use = float(row["use_typical"]) if written is None else written
    kwh, factor = _grid_kwh(given, energy), energy["co2_kg"]
    if name == "lng":
        slip = given["fraction_slip"]
        factor = float(factor) * (1 - slip) + slip * given["gwp_methane"]
    elif name == "hydrogen" and given["emission_factor_hydrogen"] is not None:
        factor = given["emission_factor_hydrogen"]
    elif kwh is not None:
        factor = kwh * grid
    price = given[f"price_{name}"]
    om = given[f"om_per_{basis}_{role}"]
    bought, rest = given[f"price_vehicle_{role}"], given[f"fraction_residual_{role}"]
    return _Vehicle(
        energy=name,
        use=use,
        energy_gj=use * float(energy["ncv_gj"]),
        kwh=None if kwh is None else use * kwh,
        co2_kg=use * float(factor),
        cost_energy=use * (float(energy["price"]) if price is None else price),
        om=float(row["om"]) if om is None else om,
        price=float(row["price_typical"]) if bought is None else bought,
        residual=float(row["residual"]) if rest is None else rest,
    )


def _grid_kwh(given: Mapping[str, Any], energy: Row) -> float | None:
    """Return the grid electricity in a unit of an energy; None where its CO2 does not follow."""
    if energy["kwh_made"] is None:
        return None
    if energy["id"] == "hydrogen" and given["emission_factor_hydrogen"] is not None:
        return None
    return float(energy["kwh_made"])


def _recovery(given: Mapping[str, Any], years: int) -> float:
    """Return the capital recovery factor [1/yr]."""
    return 1 / annuity_factor(given["discount_rate"], years)


def _annual(vehicle: _Vehicle, given: Mapping[str, Any], years: int) -> float:
    """Return what owning a vehicle costs a year: price less discounted residual, as annuity."""
    left = vehicle.price * vehicle.residual * single_factor(given["discount_rate"], years)
    return (vehicle.price - left) * _recovery(given, years)


def _owned(vehicle: _Vehicle, given: Mapping[str, Any], years: int, used: float) -> float:
    """Return the cost of ownership of one basis [CNY]."""
    return vehicle.variable(given["price_carbon"]) + _annual(vehicle, given, years) / used


def _even(fixed: float, gain: float) -> float | None:
    """Return the activity a year from which the new vehicle costs less; None where it never does.

    Zero where it costs less from the first kilometre or hour.
    """
    if fixed <= 0:
        return 0.0 if gain >= 0 else None
    return fixed / gain if gain > 0 else None


FORMULAS = {
    "fleet-forklift": _forklift,
    "fleet-truck": _truck,
}
