"""The API keeps to its own description whatever it is sent: no 5xx, one shape of refusals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tanlu.app import demo
from tanlu.app.desk import Desk
from tanlu.i18n.say import Say
from tanlu.server.application import build, description
from tanlu.server.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

# The test client is told a body as schemathesis tells it.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

# A valid call of these works for seconds or minutes: only wrong bodies are sent to them.
HEAVY = (
    "plan.solve", "plan.what_if", "goals.start_studies", "documents.write", "documents.report",
    "company.override", "company.actions", "import.import",
)  # fmt: skip
ODD = (
    b"", b"{", b"[]", b"null", b'"\\ud800"', b'{"reason": NaN, "gap": NaN}', b"\xff\xfe", b"1e999",
    b'{"gap": Infinity}', b'{"text": "\\u0000"}', b'{"reason": "\\ud800", "text": "\\ud800"}',
    b'{"a": 1, "a": 2}', b'{"\\ud800": 1}', b"1" * 5000, b"[" * 2000,
    b'{"gap": %s}' % (b"9" * 5000),
)  # fmt: skip
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
REFUSED = {"ok", "code", "message", "facts", "findings"}


def described() -> Any:
    """Return the description with few, always the same examples of each operation."""
    found = schemathesis.openapi.from_dict(description())
    found.config.generation.update(max_examples=10, deterministic=True, no_shrink=True)
    return found


API = described().exclude(operation_id=list(HEAVY))
SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return the desk of a worked company that these tests may change."""
    folder = tmp_path_factory.mktemp("openapi") / "workspace"
    demo.build_company("machinery", folder, say=Say("zh"), progress=lambda _code: None)
    found = Desk(folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[TestClient]:
    """Return a program of the machine's owner."""
    application = build(desk, Door())
    headers = {"Authorization": f"Bearer {application.door.token}"}
    with TestClient(
        application, base_url="http://127.0.0.1", headers=headers, raise_server_exceptions=False
    ) as found:
        yield found


@API.parametrize()  # type: ignore[untyped-decorator]  # schemathesis does not tell its type
@SETTINGS
def test_every_answer_is_as_described(case: Case[Any], client: TestClient) -> None:
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    sent.pop("cookies", None)  # of the browser, not of a program
    answer = client.request(**sent)
    assert answer.status_code < 500, (answer.status_code, answer.text[:400])
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("body", ODD)
def test_odd_json_is_refused_in_the_one_shape(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for method, path in writes():
        answer = client.request(method, path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (method, path, answer.status_code, answer.text)
        assert answer.json().keys() == REFUSED


def writes() -> list[tuple[str, str]]:
    """Return the operations that take a JSON body, each with an address of nothing."""
    found = []
    for path, methods in description()["paths"].items():
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                found.append((method.upper(), re.sub(r"{[^}]*}", "2024", path)))
    assert len(found) > 15
    return found


def test_every_operation_tells_its_name_its_work_and_its_refusals() -> None:
    told = [one for methods in description()["paths"].values() for one in methods.values()]

    assert len({one["operationId"] for one in told}) == len(told) > 50
    for one in told:
        assert one["tags"]
        assert one["summary"].isascii()
        assert " " in one["summary"]
        shape = one["responses"]["4XX"]["content"]["application/json"]["schema"]
        assert shape == {"$ref": "#/components/schemas/Refusal"}
