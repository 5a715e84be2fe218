"""Read the technologies of a case, with what of them is there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.case_plant import read_learned, read_paths, read_ratio
from tanlu.roadmap.case_products import read_availability
from tanlu.roadmap.problem import Cohort, Technology

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.roadmap.node import Node
    from tanlu.roadmap.problem import Carrier, EndUse, Product, Series, Site, Slice


@dataclass(frozen=True, slots=True)
class Plant:
    """What technologies refer to."""

    carriers: Mapping[str, Carrier | Product]
    end_uses: Mapping[str, EndUse]
    products: Mapping[str, Product]
    sites: Mapping[str, Site]
    slices: Sequence[Slice]


def read_technology(node: Node, plant: Plant) -> Technology:
    """Return a way to serve an end use or to make a product."""
    serves, site = _serves(node, plant)
    limited = node.has("existing") or node.has("unit_size") or node.has("stock")
    size = node.above_zero("unit_size") if node.has("unit_size") else None
    life = node.integer("life", 20, least=1)
    capex, om = read_learned(node, "capex"), node.series("om", 0)
    cohorts = _cohorts(node, size, life=life, capex=capex, om=om) if limited else ()
    technology = Technology(
        id=node.text("id"),
        site=site,
        serves=serves,
        is_maker=node.has("makes"),
        variable_om=node.series("variable_om") if node.has("variable_om") else None,
        inputs=_inputs(node, plant, serves),
        by_products=read_paths(node, "by_products", least=0),
        existing=_existing(cohorts, len(node.years)) if limited else None,
        unit_size=size,
        capex=capex,
        om=om,
        life=life,
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        max_units=node.series("max_units", 10**6, least=0),
        cohorts=cohorts,
        continuous=node.flag("continuous", default=False),
        availability=read_availability(node, plant.slices),
        firm=node.share("firm", 1),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
        **_limits(node),
    )
    node.text("name", "")
    node.close({"retire_cost": "existing or stock", "existing_om": "existing",
                "existing_worth": "existing", "site": "makes"})  # fmt: skip
    return technology


def _serves(node: Node, plant: Plant) -> tuple[str, str]:
    """Return the end use or product of a technology, and its site."""
    if node.has("makes"):
        if node.has("end_use"):
            node.faults.add("CASE_KEYS_BOTH", node.at("makes"), found="end_use, makes")
        only = next(iter(plant.sites)) if len(plant.sites) == 1 else None
        return node.text("makes"), node.text("site", only)
    end_use = node.text("end_use")
    known = plant.end_uses.get(end_use)
    return end_use, known.site if known else ""


def _inputs(node: Node, plant: Plant, serves: str) -> dict[str, Series]:
    """Return the units of each carrier or product taken per unit served or made."""
    if node.has("inputs"):
        both = [key for key in ("carrier", "input_ratio", "efficiency") if node.has(key)]
        if both:
            found = f"inputs, {', '.join(both)}"
            node.faults.add("CASE_KEYS_BOTH", node.at("inputs"), found=found)
        return read_paths(node, "inputs", least=0)
    carrier = node.text("carrier", "")
    known = plant.end_uses.get(serves) or plant.products.get(serves)
    ratio = read_ratio(node, known, carrier, carriers=plant.carriers)
    return {carrier: ratio} if carrier else {}


def _limits(node: Node) -> dict[str, Series]:
    """Return the limits of capacity and output that are given, none below zero."""
    keys = ("min_capacity", "max_capacity", "min_output", "max_output")
    return {key: node.series(key, least=0) for key in keys if node.has(key)}


def _existing(cohorts: tuple[Cohort, ...], periods: int) -> Series:
    zero = (Fraction(0),) * periods
    paths = [zero, *(cohort.capacity for cohort in cohorts)]
    return tuple(sum(values, Fraction(0)) for values in zip(*paths, strict=True))


def _cohorts(
    node: Node, size: Fraction | None, *, life: int, capex: Series, om: Series
) -> tuple[Cohort, ...]:
    """Return the capacity that is there: one cohort, or one for each year of installation."""
    if not node.has("stock"):
        name = f"{node.text('id')}/now"
        existing = node.series("existing", 0, least=0)
        running, worth = node.series("existing_om", 0), node.positive("existing_worth", 0)
        cost = node.series("retire_cost") if node.has("retire_cost") else None
        return (Cohort(name, existing, running, cost, worth=worth),)
    if node.has("existing"):
        node.faults.add("CASE_KEYS_BOTH", node.at("stock"), found="existing, stock")
    cost = node.series("retire_cost") if node.has("retire_cost") else None
    stock, found = node.node("stock"), []
    for written in sorted(stock.data):
        count = Fraction(stock.integer(written))
        if size is None:
            node.faults.add("CASE_KEY_MISSING", node.at("unit_size"), key="unit_size")
            size = Fraction(1)
        end = int(written) + life if written.isdigit() else 0
        if not written.isdigit() or not end - life <= node.years[0] < end:
            facts = {"found": written, "first": node.years[0], "life": life}
            node.faults.add("CASE_STOCK_YEAR", stock.at(written), **facts)
            continue
        alive = [year < end for year in node.years]
        found.append(
            Cohort(
                f"{node.text('id')}/{written}",
                tuple(count * size * on for on in alive),
                tuple(count * each * on for each, on in zip(om, alive, strict=True)),
                None if cost is None else tuple(count * each for each in cost),
                value=count * capex[0],
                left=max(end - node.years[-1] - 1, 0),
            )
        )
    return tuple(found)
