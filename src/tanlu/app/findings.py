"""Findings in the shape of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app.references import items_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.i18n.say import Say
    from tanlu.kernel.findings import Finding


def finding_body(finding: Finding, say: Say) -> dict[str, Any]:
    """Return a finding in the shape of the contract, its message in the chosen language."""
    facts: dict[str, Any] = dict(finding.facts)
    words = facts | {"item": _item_name(facts["item"], say)} if "item" in facts else facts
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "outcome": finding.outcome.value,
        "file": finding.file,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "facts": facts,
        "message": say.sentences(finding.code, words),
    }


def _item_name(item: str, say: Say) -> str:
    """Return the name of an item by its id; other words stay as they are."""
    known = items_by_id().get(item)
    return say.pick(known.name_zh, known.name_en) if known else item


def finding_bodies(findings: Iterable[Finding], say: Say) -> list[dict[str, Any]]:
    """Return findings in the shape of the contract."""
    return [finding_body(finding, say) for finding in findings]
