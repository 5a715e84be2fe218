"""What a power or an energy costs a year, and what less of it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable


def cost_of(energy: float, price: float | None) -> float | None:
    """Return the money of an energy a year; None without a price."""
    return None if price is None else energy * price


def cost_of_all(parts: Iterable[float | None]) -> float | None:
    """Return the sum of several costs; None where one of them is unknown."""
    known = list(parts)
    if any(part is None for part in known):
        return None
    return sum(part for part in known if part is not None)


def unpriced(**prices: float | None) -> tuple[Finding, ...]:
    """Return which prices a sum lacks; nothing where all or none are given."""
    lacking = [name for name, price in prices.items() if price is None]
    if len(lacking) in (0, len(prices)):
        return ()
    return tuple(
        Finding("CALC_PRICE_MISSING", Outcome.WARN, cell=name, facts={"name": name})
        for name in lacking
    )


def yearly(power: float, hours: float, price: float | None) -> dict[str, float | None]:
    """Return ``energy_use`` [kWh/yr] and ``energy_cost`` [CNY/yr] of a power [kW]."""
    energy = power * hours
    return {"energy_use": energy, "energy_cost": cost_of(energy, price)}


def payback_of(investment: float | None, cost_saved: float | None) -> float | None:
    """Return the simple payback [yr]; None where nothing is known or nothing is saved."""
    if investment is None or cost_saved is None or cost_saved <= 0:
        return None
    return investment / cost_saved


def saved_money(
    cost_saved: float | None, investment: float | None, life: float | None
) -> dict[str, float | None]:
    """Return what money saved a year is worth.

    Parameters
    ----------
    cost_saved : float or None
        [CNY/yr].
    investment : float or None
        [CNY].
    life : float or None
        [yr].

    Returns
    -------
    dict
        ``cost_saved`` [CNY/yr], ``investment`` [CNY], ``payback`` and ``life`` [yr].
    """
    return {
        "cost_saved": cost_saved,
        "investment": investment,
        "payback": payback_of(investment, cost_saved),
        "life": life,
    }


def saved_energy(
    energy: float, price: float | None, investment: float | None, life: float | None
) -> dict[str, float | None]:
    """Return ``energy_saved`` [kWh/yr] and what it is worth at a price [CNY/kWh]: `saved_money`."""
    return {"energy_saved": energy, **saved_money(cost_of(energy, price), investment, life)}


def energy_after(
    before: float, after: float, price: float | None, investment: float | None, life: float | None
) -> dict[str, float | None]:
    """Return the electricity of a year [kWh/yr] before and after, and what the change saves.

    Returns
    -------
    dict
        ``energy_use``, ``energy_use_after``, ``saving`` as a share of it [-] and what
        `saved_energy` returns.
    """
    return {
        "energy_use": before,
        "energy_use_after": after,
        "saving": (before - after) / before if before else None,
        **saved_energy(before - after, price, investment, life),
    }


def saved_fuel(
    fuel: float, price: float | None, investment: float | None, life: float | None
) -> dict[str, float | None]:
    """Return ``fuel_saved`` and what it is worth: `saved_money`.

    Parameters
    ----------
    fuel : float
        Saved, net calorific value [GJ/yr] or another energy a year that the price is per.
    price : float or None
        Of that energy.
    investment, life : float or None
        [CNY], [yr].
    """
    return {"fuel_saved": fuel, **saved_money(cost_of(fuel, price), investment, life)}


def saved_power(
    power: float,
    hours: float,
    price: float | None,
    *,
    investment: float | None = None,
    life: float | None = None,
) -> dict[str, float | None]:
    """Return ``power_saved`` [kW] over the hours of a year and what `saved_energy` returns."""
    return {"power_saved": power, **saved_energy(power * hours, price, investment, life)}
