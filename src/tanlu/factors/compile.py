"""Compile the factor book: factor x month x dimension to one key, then to multipliers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tanlu.factors.book import Book
from tanlu.factors.candidate import Loss, exclusion, latest_editions, refuse_overlaps, streams_of
from tanlu.factors.canonical import book_hash
from tanlu.factors.gas import FAMILIES, co2e_by_family
from tanlu.factors.multiplier import factor_units_per, multiplier, routes
from tanlu.factors.notes import grid_notes, precision_note, resolved_notes, rid_findings
from tanlu.factors.precedence import BookKey, ResolvedFactor
from tanlu.factors.winner import Candidate, compile_entries
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from fractions import Fraction

    from tanlu.factors.model import Factor, Item, ItemConversion
    from tanlu.factors.multiplier import Multiplier, Units
    from tanlu.factors.profile import Place, Profile
    from tanlu.factors.winner import Entry
    from tanlu.kernel.findings import Finding


class SiteLike(Protocol):
    """What the book needs to know of a site."""

    @property
    def id(self) -> str:
        """Return the site's id."""
        ...

    @property
    def province(self) -> str:
        """Return the key of the site's province."""
        ...


def compile_book(
    factors: Iterable[Factor],
    conversions: Iterable[ItemConversion],
    items: Iterable[Item],
    *,
    units: Units,
    profile: Profile,
    months: Iterable[int],
    sites: Iterable[SiteLike],
    gwp: Mapping[str, Mapping[str, Decimal]],
    as_of: date,
    places: Mapping[str, Place] | None = None,
    ledger_units: Iterable[str] | None = None,
) -> Book:
    """Compile the factor book of one inventory.

    Parameters
    ----------
    factors, conversions, items : iterable
        Rows of the factor tables.
    units : Units
        Conversions between unit codes.
    profile : Profile
        Choices of the inventory.
    months : iterable of int
        Ledger months.
    sites : iterable of SiteLike
        Sites with their province.
    gwp : Mapping[str, Mapping[str, Decimal]]
        GWP100 by set and gas.
    as_of : date
        A factor published later is not used.
    places : Mapping[str, Place], optional
        Grid region and country by province.
    ledger_units : iterable of str, optional
        Unit codes that occur in the ledger; those of items and factors are always in.

    Returns
    -------
    Book
        With findings; it never refuses a ledger, only a contradiction among the factors.

    Raises
    ------
    TanluError
        ``factors.overlap`` if two factors of one set claim the same key and month;
        ``factors.gwp-set`` if the profile's GWP set does not exist.
    """
    if profile.gwp_set not in gwp:
        raise TanluError("factors.gwp-set", found=profile.gwp_set, known=", ".join(sorted(gwp)))
    known_places = places or {}
    regions = _provinces_by_region(known_places)
    pool = _admit(factors, profile, as_of=as_of, regions=regions, gwp=gwp[profile.gwp_set])
    item_by_id = {item.id: item for item in sorted(items, key=lambda item: item.id)}
    steps = tuple(conversions)
    known = _ledger_units(pool, steps, items=item_by_id, units=units, more=ledger_units or ())
    month_list = tuple(sorted(set(months)))
    candidates = _candidates(pool.admitted, steps, items=item_by_id, units=units, profile=profile)
    flat = (c for group in candidates.values() for c in group)
    entries = dict(compile_entries(flat, profile, months=month_list, regions=regions))
    keys, resolved, routed = _number(entries)
    multipliers = _multipliers(routed, pool.co2e, ledger_units=known, units=units)
    book = Book(
        hash="",
        profile=profile,
        as_of=as_of,
        months=month_list,
        units=known,
        items=item_by_id,
        places={s.id: profile.place(s.province, known_places) for s in sites},
        keys=keys,
        resolved=resolved,
        multipliers=multipliers,
        gases=_gases(multipliers.values()),
        kwh_per_unit=_kwh(known, units),
        findings_by_rid=_findings(resolved, multipliers.values()),
        rejected=pool.rejected,
        candidates=candidates,
    )
    return replace(book, hash=book_hash(book), findings=grid_notes(book))


@dataclass(frozen=True, slots=True)
class _Pool:
    """Factors admitted and refused, and the CO2e of those admitted."""

    admitted: tuple[Factor, ...]
    rejected: Mapping[str, tuple[tuple[Factor, Loss], ...]]
    co2e: Mapping[str, Mapping[str, Fraction]]


def _admit(
    factors: Iterable[Factor],
    profile: Profile,
    *,
    as_of: date,
    regions: Mapping[str, Sequence[str]],
    gwp: Mapping[str, Decimal],
) -> _Pool:
    """Part the factors that may enter from those that may not; refuse overlaps."""
    every = tuple(factors)
    rejected: dict[str, list[tuple[Factor, Loss]]] = defaultdict(list)
    admitted, co2e = [], {}
    for factor in every:
        reason = exclusion(factor, profile, as_of=as_of, regions=regions)
        if reason is None:
            admitted.append(factor)
        else:
            rejected[factor.item].append((factor, reason))
    newest = latest_editions(admitted)
    editions = {(factor.id, factor.version) for factor in newest}
    for factor in admitted:
        if (factor.id, factor.version) not in editions:
            rejected[factor.item].append((factor, Loss.OLDER_EDITION))
    kept = []
    for factor in newest:
        by_family = co2e_by_family(factor.gases, gwp)
        if isinstance(by_family, str):
            rejected[factor.item].append((factor, Loss.NO_GWP))
        else:
            kept.append(factor)
            co2e[factor.id] = by_family
    refuse_overlaps(kept)
    frozen = {item: tuple(pairs) for item, pairs in sorted(rejected.items())}
    return _Pool(tuple(kept), frozen, co2e)


def _provinces_by_region(places: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    """Return the provinces of each grid region."""
    out: dict[str, list[str]] = defaultdict(list)
    for place in places.values():
        if place.region:
            out[place.region].append(place.province)
    return {region: tuple(sorted(set(provinces))) for region, provinces in sorted(out.items())}


def _ledger_units(
    pool: _Pool,
    steps: Iterable[ItemConversion],
    *,
    items: Mapping[str, Item],
    units: Units,
    more: Iterable[str],
) -> dict[str, str]:
    """Return every unit code a row may carry, with its dimension."""
    codes = {factor.unit for factor in pool.admitted} | set(more)
    codes |= {unit for step in steps for unit in (step.from_unit, step.to_unit)}
    codes |= {unit for item in items.values() for unit in (item.unit, *item.dims)}
    found = {unit: _dimension(unit, units) for unit in sorted(codes)}
    return {unit: dim for unit, dim in found.items() if dim}


def _dimension(unit: str, units: Units) -> str:
    """Return the dimension of a unit code, or nothing for a code the table does not hold."""
    try:
        return units.dimension(unit) if unit else ""
    except (TanluError, KeyError):
        return ""


def _candidates(
    factors: Sequence[Factor],
    steps: Sequence[ItemConversion],
    *,
    items: Mapping[str, Item],
    units: Units,
    profile: Profile,
) -> dict[str, tuple[Candidate, ...]]:
    """Return, by item, each admitted factor with each dimension it can be reached from."""
    by_item: dict[str, list[Factor]] = defaultdict(list)
    for factor in factors:
        by_item[factor.item].append(factor)
    steps_by_item: dict[str, list[ItemConversion]] = defaultdict(list)
    for step in steps:
        steps_by_item[step.item].append(step)
    out = {}
    for item in items.values():
        names = dict.fromkeys((item.id, item.factor_item or item.id))
        own_steps = [step for name in names for step in steps_by_item[name]]
        found = [
            Candidate(item, factor, route, stream)
            for name in names
            for factor in by_item[name]
            if _dimension(factor.unit, units)
            for route in routes(factor, item, conversions=own_steps, units=units, sets=profile.sets)
            for stream in streams_of(factor, profile)
        ]
        if found:
            out[item.id] = tuple(found)
    return out


def _number(
    entries: Mapping[BookKey, Entry],
) -> tuple[dict[BookKey, int], tuple[ResolvedFactor, ...], dict[int, Candidate]]:
    """Give every distinct use of a factor its rid; the numbers do not depend on the input order."""
    uses = {_use(entry): entry for entry in entries.values()}
    rid_of = {use: rid for rid, use in enumerate(sorted(uses), start=1)}
    resolved, routed = [], {}
    for use, rid in rid_of.items():
        (item, factor, route, stream), lag = uses[use]
        notes = resolved_notes(item, factor, conversion=route.conversion, lag_years=lag)
        resolved.append(ResolvedFactor(rid, item.id, stream, factor, route.conversion, lag, notes))
        routed[rid] = uses[use].candidate
    keys = {key: rid_of[_use(entry)] for key, entry in sorted(entries.items())}
    return keys, tuple(resolved), routed


def _use(entry: Entry) -> tuple[str, ...]:
    """Return what makes two uses of a factor the same: item, edition, step and age."""
    (item, factor, route, stream), lag = entry
    step = route.conversion
    names = (step.item, step.factor_set, step.from_unit, step.to_unit, step.basis) if step else ()
    order = f"{list(Stream).index(stream)}"
    return (order, item.id, factor.id, f"{factor.version:06d}", f"{lag:04d}", route.dim, *names)


def _multipliers(
    routed: Mapping[int, Candidate],
    co2e: Mapping[str, Mapping[str, Fraction]],
    *,
    ledger_units: Mapping[str, str],
    units: Units,
) -> dict[tuple[int, str], Multiplier]:
    """Return the multipliers of every rid in every ledger unit of its dimension."""
    by_dim: dict[str, list[str]] = defaultdict(list)
    for unit, dim in ledger_units.items():
        by_dim[dim].append(unit)
    out = {}
    for rid, (_, factor, route, _) in routed.items():
        for unit in by_dim[route.dim]:
            per_unit = factor_units_per(unit, route, factor=factor, units=units)
            if per_unit is None:
                continue
            found = multiplier(rid, unit, per_unit=per_unit, co2e=co2e[factor.id])
            if found is not None:
                out[rid, unit] = found
    return out


def _kwh(ledger_units: Mapping[str, str], units: Units) -> dict[str, Fraction]:
    """Return kWh per ledger unit, for every unit that is energy."""
    found = {
        unit: units.conversion(unit, "kWh")
        for unit, dim in ledger_units.items()
        if dim == _dimension("kWh", units)
    }
    return {unit: value for unit, value in found.items() if value is not None}


def _gases(multipliers: Iterable[Multiplier]) -> tuple[str, ...]:
    """Return the gas families present, in printed order."""
    present = {family for m in multipliers for family in m.gases}
    return tuple(family for family in FAMILIES if family in present)


def _findings(
    resolved: Iterable[ResolvedFactor], multipliers: Iterable[Multiplier]
) -> dict[int, tuple[Finding, ...]]:
    """Return the findings by rid."""
    out: dict[int, list[Finding]] = defaultdict(list)
    for use in resolved:
        out[use.rid].extend(rid_findings(use))
    by_rid = {use.rid: use for use in resolved}
    for found in multipliers:
        if found.is_coarse:
            out[found.rid].append(precision_note(by_rid[found.rid], found.unit))
    return {rid: tuple(found) for rid, found in out.items() if found}
