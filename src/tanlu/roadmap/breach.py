"""A rule of the plan that its exact run does not keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is not kept.

    Parameters
    ----------
    family : str
        Constraint family.
    key : str
        Target, measure, site or contract.
    year : int
        Year index.
    amount : Fraction
        By how much, in the family's user unit (t, CNY, units, ...).
    """

    family: str
    key: str
    year: int
    amount: Fraction
