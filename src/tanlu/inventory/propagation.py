"""Error propagation in closed form: sums, products, and the lognormal's parameters."""

from __future__ import annotations

from math import exp, log, prod, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def sigma_of_cv(cv: float) -> float:
    """Return the sd of the logarithm of a relative sd: ``sqrt(ln(1 + cv^2))`` (rule M-49).

    Examples
    --------
    >>> round(sigma_of_cv(0.10), 5)
    0.09975
    """
    return sqrt(log(1 + cv * cv))


def cv_of_sigma(sigma: float) -> float:
    """Return the relative sd of a lognormal: ``sqrt(exp(sigma^2) - 1)``."""
    return sqrt(exp(sigma * sigma) - 1)


def gsd_of_cv(cv: float) -> float:
    """Return the geometric standard deviation of a relative sd; its square is not it."""
    return exp(sigma_of_cv(cv))


def combine_sum(
    values: Sequence[float], relative: Sequence[float], *, is_correlated: bool = False
) -> float:
    """Return the relative uncertainty of a sum (rule M-49).

    Parameters
    ----------
    values : sequence of float, shape (n,)
        Terms, any one unit.
    relative : sequence of float, shape (n,)
        Relative uncertainty of each, same coverage.
    is_correlated : bool
        True when one and the same factor stands behind all terms.

    Returns
    -------
    float
        ``sqrt(sum (u x)^2) / |sum x|``; fully correlated terms add linearly.

    References
    ----------
    IPCC 2006 Guidelines, volume 1, chapter 3, equation 3.2.
    """
    parts = [u * x for u, x in zip(relative, values, strict=True)]
    spread = abs(sum(parts)) if is_correlated else sqrt(sum(part * part for part in parts))
    return spread / abs(sum(values))


def combine_product(relative: Sequence[float], *, is_exact: bool = False) -> float:
    """Return the relative uncertainty of a product of independent factors.

    Parameters
    ----------
    relative : sequence of float, shape (n,)
        Relative uncertainty of each factor.
    is_exact : bool
        Keep the cross terms: ``sqrt(prod(1 + u^2) - 1)``; else ``sqrt(sum u^2)``.

    Returns
    -------
    float
        Relative uncertainty of the product.

    References
    ----------
    IPCC 2006 Guidelines, volume 1, chapter 3, equation 3.1.
    """
    if is_exact:
        return sqrt(prod(1 + u * u for u in relative) - 1)
    return sqrt(sum(u * u for u in relative))
