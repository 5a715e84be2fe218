"""The invented machinery company and its report tree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from tanlu.report.build import build

if TYPE_CHECKING:
    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

PAYLOAD = Path(__file__).parent / "fixtures" / "machinery_payload.json"


@pytest.fixture
def payload() -> dict[str, Any]:
    """Return a fresh payload that a test may change."""
    return cast("dict[str, Any]", json.loads(PAYLOAD.read_text(encoding="utf-8")))


@pytest.fixture
def report(payload: dict[str, Any]) -> Report:
    """Return the full report of the payload."""
    return build(cast("ReportPayload", payload))
