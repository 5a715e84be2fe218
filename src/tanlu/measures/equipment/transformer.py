"""Transformers: losses over the load, the load of best efficiency, replacement."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.saving import cost_of, saved_power
from tanlu.units.ratio import W_PER_KW

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows


def losses(
    *,
    power_rated: float,
    loss_no_load: float,
    loss_load: float,
    load_factor: float,
    power_factor: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return the losses of a transformer and its load of best efficiency.

    Parameters
    ----------
    power_rated : float
        [kVA].
    loss_no_load, loss_load : float
        P0, and Pk at rated current [W].
    load_factor : float
        Root mean square of the load over the rated power [-].
    power_factor : float
        Of the load [-].
    hours : float
        Energised [h/yr].
    price_electricity : float or None
        [CNY/kWh].

    Returns
    -------
    dict
        ``load_factor_best`` = sqrt(P0/Pk), ``loss_rated`` = P0 + Pk [W], ``percent_load`` and
        ``percent_no_load`` of them, ``loss`` at the load [W], ``efficiency`` there,
        ``energy_loss`` [kWh/yr], ``energy_cost`` [CNY/yr].
    """
    rated_w = power_rated * W_PER_KW
    loss = _loss(loss_no_load, loss_load, load_factor)
    passed = rated_w * load_factor * power_factor
    energy = loss * hours / W_PER_KW
    return {
        "load_factor_best": math.sqrt(loss_no_load / loss_load),
        "loss_rated": loss_no_load + loss_load,
        "percent_load": 100 * loss_load / rated_w,
        "percent_no_load": 100 * loss_no_load / (rated_w + loss_no_load + loss_load),
        "loss": loss,
        "efficiency": passed / (passed + loss) if passed else None,
        "energy_loss": energy,
        "energy_cost": cost_of(energy, price_electricity),
    }


def _loss(no_load: float, load: float, factor: float) -> float:
    return no_load + load * factor**2


def replacement(
    *,
    power_rated: float | None,
    loss_no_load_old: float | None,
    loss_load_old: float | None,
    grade_old: str | None,
    loss_no_load_new: float | None,
    loss_load_new: float | None,
    grade_new: str | None,
    load_factor: float,
    count: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what transformers of less loss save.

    Parameters
    ----------
    power_rated : float or None
        For the losses of a grade [kVA].
    loss_no_load_old, loss_load_old, loss_no_load_new, loss_load_new : float or None
        [W]; those of the grade where they are not given.
    grade_old, grade_new : str or None
        A variant of the table of losses.
    load_factor : float
        Root mean square over the year [-].
    count, hours, price_electricity, investment, life
        [-], [h/yr], [CNY/kWh], [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``loss_old`` and ``loss_new`` of one at the load [W], ``ratio_no_load`` of the no-load
        losses and what `saved_power` returns.

    Raises
    ------
    TanluError
        ``calc.needs-one`` when neither losses nor grade are given, ``calc.no-curve`` when the
        grade has no transformer of that size.
    """

    def of(
        no_load: float | None, load: float | None, grade: str | None, which: str
    ) -> tuple[float, float]:
        if no_load is not None and load is not None:
            return no_load, load
        if grade is None or power_rated is None:
            found = f"loss_no_load_{which} + loss_load_{which}, grade_{which} + power_rated"
            raise TanluError("calc.needs-one", found=found)
        given = coefficients(
            calculator_coefficient, "transformer_loss", variant=grade, at=power_rated
        )
        return given[0], given[1]

    old = of(loss_no_load_old, loss_load_old, grade_old, "old")
    new = of(loss_no_load_new, loss_load_new, grade_new, "new")
    before, after = _loss(*old, load_factor), _loss(*new, load_factor)
    return {
        "loss_old": before,
        "loss_new": after,
        "ratio_no_load": new[0] / old[0] if old[0] else None,
        "energy_use": before * count * hours / W_PER_KW,
        **saved_power(
            (before - after) * count / W_PER_KW,
            hours,
            price_electricity,
            investment=investment,
            life=life,
        ),
    }


FORMULAS = {"transformer-loss": losses, "transformer-replacement": replacement}
