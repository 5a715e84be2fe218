"""Findings of an import as a table shows them: place, value, reason, advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import import_questions
from tanlu.app.findings import facts_in_words
from tanlu.app.import_desk import RANK
from tanlu.kernel.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.i18n.say import Say
    from tanlu.kernel.findings import Finding

SHOWN = 300  # findings on a page


def findings_shown(
    findings: Iterable[Finding], say: Say, *, severity: str, is_open: bool = False
) -> dict[str, Any]:
    """Return findings for a table, worst first, with the number of each severity.

    Parameters
    ----------
    findings : iterable of Finding
    say : Say
    severity : str
        Only these are listed; empty lists all.
    is_open : bool
        Whether the import is not posted yet, so that questions are answered on the page.

    Returns
    -------
    dict
        ``severity``, ``severities`` (id and words), ``rows``, ``more``: how many are not listed.
    """
    listed = sorted(findings, key=lambda one: RANK[one.severity])
    counts = {one.value: sum(f.severity is one for f in listed) for one in Severity}
    chosen = [one for one in listed if severity in ("", one.severity.value)]
    return {
        "severity": severity,
        "severities": counted(counts, say),
        "rows": [_row(one, say, is_open=is_open) for one in chosen[:SHOWN]],
        "more": max(0, len(chosen) - SHOWN),
    }


def counted(counts: Mapping[str, int], say: Say) -> list[tuple[str, str]]:
    """Return each severity with its words and how many there are."""
    return [
        (one.value, say("web.import.filter", name=say(f"web.severity.{one.value}"),
                        count=say.count(counts.get(one.value, 0))))
        for one in Severity
    ]  # fmt: skip


def _row(finding: Finding, say: Say, *, is_open: bool) -> dict[str, str]:
    words = facts_in_words(finding.facts, say)
    value = str(finding.facts.get("found", ""))
    return {
        "place": " › ".join(part for part in (finding.file, finding.sheet, finding.cell) if part),
        "value": value if value != "-" else "",
        "reason": say(finding.code, **words),
        "advice": _advice(finding, words, say, is_open=is_open),
        "code": finding.code,
        "tone": {"error": "bad", "warning": "warn"}.get(finding.severity.value, ""),
        "severity": say(f"web.severity.one.{finding.severity.value}"),
    }


def _advice(finding: Finding, words: Mapping[str, Any], say: Say, *, is_open: bool) -> str:
    """Return what to do: before posting, on the page itself."""
    own = f"web.import.advice.{finding.code}"
    if is_open and say.knows(own):
        return say(own)
    if is_open and finding.code in import_questions.ANSWERED:
        return say("web.import.advice.answer")
    return say.advice(finding.code, **words)
