"""Words of the number and period grammars, as read from `data/grammar/`; no words here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, eq=False)
class GrammarWords:
    """A word table: kind to word to value.

    Parameters
    ----------
    kinds : Mapping[str, Mapping[str, str]]
        For each kind (``missing``, ``magnitude``, ``month_mark``...) its words with their value.
    """

    kinds: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> GrammarWords:
        """Build from rows with the columns ``word``, ``kind`` and ``value``."""
        kinds: dict[str, dict[str, str]] = {}
        for row in rows:
            kinds.setdefault(str(row["kind"]), {})[str(row["word"])] = str(row["value"] or "")
        return cls(kinds)

    def of(self, kind: str) -> Mapping[str, str]:
        """Return the words of a kind, empty when the table has none."""
        return self.kinds.get(kind, {})
