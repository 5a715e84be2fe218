"""Machines become measures of the plan; a company's own figures replace the templates."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tanlu
from tanlu.app import plans, workspaces
from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = Path(str(resources.files("tanlu") / "data/demo/machinery/machinery-group-2024.xlsx"))
SITE = "徐州重型厂"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "ws"
    assert run("init", str(path), "--name", "样例", "--sector", "machinery").code == 0
    assert run("-w", str(path), "--json", "import", str(SAMPLE)).code == 0
    return path


@pytest.fixture(scope="module")
def call(folder: Path) -> Callable[..., dict[str, Any]]:
    return in_workspace(folder)


def test_the_list_is_read_from_the_workbook(call: Callable[..., dict[str, Any]]) -> None:
    listed = call("equipment", "list")["equipment"]

    assert len(listed) == 11
    motors = next(row for row in listed if row["id"] == "M-001")
    assert (motors["power_kw"], motors["count"], motors["grade"]) == (75, 126, "IE1")


def test_the_list_becomes_fifteen_measures_of_the_plan(
    call: Callable[..., dict[str, Any]], folder: Path
) -> None:
    """No saving was typed: shares and investments of the case are those of the machines."""
    taken: dict[str, list[dict[str, Any]]] = {}
    for row in call("equipment", "actions")["actions"]:
        if row["chosen"]:
            taken.setdefault(f"{row['measure']}@{row['site']}", []).append(row)
    measures = {row["id"]: row for row in _case(folder)["measures"]}

    assert len(taken) >= 15
    assert taken.keys() <= measures.keys()
    for name, rows in taken.items():
        assert measures[name]["capex"] == str(sum(row["capex"]["typical"] for row in rows))
        assert any(row["machine"] in measures[name]["source"] for row in rows)


def test_lamps_save_what_the_calculator_says(call: Callable[..., dict[str, Any]]) -> None:
    """2,600 lamps of 400 W become 150 W for 5,800 h: 2600 x 0.25 kW x 5800 h = 3,770 MWh."""
    (lamps,) = call("equipment", "actions", "L-001")["actions"]

    assert lamps["saved_kwh"] == 3_770_000
    assert lamps["chosen"]
    assert lamps["calculation"]["kind"] == "lighting-replacement"


def test_a_typed_machine_is_a_line_like_any_other(call: Callable[..., dict[str, Any]]) -> None:
    call("equipment", "add", "L-009", "--site", SITE, "--type", "照明", "--rating", "250W 金卤灯",
         "--count", "300", "--hours", "4000")  # fmt: skip

    lamps = call("equipment", "actions", "L-009")["actions"][0]
    assert lamps["saved_kwh"] == 120_000  # 300 x 0.1 kW x 4000 h


@pytest.mark.parametrize(("count", "code"), [("0", "NO_MACHINE"), ("-3", "NEGATIVE_QUANTITY")])
def test_no_machine_is_never_one(folder: Path, count: str, code: str) -> None:
    call = in_workspace(folder)
    told = call("equipment", "add", "L-010", "--site", SITE, "--type", "照明", "--rating",
                "250W 金卤灯", f"--count={count}", "--hours", "4000")  # fmt: skip

    (finding,) = (found for found in told["findings"] if found["code"] == code)
    assert finding["outcome"] == "quarantine"
    assert finding["facts"]["found"] == count
    assert "L-010" not in {row["id"] for row in call("equipment", "list")["equipment"]}


@pytest.mark.parametrize(
    ("rating", "power"), [("100 hp 4P", 74.57), ("50HP", 37.285), ("100HP (75kW)", 75)]
)
def test_a_rating_in_horsepower_is_read(folder: Path, rating: str, power: float) -> None:
    """550 ft lbf/s is 745.7 W; a power in kW beside it governs."""
    call = in_workspace(folder)
    call("equipment", "add", f"H{rating}", "--site", SITE, "--type", "电机", "--rating", rating,
         "--hours", "4000")  # fmt: skip

    listed = {row["id"]: row for row in call("equipment", "list")["equipment"]}
    assert listed[f"H{rating}"]["power_kw"] == power


def test_a_share_is_told_as_a_share(call: Callable[..., dict[str, Any]]) -> None:
    """Flow and head are nominal: the saving is a share of 55 kW x 6000 h x 0.65 x 24 / 0.93."""
    rows = call("equipment", "actions", "P-004")["actions"]

    for row in rows:
        told = row["calculation"]
        listed = 55 * 6000 * 0.65 * 24 / 0.93
        assert told["is_share"]
        assert told["listed_use_kwh"] == pytest.approx(listed)
        assert row["saved_kwh"] == pytest.approx(told["share"] * listed, rel=1e-6)
        assert row["baseline_kwh"] == pytest.approx(listed)
        assert not told["inputs"]["flow"]["given"]
        assert not told["inputs"]["head"]["given"]
        assert told["measure"] is None


def test_what_loses_money_or_excludes_another_is_offered(
    call: Callable[..., dict[str, Any]], folder: Path
) -> None:
    boiler = {row["action"]: row for row in call("equipment", "actions", "B-001")["actions"]}
    (old,) = call("equipment", "actions", "T-001")["actions"]
    (lamps,) = call("equipment", "actions", "L-001")["actions"]
    text = run("-w", str(folder), "--lang", "en", "equipment", "actions", "B-001").text

    assert {row["state"] for row in boiler.values()} == {"offered"}
    assert (old["state"], old["why"]) == ("offered", "交给规划选择")
    assert lamps["state"] == "chosen"
    electric = boiler["boiler_electric"]
    assert electric["carrier_to"] == "electricity"
    assert electric["added_kwh"] == pytest.approx(electric["saved_kwh"] * 0.88 / 0.98)
    assert lamps["added_kwh"] is None
    assert "Offered" in text
    assert "MWh/yr of" in text


def test_only_warnings_of_the_machines_asked_for_are_shown(
    call: Callable[..., dict[str, Any]],
) -> None:
    alone = call("equipment", "actions", "B-001")
    other = call("equipment", "actions", "L-001")

    assert [found["facts"]["machines"] for found in alone["findings"]] == ["B-001"]
    assert other["findings"] == []


@pytest.mark.parametrize(
    ("argv", "code", "near"),
    [
        (("actions", "M-404"), "equipment.unknown", "M-001"),
        (("actions", "B-001", "--site", SITE), "equipment.unknown", "B-001"),
        (("actions", "--site", "徐州"), "measures.site", SITE),
        (("list", "--site", "徐州"), "measures.site", SITE),
    ],
)
def test_an_unknown_machine_or_site_is_refused(
    folder: Path, argv: tuple[str, ...], code: str, near: str
) -> None:
    told = run("-w", str(folder), "--json", "equipment", *argv)

    assert told.code == 2
    assert told.body["code"] == code
    assert near in told.body["message"]


def test_an_own_measure_and_a_quote_reach_the_case(
    call: Callable[..., dict[str, Any]], folder: Path
) -> None:
    call("measures", "add", "store", "--site", SITE, "--saves", "120 MWh", "--capex", "800000",
         "--life", "10", "--reason", "车间提出")  # fmt: skip
    call("measures", "override", "x_led", "--site", SITE, "--capex", "700000",
         "--source", "报价 7", "--reason", "报价")  # fmt: skip
    own = call("measures", "own")

    assert [row["id"] for row in own["own"]] == ["store"]
    assert own["own"][0]["amount"] == "120000"
    assert own["overrides"][0]["evidence"] == "quoted"
    case = _case(folder)
    measures = {row["id"]: row for row in case["measures"]}
    assert measures[f"store@{SITE}"]["amount"] == "120000"
    assert measures[f"store@{SITE}"]["status"] == "typed"
    assert measures[f"x_led@{SITE}"]["capex"] == "700000"
    assert measures[f"x_led@{SITE}"]["status"] == "quoted"

    call("measures", "remove", "store", "--reason", "撤回")
    assert f"store@{SITE}" not in {row["id"] for row in _case(folder)["measures"]}


def test_python_users_hold_the_same_verbs(folder: Path) -> None:
    with tanlu.open(folder) as company:
        (lamps,) = company.equipment_actions(machine="L-001")["actions"]
        added = company.measures_add(
            "roof", site=SITE, saves="2 MWh", capex="9", life="10", reason="r"
        )
        quoted = company.measures_override(
            "x_led", site=SITE, capex="7", source="q", evidence="quoted", reason="r"
        )
        removed = [company.measures_remove(name, reason="r")["removed"]
                   for name in ("roof", f"x_led@{SITE}")]  # fmt: skip

        assert "L-001" in {row["id"] for row in company.equipment_list(site=lamps["site"])}
    assert lamps["saved_kwh"] == 3_770_000
    assert added["own"][0]["amount"] == "2000"
    assert quoted["overrides"][0]["capex"] == "7"
    assert removed == ["roof", f"x_led@{SITE}"]


def _case(folder: Path) -> dict[str, Any]:
    with workspaces.open_workspace(str(folder)) as workspace:
        return plans.prepare(workspace, options=plans.PlanOptions()).case


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("add", "x_led", "--site", SITE, "--saves", "1 MWh", "--capex", "1"), "measures.taken"),
        (("add", "a", "--site", "无", "--saves", "1 MWh", "--capex", "1"), "measures.site"),
        (("add", "a", "--site", SITE, "--saves", "1 t", "--capex", "1"), "measures.amount"),
        (("add", "a", "--site", SITE, "--saves", "1 MWh", "--capex", "-1"), "measures.field"),
        (("add", "a", "--site", SITE, "--saves", "1 MWh", "--capex", "1", "--evidence", "quoted"),
         "measures.field-missing"),
        (("add", "a", "--site", SITE, "--saves", "1 MWh", "--capex", "七十"), "measures.field"),
    ],
)  # fmt: skip
def test_a_wrong_measure_is_refused(folder: Path, argv: tuple[str, ...], code: str) -> None:
    told = run("-w", str(folder), "--json", "measures", *argv, "--life", "10", "--reason", "r")

    assert told.code == 2
    assert told.body["code"] == code


def test_a_measure_beyond_its_end_use_is_left_out_and_told(folder: Path) -> None:
    call = in_workspace(folder)
    call("measures", "add", "huge", "--site", SITE, "--saves", "500 GWh", "--capex", "70万元",
         "--life", "10", "--reason", "r")  # fmt: skip
    with workspaces.open_workspace(str(folder)) as workspace:
        prepared = plans.prepare(workspace, options=plans.PlanOptions())
    call("measures", "remove", "huge", "--reason", "r")

    assert f"huge@{SITE}" not in {row["id"] for row in prepared.case["measures"]}
    (told,) = [f for f in prepared.findings if f.code == "PLAN_MEASURE_TOO_LARGE"]
    assert told.facts["measure"] == "huge"


def test_an_override_needs_a_known_measure_and_a_figure(folder: Path) -> None:
    base = ("-w", str(folder), "--json", "measures", "override")
    unknown = run(*base, "x_lead", "--site", SITE, "--capex", "1", "--source", "q", "--reason", "r")
    empty = run(*base, "x_led", "--site", SITE, "--source", "q", "--reason", "r")

    assert unknown.body["code"] == "measures.unknown"
    assert "x_led" in unknown.body["message"]
    assert empty.body["code"] == "measures.nothing"


def test_a_plan_is_approved_only_without_templates(folder: Path) -> None:
    none = run("-w", str(folder), "--json", "approve", "--by", "张工", "--reason", "审定")

    assert none.body["code"] == "plan.none-stored"


def test_an_approval_needs_the_plan_of_today(
    call: Callable[..., dict[str, Any]], folder: Path
) -> None:
    """A plan is signed only for the figures it was solved with, and lapses when they change."""
    with workspaces.open_workspace(str(folder)) as workspace:
        basis = plans.prepare(workspace, options=plans.PlanOptions()).basis
        plan = {"status": "optimal", "adoptions": [], "templates": [], "basis": basis,
                "run": {"hash": "1" * 64}, "names": {}}  # fmt: skip
        plans.keep_plan(workspace, plan)

    signed = call("approve", "--by", "张工", "--reason", "审定")
    assert signed["approval"]["state"] == "approved"
    assert signed["approval"]["by"] == "张工"

    call("measures", "override", "x_led", "--site", SITE, "--capex", "710000", "--source", "报价 8",
         "--reason", "新报价")  # fmt: skip
    stale = run("-w", str(folder), "--json", "approve", "--by", "张工", "--reason", "审定")
    assert stale.code == 2
    assert stale.body["code"] == "plan.stale"


def test_the_catalogue_is_filtered_and_compared(call: Callable[..., dict[str, Any]]) -> None:
    lamps = call("measures", "list", "--end-use", "lighting")["measures"]
    motors = call("measures", "compare", "x_motor_ie4", "x_motor_ie5")["measures"]
    wrong = run("--json", "measures", "list", "--family", "effciency")

    assert [row["id"] for row in lamps if row["carrier"] == "electricity"]
    assert [row["id"] for row in motors] == ["x_motor_ie4", "x_motor_ie5"]
    assert wrong.body["code"] == "measures.filter"
    assert "efficiency" in wrong.body["message"]
