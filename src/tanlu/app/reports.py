"""Write the reports: one tree from the same figures the commands print, one file per language."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu._version import __version__
from tanlu.app import approvals, clock, goals
from tanlu.app.disclosures import disclosure_body
from tanlu.app.documents import (
    FORMATS,
    FULL,
    VERIFIER,
    WRITTEN,
    ReportFile,
    check_wishes,
    made,
)
from tanlu.app.inventories import InventoryOptions, take_inventory, years_with_rows
from tanlu.app.payloads import factors_used, inventory_body
from tanlu.app.rankings import NO_DRIVERS, UNBACKED, hotspots_body
from tanlu.app.references import items_by_id
from tanlu.catalog import load
from tanlu.i18n.say import LANGUAGES, Say
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_months
from tanlu.report.build import build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.app.inventories import TakenInventory
    from tanlu.report.tree import Report
    from tanlu.storage import Workspace

__all__ = ["FORMATS", "ReportOptions", "report_file", "report_payload", "write_reports"]
_VALUE_CHAIN = 3  # scope
_ABSOLUTE = "absolute"  # kind of a target
_SHOWN_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What to write and where.

    Parameters
    ----------
    year : int or None
        Inventory year; None is the newest.
    kind : str
        Full, one of `report.build.KINDS`, or verifier: one pack, whatever language and format.
    languages, formats : tuple of str
        One file per language and format.
    output : Path or None
        Folder; None is the workspace's ``exports``.
    """

    year: int | None = None
    kind: str = FULL
    languages: tuple[str, ...] = ("zh", "en")
    formats: tuple[str, ...] = ("html",)
    output: Path | None = None


def write_reports(
    workspace: Workspace,
    *,
    options: ReportOptions,
    progress: Callable[[str], None] | None = None,
    taken: TakenInventory | None = None,
) -> dict[str, Any]:
    """Write the report of a year in each language.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    options : ReportOptions
        Year, languages, formats, folder.
    progress : callable, optional
        Told the code of each stage.
    taken : TakenInventory, optional
        The inventory, when it was taken already.

    Returns
    -------
    dict
        ``reports``: path, lang, format and SHA-256 of each file.

    Raises
    ------
    TanluError
        ``report.format``, ``report.kind``, ``report.nothing-asked`` without a language or a
        format, ``i18n.unknown-language``, ``app.no-rows``.
    """
    check_wishes(options.kind, languages=options.languages, formats=options.formats, kinds=WRITTEN)
    if progress:
        progress("cli.stage.report")
    if options.kind == VERIFIER:
        from tanlu.app import packs

        return packs.write_pack(workspace, options.year, output=options.output, taken=taken)
    tree, year = _tree(workspace, options, taken=taken)
    folder = options.output or workspace.exports
    folder.mkdir(parents=True, exist_ok=True)
    reports = []
    for form in options.formats:
        for lang in options.languages:
            file = made(tree, year=year, form=form, lang=lang, languages=options.languages)
            path = _write(folder / file.name, file.data)
            digest = hashlib.sha256(file.data).hexdigest()
            reports.append({"path": str(path), "lang": lang, "format": form, "sha256": digest})
    return {"reports": reports}


def report_file(
    workspace: Workspace, *, options: ReportOptions, taken: TakenInventory | None = None
) -> ReportFile:
    """Return one document without writing it: the first language and format of the options.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    options : ReportOptions
        Year, kind, language, format.
    taken : TakenInventory, optional
        The inventory, when it was taken already.

    Raises
    ------
    TanluError
        Those of `write_reports`.
    """
    check_wishes(options.kind, languages=options.languages, formats=options.formats, kinds=WRITTEN)
    if options.kind == VERIFIER:
        return _pack_file(workspace, options, taken=taken)
    tree, year = _tree(workspace, options, taken=taken)
    return made(
        tree,
        year=year,
        form=options.formats[0],
        lang=options.languages[0],
        languages=options.languages,
    )


def _pack_file(
    workspace: Workspace, options: ReportOptions, *, taken: TakenInventory | None
) -> ReportFile:
    from tanlu.app import packs

    with tempfile.TemporaryDirectory() as folder:
        packs.write_pack(workspace, options.year, output=Path(folder), taken=taken)
        (path,) = Path(folder).iterdir()
        return ReportFile(path.name, "application/zip", path.read_bytes())


def _tree(
    workspace: Workspace, options: ReportOptions, *, taken: TakenInventory | None
) -> tuple[Report, int]:
    payload = report_payload(workspace, options.year, taken=taken)
    tree = build(payload, kind=options.kind)  # type: ignore[arg-type]  # checked by the sections
    return tree, int(payload["inventory"]["year"])


def _write(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_bytes(data)
    return temporary.replace(path)


def report_payload(
    workspace: Workspace, year: int | None = None, *, taken: TakenInventory | None = None
) -> dict[str, Any]:
    """Return everything a report is made from, as plain values."""
    known = years_with_rows(workspace)
    if taken is None:
        chosen = year or (known[-1] if known else clock.today().year)
        taken = take_inventory(workspace, chosen)
    say = Say(workspace.settings.language if workspace.settings.language in LANGUAGES else "zh")
    before = _before(workspace, taken, known)
    inventory = inventory_body(taken, say)
    if before is not None:
        total = before.inventory.total
        inventory["previous"] = {
            "year": before.inventory.year,
            "total_t": {
                "location": _float(total.location.t),
                "market": _float(total.market.t),
            },
            "only_now": _only(taken, before),
            "only_before": _only(before, taken),
        }
    inventories = {t.inventory.year: t for t in (taken, before) if t is not None}
    targets = goals.check_targets(workspace, say=say, taken=inventories)
    plan = approvals.stored_plan(workspace)
    if plan is not None:
        plan["approval"] = approvals.approval(workspace, plan)
    return {
        "organisation": _organisation(workspace),
        "dated": clock.today().isoformat(),
        "version": __version__,
        "draft": not _is_closed(workspace, taken.inventory.year),
        "names": _names(workspace, plan),
        "boundary": _boundary(taken),
        "inventory": inventory,
        "greenpower": inventory["greenpower"],
        "hotspots": _hotspots(workspace, taken, before, say=say),
        "targets": targets["targets"],
        "actuals": targets["actuals"],
        "plan": plan,
        "factors": factors_used(taken),
        "findings": _open_findings(workspace, inventory),
        "claims": [],
        **disclosure_body(workspace, taken, before, target_base_years=_base_years(workspace)),
    }


def _base_years(workspace: Workspace) -> list[int]:
    """Return the base years of the targets for emissions."""
    bodies = [target.body for target in workspace.targets()]
    emissions = [body for body in bodies if body.get("kind") == _ABSOLUTE]
    return [int(str(body["base_year"])) for body in emissions if body.get("base_year")]


def _hotspots(
    workspace: Workspace, taken: TakenInventory, before: TakenInventory | None, *, say: Say
) -> dict[str, Any]:
    """Return ranking and drivers; where the change cannot be split, the ranking and why."""
    try:
        return hotspots_body(workspace, taken, before, say=say)
    except TanluError as error:
        if error.code not in NO_DRIVERS:
            raise
        why = {"code": error.code, "facts": error.facts}
        return hotspots_body(workspace, taken, None, say=say) | {"no_drivers": why}


def _only(here: TakenInventory, there: TakenInventory) -> list[dict[str, str]]:
    """Return the sites, scopes and scope 3 categories one total has figures of and another not."""
    known = _covered(there)
    return [{"kind": one[0], "id": one[1]} for one in _covered(here) if one not in known]


def _covered(taken: TakenInventory) -> list[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for part in taken.inventory.parts:
        if part.amounts.market.co2e_mg is not None:
            found.add(("site", part.site))
            is_chain = part.scope == _VALUE_CHAIN
            found.add(("category", part.category) if is_chain else ("scope", str(part.scope)))
    order = {name: place for place, name in enumerate(("site", "scope", "category"))}
    return sorted(
        (one for one in found if one[1]), key=lambda one: (order[one[0]], len(one[1]), one[1])
    )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _before(
    workspace: Workspace, taken: TakenInventory, known: Sequence[int]
) -> TakenInventory | None:
    """Return the inventory of the year before, where the ledger has it."""
    earlier = [year for year in known if year < taken.inventory.year]
    if not earlier:
        return None
    return take_inventory(workspace, earlier[-1], options=InventoryOptions(with_uncertainty=False))


def _organisation(workspace: Workspace) -> dict[str, Any]:
    settings = workspace.settings
    places = {row["id"]: row for row in load.provinces()}
    body: dict[str, Any] = {"name": settings.name}
    if settings.other.get("name_en"):
        body["name_en"] = str(settings.other["name_en"])
    if settings.province in places:
        row = places[settings.province]
        body["province"] = {"zh": row["name_zh"], "en": row["name_en"]}
    return body


def _boundary(taken: TakenInventory) -> dict[str, Any]:
    row = load.profiles()[taken.profile.id]
    approach = f"boundary.{row['consolidation']}"
    return {
        "approach": {"zh": Say("zh")(approach), "en": Say("en")(approach)},
        "standard": {"zh": Say("zh")("boundary.standard"), "en": Say("en")("boundary.standard")},
        "profile": {"zh": row["name_zh"], "en": row["name_en"]},
        "gwp": taken.profile.gwp_set,
        "as_of": taken.as_of.isoformat(),
    }


def _is_closed(workspace: Workspace, year: int) -> bool:
    closed = [m for m in workspace.closed_months() if m.state == "closed"]
    return sum((month.ym - 1) // 12 == year for month in closed) == 12  # noqa: PLR2004


def _names(workspace: Workspace, plan: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "sites": {
            site.id: {"zh": site.id, "en": site.name_en or site.id} for site in workspace.sites()
        },
        "items": {
            item.id: {"zh": item.name_zh, "en": item.name_en} for item in items_by_id().values()
        }
        | {UNBACKED: {lang: Say(lang)("cli.unbacked_power") for lang in ("zh", "en")}},
        "measures": (plan or {}).get("names", {}),
    }


def _open_findings(workspace: Workspace, inventory: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {
            "code": stored.finding.code,
            "severity": stored.finding.severity.value,
            "file": stored.finding.file,
            "sheet": stored.finding.sheet,
            "cell": stored.finding.cell,
            "facts": dict(stored.finding.facts),
        }
        for stored in workspace.findings(open_only=True, months=year_months(inventory["year"]))
    ]
    own = [
        {name: row[name] for name in ("code", "severity", "file", "sheet", "cell", "facts")}
        for row in inventory["findings"]
    ]
    return (own + rows)[:_SHOWN_FINDINGS]
