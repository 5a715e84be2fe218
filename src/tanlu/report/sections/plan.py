"""The roadmap: wedges, adoptions with the reason of their year, budget and cost curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.report.sections.targets import drawn_targets, planned_t
from tanlu.report.source import (
    CNY,
    CNY_PER_T,
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
from tanlu.report.tree import (
    Column,
    Facts,
    Figure,
    Kind,
    Names,
    Paragraph,
    Row,
    Section,
    Table,
    Value,
)

if TYPE_CHECKING:
    from tanlu.report.payload import Adoption, MaccBar, PlanPayload
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node

_OPEN_GRAMS = 1e-6  # the sums are rounded to whole grams before they come here


def plan(source: Source) -> tuple[Section, ...]:
    """Return the plan's charts and tables; an infeasible one says by how much.

    Raises
    ------
    TanluError
        ``report.wedges-open`` when baseline minus wedges is not the emissions in some year.
    """
    found = source.payload.get("plan")
    if not found:
        return ()
    if found["status"] == "infeasible":
        blocks: tuple[Block, ...] = (_infeasible(source, found),)
    else:
        check_wedges(source, found)
        charts = (
            _wedge(source, found),
            _gantt(source, found),
            _budget(found),
            *_macc(source, found),
        )
        blocks = (_certificate(found), *charts)
    return (Section("plan", text("report.section.plan"), blocks),)


def check_wedges(source: Source, found: PlanPayload) -> None:
    """Refuse a plan whose wedges do not add up: such a chart must not be drawn."""
    emissions = planned_t(source)
    for place, each in enumerate(found["years"]):
        left = found["baseline_t"][place] - sum(wedge["t"][place] for wedge in found["wedges"])
        tolerance = _OPEN_GRAMS * (1 + len(found["wedges"]))
        if abs(left - emissions[place]) > max(tolerance, abs(left) * 1e-9) or left < -tolerance:
            raise TanluError(
                "report.wedges-open", year=each, found=f"{left:.6f}", expected=emissions[place]
            )


def _certificate(found: PlanPayload) -> Facts:
    gap: Node = percent(found["gap"]) if found["gap"] is not None else text("report.word.unknown")
    return Facts(
        (
            (text("report.fact.status"), text(f"report.plan-status.{found['status']}")),
            (text("report.fact.cost"), money(found["cost_npv"])),
            (text("report.fact.bound"), money(found["bound_npv"])),
            (text("report.fact.gap"), gap),
            (text("report.fact.price-year"), year(found["price_year"])),
            (text("report.fact.solver"), str(found["run"].get("solver", ""))),
        )
    )


def _infeasible(source: Source, found: PlanPayload) -> Paragraph:
    facts: dict[str, Any] = found["infeasible"] or {}
    words = text(
        "report.plan.infeasible",
        target=str(facts.get("target", "")),
        short=mass(facts.get("short_t")),
        organisation=source.payload["organisation"]["name"],
    )
    return Paragraph(words, "bad")


def _wedge(source: Source, found: PlanPayload) -> Figure:
    emissions = planned_t(source)
    less = found["baseline_t"][-1] - emissions[-1]
    title = text(
        "report.figure.wedge",
        year=year(found["years"][-1]),
        less=mass(less),
        share=percent(share(less, found["baseline_t"][-1])),
    )
    caps = [
        {"year": cap["year"], "t": cap["required"]}
        for cap in drawn_targets(source)
        if cap["year"] in found["years"]
    ]
    data = {
        "years": list(found["years"]),
        "baseline_t": list(found["baseline_t"]),
        "emissions_t": emissions,
        "wedges": [
            {
                "name": source.measure(wedge["measure"]),
                "family": source.family(wedge["measure"]),
                "t": list(wedge["t"]),
            }
            for wedge in found["wedges"]
        ],
        "targets": caps,
    }
    table = _wedge_table(source, found, emissions)
    return Figure("wedge", "wedge", title, text("report.figure.wedge-drawn"), "mass", data, table)


def _wedge_table(source: Source, found: PlanPayload, emissions: list[float]) -> Table:
    places = [
        place
        for place, each in enumerate(found["years"])
        if each % 5 == 0 or place in (0, len(found["years"]) - 1)
    ]
    years = [found["years"][place] for place in places]
    columns = (words_column("measure"), *(_year_column(each) for each in years))
    rows = [Row((text("report.series.baseline"), *_at(found["baseline_t"], places)), strong=True)]
    rows += [
        Row((source.measure(wedge["measure"]), *_at(wedge["t"], places)))
        for wedge in found["wedges"]
    ]
    rows.append(Row((text("report.series.residual"), *_at(emissions, places)), strong=True))
    note = text("report.note.wedge")
    return Table("wedge", text("report.table.wedge"), columns, tuple(rows), note)


def _at(values: list[float], places: list[int]) -> tuple[Value, ...]:
    return tuple(tonnes(values[place]) for place in places)


def _year_column(each: int) -> Column:
    return Column(text("report.col.of-year", year=year(each)), unit=TONNE, numeric=True)


def reasons(adoption: Adoption) -> Node:
    """Return why a measure falls in its year, one sentence per binding row."""
    found: list[Node] = []
    for reason in adoption["why"]["binding"]:
        if isinstance(reason, str):
            found.append(text(f"report.why.{reason}"))
        else:
            facts = {name: str(value) for name, value in (reason.get("facts") or {}).items()}
            found.append(text(str(reason["code"]), **facts))
    return Names(tuple(found)) if found else ""


def _gantt(source: Source, found: PlanPayload) -> Figure:
    adoptions = sorted(found["adoptions"], key=lambda each: (each["year"], each["measure"]))
    years = found["years"]
    rows = [
        {
            "name": _adopted(source, adoption),
            "family": source.family(adoption["measure"]),
            "start": adoption["year"],
            "end": adoption.get("until") or years[-1] + 1,
            "why": reasons({**adoption, "why": {"binding": adoption["why"]["binding"][:1]}}),
        }
        for adoption in adoptions
    ]
    first, last = adoptions[0]["year"], adoptions[-1]["year"]
    title = text(
        "report.figure.gantt", count=count(len(adoptions)), first=year(first), last=year(last)
    )
    table = _adoption_table(source, adoptions)
    data = {"years": (years[0], years[-1]), "rows": rows}
    return Figure("gantt", "gantt", title, text("report.figure.gantt-drawn"), "", data, table)


def _adopted(source: Source, adoption: Adoption) -> Node:
    measure = source.measure(adoption["measure"])
    if not adoption["site"]:
        return measure
    return text("report.word.site-item", site=source.site(adoption["site"]), item=measure)


def _adoption_table(source: Source, adoptions: list[Adoption]) -> Table:
    columns = (
        figures_column("year"),
        words_column("measure"),
        words_column("site"),
        figures_column("size"),
        words_column("unit"),
        figures_column("capex", CNY),
        figures_column("abatement-total", TONNE),
        words_column("why"),
    )
    rows = tuple(
        Row(
            (
                year(adoption["year"]),
                source.measure(adoption["measure"]),
                source.site(adoption["site"]),
                Value(Kind.NUMBER, adoption["size"]),
                adoption["unit"],
                Value(Kind.KWH, adoption["capex"]),
                tonnes(adoption["abatement_t_total"]),
                reasons(adoption),
            )
        )
        for adoption in adoptions
    )
    return Table("adoptions", text("report.table.adoptions"), columns, rows)


def _budget(found: PlanPayload) -> Figure:
    peak = max(range(len(found["years"])), key=lambda place: found["capex"][place])
    title = text(
        "report.figure.budget", year=year(found["years"][peak]), value=money(found["capex"][peak])
    )
    data = {
        "years": list(found["years"]),
        "capex": list(found["capex"]),
        "budget": list(found.get("budget") or []),
    }
    limits = found.get("budget") or [None] * len(found["years"])
    columns = (
        figures_column("year"),
        figures_column("capex", CNY),
        figures_column("budget", CNY),
        figures_column("opex", CNY),
        figures_column("carbon-cost", CNY),
    )
    rows = tuple(
        Row((year(each), *(Value(Kind.KWH, amount) for amount in amounts)))
        for each, *amounts in zip(
            found["years"],
            found["capex"],
            limits,
            found["opex"],
            found["carbon_cost"],
            strict=True,
        )
    )
    table = Table("budget", text("report.table.budget"), columns, rows)
    return Figure(
        "budget", "budget", title, text("report.figure.budget-drawn"), "money", data, table
    )


def _macc(source: Source, found: PlanPayload) -> tuple[Figure, ...]:
    ranked = sorted(found["macc"], key=lambda bar: (bar["cost_per_t"], bar["measure"]))
    if not ranked:
        return ()
    saving = sum(1 for bar in ranked if bar["cost_per_t"] < 0)
    title = text("report.figure.macc", count=count(saving), all=count(len(ranked)))
    bars = [
        {
            "number": number,
            "name": source.measure(bar["measure"]),
            "family": source.family(bar["measure"]),
            "abatement_t": bar["abatement_t"],
            "cost_per_t": bar["cost_per_t"],
            "low": bar["alone_per_t"],
            "high": bar["last_in_per_t"],
        }
        for number, bar in enumerate(ranked, start=1)
    ]
    table = _macc_table(source, ranked, found)
    return (
        Figure("macc", "macc", title, text("report.figure.macc-drawn"), "", {"bars": bars}, table),
    )


def _macc_table(source: Source, ranked: list[MaccBar], found: PlanPayload) -> Table:
    when = {adoption["measure"]: adoption["year"] for adoption in reversed(found["adoptions"])}
    columns = (
        figures_column("number"),
        words_column("measure"),
        figures_column("cost-per-t", CNY_PER_T),
        figures_column("alone", CNY_PER_T),
        figures_column("last-in", CNY_PER_T),
        figures_column("abatement", TONNE),
        figures_column("year"),
    )
    rows = tuple(
        Row(
            (
                count(number),
                source.measure(bar["measure"]),
                Value(Kind.NUMBER, bar["cost_per_t"]),
                Value(Kind.NUMBER, bar["alone_per_t"]),
                Value(Kind.NUMBER, bar["last_in_per_t"]),
                tonnes(bar["abatement_t"]),
                Value(Kind.YEAR, when.get(bar["measure"])),
            )
        )
        for number, bar in enumerate(ranked, start=1)
    )
    return Table("macc", text("report.table.macc"), columns, rows, text("report.note.macc"))
