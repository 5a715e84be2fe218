"""YAML and JSON of users, read so that no text can harm or be misread."""

from __future__ import annotations

from typing import Any


def load_yaml(data: bytes, name: str = "") -> Any:
    """Read YAML: no tags, few aliases, no duplicate keys, decimals exact, dates as text."""
    raise NotImplementedError


def load_json(data: bytes, name: str = "", *, max_depth: int = 64) -> Any:
    """Read JSON: limited depth, no duplicate keys, no NaN, no lone surrogates, exact decimals."""
    raise NotImplementedError
