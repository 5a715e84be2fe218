"""Read the plant of a case: carriers, sites, end uses and measures."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Evidence
from tanlu.kernel.rounding import floor_half_up
from tanlu.roadmap.case_products import MWH, read_energy, read_factors, read_profile, step_of
from tanlu.roadmap.node import exact
from tanlu.roadmap.problem import OTHER_STEP, Carrier, EndUse, Measure, Product, Site
from tanlu.units.energy import mwh_per

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.roadmap.node import Node
    from tanlu.roadmap.problem import Series, Slice

    Carriers = Mapping[str, Carrier | Product]

_LAYERS = {
    Effect.REDUCE: "efficiency",
    Effect.ABSOLUTE: "efficiency",
    Effect.SWITCH: "switch",
    Effect.RECOVER: "waste_heat",
}
EFFECTS = tuple(_LAYERS)
_ONLY = {
    "saving": "effect reduce or recover", "savings": "effect reduce, switch or recover",
    "amount": "effect absolute", "scales": "effect absolute",
    "carrier_to": "effect switch", "share": "effect switch", "input_ratio": "effect switch",
    "efficiency": "effect switch", "efficiency_old": "effect switch",
    "efficiency_new": "effect switch", "source_end_use": "effect recover",
    "source_share": "effect recover",
}  # fmt: skip


def read_carrier(node: Node, slices: Sequence[Slice] = ()) -> Carrier:
    """Return an energy carrier, gas or material."""
    electricity = node.flag("electricity", default=False)
    unit = node.text("unit", MWH)
    scope = node.integer("scope", 2 if electricity else 1, least=1)
    if scope not in {1, 2, 3}:
        node.faults.add("CASE_CHOICE", node.at("scope"), found=scope, choices="1, 2, 3")
    ef = node.series("ef", 0)
    market = node.series("ef_market") if node.has("ef_market") else ef
    coal = node.node("kgce_per_unit")
    carrier = Carrier(
        id=node.text("id"),
        unit=unit,
        scope=scope,
        electricity=electricity,
        price=node.series("price", 0),
        ef=ef,
        ef_market=market,
        ef_scope3=node.series("ef_scope3", 0),
        mwh_per_unit=read_energy(node, unit),
        kgce={key: coal.positive(key) for key in ("calorific", "equivalent") if coal.has(key)},
        quantum=node.above_zero("quantum", step_of(unit)),
        price_factor=read_factors(node, slices),
    )
    coal.close()
    node.close()
    return carrier


def read_paths(node: Node, key: str, *, least: int | None = None) -> dict[str, Series]:
    """Return paths by name, sorted by it."""
    inner = node.node(key)
    return {name: inner.series(name, least=least) for name in sorted(inner.data)}


def read_site(node: Node, carriers: Mapping[str, Carrier]) -> Site:
    """Return a plant; its own factor is its market factor where no other is given."""
    ef, market = read_paths(node, "ef"), read_paths(node, "ef_market")
    for name, path in ef.items():
        carrier = carriers.get(name)
        if carrier is not None and carrier.ef_market is carrier.ef:
            market.setdefault(name, path)
    site = Site(
        id=node.text("id"),
        price=read_paths(node, "price"),
        ef=ef,
        ef_market=market,
        existing_pv=node.series("existing_pv", 0, least=0),
        existing_claims=node.series("existing_claims", 0, least=0),
        existing_pv_claimed=node.flag("existing_pv_claimed", default=True),
    )
    node.text("name", "")
    node.text("province", "")
    node.close()
    return site


def read_end_use(node: Node, carriers: Carriers, slices: Sequence[Slice] = ()) -> EndUse:
    """Return an end use; its unit is its carrier's or product's."""
    carrier = node.text("carrier", "")
    known = carriers.get(carrier)
    unit = node.text("unit", known.unit if known else MWH)
    if known is not None and unit != known.unit:
        node.faults.add("CASE_UNIT_OTHER", node.at("unit"), found=unit, expected=known.unit)
    demand = node.series("demand", least=0)
    step = node.above_zero("quantum", known.quantum if known else OTHER_STEP)
    if node.has("growth"):
        demand = _grown(node, demand, step)
    use = EndUse(
        id=node.text("id"),
        site=node.text("site"),
        carrier=carrier,
        demand=demand,
        kind=node.text("kind", "energy"),
        unit=unit,
        quantum=step,
        profile=read_profile(node, slices),
    )
    node.text("name", "")
    node.close()
    return use


def _grown(node: Node, demand: Series, step: Fraction) -> Series:
    """Apply a growth path [1/yr] or an index, rounded to a step."""
    rate = node.rate("growth")
    first = node.years[0]
    grown = [d * (1 + rate) ** (y - first) for d, y in zip(demand, node.years, strict=True)]
    return (demand[0], *(floor_half_up(value / step) * step for value in grown[1:]))


def read_learned(node: Node, key: str, default: int | None = 0) -> Series:
    """Return a cost path, falling by the yearly learning rate when one is given."""
    path = node.series(key, default, least=0)
    rate = node.rate("learning", 0)
    if rate == 0:
        return path
    first = node.years[0]
    return tuple(
        Fraction(floor_half_up(value * (1 - rate) ** (year - first)))
        for value, year in zip(path, node.years, strict=True)
    )


def read_ratio(
    node: Node, use: EndUse | Product | None, carrier: str, *, carriers: Carriers
) -> Series:
    """Return carrier units per end use unit: given, or from efficiencies and energy.

    Without any of them one unit of the end use takes one unit, or the same energy.
    """
    keys = [key for key in ("efficiency_new", "efficiency", "efficiency_old") if node.has(key)]
    if node.has("input_ratio"):
        if keys:
            node.faults.add(
                "CASE_KEYS_BOTH", node.at("input_ratio"), found=f"input_ratio, {keys[0]}"
            )
        return node.series("input_ratio", least=0)
    name = "efficiency" if "efficiency" in keys else "efficiency_new"
    new, old = node.series(name, 1), node.series("efficiency_old", 1)
    for key, path in ((name, new), ("efficiency_old", old)):
        if any(value <= 0 for value in path):
            node.faults.add("CASE_NOT_POSITIVE", node.at(key), found=float(min(path)))
            return (Fraction(1),) * len(node.years)
    turn = _energy_turn(node, use, carriers.get(carrier), carriers=carriers, is_stated=bool(keys))
    return tuple(o / n * turn for o, n in zip(old, new, strict=True))


def _energy_turn(
    node: Node,
    use: EndUse | Product | None,
    after: Carrier | Product | None,
    *,
    carriers: Carriers,
    is_stated: bool,
) -> Fraction:
    """Return the units of a carrier with the energy of one unit of an end use."""
    if use is None or after is None:
        return Fraction(1)
    source = use if isinstance(use, Product) else carriers.get(use.carrier)
    before = source.mwh_per_unit if source else mwh_per(use.unit)
    if before and after.mwh_per_unit:
        return before / after.mwh_per_unit
    if is_stated and use.unit != after.unit:
        lacking = after.id if before else (source.id if source else use.id)
        facts = {"carrier": lacking, "before": use.unit, "after": after.unit}
        node.faults.add("CASE_UNITS_UNLIKE", node.path, **facts)
    return Fraction(1)


def read_measure(node: Node, end_uses: Mapping[str, EndUse], carriers: Carriers) -> Measure:
    """Return a measure."""
    effect = Effect(node.choice("effect", EFFECTS, "reduce"))
    targets = tuple(sorted(node.texts("end_uses") or node.node("savings").data))
    first_use = end_uses.get(targets[0]) if targets else None
    zero = (Fraction(0),) * len(node.years)
    is_switch, is_recovery = effect is Effect.SWITCH, effect is Effect.RECOVER
    carrier_to = node.text("carrier_to", "") if is_switch else ""
    ratio = read_ratio(node, first_use, carrier_to, carriers=carriers) if is_switch else zero
    name = node.text("id")
    host = node.year_index("host_year")
    if node.has("host_capex") != node.has("host_year"):
        lacking = "host_year" if node.has("host_capex") else "host_capex"
        node.faults.add("CASE_KEY_MISSING", node.at(lacking), key=lacking)
    measure = Measure(
        id=name,
        kind=node.text("kind", name),
        site=node.text("site", first_use.site if first_use else ""),
        effect=effect,
        saving=_savings(node, effect, targets=targets, end_uses=end_uses),
        capex=read_learned(node, "capex", None),
        om=node.series("om", 0),
        life=node.integer("life", least=1),
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        max_rollout=_rollout(node),
        blocks=node.integer("blocks", 1, least=1),
        continuous=node.flag("continuous", default=False),
        exclusive_group=node.text("exclusive_group", ""),
        requires=tuple(sorted(node.texts("requires"))),
        host_year=host,
        host_capex=node.positive("host_capex", 0),
        carrier_to=carrier_to,
        input_ratio=ratio,
        source_end_use=node.text("source_end_use") if is_recovery else "",
        source_share=node.positive("source_share") if is_recovery else Fraction(0),
        aux=node.series("aux_load", 0, least=0),
        evidence=Evidence(node.choice("status", Evidence, "typed")),
        layer=node.text("layer", _LAYERS[effect]),
        ramp=_ramp(node),
        decay=_decay(node),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
        source=node.text("source", ""),
    )
    node.close(_ONLY)
    return measure


def _ramp(node: Node) -> Series:
    """Return the shares of the first years; a list as long as the ramp is."""
    if not node.has("ramp"):
        return ()
    given = node.data["ramp"]
    shares = [exact(share) for share in given] if isinstance(given, list) else [None]
    if not all(share is not None and 0 <= share <= 1 for share in shares):
        node.faults.add("CASE_RAMP", node.at("ramp"), found=given)
        return ()
    return tuple(share for share in shares if share is not None)


def _decay(node: Node) -> Fraction:
    rate = node.rate("decay", 0)
    if rate < 0:
        node.faults.add("CASE_NEGATIVE", node.at("decay"), found=float(rate))
    return max(rate, Fraction(0))


def _rollout(node: Node) -> Fraction | None:
    if not node.has("max_rollout"):
        return None
    value = node.share("max_rollout")
    if value == 0 and exact(node.data["max_rollout"]) == 0:
        node.faults.add("CASE_NOT_POSITIVE", node.at("max_rollout"), found=0)
    return value or Fraction(1)


def _savings(
    node: Node, effect: Effect, *, targets: tuple[str, ...], end_uses: Mapping[str, EndUse]
) -> dict[str, Series]:
    if effect is Effect.ABSOLUTE:
        amount, scales = node.series("amount"), node.flag("scales", default=False)
        return {
            name: _per_demand(amount, end_uses[name].demand, scales=scales)
            for name in targets
            if name in end_uses
        }
    key = "share" if effect is Effect.SWITCH else "saving"
    if node.has("savings"):
        if node.has(key):
            node.faults.add("CASE_KEYS_BOTH", node.at("savings"), found=f"{key}, savings")
        found = dict(sorted(read_paths(node, "savings").items()))
        if targets and set(targets) != set(found):
            other = ", ".join(sorted(set(targets) ^ set(found)))
            node.faults.add("CASE_SAVINGS_FOR", node.at("savings"), found=other)
        return found
    default = None if effect is Effect.REDUCE else 1
    path = node.series(key, default)
    return dict.fromkeys(targets, path)


def _per_demand(amount: Series, demand: Series, *, scales: bool) -> Series:
    if scales:
        base = demand[0]
        return tuple(a / base if base else Fraction(0) for a in amount)
    return tuple(a / d if d else Fraction(0) for a, d in zip(amount, demand, strict=True))
