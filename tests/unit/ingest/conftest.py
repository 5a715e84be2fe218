"""A context for imports, and workbooks made in memory."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pytest

from tanlu.catalog import tables
from tanlu.ingest.model import ImportContext, ParsedFile, import_context
from tanlu.ingest.parse import parse_file
from tanlu.kernel.activity import Site

TODAY = date(2026, 6, 30)

Sheets = dict[str, Sequence[Sequence[Any]]]


def make_context(
    *, sites: tuple[str, ...] | None = None, mapping: dict[str, Any] | None = None, **more: Any
) -> ImportContext:
    """Return a context with the shipped tables."""
    declared = None if sites is None else tuple(Site(name) for name in sites)
    return import_context(
        tables.read,
        tables.shipped().columns,
        today=TODAY,
        sites=declared,
        mapping=mapping,
        **more,
    )


def make_workbook(sheets: Sheets, *, merges: dict[str, Sequence[str]] | None = None) -> bytes:
    """Return an xlsx with these sheets, rows and merged ranges."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for span in (merges or {}).get(name, ()):
            sheet.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def totals(parsed: ParsedFile) -> dict[tuple[str, str, str], Fraction]:
    """Return exact sums by site, item and ledger unit."""
    found: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for row in parsed.rows:
        amount = row.quantity if row.qty_u is None else Decimal(row.qty_u).scaleb(-6)
        found[row.site, row.item, row.ledger_unit] += Fraction(amount)
    return dict(found)


@pytest.fixture(scope="session")
def context() -> Callable[..., ImportContext]:
    """Return `make_context`."""
    return make_context


@pytest.fixture(scope="session")
def workbook() -> Callable[..., bytes]:
    """Return `make_workbook`."""
    return make_workbook


@pytest.fixture(scope="session")
def sums() -> Callable[[ParsedFile], dict[tuple[str, str, str], Fraction]]:
    """Return `totals`."""
    return totals


@pytest.fixture(scope="session")
def read() -> Callable[..., ParsedFile]:
    """Return a function that parses bytes, or sheets, without a child process."""

    def parse(
        source: bytes | Sheets,
        name: str = "book.xlsx",
        *,
        merges: dict[str, Sequence[str]] | None = None,
        **more: Any,
    ) -> ParsedFile:
        data = source if isinstance(source, bytes) else make_workbook(source, merges=merges)
        return parse_file(data, name, context=make_context(**more))

    return parse
