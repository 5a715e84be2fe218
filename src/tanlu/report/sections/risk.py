"""What binds a roadmap, what would change it, and how sure it is, as far as was studied."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tanlu.report.sections.adoption import adopted
from tanlu.report.source import (
    CNY,
    CNY_PER_T,
    count,
    figures_column,
    money,
    percent,
    text,
    words_column,
    year,
)
from tanlu.report.tree import Kind, Name, Paragraph, Row, Table, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.report.payload import Adoption, PlanPayload
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node

_CLOSE = 4  # measures nearest to another year that are told
_PRICES = 4
_STAGES = ("fixed_plan", "estimate", "plan")


def binding(source: Source, found: PlanPayload) -> tuple[Block, ...]:
    """Return which rules decide the years, what a tonne is worth, and what is near to moving."""
    return (*_reasons(found), *_prices(found), *_close(source, found), *_what_if(found))


def _reasons(found: PlanPayload) -> tuple[Table, ...]:
    counted: Counter[str] = Counter()
    capex: Counter[str] = Counter()
    for adoption in found["adoptions"]:
        why = adoption["why"]
        for code in dict.fromkeys(why["binding"] if why else ()):
            counted[code] += 1
            capex[code] += int(adoption["capex"] or 0)
    if not counted:
        return ()
    rows = tuple(
        Row((text(f"report.why.{code}"), count(number), Value(Kind.KWH, capex[code])))
        for code, number in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    first = rows[0].cells[0]
    columns = (words_column("why"), figures_column("measures"), figures_column("capex", CNY))
    title = text("report.table.binding", first=first, count=count(max(counted.values())))
    return (Table("binding", title, columns, rows, text("report.note.binding")),)


def _prices(found: PlanPayload) -> tuple[Block, ...]:
    """Return what one tonne less would cost in the years in which the limits have a price."""
    priced = [row for row in found["shadow_price"] if row.get("per_t")]
    if not priced:
        return (Paragraph(text("report.board.no-price"), "hint"),)
    ranked = sorted(priced, key=lambda row: (-row["per_t"], row["year"]))[:_PRICES]
    rows = tuple(
        Row(
            (year(row["year"]), *(Value(Kind.NUMBER, row.get(n)) for n in ("per_t", "low", "high")))
        )
        for row in sorted(ranked, key=lambda row: row["year"])
    )
    columns = (
        words_column("year"),
        figures_column("shadow", CNY_PER_T),
        figures_column("low", CNY_PER_T),
        figures_column("high", CNY_PER_T),
    )
    title = text(
        "report.table.shadow",
        year=year(ranked[0]["year"]),
        value=Value(Kind.NUMBER, ranked[0]["per_t"]),
    )
    return (Table("shadow", title, columns, rows),)


def _close(source: Source, found: PlanPayload) -> tuple[Table, ...]:
    """Return the measures that a year's delay costs least: those a change moves first."""
    known: list[tuple[float, float | None, Adoption]] = []
    for each in found["adoptions"]:
        why = each["why"]
        later = why.get("later") if why else None
        if why and later is not None:
            known.append((later, why.get("never"), each))
    nearest = sorted(known, key=lambda one: (one[0], one[2]["measure"]))[:_CLOSE]
    if not nearest:
        return ()
    rows = tuple(
        Row(
            (
                year(each["year"]),
                adopted(source, each),
                Value(Kind.KWH, later),
                Value(Kind.KWH, never),
            )
        )
        for later, never, each in nearest
    )
    columns = (
        words_column("year"),
        words_column("measure"),
        figures_column("later", CNY),
        figures_column("never", CNY),
    )
    title = text("report.table.close", measure=rows[0].cells[1], value=money(nearest[0][0]))
    return (Table("close", title, columns, rows, text("report.note.moves")),)


def _studies(found: PlanPayload) -> Mapping[str, Any]:
    return found.get("studies") or {}


def _what_if(found: PlanPayload) -> tuple[Table, ...]:
    study = _studies(found).get("what_if")
    if not study:
        return ()
    stages = [(name, study[name]) for name in _STAGES if study.get(name)]
    rows = tuple(
        Row(
            (
                text(f"study.stage.{name}"),
                text(f"report.study.{row['status']}"),
                Value(Kind.MONEY, row["cost_npv"]),
                Value(Kind.MONEY, row["change"]),
            )
        )
        for name, row in stages
    )
    columns = (
        words_column("stage"),
        words_column("status"),
        figures_column("cost"),
        figures_column("change"),
    )
    title = text("report.table.what-if", changes=", ".join(study["changes"]))
    return (Table("what-if", title, columns, rows),)


def risk(source: Source, found: PlanPayload) -> tuple[Block, ...]:
    """Return chances, delay and regret where they were studied; else which study would tell."""
    studies = _studies(found)
    blocks: list[Block] = []
    if studies.get("risk"):
        blocks.append(chances(source, studies["risk"]))
    if studies.get("delay"):
        blocks.append(delays(studies["delay"]))
    if studies.get("regret"):
        blocks += _regret(studies["regret"])
    return tuple(blocks) or (Paragraph(text("report.absent.risk"), "hint"),)


def chances(source: Source, study: Mapping[str, Any]) -> Table:
    """Return the probability of meeting each target, and of meeting all."""
    names = {row["id"]: row.get("name") for row in source.payload.get("targets") or ()}
    rows = [
        Row(
            (
                _target(row, names),
                percent(row["probability"]),
                percent(row["topped_up"]["probability"]),
                Value(Kind.YEAR, row["worst_year"]),
            ),
            strong=not row["target"],
        )
        for row in (*study["targets"], study["all"])
    ]
    columns = (
        words_column("target"),
        figures_column("chance"),
        figures_column("chance-topped"),
        figures_column("worst-year"),
    )
    title = text("report.table.risk", chance=percent(study["all"]["probability"]))
    cost = study["cost_npv"]
    note = text(
        "report.note.risk",
        draws=count(study["draws"]),
        low=money(cost["p5"]),
        middle=money(cost["p50"]),
        high=money(cost["p95"]),
    )
    return Table("risk", title, columns, tuple(rows), note)


def _target(row: Mapping[str, Any], names: Mapping[str, Any]) -> Node:
    if not row["target"]:
        return text("study.risk.all")
    pair = names.get(row["target"])
    return Name(pair["zh"], pair.get("en", "")) if pair else str(row["target"])


def delays(study: Mapping[str, Any]) -> Table:
    """Return what each delay costs."""
    rows = tuple(
        Row(
            (
                count(row["years"]),
                year(row["first_year"]),
                Value(Kind.MONEY, row["extra_cost"])
                if row["feasible"]
                else text("study.infeasible"),
            ),
            tone="" if row["feasible"] else "bad",
        )
        for row in study["delays"]
    )
    columns = (figures_column("delay"), figures_column("year"), figures_column("extra"))
    worst = next((row for row in study["delays"] if not row["feasible"]), None)
    last = study["delays"][-1]
    title = (
        text("report.table.delay-fails", years=count(worst["years"]))
        if worst
        else text("report.table.delay", years=count(last["years"]), value=money(last["extra_cost"]))
    )
    return Table("delay", title, columns, rows)


def _regret(study: Mapping[str, Any]) -> list[Paragraph]:
    told = []
    if study.get("choice") is not None:
        largest = dict(zip(study["plans"], study["largest"], strict=True))[study["choice"]]
        plan = text("study.as_planned") if study["choice"] == "as_planned" else study["choice"]
        told.append(Paragraph(text("report.board.regret", plan=plan, value=money(largest))))
    if study.get("better_data") is not None:
        worth = text("report.board.better-data", value=money(study["better_data"]))
        told.append(Paragraph(worth))
    return told
