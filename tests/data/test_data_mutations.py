"""The validator can say no: each known mistake, planted in a copy, is reported at its place."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog import tables

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Mistake:
    """What is changed where, and what the fault must name."""

    file: str
    old: str
    new: str
    says: str


MISTAKES = {
    "a number that is none": Mistake("factors/fuel/cn24.csv", "43.33,", "43,33,", "cn24.csv"),
    "a source that does not exist": Mistake(
        "factors/gwp.csv", "ipcc-gwp100", "ipcc-gwp200", "'ipcc-gwp200' is not in sources.id"
    ),
    "a second-hand copy as locator": Mistake(
        "factors/grid_electricity/cn-mee-2023.csv", "Table 1", "secondary copy", "is no place"
    ),
    "a bare mark as locator": Mistake(
        "factors/grid_electricity/cn-mee-2023.csv", "Table 4", "V2", "'V2' is no place"
    ),
    "an item that does not exist": Mistake(
        "factors/fuel/cn24.csv", ",CN24,diesel,", ",CN24,dieel,", "'dieel' is not in items.id"
    ),
    "an id twice": Mistake("factors/gwp.csv", "\nN2O,", "\nCH4,", "ids are unique"),
    "ids out of order": Mistake(
        "items.csv", "\nacetylene,", "\nzacetylene,", "sort the rows by id"
    ),
    "a name in one language": Mistake("items.csv", ",Acetylene,", ",,", "name_en"),
    "a quality that is no choice": Mistake(
        "factors/fuel/cn24.csv", ",checked,", ",sure,", "'sure' is not a choice"
    ),
    "carbon above physics": Mistake(
        "factors/fuel/cn24.csv", "43.33,0.0202", "43.33,0.0252", "carbon share"
    ),
    "LNG with the carbon of LPG": Mistake(
        "factors/fuel/cn24.csv", "41.868,0.0153", "51.498,0.0172", "carbon share 0.886"
    ),
    "electricity without document": Mistake(
        "factors/grid_electricity/tw-moea.csv",
        "average,經濟部能源署 114年度電力排碳係數,",
        "average,,",
        "document_no",
    ),
    "two factors for one item": Mistake(
        "factors/emission_factor/cn-heat.csv",
        "CN-HEAT:heat,1,CN-HEAT,heat,country,CN,main,,,,MJ,CO2:0.11",
        "CN-HEAT:heat,1,CN-HEAT,heat,country,CN,main,,,,MJ,CO2:0.12,,,cn-guides-2013-2015,annex,"
        "checked,,\nCN-HEAT:heatx,1,CN-HEAT,heat,country,CN,main,,,,MJ,CO2:0.11",
        "overlaps",
    ),
    "a blend that does not add up": Mistake(
        "factors/gwp_blend.csv", "HFC32:0.5;HFC125:0.5", "HFC32:0.5;HFC125:0.4", "adds up to 0.9"
    ),
    "a column nobody knows": Mistake("country.csv", "id,name_zh", "id,naam,name_zh", "naam"),
    "Windows line ends": Mistake("country.csv", "\n", "\r\n", "LF alone"),
    "an empty required cell": Mistake("country.csv", "CN,全国", "CN,", "is required"),
    "a YAML key twice": Mistake(
        "sources.yaml", "  year: 2019\n", "  year: 2019\n  year: 2020\n", "appears twice"
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy") / "data"
    shutil.copytree(tables.shipped().root, root)
    return root


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found(copy: Path, name: str) -> None:
    mistake = MISTAKES[name]
    path = copy / mistake.file
    before = path.read_bytes()
    text = before.decode("utf-8")
    assert mistake.old in text, "the mistake no longer applies: choose another row"

    path.write_bytes(text.replace(mistake.old, mistake.new).encode("utf-8"))
    try:
        faults = tables.validate_all(copy)
    finally:
        path.write_bytes(before)

    assert any(mistake.says in fault for fault in faults), faults[:5]


def test_the_unchanged_copy_is_without_fault(copy: Path) -> None:
    assert tables.validate_all(copy) == []


def test_all_mistakes_are_reported_in_one_run(copy: Path) -> None:
    chosen = [MISTAKES["a number that is none"], MISTAKES["a blend that does not add up"]]
    kept = {mistake.file: (copy / mistake.file).read_bytes() for mistake in chosen}
    for mistake in chosen:
        path = copy / mistake.file
        path.write_bytes(path.read_bytes().replace(mistake.old.encode(), mistake.new.encode()))
    try:
        faults = tables.validate_all(copy)
    finally:
        for file, content in kept.items():
            (copy / file).write_bytes(content)

    assert all(any(mistake.says in fault for fault in faults) for mistake in chosen)


def test_a_fault_names_file_line_and_column(copy: Path) -> None:
    path = copy / "factors" / "gwp.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"ipcc-gwp100", b"nowhere", 1))
    try:
        (fault,) = tables.validate_all(copy)
    finally:
        path.write_bytes(before)

    assert fault.startswith("factors/gwp.csv:2 source: ")


def test_a_schema_of_its_own_shape_is_refused(copy: Path) -> None:
    path = copy / "schema" / "country.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"id,text", b"id,texxt"))
    try:
        faults = tables.validate_all(copy)
    finally:
        path.write_bytes(before)

    assert any("schema/country.csv" in fault and "texxt" in fault for fault in faults)
