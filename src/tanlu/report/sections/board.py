"""The roadmap on a few pages for a board: what it comes to, what to decide now, who approves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from tanlu.report.certificate import gap_words
from tanlu.report.sections.adoption import gantt, measure_name
from tanlu.report.sections.annex import run
from tanlu.report.sections.money import budget, macc
from tanlu.report.sections.plan import (
    certificate,
    check_wedges,
    indicative,
    infeasible,
    offsets,
    targets_kept,
    warnings,
    wedge_chart,
)
from tanlu.report.sections.risk import binding, risk
from tanlu.report.sections.targets import planned_t
from tanlu.report.source import (
    CNY,
    TONNE,
    count,
    figures_column,
    mass,
    money,
    percent,
    share,
    text,
    tonnes,
    words_column,
    year,
)
from tanlu.report.tree import Facts, Kind, Kpi, Kpis, Paragraph, Row, Section, Table, Value

if TYPE_CHECKING:
    from tanlu.report.payload import Adoption, PlanPayload
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Figure, Text

_NOW = 3  # years whose decisions are asked for
_RULE = "\N{LOW LINE}" * 16  # to sign on
_MOST_WARNINGS = 2
_MOST_MEASURES = 15


def board(source: Source) -> tuple[Section, ...]:
    """Return the board's pages; an infeasible plan says by how much, and asks for no approval.

    Raises
    ------
    TanluError
        ``report.wedges-open`` when baseline minus wedges is not the emissions in some year.
    """
    found = source.payload.get("plan")
    if not found:
        return ()
    if found["status"] == "infeasible":
        blocks = (*warnings(source, found), *infeasible(source, found))
        return (Section("plan", text("report.section.plan"), blocks), run(source))
    check_wedges(source, found)
    return (
        _finding(source, found),
        _section("path", _bare(wedge_chart(source, found)), *offsets(found)),
        _section("adoptions", *_timeline(source, found)),
        _section("money", _bare(budget(found)), *(_bare(one) for one in macc(source, found)),
                 _carbon(found)),
        _section("binding", *binding(source, found)),
        _section("risk", *risk(source, found)),
        _section("decisions", *_decisions(source, found)),
        _section("approval", _approval(source, found)),
    )  # fmt: skip


def _section(name: str, *blocks: Block) -> Section:
    return Section(name, text(f"report.section.{name}"), blocks)


def _spent(found: PlanPayload) -> float:
    """Return the investment of the first years, what is built for later included."""
    now = _now(found)
    return sum(value for at, value in zip(found["years"], found["capex"], strict=True) if at in now)


def _targets(source: Source, found: PlanPayload) -> tuple[Table, ...]:
    """Return each target once, in the first year that it binds."""
    tables = targets_kept(source, found)
    return tuple(
        replace(
            table, rows=tuple({row.cells[0]: row for row in reversed(table.rows)}.values())[::-1]
        )
        for table in tables
    )


def _timeline(source: Source, found: PlanPayload) -> tuple[Block, ...]:
    """Return the time line of the measures that take off most."""
    taken: dict[str, float] = defaultdict(float)
    for each in found["adoptions"]:
        taken[each["measure"]] += each["abatement_t_total"] or 0.0
    shown = {*sorted(taken, key=lambda name: (-taken[name], name))[:_MOST_MEASURES]}
    chosen = [each for each in found["adoptions"] if each["measure"] in shown]
    figures = gantt(source, {**found, "adoptions": chosen})
    title = text("report.board.timeline", shown=count(len(shown)), all=count(len(taken)))
    return (
        *(replace(_bare(figure), title=title) for figure in figures),
        Paragraph(text("report.board.full-list"), "hint"),
    )


def _bare(figure: Figure) -> Figure:
    """Return a figure without the table behind it, which the full report has."""
    return replace(figure, table=None)


def _finding(source: Source, found: PlanPayload) -> Section:
    """Return the cards and what the plan comes to in a sentence."""
    emissions, now = planned_t(source), _now(found)
    last = found["years"][-1]
    less = found["baseline_t"][-1] - emissions[-1]
    told = text(
        "report.board.finding",
        year=year(last),
        less=mass(less),
        share=percent(share(less, found["baseline_t"][-1])),
        cost=_against(found),
        first=year(now[0]),
        until=year(now[-1]),
        count=count(len({each["measure"] for each in _due(found)})),
        capex=money(_spent(found)),
    )
    shown = warnings(source, found)
    left = len(shown) - _MOST_WARNINGS
    more = (Paragraph(text("report.board.more-warnings", count=count(left)), "hint"),)
    blocks: tuple[Block, ...] = (
        Paragraph(told, "good" if _is_kept(found) else "warn"),
        Kpis(_cards(source, found, emissions)),
        *indicative(found),
        *shown[:_MOST_WARNINGS],
        *(more if left > 0 else ()),
        *_targets(source, found),
        certificate(found),
    )
    return _section("board", *blocks)


def _against(found: PlanPayload) -> Text:
    """Return what the plan costs against doing nothing; without the baseline, its own cost."""
    base, cost = found.get("baseline_npv"), found["cost_npv"]
    if base is None or cost is None:
        return text("report.board.costs", value=money(cost))
    code = "report.board.saves" if cost <= base else "report.board.costs-more"
    return text(code, value=money(abs(base - cost)))


def _cards(source: Source, found: PlanPayload, emissions: list[float]) -> tuple[Kpi, ...]:
    first, now = found["years"][0], _now(found)
    kept = sum(1 for row in found["targets"] if row["met"])
    gap = text("report.kpi.plan-gap", gap=gap_words(found["gap"]), year=year(found["price_year"]))
    window = text("report.board.window", first=year(now[0]), until=year(now[-1]))
    tone = "good" if _is_kept(found) else "bad"
    all_targets = text("report.board.of-targets", all=count(len(found["targets"])))
    return (
        Kpi(text("report.kpi.plan"), money(found["cost_npv"]), gap),
        *(_card_of(found, emissions, at) for at in _milestones(found)),
        Kpi(text("report.board.capex"), money(_spent(found)), window),
        Kpi(text("report.board.targets"), count(kept), all_targets, tone),
        Kpi(text("report.board.start"), mass(found["baseline_t"][0]),
            text("report.kpi.year", year=year(first))),
    )  # fmt: skip


def _card_of(found: PlanPayload, emissions: list[float], at: int) -> Kpi:
    place = found["years"].index(at)
    change = share(emissions[place], found["baseline_t"][0])
    moved = Value(Kind.CHANGE, None if change is None else change - 1)
    context = text("report.kpi.change", change=moved, year=year(found["years"][0]))
    return Kpi(text("report.board.emissions", year=year(at)), mass(emissions[place]), context)


def _milestones(found: PlanPayload) -> list[int]:
    """Return the first year a limit on emissions binds, and the last year of the plan."""
    bound = [row["years"][0] for row in found["targets"]
             if row["kind"] == "absolute" and row.get("years")]  # fmt: skip
    known = [at for at in bound if at in found["years"]]
    return sorted({*([min(known)] if known else []), found["years"][-1]})


def _is_kept(found: PlanPayload) -> bool:
    return all(row["met"] for row in found["targets"])


def _now(found: PlanPayload) -> list[int]:
    """Return the first years after the base year; of a short plan all there are."""
    return (found["years"][1 : _NOW + 1] or found["years"])[:_NOW]


def _due(found: PlanPayload) -> list[Adoption]:
    """Return what comes into operation in those years: it is decided now."""
    listed = [each for each in found["adoptions"] if each["year"] <= _now(found)[-1]]
    return sorted(listed, key=lambda each: (each["year"], -(each["capex"] or 0), each["measure"]))


def _carbon(found: PlanPayload) -> Paragraph:
    """Return what carbon costs over the plan; without a price, that none is in it."""
    total = sum(found["carbon_cost"])
    if not total:
        return Paragraph(text("report.board.no-carbon"), "hint")
    peak = max(range(len(found["years"])), key=lambda place: found["carbon_cost"][place])
    facts = {
        "total": money(total),
        "year": year(found["years"][peak]),
        "most": money(found["carbon_cost"][peak]),
    }
    return Paragraph(text("report.board.carbon", **facts))


def _decisions(source: Source, found: PlanPayload) -> tuple[Block, ...]:
    """Return what has to be decided for the first years, and what of it rests on templates."""
    due, now = _due(found), _now(found)
    window = {"first": year(now[0]), "until": year(now[-1])}
    if not due:
        return (Paragraph(text("report.board.nothing-now", **window)),)
    known = found.get("approval")
    resting = {*(known["unconfirmed"] if known else found.get("templates") or ())}
    groups: dict[str, list[Adoption]] = defaultdict(list)
    for each in due:
        groups[each["measure"]].append(each)
    ranked = sorted(
        groups.values(), key=lambda group: (-(_sum(group, "capex") or 0), group[0]["measure"])
    )
    rows = [_decision(source, group, resting) for group in ranked]
    cells = (text("report.word.total"), "", "", Value(Kind.KWH, _sum(due, "capex")),
             tonnes(_sum(due, "abatement_t_total")), "")  # fmt: skip
    rows.append(Row(cells, strong=True))
    columns = (
        words_column("measure"),
        figures_column("years"),
        figures_column("sites"),
        figures_column("capex", CNY),
        figures_column("abatement-total", TONNE),
        words_column("basis"),
    )
    title = text("report.board.decide", count=count(len(ranked)), **window)
    note = text("report.note.decisions", spent=money(_spent(found)))
    return (Table("decisions", title, columns, tuple(rows), note),)


def _id(adoption: Adoption) -> str:
    site = adoption["site"]
    return f"{adoption['measure']}@{site}" if site else adoption["measure"]


def _sum(due: list[Adoption], name: str) -> float | None:
    values = [each[name] for each in due]  # type: ignore[literal-required]  # two known names
    return None if None in values else sum(values)


def _decision(source: Source, group: list[Adoption], resting: set[str]) -> Row:
    """Return one measure at all its sites; it rests on templates where it does at one."""
    years = sorted({each["year"] for each in group})
    is_template = any(_id(each) in resting for each in group)
    cells = (
        measure_name(source, group[0]),
        "\N{EN DASH}".join(str(at) for at in dict.fromkeys((years[0], years[-1]))),
        count(len({each["site"] for each in group})),
        Value(Kind.KWH, _sum(group, "capex")),
        tonnes(_sum(group, "abatement_t_total")),
        text("report.board.template" if is_template else "report.board.own"),
    )
    return Row(cells, tone="warn" if is_template else "")


def _approval(source: Source, found: PlanPayload) -> Facts:
    """Return who approved this very plan, or the line to sign on; and which plan it is."""
    known = found.get("approval")
    state = text(f"plan.approval.{known['state']}") if known else text("report.word.unknown")
    by, at = (known["by"], known["at"]) if known else (None, None)
    return Facts(
        (
            (text("report.fact.approval"), state),
            (text("report.fact.approver"), by or _RULE),
            (text("report.fact.approved-at"), at[:10] if at else _RULE),
            (text("report.fact.plan-hash"), str(found["run"].get("hash", ""))),
            (text("report.fact.ledger-head"), source.inventory["run"]["ledger_head"]),
        )
    )
