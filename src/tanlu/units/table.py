"""The unit table and what a parsed unit is; rows come from `data/units/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class UnitOutcome(StrEnum):
    """What became of a unit's text."""

    OK = "ok"
    WARN = "warn"
    ASK = "ask"
    DIM_MISMATCH = "dim_mismatch"
    UNKNOWN = "unknown"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ParsedUnit:
    """A read unit.

    Parameters
    ----------
    text : str
        As written.
    outcome : UnitOutcome
        OK and WARN count.
    code : str
        Finding code; empty when OK.
    unit : str
        Unit code of the table without its prefix (``t`` for ``万吨``); empty unless it counts.
    ledger_unit : str
        Unit code the quantity is folded to.
    scale : Fraction
        Ledger units per written unit, a power of ten.
    dimension : str
        Dimension of the unit.
    choices : tuple of str
        Readings to choose from (ASK).
    near : tuple of str
        Known spellings that look alike (UNKNOWN).
    notes : tuple of str
        Note codes added on the way (``GAS_VOLUME_ASSUMED_STANDARD``).
    """

    text: str
    outcome: UnitOutcome
    code: str = ""
    unit: str = ""
    ledger_unit: str = ""
    scale: Fraction = Fraction(1)
    dimension: str = ""
    choices: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether a quantity in this unit may be posted."""
        return self.outcome in {UnitOutcome.OK, UnitOutcome.WARN}


class UnitTable:
    """Units and aliases, ready to look up."""


def parse_unit(text: str | None, table: UnitTable) -> ParsedUnit:
    """Read the text of a unit."""
    raise NotImplementedError


def fold_for_item(
    parsed: ParsedUnit,
    item_unit: str,
    *,
    table: UnitTable,
    dims: tuple[str, ...] = (),
    standard_stated: bool = False,
    heat_by_mass: bool = False,
) -> ParsedUnit:
    """Settle a unit against the item it is used for (gas volumes, dimensions, steam by mass)."""
    raise NotImplementedError
