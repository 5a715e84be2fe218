"""How each kind of source is quantified, and why so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.source import text, words_column
from tanlu.report.tree import Paragraph, Row, Section, Table

if TYPE_CHECKING:
    from tanlu.report.payload import Approach
    from tanlu.report.source import Source
    from tanlu.report.tree import Node

_CHAIN = "3"  # scope


def approaches(source: Source) -> tuple[Section, ...]:
    """Return the approach of each kind of source, with the rule it follows."""
    listed = source.payload.get("approaches")
    if not listed:
        return ()
    rows = tuple(
        Row((text(f"report.scope.short-{row['scope']}"), _source(row), _approach(row)))
        for row in listed
    )
    columns = (words_column("scope"), words_column("source"), words_column("approach"))
    table = Table("approaches", text("report.table.approaches"), columns, rows)
    why = Paragraph(text("report.approach.why"))
    exact = Paragraph(text("report.method.note"), "hint")
    return (Section("approaches", text("report.section.approaches"), (why, table, exact)),)


def _source(row: Approach) -> Node:
    if row["scope"] == _CHAIN:
        return text(f"report.category.{row['category']}")
    return text(f"report.source.{row['category']}")


def _approach(row: Approach) -> Node:
    if row["scope"] == _CHAIN:
        return text(f"report.approach.line-{row['basis']}")
    return text(f"report.approach.{row['category']}")
