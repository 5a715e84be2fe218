"""The few shipped tables that writing a workbook needs, as plain text rows."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources


@cache
def rows(name: str, folder: str = "ingest") -> tuple[dict[str, str], ...]:
    """Return the rows of ``data/<folder>/<name>.csv``, every cell as text."""
    path = resources.files("tanlu") / "data" / folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    return tuple(dict(row) for row in csv.DictReader(io.StringIO(text)))


def limits() -> dict[str, int]:
    """Return the limits of an import by id."""
    return {row["id"]: int(row["value"]) for row in rows("ingest_limit")}


def header_words() -> frozenset[str]:
    """Return every spelling of every header."""
    return frozenset(row["text"] for row in rows("header_alias"))
