"""Project factors: checked, kept as an event, used before published ones, told in reports."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tanlu.app import demo, reports
from tanlu.app.explanations import explain_figure
from tanlu.app.factor_effects import effect_of, effect_without
from tanlu.app.inventories import InventoryOptions, take_inventory
from tanlu.app.own_factors import Draft, factors_body, override_factor, remove_factor
from tanlu.app.payloads import factors_used
from tanlu.app.workspaces import open_workspace
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from tanlu.storage import Workspace

SAY = Say("en")
GAS = Draft(
    "natural_gas", value="2.0", unit="Nm3", gas="CO2", source="Analysis 2024-7", reason="own gas"
)
_QUICK = InventoryOptions(with_uncertainty=False)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("factors") / "workspace"
    demo.build_company("machinery", folder, say=SAY, progress=lambda _code: None)
    return folder


@pytest.fixture
def workspace(company: Path, tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(shutil.copytree(company, tmp_path / "own")) as opened:
        yield opened


def total(workspace: Workspace, year: int = 2024) -> Decimal:
    found = take_inventory(workspace, year, options=_QUICK).inventory.total.market.t
    assert found is not None
    return found


def test_the_effect_told_before_is_the_change_after_and_goes_back(workspace: Workspace) -> None:
    before = total(workspace)
    told = {one["year"]: one for one in effect_of(workspace, GAS)}

    assert total(workspace) == before
    override_factor(workspace, GAS, say=SAY)
    after = total(workspace)

    assert float(after - before) == pytest.approx(told[2024]["market"]["delta_t"])
    assert after != before
    back = {one["year"]: one for one in effect_without(workspace, GAS.name)}
    assert back[2024]["market"]["after_t"] == float(before)
    remove_factor(workspace, GAS.name, reason="published again", say=SAY)
    assert total(workspace) == before


def test_rows_that_would_use_it_are_counted_as_they_then_do(workspace: Workspace) -> None:
    (told,) = [one for one in effect_of(workspace, GAS) if one["year"] == 2024]
    override_factor(workspace, GAS, say=SAY)

    body = explain_figure(workspace, "inv/2024/scope1/item=natural_gas", limit=999, say=SAY)

    users = [row for row in body["rows"] if row["factor"]["id"].startswith("PROJECT:natural_gas")]
    assert told["rows"] == len(users) == body["n_rows"]
    assert body["closes"]
    assert users[0]["factor"]["source"] == "Analysis 2024-7"
    assert {other["reason"] for other in users[0]["factor"]["others"]} >= {"set-not-in-profile"}


def test_a_site_alone_and_a_year_alone_leave_the_rest_as_it_was(workspace: Workspace) -> None:
    site = workspace.sites()[0].id
    plain = {year: total(workspace, year) for year in (2023, 2024)}

    override_factor(workspace, replace(GAS, site=site, first_year="2024"), say=SAY)

    body = explain_figure(workspace, "inv/2024/scope1/item=natural_gas", limit=999, say=SAY)
    own = {row["site"] for row in body["rows"] if row["factor"]["id"].startswith("PROJECT")}
    assert own == {site}
    assert total(workspace, 2023) == plain[2023]
    assert total(workspace, 2024) != plain[2024]


def test_an_own_value_of_a_site_comes_before_the_companys(workspace: Workspace) -> None:
    site = workspace.sites()[0].id
    override_factor(workspace, GAS, say=SAY)
    override_factor(workspace, replace(GAS, site=site, value="1.9"), say=SAY)

    body = explain_figure(workspace, "inv/2024/scope1/item=natural_gas", limit=999, say=SAY)

    values = {(row["site"] == site, row["factor"]["value"]) for row in body["rows"]}
    assert values == {(True, "1.9"), (False, "2")}


def test_market_based_power_and_goods_take_a_project_factor_too(workspace: Workspace) -> None:
    power = Draft("electricity", stream="market", value="0.5", unit="kWh", gas="CO2", source="s",
                  reason="r")  # fmt: skip
    steel = Draft("hot_rolled_plate", value="1.5", unit="kg", source="EPD", reason="r")

    (bought,) = [one for one in effect_of(workspace, power) if one["year"] == 2024]
    (plate,) = [one for one in effect_of(workspace, steel) if one["year"] == 2024]

    assert bought["market"]["delta_t"] < 0
    assert bought["location"]["delta_t"] == 0
    assert plate["rows"] >= 1
    assert plate["market"]["delta_t"] < 0


def test_an_edition_is_adopted_with_its_value_and_document(workspace: Workspace) -> None:
    adopted = Draft("electricity", adopt="CN-GRID:CN:average:2022", reason="as the year before")
    override_factor(workspace, adopted, say=SAY)

    used = {body["id"]: body for body in factors_used(take_inventory(workspace, 2024))}

    own = next(body for name, body in used.items() if name.startswith("PROJECT:electricity"))
    assert own["value"] == "0.5366"
    assert own["quality"] == "user"
    assert own["document"]


def test_it_is_an_event_with_reason_and_a_report_says_whose_it_is(workspace: Workspace) -> None:
    override_factor(workspace, GAS, say=SAY)

    event = workspace.events()[-1]
    payload = reports.report_payload(workspace, 2024, taken=take_inventory(workspace, 2024))

    assert (event.subject, event.reason) == ("factors_own", "own gas")
    own = [body for body in payload["factors"] if body.get("quality") == "user"]
    assert own
    assert factors_body(workspace, say=SAY)["factors"][0]["source"] == "Analysis 2024-7"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item": "natural_gaz"}, "factors.own-item"),
        ({"site": "nowhere"}, "factors.own-site"),
        ({"stream": "market"}, "factors.own-stream"),
        ({"value": "two"}, "factors.own-value"),
        ({"value": "-1"}, "factors.own-value"),
        ({"gas": "CO3"}, "factors.own-value"),
        ({"unit": "kWn"}, "factors.own-unit"),
        ({"unit": "tkm"}, "factors.own-unit"),
        ({"adopt": "CN24:diesel"}, "factors.own-adopt"),
        ({"source": " "}, "factors.own-missing"),
        ({"reason": ""}, "factors.own-missing"),
        ({"first_year": "24"}, "factors.own-years"),
        ({"first_year": "2025", "last_year": "2024"}, "factors.own-years"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    workspace: Workspace, change: dict[str, str], code: str
) -> None:
    head = workspace.head()

    with pytest.raises(TanluError) as refused:
        override_factor(workspace, replace(GAS, **change), say=SAY)

    assert refused.value.code == code
    assert workspace.head() == head
    assert code not in SAY.error(refused.value)
