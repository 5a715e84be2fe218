"""Findings in the shape of the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app.references import items_by_id
from tanlu.catalog import load, tables
from tanlu.i18n.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.kernel.findings import Finding

_EXPLAINED = re.compile("[;(\N{FULLWIDTH SEMICOLON}\N{FULLWIDTH LEFT PARENTHESIS}]")


def finding_body(finding: Finding, say: Say) -> dict[str, Any]:
    """Return a finding in the shape of the contract, its message in the chosen language."""
    facts: dict[str, Any] = dict(finding.facts)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "outcome": finding.outcome.value,
        "file": finding.file,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "facts": facts,
        "message": say.sentences(finding.code, facts_in_words(facts, say)),
    }


def facts_in_words(facts: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """Return facts with the names of items, statuses and the group in place of their ids."""
    words = dict(facts)
    if "item" in facts:
        words["item"] = item_name(str(facts["item"]), say)
    if "items" in facts:
        listed = str(facts["items"]).split(", ")
        words["items"] = say.listed([item_name(item, say) for item in listed])
    status = f"report.status.{facts.get('status', '')}"
    if say.knows(status):
        words["status"] = say(status)
    if facts.get("table"):
        words["table"] = say(f"cli.sheet.{facts['table']}")
        words["item"] = words.get("item") or words["table"]
    if "field" in facts:
        words["field"] = field_name(facts.get("table", ""), str(facts["field"]), say)
        words |= _values_in_words(facts, say)
    if "province" in facts:
        words["province"] = province_name(str(facts["province"]), say)
    if facts.get("site") == "":
        words["site"] = say("cli.group")
    return words


@dataclass(frozen=True, slots=True)
class Worded:
    """A translator of findings that puts names in place of ids first.

    Parameters
    ----------
    lang : str
        ``zh``, ``en`` or ``zh-Hant``.
    """

    lang: str

    def __call__(self, code: str, /, **facts: object) -> str:
        """Return the sentence of a code."""
        say = Say(self.lang)
        return say(code, **facts_in_words(facts, say))

    def advice(self, code: str, /, **facts: object) -> str:
        """Return what to do about a code."""
        say = Say(self.lang)
        return say.advice(code, **facts_in_words(facts, say))


def field_name(kind: str, field: str, say: Say) -> str:
    """Return the words for a field of a record; without a kind, of a row."""
    if not kind:
        return say(f"row_field.{field}")
    columns = {column.name: column for column in tables.shipped().columns(f"record_{kind}")}
    found = columns.get(field)
    if found is None:
        return field
    return _EXPLAINED.split(say.pick(found.meaning_zh, found.meaning_en))[0].strip()


def _values_in_words(facts: Mapping[str, Any], say: Say) -> dict[str, str]:
    """Return the values of a field before and after: items by name, an empty one as a word."""
    is_item = facts["field"] in ("item", "fuel")
    values = {name: str(facts[name]) for name in ("before", "found") if name in facts}
    return {
        name: (item_name(text, say) if is_item else text) if text else say("row_field.empty")
        for name, text in values.items()
    }


def province_name(code: str, say: Say) -> str:
    """Return the name of a province by its code; words for one that nobody has told."""
    row = next((row for row in load.provinces() if row["id"] == code), None)
    if row is None:
        return code if code.strip("-") else say("cli.province_untold")
    return say.pick(str(row["name_zh"]), str(row["name_en"]))


def item_name(item: str, say: Say) -> str:
    """Return the name of an item by its id; other words stay as they are."""
    known = items_by_id().get(item)
    return say.pick(known.name_zh, known.name_en) if known else item


def finding_bodies(findings: Iterable[Finding], say: Say) -> list[dict[str, Any]]:
    """Return findings in the shape of the contract."""
    return [finding_body(finding, say) for finding in findings]
