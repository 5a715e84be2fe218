"""Tanlu 碳路: from a manufacturer's spreadsheets to an inventory and a least-cost roadmap.

`open` and `create` give a `Company`, whose verbs are those of the command line; what is refused
raises `TanluError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu._version import __version__
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.app.company import Company

__all__ = ["TanluError", "__version__", "create", "open"]


def open(folder: str | Path, *, lang: str = "") -> Company:
    """Open a workspace folder; see `tanlu.app.company.Company`."""
    from tanlu.app.company import open_company

    return open_company(folder, lang=lang)


def create(folder: str | Path, *, name: str, lang: str = "zh", **options: Any) -> Company:
    """Make a workspace folder and open it."""
    from tanlu.app.company import create_company

    return create_company(folder, name=name, lang=lang, **options)
