"""Read files into the ledger: parse, compare with what is there, post in one transaction."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu._version import __version__
from tanlu.app import clock
from tanlu.app.comparison import LedgerKeys, counted_twice
from tanlu.app.references import items_by_id
from tanlu.catalog import load, tables
from tanlu.ingest.model import ImportContext, ParsedFile, SheetReport, import_context
from tanlu.ingest.read import read_file
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome, Severity
from tanlu.storage import BatchDraft, FileDraft, RowCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tanlu.i18n.say import Say
    from tanlu.kernel.activity import ActivityRow, Site
    from tanlu.storage import Receipt, Workspace

_LOCALES = {"zh": "zh-CN", "zh-Hant": "zh-TW", "en": "en"}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import.

    Parameters
    ----------
    mapping : Path or None
        YAML file that answers questions.
    is_dry_run : bool
        Check only.
    checked : Path or None
        Where the marked copy goes; by default the workspace's ``exports``.
    is_forced : bool
        Take a file again although it is in the ledger.
    is_marked : bool
        Whether a marked copy is written of a file with findings.
    """

    mapping: Path | None = None
    is_dry_run: bool = False
    checked: Path | None = None
    is_forced: bool = False
    is_marked: bool = True


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the files.

    Parameters
    ----------
    files : tuple of ParsedFile
        As read, less what the ledger already held.
    paths : tuple of Path
        The files, in the same order.
    receipt : Receipt or None
        Acknowledgement of the batch; None when nothing was written.
    checked : tuple of Path
        Marked copies written.
    is_dry_run : bool
        Nothing was to be written.
    """

    files: tuple[ParsedFile, ...]
    paths: tuple[Path, ...]
    receipt: Receipt | None
    checked: tuple[Path, ...]
    is_dry_run: bool

    @property
    def totals(self) -> list[dict[str, Any]]:
        """Control totals: exact sums by site, item and ledger unit."""
        return totals_body(row for file in self.files for row in file.rows)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of all files."""
        return tuple(finding for file in self.files for finding in file.findings)

    @property
    def ok(self) -> bool:
        """Whether nothing was rejected and nothing waits for an answer."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def import_files(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    options: ImportOptions,
    say: Say,
    watch: Callable[[int, Path], None] | None = None,
    admit: Callable[[Sequence[ParsedFile]], None] | None = None,
    post: Callable[[BatchDraft], Receipt] | None = None,
) -> ImportReport:
    """Read files, hold back what the ledger already has, and post the rest.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    paths : sequence of Path
        Files of one import.
    options : ImportOptions
        Mapping, dry run, marked copy.
    say : Say
        Language of the marked copy.
    watch : callable, optional
        Told number and path of each file before it is read.
    admit : callable, optional
        Shown all that was read before any of it is posted; raises to refuse it.
    post : callable, optional
        Posts what is new, together with what else it has to post; by default `post_batch`.

    Returns
    -------
    ImportReport
        Never half an import: the batch exists whole or not at all. A rejected file writes
        nothing; the other files of the call are posted.

    Raises
    ------
    TanluError
        ``app.file-missing`` and ``app.file-own`` before anything is read; errors of the mapping
        file and of the ledger.
    """
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise TanluError("app.file-missing", found=", ".join(map(str, missing)))
    targets = _checked_paths(workspace, paths, chosen=options.checked)
    context = reading_context(workspace, mapping=options.mapping)
    seen: set[str] = set()
    parsed = []
    known = LedgerKeys(workspace)
    for number, path in enumerate(paths):
        if watch is not None:
            watch(number, path)
        file = _placed(workspace, _read(path, context, seen=seen, is_forced=options.is_forced))
        parsed.append(_compared(workspace, file, known, is_forced=options.is_forced))
    if admit is not None:
        admit(parsed)
    receipt = None
    if not options.is_dry_run:
        draft = _batch(parsed, paths, context=context, options=options)
        receipt = _post(workspace, draft, post) if draft else None
    checked = _write_checked(parsed, paths, targets, options=options, say=say)
    return ImportReport(tuple(parsed), tuple(paths), receipt, checked, options.is_dry_run)


def _compared(
    workspace: Workspace, file: ParsedFile, known: LedgerKeys, *, is_forced: bool
) -> ParsedFile:
    """Return what of a file is new; a file that says nothing new is refused."""
    comparison = known.compare(file)
    if is_forced:
        return counted_twice(file, comparison.held_rows)
    fresh = comparison.file
    nothing_new = workspace.has_source(file.sha256) and not (fresh.rows or fresh.records)
    return _refused(fresh) if nothing_new and not file.rejected else fresh


def reading_context(workspace: Workspace, *, mapping: Path | None = None) -> ImportContext:
    """Return what the reader must know of the workspace: sites, locale, answers.

    Notes
    -----
    A workspace that has neither declared nor imported a site takes those of the file.
    """
    settings = workspace.settings
    sites = workspace.sites()
    answers = _answers(mapping) if mapping else {}
    fiscal = answers.get("fiscal_start")
    return import_context(
        tables.read,
        tables.shipped().columns,
        today=clock.today(),
        sites=sites if sites or settings.sites_declared else None,
        locale=_LOCALES.get(settings.language, "zh-CN"),
        fiscal_start=int(fiscal) if fiscal else None,
        mapping=answers,
    )


def _answers(path: Path) -> dict[str, Any]:
    """Read the file that answers questions; the items it names must exist."""
    from tanlu.ingest.mapping import check_items, load_mapping

    if not path.is_file():
        raise TanluError("app.file-missing", found=path)
    answers = load_mapping(path)
    check_items(answers, item_words(), path.name)
    return answers


def item_words() -> list[str]:
    """Return every id, name and alias of the item tables."""
    named = [
        str(row[name]) for row in tables.read("items") for name in ("id", "name_zh", "name_en")
    ]
    return named + [str(row["text"]) for row in tables.read("item_alias")]


def _read(path: Path, context: ImportContext, *, seen: set[str], is_forced: bool) -> ParsedFile:
    digest = _sha256(path)
    if not is_forced and digest in seen:
        return _refused(ParsedFile(path.name, digest))
    seen.add(digest)
    return read_file(path, context=context)


def _refused(file: ParsedFile) -> ParsedFile:
    """Return a file that is in the ledger already as refused."""
    finding = Finding("FILE_ALREADY_IMPORTED", Outcome.REJECT, file=file.name)
    return replace(file, findings=(*file.findings, finding), rejected=True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _post(
    workspace: Workspace, draft: BatchDraft, post: Callable[[BatchDraft], Receipt] | None
) -> Receipt:
    if post is not None:
        return post(draft)
    return workspace.post_batch(draft, at=clock.now(), actor=clock.actor())


def _batch(
    files: Sequence[ParsedFile],
    paths: Sequence[Path],
    *,
    context: ImportContext,
    options: ImportOptions,
) -> BatchDraft | None:
    drafts = [
        _draft(file, path)
        for file, path in zip(files, paths, strict=True)
        if not file.rejected and not (file.open_questions and _is_empty(file))
    ]
    if not drafts:
        return None
    return BatchDraft(
        batch_id=f"b-{uuid.uuid4().hex[:12]}",
        files=drafts,
        sites=_new_sites(files) if context.sites is None else (),
        force=options.is_forced,
        importer=f"tanlu {__version__}",
        mapping=dict(context.mapping),
    )


def _is_empty(file: ParsedFile) -> bool:
    return not (file.rows or file.records or file.quarantine)


def _draft(file: ParsedFile, path: Path) -> FileDraft:
    counts = RowCounts()
    for sheet in file.sheets:
        counts += RowCounts(
            sheet.rows_in, sheet.accepted, sheet.quarantined, sheet.duplicates, sheet.excluded
        )
    return FileDraft(
        path=path, name=file.name, sha256=file.sha256, rows=file.rows, records=file.records,
        quarantine=file.quarantine, control_totals=file.control_totals, findings=file.findings,
        counts=counts, sheets=[sheet_body(sheet) for sheet in file.sheets],
        open_questions=file.open_questions,
    )  # fmt: skip


def _placed(workspace: Workspace, file: ParsedFile) -> ParsedFile:
    """Return a file whose new sites are in the province it names, else in the company's."""
    codes = load.place_codes()
    company = workspace.settings.province
    sites = tuple(
        replace(site, province=codes.get(site.province.strip().lower(), "") or company)
        for site in file.sites_seen
    )
    places = {site.id: site.province for site in sites}
    findings = tuple(
        replace(one, facts={**one.facts, "province": places.get(one.facts["found"], "") or "-"})
        if one.code == "SITE_REGISTERED"
        else one
        for one in file.findings
    )
    return replace(file, sites_seen=sites, findings=findings)


def _new_sites(files: Sequence[ParsedFile]) -> tuple[Site, ...]:
    """Return the sites of the files, each once."""
    found: dict[str, Site] = {}
    for site in (site for file in files if not file.rejected for site in file.sites_seen):
        known = found.get(site.id)
        if known is None or (not known.province and site.province):
            found[site.id] = site
    return tuple(found[name] for name in sorted(found))


def _checked_paths(
    workspace: Workspace, paths: Sequence[Path], *, chosen: Path | None
) -> tuple[Path, ...]:
    """Return where the marked copy of each file goes: no two in one place, none on a source."""
    default = workspace.folder / "exports"
    targets: list[Path] = []
    for path in paths:
        first = chosen or default / f"{path.stem}.checked.xlsx"
        target, number = first, 1
        while target in targets:
            number += 1
            target = first.with_name(f"{first.stem}-{number}{first.suffix}")
        targets.append(target)
    own = {path.resolve() for path in paths} & {target.resolve() for target in targets}
    if own:
        raise TanluError("app.file-own", found=", ".join(sorted(map(str, own))))
    return tuple(targets)


def _write_checked(
    files: Sequence[ParsedFile],
    paths: Sequence[Path],
    targets: Sequence[Path],
    *,
    options: ImportOptions,
    say: Say,
) -> tuple[Path, ...]:
    """Write the marked copies of files in which a cell needs a person."""
    from tanlu.app.findings import Worded
    from tanlu.ingest.checked import write_checked

    written = []
    for file, path, target in zip(files, paths, targets, strict=True):
        marked = [finding for finding in file.findings if finding.severity is not Severity.NOTE]
        if (
            not options.is_marked
            or file.rejected
            or not marked
            or (options.is_dry_run and options.checked is None)
        ):
            continue
        written.append(write_checked(path, marked, target, say=Worded(say.lang)))
    return tuple(written)


def sheet_body(sheet: SheetReport) -> dict[str, Any]:
    """Return the row counts of a sheet."""
    return {
        "name": sheet.name,
        "kind": sheet.kind,
        "rows_in": sheet.rows_in,
        "accepted": sheet.accepted,
        "quarantined": sheet.quarantined,
        "duplicates": sheet.duplicates,
        "excluded": sheet.excluded,
    }


def totals_body(rows: Iterable[ActivityRow]) -> list[dict[str, Any]]:
    """Return the control totals of rows: exact sums by site, item and ledger unit."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    out_of_range: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        key = (row.site, row.item, row.ledger_unit)
        if row.qty_u is None:
            out_of_range[key] += 1
        else:
            sums[key] += row.qty_u
    items = items_by_id()
    return [
        {
            "site": site,
            "item": item,
            "name_zh": items[item].name_zh if item in items else item,
            "name_en": items[item].name_en if item in items else item,
            "quantity": _plain(Decimal(sums[site, item, unit]).scaleb(-6)),
            "unit": unit,
            "out_of_range": out_of_range.get((site, item, unit), 0),
        }
        for site, item, unit in sorted({*sums, *out_of_range})
    ]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def import_body(report: ImportReport, say: Say) -> dict[str, Any]:
    """Return the answer of the contract: files, row counts, totals, findings.

    With a rejected file or an open question it also carries ``code`` and ``message``.
    """
    from tanlu.app.findings import facts_in_words, finding_bodies

    sheets = [sheet for file in report.files for sheet in file.sheets]
    counts = {
        name: sum(getattr(sheet, name) for sheet in sheets)
        for name in ("rows_in", "accepted", "quarantined", "duplicates", "excluded")
    }
    body: dict[str, Any] = {
        "batch": report.receipt.batch_id if report.receipt else None,
        "files": [
            {
                "path": str(path),
                "sha256": file.sha256,
                "rejected": file.rejected,
                "sheets": [sheet_body(sheet) for sheet in file.sheets],
            }
            for file, path in zip(report.files, report.paths, strict=True)
        ],
        **counts,
        "records": dict(
            sorted(Counter(r.kind.value for file in report.files for r in file.records).items())
        ),
        "totals": report.totals,
        "checked": [str(path) for path in report.checked],
        "dry_run": report.is_dry_run,
        "findings": finding_bodies(report.findings, say),
    }
    first = next((f for f in report.findings if f.severity is Severity.ERROR), None)
    if first is not None:
        told = replace(first, facts=facts_in_words(first.facts, say))
        message = say.finding(told)
        body = {"code": first.code, "message": message, **body}
    return body


def write_template(
    sector: str, target: Path, *, say: Say, is_forced: bool = False
) -> dict[str, Any]:
    """Write the Excel template of a sector; to a ``.json`` file, the worked plan of it.

    Raises
    ------
    TanluError
        ``ingest.template-sector`` for a sector that has none; ``plan.case-unknown`` for one
        without a worked plan; ``app.file-exists`` rather than replace a file somebody may have
        filled in; ``app.template-suffix`` for another ending than ``.xlsx`` or ``.json``.
    """
    if target.suffix.lower() not in (".xlsx", ".json"):
        raise TanluError("app.template-suffix", found=target.name)
    if target.exists() and not is_forced:
        raise TanluError("app.file-exists", found=target)
    if target.suffix.lower() == ".json":
        from tanlu.app.plans import shipped_case

        target.write_bytes(shipped_case(sector).read_bytes())
        return {"path": str(target), "sheets": []}
    from tanlu.ingest.template import write_template as write

    sheets = write(sector, target, say=say)
    return {"path": str(target), "sheets": list(sheets)}
