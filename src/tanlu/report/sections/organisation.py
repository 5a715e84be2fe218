"""Who reports, who answers for it, for which period, why and for whom; what is declared of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.sections.boundary import organisation_name
from tanlu.report.sections.index import lacking
from tanlu.report.source import stated, text, year
from tanlu.report.tree import Facts, Paragraph, Section, Text

if TYPE_CHECKING:
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node

_STATED = ("description", "responsible", "purpose", "intended_users")


def organisation(source: Source) -> tuple[Section, ...]:
    """Return the reporting organisation and what it states of its report."""
    pairs: list[tuple[Text, Node]] = [
        (text("report.fact.organisation"), organisation_name(source)),
        (text("report.fact.period"), text("report.period.year", year=year(source.year))),
    ]
    pairs += [(text(f"report.fact.{key.replace('_', '-')}"), stated(source, key))
              for key in _STATED]  # fmt: skip
    return (Section("organisation", text("report.section.organisation"), (Facts(tuple(pairs)),)),)


def statements(source: Source) -> tuple[Section, ...]:
    """Return whether the report was verified, and whether it conforms to the standard.

    Not verified unless said; the statement of conformity stands only where nothing lacks.
    """
    given = source.payload.get("statements") or {}
    verified = "verification" in given
    blocks: list[Block] = []
    if verified:
        blocks.append(Paragraph(text("report.verified", told=stated(source, "verification"))))
    else:
        blocks.append(Paragraph(text("report.not-verified"), "warn"))
    if not source.payload.get("is_reviewed"):
        blocks.append(Paragraph(text("report.not-reviewed"), "warn"))
    missing = lacking(source)
    if missing:
        told = text("report.conformity.lacking", items=", ".join(missing))
        blocks.append(Paragraph(told, "warn"))
    elif "conformity" in given:
        blocks.append(Paragraph(text("report.conformity", told=stated(source, "conformity"))))
    else:
        blocks.append(Paragraph(text("report.conformity.not-stated"), "warn"))
    return (Section("statements", text("report.section.statements"), tuple(blocks)),)
