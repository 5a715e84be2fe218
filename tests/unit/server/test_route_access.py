"""Every route × everybody: who may, who may not, and nobody sees the data of another site."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from tanlu.app import users, workspaces
from tanlu.app.access import Grant, Role, grants
from tanlu.app.desk import Desk
from tanlu.rest.routes import ROUTERS as API
from tanlu.server.application import build
from tanlu.server.door import Door
from tanlu.web.routes.all import ROUTERS as PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

with (Path(__file__).with_name("route_access.csv")).open(encoding="utf-8") as file:
    TABLE = list(csv.DictReader(file))
PASSWORD = "kohlenstoff-weg-2030"  # noqa: S105 - of a test
HELD = (Role.DATA_ENTRY,)
OTHERS = (Role.VIEWER, Role.REVIEWER, Role.PLANNER, Role.ADMIN, Role.VERIFIER, Role.SUPPLIER_GUEST)
ORIGIN = {"Origin": "http://127.0.0.1:8765"}
PLACES = {"year": "2024", "kind": "ghg", "form": "svg", "figure": "none", "number": "0"}


def address(path: str) -> str:
    """Return an address of a route; its objects are none that exist, but for years and kinds."""
    return re.sub(r"{(\w+)(:path)?}", lambda found: PLACES.get(found[1], "none"), path)


class Everybody:
    """A desk with accounts, and a browser for each role that has logged in."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.sites = [one["site"] for one in workspaces.sites_body(self.desk.workspace)["sites"]]
        self.app = build(self.desk, Door(has_accounts=True))
        self._browsers: dict[str, TestClient] = {}

    def browser(self, role: Role | None) -> TestClient:
        """Return the browser of somebody with a role; of a stranger without."""
        name = role.value if role else ""
        if name not in self._browsers:
            self._browsers[name] = self._let_in(role)
        return self._browsers[name]

    def _let_in(self, role: Role | None) -> TestClient:
        client = TestClient(
            self.app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False,
            follow_redirects=False,
        )  # fmt: skip
        if role is None:
            return client
        sites = self.sites[:1] if role in HELD else ()
        draft = users.UserDraft(f"u-{role.value}", role.value, sites, password=PASSWORD)
        users.add_user(self.desk.workspace, draft)
        sent = {"csrf": token_of(client), "name": draft.name, "password": PASSWORD}
        assert client.post("/login", data=sent, headers=ORIGIN).status_code == 303
        return client


def token_of(client: TestClient) -> str:
    """Return the token of the forms of a browser."""
    found = re.search(r'data-csrf="([^"]+)"', client.get("/login").text)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def everybody(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    """Return everybody, on a copy of the sample company."""
    folder = tmp_path_factory.mktemp("access") / "own"
    found = Everybody(Path(shutil.copytree(company, folder)))
    yield found
    found.desk.close()


def test_the_table_names_every_route_and_no_other() -> None:
    served = {
        (method, route.path)
        for router in (*API, *PAGES)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in (route.methods or ())
    }

    assert {(row["method"], row["path"]) for row in TABLE} == served
    assert len(TABLE) == len(served)


@pytest.mark.parametrize("role", [None, *Role])
def test_everybody_gets_what_the_table_allows_and_no_more(
    everybody: Everybody, role: Role | None
) -> None:
    wrong = []
    for row in TABLE:
        answer = ask(everybody.browser(role), row)
        allowed = is_allowed(role, row)
        if is_let_in(answer, row) is not allowed:
            wrong.append((row["method"], row["path"], answer.status_code, f"{allowed=}"))

    assert wrong == []


def test_who_is_held_to_a_site_reads_nothing_of_another(everybody: Everybody) -> None:
    browser = everybody.browser(Role.DATA_ENTRY)
    others = everybody.sites[1:]
    told = {
        row["path"]: ask(browser, row).text
        for row in TABLE
        if row["method"] == "GET" and row["reach"] == "site"
    }
    told |= {path: browser.get(path).text for path in ASKED}
    leaks = [(path, site) for path, text in told.items() for site in others if site in text]

    assert len(told) > 15
    assert leaks == []
    assert everybody.sites[0] in told["/activity"]


ASKED = (
    "/inventory?year=2024", "/quality?year=2024", "/activity?view=plain", "/api/activity?size=500",
    "/api/quality/2024", "/api/workspace", "/api/equipment", "/measures/equipment",
    "/settings", "/import",
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/api/inventory/2024", "/api/explain/inv/2024/total", "/trace/inv/2024/total",
        "/api/activity?site={other}", "/activity?site={other}", "/inventory?site={other}",
        "/inventory?tab=flow", "/api/equipment?site={other}",
    ],
)  # fmt: skip
def test_other_sites_and_the_whole_company_are_refused_or_empty(
    everybody: Everybody, path: str
) -> None:
    other = everybody.sites[1]
    answer = everybody.browser(Role.DATA_ENTRY).get(path.format(other=other))
    body = answer.text.replace(f'value="{other}"', "")

    assert answer.status_code in (403, 404, 422) or "/activity" in path or "/equipment" in path
    if "/api/" in path and answer.status_code == 200:
        rows: Any = answer.json()
        assert not rows.get("rows")
        assert not rows.get("equipment")
    assert body


def ask(client: TestClient, row: dict[str, str]) -> Response:
    """Call a route: to read as it is, to write without the token of the form."""
    path = address(row["path"])
    if row["method"] == "GET":
        return client.get(path)
    sent: dict[str, Any] = {"json": {}} if path.startswith("/api/") else {"data": {"x": "1"}}
    return client.request(row["method"], path, headers=ORIGIN, **sent)


def is_let_in(answer: Response, row: dict[str, str]) -> bool:
    """Tell whether an answer says that the caller may: a write then misses the form's token."""
    assert answer.status_code != 500, row
    if row["method"] == "GET":
        login = answer.headers.get("location", "").startswith("/login")
        return answer.status_code not in (401, 403) and not login
    if "gate.csrf" in answer.text:
        return True
    assert answer.status_code in (303, 401, 403), (row, answer.status_code)
    return False


def is_allowed(role: Role | None, row: dict[str, str]) -> bool:
    """Tell what the permission table says, of somebody who is held to sites or not at all."""
    if row["reach"] == "public":
        return True
    if role is None:
        return False
    needed = {row["action"]} | ({"view"} if row["path"].startswith(VIEWERS) else set())
    granted = {grants()[action][role] for action in needed}
    if role in HELD and row["reach"] == "group":
        return False
    return Grant.NO not in granted


# Screens whose every route also asks for `view`.
VIEWERS = ("/activity", "/import", "/measures", "/organisation", "/review", "/settings", "/welcome",
           "/targets", "/scenarios")  # fmt: skip
