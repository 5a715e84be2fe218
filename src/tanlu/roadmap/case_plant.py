"""Read the plant of a case: carriers, sites, end uses, technologies and measures."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Evidence
from tanlu.kernel.rounding import floor_half_up
from tanlu.roadmap.node import exact
from tanlu.roadmap.problem import Carrier, Cohort, EndUse, Measure, Site, Technology
from tanlu.units.energy import mwh_per

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.roadmap.node import Node
    from tanlu.roadmap.problem import Series

MWH = "MWh"
ENERGY_STEP = Fraction(1, 1000)  # of a MWh: 1 kWh
OTHER_STEP = Fraction(1, 10**6)
SLIP = Fraction(1, 1000)  # a stated energy may be rounded, not another unit's
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


def read_carrier(node: Node) -> Carrier:
    """Return an energy carrier, gas or material."""
    electricity = node.flag("electricity", default=False)
    unit = node.text("unit", MWH)
    energy = mwh_per(unit)
    if node.has("mwh_per_unit"):
        given = node.above_zero("mwh_per_unit")
        if energy is not None and abs(given - energy) > energy * SLIP:
            facts = {"found": float(given), "unit": unit, "expected": float(energy)}
            node.faults.add("CASE_UNIT_ENERGY", node.at("mwh_per_unit"), **facts)
        energy = given
    step = ENERGY_STEP if unit == MWH else OTHER_STEP
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
        mwh_per_unit=energy,
        kgce={key: coal.positive(key) for key in ("calorific", "equivalent") if coal.has(key)},
        quantum=node.above_zero("quantum", step),
    )
    coal.close()
    node.close()
    return carrier


def read_paths(node: Node, key: str) -> dict[str, Series]:
    """Return paths by name."""
    inner = node.node(key)
    return {name: inner.series(name) for name in inner.data}


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


def read_end_use(node: Node, carriers: Mapping[str, Carrier]) -> EndUse:
    """Return an end use; its unit is its carrier's."""
    carrier = node.text("carrier", "")
    known = carriers.get(carrier)
    unit = node.text("unit", known.unit if known else MWH)
    if known is not None and unit != known.unit:
        node.faults.add("CASE_UNIT_OTHER", node.at("unit"), found=unit, expected=known.unit)
    demand = node.series("demand", least=0)
    if node.has("growth"):
        demand = _grown(node, demand, carriers.get(carrier))
    use = EndUse(
        id=node.text("id"),
        site=node.text("site"),
        carrier=carrier,
        demand=demand,
        kind=node.text("kind", "energy"),
        unit=unit,
    )
    node.text("name", "")
    node.close()
    return use


def _grown(node: Node, demand: Series, carrier: Carrier | None) -> Series:
    """Apply a growth path [1/yr] or an index, rounded to the carrier's step."""
    step = carrier.quantum if carrier else ENERGY_STEP
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


def read_technology(
    node: Node, end_uses: Mapping[str, EndUse], carriers: Mapping[str, Carrier]
) -> Technology:
    """Return a way to serve an end use."""
    end_use, carrier = node.text("end_use"), node.text("carrier", "")
    ratio = _ratio(node, end_uses.get(end_use), carrier, carriers=carriers)
    limited = node.has("existing") or node.has("unit_size") or node.has("stock")
    size = node.above_zero("unit_size") if node.has("unit_size") else None
    life = node.integer("life", 20, least=1)
    capex, om = read_learned(node, "capex"), node.series("om", 0)
    cohorts = _cohorts(node, size, life=life, capex=capex, om=om) if limited else ()
    technology = Technology(
        id=node.text("id"),
        end_use=end_use,
        carrier=carrier,
        input_ratio=ratio,
        existing=_existing(cohorts, len(node.years)) if limited else None,
        unit_size=size,
        capex=capex,
        om=om,
        life=life,
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        max_units=node.integer("max_units", 10**6),
        cohorts=cohorts,
    )
    node.text("name", "")
    node.close({"retire_cost": "existing or stock", "existing_om": "existing",
                "existing_worth": "existing"})  # fmt: skip
    return technology


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


def _ratio(
    node: Node, use: EndUse | None, carrier: str, *, carriers: Mapping[str, Carrier]
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
    use: EndUse | None,
    after: Carrier | None,
    *,
    carriers: Mapping[str, Carrier],
    is_stated: bool,
) -> Fraction:
    """Return the units of a carrier with the energy of one unit of an end use."""
    if use is None or after is None:
        return Fraction(1)
    source = carriers.get(use.carrier)
    before = source.mwh_per_unit if source else mwh_per(use.unit)
    if before and after.mwh_per_unit:
        return before / after.mwh_per_unit
    if is_stated and use.unit != after.unit:
        lacking = after.id if before else (use.carrier or use.id)
        facts = {"carrier": lacking, "before": use.unit, "after": after.unit}
        node.faults.add("CASE_UNITS_UNLIKE", node.path, **facts)
    return Fraction(1)


def read_measure(
    node: Node, end_uses: Mapping[str, EndUse], carriers: Mapping[str, Carrier]
) -> Measure:
    """Return a measure."""
    effect = Effect(node.choice("effect", EFFECTS, "reduce"))
    targets = tuple(sorted(node.texts("end_uses") or node.node("savings").data))
    first_use = end_uses.get(targets[0]) if targets else None
    zero = (Fraction(0),) * len(node.years)
    is_switch, is_recovery = effect is Effect.SWITCH, effect is Effect.RECOVER
    carrier_to = node.text("carrier_to", "") if is_switch else ""
    ratio = _ratio(node, first_use, carrier_to, carriers=carriers) if is_switch else zero
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
