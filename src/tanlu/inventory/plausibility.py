"""Recognise what published figures get wrong, from the other figures beside them.

A match is evidence, not proof: every candidate within tolerance is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tanlu.inventory.model import Energy

_MJ_PER_KWH = Fraction(36, 10)
_SLIPS = (1, 2, 3, 4, 6)


class Meaning(StrEnum):
    """What a candidate would say if it matched."""

    EXPECTED = "expected"  # the figure as it should be computed
    OTHER_FACTOR = "other_factor"  # a factor of another year or definition
    NET_ON_GROSS = "net_on_gross"  # a net-heat factor on gross heat
    PRIMARY_ENERGY = "primary_energy"  # electricity stated as primary energy


class Code(StrEnum):
    """What was found about a published figure."""

    REPRODUCED = "PLAUSIBLE_REPRODUCED"
    OTHER_FACTOR = "PLAUSIBLE_OTHER_FACTOR"
    NET_ON_GROSS = "PLAUSIBLE_NET_ON_GROSS"
    PRIMARY_ENERGY = "PLAUSIBLE_PRIMARY_ENERGY"
    UNIT_SLIP = "PLAUSIBLE_UNIT_SLIP"
    NOT_EXPLAINED = "PLAUSIBLE_NOT_EXPLAINED"
    TOO_LOW = "PLAUSIBLE_TOO_LOW"
    SUM_SHORT = "PLAUSIBLE_SUM_SHORT"
    SUM_OVER = "PLAUSIBLE_SUM_OVER"


_CODES = {
    Meaning.EXPECTED: Code.REPRODUCED,
    Meaning.OTHER_FACTOR: Code.OTHER_FACTOR,
    Meaning.NET_ON_GROSS: Code.NET_ON_GROSS,
    Meaning.PRIMARY_ENERGY: Code.PRIMARY_ENERGY,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to arrive at the published figure.

    Parameters
    ----------
    id : str
        What it is made of, for example the id of a factor.
    value : Fraction
        Recomputed figure, unit of the published one.
    meaning : Meaning
        What a match says.
    """

    id: str
    value: Fraction
    meaning: Meaning = Meaning.EXPECTED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found about a figure.

    Parameters
    ----------
    code : Code
        The finding.
    candidate_id : str
        Candidate it rests on; empty for sums.
    ratio : Fraction
        Published over recomputed.
    """

    code: Code
    candidate_id: str
    ratio: Fraction


def plausibility(
    published: Fraction, candidates: Sequence[Candidate], *, tolerance: Fraction
) -> tuple[Verdict, ...]:
    """Tell which candidates reproduce a published figure, else what it looks like (M-42).

    Parameters
    ----------
    published : Fraction
        Figure as printed.
    candidates : sequence of Candidate
        Ways to arrive at it; at least one is expected.
    tolerance : Fraction
        Relative difference that still counts as the same, 0 to 1.

    Returns
    -------
    tuple of Verdict
        Expected candidates that match, alone; else every other candidate that matches, the
        nearest first; else a power of ten; else how far it is from what was expected. Empty
        when there is nothing to compare with.
    """
    near = sorted(
        (c for c in candidates if _deviation(published, c.value) <= tolerance),
        key=lambda c: (_deviation(published, c.value), c.id),
    )
    expected = [c for c in candidates if c.meaning is Meaning.EXPECTED]
    matches = [c for c in near if c.meaning is Meaning.EXPECTED] or near
    if matches:
        return tuple(Verdict(_CODES[c.meaning], c.id, published / c.value) for c in matches)
    slips = [c for c in expected if _is_slip(published, c.value, tolerance)]
    if slips:
        return tuple(Verdict(Code.UNIT_SLIP, c.id, published / c.value) for c in slips)
    return tuple(
        Verdict(_direction(published, c.value), c.id, published / c.value)
        for c in expected
        if c.value
    )


def plausibility_finding(verdict: Verdict) -> Finding:
    """Say a verdict as a finding: reproduced is a note, everything else asks."""
    is_fine = verdict.code is Code.REPRODUCED
    return Finding(
        verdict.code.value,
        Outcome.NOTE if is_fine else Outcome.WARN,
        facts={"candidate": verdict.candidate_id, "ratio": f"{float(verdict.ratio):.4g}"},
    )


def grid_candidates(
    kwh: Fraction, factors: Mapping[str, Fraction], *, expected: Iterable[str]
) -> tuple[Candidate, ...]:
    """Return one candidate per grid factor: kWh times its value [t].

    Parameters
    ----------
    kwh : Fraction
        Purchased electricity [kWh].
    factors : Mapping[str, Fraction]
        Factor id to its value [kg/kWh], all years and definitions.
    expected : iterable of str
        Ids that the year and method call for.

    Returns
    -------
    tuple of Candidate
        In the order of the factors.
    """
    right = set(expected)
    return tuple(
        Candidate(
            name,
            kwh * kg / 1000,
            Meaning.EXPECTED if name in right else Meaning.OTHER_FACTOR,
        )
        for name, kg in factors.items()
    )


def heat_candidates(
    gross_gj: Mapping[str, Fraction],
    net_t_per_gj: Mapping[str, Fraction],
    *,
    net_over_gross: Mapping[str, Fraction],
) -> tuple[Candidate, Candidate]:
    """Return what fuels given as gross heat emit, rightly and by the common mistake.

    Parameters
    ----------
    gross_gj : Mapping[str, Fraction]
        Fuel to heat on the gross basis [GJ].
    net_t_per_gj : Mapping[str, Fraction]
        Fuel to its factor on the net basis [t/GJ].
    net_over_gross : Mapping[str, Fraction]
        Fuel to net over gross heating value.

    Returns
    -------
    tuple of Candidate
        Heat brought to the net basis first; and the net factor put on gross heat.
    """
    wrong = sum((gj * net_t_per_gj[fuel] for fuel, gj in gross_gj.items()), Fraction(0))
    right = sum(
        (gj * net_over_gross[fuel] * net_t_per_gj[fuel] for fuel, gj in gross_gj.items()),
        Fraction(0),
    )
    return (
        Candidate("gross_heat_to_net", right),
        Candidate("net_factor_on_gross_heat", wrong, Meaning.NET_ON_GROSS),
    )


def check_reported_energy(
    energy: Energy, reported_tce: Fraction, *, tolerance: Fraction
) -> tuple[Verdict, ...]:
    """Compare the energy use a company reports with the sum of its carriers (M-42).

    Parameters
    ----------
    energy : Energy
        Sums of the inventory by both conventions.
    reported_tce : Fraction
        Energy use as reported [tce].
    tolerance : Fraction
        Relative difference that still counts as the same, 0 to 1.

    Returns
    -------
    tuple of Verdict
        The convention that reproduces it, or what it looks like; empty when no sum is known.
    """
    sums = {"calorific": energy.tce_calorific, "equivalent": energy.tce_equivalent}
    candidates = [Candidate(name, value) for name, value in sums.items() if value is not None]
    return plausibility(reported_tce, candidates, tolerance=tolerance)


def is_primary_energy(
    gj: Fraction,
    emissions_t: Fraction,
    *,
    range_kg_per_kwh: tuple[Fraction, Fraction],
    primary_mj_per_kwh: Iterable[Fraction],
) -> Fraction | None:
    """Tell whether electricity in GJ is primary energy: its implied factor is too small.

    Parameters
    ----------
    gj : Fraction
        Electricity as printed [GJ].
    emissions_t : Fraction
        Emissions printed for it [t].
    range_kg_per_kwh : tuple of Fraction
        Least and largest grid factor that the place can have [kg/kWh].
    primary_mj_per_kwh : iterable of Fraction
        Primary energy per kWh by the conventions in use [MJ/kWh].

    Returns
    -------
    Fraction or None
        The convention that puts the implied factor into the range while 3.6 MJ/kWh does
        not; None if 3.6 does, or if none does.
    """
    low, high = range_kg_per_kwh
    kg_per_mj = emissions_t / gj
    if low <= kg_per_mj * _MJ_PER_KWH <= high:
        return None
    fitting = [mj for mj in primary_mj_per_kwh if low <= kg_per_mj * mj <= high]
    return min(fitting, default=None)


def check_parts(total: Fraction, parts: Sequence[Fraction], *, quantum: Fraction) -> Verdict | None:
    """Compare a printed total with its printed parts (M-42).

    Parameters
    ----------
    total : Fraction
        Total as printed.
    parts : sequence of Fraction
        Countries, categories or gases as printed.
    quantum : Fraction
        Unit of the last printed digit: each number may be off by half of it.

    Returns
    -------
    Verdict or None
        ``SUM_SHORT`` where the parts stay below the total, ``SUM_OVER`` where they exceed
        it; None when rounding explains the difference, or when there are no parts.
    """
    if not parts:
        return None
    added = sum(parts, Fraction(0))
    if abs(added - total) <= (len(parts) + 1) * quantum / 2:
        return None
    code = Code.SUM_SHORT if added < total else Code.SUM_OVER
    return Verdict(code, "", total / added) if added else None


def _deviation(published: Fraction, value: Fraction) -> Fraction:
    return abs(published / value - 1) if value else Fraction(10**9)


def _is_slip(published: Fraction, value: Fraction, tolerance: Fraction) -> bool:
    """Tell whether two figures differ by a power of ten."""
    if not value or not published:
        return False
    ratio = published / value
    return any(
        abs(ratio / scale - 1) <= tolerance
        for power in _SLIPS
        for scale in (Fraction(10**power), Fraction(1, 10**power))
    )


def _direction(published: Fraction, value: Fraction) -> Code:
    return Code.NOT_EXPLAINED if published > value else Code.TOO_LOW
