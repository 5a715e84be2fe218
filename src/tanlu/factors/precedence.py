"""Which factor a row gets and what else was there: the first level that has one wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tanlu.factors.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.factors.candidate import Loss
    from tanlu.factors.model import Factor, ItemConversion
    from tanlu.factors.profile import Place
    from tanlu.kernel.results import Stream


class BookKey(NamedTuple):
    """What a compiled factor is found by; unique in a book."""

    stream: Stream
    level: Level
    item: str
    key: str
    ym: int
    dim: str


@dataclass(frozen=True, slots=True)
class ResolvedFactor:
    """A factor as one item uses it: edition, conversion step and age.

    Parameters
    ----------
    rid : int
        Number in the book, from 1.
    item : str
        Item of the rows (raw coal), which may differ from the factor's (bituminous).
    stream : Stream
        Stream it serves.
    factor : Factor
        Published row.
    conversion : ItemConversion or None
        Heating value or density between the recorded quantity and the factor's unit.
    lag_years : int
        Years by which a grid factor is older than the inventory [years].
    notes : tuple of str
        Codes shown beside every figure that rests on it.
    """

    rid: int
    item: str
    stream: Stream
    factor: Factor
    conversion: ItemConversion | None
    lag_years: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A factor that was there and was not used, with the reason."""

    factor: Factor
    reason: Loss


@dataclass(frozen=True, slots=True)
class Choice:
    """The factor used, the level that matched, and everything else that was there.

    Parameters
    ----------
    chosen : ResolvedFactor or None
        None: the row has no factor.
    level : Level or None
        Level that matched.
    others : tuple of Rejected
        Factors of the item for this place, with the reason each was not used.
    """

    chosen: ResolvedFactor | None
    level: Level | None
    others: tuple[Rejected, ...]


def level_keys(site: str, supplier: str, place: Place) -> Iterator[tuple[Level, str]]:
    """Yield the levels in order of precedence, each with the key a row has at it.

    Notes
    -----
    M-10: supplier, site, province, country, default. An empty key matches nothing, except at
    the default level, whose key is empty.
    """
    if supplier:
        yield Level.SUPPLIER, supplier
    if site:
        yield Level.SITE, site
    if place.province:
        yield Level.PROVINCE, place.province
    if place.country:
        yield Level.COUNTRY, place.country
    yield Level.DEFAULT, ""


def first_match(
    keys: Mapping[BookKey, int], wanted: Iterator[tuple[Level, str]], row: BookKey
) -> tuple[int, Level] | None:
    """Return rid and level of the first level that has a factor; `row` gives the other parts."""
    for level, key in wanted:
        rid = keys.get(row._replace(level=level, key=key))
        if rid is not None:
            return rid, level
    return None
