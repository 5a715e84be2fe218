"""Tables are found by name and read by schema from any folder below the data root."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog import tables
from tanlu.catalog.folder import Tables
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "column,type,unit,required,allowed,meaning_zh,meaning_en\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "schema").mkdir()
    schema = HEAD + "id,text,,yes,,号,id\nvalue,decimal,,no,,值,value\n"
    for name in ("fruit", "leaf"):
        (tmp_path / "schema" / f"{name}.csv").write_text(schema, encoding="utf-8")
    (tmp_path / "a" / "fruit").mkdir(parents=True)
    (tmp_path / "a" / "fruit" / "north.csv").write_text("id,value\napple,1.50\n", encoding="utf-8")
    (tmp_path / "a" / "fruit" / "south.yaml").write_text(
        "- id: mango\n  value: 0.10\n- {id: papaya}\n", encoding="utf-8"
    )
    (tmp_path / "leaf.yaml").write_text("id: oak\nvalue: 3\n", encoding="utf-8")
    return tmp_path


def test_a_folder_of_files_is_one_table(root: Path) -> None:
    assert Tables(root).read("fruit") == (
        {"id": "apple", "value": Decimal("1.50")},
        {"id": "mango", "value": Decimal("0.10")},
        {"id": "papaya", "value": None},
    )


def test_one_mapping_is_one_row(root: Path) -> None:
    assert Tables(root).read("leaf") == ({"id": "oak", "value": Decimal(3)},)


def test_a_table_without_schema_is_named(root: Path) -> None:
    with pytest.raises(TanluError) as caught:
        Tables(root).read("root")

    assert caught.value.code == "catalog.no-table"


def test_a_faulty_table_does_not_read_and_says_where(root: Path) -> None:
    path = root / "a" / "fruit" / "north.csv"
    path.write_text("id,value\napple,dear\nbanana,cheap\n", encoding="utf-8")

    with pytest.raises(TanluError) as caught:
        Tables(root).read("fruit")

    assert caught.value.code == "catalog.bad-table"
    assert "a/fruit/north.csv:2 value" in caught.value.facts["faults"]
    assert "a/fruit/north.csv:3 value" in caught.value.facts["faults"]


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "id: [\n", "- id: a\n  id: b\n"])
def test_a_yaml_file_that_is_no_table_is_a_fault(root: Path, text: str) -> None:
    (root / "leaf.yaml").write_text(text, encoding="utf-8")

    assert any("leaf.yaml" in fault for fault in tables.validate_all(root))


def test_a_schema_without_file_is_a_fault(root: Path) -> None:
    (root / "leaf.yaml").unlink()

    assert any("leaf" in fault and "add one" in fault for fault in tables.validate_all(root))


def test_shipped_tables_are_read_once() -> None:
    assert tables.read("items") == tables.read("items")
    assert tables.shipped() is tables.shipped()
