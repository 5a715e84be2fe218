"""What a person sees of imports: those that wait, one before it is posted, those in the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.app import access, audits, import_questions, works
from tanlu.app.findings import facts_in_words, finding_body, item_name, province_name
from tanlu.app.import_desk import RANK, answers, changes, listed, owned
from tanlu.app.spool import Spool
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.jobs import Job
    from tanlu.i18n.say import Say
    from tanlu.storage import BatchInfo, PostedTotal, Workspace

SHOWN = 300  # findings on a page
_COUNTS = ("rows_in", "accepted", "quarantined", "duplicates", "excluded")
_KINDS = ("tidy", "wide", "instrument", "purchase", "freight", "equipment", "output", "stack",
          "notes")  # fmt: skip


def overview(desk: Desk, principal: Principal, say: Say) -> dict[str, Any]:
    """Return the imports of the ledger, newest first, and what this person has begun."""
    batches = desk.workspace.batches()
    voided = {batch.voids: batch for batch in batches if batch.voids}
    done = [batch for batch in batches if batch.kind == "import" and _may_see(principal, batch)]
    return {
        "begun": [
            {"token": one["token"], "at": moment(one["at"]),
             "files": [file["name"] for file in one["files"]]}
            for one in listed(desk, principal)
        ],
        "batches": [_line(batch, voided, say) for batch in reversed(done)],
    }  # fmt: skip


def _may_see(principal: Principal, batch: BatchInfo) -> bool:
    """Tell whether a person may look into an import: who is held to sites, only own ones."""
    return access.scope(principal) is None or batch.actor == principal.name


def check_undo(workspace: Workspace, principal: Principal, batch_id: str) -> None:
    """Refuse to undo an import that holds rows of sites which a person may not correct.

    Raises
    ------
    TanluError
        ``import.sites``; ``storage.no-such-batch``.
    """
    receipt = workspace.receipt(batch_id)
    if receipt is None:
        raise TanluError("storage.no-such-batch", batch=batch_id)
    touched = {total.site for total in receipt.totals} | ({""} if receipt.new_records else set())
    refused = [one for one in touched if not access.can(principal, "correct", site=one)]
    if refused:
        raise TanluError("import.sites", found=", ".join(sorted(refused)) or "-")


def moment(at: str) -> str:
    """Return a time as people read it, to the minute."""
    return at[:16].replace("T", " ")


def _line(batch: BatchInfo, voided: Mapping[str, BatchInfo], say: Say) -> dict[str, Any]:
    undone = voided.get(batch.batch_id)
    return {
        "id": batch.batch_id,
        "at": moment(batch.at),
        "actor": batch.actor,
        "reason": batch.reason,
        "files": [
            {"name": one.name, "sha256": one.sha256, "size": say.count(one.size)}
            for one in batch.sources
        ],
        "rows": say.count(batch.rows),
        "records": say.count(batch.records),
        "quarantined": batch.counts.quarantined,
        "counts": {name: say.count(getattr(batch.counts, name)) for name in _COUNTS},
        "open": batch.open_questions,
        "undone": None
        if undone is None
        else {"at": moment(undone.at), "actor": undone.actor, "reason": undone.reason},
    }


def batch(
    desk: Desk, principal: Principal, batch_id: str, *, say: Say, severity: str = ""
) -> dict[str, Any]:
    """Return one import of the ledger: counts, totals, findings, and what undoing takes back.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``.
    """
    workspace = desk.workspace
    batches = workspace.batches()
    found = next((one for one in batches if one.batch_id == batch_id), None)
    receipt = workspace.receipt(batch_id)
    if found is None or receipt is None or found.kind != "import" or not _may_see(principal, found):
        raise TanluError("storage.no-such-batch", batch=batch_id)
    line = _line(found, {one.voids: one for one in batches if one.voids}, say)
    stored = [one for one in workspace.findings() if one.batch_id == batch_id]
    return {
        **line,
        "seq": found.seq,
        "sheets": [_sheet(one, say) for one in found.sheets],
        "totals": _posted(receipt.totals, say),
        "content": "" if line["undone"] else audits.batch_content(workspace, batch_id, say=say),
        **_findings((one.finding for one in stored), say, severity=severity),
        "years": list(desk.years()),
    }


def _posted(totals: Sequence[PostedTotal], say: Say) -> list[dict[str, str]]:
    return [
        {
            "site": one.site or say("cli.group"),
            "item": item_name(one.item, say),
            "quantity": say.exact(Decimal(one.qty_u).scaleb(-6)),
            "unit": one.unit,
        }
        for one in totals
    ]


def _sheet(sheet: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        "name": sheet["name"],
        "kind": say(f"cli.sheet.{sheet['kind']}"),
        **{name: say.count(int(sheet[name])) for name in _COUNTS},
    }


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
    return {"by": found["by"], "at": moment(found["at"])} if found else None


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
    return say(code, actor=change["actor"] or say.missing, at=moment(change["at"]),
               what=change["subject"])  # fmt: skip


def _preview(
    workspace: Workspace, preview: Mapping[str, Any], *, say: Say, severity: str
) -> dict[str, Any]:
    files = preview["files"]
    sheets = [sheet for file in files for sheet in file["sheets"]]
    sites = [site.id for site in workspace.sites()]
    findings = [_finding(one) for one in preview["findings"]]
    told = _findings(findings, say, severity=severity, is_open=True)
    posted = [file for file in files if _is_posted(file)]
    return {
        "head": preview["head"],
        "counts": {name: sum(sheet[name] for sheet in sheets) for name in _COUNTS},
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
        "severities": _counted(preview["severities"], say),
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
        "counts": {name: say.count(counts[name]) for name in _COUNTS} if counts else None,
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


def _findings(
    findings: Iterable[Finding], say: Say, *, severity: str, is_open: bool = False
) -> dict[str, Any]:
    listed_ = sorted(findings, key=lambda one: RANK[one.severity])
    counts = {one.value: sum(f.severity is one for f in listed_) for one in Severity}
    chosen = [one for one in listed_ if severity in ("", one.severity.value)]
    return {
        "severity": severity,
        "severities": _counted(counts, say),
        "rows": [_row(one, say, is_open=is_open) for one in chosen[:SHOWN]],
        "more": max(0, len(chosen) - SHOWN),
    }


def _counted(counts: Mapping[str, int], say: Say) -> list[tuple[str, str]]:
    return [
        (one.value, say("web.import.filter", name=say(f"web.severity.{one.value}"),
                        count=say.count(counts.get(one.value, 0))))
        for one in Severity
    ]  # fmt: skip


def _row(finding: Finding, say: Say, *, is_open: bool) -> dict[str, str]:
    words = facts_in_words(finding.facts, say)
    body = finding_body(finding, say)
    value = str(finding.facts.get("found", ""))
    return {
        "place": " › ".join(part for part in (finding.file, finding.sheet, finding.cell) if part),
        "value": value if value != "-" else "",
        "reason": say(finding.code, **words),
        "advice": _advice(finding, words, say, is_open=is_open),
        "code": finding.code,
        "tone": {"error": "bad", "warning": "warn"}.get(body["severity"], ""),
        "severity": say(f"web.severity.one.{body['severity']}"),
    }


def _advice(finding: Finding, words: Mapping[str, Any], say: Say, *, is_open: bool) -> str:
    """Return what to do: before posting, on the page itself."""
    own = f"web.import.advice.{finding.code}"
    if is_open and say.knows(own):
        return say(own)
    if is_open and finding.code in import_questions.ANSWERED:
        return say("web.import.advice.answer")
    return say.advice(finding.code, **words)


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
