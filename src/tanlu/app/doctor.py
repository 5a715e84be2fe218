"""Look whether this machine can do everything: data, engines, solver, charts, write access."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def examine(named: str | Path = "") -> dict[str, Any]:
    """Run each check and say what it found.

    Parameters
    ----------
    named : str or Path
        Workspace to look at as well; empty looks at none.
    """
    checks: dict[str, Callable[[], str]] = {
        "data": _data,
        "duckdb": _duckdb,
        "polars": _polars,
        "solver": _solver,
        "charts": _charts,
        "write": _write_access,
    }
    if named:
        checks["workspace"] = lambda: _workspace(named)
    return {"checks": [_run(name, check) for name, check in checks.items()]}


def _run(name: str, check: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"check": name, "passed": True, "found": check()}
    except Exception as error:  # a check that fails is its result
        return {"check": name, "passed": False, "found": f"{type(error).__name__}: {error}"}


def _data() -> str:
    from tanlu.catalog import tables

    faults = tables.validate_all()
    if faults:
        raise RuntimeError(faults[0])
    return f"{len(tables.read('items'))} items"


def _engine(name: str) -> str:
    from importlib.metadata import version

    from tanlu.compute.frames import Limits, open_engine

    with open_engine(name, Limits()):
        return version(name)


def _duckdb() -> str:
    return _engine("duckdb")


def _polars() -> str:
    return _engine("polars")


def _solver() -> str:
    from importlib.metadata import version

    from tanlu.roadmap import solve

    return f"HiGHS {version('highspy')} ({solve.__name__})"


def _charts() -> str:
    from tanlu.render import svg

    drawn = svg.draw({"series": []}, width=100, height=100)
    return f"{len(drawn)} bytes"


def _write_access() -> str:
    with tempfile.NamedTemporaryFile(dir=Path.cwd(), prefix=".tanlu-", delete=True):
        return str(Path.cwd())


def _workspace(named: str | Path) -> str:
    from tanlu.app.workspaces import open_workspace

    with open_workspace(named) as workspace:
        return workspace.head()
