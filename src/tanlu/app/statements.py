"""What a company states for its report: who answers for it, why, for whom, what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.references import near
from tanlu.catalog import tables
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

_PLAIN, _YEAR, _EACH = "plain", "year", "each"
_DOT = "."
_CATEGORIES = {str(number) for number in range(1, 16)}
_FIRST, _LAST = 1900, 2100


def set_statement(
    workspace: Workspace, key: str, text: str, *, english: str = "", reason: str = "", say: Say
) -> dict[str, Any]:
    """State something for the report, as one event of the ledger; an empty text takes it back.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    key : str
        Row of the table ``report_setting``; ``exclusion.WHAT`` for an exclusion.
    text, english : str
        In the company's language, and in English; without it the English report prints `text`.
    reason : str
        Kept with the event.
    say : Say
        Language of the answer.

    Raises
    ------
    TanluError
        ``settings.unknown``; ``settings.subject`` for an exclusion of nothing;
        ``settings.year`` for a year that is none.
    """
    stem, _, subject = key.partition(_DOT)
    row = _row(stem, key)
    if (row["kind"] == _EACH) != bool(subject.strip()):
        raise TanluError("settings.subject", found=key, expected=f"{stem}.WHAT")
    if row["kind"] == _YEAR and text.strip() and not _is_year(text.strip()):
        raise TanluError("settings.year", key=key, found=text)
    value: object = {"text": text.strip(), "en": english.strip()} if text.strip() else None
    if row["kind"] == _PLAIN:
        value = text.strip()
    workspace.put_setting(key, value, at=clock.now(), actor=clock.actor(), reason=reason)
    return settings_body(workspace, say=say)


def _row(stem: str, key: str) -> Mapping[str, Any]:
    rows = {str(row["id"]): row for row in tables.read("report_setting")}
    if stem not in rows:
        raise TanluError(
            "settings.unknown", found=key, near=near(stem, rows) or "-", known=", ".join(rows)
        )
    return rows[stem]


def _is_year(text: str) -> bool:
    return text.isdigit() and _FIRST <= int(text) <= _LAST


def settings_body(workspace: Workspace, *, say: Say) -> dict[str, Any]:
    """Return what may be stated, what each is for, and what is stated; null where nothing is."""
    stored = workspace.settings.other
    return {
        "settings": [
            {
                "key": key,
                "name": _name(row, key, say),
                "meaning": say.pick(row["meaning_zh"], row["meaning_en"]),
                "clause": row["locator"],
                **_told(stored.get(key)),
            }
            for key, row in _keys(stored)
        ]
    }


def _keys(stored: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each key with its row; one of many subjects stands once for each that is stated."""
    for row in tables.read("report_setting"):
        key = str(row["id"])
        if row["kind"] != _EACH:
            yield key, row
            continue
        found = [name for name in stored if name.startswith(key + _DOT) and stored[name]]
        for name in sorted(found, key=_in_order) or [key]:
            yield name, row


def _in_order(key: str) -> tuple[int, str]:
    subject = key.partition(_DOT)[2]
    return (int(subject) if subject in _CATEGORIES else len(_CATEGORIES) + 1, subject)


def _name(row: Mapping[str, Any], key: str, say: Say) -> str:
    own = say.pick(row["name_zh"], row["name_en"])
    subject = key.partition(_DOT)[2]
    if not subject:
        return own
    told = say(f"report.category.{subject}") if subject in _CATEGORIES else subject
    return say("cli.labelled", label=own, value=told)


def _told(value: object) -> dict[str, str | None]:
    if isinstance(value, dict):
        return {"value": str(value["text"]), "english": str(value["en"]) or None}
    return {"value": str(value) if value else None, "english": None}


def stated(workspace: Workspace) -> dict[str, Any]:
    """Return what is stated, for the report: texts by key, the base year, the exclusions."""
    stored = workspace.settings.other
    texts = {
        key: _pair(value)
        for key, row in _keys(stored)
        if row["kind"] not in (_PLAIN, _YEAR, _EACH) and (value := stored.get(key))
    }
    base = _told(stored.get("base_year"))["value"]
    exclusions = [
        {"subject": key.partition(_DOT)[2], **_pair(stored[key])}
        for key, row in _keys(stored)
        if row["kind"] == _EACH and stored.get(key)
    ]
    return {
        "statements": texts,
        "base_year": int(base) if base else None,
        "exclusions": exclusions,
    }


def _pair(value: object) -> dict[str, str]:
    told = _told(value)
    text = told["value"] or ""
    return {"zh": text, "en": told["english"] or text}
