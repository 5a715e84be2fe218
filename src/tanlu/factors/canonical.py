"""The canonical content of a book, and its hash: equal books give equal results."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.factors.book import Book


def book_hash(book: Book) -> str:
    """Return the SHA-256 of the canonical content of a book."""
    digest = hashlib.sha256()
    for part in _canonical(book):
        digest.update(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _canonical(book: Book) -> Iterator[list[object]]:
    """Yield what decides results, in order, as plain lists."""
    profile = book.profile
    yield ["tanlu-book", 1, profile.id, profile.gwp_set, book.as_of.isoformat(), *book.months]
    for site, place in sorted(book.places.items()):
        yield ["site", site, place.province, place.region, place.country]
    for unit, dim in sorted(book.units.items()):
        yield ["unit", unit, dim]
    for use in book.resolved:
        factor = use.factor
        yield ["rid", use.rid, use.item, use.stream, factor.id, factor.version, use.lag_years]
    for key, rid in book.keys.items():
        yield [*key, rid]
    for (rid, unit), found in sorted(book.multipliers.items()):
        gases = [[family, str(m)] for family, m in sorted(found.gases.items())]
        yield ["m", rid, unit, str(found.biogenic), found.q_max, gases]
