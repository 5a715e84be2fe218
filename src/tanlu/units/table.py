"""The unit table and what a parsed unit is; rows come from `data/units/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.units.exact import Converter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self, TypeAlias

    Rows: TypeAlias = Iterable[Mapping[str, Any]]


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
        Unit code of the table without its prefix (``t`` for ten thousand tonnes); empty when
        there is none.
    ledger_unit : str
        Unit code the quantity is folded to.
    scale : Fraction
        Ledger units per written unit, a power of ten.
    dimension : str
        Dimension of the unit.
    choices : tuple of str
        Unit codes to choose from (ASK), or those the item may have (DIM_MISMATCH).
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


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the unit table; ``factor`` canonical units of its dimension each."""

    id: str
    dimension: str
    canonical: str
    factor: Fraction
    fold_to: str


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling and what it stands for."""

    text: str
    outcome: UnitOutcome
    unit: str = ""
    code: str = ""
    choices: tuple[str, ...] = ()


class UnitTable:
    """Units and their spellings, ready to look up; also the engine's exact converter.

    Parameters
    ----------
    units : Mapping[str, Unit]
        By unit code.
    exact, folded : Mapping[str, Alias]
        Spellings as written, and case-folded ones where only one meaning is left.
    prefixes : Mapping[str, int]
        Word of magnitude to its power of ten, longest word first.
    rates : frozenset of str
        Words that make a rate after a slash.
    """

    def __init__(
        self,
        units: Mapping[str, Unit],
        exact: Mapping[str, Alias],
        *,
        folded: Mapping[str, Alias],
        prefixes: Mapping[str, int],
        rates: frozenset[str],
    ) -> None:
        self.units = units
        self.exact = exact
        self.folded = folded
        self.prefixes = prefixes
        self.rates = rates

    @classmethod
    def from_rows(cls, units: Rows, aliases: Rows, prefixes: Rows) -> Self:
        """Build from the typed rows of `unit`, `unit_alias` and `unit_prefix`."""
        table = {
            row["id"]: Unit(
                id=row["id"],
                dimension=row["dimension"],
                canonical=row["canonical"],
                factor=Fraction(row["factor"]),
                fold_to=row["fold_to"],
            )
            for row in units
        }
        exact = {code: Alias(code, UnitOutcome.OK, code) for code in table}
        folded: dict[str, Alias] = {}
        rates: set[str] = set()
        for row in aliases:
            if row["outcome"] == "per":
                rates.add(row["alias"])
                continue
            alias = _alias(row)
            exact[alias.text] = alias
            if row["fold"]:
                folded[alias.text.casefold()] = alias
        powers = {row["prefix"]: int(row["power"]) for row in prefixes}
        longest_first = dict(sorted(powers.items(), key=lambda pair: (-len(pair[0]), pair[0])))
        return cls(table, exact, folded=folded, prefixes=longest_first, rates=frozenset(rates))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the computed parts behind when pickled for a child process."""
        names = ("units", "exact", "folded", "prefixes", "rates")
        return {name: self.__dict__[name] for name in names}

    @cached_property
    def _converter(self) -> Converter:
        return Converter({u.id: (u.canonical, u.dimension, u.factor) for u in self.units.values()})

    def conversion(self, from_unit: str, to_unit: str) -> Fraction | None:
        """Return how many `to_unit` one `from_unit` is, exactly; None if dimensions differ.

        Parameters
        ----------
        from_unit, to_unit : str
            Unit codes of the table, or quotients of them such as ``MJ/kg``.

        Returns
        -------
        Fraction or None
            None also when a code is not in the table.

        Notes
        -----
        Rules M-04, M-06. One call into pint per distinct pair, then remembered.
        """
        return self._converter.conversion(from_unit, to_unit)

    def dimension(self, unit: str) -> str:
        """Return the dimension of a unit code.

        Raises
        ------
        TanluError
            ``units.unknown-unit`` when the table does not have it.
        """
        if unit not in self.units:
            raise TanluError("units.unknown-unit", found=unit)
        return self.units[unit].dimension

    def folding(self, unit: str) -> tuple[str, Fraction]:
        """Return the ledger unit a unit folds to and the power of ten between them (M-03)."""
        row = self.units[unit]
        return row.fold_to, row.factor / self.units[row.fold_to].factor

    @cached_property
    def _deletions(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text in self.exact:
            for key in _without_one(text):
                found.setdefault(key, []).append(text)
        return found

    def near(self, text: str) -> tuple[str, ...]:
        """Return up to three known spellings that differ from `text` by one character."""
        if len(text) > _LONGEST_NEAR:
            return ()
        found = [hit for key in (text, *_without_one(text)) for hit in self._deletions.get(key, ())]
        if folded := self.folded.get(text.casefold()):
            found.insert(0, folded.text)
        return tuple(dict.fromkeys(found))[:3]


_LONGEST_NEAR = 20


def _without_one(text: str) -> list[str]:
    return [text[:i] + text[i + 1 :] for i in range(len(text)) if len(text) > 1]


def _alias(row: Mapping[str, Any]) -> Alias:
    return Alias(
        text=row["alias"],
        outcome=UnitOutcome(row["outcome"]),
        unit=row["unit"] or "",
        code=row["code"] or "",
        choices=tuple(row["choices"] or ()),
    )
