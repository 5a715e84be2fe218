"""An import in steps: files handed in, read and shown, questions answered, then one batch.

Reading and posting are `app.imports`; here it is kept what a person sees between the two.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import yaml

from tanlu.app import access, clock, imports
from tanlu.app.spool import Spool, Upload
from tanlu.ingest.mapping import check_items, check_mapping, load_mapping
from tanlu.ingest.preview import read_preview
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.jobs import Job, Progress
    from tanlu.i18n.say import Say
    from tanlu.ingest.model import ParsedFile
    from tanlu.storage import Workspace

PROFILE = "import_profile."
_FINDINGS = 2000  # kept of one reading; the counts are of all
_NUMBER = re.compile(r"\d+")
_TOUCHING = frozenset({"import", "correct", "void", "site", "close", "reopen"})


def take(desk: Desk, principal: Principal, uploads: Sequence[Upload], *, say: Say) -> str:
    """Keep files and start reading them.

    Returns
    -------
    str
        Token under which they are kept until they are imported or dropped.

    Raises
    ------
    TanluError
        Those of `Spool.keep`; ``app.no-workspace``.
    """
    head = desk.head()
    facts = {"by": principal.name, "at": clock.now().isoformat(), "head": head}
    token = Spool(desk.folder).keep(uploads, facts=facts)
    start_read(desk, principal, token, say=say)
    return token


def take_again(desk: Desk, principal: Principal, batch_id: str, *, say: Say) -> str:
    """Keep the originals of an import once more, to answer what it left open.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``.
    """
    workspace = desk.workspace
    found = next((one for one in workspace.batches() if one.batch_id == batch_id), None)
    if found is None:
        raise TanluError("storage.no-such-batch", batch=batch_id)
    with ExitStack() as opened:
        uploads = [
            Upload(one.name, opened.enter_context(workspace.source_path(one.sha256).open("rb")))
            for one in found.sources
        ]
        return take(desk, principal, uploads, say=say)


def start_read(desk: Desk, principal: Principal, token: str, *, say: Say) -> Job:
    """Read the files of a token as a job, in the limited child process; nothing is posted."""
    spool = Spool(desk.folder)
    note = free(desk, spool, token, principal)
    spool.forget(token, "preview")

    def run(progress: Progress) -> dict[str, Any]:
        _recall(desk.workspace, spool, token)
        preview = _read(desk.workspace, spool, token, progress=progress, say=say)
        spool.write(token, "preview", preview)
        return {"url": f"/import/staged/{token}"}

    job = desk.jobs.start("import_read", _names(note), principal=principal, run=run)
    spool.write(token, "staged", {**spool.facts(token), "job": job.id})
    return job


def owned(spool: Spool, token: str, principal: Principal) -> dict[str, Any]:
    """Return what is noted of files, to who handed them in and to who configures the workspace.

    Raises
    ------
    TanluError
        ``import.gone``, for somebody else's too.
    """
    note = spool.facts(token)
    if note["by"] != principal.name and not access.can(principal, "configure"):
        raise TanluError("import.gone", found=token)
    return note


def free(desk: Desk, spool: Spool, token: str, principal: Principal) -> dict[str, Any]:
    """Return what is noted of files that may be changed: they are not being posted just now.

    Raises
    ------
    TanluError
        ``import.gone``; ``import.claimed``.
    """
    note = owned(spool, token, principal)
    if _is_posting(desk, note):
        raise TanluError("import.claimed")
    return note


def _is_posting(desk: Desk, note: Mapping[str, Any]) -> bool:
    try:
        job = desk.jobs.get(str(note.get("job", "")))
    except TanluError:
        return False
    return job.kind == "import" and not job.state.is_over


def listed(desk: Desk, principal: Principal) -> list[dict[str, Any]]:
    """Return what waits to be imported, of this person."""
    spool = Spool(desk.folder)
    found = []
    for token in spool.tokens():
        try:
            found.append({"token": token, **owned(spool, token, principal)})
        except TanluError:
            continue
    return found


def answers(spool: Spool, token: str) -> dict[str, Any]:
    """Return the answers given so far, as a mapping file has them."""
    path = spool.mapping_path(token)
    return load_mapping(path) if path.is_file() else {}


def keep_answers(spool: Spool, token: str, mapping: Mapping[str, Any]) -> None:
    """Check answers as those of a mapping file, and keep them.

    Raises
    ------
    TanluError
        ``mapping.unknown-item``, ``mapping.unknown-value``, ...
    """
    checked = check_mapping(json.loads(json.dumps(mapping)))
    check_items(checked, imports.item_words())
    text = yaml.safe_dump(checked, allow_unicode=True, sort_keys=True)
    spool.mapping_path(token).write_text(text, encoding="utf-8")


def start_commit(
    desk: Desk,
    principal: Principal,
    token: str,
    *,
    head: str,
    say: Say,
) -> Job:
    """Post what the preview shows, as one batch, as a job.

    Raises
    ------
    TanluError
        ``import.gone``; ``import.not-read`` without a preview of these answers; ``import.stale``
        when it is another preview than the person saw (``head``), or rows, sites or months of
        the ledger changed since; ``import.claimed`` when it is being posted.
    """
    spool = Spool(desk.folder)
    note = free(desk, spool, token, principal)
    preview = spool.read(token, "preview")
    if preview is None or preview["mapping"] != _mark(answers(spool, token)):
        raise TanluError("import.not-read")
    if head != preview["head"] or changes(desk.workspace, preview["head"]):
        raise TanluError("import.stale")
    if not spool.claim(token):
        spool.release(token)  # of a server that was killed: nobody posts it, see `free`
        raise TanluError("import.claimed")

    def run(progress: Progress) -> dict[str, Any]:
        try:
            return _commit(desk, spool, token, principal=principal, progress=progress, say=say)
        except BaseException:
            spool.release(token)
            raise

    job = desk.jobs.start("import", _names(note), principal=principal, run=run)
    spool.write(token, "staged", {**note, "job": job.id})
    return job


def import_at_once(
    desk: Desk,
    principal: Principal,
    uploads: Sequence[Upload],
    *,
    mapping: bytes = b"",
    is_dry_run: bool = False,
    is_forced: bool = False,
    say: Say,
) -> dict[str, Any]:
    """Read and post files in one call; answers as ``tanlu import --json``.

    Parameters
    ----------
    desk, principal : Desk, Principal
        The workspace, and who may write which sites.
    uploads : sequence of Upload
        The files.
    mapping : bytes
        Mapping file that answers questions.
    is_dry_run, is_forced : bool
        As in `imports.ImportOptions`.
    say : Say
        Language of the messages.

    Raises
    ------
    TanluError
        Those of `Spool.keep` and of `imports.import_files`; ``import.sites``.
    """
    spool = Spool(desk.folder)
    facts = {"by": principal.name, "at": clock.now().isoformat()}
    token = spool.keep(uploads, facts=facts)
    try:
        if mapping:
            spool.mapping_path(token).write_bytes(mapping)
        options = _options(spool, token, is_dry_run=is_dry_run, is_forced=is_forced)
        paths = spool.paths(token)
        report = imports.import_files(
            desk.workspace, paths, options=options, say=say, admit=admitting(principal)
        )
        body = imports.import_body(report, say)
        for told, path in zip(body["files"], paths, strict=True):
            told["path"] = path.name
        return {"ok": report.ok, **body}
    finally:
        spool.drop(token)


def changes(workspace: Workspace, head: str) -> list[dict[str, str]]:
    """Return what was done to rows, sites and months since a head: by whom, when, what."""
    seq = int(head.partition(":")[0] or 0)
    return [
        {"action": event.action, "actor": event.actor, "at": event.at, "subject": event.subject}
        for event in workspace.events(after=seq)
        if event.action in _TOUCHING
    ]


def admitting(principal: Principal) -> Callable[[Sequence[ParsedFile]], None]:
    """Return what refuses rows of sites that a person may not write.

    Raises
    ------
    TanluError
        ``import.sites``, by the function returned.
    """

    def admit(files: Sequence[ParsedFile]) -> None:
        touched = {site for file in files for site in _sites(file)}
        refused = [one for one in touched if not access.can(principal, "import", site=one)]
        if refused:
            raise TanluError("import.sites", found=", ".join(sorted(refused)) or "-")

    return admit


def _sites(file: ParsedFile) -> Iterator[str]:
    yield from {row.site for row in file.rows}
    for record in file.records:
        yield str(record.fields.get("site") or "")
    for held in file.quarantine:
        yield held.key.get("site", "")


def _names(note: Mapping[str, Any]) -> dict[str, Any]:
    return {"files": [one["name"] for one in note["files"]]}


def _recall(workspace: Workspace, spool: Spool, token: str) -> None:
    """At the first reading: note the layout, and take the answers it was given before."""
    note = spool.facts(token)
    if "layouts" in note:
        return
    context = imports.reading_context(workspace)
    layouts = [_layout(read_preview(path, context=context)) for path in spool.paths(token)]
    stored = workspace.settings.other
    known = [stored.get(PROFILE + layout) for layout in layouts if layout]
    merged: dict[str, Any] = {}
    for profile in known:
        if isinstance(profile, dict) and profile.get("answers"):
            merged = _merged(merged, profile["answers"])
            note["profile"] = {"by": profile["by"], "at": profile["at"]}
    if merged:
        keep_answers(spool, token, merged)
    spool.write(token, "staged", {**spool.facts(token), **note, "layouts": layouts})


def _layout(sheets: Sequence[Mapping[str, Any]]) -> str:
    """Return a name for the headers of a file, the same next month; empty without any."""
    heads = [[_NUMBER.sub("#", one["label"]) for one in sheet["columns"]] for sheet in sheets]
    if not any(heads):
        return ""
    return hashlib.sha256(json.dumps(heads, ensure_ascii=False).encode()).hexdigest()[:24]


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Put two sets of answers together; the second one counts where both say something."""
    found = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = _merged(found[key], value) if both else value
    return found


def _mark(mapping: Mapping[str, Any]) -> str:
    text = json.dumps(mapping, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _options(spool: Spool, token: str, **more: Any) -> imports.ImportOptions:
    path = spool.mapping_path(token)
    return imports.ImportOptions(mapping=path if path.is_file() else None, **more)


def _watching(progress: Progress, count: int) -> Callable[[int, Path], None]:
    def watch(number: int, path: Path) -> None:
        progress.stop_if_cancelled()
        facts = {"file": path.name, "n": number + 1, "count": count}
        progress.tell("import.stage.read", fraction=number / count, facts=facts)

    return watch


def _read(
    workspace: Workspace, spool: Spool, token: str, *, progress: Progress, say: Say
) -> dict[str, Any]:
    """Read as an import would, and lay out what a person looks at before it is one."""
    paths, head = spool.paths(token), workspace.head()
    options = _options(spool, token, is_dry_run=True)
    watch = _watching(progress, len(paths))
    report = imports.import_files(workspace, paths, options=options, say=say, watch=watch)
    progress.tell("import.stage.look", fraction=1)
    context = imports.reading_context(workspace, mapping=options.mapping)
    known = {site.id for site in workspace.sites()}
    severities = Counter(one.severity.value for one in report.findings)
    worst = sorted(report.findings, key=lambda one: RANK[one.severity])[:_FINDINGS]
    return {
        "head": head,
        "mapping": _mark(answers(spool, token)),
        "files": [
            _file(file, path, previews=read_preview(path, context=context), known=known)
            for file, path in zip(report.files, paths, strict=True)
        ],
        "totals": report.totals,
        "records": dict(Counter(r.kind.value for file in report.files for r in file.records)),
        "severities": dict(severities),
        "findings": [{**asdict(one), "severity": one.severity.value} for one in worst],
    }


RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def _file(
    file: ParsedFile, path: Path, *, previews: list[dict[str, Any]], known: set[str]
) -> dict[str, Any]:
    return {
        "name": path.name,
        "sha256": file.sha256,
        "rejected": file.rejected,
        "empty": not (file.rows or file.records or file.quarantine),
        "open": file.open_questions,
        "sheets": [imports.sheet_body(sheet) for sheet in file.sheets],
        "previews": previews,
        "new_sites": [
            {"site": site.id, "province": site.province}
            for site in file.sites_seen
            if site.id not in known
        ],
    }


def _commit(
    desk: Desk, spool: Spool, token: str, *, principal: Principal, progress: Progress, say: Say
) -> dict[str, Any]:
    paths, note = spool.paths(token), spool.facts(token)
    report = imports.import_files(
        desk.workspace, paths, options=_options(spool, token), say=say,
        watch=_watching(progress, len(paths)), admit=admitting(principal),
    )  # fmt: skip
    if report.receipt is None:
        raise TanluError("import.nothing", findings=report.findings)
    given = answers(spool, token)
    for layout in filter(None, note.get("layouts", ()) if given else ()):
        value = {"answers": given, "by": principal.name, "at": clock.now().isoformat()}
        put = desk.workspace.put_setting
        put(PROFILE + layout, json.loads(json.dumps(value, default=str)),
            at=clock.now(), actor=clock.actor())  # fmt: skip
    spool.drop(token)
    return {"url": f"/import/batch/{report.receipt.batch_id}", "batch": report.receipt.batch_id}
