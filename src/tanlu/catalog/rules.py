"""Targets, rules, claims and the constants of the claim check, as domain values."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from tanlu.catalog.load import sources
from tanlu.catalog.tables import read
from tanlu.inventory.claim import Constant, ConstantKind, Measure
from tanlu.targets.model import Metric, Rule, Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Row = dict[str, Any]


@cache
def target_rules() -> tuple[Rule, ...]:
    """Return the published parameters that targets are compared with, sorted by id."""
    return tuple(
        Rule(
            id=row["id"],
            scheme=row["scheme"],
            metric=Metric(row["metric"]),
            scope=row["scope"] or "",
            year_from=row["year_from"],
            year_to=row["year_to"],
            value=row["value"],
            quality=row["quality"],
            source=row["source"],
            locator=row["locator"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
        )
        for row in read("target_rule")
    )


@cache
def rule_schemes() -> Mapping[str, Row]:
    """Return the schemes of rules with the dates they are in force."""
    return {row["id"]: row for row in read("rule_scheme")}


@cache
def company_targets() -> Mapping[str, tuple[Target, ...]]:
    """Return the published targets of the three companies of the article, by company."""
    found: dict[str, list[Target]] = {}
    for row in read("company_target"):
        found.setdefault(row["company"], []).append(_target(row))
    return {company: tuple(targets) for company, targets in found.items()}


def _target(row: Row) -> Target:
    return Target(
        id=row["id"],
        kind=TargetKind(row["kind"]),
        scope=row["scope"] or "",
        basis=row["basis"] or "market",
        base_year=row["base_year"],
        base_value=row["base_value"],
        year=row["year"],
        reduction=row["reduction"],
        level=row["level"],
        unit=row["unit"],
        source=row["source"],
        locator=row["locator"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
    )


@cache
def companies() -> Mapping[str, tuple[Row, ...]]:
    """Return the published figures of the three companies, by company."""
    found: dict[str, list[Row]] = {}
    for row in read("company_figure"):
        found.setdefault(row["company"], []).append(row)
    return {company: tuple(rows) for company, rows in found.items()}


@cache
def claims() -> tuple[Row, ...]:
    """Return the claims of the article with the verdict each must get."""
    return read("claim")


@cache
def claim_constants() -> tuple[Constant, ...]:
    """Return every published ratio a claim is compared with, sorted by id.

    The table `claim_constant` and every electricity factor of every definition, year and place;
    a constant whose figure was not read in the original carries its mark in `constant_quality`.
    """
    found = [_constant(row) for row in read("claim_constant")]
    found.extend(_grid_constants())
    return tuple(sorted(found, key=lambda constant: constant.id))


@cache
def constant_quality() -> Mapping[str, str]:
    """Return how far each claim constant was checked."""
    rows = (*read("claim_constant"), *read("grid_electricity"))
    return {row["id"]: row["quality"] for row in rows}


def _constant(row: Row) -> Constant:
    return Constant(
        id=row["id"],
        pair=(Measure(row["from_measure"]), Measure(row["to_measure"])),
        low=row["low"],
        value=row["value"],
        high=row["high"],
        kind=ConstantKind(row["kind"]),
        is_reference=row["is_reference"],
        published=row["published"],
        source=row["source"],
        locator=row["locator"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
    )


def _grid_constants() -> Iterator[Constant]:
    places = {row["id"]: row for row in (*read("province"), *read("grid_region"), *read("country"))}
    words = {row["id"]: row for row in read("grid_definition")}
    for row in read("grid_electricity"):
        place, word = places[row["key"]], words[row["definition"]]
        value = Fraction(row["value"])
        yield Constant(
            id=row["id"],
            pair=(Measure.KWH, Measure.TCO2),
            low=value,
            value=value,
            high=value,
            kind=ConstantKind.CONSTANT,
            is_reference=row["definition"] == "average" and row["level"] == "country",
            published=row["published"] or _year_end(row),
            source=row["source"],
            locator=row["locator"],
            name_zh=f"{place['name_zh']} {row['data_year']} {word['name_zh']}",
            name_en=f"{place['name_en']} {row['data_year']} {word['name_en']}",
        )


def _year_end(row: Row) -> Any:
    """Return the last day of the publication's year where the day is not known."""
    from datetime import date  # noqa: PLC0415 - only rows without a day need it

    return date(sources()[row["source"]]["year"], 12, 31)
