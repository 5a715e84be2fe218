"""Which factors of the tables an inventory may use, and for which months; reasons when not."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.factors.model import FactorQuality, Level
from tanlu.factors.profile import GridLevel
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import month_of, year_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tanlu.factors.model import Factor
    from tanlu.factors.profile import Profile


class Loss(StrEnum):
    """Why a factor that exists was not the one used."""

    TEMPLATE = "template"
    OTHER_SET = "set-not-in-profile"
    OTHER_DEFINITION = "other-definition"
    OTHER_GRID_LEVEL = "other-grid-level"
    NOT_PUBLISHED = "not-published-yet"
    NO_GWP = "gas-without-gwp"
    OLDER_EDITION = "older-edition"
    OUTSIDE_VALIDITY = "outside-validity"
    LATER_YEAR = "later-data-year"
    NO_LAG = "lag-not-allowed"
    OTHER_DIMENSION = "other-dimension"
    LATER_LEVEL = "less-specific-level"
    LATER_SET = "later-set"
    NEEDS_CONVERSION = "needs-conversion"
    OLDER_YEAR = "older-data-year"
    EARLIER_START = "earlier-valid-from"


def is_series(factor: Factor) -> bool:
    """Return whether a factor is one year of a yearly grid series, to which the lag rule applies.

    Supplier and site factors keep their own validity, whatever their definition says.
    """
    general = factor.level in {Level.PROVINCE, Level.COUNTRY, Level.DEFAULT}
    return bool(factor.definition) and factor.data_year is not None and general


def exclusion(
    factor: Factor, profile: Profile, *, as_of: date, regions: Collection[str] = ()
) -> Loss | None:
    """Return why a factor may not enter the book at all, or None when it may.

    Notes
    -----
    M-12, M-13: a template never enters; a factor published after `as_of` is not used; grid
    factors must have the definition and the level that the profile names.
    """
    if factor.quality is FactorQuality.TEMPLATE:
        return Loss.TEMPLATE
    if factor.quality is not FactorQuality.USER and factor.factor_set not in profile.sets:
        return Loss.OTHER_SET
    if factor.published is not None and factor.published > as_of:
        return Loss.NOT_PUBLISHED
    return _grid_exclusion(factor, profile, regions=regions)


def _grid_exclusion(factor: Factor, profile: Profile, *, regions: Collection[str]) -> Loss | None:
    """Return why a factor of a grid series does not fit the profile, or None."""
    if not is_series(factor):
        return None
    if not streams_of(factor, profile):
        return Loss.OTHER_DEFINITION
    if factor.level is Level.PROVINCE:
        level = GridLevel.REGION if factor.key in regions else GridLevel.PROVINCE
        if level is not profile.grid_level:
            return Loss.OTHER_GRID_LEVEL
    return None


def streams_of(factor: Factor, profile: Profile) -> tuple[Stream, ...]:
    """Return the streams a factor serves: its own, when the profile names its definition."""
    own = Stream(factor.stream)
    if is_series(factor) and own is not Stream.UPSTREAM:
        return (own,) if profile.definition(own) == factor.definition else ()
    return (own,)


def month_exclusion(factor: Factor, profile: Profile, *, stream: Stream, ym: int) -> Loss | None:
    """Return why a factor does not serve a month, or None when it does.

    A validity counts when it holds on the first day of the month. A yearly grid series has no
    other validity than its data year: it serves that year and, by the lag rule, later ones.
    """
    if is_series(factor):
        lag = lag_years(factor, ym)
        if lag < 0:
            return Loss.LATER_YEAR
        return Loss.NO_LAG if lag and not profile.may_lag(stream) else None
    first = date(year_of(ym), month_of(ym), 1)
    starts = factor.valid_from is None or factor.valid_from <= first
    ends = factor.valid_to is not None and factor.valid_to <= first
    return None if starts and not ends else Loss.OUTSIDE_VALIDITY


def lag_years(factor: Factor, ym: int) -> int:
    """Return by how many years a grid factor is older than the month; 0 for any other factor."""
    if factor.data_year is None or not is_series(factor):
        return 0
    return year_of(ym) - factor.data_year


def latest_editions(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Return the highest version of each factor id, in order of id."""
    newest: dict[str, Factor] = {}
    for factor in factors:
        held = newest.get(factor.id)
        if held is None or factor.version > held.version:
            newest[factor.id] = factor
    return tuple(newest[name] for name in sorted(newest))


def refuse_overlaps(factors: Iterable[Factor]) -> None:
    """Raise if two factors of one set claim the same activity, place and month.

    Raises
    ------
    TanluError
        ``factors.overlap`` with one ``FACTOR_OVERLAP`` finding per pair.
    """
    found = tuple(
        Finding(
            "FACTOR_OVERLAP",
            Outcome.REJECT,
            facts={
                "set": first.factor_set,
                "item": first.item,
                "first": first.id,
                "second": second.id,
            },
        )
        for first, second in _overlaps(factors)
    )
    if found:
        raise TanluError("factors.overlap", findings=found, n=len(found), **found[0].facts)


def _overlaps(factors: Iterable[Factor]) -> Iterator[tuple[Factor, Factor]]:
    """Yield pairs of factors with one key and overlapping validity."""
    groups: dict[tuple[object, ...], list[Factor]] = defaultdict(list)
    for factor in factors:
        groups[
            factor.factor_set,
            factor.item,
            factor.stream,
            factor.level,
            factor.key,
            factor.definition,
            factor.unit,
            factor.data_year,
        ].append(factor)
    for group in groups.values():
        ordered = sorted(group, key=lambda f: (f.valid_from or date.min, f.id))
        latest = ordered[0]
        for factor in ordered[1:]:
            start, end = factor.valid_from or date.min, latest.valid_to or date.max
            if start < end or is_series(factor):
                yield latest, factor
            latest = max(latest, factor, key=lambda f: f.valid_to or date.max)
