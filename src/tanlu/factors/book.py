"""The compiled factor book: every key of an inventory resolved once, before any row is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.factors.model import Level
from tanlu.factors.precedence import BookKey, first_match, level_keys
from tanlu.factors.profile import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from fractions import Fraction

    from tanlu.factors.candidate import Loss
    from tanlu.factors.model import Factor, Item
    from tanlu.factors.multiplier import Multiplier
    from tanlu.factors.precedence import ResolvedFactor
    from tanlu.factors.profile import Profile
    from tanlu.factors.winner import Candidate
    from tanlu.kernel.findings import Finding
    from tanlu.kernel.results import Stream


@dataclass(frozen=True, slots=True)
class Book:
    """All factors of one inventory, resolved by key; made by `compile_book`.

    Parameters
    ----------
    hash : str
        SHA-256 of the canonical content: equal books give equal results.
    profile : Profile
        Choices it was compiled for.
    as_of : date
        Nothing published later is in it.
    months : tuple of int
        Ledger months it serves.
    units : Mapping[str, str]
        Ledger units it knows, with their dimension.
    items : Mapping[str, Item]
        Items it knows.
    places : Mapping[str, Place]
        Sites it knows, with the keys they are found by.
    keys : Mapping[BookKey, int]
        Key to rid.
    resolved : tuple of ResolvedFactor
        Position ``rid - 1``.
    multipliers : Mapping[tuple of str and int, Multiplier]
        By (rid, ledger unit).
    gases : tuple of str
        Gas families present, in printed order.
    kwh_per_unit : Mapping[str, Fraction]
        kWh per ledger unit of energy.
    findings_by_rid : Mapping[int, tuple of Finding]
        What to show beside figures that rest on a factor.
    findings : tuple of Finding
        What to show in any case.
    rejected : Mapping[str, tuple]
        By item: factors that may not enter, with the reason; for `explain`.
    candidates : Mapping[str, tuple of Candidate]
        By item: factors that may; for `explain`.
    """

    hash: str
    profile: Profile
    as_of: date
    months: tuple[int, ...]
    units: Mapping[str, str]
    items: Mapping[str, Item]
    places: Mapping[str, Place]
    keys: Mapping[BookKey, int]
    resolved: tuple[ResolvedFactor, ...]
    multipliers: Mapping[tuple[int, str], Multiplier]
    gases: tuple[str, ...]
    kwh_per_unit: Mapping[str, Fraction]
    findings_by_rid: Mapping[int, tuple[Finding, ...]]
    findings: tuple[Finding, ...] = ()
    rejected: Mapping[str, tuple[tuple[Factor, Loss], ...]] = field(default_factory=dict)
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)

    def factor(self, rid: int) -> ResolvedFactor:
        """Return the resolved factor of a rid."""
        return self.resolved[rid - 1]

    def find(
        self, stream: Stream, item: str, *, site: str, supplier: str, ym: int, dim: str
    ) -> tuple[int, Level] | None:
        """Return rid and level of the factor a row gets, or None."""
        wanted = level_keys(site, supplier, self.places.get(site, Place()))
        row = BookKey(stream, Level.DEFAULT, item, "", ym, dim)
        return first_match(self.keys, wanted, row)

    def findings_for(self, rids: Iterable[int]) -> tuple[Finding, ...]:
        """Return the findings of the factors that were used, and those shown in any case."""
        used = [f for rid in sorted(set(rids)) for f in self.findings_by_rid.get(rid, ())]
        return (*self.findings, *used)
