"""The studies around a plan as blocks: each with what it found and, where it helps, a chart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tanlu.report.sections.risk import chances, delays
from tanlu.report.sections.targets import obliged, plan_scope
from tanlu.report.source import (
    CNY,
    count,
    figures_column,
    mass,
    money,
    percent,
    text,
    words_column,
    year,
)
from tanlu.report.tree import Column, Figure, Kind, Name, Names, Paragraph, Row, Table, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node

    Study = Mapping[str, Any]
    Plan = Mapping[str, Any]

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_STANDINGS = ("must_have", "optional", "never")
_SUMS = {"early_capex": Kind.MONEY, "measures": Kind.COUNT}


def study_blocks(source: Source, plan: Plan, name: str, study: Study) -> tuple[Block, ...]:
    """Return the blocks of one study.

    Parameters
    ----------
    source : Source
        Names of targets, and what they allow.
    plan : Mapping
        The plan the study rests on.
    name : str
        Name of the study; see `tanlu.roadmap.studies`.
    study : Mapping
        What it found.
    """
    return _BLOCKS[name](source, plan, study) if name in _BLOCKS else ()


def _delay(_source: Source, _plan: Plan, study: Study) -> tuple[Block, ...]:
    last = study["last_year"]
    told = (
        text("study.delay.never_fails")
        if last is None
        else text("study.delay.last", year=year(last))
    )
    closing = () if study["stopped"] else (Paragraph(told),)
    return (delays(study), *closing)


def _risk(source: Source, plan: Plan, study: Study) -> tuple[Block, ...]:
    rows = [*study["targets"], study["all"]]
    names = [_target(source, row["target"]) for row in rows]
    topped = [max(0.0, row["topped_up"]["probability"] - row["probability"]) for row in rows]
    series = [
        {
            "name": text("report.series.chance"),
            "color": "#0f766e",
            "values": [row["probability"] for row in rows],
        },
        {
            "name": text("report.series.chance-topped"),
            "color": "#5eead4",
            "values": topped,
        },
    ]
    shown = [
        text(
            "report.figure.chance-shown",
            chance=percent(row["probability"]),
            topped=percent(row["topped_up"]["probability"]),
        )
        for row in rows
    ]
    worst = min(study["targets"], key=lambda row: row["probability"], default=study["all"])
    title = text(
        "report.figure.chances",
        target=_target(source, worst["target"]),
        chance=percent(worst["probability"]),
    )
    drawn = text("report.figure.chances-drawn", draws=count(study["draws"]))
    data = {"names": names, "series": series, "shown": shown}
    table = chances(source, study)
    figure = Figure("study-chances", "stack", title, drawn, "percent", data, table)
    return (figure, Paragraph(table.title), *_margin(study))


def _margin(study: Study) -> tuple[Paragraph, ...]:
    if "wanted" not in study:
        return ()
    margin = study["margin"]
    if margin is None:
        return (Paragraph(text("study.risk.no_margin"), "warn"),)
    told = text(
        "study.risk.margin",
        share=percent(margin["share"]),
        chance=percent(margin["probability"]),
        cost=money(margin["cost_cny"]),
    )
    return (Paragraph(told),)


def _target(source: Source, target: str | None) -> Node:
    if not target:
        return text("study.risk.all")
    for row in source.payload.get("targets") or ():
        pair = row.get("name")
        if row["id"] == target and pair:
            return Name(pair["zh"], pair.get("en", ""))
    return target


def _scenarios(source: Source, plan: Plan, study: Study) -> tuple[Block, ...]:
    """Return the fan of emissions and the points of cost against emissions."""
    points = [row for row in study["points"] if row["emissions_t"] and row["bound_npv"] is not None]
    costs = [row["bound_npv"] for row in points]
    facts = {"count": count(len(study["points"])), "infeasible": count(study["infeasible"])}
    told = Paragraph(
        text(
            "study.scenarios",
            low=money(min(costs, default=None)),
            high=money(max(costs, default=None)),
            **facts,
        )
    )
    if len(points) < len(_QUANTILES):
        return (told,)
    return (told, _fan(source, plan, points), _cloud(points))


def _fan(source: Source, plan: Plan, points: Sequence[Mapping[str, Any]]) -> Figure:
    years = list(plan["years"])
    columns = list(zip(*(row["emissions_t"] for row in points), strict=True))
    low, quarter, middle, three, high = (
        [_quantile(sorted(column), share) for column in columns] for share in _QUANTILES
    )
    allowed = obliged(source, plan_scope(source))
    lines: list[dict[str, Any]] = [
        {"name": text("report.series.middle"), "role": "middle", "values": middle}
    ]
    if allowed:
        values = [allowed.get(each) for each in years]
        lines.append({"name": text("report.series.target"), "role": "target", "values": values})
    data = {
        "years": years,
        "bands": [
            {"name": text("report.series.band-90"), "low": low, "high": high},
            {"name": text("report.series.band-50"), "low": quarter, "high": three},
        ],
        "lines": lines,
    }
    title = text("report.figure.fan", low=mass(low[-1]), high=mass(high[-1]), year=year(years[-1]))
    rows = tuple(
        Row((year(each), *(mass(line[place]) for line in (low, quarter, middle, three, high))))
        for place, each in enumerate(years)
        if each % 5 == 0 or place in (0, len(years) - 1)
    )
    columns_told = (
        words_column("year"),
        *(figures_column(f"quantile-{round(share * 100)}") for share in _QUANTILES),
    )
    table = Table("study-fan", text("report.table.fan"), columns_told, rows)
    drawn = text("report.figure.fan-drawn", count=count(len(points)))
    return Figure("study-fan", "fan", title, drawn, "mass", data, table)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of ordered values, linear between neighbors."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _cloud(points: Sequence[Mapping[str, Any]]) -> Figure:
    group = {
        "name": text("report.series.futures"),
        "is_joined": False,
        "points": [{"x": row["total_t"], "y": row["bound_npv"]} for row in points],
    }
    title = text("report.figure.cloud", count=count(len(points)))
    drawn = text("report.figure.cloud-drawn")
    data = {"across": "mass", "groups": [group]}
    rows = tuple(
        Row((str(row["name"]), mass(row["total_t"]), money(row["bound_npv"]))) for row in points
    )
    columns = (words_column("future"), figures_column("total"), figures_column("bound"))
    table = Table("study-cloud", text("report.table.cloud"), columns, rows)
    return Figure("study-cloud", "scatter", title, drawn, "money", data, table)


def _pareto(_source: Source, _plan: Plan, study: Study) -> tuple[Block, ...]:
    points = [row for row in study["points"] if row["status"] != "infeasible"]
    rows = tuple(
        Row(
            (
                percent(row["factor"]),
                mass(row["total_t"]),
                text("study.infeasible")
                if row["status"] == "infeasible"
                else money(row["cost_npv"] or row["bound_npv"]),
                Value(Kind.PERCENT, row["gap"], places=2),
            ),
            tone="bad" if row["status"] == "infeasible" else "",
        )
        for row in study["points"]
    )
    columns = (
        figures_column("cap-factor"),
        figures_column("total"),
        figures_column("cost"),
        figures_column("gap"),
    )
    table = Table("study-pareto", text("study.pareto"), columns, rows)
    drawn = [row for row in points if row["total_t"] is not None and _cost(row) is not None]
    if len(drawn) < len(("from", "to")):
        return (table,)
    ends = sorted(drawn, key=lambda row: row["total_t"])
    less = ends[-1]["total_t"] - ends[0]["total_t"]
    title = text(
        "report.figure.front", less=mass(less), extra=money(_cost(ends[0]) - _cost(ends[-1]))
    )
    group = {
        "name": text("report.series.front"),
        "is_joined": True,
        "points": [
            {"x": row["total_t"], "y": _cost(row), "label": percent(row["factor"])} for row in ends
        ],
    }
    data = {"across": "mass", "groups": [group]}
    subtitle = text("report.figure.front-drawn")
    return (Figure("study-pareto", "scatter", title, subtitle, "money", data, table),)


def _cost(row: Mapping[str, Any]) -> Any:
    return row["cost_npv"] if row["cost_npv"] is not None else row["bound_npv"]


def _regret(_source: Source, _plan: Plan, study: Study) -> tuple[Block, ...]:
    futures = list(study["scenarios"])
    columns = (
        words_column("regret-plan"),
        *(_of_future(name) for name in futures),
        figures_column("largest-regret"),
    )
    rows = tuple(
        Row(
            (_future(name), *(_known(cost) for cost in costs), _known(largest)),
            strong=name == study["choice"],
        )
        for name, costs, largest in zip(
            study["plans"], study["costs"], study["largest"], strict=True
        )
    )
    table = Table("study-regret", text("study.regret"), columns, rows, text("report.note.regret"))
    told = []
    if study["choice"] is not None:
        told.append(Paragraph(text("study.regret.choice", plan=_future(study["choice"])), "good"))
    if study["better_data"] is not None:
        told.append(Paragraph(text("study.regret.data", amount=money(study["better_data"]))))
    return (table, *told)


_FUTURES = ("as_planned", "base", "fast-grid", "slow-grid")


def _of_future(scenario: str) -> Column:
    """Return the column of a scenario's costs."""
    return Column(text("report.col.of-future", future=_future(scenario)), numeric=True)


def _future(name: str) -> Node:
    """Return the name of a scenario of the tables; one of a user's own keeps its own."""
    return text(f"scenario.{name}") if name in _FUTURES else name


def _known(value: float | None) -> Node:
    return text("study.infeasible") if value is None else money(value)


def _robust(_source: Source, plan: Plan, study: Study) -> tuple[Block, ...]:
    if study["impossible"]:
        names = ", ".join(study["impossible"])
        return (Paragraph(text("study.robust.impossible", names=names), "bad"),)
    if study["costs"] is None:
        return (Paragraph(text("study.robust.none"), "bad"),)
    columns = (
        words_column("future"),
        figures_column("weight"),
        figures_column("common-cost"),
        figures_column("alone-cost"),
    )
    rows = tuple(
        Row((_future(name), percent(share), _known(cost), _known(alone)))
        for name, share, cost, alone in zip(
            study["scenarios"], study["weights"], study["costs"], study["alone"], strict=True
        )
    )
    title = text("study.robust", year=year(study["lock_year"]))
    begun = {row["id"].partition("#")[0]: row["year"] for row in reversed(study["decided"])}
    decided = tuple(
        Row((_named(plan, name), year(when)))
        for name, when in sorted(begun.items(), key=lambda pair: (pair[1], pair[0]))
    )
    told: list[Block] = [Table("study-robust", title, columns, rows)]
    facts = {"mean": money(study["expected"]), "worst": money(study["cvar"])}
    gap = Value(Kind.PERCENT, study["gap"], places=2)
    told.append(Paragraph(text("study.robust.cost", gap=gap, **facts)))
    if study["hedge_saves"] is not None:
        told.append(Paragraph(text("study.robust.saves", amount=money(study["hedge_saves"]))))
    if decided:
        heads = (words_column("measure"), figures_column("year"))
        heading = text("report.table.decided", count=count(len(decided)))
        told.append(Table("study-decided", heading, heads, decided, is_folded=True))
    return tuple(told)


def _named(plan: Plan, name: str) -> Node:
    """Return a measure's name with its site, where the plan names them."""
    known = plan.get("names") or {}
    told = known.get(name) or known.get(name.partition("@")[0]) or {"zh": name, "en": name}
    label = Name(told.get("zh") or name, told.get("en") or name)
    site = name.partition("@")[2]
    if not site:
        return label
    place = (plan.get("site_names") or {}).get(site) or {"zh": site, "en": site}
    where = Name(place.get("zh") or site, place.get("en") or site)
    return text("report.word.site-item", item=label, site=where)


def _alternatives(_source: Source, plan: Plan, study: Study) -> tuple[Block, ...]:
    columns = (
        words_column("sum"),
        figures_column("extra-cost"),
        figures_column("least"),
        figures_column("most"),
    )
    rows = tuple(
        Row(
            (
                text(f"study.group.{row['group']}"),
                percent(row["extra"]),
                _sum(row["group"], row["least"]),
                _sum(row["group"], row["most"]),
            )
        )
        for row in study["spreads"]
    )
    title = text("study.alternatives", count=count(study["plans"]))
    counted = Counter(row["standing"] for row in study["measures"])
    told = Names(
        tuple(text(f"study.standing.{name}", count=count(counted[name])) for name in _STANDINGS)
    )
    found = Table("study-alternatives", title, columns, rows)
    return (found, Paragraph(text("report.word.as-it-is", words=told)), _standings(plan, study))


def _sum(group: str, amount: float | None) -> Value:
    kind = _SUMS.get(group, Kind.NUMBER)
    is_whole = kind is Kind.COUNT and amount is not None
    return Value(kind, round(amount) if is_whole and amount is not None else amount)


def _standings(plan: Plan, study: Study) -> Table:
    """Return how often each measure is taken in the plans of nearly the same cost."""
    order = sorted(study["measures"], key=lambda row: (-row["share"], row["measure"]))
    rows = tuple(
        Row(
            (
                _named(plan, row["measure"]),
                text(f"report.standing.{row['standing']}"),
                percent(row["share"]),
                Value(Kind.YEAR, row["first_year"]),
                Value(Kind.YEAR, row["last_year"]),
            )
        )
        for row in order
    )
    columns = (
        words_column("measure"),
        words_column("standing"),
        figures_column("taken-share"),
        figures_column("earliest"),
        figures_column("latest"),
    )
    title = text("report.table.standings", count=count(len(rows)))
    return Table("study-standings", title, columns, rows, is_folded=True)


def _tornado(source: Source, _plan: Plan, study: Study) -> tuple[Block, ...]:
    """Return how far each uncertain factor alone moves the cost."""
    known = [row for row in study["factors"] if row["low"] is not None and row["high"] is not None]
    if not known:
        return (Paragraph(text("report.absent.tornado"), "hint"),)
    order = sorted(known, key=lambda row: -_reach(row))
    drawn = [
        {"name": _factor(source, row), "low": row["low"], "high": row["high"]} for row in order
    ]
    columns = (
        words_column("factor"),
        figures_column("factor-range"),
        figures_column("at-low", CNY),
        figures_column("at-high", CNY),
    )
    rows = tuple(
        Row(
            (
                _factor(source, row),
                text(
                    "report.word.factor-range",
                    low=Value(Kind.NUMBER, row["from"]),
                    high=Value(Kind.NUMBER, row["to"]),
                ),
                Value(Kind.KWH, row["low"]),
                Value(Kind.KWH, row["high"]),
            )
        )
        for row in order
    )
    table = Table("study-tornado", text("report.table.tornado"), columns, rows)
    first = order[0]
    title = text("report.figure.tornado", factor=_factor(source, first), reach=money(_reach(first)))
    subtitle = text("report.figure.tornado-drawn")
    return (Figure("study-tornado", "tornado", title, subtitle, "money", {"rows": drawn}, table),)


def _reach(row: Mapping[str, Any]) -> float:
    return float(abs(row["high"] - row["low"]))


def _factor(source: Source, row: Mapping[str, Any]) -> Node:
    if row["kind"] == "activity":
        return text("report.factor.activity")
    return text(f"report.factor.{row['kind']}", item=source.item(row["applies_to"]))


_BLOCKS: Mapping[str, Callable[[Source, Plan, Study], tuple[Block, ...]]] = {
    "risk": _risk,
    "scenarios": _scenarios,
    "tornado": _tornado,
    "delay": _delay,
    "pareto": _pareto,
    "regret": _regret,
    "robust": _robust,
    "alternatives": _alternatives,
}
ORDER = tuple(_BLOCKS)
