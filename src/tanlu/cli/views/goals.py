"""Terminal views of target and plan."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from tanlu.app import plan_words
from tanlu.cli.views import layout
from tanlu.cli.views.made import made
from tanlu.render.amounts import amount
from tanlu.render.speech import words
from tanlu.report.certificate import gap_words, plan_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from tanlu.i18n.say import Say

_ADOPTIONS = 40
_YEAR_STEP = 5
_LISTED = 1
_GAPS = 4
_NOT_APPLICABLE = "not_applicable"


def targets(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the targets."""
    if not body["targets"]:
        layout.line(console, layout.labelled(say, "cli.target_title", say("cli.none")))
        return
    heads = [say("cli.target_title"), say("cli.name"), say("cli.kind"), say("cli.scope"),
             say("cli.target.year"), say("cli.required")]  # fmt: skip
    rows = [
        (row["id"], row["label"], layout.word("cli.target_kind", row["kind"], say),
         row["scope"] or say.missing, row["year"], _asked(row, say))
        for row in body["targets"]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=2)
    replaced = body.get("replaced")
    if replaced:
        layout.line(console, say("cli.target.replaced", **replaced), style="yellow")


def _asked(row: Mapping[str, Any], say: Say) -> str:
    if row["reduction"] is not None:
        return say.percent(-row["reduction"])
    return amount(row["level"], row["unit"], say)


def checks(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show each target against its path and every rule, in words and marks."""
    if not body["targets"]:
        layout.paragraph(console, say("cli.target.none"), indent=0)
        layout.line(console, f"  {say('cli.target.none.call')}")
        return
    cells: list[tuple[str, ...]] = []
    styles: list[str] = []
    last = None
    for row in body["targets"]:
        if row["id"] != last:
            cells.append(("", row["label"], "", "", ""))
            styles.append("bold")
            last = row["id"]
        cells.append(_check(row, say))
        styles.append(_style(row))
    heads = [say("cli.verdict"), say("cli.rule"), say("cli.year"), say("cli.value"),
             say("cli.required")]  # fmt: skip
    layout.table(console, heads, cells, right=3, styles=styles)
    _unmet(console, say, body["targets"])
    _incomplete(console, say, body["targets"])


def _check(row: Mapping[str, Any], say: Say) -> tuple[str, ...]:
    places = row.get("places", 1)
    is_bare = row["required"] is not None
    return (
        _verdict(row, say), f"  {row['rule_label']}", str(row.get("check_year") or say.missing),
        amount(row["value"], row["unit"], say, is_bare=is_bare, places=places),
        amount(row["required"], row["unit"], say, places=places),
    )  # fmt: skip


def _verdict(row: Mapping[str, Any], say: Say) -> str:
    """Return mark and word: a rule that does not apply is neither met nor doubtful."""
    if row.get("verdict") == _NOT_APPLICABLE:
        return f"{say.missing} {say('cli.not_applicable')}"
    word = say(layout.WORDS[row["met"]])
    if row["met"] and row.get("incomplete"):
        word = say("cli.target.met_so_far", word=word)
    return f"{layout.MARKS[row['met']]} {word}"


def _style(row: Mapping[str, Any]) -> str:
    if row["met"] and row.get("incomplete"):
        return "yellow"
    return "dim" if row.get("verdict") == _NOT_APPLICABLE else layout.STYLES[row["met"]]


def _unmet(console: Console, say: Say, rows: Sequence[Mapping[str, Any]]) -> None:
    """Say once each why something is not met, not known or not applicable."""
    told = dict.fromkeys(
        (_verdict(row, say), row["message"]) for row in rows if row["met"] is not True
    )
    for mark, message in told:
        layout.paragraph(
            console, say("cli.labelled", label=mark, value=message), indent=0, style="dim"
        )


def _incomplete(console: Console, say: Say, rows: Sequence[Mapping[str, Any]]) -> None:
    """Say once for each judged year what its inventory lacks."""
    lacks: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        for gap in row.get("incomplete", ()) if row["met"] else ():
            lacks[gap["year"]] += [reason["message"] for reason in gap["reasons"]]
    for year, messages in sorted(lacks.items()):
        layout.line(console, say("cli.target.incomplete", year=year), style="yellow")
        told = list(dict.fromkeys(messages))
        for message in told[:_GAPS]:
            layout.paragraph(console, f"· {message}", style="yellow")
        layout.more(console, say, len(told) - _GAPS)


def plan(console: Console, say: Say, body: Mapping[str, Any], *, most: int = _ADOPTIONS) -> None:
    """Show status, cost, path, adoptions by year with their reasons, and what is missed."""
    layout.line(console, say("cli.plan_status", status=words(plan_status(body), say)), style="bold")
    _warnings(console, body)
    if body["status"] == "infeasible":
        _infeasible(console, say, body["infeasible"] or {})
        return
    _cost(console, say, body)
    if body.get("indicative"):
        layout.paragraph(console, say("cli.indicative"), indent=0, style="yellow")
    layout.line(console)
    path(console, say, body)
    layout.line(console)
    adoptions(console, say, body, most=most)
    made(console, say, body)


def _cost(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show cost, bound and gap on one basis: what steers without being paid is in the bound."""
    money = partial(say.money, currency=body["currency"])
    gap = say.missing if body["gap"] is None else words(gap_words(body["gap"]), say)
    facts = {"cost": money(body["cost_npv"]), "bound": money(body["bound_npv"]), "gap": gap}
    steering = body["steering_npv"]
    if not steering:
        layout.paragraph(console, say("cli.plan_cost", **facts), indent=0)
        return
    steered = money(body["cost_npv"] + steering)
    layout.paragraph(console, say("cli.plan_cost_steered", steered=steered, **facts), indent=0)
    layout.paragraph(console, say("cli.plan_steering", steering=money(steering)), indent=0)


def _warnings(console: Console, body: Mapping[str, Any]) -> None:
    """Say which targets take no part in the plan, and what its base year lacks."""
    for row in body.get("findings", ()):
        layout.paragraph(console, f"! {row['message']}", indent=0, style="yellow")


def _infeasible(console: Console, say: Say, short: Mapping[str, Any]) -> None:
    layout.paragraph(console, plan_words.shortfall_told(short, say), indent=0, style="red")
    years = [
        (row.get("target", ""), str(row["year"]), amount(row["short"], row.get("unit"), say))
        for row in short.get("by_year", [])
    ]
    if years:
        heads = [say("cli.target_title"), say("cli.year"), say("cli.short")]
        layout.table(console, heads, years[: layout.SHOWN], right=2)
        layout.more(console, say, len(years) - layout.SHOWN)
    helps = short.get("would_be_met_by", [])
    if helps:
        layout.line(console, say("cli.would_help"))
    for row in helps:
        layout.paragraph(console, f"· {plan_words.help_told(row, short, say)}")


def path(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show baseline and planned emissions of every fifth year, and of the ends."""
    years, baseline = body["years"], body["baseline_t"]
    planned = _planned(body)
    if not planned or not baseline or not max(baseline):
        return
    layout.line(console, covers(body, say))
    chosen = [
        i for i, year in enumerate(years) if i in (0, len(years) - 1) or not year % _YEAR_STEP
    ]
    heads = [say("cli.year"), "", say("cli.baseline"), say("cli.planned"), say("cli.against")]
    rows = [
        (str(years[i]), layout.bar(planned[i] / max(baseline)), say.mass(baseline[i]),
         say.mass(planned[i]), _change(planned[i], baseline[i], say))
        for i in chosen
    ]  # fmt: skip
    layout.table(console, heads, rows, right=3)
    _offsets(console, say, body)


def covers(body: Mapping[str, Any], say: Say) -> str:
    """Return which scopes the totals of a plan hold, and the method of scope 2."""
    upstream = any((body["emissions_t"] or {}).get("scope3") or ())
    known = body.get("covers") or ("whole" if upstream else "own")
    method = say(f"plan.method.{body.get('method') or 'market'}")
    return say(f"plan.covers.{known}", method=method)


def _offsets(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Say from when and how much is offset; it is not taken off the emissions shown."""
    used = [(year, t) for year, t in zip(body["years"], body.get("offsets_t") or (), strict=False)
            if t]  # fmt: skip
    if used:
        facts = {"year": used[0][0], "most": say.mass(max(t for _, t in used))}
        layout.paragraph(console, say("plan.offsets", **facts), indent=0)


def _change(value: float, base: float, say: Say) -> str:
    return say.percent(value / base - 1) if base else say.missing


def _planned(body: Mapping[str, Any]) -> list[float]:
    """Return the emissions of each year, scope 2 by the method of the plan."""
    emissions = body["emissions_t"]
    method = body.get("method") or "market"
    parts = [emissions.get(name) or [] for name in ("scope1", f"scope2_{method}", "scope3")]
    known = [part for part in parts if part]
    return [sum(values) for values in zip(*known, strict=True)]


def adoptions(
    console: Console, say: Say, body: Mapping[str, Any], *, most: int = _ADOPTIONS
) -> None:
    """Show what is built, by year, each measure once with its sites and its reason."""
    grouped: dict[tuple[int, str, bool], list[Mapping[str, Any]]] = defaultdict(list)
    for row in body["adoptions"]:
        grouped[row["year"], row["measure"], row.get("kind") == "retirement"].append(row)
    if not grouped:
        layout.paragraph(console, say("cli.plan_nothing"), indent=0)
        return
    groups = sorted(grouped.values(), key=lambda rows: (rows[0]["year"], -_abatement(rows)))
    kept = {id(rows) for rows in sorted(groups, key=_abatement, reverse=True)[:most]}
    heads = [say("cli.year"), say("cli.measure"), say("cli.site_name"), say("cli.why"),
             say("cli.cost"), say("cli.abatement")]  # fmt: skip
    rows = [_adoption(rows, say, body) for rows in groups if id(rows) in kept]
    layout.table(console, heads, rows, right=2)
    layout.more(console, say, len(groups) - len(rows))


def _abatement(rows: Sequence[Mapping[str, Any]]) -> float:
    return sum(row["abatement_t_total"] or 0 for row in rows)


def _adoption(
    rows: Sequence[Mapping[str, Any]], say: Say, body: Mapping[str, Any]
) -> tuple[str, ...]:
    sites = list(dict.fromkeys(layout.site(row["site"], say, body) for row in rows))
    where = sites[0] if len(sites) == 1 else say("report.gantt.sites", count=len(sites))
    codes = dict.fromkeys(code for row in rows for code in (row["why"] or {}).get("binding", ()))
    why = say.listed([layout.word("report.why", code, say) for code in codes])
    capex = [row["capex"] for row in rows if row["capex"] is not None]
    saved = [row["abatement_t_total"] for row in rows if row["abatement_t_total"] is not None]
    cost = say.money(sum(capex), currency=body["currency"]) if capex else say.missing
    return (
        str(rows[0]["year"]), measure_name(rows[0], say), where, why, cost,
        say.mass(sum(saved)) if saved else say.missing,
    )  # fmt: skip


def measure_name(row: Mapping[str, Any], say: Say) -> str:
    """Return the name of what is built, or of the stock that is taken out."""
    name = row.get("name") or {}
    told = say.pick(name.get("zh") or "", name.get("en") or "")
    if row.get("kind") == "retirement":
        return say("cli.retired", name=told or row["id"])
    return told or str(row["measure"])


def approval(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show whether the plan is approved, and what it still rests on."""
    found = body["approval"]
    layout.line(console, say(f"plan.approval.{found['state']}"), style="bold")
    if found["by"]:
        layout.paragraph(console, say("plan.approval.by", by=found["by"], at=found["at"]))
    for name in found["unconfirmed"]:
        layout.paragraph(console, f"· {body['labels'][name]}  ({name})")
    if found["unconfirmed"]:
        layout.paragraph(console, say("plan.approval.how"), indent=0)
    layout.paragraph(console, say("plan.approval.paths"), indent=0)
