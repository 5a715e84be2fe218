"""Content index: what ISO 14064-1 asks of a report, where it stands here, or why it does not.

Each item is looked for; one that is not there says so and what to do (M-116).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.report.sections.gases import UNSPLIT
from tanlu.report.source import count, mass, text, words_column, year
from tanlu.report.tree import Names, Paragraph, Row, Section, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.report.source import Source
    from tanlu.report.tree import Text

    Check = Callable[[Source], "Entry"]

CONFORMITY = "r"
_INDIRECT = ("2", "3", "4", "5", "6")
_COMBUSTION = ("combustion", "mobile")
_TRACE = ("CH4", "N2O")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an item stands, and what of it is missing.

    Parameters
    ----------
    sections : tuple of str
        Sections of the report that hold it; empty where nothing is there.
    lacks : tuple of Text
        What is missing and what to do; empty where the item is whole.
    """

    sections: tuple[str, ...]
    lacks: tuple[Text, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return bool(self.sections) and not self.lacks


def index(source: Source) -> tuple[Section, ...]:
    """Return the table of contents that the standard asks for."""
    found = {letter: check(source) for letter, check in CHECKS.items()}
    there = sum(entry.is_whole for entry in found.values())
    told = text("report.index.found", there=count(there), all=count(len(found)))
    tone = "good" if there == len(found) else "warn"
    columns = (
        words_column("clause"),
        words_column("asked"),
        words_column("where"),
        words_column("verdict"),
        words_column("to-do"),
    )
    rows = tuple(_row(letter, entry) for letter, entry in found.items())
    table = Table("index", text("report.table.index"), columns, rows, text("report.note.index"))
    return (Section("index", text("report.section.index"), (Paragraph(told, tone), table)),)


def lacking(source: Source) -> list[str]:
    """Return the items that are missing or not whole, the statement of conformity left out."""
    checks = {letter: check for letter, check in CHECKS.items() if letter != CONFORMITY}
    return [f"{letter})" for letter, check in checks.items() if not check(source).is_whole]


def _row(letter: str, entry: Entry) -> Row:
    where = Names(tuple(text(f"report.section.{name}") for name in entry.sections))
    if entry.is_whole:
        verdict, tone = "report.verdict.there", "good"
    elif entry.sections:
        verdict, tone = "report.verdict.partly", "warn"
    else:
        verdict, tone = "report.verdict.missing", "bad"
    cells = (
        f"9.3.1\N{NO-BREAK SPACE}{letter})",
        text(f"report.index.{letter}"),
        where if entry.sections else "",
        text(verdict),
        Names(entry.lacks) if entry.lacks else "",
    )
    return Row(cells, tone=tone)


def _lacks(code: str, **facts: object) -> tuple[Text, ...]:
    return (text(f"report.lacks.{code}", **facts),)  # type: ignore[arg-type]  # leaves of the tree


def _stated(key: str, section: str) -> Check:
    """Return a check for what only the company can state."""

    def check(source: Source) -> Entry:
        if key in (source.payload.get("statements") or {}):
            return Entry((section,))
        return Entry((), _lacks("statement", key=key))

    return check


def _period(_: Source) -> Entry:
    return Entry(("organisation",))


def _organisational(source: Source) -> Entry:
    approach = (source.payload.get("boundary") or {}).get("approach")
    sites = [row["site"] for row in source.inventory["by_site"] if row["site"]]
    if not approach or not sites:
        return Entry((), _lacks("boundary"))
    return Entry(("boundary",))


def _reporting(source: Source) -> Entry:
    if "significance" in (source.payload.get("statements") or {}):
        return Entry(("boundary",))
    return Entry(("boundary",), _lacks("statement", key="significance"))


def _direct(source: Source) -> Entry:
    found = {row["gas"]: row for row in source.payload.get("direct") or ()}
    if not found:
        return Entry((), _lacks("direct"))
    lacks: tuple[Text, ...] = ()
    if UNSPLIT in found:
        lacks += _lacks("unsplit", value=mass(found[UNSPLIT]["co2e_t"]))
    kinds = {row["category"] for row in source.payload.get("approaches") or ()}
    missing = [gas for gas in _TRACE if gas not in found]
    if missing and kinds & {*_COMBUSTION}:
        lacks += _lacks("combustion-gases", gases=Names(tuple(missing)))
    return Entry(("direct",), lacks)


def _biogenic(source: Source) -> Entry:
    known = source.inventory.get("biogenic_t") is not None and source.payload.get("direct")
    return Entry(("direct",)) if known else Entry((), _lacks("biogenic"))


def _removals(source: Source) -> Entry:
    """Look for removals, asked for where quantified: the report says that none are."""
    return Entry(("direct",)) if source.payload.get("direct") else Entry((), _lacks("direct"))


def _exclusions(source: Source) -> Entry:
    silent = unexplained(source)
    if not silent:
        return Entry(("boundary",))
    listed = Names(tuple(f"3.{category}" for category in silent))
    return Entry(("boundary",), _lacks("exclusions", categories=listed))


def unexplained(source: Source) -> list[str]:
    """Return the scope 3 categories with neither figures nor a reason why they are left out."""
    explained = {row["subject"] for row in source.payload.get("exclusions") or ()}
    known = source.inventory["scope3"]
    listed = [row["category"] for row in source.payload.get("scope3_categories") or ()]
    return [one for one in listed if known.get(one) is None and one not in explained]


def _indirect(source: Source) -> Entry:
    listed = source.inventory.get("iso14064_t") or {}
    if all(listed.get(category) is None for category in _INDIRECT):
        return Entry((), _lacks("indirect"))
    return Entry(("results",))


def _base(source: Source) -> Entry:
    base = source.payload.get("base")
    if not base:
        return Entry((), _lacks("base-year"))
    if base["totals"] is None:
        return Entry(("base-year",), _lacks("base-rows", year=year(base["year"])))
    return Entry(("base-year",))


def _recalculated(source: Source) -> Entry:
    given = source.payload.get("statements") or {}
    lacks = tuple(
        text("report.lacks.statement", key=key)
        for key in ("recalculation", "changes")
        if key not in given
    )
    there = ("base-year", "changes") if source.payload.get("base") else ()
    return Entry(there, lacks)


def _approached(source: Source) -> Entry:
    if source.payload.get("approaches"):
        return Entry(("approaches",))
    return Entry((), _lacks("approaches"))


def _changed(source: Source) -> Entry:
    if "changes" in (source.payload.get("statements") or {}):
        return Entry(("changes",))
    if source.payload.get("factor_changes") is None:
        return Entry((), _lacks("changes"))
    return Entry(("changes",), _lacks("statement", key="changes"))


def _factors(source: Source) -> Entry:
    return Entry(("factors",)) if source.payload.get("factors") else Entry((), _lacks("factors"))


def _uncertain_by_category(source: Source) -> Entry:
    found = source.inventory["uncertainty"]
    known = found and found.get("columns")
    return Entry(("uncertainty",)) if known else Entry((), _lacks("uncertainty"))


def _uncertain(source: Source) -> Entry:
    found = source.inventory["uncertainty"]
    return Entry(("uncertainty",)) if found else Entry((), _lacks("uncertainty"))


def _conform(source: Source) -> Entry:
    missing = lacking(source)
    if missing:
        return Entry((), _lacks("conformity", items=", ".join(missing)))
    return _stated("conformity", "statements")(source)


def _verified(_: Source) -> Entry:
    """Look for whether it was verified; that it was not is an answer."""
    return Entry(("statements",))


def _potentials(source: Source) -> Entry:
    listed = source.payload.get("gwp_used") or []
    if not listed or any(row["value"] is None or not row["title"] for row in listed):
        return Entry((), _lacks("gwp"))
    return Entry(("gwp",))


CHECKS: dict[str, Check] = {
    "a": _stated("description", "organisation"),
    "b": _stated("responsible", "organisation"),
    "c": _period,
    "d": _organisational,
    "e": _reporting,
    "f": _direct,
    "g": _biogenic,
    "h": _removals,
    "i": _exclusions,
    "j": _indirect,
    "k": _base,
    "l": _recalculated,
    "m": _approached,
    "n": _changed,
    "o": _factors,
    "p": _uncertain_by_category,
    "q": _uncertain,
    CONFORMITY: _conform,
    "s": _verified,
    "t": _potentials,
}
