"""The worked company: the whole chain on a sample, from its workbooks to its reports."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tanlu.app import (
    clock,
    goals,
    imports,
    inventories,
    payloads,
    plans,
    rankings,
    reports,
    statements,
)
from tanlu.app.references import province_code
from tanlu.app.workspaces import DATABASE, open_workspace, site_names
from tanlu.i18n.say import Say
from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Progress = Callable[[str], None]


# A first look: the certified gap is printed; `tanlu plan` searches longer and explains all.
FIRST_LOOK = plans.PlanOptions(gap=0.02, reasons=20)


def cases() -> tuple[str, ...]:
    """Return the names of the worked companies."""
    folder = resources.files("tanlu") / "data" / "demo"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))


def run_demo(case: str, folder: Path, *, say: Say, progress: Progress) -> dict[str, Any]:
    """Build a worked company and run the whole chain on it.

    Parameters
    ----------
    case : str
        Name of the company.
    folder : Path
        Where the workspace and the reports go; an earlier demo there is replaced, anything
        else is left alone and refused.
    say : Say
        Language of the summary.
    progress : callable
        Told the code of each stage.

    Returns
    -------
    dict
        As in the contract: workspace, inventory, hotspots, targets, plan, reports.

    Raises
    ------
    TanluError
        ``demo.unknown``; ``demo.folder`` when the folder holds something that is no demo.
    """
    check_case(case)
    workspace_folder = _fresh_folder(folder) / "workspace"
    company, imported = build_company(case, workspace_folder, say=say, progress=progress)
    with open_workspace(workspace_folder) as workspace:
        return _work_out(workspace, company, imported, folder=folder, say=say, progress=progress)


def check_case(case: str) -> None:
    """Refuse a worked company that there is not.

    Raises
    ------
    TanluError
        ``demo.unknown`` with those there are.
    """
    if case not in cases():
        raise TanluError("demo.unknown", found=case, known=", ".join(cases()))


def build_company(
    case: str, folder: Path, *, say: Say, progress: Progress
) -> tuple[Mapping[str, Any], imports.ImportReport]:
    """Make the workspace of a worked company from its workbooks, targets and settings.

    Returns
    -------
    company : Mapping
        What is told of the company.
    imported : ImportReport
        What became of its workbooks.

    Raises
    ------
    TanluError
        Those of `Workspace.create`.
    """
    source = Path(str(resources.files("tanlu") / "data" / "demo" / case))
    company = yaml.safe_load((source / "company.yaml").read_text(encoding="utf-8"))
    with _workspace(folder, company, language=say.lang) as workspace:
        progress("cli.stage.import")
        paths = [source / name for name in company["workbooks"]]
        imported = imports.import_files(workspace, paths, options=imports.ImportOptions(), say=say)
        _set_targets(workspace, company)
    return company, imported


def _work_out(
    workspace: Workspace,
    company: Mapping[str, Any],
    imported: imports.ImportReport,
    *,
    folder: Path,
    say: Say,
    progress: Progress,
) -> dict[str, Any]:
    progress("cli.stage.inventory")
    taken = inventories.take_inventory(workspace, company["year"])
    with ThreadPoolExecutor(max_workers=1) as pool:
        prepared = plans.prepare(workspace, options=FIRST_LOOK, taken=taken)
        solving = pool.submit(plans.solve, prepared, options=FIRST_LOOK)
        before = inventories.take_inventory(
            workspace,
            company["versus"],
            options=inventories.InventoryOptions(with_uncertainty=False),
        )
        progress("cli.stage.hotspots")
        hotspots = rankings.hotspots_body(workspace, taken, before, say=say)
        progress("cli.stage.targets")
        known = {company["year"]: taken, company["versus"]: before}
        targets = goals.check_targets(workspace, say=say, taken=known)
        progress("cli.stage.plan")
        plan = plans.keep(workspace, prepared, solving.result(), options=FIRST_LOOK, say=say)
    options = reports.ReportOptions(year=company["year"], formats=("html", "pdf"), output=folder)
    written = reports.write_reports(workspace, options=options, progress=progress, taken=taken)
    return {
        "workspace": str(workspace.folder),
        "company": {"zh": company["name"], "en": company["name_en"]},
        "site_names": site_names(workspace),
        "import": imports.import_body(imported, say),
        "inventory": payloads.inventory_body(taken, say),
        "hotspots": hotspots,
        "targets": targets["targets"],
        "plan": plan,
        "reports": written["reports"],
    }


def _fresh_folder(folder: Path) -> Path:
    """Return the folder, emptied of an earlier demo."""
    workspace = folder / "workspace"
    if folder.exists() and any(folder.iterdir()) and not (workspace / DATABASE).is_file():
        raise TanluError("demo.folder", found=folder)
    if workspace.exists():
        shutil.rmtree(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _workspace(folder: Path, company: Mapping[str, Any], *, language: str) -> Workspace:
    at, actor = clock.now(), clock.actor()
    workspace = Workspace.create(
        folder, name=company["name"], sector=company["sector"],
        province=province_code(company["province"]), language=language, at=at, actor=actor,
    )  # fmt: skip
    for key in ("name_en", "budget_cny", "gec_owner"):
        workspace.put_setting(key, company[key], at=at, actor=actor)
    sites = [
        Site(site["name"], province_code(site["province"]), site["english"])
        for site in company["sites"]
    ]
    workspace.register_sites(sites, at=at, actor=actor)
    for key, pair in company["statements"].items():
        text, english = pair["text"], pair["en"]
        statements.set_statement(workspace, key, text, english=english, say=Say(language))
    return workspace


def _set_targets(workspace: Workspace, company: Mapping[str, Any]) -> None:
    for row in company["targets"]:
        target = goals.read_draft(
            goals.TargetDraft(
                target_id=row["id"], kind=row["kind"], year=row["year"],
                scope=row.get("scope", "1+2"), basis=row.get("basis", "market"),
                base_year=row.get("base_year"), reduction=row.get("reduction", ""),
                level=row.get("level", ""),
            )
        )  # fmt: skip
        named = replace(target, name_zh=row["name_zh"], name_en=row["name_en"])
        goals.keep_target(workspace, named)
