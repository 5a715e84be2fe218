"""Published cases through the calculators' own JSON: units in, calculation, units out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say

HERE = Path(__file__).parent
SHARED = HERE.parents[3] / "shared" / "vectors" / "engineering"
CASES: dict[str, dict[str, Any]] = {
    name: case
    for path in sorted((HERE / "vectors").glob("*.yaml"))
    for name, case in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items()
}


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not SHARED.is_dir():
        pytest.skip("SKIPPED LOUDLY: no published engineering cases beside the repository")
    return {
        vector["id"]: vector
        for path in sorted(SHARED.glob("*.json"))
        for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]
    }


def test_every_published_case_is_run(published: dict[str, Any]) -> None:
    assert CASES.keys() == published.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_published_case(name: str, published: dict[str, Any], tmp_path: Path) -> None:
    """The inputs as printed, the outputs asked for in the printed units.

    A case of ours may rename (`inputs`, `outputs`: theirs to ours), leave out (`without`: what
    the calculator holds itself), correct a unit's remark (`units`), add (`given`) and undo a
    factor that the notes of the case name as the source's own slip (`slip`).
    """
    case, vector = CASES[name], published[name]
    units = case.get("units", {})
    renamed, without = case.get("inputs", {}), case.get("without", ())
    given = {
        renamed.get(key, key): told | ({"unit": units[key]} if key in units else {})
        for key, told in vector["inputs"].items()
        if key not in without
    } | case.get("given", {})
    outputs = {key: case.get("outputs", {}).get(key, key) for key in vector["expected"]}
    wanted = {
        outputs[key]: units.get(key, told["unit"]) for key, told in vector["expected"].items()
    }
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"inputs": given, "output_units": wanted}), encoding="utf-8")

    found = calculation_body(case["kind"], path, say=Say("en"))["outputs"]

    for key, told in vector["expected"].items():
        value, slip = found[outputs[key]]["value"], case.get("slip", {}).get(key)
        close(value / slip if slip else value, told["value"], told["tolerance"], f"{name} {key}")


def close(found: Any, wanted: Any, tolerance: dict[str, float], where: str) -> None:
    """Compare a value or a list with the printed one, by the case's own tolerance."""
    if isinstance(wanted, list):
        assert len(found) == len(wanted), where
        for left, right in zip(found, wanted, strict=True):
            close(left, right, tolerance, where)
        return
    if isinstance(wanted, str):
        assert found == wanted, where
        return
    allowed = max(tolerance.get("abs", 0.0), tolerance.get("rel", 0.0) * abs(wanted))
    assert abs(found - wanted) <= allowed, f"{where}: {found} is not {wanted} within {allowed}"
