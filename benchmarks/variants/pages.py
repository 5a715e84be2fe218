"""The real application asked as a browser asks it, warm."""

from __future__ import annotations

import re
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from tanlu.app.desk import Desk
from tanlu.server.application import build
from tanlu.server.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TURNS = 20
_PRICES = range(100, 400, 20)


def ask(data: Path, _: Path) -> dict[str, Any]:
    """Return the 95th percentile of the time of each page, and its size."""
    desk = Desk(data / "workspace")
    client = _client(desk)
    told: dict[str, Any] = {}
    for name, path in (("overview", "/"), ("inventory", "/inventory"), ("activity", "/activity")):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text[:200]
        times = [_ms(lambda path=path: client.get(path)) for _ in range(_TURNS)]  # type: ignore[misc]
        told[f"{name}_ms"] = _p95(times)
    desk.close()
    return told


def slide(data: Path, _: Path) -> dict[str, Any]:
    """Return the time from a slider to the estimate and to the plan anew, both drawn."""
    desk = Desk(data / "workspace")
    client = _client(desk)
    found = re.search('name="csrf" value="([^"]+)"', client.get("/roadmap").text)
    assert found
    form = {"csrf": found[1], "tab": "t"}
    client.post("/roadmap/estimate", data={**form, "carbon_price": "90"})
    changes = int((data / "changes").read_text(encoding="utf-8"))
    times: dict[str, list[float]] = {"estimate": [], "what-if": []}
    for price in list(_PRICES)[:changes]:
        for path, seen in times.items():
            asked = {**form, "carbon_price": str(price)}
            seen.append(
                _ms(lambda path=path, asked=asked: client.post(f"/roadmap/{path}", data=asked))  # type: ignore[misc]
            )
    desk.close()
    return {"estimate_ms": _p95(times["estimate"]), "plan_ms": round(median(times["what-if"]), 1)}


def _client(desk: Desk) -> TestClient:
    door = Door()
    client = TestClient(build(desk, door), base_url=f"http://127.0.0.1:{door.port}")
    client.get("/api/workspace", params={"token": door.token})
    return client


def _ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    answer = work()
    assert answer.status_code == 200, answer.text[:200]
    return (time.perf_counter() - began) * 1000


def _p95(times: list[float]) -> float:
    return round(sorted(times)[int(0.95 * (len(times) - 1))], 1)
