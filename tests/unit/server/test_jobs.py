"""Long work over the API: started, followed, cancelled, its result where it belongs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

    Serve = Callable[..., TestClient]


def bearer(client: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.app.door.token}"}


def ended(client: TestClient, job: str) -> dict[str, Any]:
    for _ in range(600):
        body: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if body["state"] not in ("queued", "running"):
            return body
        time.sleep(0.1)
    message = f"{job} is not over"
    raise AssertionError(message)


def test_a_plan_is_solved_as_a_job_and_then_there(served: Serve, own: Path) -> None:
    client = served(own)

    started = client.post("/api/plan", json={"gap": 0.05}, headers=bearer(client))
    job = ended(client, started.json()["id"])

    assert started.status_code == 202
    assert (job["state"], job["error"]) == ("done", None)
    assert job["result"]["url"] == "/roadmap"
    assert client.get("/api/plan").json()["gap"] <= 0.05
    assert "/roadmap" in client.get(f"/jobs/{job['id']}").text


def test_the_events_of_a_job_can_be_followed_from_any_of_them(served: Serve, own: Path) -> None:
    client = served(own)
    job = client.post("/api/plan", json={"gap": 0.05}, headers=bearer(client)).json()["id"]

    with client.stream("GET", f"/api/jobs/{job}/events") as answer:
        lines = list(answer.iter_lines())
    kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    ids = [int(line.removeprefix("id: ")) for line in lines if line.startswith("id: ")]
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert kinds[-1] == "done"
    assert set(kinds[:-1]) == {"progress"}
    assert ids == sorted(ids)
    assert all(body["text"] for body in told[:-1])
    again = client.get(f"/api/jobs/{job}/events", headers={"Last-Event-ID": str(ids[-2])}).text
    assert again.count("event: ") == 1


def test_a_cancelled_plan_ends_soon_and_replaces_nothing(served: Serve, own: Path) -> None:
    client = served(own)
    job = client.post("/api/plan", json={"gap": 0}, headers=bearer(client)).json()["id"]
    time.sleep(1)

    asked = time.monotonic()
    client.delete(f"/api/jobs/{job}", headers=bearer(client))
    body = ended(client, job)

    assert body["state"] == "cancelled"
    assert time.monotonic() - asked < 10


def test_a_job_nobody_started_is_not_there(served: Serve, own: Path) -> None:
    client = served(own)

    for path in ("/api/jobs/none", "/api/jobs/none/events"):
        assert client.get(path).json()["code"] == "jobs.unknown"
    assert client.get("/jobs/none").status_code == 404


def test_an_unknown_setting_is_told_and_a_field_too_many_is_refused(
    served: Serve, own: Path
) -> None:
    client = served(own)
    bodies: tuple[Any, ...] = ({"approved_by": "me"}, {"gap": "much"}, {"gap": -1}, [])
    for body in bodies:
        answer = client.post("/api/plan", json=body, headers=bearer(client))

        assert (answer.status_code, answer.json()["code"]) == (422, "gate.input")
