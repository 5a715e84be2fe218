"""The formula of every calculator, by its id."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tanlu.measures import economics
from tanlu.measures.buildings import demand, retrofit
from tanlu.measures.equipment import (
    air_network,
    air_use,
    compressor,
    drive,
    driven,
    electricity,
    fan,
    fan_site,
    lighting,
    motor,
    power_factor,
    pump,
    transformer,
)
from tanlu.measures.fleet import replacement, supply
from tanlu.measures.heat import (
    boiler,
    chiller,
    cogeneration,
    exchanger,
    flue,
    fuel,
    furnace,
    furnace_loss,
    gas_use,
    heat_pump,
    insulation,
    pinch,
    steam,
    steam_saving,
)
from tanlu.measures.sector import benchmark
from tanlu.measures.solar import physics, plant, use, value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.measures.calculation.run import Formula

_AREAS = (
    air_network,
    air_use,
    benchmark,
    boiler,
    chiller,
    cogeneration,
    compressor,
    demand,
    drive,
    driven,
    economics,
    electricity,
    exchanger,
    fan,
    fan_site,
    flue,
    fuel,
    furnace,
    furnace_loss,
    gas_use,
    heat_pump,
    insulation,
    lighting,
    motor,
    physics,
    pinch,
    plant,
    power_factor,
    pump,
    replacement,
    retrofit,
    steam,
    steam_saving,
    supply,
    transformer,
    use,
    value,
)


@cache
def formulas() -> Mapping[str, Formula]:
    """Return every formula by calculator id; each area lists its own in ``FORMULAS``."""
    return {kind: formula for area in _AREAS for kind, formula in area.FORMULAS.items()}
