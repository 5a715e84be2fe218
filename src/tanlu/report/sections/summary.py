"""First page: what the year came to, how it moved, what is planned, and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.inventory.figures import Measure
from tanlu.report.certificate import gap_words
from tanlu.report.source import LOCATION, MARKET, count, money, percent, share, text, year
from tanlu.report.tree import Kind, Kpi, Kpis, Names, Paragraph, Section, Value

if TYPE_CHECKING:
    from tanlu.report.payload import Covered
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node, Text


_MOST_REASONS = 3
_TEN_THOUSANDS = 100  # of CNY in a million


def summary(source: Source) -> tuple[Section, ...]:
    """Return the cards and the sentences a reader in a hurry needs."""
    last = _plan(source) or _intensity(source)
    cards = (_total(source), *_scopes(source), _efficiency(source), last)
    blocks: tuple[Block, ...] = (
        Kpis(tuple(card for card in cards if card is not None)),
        *coverage_words(source),
        *unlike(source),
        *_target_words(source),
    )
    return (Section("summary", text("report.section.summary"), blocks),)


def _total(source: Source) -> Kpi:
    value = source.mass(source.total, Measure.TOTAL, basis=MARKET)
    previous = source.inventory.get("previous")
    before = previous["total_t"]["market"] if previous else None
    change = share(source.total, before)
    if previous is None or change is None:
        return Kpi(text("report.kpi.total"), value, text("report.kpi.year", year=year(source.year)))
    tone = "good" if change < 1 else "bad"
    if unlike(source) or not is_complete(source):
        tone = ""
    moved = Value(Kind.CHANGE, change - 1)
    context = text("report.kpi.change", change=moved, year=year(previous["year"]))
    return Kpi(text("report.kpi.total"), value, context, tone)


def _scopes(source: Source) -> tuple[Kpi, ...]:
    inventory = source.inventory
    scope2 = inventory["scope2_t"]
    first = source.mass(inventory["scope1_t"], Measure.SCOPE1)
    second = source.mass(scope2["market"], Measure.SCOPE2, basis=MARKET)
    third = source.mass(inventory["scope3_t"], Measure.SCOPE3)
    location = source.mass(scope2["location"], Measure.SCOPE2, basis=LOCATION)
    other = text("report.kpi.location", value=location)
    if scope2["market"] is None and scope2["location"] is None:
        other = text("report.kpi.no-result")
    return (
        Kpi(text("report.kpi.scope1"), first, _share_of_total(inventory["scope1_t"], source)),
        Kpi(text("report.kpi.scope2"), second, other),
        Kpi(text("report.kpi.scope3"), third, _share_of_total(inventory["scope3_t"], source)),
    )


def _share_of_total(part: float | None, source: Source) -> Text:
    """Return the share of a scope in the total; of a missing one, that nothing has a result."""
    if part is None:
        return text("report.kpi.no-result")
    return text("report.kpi.share", share=percent(share(part, source.total)))


def _efficiency(source: Source) -> Kpi | None:
    energy = source.inventory.get("energy")
    if not energy:
        return None
    equivalent = Value(Kind.TCE, energy["tce_equivalent"])
    context = text("report.kpi.tce-equivalent", value=equivalent)
    return Kpi(text("report.kpi.energy"), Value(Kind.TCE, energy["tce_calorific"]), context)


def _plan(source: Source) -> Kpi | None:
    plan = source.payload.get("plan")
    if not plan or plan["cost_npv"] is None:
        return None
    context = text("report.kpi.plan-gap", gap=gap_words(plan["gap"]), year=year(plan["price_year"]))
    return Kpi(text("report.kpi.plan"), money(plan["cost_npv"]), context)


def _intensity(source: Source) -> Kpi | None:
    found = source.inventory.get("intensity")
    per_10k = found["tco2e_per_10k_cny"] if found else None
    if per_10k is None:
        return None
    value = Value(Kind.NUMBER, per_10k * _TEN_THOUSANDS)
    return Kpi(text("report.kpi.intensity"), value, text("report.kpi.intensity-unit"))


def is_complete(source: Source) -> bool:
    """Return whether nothing is known to be missing from the total."""
    coverage = source.inventory["coverage"]
    return not (
        coverage["ok"] != coverage["rows"]
        or coverage.get("missing_months")
        or coverage.get("reasons")
    )


def coverage_words(source: Source) -> tuple[Paragraph, ...]:
    """Return whether the total is complete and, if not, the first reasons why."""
    coverage = source.inventory["coverage"]
    facts = {"ok": count(coverage["ok"]), "rows": count(coverage["rows"])}
    if is_complete(source):
        return (Paragraph(text("report.coverage.complete", **facts), "good"),)
    missing = coverage.get("missing_months", 0)
    told = text("report.coverage.lacking", **facts)
    if missing:
        told = text("report.coverage.incomplete", missing=count(missing), **facts)
    reasons = [
        source.told(reason["code"], reason["facts"])
        for reason in coverage.get("reasons") or ()
        if reason["code"] != "COVERAGE_MONTHS"  # the sentence counts them
    ]
    lines = [told, *reasons[:_MOST_REASONS]]
    if len(reasons) > _MOST_REASONS:
        lines.append(text("report.coverage.more", count=count(len(reasons) - _MOST_REASONS)))
    return tuple(Paragraph(line, "warn") for line in lines)


def unlike(source: Source) -> tuple[Paragraph, ...]:
    """Say what only one of the two compared totals has figures of."""
    previous = source.inventory.get("previous")
    if not previous:
        return ()
    sides = (
        (source.year, previous.get("only_now")),
        (previous["year"], previous.get("only_before")),
    )
    return tuple(
        Paragraph(
            text(
                "report.coverage.unlike",
                year=year(source.year),
                before=year(previous["year"]),
                only=year(only),
                what=Names(tuple(_covered(source, one) for one in covered)),
            ),
            "warn",
        )
        for only, covered in sides
        if covered
    )


def _covered(source: Source, covered: Covered) -> Node:
    if covered["kind"] == "site":
        return source.site(covered["id"])
    if covered["kind"] == "scope":
        return text(f"report.kpi.scope{covered['id']}")
    return text(f"report.category.{covered['id']}")


def _target_words(source: Source) -> tuple[Paragraph, ...]:
    targets = source.payload.get("targets") or []
    if not targets:
        return ()
    missed = sum(1 for target in targets if target["met"] is False)
    facts = {"count": count(len(targets)), "missed": count(missed)}
    if missed:
        return (Paragraph(text("report.targets.some-missed", **facts), "bad"),)
    if any(target["met"] and target.get("incomplete") for target in targets):
        return (Paragraph(text("report.targets.met-so-far", **facts), "warn"),)
    if any(target["met"] is None for target in targets):
        return (Paragraph(text("report.targets.some-unknown", **facts), "warn"),)
    return (Paragraph(text("report.targets.all-met", **facts), "good"),)
