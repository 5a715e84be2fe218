"""The import rules refuse what they must: bad imports are planted in a copy of the tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTS = {
    "the domain imports an adapter": (
        "Imports point down",
        {"inventory/planted.py": "import tanlu.storage\n"},
    ),
    "the domain does I/O": (
        "The domain does no I/O and knows no framework",
        {"factors/planted.py": "import sqlite3\n"},
    ),
    "app goes past the door to the solver": (
        "One door to the solver",
        {"app/planted.py": "import highspy\n"},
    ),
    "app goes past the door to the database": (
        "One door to the database",
        {"app/planted.py": "import sqlalchemy\n"},
    ),
    "another calculator goes past the door to pvlib": (
        "One door to pvlib",
        {"measures/planted.py": "import pvlib\n"},
    ),
    "adapters import each other": (
        "Imports point down",
        {"storage/planted.py": "import tanlu.compute\n"},
    ),
    "a new folder has no place": (
        "Imports point down",
        {"planted/__init__.py": '"""Planted."""\n'},
    ),
    "a cycle": (
        "No cycles, at any depth",
        {
            "kernel/planted_a.py": "import tanlu.kernel.planted_b\n",
            "kernel/planted_b.py": "import tanlu.kernel.planted_a\n",
        },
    ),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "assets", "data", "*.pyc")
    shutil.copytree(ROOT / "src/tanlu", tmp_path / "src/tanlu", ignore=ignored)
    return tmp_path


def test_the_tree_as_it_is_keeps_the_rules(tree: Path) -> None:
    result = lint(tree)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "files"), PLANTS.values(), ids=PLANTS.keys())
def test_a_planted_import_is_refused(tree: Path, contract: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = tree / "src/tanlu" / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")

    result = lint(tree)

    assert result.returncode == 1, result.stdout + result.stderr
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert f"{contract} BROKEN" in broken, result.stdout
