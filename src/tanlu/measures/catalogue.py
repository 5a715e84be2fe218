"""Turn catalogue rows into offers for the real end uses of a site."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.plan import ENDS, Effect, Evidence, MeasureOffer, Ownership, ValueRange
from tanlu.units.ratio import KWH_PER_MWH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.kernel.plan import BaseYear, EndUseFact
    from tanlu.measures.register import Option, Register

    Energy = Mapping[str, Fraction | None]

EVERY_SECTOR = "cross-cutting"


def offers_for(
    rows: Iterable[Mapping[str, Any]],
    base: BaseYear,
    end_uses: Iterable[EndUseFact],
    *,
    sector: str,
    banned: frozenset[str] = frozenset(),
    register: Register | None = None,
    cities: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[MeasureOffer, ...]:
    """Offer each catalogue row to each site that has an end use for it.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the measure table.
    base : BaseYear
        Carriers with their energy content.
    end_uses : iterable of EndUseFact
        The sites' end uses.
    sector : str
        Rows of this sector and the cross-cutting ones are offered.
    banned : frozenset of str
        Catalogue ids left out, for example third-party roofs whose certificate holder is not
        settled.
    register : Register, optional
        What the calculators make of the listed machines: where a site lists machines that a
        measure is for, saving and investment are theirs and the template's are not used.
    cities : mapping, optional
        By site, the row of the table of solar irradiation for the city it lies in: its yield
        takes the place of the template's.

    Returns
    -------
    tuple of MeasureOffer
        Sorted by id; every one carries the evidence ``template`` (rule M-71).
    """
    energy = {carrier.id: carrier.mwh_per_unit for carrier in base.carriers}
    facts = tuple(end_uses)
    sites = sorted({fact.site for fact in facts})
    wanted = [row for row in rows if row["sector"] in {sector, EVERY_SECTOR}]
    found = [
        sized
        for row in wanted
        if row["id"] not in banned
        for site in sites
        if (offer := _offer(_in_city(row, site, cities or {}), site, facts, energy)) is not None
        and (sized := _of_machines(offer, row, register, facts, energy)) is not None
    ]
    names = {offer.id for offer in found}
    return tuple(sorted((_needed(offer, names) for offer in found), key=lambda o: o.id))


def _in_city(
    row: Mapping[str, Any], site: str, cities: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return a row with the solar yield of the city that a site lies in."""
    city = cities.get(site)
    if row["yield_kwh_per_kw"] is None or city is None:
        return row
    source = f"{row['source']} {city['source']}"
    return {**row, "yield_kwh_per_kw": city["yield_flat"], "source": source}


def _of_machines(
    offer: MeasureOffer,
    row: Mapping[str, Any],
    register: Register | None,
    facts: tuple[EndUseFact, ...],
    energy: Energy,
) -> MeasureOffer | None:
    """Return an offer with the saving and investment of the listed machines (rule M-103).

    None where the site lists such machines and none of them gains.
    """
    if register is None or not register.knows(offer.measure, offer.site):
        return offer
    chosen = register.chosen(offer.measure, offer.site)
    if not chosen:
        return None
    wanted = {offer.source_end_use} if offer.source_end_use else set(offer.end_uses)
    metered = sum(
        (
            fact.quantity * (energy.get(fact.carrier) or Fraction(0)) * KWH_PER_MWH
            for fact in facts
            if fact.id in wanted
        ),
        Fraction(0),
    )
    basis = max(metered, sum((option.baseline for option in chosen), Fraction(0)))
    if not basis:
        return offer
    share = sum((option.saved for option in chosen), Fraction(0)) / basis
    most = Fraction(1) if offer.effect in _WHOLE else LARGEST_SHARE
    before, after = chosen[0].performance
    return replace(
        offer,
        saving=_ranged(Fraction(round(min(share, most) * _SHARES), _SHARES), row, most),
        capex=_summed(chosen),
        om=_summed(chosen).typical * Fraction(row["om_share"]),
        size=sum((option.size for option in chosen), Fraction(0)),
        perf_old=before or offer.perf_old,
        perf_new=after or offer.perf_new,
        source=f"{offer.source} {' '.join(option.machine.id for option in chosen)}",
    )


_WHOLE = (Effect.SWITCH, Effect.RECOVER)
LARGEST_SHARE = Fraction(19, 20)  # more than 95 % of an end use is a switch, not a saving
_SHARES = 10**6


def _ranged(typical: Fraction, row: Mapping[str, Any], most: Fraction) -> ValueRange:
    """Return a calculated share with the catalogue's own spread around it."""
    scale = typical / Fraction(row["saving_typical"])
    low, high = (Fraction(row[f"saving_{end}"]) * scale for end in ("low", "high"))
    return ValueRange(min(low, typical), typical, min(max(high, typical), most))


def _summed(chosen: tuple[Option, ...]) -> ValueRange:
    return ValueRange(*(sum((getattr(o.capex, end) for o in chosen), Fraction(0)) for end in ENDS))


def _needed(offer: MeasureOffer, names: set[str]) -> MeasureOffer:
    """Return an offer; a prerequisite that is not offered here cannot be asked for."""
    missing = [name for name in offer.requires if name not in names]
    if not missing:
        return offer
    kept = tuple(name for name in offer.requires if name in names)
    return replace(offer, requires=kept)


def _offer(
    row: Mapping[str, Any], site: str, facts: tuple[EndUseFact, ...], energy: Energy
) -> MeasureOffer | None:
    effect = Effect(row["effect"])
    mine = _targets(row, site, facts, effect)
    if not mine:
        return None
    amount = sum((fact.quantity for fact in mine), Fraction(0))
    source = _source(row, site, facts)
    if row["source_end_use"] and source is None:
        return None
    size = _SIZES[row["driver"]](row, amount, energy, source)
    if size <= 0:
        return None
    capex = ValueRange(*(size * Fraction(row[f"capex_{end}"]) for end in ENDS))
    return MeasureOffer(
        id=f"{row['id']}@{site}",
        measure=row["id"],
        site=site,
        effect=effect,
        end_uses=tuple(fact.id for fact in mine) if row["end_uses"] else (),
        saving=ValueRange(*(Fraction(row[f"saving_{end}"]) for end in ENDS)),
        capex=capex,
        om=capex.typical * Fraction(row["om_share"]),
        life=row["life_years"],
        lead_years=row["lead_years"],
        max_rollout=Fraction(row["max_rollout"]),
        blocks=row["blocks"],
        exclusive_group=row["exclusive_group"] or "",
        requires=tuple(f"{name}@{site}" for name in row["requires"] or ()),
        carrier_to=row["carrier_to"] or "",
        perf_old=Fraction(row["perf_old"] or 1),
        perf_new=Fraction(row["perf_new"] or 1),
        source_end_use=source.id if source is not None else "",
        ownership=Ownership(row["ownership"]) if row["ownership"] else None,
        size=size,
        size_unit=_UNITS[row["driver"]],
        evidence=Evidence.TEMPLATE,
        source=row["source"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        family=row["family"],
    )


def _targets(
    row: Mapping[str, Any], site: str, facts: tuple[EndUseFact, ...], effect: Effect
) -> list[EndUseFact]:
    mine = [fact for fact in facts if fact.site == site and fact.carrier == row["carrier"]]
    if effect in {Effect.SUPPLY, Effect.CONTRACT}:
        return mine
    return [fact for fact in mine if fact.end_use in (row["end_uses"] or ())]


def _source(row: Mapping[str, Any], site: str, facts: tuple[EndUseFact, ...]) -> EndUseFact | None:
    wanted = f"{site}/{row['source_end_use']}"
    return next((fact for fact in facts if fact.id == wanted), None)


def _kwh(amount: Fraction, row: Mapping[str, Any], energy: Energy) -> Fraction:
    return amount * (energy.get(row["carrier"]) or Fraction(0)) * KWH_PER_MWH


def _kw(
    row: Mapping[str, Any], amount: Fraction, energy: Energy, _source: EndUseFact | None
) -> Fraction:
    return _whole(_kwh(amount, row, energy) / Fraction(row["driver_basis"]))


def _kw_heat(
    row: Mapping[str, Any], amount: Fraction, energy: Energy, _source: EndUseFact | None
) -> Fraction:
    useful = Fraction(row["perf_old"] or 1)
    return _whole(_kwh(amount, row, energy) * useful / Fraction(row["driver_basis"]))


def _kw_source(
    row: Mapping[str, Any], _amount: Fraction, energy: Energy, source: EndUseFact | None
) -> Fraction:
    if source is None:
        return Fraction(0)
    kwh = source.quantity * (energy.get(source.carrier) or Fraction(0)) * KWH_PER_MWH
    return _whole(kwh / Fraction(row["driver_basis"]))


def _kw_peak(
    row: Mapping[str, Any], amount: Fraction, energy: Energy, _source: EndUseFact | None
) -> Fraction:
    share = Fraction(row["saving_typical"])
    return _whole(_kwh(amount, row, energy) * share / Fraction(row["yield_kwh_per_kw"] or 1))


def _kva(
    row: Mapping[str, Any], amount: Fraction, energy: Energy, _source: EndUseFact | None
) -> Fraction:
    """Return transformer capacity from losses: losses are a fiftieth of what passes."""
    through = _kwh(amount, row, energy) * 100 / 2
    return _whole(through / Fraction(row["driver_basis"]))


def _sets_by_energy(
    row: Mapping[str, Any], amount: Fraction, energy: Energy, _source: EndUseFact | None
) -> Fraction:
    mwh = amount * (energy.get(row["carrier"]) or Fraction(0))
    return Fraction(math.ceil(mwh / Fraction(row["driver_basis"])))


def _sets_by_mass(
    row: Mapping[str, Any], amount: Fraction, _energy: Energy, _source: EndUseFact | None
) -> Fraction:
    return Fraction(math.ceil(amount / Fraction(row["driver_basis"])))


def _one(
    _row: Mapping[str, Any], _amount: Fraction, _energy: Energy, _source: EndUseFact | None
) -> Fraction:
    return Fraction(1)


def _all_kwh(
    _row: Mapping[str, Any], amount: Fraction, _energy: Energy, _source: EndUseFact | None
) -> Fraction:
    return amount


def _whole(value: Fraction) -> Fraction:
    return Fraction(math.ceil(value))


_SIZES: dict[str, Callable[[Mapping[str, Any], Fraction, Energy, EndUseFact | None], Fraction]] = {
    "kw": _kw,
    "kw_heat": _kw_heat,
    "kw_source": _kw_source,
    "kw_peak": _kw_peak,
    "kva": _kva,
    "mwh": _sets_by_energy,
    "kg": _sets_by_mass,
    "site": _one,
    "kwh": _all_kwh,
}
_UNITS = {
    "kw": "kW",
    "kw_heat": "kW",
    "kw_source": "kW",
    "kw_peak": "kW",
    "kva": "kVA",
    "mwh": "set",
    "kg": "set",
    "site": "set",
    "kwh": "kWh",
}
