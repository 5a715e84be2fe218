"""Embedded emissions of goods under the EU's border adjustment, and their certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def embedded_emissions(
    *,
    emission_attributed: float,
    activity_level: float,
    mass_precursor: Sequence[float] | None,
    emission_per_precursor: Sequence[float] | None,
) -> dict[str, float]:
    """Return the specific embedded emissions of a good.

    Parameters
    ----------
    emission_attributed : float
        Emissions attributed to the production process [t].
    activity_level : float
        Goods made [t].
    mass_precursor, emission_per_precursor : sequence of float or None, shape (n,)
        Mass of each precursor used [t] and its specific embedded emissions [t/t].

    Returns
    -------
    dict
        ``emission_per_good``, of it ``emission_per_own`` and ``emission_per_precursors`` [t/t].

    Raises
    ------
    TanluError
        ``calc.lists-differ`` when masses and emissions do not pair.

    References
    ----------
    Implementing Regulation (EU) 2023/1773, annex III, F: goods with precursors.
    """
    masses, each = mass_precursor or (), emission_per_precursor or ()
    if len(masses) != len(each):
        names = "mass_precursor, emission_per_precursor"
        raise TanluError("calc.lists-differ", names=names)
    own = emission_attributed / activity_level
    brought = sum(m * e for m, e in zip(masses, each, strict=True)) / activity_level
    return {
        "emission_per_good": own + brought,
        "emission_per_own": own,
        "emission_per_precursors": brought,
    }


def certificates(
    *,
    mass: float,
    emission_per_actual: float | None,
    emission_per_default: float | None,
    price_certificate: float,
    price_paid: float,
    benchmark: float,
    fraction_payable: float,
) -> dict[str, float | None]:
    """Return what a consignment costs at actual and at default values.

    Parameters
    ----------
    mass : float
        Goods [t].
    emission_per_actual, emission_per_default : float or None
        Specific embedded emissions, verified and default [t/t].
    price_certificate, price_paid : float
        Of a certificate, and of carbon paid in the country of origin [EUR/t].
    benchmark : float
        Free allocation still granted, with the share of precursors in it [t/t].
    fraction_payable : float
        Share of the allocation withdrawn in the year (2.5 % in 2026, 100 % in 2034) [-].

    Returns
    -------
    dict
        ``certificates_actual``, ``certificates_default`` [t], ``cost_actual``,
        ``cost_default``, ``cost_difference`` [EUR].
    """
    free = benchmark * (1 - fraction_payable)
    rate = max(price_certificate - price_paid, 0.0)

    def owed(emission: float | None) -> float | None:
        return None if emission is None else mass * max(emission - free, 0.0)

    actual, default = owed(emission_per_actual), owed(emission_per_default)
    paid = None if actual is None else actual * rate
    assumed = None if default is None else default * rate
    return {
        "certificates_actual": actual,
        "certificates_default": default,
        "cost_actual": paid,
        "cost_default": assumed,
        "cost_difference": None if paid is None or assumed is None else assumed - paid,
    }


FORMULAS: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "cbam-certificates": certificates,
    "cbam-embedded-emissions": embedded_emissions,
}
