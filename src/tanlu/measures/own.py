"""A company's own measures, and its own figures for those of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Evidence, MeasureOffer, ValueRange
from tanlu.measures.catalogue import LARGEST_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tanlu.kernel.plan import EndUseFact


@dataclass(frozen=True, slots=True)
class OwnMeasure:
    """A measure as typed: it saves an amount of a carrier a year at one site.

    Parameters
    ----------
    id, site, name : str
        Number, site, name in the user's language.
    carrier, end_use : str
        What it saves, and where; without an end use it acts on the site's largest one.
    amount : Fraction
        Saved a year [ledger unit of the carrier].
    capex, om : Fraction
        Investment [CNY], operation and maintenance [CNY/yr].
    life, lead_years : int
        Years of service and of building.
    evidence : Evidence
        Where its numbers come from.
    source, reason : str
        Quote, report or meter; why it was put in.
    """

    id: str
    site: str
    name: str
    carrier: str
    end_use: str
    amount: Fraction
    capex: Fraction
    om: Fraction
    life: int
    lead_years: int
    evidence: Evidence
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """A company's own figures for a measure of the catalogue at one site; None leaves the old.

    Parameters
    ----------
    id : str
        ``<measure>@<site>``.
    saving : Fraction or None
        Share of the end use saved [-].
    capex, om : Fraction or None
        Investment [CNY] and operation and maintenance [CNY/yr] for the whole site.
    life, lead_years : int or None
        Years of service and of building.
    evidence : Evidence
        Where the figures come from.
    source, reason : str
        Quote, report or meter; why the figures replace the catalogue's.
    """

    id: str
    saving: Fraction | None
    capex: Fraction | None
    om: Fraction | None
    life: int | None
    lead_years: int | None
    evidence: Evidence
    source: str
    reason: str


def with_own(
    offers: Iterable[MeasureOffer],
    overrides: Mapping[str, Override],
    own: Iterable[OwnMeasure],
    end_uses: Sequence[EndUseFact],
) -> tuple[MeasureOffer, ...]:
    """Return offers with the company's own figures and own measures.

    Parameters
    ----------
    offers : iterable of MeasureOffer
        From the catalogue and the register.
    overrides : mapping
        By offer id.
    own : iterable of OwnMeasure
        Offered where their end use exists; `without_end_use` names the others.
    end_uses : sequence of EndUseFact
        Of the base year.

    Returns
    -------
    tuple of MeasureOffer
        Sorted by id. An offer whose investment is the company's own is no template any more
        (rule M-104).
    """
    told = [_overridden(offer, overrides.get(offer.id)) for offer in offers]
    placed = [(measure, _place(measure, end_uses)) for measure in own]
    added = [
        _offer(measure, fact)
        for measure, fact in placed
        if fact is not None and measure.amount <= fact.quantity * LARGEST_SHARE
    ]
    return tuple(sorted([*told, *added], key=lambda offer: offer.id))


def without_end_use(
    own: Iterable[OwnMeasure], end_uses: Sequence[EndUseFact]
) -> tuple[OwnMeasure, ...]:
    """Return own measures whose site has no such end use in the base year."""
    return tuple(measure for measure in own if _place(measure, end_uses) is None)


def too_large(own: Iterable[OwnMeasure], end_uses: Sequence[EndUseFact]) -> tuple[OwnMeasure, ...]:
    """Return own measures that would save more of their end use than a saving can."""
    placed = [(measure, _place(measure, end_uses)) for measure in own]
    return tuple(
        measure
        for measure, fact in placed
        if fact is not None and measure.amount > fact.quantity * LARGEST_SHARE
    )


def _place(measure: OwnMeasure, end_uses: Sequence[EndUseFact]) -> EndUseFact | None:
    """Return the end use a measure acts on: the named one, else the largest of its carrier."""
    mine = [
        fact
        for fact in end_uses
        if fact.site == measure.site
        and fact.carrier == measure.carrier
        and measure.end_use in ("", fact.end_use)
    ]
    return max(mine, key=lambda fact: (fact.quantity, fact.id), default=None)


def _overridden(offer: MeasureOffer, override: Override | None) -> MeasureOffer:
    if override is None:
        return offer
    capex = offer.capex if override.capex is None else _certain(override.capex)
    return replace(
        offer,
        saving=offer.saving if override.saving is None else _certain(override.saving),
        capex=capex,
        om=offer.om if override.om is None else override.om,
        life=override.life or offer.life,
        lead_years=offer.lead_years if override.lead_years is None else override.lead_years,
        evidence=offer.evidence if override.capex is None else override.evidence,
        source=override.source or offer.source,
    )


def _offer(measure: OwnMeasure, fact: EndUseFact) -> MeasureOffer:
    return MeasureOffer(
        id=f"{measure.id}@{measure.site}",
        measure=measure.id,
        site=measure.site,
        effect=Effect.ABSOLUTE,
        end_uses=(fact.id,),
        saving=_certain(measure.amount),
        capex=_certain(measure.capex),
        om=measure.om,
        life=measure.life,
        lead_years=measure.lead_years,
        max_rollout=Fraction(1),
        blocks=1,
        exclusive_group="",
        requires=(),
        carrier_to="",
        perf_old=Fraction(1),
        perf_new=Fraction(1),
        source_end_use="",
        ownership=None,
        size=Fraction(1),
        size_unit="set",
        evidence=measure.evidence,
        source=measure.source,
        name_zh=measure.name,
        name_en=measure.name,
    )


def _certain(value: Fraction) -> ValueRange:
    return ValueRange(value, value, value)
