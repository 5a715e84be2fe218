"""Say which factor a row gets, and why each other factor that was there did not win."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.factors.candidate import Loss, month_exclusion
from tanlu.factors.precedence import Choice, Rejected, level_keys
from tanlu.factors.profile import Place
from tanlu.factors.winner import Candidate, loss_against, rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.factors.book import Book
    from tanlu.factors.model import Factor
    from tanlu.factors.precedence import ResolvedFactor
    from tanlu.kernel.results import Stream


def explain(
    book: Book, stream: Stream, *, item: str, site: str, supplier: str, ym: int, dim: str
) -> Choice:
    """Return the factor used for one kind of row, and the reasons of all that were not.

    Parameters
    ----------
    book : Book
        Compiled book.
    stream, item, site, supplier, ym, dim
        What the row is; `dim` is the dimension of its ledger unit.

    Returns
    -------
    Choice
        `others` holds every factor of the item that the tables have for this place.
    """
    found = book.find(stream, item, site=site, supplier=supplier, ym=ym, dim=dim)
    chosen, level = (book.factor(found[0]), found[1]) if found else (None, None)
    place = book.places.get(site, Place())
    here = set(level_keys(site, supplier, place))
    others: dict[tuple[str, int], Rejected] = {}
    for candidate, reason in _losers(book, stream, item=item, ym=ym, dim=dim, chosen=chosen):
        factor = candidate if not isinstance(candidate, Candidate) else candidate.factor
        mine = (factor.level, factor.key) in here or factor.key == place.region != ""
        if not mine or (chosen and factor == chosen.factor):
            continue
        others.setdefault((factor.id, factor.version), Rejected(factor, reason))
    ordered = sorted(others.values(), key=lambda r: (r.factor.level, r.factor.id))
    return Choice(chosen, level, tuple(ordered))


def _losers(
    book: Book, stream: Stream, *, item: str, ym: int, dim: str, chosen: ResolvedFactor | None
) -> Iterator[tuple[Candidate | Factor, Loss]]:
    """Yield each factor of the item that was not used, with its reason."""
    pool = [c for c in book.candidates.get(item, ()) if c.stream == stream]
    by_dim = [c for c in pool if c.route.dim == dim]
    for candidate in by_dim:
        yield candidate, _reason(book, candidate, ym=ym, chosen=chosen, pool=by_dim)
    for candidate in pool:
        if candidate.route.dim != dim:
            yield candidate, Loss.OTHER_DIMENSION
    known = book.items.get(item)
    for name in dict.fromkeys((item, known.factor_item if known else "")):
        for factor, reason in book.rejected.get(name, ()):
            if factor.stream == stream:
                yield factor, reason


def _reason(
    book: Book,
    candidate: Candidate,
    *,
    ym: int,
    chosen: ResolvedFactor | None,
    pool: list[Candidate],
) -> Loss:
    """Return why a candidate of the right dimension was not used."""
    month = month_exclusion(candidate.factor, book.profile, stream=candidate.stream, ym=ym)
    if month is not None:
        return month
    if chosen is None or candidate.factor.level > chosen.factor.level:
        return Loss.LATER_LEVEL
    best = next((c for c in pool if c.factor == chosen.factor), None)
    if best is None:
        return Loss.LATER_LEVEL
    ranks = rank(candidate, book.profile, ym), rank(best, book.profile, ym)
    return loss_against(*ranks)
