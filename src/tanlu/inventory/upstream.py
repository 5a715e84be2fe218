"""Scope 3 category 3: supply of fuels and purchased energy, and losses of the grid."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.inventory.figures import UPSTREAM_CATEGORY
from tanlu.inventory.model import Amount
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from tanlu.factors.model import Item
    from tanlu.inventory.model import Part


class UpstreamPart(StrEnum):
    """The parts of category 3."""

    FUELS = "fuels"
    ELECTRICITY = "electricity"
    HEAT = "heat"


_PART_OF = {
    "combustion": UpstreamPart.FUELS,
    "mobile": UpstreamPart.FUELS,
    "electricity": UpstreamPart.ELECTRICITY,
    "heat": UpstreamPart.HEAT,
}


def grid_loss_kg(kwh: Fraction, kg_per_kwh: Fraction, *, loss_fraction: Fraction) -> Fraction:
    """Return the emissions of the electricity lost on its way [kgCO2e] (rule M-48).

    Parameters
    ----------
    kwh : Fraction
        Electricity delivered [kWh].
    kg_per_kwh : Fraction
        Emissions of generation [kg/kWh].
    loss_fraction : Fraction
        Losses over generation, 0 to below 1.

    Returns
    -------
    Fraction
        ``kWh * f / (1 - f) * EF``: what was generated beyond what arrived.

    Raises
    ------
    TanluError
        ``inventory.not-a-fraction`` if the loss is not in [0, 1).
    """
    if not 0 <= loss_fraction < 1:
        raise TanluError("inventory.not-a-fraction", name="loss", found=float(loss_fraction))
    return kwh * loss_fraction / (1 - loss_fraction) * kg_per_kwh


def split_upstream(parts: Iterable[Part], items: Mapping[str, Item]) -> dict[UpstreamPart, Amount]:
    """Split category 3 into fuels, electricity and heat (rule M-48).

    Parameters
    ----------
    parts : iterable of Part
        Parts of an inventory; those of category 3 of known energy items count.
    items : Mapping[str, Item]
        Items by id.

    Returns
    -------
    dict of UpstreamPart to Amount
        Those that have rows.
    """
    split: dict[UpstreamPart, Amount] = {}
    for part in parts:
        item = items.get(part.item)
        if part.scope == 0 or part.category != UPSTREAM_CATEGORY or item is None:
            continue
        name = _PART_OF.get(item.category)
        if name is not None:
            split[name] = _add(split.get(name), part.amounts.location)
    return split


def _add(first: Amount | None, second: Amount) -> Amount:
    if first is None:
        return second
    known = [mg for mg in (first.co2e_mg, second.co2e_mg) if mg is not None]
    return Amount(
        sum(known) if known else None,
        n=first.n + second.n,
        n_ok=first.n_ok + second.n_ok,
    )
