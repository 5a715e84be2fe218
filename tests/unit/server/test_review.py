"""Review and audit in the browser: findings, closing a year and opening it, the log, the proof."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

    Serve = Callable[..., TestClient]


def token_in(text: str) -> str:
    found = re.search('name="csrf" value="([^"]+)"', text)
    assert found
    return found[1]


def test_findings_are_accepted_with_a_reason_and_then_gone(served: Serve, own: Path) -> None:
    client = served(own)
    page = client.get("/review?lang=en").text
    names = re.findall('name="findings" value="([^"]+)"', page)
    assert names

    refused = client.post(
        "/review/findings", data={"csrf": token_in(page), "findings": names, "reason": ""}
    )
    taken = client.post(
        "/review/findings", data={"csrf": token_in(page), "findings": names, "reason": "seen"}
    )

    assert refused.status_code == 422
    assert all(f'value="{name}" aria-label' in refused.text for name in names), "ticks are kept"
    assert taken.status_code == 200
    assert 'name="findings"' not in taken.text
    assert client.get("/review?every=true").text.count("<tr") > len(names)


def test_a_closed_year_takes_two_people_to_open(served: Serve, own: Path) -> None:
    client = served(own)
    page = client.get("/review").text
    names = re.findall('name="findings" value="([^"]+)"', page)
    form = {"csrf": token_in(page)}
    early = client.post("/review/close", data={**form, "closed_year": 2023})
    client.post("/review/findings", data={**form, "findings": names, "reason": "seen"})

    closed = client.post("/review/close", data={**form, "closed_year": 2023})
    alone = client.post("/review/reopen", data={**form, "closed_year": 2023, "reason": "late"})
    opened = client.post(
        "/review/reopen",
        data={**form, "closed_year": 2023, "reason": "late", "second": "wang"},
    )

    assert early.status_code in (200, 422)
    assert closed.status_code == 200
    assert 'action="/review/reopen"' in closed.text
    assert alone.status_code == 422
    assert 'action="/review/reopen"' not in opened.text


def test_the_log_tells_who_did_what_and_is_filtered(served: Serve, company: Path) -> None:
    client = served(company)
    whole = client.get("/review/log?lang=en").text
    imports = client.get("/review/log?lang=en&action=import").text

    assert "Workspace made" in whole
    assert whole.count("<tr>") > imports.count("<tr>") > 1
    assert "Workspace made</td>" not in imports


def test_the_ledger_is_proven_and_an_old_head_is_held_against_it(
    served: Serve, company: Path
) -> None:
    client = served(company)
    head = client.get("/api/workspace").json()["ledger_head"]

    assert "say good" in client.get("/review/verify", params={"expect_head": head}).text
    other = f"{head.partition(':')[0]}:{'0' * 64}"
    assert "say bad" in client.get("/review/verify", params={"expect_head": other}).text
