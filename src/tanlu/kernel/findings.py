"""Findings: what was noticed about the user's data, by code and cell, without a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How a finding is shown: an error needs an answer before its part counts."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Outcome(StrEnum):
    """What happened to the part of the input that the finding speaks of."""

    REJECT = "reject"  # the file: nothing of it is written
    ASK = "ask"  # two readings are possible: the doubtful part does not count until answered
    QUARANTINE = "quarantine"  # the row: kept and counted, not summed
    WARN = "warn"  # in, with a warning that blocks closing until acknowledged
    NOTE = "note"  # in, and worth knowing

    @property
    def holds(self) -> bool:
        """Whether what it speaks of takes part in no total."""
        return self in _HOLDING


_HOLDING = frozenset({Outcome.REJECT, Outcome.ASK, Outcome.QUARANTINE})
_SEVERITY = {
    Outcome.REJECT: Severity.ERROR,
    Outcome.ASK: Severity.ERROR,
    Outcome.QUARANTINE: Severity.WARNING,
    Outcome.WARN: Severity.WARNING,
    Outcome.NOTE: Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed about the input.

    Parameters
    ----------
    code : str
        Stable code, for example ``NUMBER_GROUPING``. `i18n` makes the sentence from it.
    outcome : Outcome
        What happened to the part it speaks of.
    file, sheet, cell : str
        Where: file name, sheet name, cell or range such as ``B17``. Empty when it has none.
    facts : Mapping[str, str]
        The words of the sentence: ``found``, ``expected``, ``choices``, ``near``, ...
    """

    code: str
    outcome: Outcome
    file: str = ""
    sheet: str = ""
    cell: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Severity that follows from the outcome."""
        return _SEVERITY[self.outcome]
