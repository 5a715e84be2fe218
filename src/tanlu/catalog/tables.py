"""The tables that ship with the package: read one, or say everything that is wrong with all.

What a table means is not known here; the domain values are made in `catalog.load`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from tanlu.catalog.folder import Tables


@cache
def shipped() -> Tables:
    """Return the tables that ship with the package."""
    return Tables(Path(str(resources.files("tanlu") / "data")))


def read(name: str) -> tuple[dict[str, Any], ...]:
    """Return the typed rows of a shipped table; see `Tables.read`."""
    return shipped().read(name)


def validate_all(root: Path | None = None) -> list[str]:
    """Check every table below a data folder and return all faults at once.

    Parameters
    ----------
    root : Path, optional
        The data folder; the shipped one by default.

    Returns
    -------
    list of str
        ``file:line column: what is wrong; what would be right``, empty when all is well.
    """
    from tanlu.catalog.checks import check_all  # noqa: PLC0415 - not needed at start-up

    return [str(fault) for fault in check_all(Tables(root) if root else shipped())]
