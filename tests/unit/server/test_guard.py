"""The door of every request: host, origin, size, token, headers, languages, errors in one shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from tanlu.gate.visit import proven
from tanlu.rest.routes import ROUTERS as API
from tanlu.web.routes.all import ROUTERS as PAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastapi import APIRouter

    Serve = Callable[..., TestClient]

PATHS = ("/", "/api/inventory/2024", "/api/none", "/none", "/static/none")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_that_keep_pages_harmless(
    served: Serve, company: Path, path: str
) -> None:
    answer = served(company).get(path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "server" not in answer.headers


def test_a_stranger_on_the_machine_needs_the_address_with_its_token(
    served: Serve, company: Path
) -> None:
    known = served(company)
    stranger = TestClient(known.app, base_url="http://127.0.0.1:8765")

    assert stranger.get("/api/inventory/2024").json()["code"] == "gate.token"
    assert stranger.get("/api/inventory/2024", params={"token": "guess"}).status_code == 403
    assert known.get("/api/inventory/2024").status_code == 200


def test_a_program_shows_the_token_in_a_header(served: Serve, company: Path) -> None:
    known: Any = served(company)
    program = TestClient(known.app, base_url="http://127.0.0.1:8765")
    bearer = {"Authorization": f"Bearer {known.app.door.token}"}

    assert program.get("/api/plan", headers=bearer).json()["code"] == "plan.none"
    assert program.get("/api/plan", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_rebound_name_is_refused(served: Serve, company: Path) -> None:
    answer = served(company).get("/api/inventory/2024", headers={"Host": "rebound.example"})

    assert (answer.status_code, answer.json()["code"]) == (421, "gate.host")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://other.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page_cannot_write(served: Serve, company: Path, headers: dict[str, str]) -> None:
    answer = served(company).post("/api/plan", json={}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "gate.origin")


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_browser_needs_the_token_of_its_session_to_write(
    served: Serve, company: Path, token: str | None
) -> None:
    headers = {"Origin": "http://127.0.0.1:8765"}
    if token is not None:
        headers["X-CSRF-Token"] = token

    answer = served(company).post("/api/plan", json={}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "gate.csrf")


@pytest.mark.parametrize(
    ("router", "route"),
    [
        pytest.param(router, route, id=f"{sorted(route.methods or ())} {route.path}")
        for router in (*API, *PAGES)
        for route in router.routes
        if isinstance(route, APIRoute)
    ],
)
def test_every_route_asks_for_something_and_no_form_is_taken_unproven(
    router: APIRouter, route: APIRoute
) -> None:
    asked = [one.dependency for one in (*router.dependencies, *route.dependencies)]

    assert any(hasattr(call, "action") for call in asked), "it declares no permission"
    if not (route.methods or set()) <= {"GET", "HEAD"}:
        assert proven in asked, "it takes a form of anybody"


@pytest.mark.parametrize("length", ["3000000", "-1", "1e9", "９"])
def test_a_body_too_large_is_refused_before_it_is_read(
    served: Serve, company: Path, length: str
) -> None:
    answer = served(company).post(
        "/api/plan",
        content=b"{}",
        headers={b"Content-Length": length.encode()},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "gate.body")


def test_a_body_that_grows_too_large_is_cut_off(served: Serve, company: Path) -> None:
    def endless() -> Any:
        for _ in range(64):
            yield b" " * 65536

    client: Any = served(company)
    bearer = {"Authorization": f"Bearer {client.app.door.token}"}

    answer = client.post("/api/plan", content=endless(), headers=bearer)

    assert (answer.status_code, answer.json()["code"]) == (413, "gate.body")


def test_errors_have_one_shape_and_the_language_of_the_browser(
    served: Serve, company: Path
) -> None:
    client = served(company)
    told = {
        lang: client.get("/api/inventory/1999", headers={"Accept-Language": lang}).json()
        for lang in ("zh-CN,zh;q=0.9", "en-GB", "zh-TW")
    }

    assert all(
        body.keys() == {"ok", "code", "message", "facts", "findings"} for body in told.values()
    )
    assert len({body["message"] for body in told.values()}) == 3
    assert re.search("[\u4e00-\u9fff]", told["en-GB"]["message"]) is None


def test_the_same_inventory_as_the_command_line(served: Serve, company: Path) -> None:
    body = served(company).get("/api/inventory/2024").json()

    assert body["ok"]
    assert body["run"]["ledger_head"] == served(company).get("/api/workspace").json()["ledger_head"]
