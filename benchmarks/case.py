"""What a benchmark case is, and the register that every case enters itself into."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure to reach.

    Parameters
    ----------
    name : str
        What it says.
    metric : str
        ``cpu_s``, ``peak_mb``, or a key of what the variant returns.
    of, to : str
        Variants; empty `to` compares with the bare number.
    at_most : float
        Largest allowed value of metric(of), or of metric(of) / metric(to).
    rows : int
        Size at which it holds.
    """

    name: str
    metric: str
    of: str
    at_most: float
    rows: int
    to: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Variants of one piece of work, and the bars between them.

    Parameters
    ----------
    name : str
        Name of the case.
    prepare : Callable
        Makes the input of one size inside a folder.
    variants : Mapping[str, str]
        ``module:function`` in `benchmarks.variants`. Each takes the folder of the input and a
        folder of its own, and returns a value that tells whether two did the same work.
    agree : tuple of tuple of str
        Groups of variants that must return the same value.
    sizes : tuple of int
        Rows.
    bars : tuple of Bar
        Figures to reach.
    unit : str
        What a size counts.
    """

    name: str
    prepare: Callable[[Path, int], None]
    variants: Mapping[str, str]
    agree: tuple[tuple[str, ...], ...] = ()
    sizes: tuple[int, ...] = (100_000, 1_000_000, 10_000_000)
    bars: tuple[Bar, ...] = field(default=())
    unit: str = "rows"


GROUPS = ("engine", "roadmap", "import", "render", "serve")
CASES: dict[str, Case] = {}


def register(case: Case) -> Case:
    """Enter a case into the register."""
    CASES[case.name] = case
    return case


def load_all() -> dict[str, Case]:
    """Import every module of this package that holds cases, and return the register."""
    package = importlib.import_module("benchmarks")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.split("_")[0] in GROUPS:
            importlib.import_module(f"benchmarks.{module.name}")
    return CASES
