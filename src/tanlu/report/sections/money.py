"""What the plan costs by year, and what each measure costs per tonne."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.source import (
    CNY,
    CNY_PER_T,
    TONNE,
    count,
    figures_column,
    money,
    text,
    tonnes,
    words_column,
    year,
)
from tanlu.report.tree import Figure, Kind, Row, Table, Value

if TYPE_CHECKING:
    from tanlu.report.payload import MaccBar, PlanPayload
    from tanlu.report.source import Source


def budget(found: PlanPayload) -> Figure:
    """Return investment by year against the budget, with the other costs in the table."""
    peak = max(range(len(found["years"])), key=lambda place: found["capex"][place])
    title = text(
        "report.figure.budget", year=year(found["years"][peak]), value=money(found["capex"][peak])
    )
    data = {
        "years": list(found["years"]),
        "capex": list(found["capex"]),
        "budget": list(found.get("budget") or []),
    }
    lines = {
        "capex": found["capex"],
        "budget": found.get("budget"),
        "opex": found["opex"],
        "carbon-cost": found["carbon_cost"],
    }
    given = {name: values for name, values in lines.items() if values is not None}
    columns = (words_column("year"), *(figures_column(name, CNY) for name in given))
    rows = tuple(
        Row((year(each), *(Value(Kind.KWH, amount) for amount in amounts)))
        for each, *amounts in zip(found["years"], *given.values(), strict=True)
    )
    drawn = text("report.figure.budget-drawn" if "budget" in given else "report.figure.capex-drawn")
    table = Table("budget", text("report.table.budget"), columns, rows)
    return Figure("budget", "budget", title, drawn, "money", data, table)


def macc(source: Source, found: PlanPayload) -> tuple[Figure, ...]:
    """Return the cost curve of the plan's measures and the ranked list."""
    known = [(bar["cost_per_t"], bar) for bar in found["macc"] if bar["cost_per_t"] is not None]
    ranked = [bar for _, bar in sorted(known, key=lambda pair: (pair[0], pair[1]["measure"]))]
    if not ranked:
        return ()
    saving = sum(1 for cost, _ in known if cost < 0)
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
        if bar["abatement_t"] > 0
    ]
    table = _macc_table(source, ranked, found)
    return (
        Figure("macc", "macc", title, text("report.figure.macc-drawn"), "", {"bars": bars}, table),
    )


def _first_years(found: PlanPayload) -> dict[str, int]:
    """Return the year a measure first comes, at each site and anywhere."""
    when: dict[str, int] = {}
    for adoption in sorted(found["adoptions"], key=lambda adoption: adoption["year"]):
        offer = f"{adoption['measure']}@{adoption['site']}"
        when.setdefault(offer, adoption["year"])
        when.setdefault(adoption["measure"], adoption["year"])
    return when


def _macc_table(source: Source, ranked: list[MaccBar], found: PlanPayload) -> Table:
    when = _first_years(found)
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
