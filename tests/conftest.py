"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared vectors and samples; skip loudly where there is none."""
    folder = Path(os.environ.get("TANLU_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"SKIPPED LOUDLY: no shared folder at {folder}; set TANLU_SHARED to run this")
    return folder
