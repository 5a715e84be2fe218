"""What a verifier needs: factors, findings, claim checks and the run's own fingerprints."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from tanlu.report.sections.gases import gwp
from tanlu.report.source import absent, count, figures_column, text, words_column
from tanlu.report.tree import Facts, Kind, Name, Paragraph, Row, Section, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.report.payload import FactorUsed, FindingRow
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node

_MOST_FINDINGS = 200
_OWN = "user"  # quality of a project factor


def annex(source: Source) -> tuple[Section, ...]:
    """Return factors, findings, claims, fingerprints and GWP; claims only where they are given."""
    sections = (
        _factors(source) or absent("factors"),
        _findings(source) or absent("findings"),
        _claims(source),
        run(source),
        gwp(source) or absent("gwp"),
    )
    present = [section for section in sections if section is not None]
    return tuple(
        replace(section, title=text("report.section.annex", letter=letter, title=section.title))
        for letter, section in zip(ascii_uppercase, present, strict=False)
    )


def _factors(source: Source) -> Section | None:
    listed = source.payload.get("factors")
    if not listed:
        return None
    columns = (
        words_column("item"),
        words_column("region"),
        figures_column("value"),
        words_column("unit"),
        words_column("edition"),
        words_column("document"),
        words_column("factor-id"),
    )
    rows = tuple(_factor(source, factor) for factor in listed)
    table = Table("factors", text("report.table.factors"), columns, rows)
    return Section("factors", text("report.section.factors"), (table,))


def _factor(source: Source, factor: FactorUsed) -> Row:
    where = (factor.get("document", ""), factor.get("locator", ""))
    zh = _dotted(factor.get("title", ""), *where)
    document = Name(zh, _dotted(factor.get("title_en") or factor.get("title", ""), *where))
    return Row(
        (
            source.item(factor["item"]),
            factor.get("region", ""),
            Value(Kind.EXACT, factor["value"]),
            factor["unit"],
            text("report.factor.own")
            if factor.get("quality") == _OWN
            else factor.get("edition", ""),
            document,
            factor["id"],
        )
    )


def _dotted(*parts: str) -> str:
    return " \N{MIDDLE DOT} ".join(part for part in parts if part)


def _findings(source: Source) -> Section | None:
    listed = source.payload.get("findings")
    if listed is None:
        return None
    title = text("report.section.findings")
    if not listed:
        return Section("findings", title, (Paragraph(text("report.findings.none"), "good"),))
    columns = (
        words_column("severity"),
        words_column("place"),
        words_column("finding"),
        words_column("code"),
    )
    rows = tuple(_finding(source, finding) for finding in listed[:_MOST_FINDINGS])
    blocks: list[Block] = [Table("findings", text("report.table.findings"), columns, rows)]
    if len(listed) > _MOST_FINDINGS:
        left = count(len(listed) - _MOST_FINDINGS)
        blocks.append(Paragraph(text("report.findings.more", count=left), "hint"))
    return Section("findings", title, tuple(blocks))


def _finding(source: Source, finding: FindingRow) -> Row:
    place = "!".join(part for part in (finding["file"], finding["sheet"], finding["cell"]) if part)
    tone = {"error": "bad", "warning": "warn"}.get(finding["severity"], "")
    severity = text(f"report.severity.{finding['severity']}")
    words = source.told(finding["code"], finding["facts"])
    return Row((severity, place, words, finding["code"]), tone=tone)


def _claims(source: Source) -> Section | None:
    listed = source.payload.get("claims")
    if not listed:
        return None
    columns = (
        words_column("claim"),
        figures_column("implied"),
        words_column("unit"),
        words_column("verdict"),
        words_column("constant"),
    )
    rows = tuple(_claim(claim, pair) for claim in listed for pair in claim["pairs"])
    table = Table("claims", text("report.table.claims"), columns, rows, text("report.note.claims"))
    return Section("claims", text("report.section.claims"), (table,))


def _claim(claim: Mapping[str, Any], pair: Mapping[str, Any]) -> Row:
    best = (pair.get("matches") or [{}])[0]
    constant: Node = str(best.get("constant", ""))
    tone = "good" if str(pair["verdict"]).startswith("REPRODUCED") else "bad"
    words = text(
        "report.claim.pair",
        name=str(claim.get("name", "")),
        first=text(f"report.measure.{pair['from']}"),
        second=text(f"report.measure.{pair['to']}"),
    )
    cells = (
        words,
        Value(Kind.NUMBER, pair["implied"]),
        str(pair["unit"]),
        text(f"report.claim.{pair['verdict']}"),
        constant,
    )
    return Row(cells, tone=tone)


def run(source: Source) -> Section:
    """Return the fingerprints by which the run and the plan can be had again."""
    known = source.inventory["run"]
    plan = source.payload.get("plan")
    pairs: list[tuple[Text, Node]] = [
        (text("report.fact.run-id"), known["id"]),
        (text("report.fact.run-hash"), known["hash"]),
        (text("report.fact.ledger-head"), known["ledger_head"]),
        (text("report.fact.book-hash"), known["book_hash"]),
        (text("report.fact.engine"), known["engine"]),
        (text("report.fact.version"), source.payload["version"]),
    ]
    if plan:
        pairs.append((text("report.fact.plan-hash"), str(plan["run"].get("hash", ""))))
    blocks = (Facts(tuple(pairs)), Paragraph(text("report.run.how"), "hint"))
    return Section("run", text("report.section.run"), blocks)
