"""Who reports, what is inside, by which rules and with which factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.inventory.figures import Measure
from tanlu.report.source import (
    TONNE,
    figures_column,
    stated,
    text,
    tonnes,
    words_column,
    year,
)
from tanlu.report.tree import Facts, Name, Names, Paragraph, Row, Section, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node, Text

_NAMED = ("approach", "standard", "profile")


def boundary(source: Source) -> tuple[Section, ...]:
    """Return organisation, boundary, method and factor profile."""
    organisation = source.payload["organisation"]
    given: Mapping[str, Any] = source.payload.get("boundary") or {}
    pairs: list[tuple[Text, Node]] = [
        (text("report.fact.organisation"), organisation_name(source)),
        (text("report.fact.year"), year(source.year)),
    ]
    for key in ("sector", "province"):
        pair: Any = organisation.get(key)
        if pair:
            pairs.append((text(f"report.fact.{key}"), _name(pair)))
    sites = [row["site"] for row in source.inventory["by_site"] if row["site"]]
    pairs.append((text("report.fact.sites"), Names(tuple(source.site(site) for site in sites))))
    silent = source.inventory["coverage"].get("silent_sites")
    if silent:
        named = Names(tuple(source.site(site) for site in silent))
        pairs.append((text("report.fact.sites-silent"), named))
    pairs += [(text(f"report.fact.{key}"), _name(given[key])) for key in _NAMED if given.get(key)]
    pairs += [
        (text(f"report.fact.{key.replace('_', '-')}"), str(given[key]))
        for key in ("gwp", "as_of")
        if given.get(key)
    ]
    pairs.append((text("report.fact.engine"), source.inventory["run"]["engine"]))
    pairs.append((text("report.fact.significance"), stated(source, "significance")))
    blocks: tuple[Block, ...] = (
        Facts(tuple(pairs)),
        *_categories(source),
        *_others(source),
        Paragraph(text("report.method.note"), "hint"),
    )
    return (Section("boundary", text("report.section.boundary"), blocks),)


def _categories(source: Source) -> tuple[Table, ...]:
    """Return each category of scope 3: its figure, or the reason why it is left out, or neither."""
    listed = source.payload.get("scope3_categories")
    if not listed:
        return ()
    reasons = {row["subject"]: row for row in source.payload.get("exclusions") or ()}
    rows = []
    for row in listed:
        category = row["category"]
        amount = source.inventory["scope3"].get(category)
        value = tonnes(None)
        if amount is not None:
            value = source.tonnes(amount, Measure.SCOPE3, category=category)
        state, tone = _state(amount, is_explained=category in reasons)
        why: Node = _name(reasons[category]) if category in reasons else ""
        cells = (text(f"report.category.{category}"), str(row["iso"]), value, text(state), why)
        rows.append(Row(cells, tone=tone))
    columns = (
        words_column("category"),
        words_column("iso-category"),
        figures_column("emissions", TONNE),
        words_column("status"),
        words_column("reason"),
    )
    note = text("report.note.categories")
    return (Table("categories", text("report.table.categories"), columns, tuple(rows), note),)


def _state(amount: float | None, *, is_explained: bool) -> tuple[str, str]:
    if amount is not None:
        return "report.boundary.quantified", ""
    if is_explained:
        return "report.boundary.excluded", ""
    return "report.boundary.silent", "warn"


def _others(source: Source) -> tuple[Table, ...]:
    """Return what is left out besides categories of scope 3, with its reason."""
    known = {row["category"] for row in source.payload.get("scope3_categories") or ()}
    rows = tuple(
        Row((row["subject"], _name(row)))
        for row in source.payload.get("exclusions") or ()
        if row["subject"] not in known
    )
    if not rows:
        return ()
    columns = (words_column("excluded"), words_column("reason"))
    return (Table("exclusions", text("report.table.exclusions"), columns, rows),)


def organisation_name(source: Source) -> Name:
    """Return the company's name."""
    organisation = source.payload["organisation"]
    return Name(organisation["name"], organisation.get("name_en", ""))


def _name(pair: Any) -> Name:
    return Name(pair["zh"], pair.get("en", ""))
