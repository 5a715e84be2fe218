"""The syntax tree of the engine's text holds only verbs that mean the same on every engine."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import tanlu.compute

FOLDER = Path(str(tanlu.compute.__file__)).parent
NEUTRAL = ("stage1", "stage2")
EXPRESSIONS = {
    "agg",
    "alias",
    "cast",
    "coalesce",
    "col",
    "collect_schema",
    "count",
    "filter",
    "floor",
    "group_by",
    "is_null",
    "join",
    "len",
    "lit",
    "otherwise",
    "select",
    "sum",
    "then",
    "when",
    "with_columns",
}
TYPES = {"Decimal", "Float64", "Int64", "String"}
PLAIN = {"items", "index", "of", "table", "fromkeys", "value", "numbers"}
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.BitAnd, ast.BitOr)


def tree_of(module: str) -> ast.Module:
    return ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", NEUTRAL)
def test_only_the_agreed_verbs_are_called(module: str) -> None:
    called = {
        node.func.attr
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert called <= EXPRESSIONS | TYPES | PLAIN


@pytest.mark.parametrize("module", NEUTRAL)
def test_there_is_no_division_and_no_other_arithmetic(module: str) -> None:
    operators = {type(node.op) for node in ast.walk(tree_of(module)) if isinstance(node, ast.BinOp)}

    assert operators <= set(ARITHMETIC)


@pytest.mark.parametrize("module", NEUTRAL)
def test_every_join_is_a_left_join(module: str) -> None:
    joins = [
        node
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
    ]

    assert joins
    for call in joins:
        how = {word.arg: word.value for word in call.keywords}["how"]
        assert isinstance(how, ast.Constant)
        assert how.value == "left"


def test_the_half_is_a_decimal() -> None:
    floats = [
        node.value
        for node in ast.walk(tree_of("stage2"))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]

    assert floats == []


def test_an_engine_is_named_in_its_own_module_only() -> None:
    for path in FOLDER.glob("*.py"):
        names = {
            alias.name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        engines = names & {"duckdb", "polars", "pyspark"}
        assert engines <= {path.stem.removesuffix("_engine")}


def test_the_guard_reads_the_modules_that_run() -> None:
    for module in NEUTRAL:
        loaded = importlib.import_module(f"tanlu.compute.{module}")
        assert Path(str(loaded.__file__)) == FOLDER / f"{module}.py"
