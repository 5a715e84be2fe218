"""Which measure, where, when and why then; what another year would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.source import (
    CNY,
    TONNE,
    count,
    figures_column,
    text,
    tonnes,
    words_column,
    year,
)
from tanlu.report.tree import Figure, Kind, Name, Names, Row, Table, Text, Value

if TYPE_CHECKING:
    from tanlu.report.payload import Adoption, PlanPayload, Reason
    from tanlu.report.source import Source
    from tanlu.report.tree import Node

_MOST_ROWS = 30  # above it the chart has a row per measure, not per site
_RETIREMENT = "retirement"  # the kind of existing stock that is taken out early
_FOLDED = 15  # rows above which a table is closed at first


def gantt(source: Source, found: PlanPayload) -> tuple[Figure, ...]:
    """Return the time line of adoptions, each with the reason of its year."""
    if not found["adoptions"]:
        return ()
    adoptions = sorted(found["adoptions"], key=lambda each: (each["year"], each["measure"]))
    years = found["years"]
    grouped = len(adoptions) > _MOST_ROWS
    rows = (_by_measure if grouped else _one_by_one)(source, adoptions, years[-1] + 1)
    first, last = adoptions[0]["year"], adoptions[-1]["year"]
    title = text(
        "report.figure.gantt", count=count(len(adoptions)), first=year(first), last=year(last)
    )
    table = _adoption_table(source, adoptions)
    data = {"years": (years[0], years[-1]), "rows": rows}
    drawn = text("report.figure.gantt-drawn")
    return (Figure("gantt", "gantt", title, drawn, "", data, table),)


def _one_by_one(source: Source, adoptions: list[Adoption], end: int) -> list[dict[str, Any]]:
    return [
        {
            "name": adopted(source, adoption),
            "family": source.family(adoption["measure"], _layer(adoption)),
            "start": adoption["year"],
            "end": adoption.get("until") or end,
            "why": _first_reason(adoption),
        }
        for adoption in adoptions
    ]


def _by_measure(source: Source, adoptions: list[Adoption], end: int) -> list[dict[str, Any]]:
    """Return one row per measure, from its first site to its last; the reason is the first's."""
    groups: dict[tuple[str, bool], list[Adoption]] = {}
    for adoption in adoptions:
        is_out = adoption.get("kind") == _RETIREMENT
        groups.setdefault((adoption["measure"], is_out), []).append(adoption)
    rows = []
    for members in groups.values():
        first, last = members[0], members[-1]
        years = sorted({first["year"], last["year"]})
        sites = count(len({member["site"] for member in members}))
        reason = _first_reason(first)
        rows.append(
            {
                "name": measure_name(source, first),
                "family": source.family(first["measure"], _layer(first)),
                "start": first["year"],
                "end": max(member.get("until") or end for member in members),
                "when": "\N{EN DASH}".join(str(each) for each in years),
                "why": text("report.gantt.group", count=sites, why=reason)
                if reason
                else text("report.gantt.sites", count=sites),
            }
        )
    return rows


def moves(source: Source, found: PlanPayload) -> tuple[Table, ...]:
    """Return what another year would cost; a move that cannot be made has no value."""
    ordered = sorted(found["adoptions"], key=lambda each: (each["year"], each["measure"]))
    known = [(each, each["why"]) for each in ordered if each["why"]]
    moved = [(each, why) for each, why in known if "later" in why]
    if not moved:
        return ()
    columns = (
        words_column("year"),
        words_column("measure"),
        figures_column("earlier", CNY),
        figures_column("later", CNY),
        figures_column("never", CNY),
    )
    rows = tuple(
        Row(
            (
                year(each["year"]),
                adopted(source, each),
                Value(Kind.KWH, why.get("earlier")),
                Value(Kind.KWH, why.get("later")),
                Value(Kind.KWH, why.get("never")),
            )
        )
        for each, why in moved
    )
    title, note = text("report.table.moves"), text("report.note.moves")
    return (Table("moves", title, columns, rows, note, is_folded=len(rows) > _FOLDED),)


def reasons(source: Source, adoption: Adoption) -> Node:
    """Return why a measure falls in its year, one sentence per binding rule."""
    why = adoption["why"]
    if not why:
        return ""
    told = why.get("reasons") or []
    if told:
        return Names(tuple(_told(source, adoption, reason) for reason in told))
    return Names(tuple(text(f"report.why.{code}") for code in why["binding"]))


def _told(source: Source, adoption: Adoption, reason: Reason) -> Text:
    """Return the sentence of a reason; stock that leaves is not said to come."""
    sentence = source.told(reason["code"], reason["facts"])
    if adoption.get("kind") != _RETIREMENT:
        return sentence
    return Text(sentence.code, {**sentence.facts, "measure": measure_name(source, adoption)})


def _first_reason(adoption: Adoption) -> Node:
    why = adoption["why"]
    return text(f"report.why.{why['binding'][0]}") if why and why["binding"] else ""


def _layer(adoption: Adoption) -> str:
    kind = adoption.get("kind", "")
    return "pv" if kind.startswith("pv") else {"ppa": "contracts", "gec": "contracts"}.get(kind, "")


def measure_name(source: Source, adoption: Adoption) -> Node:
    """Return the name of an adopted measure; stock that leaves is told as such."""
    pair = adoption.get("name")
    name = source.measure(adoption["measure"])
    if pair and pair["zh"]:
        name = Name(pair["zh"], pair.get("en", ""))
    return text("plan.taken-out", name=name) if adoption.get("kind") == _RETIREMENT else name


def adopted(source: Source, adoption: Adoption) -> Node:
    """Return the name of an adopted measure with its site."""
    measure = measure_name(source, adoption)
    if not adoption["site"]:
        return measure
    return text("report.word.site-item", site=source.site(adoption["site"]), item=measure)


def _adoption_table(source: Source, adoptions: list[Adoption]) -> Table:
    columns = (
        words_column("year"),
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
                measure_name(source, adoption),
                source.site(adoption["site"]),
                Value(Kind.NUMBER, adoption["size"]),
                adoption["unit"],
                Value(Kind.KWH, adoption["capex"]),
                tonnes(adoption["abatement_t_total"]),
                reasons(source, adoption),
            )
        )
        for adoption in adoptions
    )
    return Table("adoptions", text("report.table.adoptions"), columns, rows)
