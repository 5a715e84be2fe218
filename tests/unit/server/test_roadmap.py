"""The roadmap in the browser: the stored plan, its sliders, own decisions, no plan at all."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app import what_if_board
from tanlu.app.desk import Desk
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.server.application import build
from tanlu.server.door import Door
from tests.unit.server.conftest import browser
from tests.unit.server.test_jobs import bearer, ended
from tests.unit.server.test_review import token_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

    Serve = Callable[..., TestClient]


@pytest.fixture(scope="module")
def client(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve a copy of the company whose plan was solved."""
    folder = shutil.copytree(company, tmp_path_factory.mktemp("planned") / "workspace")
    desk = Desk(folder)
    found = browser(build(desk, Door()))
    job = found.post("/api/plan", json={"gap": 0.05}, headers=bearer(found)).json()["id"]
    assert ended(found, job)["state"] == "done"
    yield found
    desk.close()


def ask(client: TestClient, path: str, **form: Any) -> Any:
    page = client.get("/roadmap?lang=en").text
    headers = {"HX-Request": "true"}
    return client.post(
        f"{path}?lang=en", data={"csrf": token_in(page), "tab": "t", **form}, headers=headers
    )


def money(text: str) -> str:
    found = re.search('<span class="value">(CNY [^<]+)</span>', text)
    assert found
    return found[1]


def test_without_a_plan_the_page_says_how_to_get_one(served: Serve, company: Path) -> None:
    page = served(company).get("/roadmap?lang=en").text

    assert "There is no roadmap yet" in page
    assert 'action="/roadmap/solve' in page


def test_the_plan_is_shown_with_five_sliders_as_planned(client: TestClient) -> None:
    page = client.get("/roadmap?lang=en").text

    assert page.count("data-slider") == 5
    assert page.count(">as planned</output>") == 5
    assert page.count("data-chart") >= 4


def test_an_estimate_and_the_plan_anew_answer_a_carbon_price(client: TestClient) -> None:
    estimate = ask(client, "/roadmap/estimate", carbon_price="200")
    plan = ask(client, "/roadmap/what-if", carbon_price="200")

    assert (estimate.status_code, plan.status_code) == (200, 200)
    assert "fast estimate" in estimate.text
    assert "differences from the plan" not in estimate.text
    assert "differences from the plan" in plan.text
    assert "CNY 200/t" in plan.text
    assert "more than the plan" in plan.text
    assert "<html" not in plan.text


def test_a_measure_can_be_banned_and_the_address_keeps_it(client: TestClient) -> None:
    page = client.get("/roadmap?lang=en").text
    offer = re.findall('<option value="([^"]+@[^"]+)"', page)[0]

    answer = client.get(
        "/roadmap/decide", params={"lang": "en", "offer": offer, "carbon_price": "150"}
    )
    solved = ask(client, "/roadmap/what-if", ban=offer)

    assert answer.url.params.get_list("ban") == [offer]
    assert answer.url.params["carbon_price"] == "150"
    assert ": never" in answer.text
    assert "data-at-once" in answer.text
    assert solved.status_code == 200


@pytest.mark.parametrize("price", ["much", "1e999", "NaN", "<img src=x onerror=alert(1)>"])
def test_what_is_no_number_is_told_in_place(client: TestClient, price: str) -> None:
    answer = ask(client, "/roadmap/estimate", carbon_price=price)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<img" not in answer.text


def test_a_lock_of_something_else_is_told_in_place(client: TestClient) -> None:
    answer = ask(client, "/roadmap/what-if", lock="nothing@nowhere=2027")

    assert answer.status_code == 422
    assert "nothing" in answer.text


def test_a_slider_left_alone_changes_nothing() -> None:
    at_rest = {
        row["id"]: str(row["value"])
        for row in what_if_board.sliders(what_if_board.read_change({}, (), ()), say=Say("en"))
    }

    assert what_if_board.read_change(at_rest, (), ()).knobs == {}
    with pytest.raises(TanluError, match=r"plan\.change"):
        what_if_board.read_change({"budget": "all"}, (), ())
