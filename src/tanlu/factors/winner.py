"""The one factor that serves each key: item, level, place, month and dimension."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tanlu.factors.candidate import Loss, is_series, lag_years, month_exclusion
from tanlu.factors.model import FactorQuality, Level
from tanlu.factors.precedence import BookKey
from tanlu.kernel.periods import year_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tanlu.factors.model import Factor, Item
    from tanlu.factors.multiplier import Route
    from tanlu.factors.profile import Profile
    from tanlu.kernel.results import Stream


class Candidate(NamedTuple):
    """A factor that may serve an item in one dimension."""

    item: Item
    factor: Factor
    route: Route
    stream: Stream


class Entry(NamedTuple):
    """A candidate that won a key, with the age of a grid factor in that month."""

    candidate: Candidate
    lag_years: int


def rank(candidate: Candidate, profile: Profile, ym: int) -> tuple[tuple[object, ...], ...]:
    """Return the sort key of a candidate inside one key; the smallest wins.

    Notes
    -----
    M-11: the user's own factor, the item's own factor before its stand-in's, the profile's order
    of sets, the factor's own dimension, newest data year not after the inventory year, latest
    start of validity, highest version, id. Each part is kept apart so that `explain` can name
    the first that decided.
    """
    item, factor, route, _ = candidate
    own = factor.quality is FactorQuality.USER
    order = profile.sets.index(factor.factor_set) if factor.factor_set in profile.sets else -1
    year = factor.data_year or 0
    late = year > year_of(ym)
    start = factor.valid_from.toordinal() if factor.valid_from else 0
    return (
        (not own, factor.item != item.id, order),
        (route.conversion is not None,),
        (late, -year),
        (-start,),
        (-factor.version, factor.id),
    )


_LOSS_BY_PART = (
    Loss.LATER_SET,
    Loss.NEEDS_CONVERSION,
    Loss.OLDER_YEAR,
    Loss.EARLIER_START,
    Loss.OLDER_EDITION,
)


def loss_against(loser: tuple[object, ...], winner: tuple[object, ...]) -> Loss:
    """Return the first part of the rank in which a candidate lost."""
    parts = zip(loser, winner, _LOSS_BY_PART, strict=True)
    return next((reason for mine, best, reason in parts if mine != best), Loss.OLDER_EDITION)


def compile_entries(
    candidates: Iterable[Candidate],
    profile: Profile,
    *,
    months: Sequence[int],
    regions: Mapping[str, Sequence[str]],
) -> Iterator[tuple[BookKey, Entry]]:
    """Yield the winner of every key; regions are expanded to their provinces.

    Parameters
    ----------
    candidates : iterable of Candidate
        Every admitted factor with every dimension it can be reached from.
    months : sequence of int
        Ledger months.
    regions : Mapping[str, Sequence[str]]
        Provinces by grid region.
    """
    groups: dict[BookKey, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        factor = candidate.factor
        places = regions.get(factor.key, (factor.key,)) if is_region(factor, regions) else None
        for place in places or (factor.key,):
            key = BookKey(
                candidate.stream,
                factor.level,
                candidate.item.id,
                place,
                0,
                candidate.route.dim,
            )
            groups[key].append(candidate)
    for key, group in groups.items():
        for ym in months:
            entry = winner(group, profile, ym)
            if entry is not None:
                yield key._replace(ym=ym), entry


def is_region(factor: Factor, regions: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a province-level factor names a grid region."""
    return factor.level is Level.PROVINCE and is_series(factor) and factor.key in regions


def winner(group: Sequence[Candidate], profile: Profile, ym: int) -> Entry | None:
    """Return the candidate that serves a month, or None."""
    serving = [
        c for c in group if month_exclusion(c.factor, profile, stream=c.stream, ym=ym) is None
    ]
    if not serving:
        return None
    best = min(serving, key=lambda c: rank(c, profile, ym)) if len(serving) > 1 else serving[0]
    return Entry(best, lag_years(best.factor, ym))
