"""What fuel saved a year is worth."""

from __future__ import annotations

from tanlu.measures.equipment.saving import cost_of, payback_of


def saved_fuel(
    fuel: float, price: float | None, investment: float | None, life: float | None
) -> dict[str, float | None]:
    """Return what a fuel saved a year is worth.

    Parameters
    ----------
    fuel : float
        Saved, net calorific value [GJ/yr] or another energy a year that the price is per.
    price : float or None
        Of that energy.
    investment : float or None
        [CNY].
    life : float or None
        [yr].

    Returns
    -------
    dict
        ``fuel_saved``, ``cost_saved`` [CNY/yr], ``investment`` [CNY], ``payback`` and ``life``
        [yr].
    """
    money = cost_of(fuel, price)
    return {
        "fuel_saved": fuel,
        "cost_saved": money,
        "investment": investment,
        "payback": payback_of(investment, money),
        "life": life,
    }
