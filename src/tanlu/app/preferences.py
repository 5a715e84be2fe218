"""Settings of a company, a copy of its workspace, and what this program is made of."""

from __future__ import annotations

import platform
import re
import tempfile
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu._version import __version__
from tanlu.app import beginnings, clock, statements
from tanlu.app.organisations import Changed, mark
from tanlu.app.references import province_code
from tanlu.app.workspaces import check_sector
from tanlu.i18n.say import LANGUAGES, Say
from tanlu.kernel.errors import TanluError
from tanlu.storage.backup import back_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.desk import Desk
    from tanlu.storage import Workspace

_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_BUNDLED = (
    ("Apache ECharts", "Apache-2.0"),
    ("Tabulator", "MIT"),
    ("htmx", "0BSD"),
    ("Tanlu Sans (Noto Sans CJK)", "OFL-1.1"),
)


def company_form(workspace: Workspace) -> dict[str, str]:
    """Return the settings of the company as the fields of a form."""
    settings = workspace.settings
    budget = settings.other.get("budget_cny")
    return {
        "name": settings.name,
        "name_en": str(settings.other.get("name_en") or ""),
        "sector": settings.sector,
        "province": settings.province,
        "language": settings.language,
        "budget": "" if budget is None else f"{Decimal(str(budget)) / 10_000:f}",
    }


def company_choices(say: Say) -> dict[str, Any]:
    """Return what the fields of the company are chosen from."""
    found = beginnings.choices(say)
    names = [(lang, Say(lang)("report.page.language-name")) for lang in LANGUAGES]
    return {"provinces": found["provinces"], "sectors": found["sectors"], "languages": names}


def save_company(
    workspace: Workspace, typed: Mapping[str, str], *, version: str, say: Say
) -> Changed | None:
    """Change the settings of the company; what is as before writes nothing.

    Parameters
    ----------
    workspace : Workspace
    typed : Mapping
        As `company_form`; the budget in ten thousand yuan.
    version : str
        Mark of the settings as the form showed them.
    say : Say

    Returns
    -------
    Changed or None
        None is done.

    Raises
    ------
    TanluError
        ``begin.name``, ``settings.budget``, ``settings.language``; ``app.sector-unknown``,
        ``app.province-unknown``.
    """
    now = company_form(workspace)
    if mark(now) != version:
        return Changed(now, mark(now))
    wanted = {key: typed.get(key, "").strip() for key in now}
    values = _checked(wanted)
    if wanted["name_en"] != now["name_en"]:
        statements.set_statement(workspace, "name_en", wanted["name_en"], say=say)
    for key in ("name", "sector", "province", "language"):
        if values[key] != now[key]:
            workspace.put_setting(key, values[key], at=clock.now(), actor=clock.actor())
    if wanted["budget"] != now["budget"]:
        workspace.put_setting("budget_cny", values["budget"], at=clock.now(), actor=clock.actor())
    return None


def _checked(wanted: Mapping[str, str]) -> dict[str, Any]:
    if not wanted["name"]:
        raise TanluError("begin.name")
    check_sector(wanted["sector"])
    if wanted["language"] not in LANGUAGES:
        raise TanluError("settings.language", found=wanted["language"])
    province = province_code(wanted["province"]) if wanted["province"] else ""
    return {**wanted, "province": province, "budget": _budget(wanted["budget"])}


def _budget(text: str) -> int | None:
    """Return the yearly budget [CNY] from ten thousands of it; None for no limit."""
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise TanluError("settings.budget", found=text) from None
    if not value.is_finite() or value < 0:
        raise TanluError("settings.budget", found=text)
    return int(value * 10_000)


def backup(desk: Desk) -> tuple[str, Path]:
    """Write a copy of the workspace to a temporary file; return its name and where it is.

    Raises
    ------
    TanluError
        ``app.no-workspace``.
    """
    head = desk.head().partition(":")[0]
    with tempfile.NamedTemporaryFile(prefix="tanlu-", suffix=".zip", delete=False) as out:
        path = Path(out.name)
        try:
            back_up(desk.folder, out)  # type: ignore[arg-type]  # a binary file
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return f"tanlu-{clock.today().isoformat()}-{head}.zip", path


@cache
def about() -> dict[str, Any]:
    """Return version, licence, and the libraries in use with theirs."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "licence": _licence(metadata.metadata("tanlu")),
        "bundled": list(_BUNDLED),
        "libraries": [_library(name) for name in _required()],
    }


def _required() -> list[str]:
    """Return the libraries this program asks for, less those of extras."""
    wanted = [one for one in metadata.requires("tanlu") or () if "extra ==" not in one]
    found = {match[0] for one in wanted if (match := _NAME.match(one))}
    return sorted(found, key=str.lower)


def _library(name: str) -> tuple[str, str, str]:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return name, "", ""
    return name, told["Version"], _licence(told)


def _licence(told: metadata.PackageMetadata) -> str:
    """Return the licence a library states: its expression, its classifiers, or its text's title."""
    if "License-Expression" in told:
        return told["License-Expression"]
    classified = [one for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    if classified:
        return ", ".join(one.rpartition(" :: ")[2] for one in classified)
    return told["License"].partition("\n")[0][:60] if "License" in told else ""
