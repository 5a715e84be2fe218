"""Sentences live in the catalogue, aliases in data: no Chinese in code or templates."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tanlu"
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def chinese_literals(file: Path) -> Iterator[int]:
    """Yield the lines of string literals written with Chinese; docstrings are prose."""
    source = file.read_text(encoding="utf-8")
    if not HAN.search(source):
        return
    tree = ast.parse(source)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, DOCUMENTED) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in prose and HAN.search(_written(source, node)):
            yield node.lineno


def _written(source: str, node: ast.AST) -> str:
    return ast.get_source_segment(source, node) or ""


def test_no_chinese_in_string_literals() -> None:
    faults = [
        f"{file.relative_to(SOURCE)}:{line}"
        for file in sorted(SOURCE.rglob("*.py"))
        for line in chinese_literals(file)
    ]

    assert faults == []


def test_no_chinese_in_templates_and_style() -> None:
    faults = [
        str(file.relative_to(SOURCE))
        for kind in ("*.j2", "*.css", "tanlu-charts.js")
        for file in sorted(SOURCE.rglob(kind))
        if HAN.search(file.read_text(encoding="utf-8"))
    ]

    assert faults == []
