"""The roadmap as a whole: its certificate, the wedges, or by how much it falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.report.certificate import gap_words, plan_status
from tanlu.report.sections.adoption import gantt, moves
from tanlu.report.sections.money import budget, macc
from tanlu.report.sections.targets import OWN, obliged, plan_scope, planned_t, tone, verdict
from tanlu.report.source import (
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
    Name,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
    Value,
)

if TYPE_CHECKING:
    from tanlu.report.payload import PlannedTarget, PlanPayload
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node

_SHARES = ("renewable_share", "equity")
_PER_OUTPUT = {
    "intensity": "report.unit.t-per-10k",
    "energy_intensity": "report.unit.tce-per-10k",
}
_TEN_THOUSAND = 10**4  # intensities are told per 10,000 CNY
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
        blocks: tuple[Block, ...] = (*warnings(source, found), *infeasible(source, found))
    else:
        check_wedges(source, found)
        blocks = (
            certificate(found),
            *warnings(source, found),
            *indicative(found),
            wedge_chart(source, found),
            *offsets(found),
            *targets_kept(source, found),
            *gantt(source, found),
            *moves(source, found),
            budget(found),
            *macc(source, found),
        )
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


def certificate(found: PlanPayload) -> Facts:
    """Return status, cost, bound and gap: what is proven of the plan."""
    steering = found["steering_npv"]
    steered = ((text("report.fact.steering"), money(steering)),) if steering else ()
    return Facts(
        (
            (text("report.fact.status"), plan_status(found)),
            *_approval(found),
            (text("report.fact.cost"), money(found["cost_npv"])),
            (text("report.fact.bound"), money(found["bound_npv"])),
            *steered,
            (text("report.fact.gap"), gap_words(found["gap"])),
            (text("report.fact.price-year"), year(found["price_year"])),
            (text("report.fact.solver"), str(found["run"].get("solver", ""))),
        )
    )


def _approval(found: PlanPayload) -> tuple[tuple[Text, Text], ...]:
    """Return the approval state, and who signed."""
    known = found.get("approval")
    if known is None:
        return ()
    state = text(f"plan.approval.{known['state']}")
    if known["by"] is None or known["at"] is None:
        return ((text("report.fact.approval"), state),)
    signed = text("plan.approval.by", by=known["by"], at=known["at"][:10])
    return ((text("report.fact.approval"), signed),)


def indicative(found: PlanPayload) -> tuple[Paragraph, ...]:
    """Return the warning that some measures it builds rest on default figures."""
    known = found.get("approval")
    resting = (found.get("templates") or []) if known is None else known["unconfirmed"]
    if not resting:
        return ()
    return (Paragraph(text("report.plan.indicative", count=count(len(resting))), "warn"),)


def warnings(source: Source, found: PlanPayload) -> tuple[Paragraph, ...]:
    """Return which targets take no part in the plan, and what its base year lacks."""
    return tuple(
        Paragraph(source.told(row["code"], row["facts"]), "warn")
        for row in found.get("findings") or ()
    )


def infeasible(source: Source, found: PlanPayload) -> tuple[Paragraph, ...]:
    """Return by how much the targets are missed, and what would make a plan possible."""
    facts: dict[str, Any] = found["infeasible"] or {}
    if facts.get("target") is None:
        return (Paragraph(text("cli.infeasible_margin"), "bad"),)
    words = text(
        "report.plan.infeasible",
        target=str(facts.get("target", "")),
        short=mass(facts.get("short_t")),
        organisation=source.payload["organisation"]["name"],
    )
    helps = tuple(
        Paragraph(text("report.plan.would-help", what=_help(row)), "hint")
        for row in facts.get("would_be_met_by") or ()
    )
    return (Paragraph(words, "bad"), *helps)


def _help(row: dict[str, Any]) -> Text:
    shown = {"budget": money, "offsets": mass, "measures": mass, "target_year": _whole_year}
    code = f"plan.help.{row['family']}"
    if row["family"] not in shown:
        return text(code)
    return text(code, amount=shown[row["family"]](row["amount"]))


def _whole_year(amount: float) -> Value:
    return year(int(amount))


def wedge_chart(source: Source, found: PlanPayload) -> Figure:
    """Return what each measure takes off by year, stacked on what is left."""
    emissions = planned_t(source)
    less = found["baseline_t"][-1] - emissions[-1]
    title = text(
        "report.figure.wedge",
        year=year(found["years"][-1]),
        less=mass(less),
        share=percent(share(less, found["baseline_t"][-1])),
    )
    wedges = _grouped(source, found)
    caps = [{"year": year, "t": t} for year, t in obliged(source, plan_scope(source)).items()]
    data = {
        "years": list(found["years"]),
        "baseline_t": list(found["baseline_t"]),
        "emissions_t": emissions,
        "wedges": wedges,
        "targets": caps,
    }
    table = _wedge_table(found, wedges, emissions)
    drawn = text("report.figure.wedge-drawn", covers=_covers(source, found))
    return Figure("wedge", "wedge", title, drawn, "mass", data, table)


def _covers(source: Source, found: PlanPayload) -> Text:
    """Return which scopes the totals hold, and the method of scope 2."""
    known = found.get("covers") or ("whole" if plan_scope(source) != OWN else "own")
    method = text(f"plan.method.{found.get('method') or 'market'}")
    return text(f"plan.covers.{known}", method=method)


def offsets(found: PlanPayload) -> tuple[Paragraph, ...]:
    """Return from when on emissions are offset, and how much at most."""
    used = [(at, t) for at, t in zip(found["years"], found.get("offsets_t") or (), strict=False)
            if t]  # fmt: skip
    if not used:
        return ()
    most = mass(max(t for _, t in used))
    return (Paragraph(text("plan.offsets", year=year(used[0][0]), most=most), "hint"),)


def targets_kept(source: Source, found: PlanPayload) -> tuple[Table, ...]:
    """Return what each target asks of the plan in its first and last year, and what it gets."""
    listed = [row for row in found["targets"] if row.get("years")]
    if not listed:
        return ()
    names = {row["id"]: row.get("name") for row in source.payload.get("targets") or ()}
    columns = (
        words_column("target"),
        figures_column("year"),
        figures_column("limit"),
        figures_column("planned"),
        words_column("unit"),
        words_column("verdict"),
    )
    rows = tuple(
        Row(
            (
                _target_name(row["id"], names),
                year(row["years"][place]),
                _level(row, row["level"][place]),
                _level(row, row["value"][place]),
                text(_PER_OUTPUT[row["kind"]]) if row["kind"] in _PER_OUTPUT else "",
                verdict(row["met"]),
            ),
            tone=tone(row["met"]),
        )
        for row in listed
        for place in _ends(row)
    )
    return (Table("plan-targets", text("report.table.plan-targets"), columns, rows),)


def _target_name(name: str, names: dict[str, Any]) -> Node:
    pair = names.get(name)
    return Name(pair["zh"], pair.get("en", "")) if pair else name


def _ends(row: PlannedTarget) -> tuple[int, ...]:
    """Return the places of the first and the last year of a target."""
    return tuple(sorted({0, len(row["years"]) - 1}))


def _level(row: PlannedTarget, value: float | None) -> Value:
    if row["kind"] in _SHARES:
        return Value(Kind.PERCENT, value)
    if row["kind"] in _PER_OUTPUT:
        return Value(Kind.NUMBER, None if value is None else value * _TEN_THOUSAND)
    return mass(value)


def _grouped(source: Source, found: PlanPayload) -> list[dict[str, Any]]:
    """Return one wedge per measure; the same measure at several sites is one band."""
    sums: dict[str, list[float]] = {}
    layers: dict[str, str] = {}
    for wedge in found["wedges"]:
        key = wedge["measure"].partition("@")[0]
        before = sums.get(key, [0.0] * len(found["years"]))
        sums[key] = [one + other for one, other in zip(before, wedge["t"], strict=True)]
        layers.setdefault(key, wedge.get("layer", ""))
    return [
        {"name": source.measure(key), "family": source.family(key, layers[key]), "t": values}
        for key, values in sums.items()
        if any(values)
    ]


def _wedge_table(found: PlanPayload, wedges: list[dict[str, Any]], emissions: list[float]) -> Table:
    places = [
        place
        for place, each in enumerate(found["years"])
        if each % 5 == 0 or place in (0, len(found["years"]) - 1)
    ]
    years = [found["years"][place] for place in places]
    columns = (words_column("measure"), *(_year_column(each) for each in years))
    rows = [Row((text("report.series.baseline"), *_at(found["baseline_t"], places)), strong=True)]
    rows += [Row((wedge["name"], *_at(wedge["t"], places))) for wedge in wedges]
    rows.append(Row((text("report.series.residual"), *_at(emissions, places)), strong=True))
    note = text("report.note.wedge")
    return Table("wedge", text("report.table.wedge"), columns, tuple(rows), note)


def _at(values: list[float], places: list[int]) -> tuple[Value, ...]:
    return tuple(tonnes(values[place]) for place in places)


def _year_column(each: int) -> Column:
    return Column(text("report.col.of-year", year=year(each)), unit=TONNE, numeric=True)
