"""Make, find and open workspaces; register their sites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.references import province_code
from tanlu.catalog import load, tables
from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.measures.catalogue import EVERY_SECTOR
from tanlu.storage import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

DATABASE = "workspace.db"
_SHOWN = 3


def create_workspace(
    folder: Path,
    *,
    name: str,
    sector: str = "",
    province: str = "",
    sites: Sequence[str] = (),
    language: str = "zh",
) -> dict[str, Any]:
    """Make a workspace and register the sites that were named.

    Parameters
    ----------
    folder : Path
        New or empty folder.
    name, sector, province : str
        Of the company.
    sites : sequence of str
        Names of all its sites; when given, other names are quarantined at import.
    language : str
        Language of the workspace: also decides how ``1,234`` is read.

    Raises
    ------
    TanluError
        ``storage.exists`` when the folder already is one; ``app.province-unknown``;
        ``app.sector-unknown``; ``app.site-unnamed``.
    """
    check_sector(sector)
    code = province_code(province) if province else ""
    named = [_site_name(site) for site in sites]
    at, actor = clock.now(), clock.actor()
    with Workspace.create(
        folder, name=name, sector=sector, province=code, language=language, at=at, actor=actor
    ) as workspace:
        if named:
            listed = [Site(site, code) for site in named]
            workspace.register_sites(listed, at=at, actor=actor)
            workspace.put_setting("sites_declared", value=True, at=at, actor=actor)
        return {"workspace": str(folder), "name": name, **sites_body(workspace)}


def check_sector(sector: str) -> None:
    """Refuse a sector that neither a template nor a measure is made for; empty is any.

    Raises
    ------
    TanluError
        ``app.sector-unknown``.
    """
    known = {str(row["id"]) for row in tables.read("template_sector")}
    known |= {str(row["sector"]) for row in tables.read("measure")} - {EVERY_SECTOR}
    if sector and sector not in known:
        raise TanluError("app.sector-unknown", found=sector, known=", ".join(sorted(known)))


def find_workspace(named: str | Path = "") -> Path:
    """Return the folder of the workspace: the one named, or the current folder.

    Raises
    ------
    TanluError
        ``app.no-workspace`` when neither is one; its findings say what is there instead.
    """
    folder = Path(named) if named else Path.cwd()
    if not (folder / DATABASE).is_file():
        raise TanluError("app.no-workspace", found=folder, findings=_instead(folder))
    return folder


def _instead(folder: Path) -> tuple[Finding, ...]:
    """Say what is at a path that is no workspace: nothing, a file, or a workspace further down."""
    if folder.is_file():
        return (Finding("WORKSPACE_IS_FILE", Outcome.REJECT, file=str(folder)),)
    if not folder.exists():
        return (Finding("WORKSPACE_NO_FOLDER", Outcome.REJECT, file=str(folder)),)
    below = sorted(path.parent for path in folder.glob(f"*/{DATABASE}"))[:_SHOWN]
    facts = {"near": ", ".join(map(str, below))}
    return (
        (Finding("WORKSPACE_BELOW", Outcome.NOTE, file=str(folder), facts=facts),) if below else ()
    )


def open_workspace(named: str | Path = "") -> Workspace:
    """Open the workspace named, or that of the current folder."""
    return Workspace.open(find_workspace(named), at=clock.now(), actor=clock.actor())


def register_site(
    workspace: Workspace, name: str, *, province: str = "", name_en: str = ""
) -> dict[str, Any]:
    """Register a site, or give a known one its province; the list then counts as complete.

    Raises
    ------
    TanluError
        ``app.site-unnamed`` for an empty name; ``app.province-unknown``.
    """
    named = _site_name(name)
    code = province_code(province) if province else workspace.settings.province
    at, actor = clock.now(), clock.actor()
    workspace.register_sites([Site(named, code, name_en)], at=at, actor=actor)
    if not workspace.settings.sites_declared:
        workspace.put_setting("sites_declared", value=True, at=at, actor=actor)
    return sites_body(workspace)


def _site_name(name: str) -> str:
    """Return a site's name; the empty name belongs to the group's own lines."""
    if not name.strip():
        raise TanluError("app.site-unnamed")
    return name.strip()


def sites_body(workspace: Workspace) -> dict[str, Any]:
    """Return the sites of a workspace, with the code and the names of their provinces."""
    sites = workspace.sites()
    names = {row["id"]: (row["name_zh"], row["name_en"]) for row in load.provinces()}
    return {
        "sites": [
            {
                "site": site.id,
                "province": site.province or None,
                "province_zh": names.get(site.province, ("", ""))[0] or None,
                "province_en": names.get(site.province, ("", ""))[1] or None,
                "name_en": site.name_en or None,
            }
            for site in sites
        ]
    }


def site_names(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return the names of the sites in both languages, by site."""
    return {site.id: {"zh": site.id, "en": site.name_en or site.id} for site in workspace.sites()}
