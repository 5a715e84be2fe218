"""Terminal view of a plan and the studies around it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tanlu.app import plan_words
from tanlu.cli.views import goals, layout
from tanlu.render.amounts import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

    Show = Callable[[Console, Say, Mapping[str, Any], Mapping[str, Any]], None]

_STAGES = ("fixed_plan", "estimate", "plan")


def plan(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the plan, then each study."""
    goals.plan(console, say, body)
    for name, study in (body.get("studies") or {}).items():
        if study is not None and name in _VIEWS:
            layout.line(console)
            _VIEWS[name](console, say, study, body)


def _money(value: float | None, say: Say, body: Mapping[str, Any]) -> str:
    return say.missing if value is None else say.money(value, currency=body["currency"])


def _delay(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    layout.line(console, say("study.delay"), style="bold")
    heads = [say("study.delay.years"), say("cli.year"), say("study.delay.extra"),
             say("study.delay.peak")]  # fmt: skip
    rows = [
        (str(row["years"]), str(row["first_year"]),
         _money(row["extra_cost"], say, body) if row["feasible"] else say("study.infeasible"),
         _money(row["extra_peak_capex"], say, body))
        for row in study["delays"]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=4)
    last = study["last_year"]
    if not study["stopped"]:
        told = (
            say("study.delay.never_fails") if last is None else say("study.delay.last", year=last)
        )
        layout.line(console, told)


def _pareto(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    layout.line(console, say("study.pareto"), style="bold")
    heads = [say("study.pareto.factor"), say("study.pareto.total"), say("study.cost"),
             say("study.gap")]  # fmt: skip
    rows = [
        (say.percent(row["factor"]), amount(row["total_t"], "t", say),
         say("study.infeasible") if row["status"] == "infeasible"
         else _money(row["cost_npv"] or row["bound_npv"], say, body), _gap(row["gap"], say))
        for row in study["points"]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=4)


def _gap(value: float | None, say: Say) -> str:
    return say.missing if value is None else f"{say.fixed(value * 100, 2)}%"


def _risk(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    layout.line(console, say("study.risk", draws=study["draws"]), style="bold")
    heads = [say("cli.target_title"), say("cli.value"), say("study.risk.interval"),
             say("study.risk.topped"), say("study.risk.worst")]  # fmt: skip
    rows = [_chance(row, say) for row in (*study["targets"], study["all"])]
    layout.table(console, heads, rows, right=4)
    cost = {name: _money(study["cost_npv"][point], say, body)
            for name, point in (("low", "p5"), ("middle", "p50"), ("high", "p95"))}  # fmt: skip
    layout.line(console, say("study.risk.cost", **cost))
    if "wanted" in study:
        _margin(console, say, study["margin"], body)


def _chance(row: Mapping[str, Any], say: Say) -> tuple[str, ...]:
    return (
        row["target"] or say("study.risk.all"),
        say.percent(row["probability"]),
        f"{say.percent(row['low'])} – {say.percent(row['high'])}",
        say.percent(row["topped_up"]["probability"]),
        say.missing if row["worst_year"] is None else str(row["worst_year"]),
    )


def _margin(
    console: Console, say: Say, margin: Mapping[str, Any] | None, body: Mapping[str, Any]
) -> None:
    if margin is None:
        layout.line(console, say("study.risk.no_margin"))
        return
    facts = {
        "share": say.percent(margin["share"]),
        "chance": say.percent(margin["probability"]),
        "cost": _money(margin["cost_cny"], say, body),
    }
    layout.line(console, say("study.risk.margin", **facts))


def _what_if(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    code = "study.what_if" if len(study["changes"]) == 1 else "study.what_if.together"
    layout.line(console, say(code, changes=say.listed(study["changes"])), style="bold")
    stages = [(name, study[name]) for name in _STAGES if study.get(name)]
    heads = ["", say("study.cost"), say("study.change"), say("study.pareto.total")]
    rows = [
        (say(f"study.stage.{name}"),
         say("study.infeasible") if row["status"] == "infeasible"
         else _money(row["cost_npv"], say, body),
         _money(row["change"], say, body),
         say.mass(sum(row["emissions_t"])) if row["emissions_t"] else say.missing)
        for name, row in stages
    ]  # fmt: skip
    layout.table(console, heads, rows, right=3)
    missed = dict.fromkeys(row["target"] for _, stage in stages for row in stage["missed"])
    if missed:
        layout.paragraph(console, say("study.missed", targets=say.listed(list(missed))), indent=0)
    anew = study.get("plan")
    if anew and anew["status"] == "feasible":
        _moves(console, say, anew["moves"], body)


def _moves(
    console: Console, say: Say, moves: list[Mapping[str, Any]], body: Mapping[str, Any]
) -> None:
    """Show what moved, measures by name; a measure built in parts once for each pair of years."""
    order = sorted(moves, key=lambda row: row["before"] == row["after"])  # years before sizes
    told = dict.fromkeys(plan_words.move_told(row, body, say) for row in order)
    if not told:
        layout.line(console, say("study.moved.none"))
    for text in list(told)[: layout.SHOWN]:
        layout.line(console, f"  {text}")
    layout.more(console, say, len(told) - layout.SHOWN)


def _regret(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    layout.line(console, say("study.regret"), style="bold")
    futures = [_future(name, say) for name in study["scenarios"]]
    heads = [say("study.regret.plan"), *futures, say("study.regret.largest")]
    rows = [
        (_future(name, say), *(_cost(cost, say, body) for cost in costs), _cost(largest, say, body))
        for name, costs, largest in zip(
            study["plans"], study["costs"], study["largest"], strict=True
        )
    ]
    layout.table(console, heads, rows, right=len(heads) - 1)
    if study["choice"] is not None:
        layout.line(console, say("study.regret.choice", plan=_future(study["choice"], say)))
    if study["better_data"] is not None:
        worth = _money(study["better_data"], say, body)
        layout.line(console, say("study.regret.data", amount=worth))


def _future(name: str, say: Say) -> str:
    return say("study.as_planned") if name == "as_planned" else name


def _robust(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    layout.line(console, say("study.robust", year=study["lock_year"]), style="bold")
    if study["impossible"]:
        layout.line(console, say("study.robust.impossible", names=say.listed(study["impossible"])))
        return
    if study["costs"] is None:
        layout.line(console, say("study.robust.none"))
        return
    heads = [say("study.robust.future"), say("study.robust.weight"), say("study.robust.common"),
             say("study.robust.alone")]  # fmt: skip
    rows = [
        (_future(name, say), say.percent(share), _money(cost, say, body), _money(alone, say, body))
        for name, share, cost, alone in zip(
            study["scenarios"], study["weights"], study["costs"], study["alone"], strict=True
        )
    ]
    layout.table(console, heads, rows, right=3)
    mean, worst = (_money(study[key], say, body) for key in ("expected", "cvar"))
    layout.line(
        console, say("study.robust.cost", mean=mean, worst=worst, gap=_gap(study["gap"], say))
    )
    begun = {row["id"].partition("#")[0]: row["year"] for row in reversed(study["decided"])}
    order = sorted(begun.items(), key=lambda entry: (entry[1], entry[0]))
    told = [f"{plan_words.name_of(name, body, say)} {year}" for name, year in order]
    shown = say.listed(told[: layout.SHOWN]) if told else say("study.robust.nothing")
    layout.paragraph(console, say("study.robust.decided", decisions=shown), indent=0)
    layout.more(console, say, len(told) - layout.SHOWN)
    if study["hedge_saves"] is not None:
        layout.line(
            console, say("study.robust.saves", amount=_money(study["hedge_saves"], say, body))
        )
    layout.line(console, say("study.regret.data", amount=_money(study["better_data"], say, body)))


def _cost(value: float | None, say: Say, body: Mapping[str, Any]) -> str:
    return say("study.infeasible") if value is None else _money(value, say, body)


def _alternatives(
    console: Console, say: Say, study: Mapping[str, Any], _body: Mapping[str, Any]
) -> None:
    layout.line(console, say("study.alternatives", count=study["plans"]), style="bold")
    heads = [say("study.group"), say("study.extra"), say("study.least"), say("study.most")]
    rows = [
        (say(f"study.group.{row['group']}"), say.percent(row["extra"]), _sum(row["least"], say),
         _sum(row["most"], say))
        for row in study["spreads"]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=3)
    counted = Counter(row["standing"] for row in study["measures"])
    told = [say(f"study.standing.{name}", count=counted[name])
            for name in ("must_have", "optional", "never")]  # fmt: skip
    layout.line(console, say.listed(told))


def _sum(value: float | None, say: Say) -> str:
    return say.missing if value is None else say.number(value)


def _scenarios(
    console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]
) -> None:
    costs = [row["bound_npv"] for row in study["points"] if row["bound_npv"] is not None]
    facts = {
        "count": len(study["points"]),
        "infeasible": study["infeasible"],
        "low": _money(min(costs, default=None), say, body),
        "high": _money(max(costs, default=None), say, body),
    }
    layout.line(console, say("study.scenarios", **facts))


def _tornado(console: Console, say: Say, study: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    layout.line(console, say("study.tornado"), style="bold")
    heads = [say("study.factor"), say("study.factor.range"), say("study.factor.low"),
             say("study.factor.high")]  # fmt: skip
    rows = [
        (_factor(row, say), f"{say.number(row['from'])} – {say.number(row['to'])}",
         _cost(row["low"], say, body), _cost(row["high"], say, body))
        for row in study["factors"]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=3)


def _factor(row: Mapping[str, Any], say: Say) -> str:
    from tanlu.app.findings import item_name  # it reads tables, which help does not need

    return say(f"report.factor.{row['kind']}", item=item_name(row["applies_to"], say))


_VIEWS: dict[str, Show] = {
    "alternatives": _alternatives,
    "delay": _delay,
    "pareto": _pareto,
    "regret": _regret,
    "risk": _risk,
    "robust": _robust,
    "scenarios": _scenarios,
    "tornado": _tornado,
    "what_if": _what_if,
}
