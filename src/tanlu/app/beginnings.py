"""The first steps: a company from a form, a sector's template, and how far one has come."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tanlu.app import approvals, demo, imports, workspaces
from tanlu.catalog import load, tables
from tanlu.kernel.errors import TanluError
from tanlu.measures.catalogue import EVERY_SECTOR

if TYPE_CHECKING:
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say


def create_company(
    desk: Desk, *, name: str, province: str, sector: str = "", language: str = "zh"
) -> None:
    """Make the workspace of a desk that has none yet.

    Parameters
    ----------
    desk : Desk
        Its folder becomes the workspace.
    name, province, sector, language : str
        Of the company; `province` decides the factors of sites that name none.

    Raises
    ------
    TanluError
        ``begin.name``, ``begin.province`` for an empty field; those of `create_workspace`.
    """
    if not name.strip():
        raise TanluError("begin.name")
    if not province.strip():
        raise TanluError("begin.province")
    workspaces.create_workspace(
        desk.folder, name=name.strip(), sector=sector, province=province, language=language
    )


def choices(say: Say) -> dict[str, Any]:
    """Return what a new company chooses from: provinces, sectors, templates, worked companies."""
    named = {row["id"]: say.pick(row["name_zh"], row["name_en"])
             for row in tables.read("template_sector")}  # fmt: skip
    sectors = {str(row["sector"]) for row in tables.read("measure")} - {EVERY_SECTOR}
    return {
        "provinces": [
            (row["id"], say.pick(row["name_zh"], row["name_en"])) for row in load.provinces()
        ],
        "sectors": sorted(((one, named.get(one, one)) for one in sectors | set(named)),
                          key=lambda pair: pair[1]),
        "templates": sorted(named.items(), key=lambda pair: pair[1]),
        "cases": [_case(case, say) for case in demo.cases()],
    }  # fmt: skip


def _case(case: str, say: Say) -> tuple[str, str]:
    path = Path(demo.__file__).parent.parent / "data" / "demo" / case / "company.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    return case, say.pick(told["name"], told["name_en"])


def template(sector: str, *, say: Say) -> tuple[str, bytes]:
    """Return the name and the bytes of a sector's template.

    Raises
    ------
    TanluError
        ``ingest.template-sector``.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        imports.write_template(sector, path, say=say)
        return f"tanlu-{sector}.xlsx", path.read_bytes()


def checklist(desk: Desk, say: Say) -> list[dict[str, str]]:
    """Return the five steps from an empty folder to a plan, with those that are done."""
    done = _done(desk) if desk.has_workspace else (False,) * len(_STEPS)
    current = next((n for n, one in enumerate(done) if not one), len(done))
    return [
        {
            "text": say(f"begin.step.{step}"),
            "hint": say(f"begin.step.{step}.hint"),
            "state": "done" if done[n] else "current" if n == current else "todo",
            "href": path if desk.has_workspace else "",
        }
        for n, (step, path) in enumerate(_STEPS)
    ]


_STEPS = (
    ("company", "/organisation"),
    ("data", "/import"),
    ("gaps", "/quality"),
    ("targets", "/targets"),
    ("plan", "/roadmap"),
)


def _done(desk: Desk) -> tuple[bool, ...]:
    workspace = desk.workspace
    has_rows = bool(desk.years())
    return (
        bool(workspace.settings.name and workspace.sites()),
        has_rows,
        has_rows and not workspace.findings(open_only=True),
        bool(workspace.targets()),
        approvals.stored_plan(workspace) is not None,
    )
