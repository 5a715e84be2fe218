"""Where it comes from and why it moved: Pareto, Sankey, drivers between two years."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from tanlu.inventory.figures import ELECTRICITY, Measure
from tanlu.inventory.model import Basis
from tanlu.report.source import (
    MARKET,
    TONNE,
    count,
    figures_column,
    mass,
    percent,
    text,
    tonnes,
    words_column,
    year,
)
from tanlu.report.tree import Figure, Paragraph, Row, Section, Table

if TYPE_CHECKING:
    from tanlu.report.payload import DriverBar, Flow, HotspotsPayload, ParetoBar
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node, Text, Value

LIMIT = 0.8
GRAM = 1e-6  # t
_MEASURES = {"1": Measure.SCOPE1, "2": Measure.SCOPE2, "3": Measure.SCOPE3}
_UNBACKED = "unbacked_power"  # generation whose certificates others hold, told apart
_MOST_BARS = 18
_MOST_ITEMS = 9


def hotspots(source: Source) -> tuple[Section, ...]:
    """Return ranking, flows and drivers, as far as they are given."""
    found = source.payload.get("hotspots")
    blocks: list[Block] = []
    if found and found["pareto"]:
        blocks.append(_pareto(source, found["pareto"]))
    flows = [flow for flow in source.inventory.get("flows") or [] if flow["co2e_t"] > 0]
    if flows:
        blocks.append(flow_figure(source, flows))
    if found and found["drivers"] and found.get("vs"):
        blocks.append(_drivers(source, found))
    if not blocks:
        return ()
    why = found.get("no_drivers") if found else None
    if why:
        blocks.append(Paragraph(text(why["code"], **why["facts"]), "hint"))
    return (Section("hotspots", text("report.section.hotspots"), tuple(blocks)),)


def _spot(source: Source, bar: ParetoBar) -> Text:
    return text(
        "report.word.site-item", site=source.site(bar["site"]), item=source.item(bar["item"])
    )


def _pareto(source: Source, bars: list[ParetoBar]) -> Figure:
    within = [bar for bar in bars if bar["cumulative"] - bar["share"] < LIMIT]
    reached = within[-1]["cumulative"]
    title = text("report.figure.pareto", count=count(len(within)), share=percent(reached))
    data = {
        "limit": LIMIT,
        "bars": [
            {
                "name": _spot(source, bar),
                "t": bar["co2e_t"],
                "share": bar["share"],
                "cumulative": bar["cumulative"],
                "shown": mass(bar["co2e_t"]),
            }
            for bar in bars[:_MOST_BARS]
        ],
    }
    columns = (
        words_column("site"),
        words_column("item"),
        figures_column("emissions", TONNE),
        figures_column("share"),
        figures_column("cumulative"),
    )
    rows = tuple(
        Row(
            (
                source.site(bar["site"]),
                source.item(bar["item"]),
                _bar_t(source, bar, bars),
                percent(bar["share"]),
                percent(bar["cumulative"]),
            )
        )
        for bar in bars
    )
    table = Table("pareto", text("report.table.pareto"), columns, rows)
    return Figure(
        "pareto", "pareto", title, text("report.figure.pareto-drawn"), "mass", data, table
    )


def _bar_t(source: Source, bar: ParetoBar, bars: list[ParetoBar]) -> Value:
    """Return a bar's amount with its figure; power told in two bars has none for each."""
    split = {one["site"] for one in bars if one["item"] == _UNBACKED}
    if bar["item"] == _UNBACKED or (bar["item"] == ELECTRICITY and bar["site"] in split):
        return tonnes(bar["co2e_t"])
    found = source.payload.get("hotspots")
    basis = Basis(found.get("basis", MARKET) if found else MARKET)
    where = {"site": bar["site"], "item": bar["item"]}
    return source.tonnes(bar["co2e_t"], Measure.TOTAL, basis=basis, **where)


def flow_figure(
    source: Source, flows: list[Flow], *, id: str = "sankey", basis: Basis = MARKET
) -> Figure:
    """Return the flows from sites over items to scopes, with their table.

    Parameters
    ----------
    source : Source
        Names of sites and items.
    flows : list of Flow
        Emissions by site, item and scope; positive.
    id : str
        Figure id of the chart.
    basis : Basis
        Method of scope 2 the flows are of.
    """
    by_item: dict[str, float] = defaultdict(float)
    for flow in flows:
        by_item[flow["item"]] += flow["co2e_t"]
    kept = set(sorted(by_item, key=lambda item: -by_item[item])[:_MOST_ITEMS])
    links: dict[tuple[str, str], float] = defaultdict(float)
    sums: dict[str, float] = defaultdict(float)
    names: dict[str, tuple[int, Node]] = {}
    for flow in flows:
        item = flow["item"] if flow["item"] in kept else ""
        ends = (
            (f"site:{flow['site']}", 0, source.site(flow["site"])),
            (f"item:{item}", 1, source.item(item) if item else text("report.word.other-items")),
            (f"scope:{flow['scope']}", 2, text(f"report.scope.short-{flow['scope']}")),
        )
        for key, depth, name in ends:
            names.setdefault(key, (depth, name))
            sums[key] += flow["co2e_t"]
        for (first, *_), (second, *_) in pairwise(ends):
            links[first, second] += flow["co2e_t"]
    order = sorted(names, key=lambda key: (names[key][0], -sums[key], key))
    largest = max(flows, key=lambda flow: flow["co2e_t"])
    title = text(
        "report.figure.sankey",
        site=source.site(largest["site"]),
        item=source.item(largest["item"]),
        value=mass(largest["co2e_t"]),
    )
    data = {
        "nodes": [
            {"id": k, "depth": names[k][0], "name": names[k][1], "shown": mass(sums[k])}
            for k in order
        ],
        "links": [{"source": a, "target": b, "t": t} for (a, b), t in sorted(links.items())],
    }
    table = _flow_table(source, flows, basis)
    return Figure(id, "sankey", title, text("report.figure.sankey-drawn"), "mass", data, table)


def _flow_table(source: Source, flows: list[Flow], basis: Basis) -> Table:
    columns = (
        words_column("site"),
        words_column("item"),
        words_column("scope"),
        figures_column("emissions", TONNE),
    )
    rows = tuple(
        Row(
            (
                source.site(flow["site"]),
                source.item(flow["item"]),
                text(f"report.scope.short-{flow['scope']}"),
                source.tonnes(
                    flow["co2e_t"],
                    _MEASURES.get(str(flow["scope"]), Measure.TOTAL),
                    basis=basis,
                    site=flow["site"],
                    item=flow["item"],
                ),
            )
        )
        for flow in sorted(flows, key=lambda flow: -flow["co2e_t"])
    )
    return Table("flows", text("report.table.flows"), columns, rows)


def _drivers(source: Source, found: HotspotsPayload) -> Figure:
    drivers: list[DriverBar] = [
        {"driver": bar["driver"], "delta_t": _seen(bar["delta_t"])} for bar in found["drivers"]
    ]
    first, second = found["vs"], found.get("year", source.year)
    begin, end = found.get("from_t", 0.0), found.get("to_t", 0.0)
    largest = max(drivers, key=lambda bar: abs(bar["delta_t"]))
    title = text(
        "report.figure.drivers",
        first=year(first),
        second=year(second),
        delta=mass(found["delta_t"]),
        driver=text(f"report.driver.{largest['driver']}"),
        value=mass(largest["delta_t"]),
    )
    steps = [
        {"name": year(first), "t": begin, "total": True, "shown": mass(begin)},
        *(_step(bar) for bar in drivers),
        {"name": year(second), "t": end, "total": True, "shown": mass(end)},
    ]
    columns = (words_column("driver"), words_column("meaning"), figures_column("effect", TONNE))
    rows = [
        Row(
            (
                text(f"report.driver.{bar['driver']}"),
                text(f"report.driver-meaning.{bar['driver']}"),
                tonnes(bar["delta_t"]),
            )
        )
        for bar in drivers
    ]
    rows.append(Row((text("report.word.total"), "", tonnes(found["delta_t"])), strong=True))
    table = Table("drivers", text("report.table.drivers"), columns, tuple(rows))
    return Figure(
        "drivers",
        "waterfall",
        title,
        text("report.figure.drivers-drawn"),
        "mass",
        {"steps": steps},
        table,
    )


def _seen(delta_t: float) -> float:
    """Return zero for what is less than a gram: the milligrams that close the sum."""
    return delta_t if abs(delta_t) >= GRAM else 0.0


def _step(bar: DriverBar) -> dict[str, object]:
    return {
        "name": text(f"report.driver.{bar['driver']}"),
        "t": bar["delta_t"],
        "total": False,
        "shown": mass(bar["delta_t"]),
    }
