"""Additive LMDI-I: split a change exactly over the factors of a product.

Knows no site and no energy carrier; `drivers` builds the cells.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CellFactors = tuple["Sequence[float | None]", "Sequence[float | None]"]


def log_mean(a: float, b: float) -> float:
    """Return the logarithmic mean ``L(a, b) = (a - b) / (ln a - ln b)``, ``L(a, a) = a``.

    Parameters
    ----------
    a, b : float
        Positive numbers.
    """
    if a == b:
        return a
    ratio = (a - b) / b
    return b * ratio / math.log1p(ratio)


def decompose(cells: Iterable[CellFactors], n_factors: int) -> list[float]:
    """Split the change of a sum of products over the factors of the products.

    Parameters
    ----------
    cells : iterable of (sequence, sequence), each of shape (n_factors,)
        The factors of each cell in the first and in the second year. None is an undefined
        ratio (0/0) and takes the other year's value.
    n_factors : int
        Number of factors in each cell.

    Returns
    -------
    list of float, shape (n_factors,)
        Effect of each factor; the sum is the change, to rounding of doubles.

    Raises
    ------
    TanluError
        ``hotspots.negative-cell`` when a factor is negative: LMDI has no meaning there.

    Notes
    -----
    Rules M-61 and M-62: ``dE_x = sum L(E1, E0) ln(x1 / x0)``. Where one endpoint is zero, the
    analytic limit gives the change to the factors that are zero there, in equal parts.

    References
    ----------
    Ang (2015), doi:10.1016/j.enpol.2015.07.007; Wood and Lenzen (2006),
    doi:10.1016/j.enpol.2004.11.010.

    Examples
    --------
    >>> decompose([((10, 1.0, 0.5), (11, 0.0, 0.5))], 3)
    [0.0, -5.0, 0.0]
    """
    effects = [0.0] * n_factors
    for first, second in cells:
        for i, effect in enumerate(_cell_effects(first, second)):
            effects[i] += effect
    return effects


def _cell_effects(
    first: Sequence[float | None], second: Sequence[float | None]
) -> tuple[float, ...]:
    start, end = _fill_undefined(first, second)
    if min(*start, *end) < 0:
        raise TanluError("hotspots.negative-cell", found=min(*start, *end))
    e0, e1 = math.prod(start), math.prod(end)
    if e0 == 0 and e1 == 0:
        return (0.0,) * len(start)
    if e0 == 0 or e1 == 0:
        vanishing = [x == 0 or y == 0 for x, y in zip(start, end, strict=True)]
        part = (e1 - e0) / sum(vanishing)
        return tuple(part if gone else 0.0 for gone in vanishing)
    weight = log_mean(e1, e0)
    return tuple(weight * math.log(y / x) for x, y in zip(start, end, strict=True))


def _fill_undefined(
    first: Sequence[float | None], second: Sequence[float | None]
) -> tuple[list[float], list[float]]:
    start, end = [], []
    for x, y in zip(first, second, strict=True):
        known = 1.0 if x is None and y is None else x if y is None else y
        start.append(known if x is None else x)
        end.append(known if y is None else y)
    return start, end  # type: ignore[return-value]  # `known` is a number where either is
