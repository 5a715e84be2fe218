"""When the base year has to be recalculated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable


class ChangeClass(StrEnum):
    """Why figures changed; organic growth never counts."""

    STRUCTURAL = "structural"
    METHOD = "method"
    FACTOR = "factor"
    ERROR = "error"
    ORGANIC = "organic"


@dataclass(frozen=True, slots=True)
class Change:
    """One change since the last restatement.

    Parameters
    ----------
    reason : ChangeClass
        Its class.
    scope : int
        1, 2 or 3.
    effect_t : Fraction
        Effect on the base-year emissions, with its sign [tCO2e].
    """

    reason: ChangeClass
    scope: int
    effect_t: Fraction


@dataclass(frozen=True, slots=True)
class BaseYearCheck:
    """Whether a recalculation is due, and by what.

    Parameters
    ----------
    shares : dict of str to Fraction
        ``total`` and ``scope1`` … to cumulative absolute effect over base-year emissions.
    triggered_by : tuple of str
        Those whose share exceeds the threshold.
    """

    shares: dict[str, Fraction]
    triggered_by: tuple[str, ...]

    @property
    def is_due(self) -> bool:
        """Whether the base year has to be recalculated."""
        return bool(self.triggered_by)


def check_base_year(
    base_t: dict[int, Fraction], changes: Iterable[Change], *, threshold: Fraction
) -> BaseYearCheck:
    """Compare the cumulative absolute effect of changes with the threshold (rule M-46).

    Parameters
    ----------
    base_t : dict of int to Fraction
        Scope to base-year emissions [tCO2e].
    changes : iterable of Change
        All changes since the last restatement; opposite signs do not cancel.
    threshold : Fraction
        Share of base-year emissions, 0 to 1.

    Returns
    -------
    BaseYearCheck
        Due where a share is greater than the threshold, per scope and for the total.

    Raises
    ------
    TanluError
        ``inventory.base-year-empty`` if there are no base-year emissions.
    """
    total = sum(base_t.values(), Fraction(0))
    if total <= 0:
        raise TanluError("inventory.base-year-empty")
    moved = dict.fromkeys(base_t, Fraction(0))
    for change in changes:
        if change.reason is not ChangeClass.ORGANIC:
            moved[change.scope] = moved.get(change.scope, Fraction(0)) + abs(change.effect_t)
    shares = {"total": sum(moved.values(), Fraction(0)) / total}
    for scope, effect in sorted(moved.items()):
        if base_t.get(scope):
            shares[f"scope{scope}"] = effect / base_t[scope]
    due = tuple(name for name, share in shares.items() if share > threshold)
    return BaseYearCheck(shares, triggered_by=due)
