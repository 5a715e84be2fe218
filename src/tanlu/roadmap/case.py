"""Read a self-contained plan case (JSON object) into a `Problem`; report all faults at once.

The schema is documented in `docs/reference/plan-case.md`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import Effect, Evidence, Ownership
from tanlu.kernel.rounding import floor_half_up
from tanlu.roadmap.economics import Salvage
from tanlu.roadmap.node import Faults, Node, interpolate
from tanlu.roadmap.problem import (
    Budget,
    CarbonPrice,
    Carrier,
    Contract,
    ContractKind,
    EndUse,
    Lock,
    Measure,
    Method,
    Offsets,
    Problem,
    PvOption,
    Site,
    Target,
    TargetKind,
    Technology,
)
from tanlu.roadmap.validation import check_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.roadmap.problem import Series


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
_ENERGY_STEP = Fraction(1, 1000)  # of a MWh: 1 kWh
_SCOPES = {"1": {1}, "2": {2}, "3": {3}, "1+2": {1, 2}, "1+2+3": {1, 2, 3}, "1+3": {1, 3}}
_LAYERS = {
    Effect.REDUCE: "efficiency",
    Effect.ABSOLUTE: "efficiency",
    Effect.SWITCH: "switch",
    Effect.RECOVER: "waste_heat",
}


def read_case(case: Mapping[str, Any]) -> Problem:
    """Read a case.

    Parameters
    ----------
    case : mapping
        Parsed JSON. Floats are read as the decimals that they print as.

    Returns
    -------
    Problem
        The problem in exact numbers.

    Raises
    ------
    TanluError
        ``plan.case-invalid`` with one finding for each fault.
    """
    faults = Faults()
    if not isinstance(case, dict):
        faults.add("CASE_NOT_OBJECT", "", found=type(case).__name__)
        raise TanluError("plan.case-invalid", findings=tuple(faults.found), count=1)
    years = _years(Node(dict(case), "", (), faults))
    top = Node(dict(case), "", years, faults)
    top.seen |= {"years", "schema", "description", "expect", "uncertainty", "scenarios"}
    problem = _problem(top)
    top.close()
    check_problem(problem, faults)
    if faults.found:
        raise TanluError("plan.case-invalid", findings=tuple(faults.found), count=len(faults.found))
    return problem


def _years(top: Node) -> tuple[int, ...]:
    given = top.data.get("years")
    if isinstance(given, dict):
        span = Node(given, "years", (), top.faults)
        first, last = span.integer("first", least=1), span.integer("last", least=1)
        span.close()
        years = tuple(range(first, last + 1))
    elif isinstance(given, list) and all(isinstance(y, int) for y in given):
        years = tuple(given)
    else:
        years = ()
    if not years or list(years) != sorted(set(years)):
        top.faults.add("CASE_YEARS", "years", found=given)
        return (1,)
    return years


def _problem(top: Node) -> Problem:
    carriers = _by_id(map(_carrier, top.nodes("carriers")))
    sites = _by_id(map(_site, top.nodes("sites")))
    uses = [_end_use(node, carriers) for node in top.nodes("end_uses")]
    end_uses = _by_id(uses)
    technologies = [_technology(node, end_uses, carriers) for node in top.nodes("technologies")]
    measures = [_measure(node, end_uses, carriers) for node in top.nodes("measures")]
    method = Method(top.choice("method", Method, "market"))
    years = top.years
    return Problem(
        name=top.text("name", "case"),
        years=years,
        rate=top.positive("discount_rate"),
        salvage=Salvage(top.choice("salvage", Salvage, "straight_line")),
        currency=top.text("currency", "CNY"),
        price_year=top.integer("price_year", years[0]),
        method=method,
        carriers=carriers,
        sites=sites,
        end_uses=end_uses,
        technologies=_by_id(technologies),
        measures=_by_id(measures),
        pv=_by_id(map(_pv, top.nodes("pv"))),
        contracts=_by_id(_contract(n, sites) for n in top.nodes("contracts")),
        targets=_by_id(_target(n, method) for n in top.nodes("targets")),
        budget=_budget(top),
        ets=_carbon(top, "ets", cash=True),
        internal=_carbon(top, "internal_price", cash=False),
        offsets=_offsets(top),
        locks=tuple(sorted(map(_lock, top.nodes("locks")), key=lambda lock: lock.measure)),
        output=top.series("output", 1),
        decision_years=_decision_years(top),
        frozen_until=top.integer("freeze_years", 0),
        notes=top.texts("notes"),
    )


def _by_id(items: Iterable[T]) -> dict[str, T]:
    """Return items by id in the order of the ids, whatever order they were written in."""
    return {item.id: item for item in sorted(items, key=lambda item: item.id)}


def _decision_years(top: Node) -> frozenset[int]:
    given = top.data.get("decision_years") if top.has("decision_years") else None
    if given is None:
        return frozenset(top.years)
    if not isinstance(given, list) or not all(isinstance(year, int) for year in given):
        top.faults.add("CASE_YEARS", "decision_years", found=given)
        return frozenset(top.years)
    return frozenset(given)


def _carrier(node: Node) -> Carrier:
    electricity = node.flag("electricity", default=False)
    energy = node.number("mwh_per_unit", 0) if node.has("mwh_per_unit") else None
    unit = node.text("unit", "MWh")
    if energy is None and unit == "MWh":
        energy = Fraction(1)
    step = _ENERGY_STEP if unit == "MWh" else Fraction(1, 10**6)
    scope = node.integer("scope", 2 if electricity else 1, least=1)
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
        kgce={key: coal.number(key) for key in ("calorific", "equivalent") if coal.has(key)},
        quantum=node.positive("quantum", step),
    )
    coal.close()
    node.close()
    return carrier


def _paths(node: Node, key: str) -> dict[str, Series]:
    inner = node.node(key)
    return {name: inner.series(name) for name in inner.data}


def _site(node: Node) -> Site:
    site = Site(
        id=node.text("id"),
        price=_paths(node, "price"),
        ef=_paths(node, "ef"),
        ef_market=_paths(node, "ef_market"),
        existing_pv=node.series("existing_pv", 0),
        existing_claims=node.series("existing_claims", 0),
        existing_pv_claimed=node.flag("existing_pv_claimed", default=True),
    )
    node.text("name", "")
    node.text("province", "")
    node.close()
    return site


def _end_use(node: Node, carriers: Mapping[str, Carrier]) -> EndUse:
    carrier = node.text("carrier", "")
    demand = node.series("demand")
    if node.has("growth"):
        demand = _grown(node, demand, carriers.get(carrier))
    use = EndUse(
        id=node.text("id"),
        site=node.text("site"),
        carrier=carrier,
        demand=demand,
        kind=node.text("kind", "energy"),
    )
    node.text("name", "")
    node.close()
    return use


def _grown(node: Node, demand: Series, carrier: Carrier | None) -> Series:
    """Apply a growth path [1/yr] or an index, rounded to the carrier's step."""
    step = carrier.quantum if carrier else _ENERGY_STEP
    rate = node.number("growth")
    first = node.years[0]
    grown = [d * (1 + rate) ** (y - first) for d, y in zip(demand, node.years, strict=True)]
    return (demand[0], *(floor_half_up(value / step) * step for value in grown[1:]))


def _learned(node: Node, key: str, default: int | None = 0) -> Series:
    """Return a cost path, falling by the yearly learning rate when one is given."""
    path = node.series(key, default)
    rate = node.number("learning", 0)
    if rate == 0:
        return path
    first = node.years[0]
    return tuple(
        Fraction(floor_half_up(value * (1 - rate) ** (year - first)))
        for value, year in zip(path, node.years, strict=True)
    )


def _technology(
    node: Node, end_uses: Mapping[str, EndUse], carriers: Mapping[str, Carrier]
) -> Technology:
    end_use, carrier = node.text("end_use"), node.text("carrier", "")
    ratio = _ratio(node, end_uses.get(end_use), carriers.get(carrier), carriers=carriers)
    technology = Technology(
        id=node.text("id"),
        end_use=end_use,
        carrier=carrier,
        input_ratio=ratio,
        existing=node.series("existing", 0) if _limited(node) else None,
        unit_size=node.positive("unit_size") if node.has("unit_size") else None,
        capex=_learned(node, "capex"),
        om=node.series("om", 0),
        life=node.integer("life", 20, least=1),
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        max_units=node.integer("max_units", 10**6),
    )
    node.text("name", "")
    node.close()
    return technology


def _limited(node: Node) -> bool:
    return node.has("existing") or node.has("unit_size")


def _ratio(
    node: Node,
    use: EndUse | None,
    carrier: Carrier | None,
    *,
    carriers: Mapping[str, Carrier],
) -> Series:
    """Return carrier units per end use unit: given, or from two efficiencies and energy."""
    if node.has("input_ratio"):
        return node.series("input_ratio")
    new = node.series("efficiency_new" if node.has("efficiency_new") else "efficiency", 1)
    old = node.series("efficiency_old", 1)
    if any(value <= 0 for value in new):
        node.faults.add("CASE_NOT_POSITIVE", node.at("efficiency_new"), found=min(new))
        return (Fraction(1),) * len(node.years)
    source = carriers.get(use.carrier) if use else None
    before = source.mwh_per_unit if source and source.mwh_per_unit else Fraction(1)
    after = carrier.mwh_per_unit if carrier and carrier.mwh_per_unit else Fraction(1)
    return tuple(o / n * before / after for o, n in zip(old, new, strict=True))


def _measure(
    node: Node, end_uses: Mapping[str, EndUse], carriers: Mapping[str, Carrier]
) -> Measure:
    effects = (Effect.REDUCE, Effect.ABSOLUTE, Effect.SWITCH, Effect.RECOVER)
    effect = Effect(node.choice("effect", effects, "reduce"))
    targets = tuple(sorted(node.texts("end_uses")))
    first_use = end_uses.get(targets[0]) if targets else None
    carrier_to = node.text("carrier_to", "")
    zero = (Fraction(0),) * len(node.years)
    ratio = (
        _ratio(node, first_use, carriers.get(carrier_to), carriers=carriers)
        if effect is Effect.SWITCH
        else zero
    )
    name = node.text("id")
    measure = Measure(
        id=name,
        kind=node.text("kind", name),
        site=node.text("site", first_use.site if first_use else ""),
        effect=effect,
        saving=_savings(node, effect, targets=targets, end_uses=end_uses),
        capex=_learned(node, "capex"),
        om=node.series("om", 0),
        life=node.integer("life", least=1),
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        max_rollout=node.positive("max_rollout") if node.has("max_rollout") else None,
        blocks=node.integer("blocks", 1, least=1),
        continuous=node.flag("continuous", default=False),
        exclusive_group=node.text("exclusive_group", ""),
        requires=tuple(sorted(node.texts("requires"))),
        host_year=node.year_index("host_year"),
        host_capex=node.positive("host_capex", 0),
        carrier_to=carrier_to,
        input_ratio=ratio,
        source_end_use=node.text("source_end_use", ""),
        source_share=node.positive("source_share", 0),
        aux=node.series("aux_load", 0),
        evidence=Evidence(node.choice("status", Evidence, "typed")),
        layer=node.text("layer", _LAYERS[effect]),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
        source=node.text("source", ""),
    )
    node.close()
    return measure


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
    if node.has("savings"):
        return dict(sorted(_paths(node, "savings").items()))
    default = None if effect is Effect.REDUCE else 1
    key = "share" if effect is Effect.SWITCH else "saving"
    path = node.series(key, default)
    return dict.fromkeys(targets, path)


def _per_demand(amount: Series, demand: Series, *, scales: bool) -> Series:
    if scales:
        base = demand[0]
        return tuple(a / base if base else Fraction(0) for a in amount)
    return tuple(a / d if d else Fraction(0) for a, d in zip(amount, demand, strict=True))


def _pv(node: Node) -> PvOption:
    ownership = Ownership(node.choice("ownership", Ownership, "own"))
    own = ownership is Ownership.OWN
    site = node.text("site")
    claims = True if own else node.choice("gec_owner", ("host", "investor")) == "host"
    if own:
        node.text("gec_owner", "host")
    option = PvOption(
        id=node.text("id"),
        site=site,
        roof=node.text("roof", "roof"),
        ownership=ownership,
        max_kw=node.positive("max_kw"),
        yield_per_kw=node.series("yield_per_kw"),
        capex=_learned(node, "capex"),
        om=node.series("om", 0),
        self_price=node.series("self_price", 0 if own else None),
        after_price=node.series("after_price", 0),
        term=node.integer("term", 0 if own else None),
        host_claims=claims,
        export_price=node.series("export_price") if node.has("export_price") else None,
        life=node.integer("life", 25, least=1),
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        envelope=_envelope(node),
        evidence=Evidence(node.choice("status", Evidence, "typed")),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
    )
    node.text("source", "")
    node.close()
    return option


def _envelope(node: Node) -> tuple[tuple[Fraction, Fraction], ...]:
    if not node.has("envelope"):
        return ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)))
    pairs = []
    for index, pair in enumerate(node.data["envelope"]):
        inner = Node({"pair": pair}, f"{node.path}.envelope[{index}]", (0, 1), node.faults)
        pairs.append(tuple(inner.series("pair")))
    return tuple((pair[0], pair[1]) for pair in pairs)


def _contract(node: Node, sites: Mapping[str, Site]) -> Contract:
    contract = Contract(
        id=node.text("id"),
        kind=ContractKind(node.choice("kind", ContractKind, "green_power")),
        sites=tuple(sorted(node.texts("sites") or sites)),
        limit=node.series("limit", 10**12),
        premium=node.series("premium"),
        first_year=node.integer("first_year", node.years[0]),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
    )
    node.text("status", "")
    node.text("source", "")
    node.close()
    return contract


def _target(node: Node, method: Method) -> Target:
    kind = TargetKind(node.choice("kind", TargetKind, "absolute"))
    scope = node.choice("scope", _SCOPES, "1+2")
    levels = _levels(node, kind)
    target = Target(
        id=node.text("id"),
        kind=kind,
        scopes=frozenset(_SCOPES[scope]),
        method=Method(node.choice("method", Method, str(method))),
        levels=levels,
        convention=node.choice("convention", ("calorific", "equivalent"), "calorific"),
        priority=node.integer("priority", 1),
    )
    node.text("name", "")
    node.text("source", "")
    node.close()
    return target


def _levels(node: Node, kind: TargetKind) -> dict[int, Fraction]:
    if kind is TargetKind.PEAK:
        index = node.year_index("year")
        return {} if index is None else {index: Fraction(0)}
    if kind is TargetKind.NEUTRALITY:
        index = node.year_index("year")
        base = node.positive("base_t", 0)
        return {} if index is None else {index: base}
    levels = node.by_year("levels")
    if not levels:
        node.faults.add("CASE_KEY_MISSING", node.at("levels"), key="levels")
    if node.flag("interpolate", default=False) and levels:
        points = {node.years[index]: value for index, value in levels.items()}
        inside = [y for y in node.years if min(points) <= y <= max(points)]
        levels = {node.years.index(year): interpolate(points, year) for year in inside}
    return levels


def _budget(top: Node) -> Budget | None:
    if not top.has("budget"):
        return None
    node = top.node("budget")
    limits: tuple[Fraction | None, ...]
    if isinstance(node.data.get("per_year"), dict):
        given = node.by_year("per_year")
        limits = tuple(given.get(index) for index in range(len(top.years)))
    else:
        limits = node.series("per_year")
    budget = Budget(limits, node.flag("carry_over", default=False))
    node.close()
    return budget


def _carbon(top: Node, key: str, *, cash: bool) -> CarbonPrice | None:
    if not top.has(key):
        return None
    node = top.node(key)
    scope = node.choice("scope", _SCOPES, "1" if cash else "1+2")
    method = node.choice("method", Method, "market")
    price = CarbonPrice(
        node.series("price"),
        node.series("free", 0),
        frozenset(_SCOPES[scope]),
        cash,
        Method(method),
    )
    node.close()
    return price


def _offsets(top: Node) -> Offsets | None:
    if not top.has("offsets"):
        return None
    node = top.node("offsets")
    offsets = Offsets(node.series("price"), node.positive("max_share", Fraction(1, 10)))
    node.close()
    return offsets


def _lock(node: Node) -> Lock:
    never = node.flag("never", default=False)
    lock = Lock(node.text("measure"), None if never else node.year_index("year"))
    if not never and lock.year is None and not node.has("year"):
        node.faults.add("CASE_KEY_MISSING", node.at("year"), key="year")
    node.close()
    return lock
