"""What a person sees of an import before it is posted: the preview, its questions and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import clock, import_questions, works
from tanlu.app.findings import item_name, province_name
from tanlu.app.import_desk import answers, changes, owned
from tanlu.app.import_findings import counted, findings_shown
from tanlu.app.import_history import COUNTS
from tanlu.app.spool import Spool
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.jobs import Job
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

_KINDS = ("tidy", "wide", "instrument", "purchase", "freight", "equipment", "output", "stack",
          "notes")  # fmt: skip


def staged(
    desk: Desk, principal: Principal, token: str, *, say: Say, severity: str = ""
) -> dict[str, Any]:
    """Return what was handed in: being read, or read and how, or why it was not.

    Raises
    ------
    TanluError
        ``import.gone``.
    """
    spool = Spool(desk.folder)
    note = owned(spool, token, principal)
    job = _job(desk, note, say)
    preview = spool.read(token, "preview")
    found: dict[str, Any] = {
        "token": token,
        "files": [{"name": one["name"], "size": say.count(one["size"]), "sha256": one["sha256"]}
                  for one in note["files"]],
        "job": job,
        "runs": job is not None and job["state"] in ("queued", "running"),
        "profile": _profile(note),
        "answers": _answers(answers(spool, token), say),
        "preview": None,
    }  # fmt: skip
    if preview is not None and not found["runs"]:
        found["preview"] = _preview(desk.workspace, preview, say=say, severity=severity)
        found["changes"] = [_change(one, say) for one in changes(desk.workspace, preview["head"])]
    return found


def _job(desk: Desk, note: Mapping[str, Any], say: Say) -> dict[str, Any] | None:
    if "job" not in note:
        return None
    try:
        job: Job = desk.jobs.get(note["job"])
    except TanluError:
        return None
    return works.job_told(job, say)


def _profile(note: Mapping[str, Any]) -> dict[str, str] | None:
    found = note.get("profile")
    return {"by": found["by"], "at": clock.minute(found["at"])} if found else None


def _answers(mapping: Mapping[str, Any], say: Say) -> list[tuple[int, str]]:
    told = []
    for n, (way, value) in enumerate(import_questions.flat(mapping)):
        text = value
        if way[0] == "headers":
            text = import_questions.field_name(value, say)
        key = f"web.import.key.{way[-1] if way[0] == 'sheets' else way[0]}"
        subject = way[1] if len(way) > 1 else ""
        named = say(key) if say.knows(key) else way[-1]
        words = [word for word in (named, subject) if word]
        told.append((n, f"{' · '.join(words)} → {text}"))
    return told


def _change(change: Mapping[str, str], say: Say) -> str:
    code = f"web.import.did.{change['action']}"
    return say(code, actor=change["actor"] or say.missing, at=clock.minute(change["at"]),
               what=change["subject"])  # fmt: skip


def _preview(
    workspace: Workspace, preview: Mapping[str, Any], *, say: Say, severity: str
) -> dict[str, Any]:
    files = preview["files"]
    sheets = [sheet for file in files for sheet in file["sheets"]]
    sites = [site.id for site in workspace.sites()]
    findings = [_finding(one) for one in preview["findings"]]
    told = findings_shown(findings, say, severity=severity, is_open=True)
    posted = [file for file in files if _is_posted(file)]
    return {
        "head": preview["head"],
        "counts": {name: sum(sheet[name] for sheet in sheets) for name in COUNTS},
        "posted": len(posted),
        "files": [_file(n, file, say) for n, file in enumerate(files, 1)],
        "records": [
            (say(f"cli.sheet.{kind}"), say.count(count))
            for kind, count in sorted(preview["records"].items())
        ],
        "totals": [_total(one, say) for one in preview["totals"]],
        "new_sites": [
            (one["site"], province_name(one["province"], say))
            for file in files for one in file["new_sites"]
        ],
        "questions": import_questions.questions(preview, sites, say),
        **told,
        "severities": counted(preview["severities"], say),
        "left": sum(preview["severities"].values()) - len(findings),
    }  # fmt: skip


def _is_posted(file: Mapping[str, Any]) -> bool:
    return not file["rejected"] and not (file["open"] and file["empty"])


def _finding(one: Mapping[str, Any]) -> Finding:
    return Finding(one["code"], Outcome(one["outcome"]), one["file"], one["sheet"], one["cell"],
                   one["facts"])  # fmt: skip


def _total(one: Mapping[str, Any], say: Say) -> dict[str, str]:
    return {
        "site": one["site"] or say("cli.group"),
        "item": say.pick(one["name_zh"], one["name_en"]),
        "quantity": say.exact(one["quantity"]),
        "unit": one["unit"],
    }


def _file(number: int, file: Mapping[str, Any], say: Say) -> dict[str, Any]:
    counted = {sheet["name"]: sheet for sheet in file["sheets"]}
    return {
        "number": number,
        "name": file["name"],
        "rejected": file["rejected"],
        "waits": file["open"] and file["empty"],
        "sheets": [_looked_at(one, counted.get(one["name"]), say) for one in file["previews"]],
    }


def _looked_at(
    look: Mapping[str, Any], counts: Mapping[str, Any] | None, say: Say
) -> dict[str, Any]:
    kind = counts["kind"] if counts else look["kind"] or "unknown"
    return {
        "name": look["name"],
        "kind_id": kind,
        "kind": say(f"cli.sheet.{kind}"),
        "counts": {name: say.count(counts[name]) for name in COUNTS} if counts else None,
        "columns": [_column(one, say) for one in look["columns"]],
        "cells": look["cells"],
        "header": look["header"],
    }


def _column(one: Mapping[str, Any], say: Say) -> dict[str, Any]:
    if one["field"]:
        meaning = import_questions.field_name(one["field"], say)
    elif one["item"]:
        meaning = item_name(one["item"], say)
    else:
        meaning = one["period"]
    return {**one, "meaning": meaning, "by_words": say(f"web.import.by.{one['by'] or 'none'}"),
            "tone": {"": "warn", "cells": "info"}.get(one["by"], "good")}  # fmt: skip


def checked_copy(desk: Desk, principal: Principal, token: str, number: int, *, say: Say) -> Path:
    """Write the marked copy of a file that waits, and return where it is.

    Raises
    ------
    TanluError
        ``import.gone``; ``ingest.checked-failed``.
    """
    from tanlu.app.findings import Worded
    from tanlu.ingest.checked import write_checked

    spool = Spool(desk.folder)
    owned(spool, token, principal)
    paths, preview = spool.paths(token), spool.read(token, "preview")
    if preview is None or not 0 < number <= len(paths):
        raise TanluError("import.gone", found=token)
    path = paths[number - 1]
    marked = [
        one for one in map(_finding, preview["findings"])
        if one.file == path.name and one.severity is not Severity.NOTE
    ]  # fmt: skip
    return write_checked(path, marked, path.with_name(f"{path.stem}.checked.xlsx"),
                         say=Worded(say.lang))  # fmt: skip


def kind_choices(say: Say) -> list[tuple[str, str]]:
    """Return what a sheet may be said to be."""
    return [(kind, say(f"cli.sheet.{kind}")) for kind in _KINDS]
