"""Read the intermediate products of a case and the slices of its year."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.node import exact
from tanlu.roadmap.problem import Product, Slice
from tanlu.units.energy import mwh_per

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.node import Node

MWH = "MWh"
ENERGY_STEP = Fraction(1, 1000)  # of a MWh: 1 kWh
MATERIAL_STEP = Fraction(1, 10**6)
SLIP = Fraction(1, 1000)  # a stated energy may be rounded, not another unit's
ANY = "any"  # a demand that may be served at any time of the year


def read_energy(node: Node, unit: str) -> Fraction | None:
    """Return the energy of a unit [MWh]: stated, or the unit's own; None of a material."""
    energy = mwh_per(unit)
    if not node.has("mwh_per_unit"):
        return energy
    given = node.above_zero("mwh_per_unit")
    if energy is not None and abs(given - energy) > energy * SLIP:
        facts = {"found": float(given), "unit": unit, "expected": float(energy)}
        node.faults.add("CASE_UNIT_ENERGY", node.at("mwh_per_unit"), **facts)
    return given


def step_of(unit: str) -> Fraction:
    """Return the step to which amounts in a unit are rounded."""
    return ENERGY_STEP if unit == MWH else MATERIAL_STEP


def read_product(node: Node) -> Product:
    """Return an intermediate product."""
    unit = node.text("unit", MWH)
    has_margin = node.has("reserve_margin")
    product = Product(
        id=node.text("id"),
        unit=unit,
        mwh_per_unit=read_energy(node, unit),
        quantum=node.above_zero("quantum", step_of(unit)),
        is_storable=node.flag("storable", default=False),
        reserve_margin=node.series("reserve_margin", least=0) if has_margin else None,
    )
    node.text("name", "")
    node.close()
    return product


def read_slices(top: Node) -> tuple[Slice, ...]:
    """Return the slices of the year, sorted by id; their shares add up to one."""
    found = []
    for node in top.nodes("slices"):
        found.append(Slice(node.text("id"), node.above_zero("share")))
        node.close()
    total = sum((one.share for one in found), Fraction(0))
    if found and total != 1:
        top.faults.add("CASE_SHARES_SUM", "slices", found=float(total))
    return tuple(sorted(found, key=lambda one: one.id))


def read_profile(node: Node, slices: Sequence[Slice]) -> tuple[Fraction, ...]:
    """Return the share of a demand in each slice: even where none is given, empty for any time."""
    if not node.has("profile"):
        return tuple(one.share for one in slices)
    if node.data["profile"] == ANY and slices:
        return ()
    shares = _by_slice(node, "profile", slices)
    if shares is None:
        return tuple(one.share for one in slices)
    if sum(shares) != 1:
        node.faults.add("CASE_SHARES_SUM", node.at("profile"), found=float(sum(shares)))
    return shares


def read_factors(node: Node, slices: Sequence[Slice]) -> tuple[Fraction, ...]:
    """Return the factor on a price in each slice, empty where it is one price all year."""
    if not node.has("price_factor"):
        return ()
    return _by_slice(node, "price_factor", slices) or ()


def read_availability(node: Node, slices: Sequence[Slice]) -> tuple[Fraction, ...]:
    """Return the share of a capacity that can be used in each slice; one without slices."""
    if not node.has("availability"):
        return (Fraction(1),) * max(len(slices), 1)
    single = exact(node.data["availability"])
    if single is not None:
        return (node.share("availability", 1),) * max(len(slices), 1)
    shares = _by_slice(node, "availability", slices)
    if shares is None:
        return (Fraction(1),) * max(len(slices), 1)
    if max(shares) > 1:
        node.faults.add("CASE_SHARE", node.at("availability"), found=float(max(shares)))
    return shares


def _by_slice(node: Node, key: str, slices: Sequence[Slice]) -> tuple[Fraction, ...] | None:
    """Return a number for each slice; None where an object does not name them one and all."""
    inner = node.node(key)
    names = {one.id for one in slices}
    if not names or set(inner.data) != names:
        other = ", ".join(sorted(set(inner.data) ^ names)) or "-"
        facts = {"found": other, "slices": ", ".join(sorted(names)) or "-"}
        node.faults.add("CASE_SLICES", node.at(key), **facts)
        return None
    return tuple(inner.positive(one.id) for one in slices)
