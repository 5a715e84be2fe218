"""Every shipped table, read whole: all faults at once."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tanlu.catalog import tables

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def test_all_tables_are_without_fault() -> None:
    faults = tables.validate_all()

    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


@pytest.mark.parametrize("name", tables.shipped().names)
def test_a_table_reads_and_has_rows(name: str) -> None:
    rows = tables.read(name)

    assert bool(rows) != name.startswith("record_"), "record tables only lay down their fields"


def test_every_data_file_belongs_to_a_schema() -> None:
    shipped = tables.shipped()
    known = {path for name in shipped.names for path in shipped.files(name)}
    loose = [
        path.relative_to(shipped.root).as_posix()
        for path in shipped.root.rglob("*")
        if path.suffix == ".csv"
        and path.relative_to(shipped.root).parts[0] != "schema"
        and path not in known
    ]

    assert not loose, f"no schema for {loose}; add schema/<table>.csv"


@pytest.mark.parametrize(("made", "name"), [("page", "data.md"), ("items_page", "items.md")])
def test_a_reference_page_is_current(made: str, name: str) -> None:
    text = getattr(_tool("make_data_reference"), made)(tables.shipped())
    page = ROOT / "docs" / "reference" / name

    assert page.read_text(encoding="utf-8") == text, "run python tools/make_data_reference.py"


def test_messages_of_the_catalogue_are_whole() -> None:
    path = tables.shipped().root / "messages" / "catalog.yaml"
    for code, words in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        assert set(words) == {"zh", "en", "advice_zh", "advice_en"}, code
        assert ("{table}" in words["zh"]) == ("{table}" in words["en"]), code


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_scenario_has_a_discount_rate() -> None:
    rows = tables.read("scenario_path")

    scenarios = {row["scenario"] for row in rows}
    assert "base" in scenarios
    assert {row["scenario"] for row in rows if row["series"] == "discount_rate"} == scenarios
