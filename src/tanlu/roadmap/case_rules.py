"""Read the rules of a case: targets, budget, prices on carbon, offsets, locks."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.caution import Caution
from tanlu.roadmap.node import interpolate
from tanlu.roadmap.problem import (
    Border,
    Budget,
    CarbonPrice,
    Lock,
    Method,
    Offsets,
    Surrender,
    Target,
    TargetKind,
    budget_from,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.roadmap.node import Node
    from tanlu.roadmap.problem import Series, Site

SCOPES = {"1": {1}, "2": {2}, "3": {3}, "1+2": {1, 2}, "1+2+3": {1, 2, 3}, "1+3": {1, 3}}
SHARES = frozenset({TargetKind.RENEWABLE_SHARE, TargetKind.EQUITY})
YEARLY = frozenset({TargetKind.PEAK, TargetKind.NEUTRALITY})
SURRENDER_SHARE = Fraction(1, 20)
_ELSEWHERE = {"year": "kind peak or neutrality", "base_t": "kind neutrality",
              "levels": "kinds other than peak and neutrality",
              "interpolate": "kinds other than peak and neutrality",
              "convention": "kind energy_intensity", "sites": "kind equity"}  # fmt: skip


def read_target(node: Node, method: Method, sites: Mapping[str, Site]) -> Target:
    """Return a target."""
    kind = TargetKind(node.choice("kind", TargetKind, "absolute"))
    scope = node.choice("scope", SCOPES, "1+2")
    energy = kind is TargetKind.ENERGY_INTENSITY
    conventions = ("calorific", "equivalent")
    mine = node.texts("sites") if kind is TargetKind.EQUITY else ()
    target = Target(
        id=node.text("id"),
        kind=kind,
        scopes=frozenset(SCOPES[scope]),
        method=Method(node.choice("method", Method, str(method))),
        levels=_levels(node, kind),
        convention=node.choice("convention", conventions, "calorific") if energy else "calorific",
        priority=node.integer("priority", 1, least=1),
        sites=tuple(sorted(set(mine) or sites)) if kind is TargetKind.EQUITY else (),
    )
    node.text("name", "")
    node.text("source", "")
    node.close(_ELSEWHERE)
    return target


def _levels(node: Node, kind: TargetKind) -> dict[int, Fraction]:
    if kind in YEARLY:
        index = node.year_index("year")
        if not node.has("year"):
            node.faults.add("CASE_KEY_MISSING", node.at("year"), key="year")
        neutral = kind is TargetKind.NEUTRALITY
        base = node.positive("base_t", 0) if neutral else Fraction(0)
        return {} if index is None else {index: base}
    levels = node.by_year("levels")
    if not node.has("levels") or not node.data["levels"]:
        node.faults.add("CASE_KEY_MISSING", node.at("levels"), key="levels")
    for index, level in levels.items():
        if kind in SHARES and not 0 <= level <= 1:
            path = f"{node.at('levels')}.{node.years[index]}"
            node.faults.add("CASE_SHARE", path, found=float(level))
    if node.flag("interpolate", default=False) and levels:
        points = {node.years[index]: value for index, value in levels.items()}
        inside = [y for y in node.years if min(points) <= y <= max(points)]
        levels = {node.years.index(year): interpolate(points, year) for year in inside}
    return levels


def read_budget(top: Node) -> Budget | None:
    """Return the limit on investment; None without one."""
    if not top.has("budget"):
        return None
    node = top.node("budget")
    limits: tuple[Fraction | None, ...]
    if isinstance(node.data.get("per_year"), dict):
        given = node.by_year("per_year", least=0)
        limits = tuple(given.get(index) for index in range(len(top.years)))
    else:
        limits = node.series("per_year", least=0)
    carry_over = node.flag("carry_over", default=False)
    budget = budget_from(limits, carry_over=carry_over, first=node.year_index("first_year") or 0)
    node.close()
    return budget


def read_carbon(top: Node, key: str, *, cash: bool) -> CarbonPrice | None:
    """Return a price on emissions; None without one."""
    if not top.has(key):
        return None
    node = top.node(key)
    scope = node.choice("scope", SCOPES, "1" if cash else "1+2")
    method = node.choice("method", Method, "market")
    price = CarbonPrice(
        node.series("price", least=0),
        node.series("free", 0, least=0),
        frozenset(SCOPES[scope]),
        cash,
        Method(method),
        _surrender(node) if cash and node.has("offsets") else None,
    )
    node.close({"offsets": "ets"})
    return price


def _surrender(node: Node) -> Surrender:
    inner = node.node("offsets")
    share = inner.share("max_share", SURRENDER_SHARE)
    limit = inner.series("limit", least=0) if inner.has("limit") else None
    surrender = Surrender(inner.series("price", least=0), share, limit)
    inner.close()
    return surrender


def read_border(node: Node, sites: Mapping[str, Site], output: Series) -> Border:
    """Return a charge on emissions of exported goods."""
    phase = node.series("phase_in", least=0)
    if max(phase) > 1:
        node.faults.add("CASE_SHARE", node.at("phase_in"), found=float(max(phase)))
    made = node.series("output", least=0) if node.has("output") else output
    export = node.series("export", least=0)
    if any(sold and not amount for sold, amount in zip(export, made, strict=True)):
        node.faults.add("CASE_NOT_POSITIVE", node.at("output"), found=0)
        made = tuple(amount or Fraction(1) for amount in made)
    border = Border(
        id=node.text("id"),
        sites=tuple(sorted(set(node.texts("sites") or sites))),
        scopes=frozenset(SCOPES[node.choice("scope", SCOPES, "1")]),
        method=Method(node.choice("method", Method, "location")),
        export=export,
        output=made,
        benchmark=node.series("benchmark", 0, least=0),
        phase_in=phase,
        price=node.series("price", least=0),
        paid=node.series("paid", 0, least=0),
    )
    node.text("name", "")
    node.text("source", "")
    node.close()
    return border


def read_offsets(top: Node) -> Offsets | None:
    """Return the offsets of neutrality years; None without them."""
    if not top.has("offsets"):
        return None
    node = top.node("offsets")
    offsets = Offsets(node.series("price", least=0), node.share("max_share", Fraction(1, 10)))
    node.close()
    return offsets


def read_caution(top: Node) -> Caution | None:
    """Return how the plan faces several futures; None when the case does not say."""
    if not top.has("robust"):
        return None
    node = top.node("robust")
    first, last = top.years[0], top.years[-1]
    year = node.integer("lock_year")
    if not first <= year <= last + 1:
        facts = {"found": year, "first": first, "last": last + 1}
        node.faults.add("CASE_YEAR_OUTSIDE", node.at("lock_year"), **facts)
    tail = node.share("tail", Fraction(9, 10))
    if tail == 1:
        node.faults.add("CASE_SHARE", node.at("tail"), found=1)
        tail = Fraction(9, 10)
    caution = Caution(
        year, float(node.share("aversion", 0)), float(tail), float(node.positive("base_weight", 1))
    )
    node.close()
    return caution


def check_scenarios(top: Node) -> None:
    """Report what is wrong with the scenarios of a case, which the studies read."""
    for node in top.nodes("scenarios"):
        node.text("id")
        node.positive("weight", 1)
        node.texts("set")
        if not node.has("set") and not node.has("case"):
            node.faults.add("CASE_KEY_MISSING", node.at("set"), key="set")
        node.close()


def read_lock(node: Node) -> Lock:
    """Return a decision taken by the user."""
    never = node.flag("never", default=False)
    lock = Lock(node.text("measure"), None if never else node.year_index("year"))
    if not never and lock.year is None and not node.has("year"):
        node.faults.add("CASE_KEY_MISSING", node.at("year"), key="year")
    node.close({"year": "never false"})
    return lock
