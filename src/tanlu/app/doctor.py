"""Look whether this machine can do everything: data, engines, solver, charts, documents, files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.i18n.say import Say


def examine(named: str | Path = "", *, say: Say) -> dict[str, Any]:
    """Run each check and say what it found, and what to do where it failed.

    Parameters
    ----------
    named : str or Path
        Workspace to look at as well; empty looks at none.
    say : Say
        Language of what was found.
    """
    checks: dict[str, Callable[[Say], str]] = {
        "data": _data,
        "duckdb": lambda _: _engine("duckdb"),
        "polars": lambda _: _engine("polars"),
        "solver": _solver,
        "charts": _charts,
        "documents": _documents,
        "write": _write_access,
    }
    if named:
        checks["workspace"] = lambda say: _workspace(named, say)
    return {"checks": [_run(name, check, say) for name, check in checks.items()]}


def _run(name: str, check: Callable[[Say], str], say: Say) -> dict[str, Any]:
    try:
        return {"check": name, "passed": True, "found": check(say)}
    except TanluError as error:
        return {"check": name, "passed": False, "found": say.error(error)}
    except Exception as error:  # a check that fails is its result
        code = f"doctor.failed.{name}"
        fault = f"{type(error).__name__}: {error}"
        told = say.sentences(code if say.knows(code) else "doctor.failed", {"found": fault})
        return {"check": name, "passed": False, "found": told}


def _data(say: Say) -> str:
    from tanlu.catalog import tables

    faults = tables.validate_all()
    if faults:
        raise TanluError("doctor.data", count=len(faults), found=faults[0])
    return say("doctor.items", count=say.count(len(tables.read("items"))))


def _engine(name: str) -> str:
    from importlib.metadata import version

    from tanlu.compute.frames import Limits, open_engine

    with open_engine(name, Limits()):
        return version(name)


def _solver(_: Say) -> str:
    from importlib.metadata import version

    from tanlu.roadmap import solve

    return f"HiGHS {version('highspy')} ({solve.__name__})"


def _charts(say: Say) -> str:
    from tanlu.render import svg

    drawn = svg.draw({"series": []}, width=100, height=100)
    return say("doctor.chart", count=say.count(len(drawn)))


def _documents(say: Say) -> str:
    from tanlu.render.documents import pdf

    families = pdf.families()
    if families != [pdf.FAMILY]:
        raise TanluError("doctor.font", found=", ".join(families), expected=pdf.FAMILY)
    return say("doctor.documents", family=pdf.FAMILY)


def _write_access(_: Say) -> str:
    with tempfile.NamedTemporaryFile(dir=Path.cwd(), prefix=".tanlu-", delete=True):
        return str(Path.cwd())


def _workspace(named: str | Path, say: Say) -> str:
    from tanlu.app.workspaces import open_workspace

    with open_workspace(named) as workspace:
        return say("doctor.workspace", head=workspace.head())
