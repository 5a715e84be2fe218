"""What the reader must see beside a figure because of the factor it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.factors.model import FactorQuality, Level
from tanlu.factors.precedence import first_match, level_keys
from tanlu.factors.profile import GridLevel
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from tanlu.factors.book import Book
    from tanlu.factors.model import Factor, Item, ItemConversion
    from tanlu.factors.precedence import ResolvedFactor

YEAR_LAG = "FACTOR_YEAR_LAG"
TO_CONFIRM = "FACTOR_TO_CONFIRM"
CONVERTED = "FACTOR_CONVERTED"
GRID_FALLBACK = "FACTOR_GRID_FALLBACK"
PRECISION = "BOOK_PRECISION"


def resolved_notes(
    item: Item, factor: Factor, *, conversion: ItemConversion | None, lag_years: int
) -> tuple[str, ...]:
    """Return the codes of everything the reader must know of one use of a factor."""
    doubtful = {factor.quality, conversion.quality if conversion else factor.quality}
    found = {
        item.note_code: bool(item.note_code) and factor.item != item.id,
        YEAR_LAG: lag_years > 0,
        CONVERTED: conversion is not None,
        TO_CONFIRM: FactorQuality.TO_CONFIRM in doubtful,
    }
    return tuple(code for code, applies in found.items() if applies)


def rid_findings(use: ResolvedFactor) -> tuple[Finding, ...]:
    """Return the notes of one use as findings."""
    factor, step = use.factor, use.conversion
    facts = {
        "item": use.item,
        "stream": use.stream.value,
        "factor": factor.id,
        "factor_item": factor.item,
        "data_year": str(factor.data_year or ""),
        "years": str(use.lag_years),
        "document": factor.document_no or factor.source,
        "basis": step.basis if step else "",
        "from_unit": step.from_unit if step else "",
        "to_unit": step.to_unit if step else "",
    }
    return tuple(Finding(code, Outcome.NOTE, facts=facts) for code in use.notes)


def precision_note(use: ResolvedFactor, unit: str) -> Finding:
    """Return the finding that a multiplier keeps fewer than 6 significant digits."""
    facts = {"item": use.item, "factor": use.factor.id, "unit": unit}
    return Finding(PRECISION, Outcome.WARN, facts=facts)


def grid_notes(book: Book) -> tuple[Finding, ...]:
    """Return a finding for each site whose province has no grid factor and takes the country's.

    Notes
    -----
    M-13: a profile that asks for provincial or regional factors never takes the national one in
    silence.
    """
    if book.profile.grid_level is GridLevel.NATIONAL:
        return ()
    found = []
    rows = {
        key._replace(level=Level.DEFAULT, key="", ym=0): key
        for key, rid in book.keys.items()
        if key.stream is Stream.MAIN and book.factor(rid).factor.definition
    }
    for site, place in sorted(book.places.items()):
        for row in rows.values():
            match = first_match(book.keys, level_keys(site, "", place), row)
            if match is not None and match[1] is Level.COUNTRY:
                facts = {"site": site, "province": place.province, "item": row.item}
                found.append(Finding(GRID_FALLBACK, Outcome.WARN, facts=facts))
    return tuple({(f.facts["site"], f.facts["item"]): f for f in found}.values())
