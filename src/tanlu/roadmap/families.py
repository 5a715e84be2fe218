"""The register of constraint families; each file of `constraints` adds one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tanlu.roadmap.builder import Block
    from tanlu.roadmap.layout import Layout

    Rows = Callable[[Layout], Iterable[Block]]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of constraint.

    Parameters
    ----------
    name : str
        File name and prefix of its blocks.
    reason : str
        Code of the sentence when it is why a measure waits; empty when it never is.
    soft : bool
        May be relaxed to say by how much a plan is infeasible.
    unit : str
        Unit of its right side inside the matrix.
    rows : Rows
        The pure function.
    """

    name: str
    reason: str
    soft: bool
    unit: str
    rows: Rows


FAMILIES: dict[str, Family] = {}
TARGET_FAMILIES = frozenset(
    {
        "cap",
        "cumulative",
        "intensity",
        "energy_intensity",
        "renewable_share",
        "peak",
        "neutrality",
        "equity",
    }
)


def family(
    name: str, *, reason: str = "", soft: bool = False, unit: str = ""
) -> Callable[[Rows], Rows]:
    """Register a function as the rows of a family."""

    def register(rows: Rows) -> Rows:
        FAMILIES[name] = Family(name, reason, soft, unit, rows)
        return rows

    return register
