"""Long jobs and sliders."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    Until = Callable[[str], None]

HEAD = '{% extends "base.html.j2" %}{% block content %}'
JOB = {
    "id": "j1",
    "kind_name": "Solve the roadmap",
    "state": "running",
    "progress": {"pct": 10, "text": "node 1"},
    "result": None,
}
CARD = HEAD + (
    '{% from "parts/job.html.j2" import job_card with context %}'
    "{{ job_card(one, follow=true) }}{% endblock %}"
)
SLIDERS = HEAD + (
    '{% from "parts/forms.html.j2" import slider, csrf_field with context %}'
    '<form method="post" data-whatif data-estimate="/estimate" data-solve="/solve"'
    ' data-into="plan">'
    '{{ csrf_field() }}{{ slider("price", "Carbon price", 100, 0, 500, 10, "CNY 100") }}'
    '<p data-whatif-text></p><b data-badge="estimate" hidden>fast estimate</b>'
    '<b data-badge="solving" hidden>solving</b><b data-badge="optimum">optimum</b></form>'
    '<div id="plan">first</div>{% endblock %}'
)


def event(number: int, kind: str, **facts: Any) -> bytes:
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(facts)}\n\n".encode()


def test_a_job_is_followed_to_its_result(site: Any, page: Page) -> None:
    def stream() -> Iterator[bytes]:
        yield event(1, "progress", pct=40, text="MIP gap 4.9% · node 2220")
        time.sleep(0.5)
        yield event(2, "done", url="/result")

    site.facts["one"] = JOB
    site.pages |= {"/": CARD, "/result": HEAD + "<p>here it is</p>{% endblock %}"}
    site.answers["GET", "/api/jobs/j1/events"] = lambda _: site.stream(stream())
    page.goto(site.address)

    page.get_by_text("node 2220").wait_for()
    assert page.locator("progress").get_attribute("value") == "40"
    page.wait_for_url("**/result")


def test_two_places_share_one_stream(site: Any, page: Page) -> None:
    def stream() -> Iterator[bytes]:
        yield event(1, "progress", pct=40, text="going")
        time.sleep(0.5)
        yield event(2, "done", url="/result")

    site.facts |= {"one": JOB, "job": JOB}
    site.pages |= {"/": CARD, "/result": HEAD + "{% endblock %}"}
    site.answers["GET", "/api/jobs/j1/events"] = lambda _: site.stream(stream())
    page.goto(site.address)

    page.locator(".strip").get_by_text("going").wait_for()
    page.locator("main").get_by_text("going").wait_for()
    page.wait_for_url("**/result")
    streams = [one for one in site.asked if one.path == "/api/jobs/j1/events"]
    assert len([one for one in streams if one.headers["Referer"] == f"{site.address}/"]) == 1


def test_a_broken_stream_resumes_after_the_last_event(site: Any, page: Page) -> None:
    def stream(asked: Any) -> Any:
        if asked.headers.get("Last-Event-ID"):
            return site.stream(iter([event(8, "done", url="/result")]))
        return site.stream(iter([b"retry: 100\n", event(7, "progress", pct=50, text="half")]))

    site.facts["one"] = JOB
    site.pages |= {"/": CARD, "/result": HEAD + "{% endblock %}"}
    site.answers["GET", "/api/jobs/j1/events"] = stream
    page.goto(site.address)

    page.wait_for_url("**/result")
    resumed = [one.headers.get("Last-Event-ID") for one in site.asked if "events" in one.path]
    assert resumed == [None, "7"]


def test_without_a_stream_the_job_is_asked(site: Any, page: Page, faults: list[str]) -> None:
    told = [
        JOB | {"progress": {"pct": 60, "text": "asked"}},
        JOB | {"state": "done", "result": {"url": "/result"}},
    ]

    site.facts["one"] = JOB
    site.pages |= {"/": CARD, "/result": HEAD + "{% endblock %}"}
    site.answers["GET", "/api/jobs/j1/events"] = lambda _: site.reply("", status=503)
    site.answers["GET", "/api/jobs/j1"] = lambda _: site.json(told.pop(0))
    page.goto(site.address)

    page.get_by_text("asked").wait_for()
    page.wait_for_url("**/result")
    assert [fault for fault in faults if "503" in fault]
    faults.clear()


def test_a_hidden_tab_holds_no_stream(site: Any, page: Page, until: Until) -> None:
    alive: list[int] = []

    def stream() -> Iterator[bytes]:
        alive.append(1)
        try:
            for number in range(1, 200):
                yield event(number, "progress", pct=number / 2, text=f"step {number}")
                time.sleep(0.05)
        finally:
            alive.pop()

    site.facts["one"] = JOB
    site.pages["/"] = CARD
    site.answers["GET", "/api/jobs/j1/events"] = lambda _: site.stream(stream())
    page.goto(site.address)
    page.get_by_text("step 2").first.wait_for()

    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(400)
    assert alive == []

    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    until("document.querySelector('[data-job-text]').textContent === 'step 3'")


def test_cancelling_keeps_the_page(site: Any, page: Page) -> None:
    ended: list[int] = []

    def stream() -> Iterator[bytes]:
        yield event(1, "progress", pct=1, text="going")
        while not ended:
            time.sleep(0.02)
        yield event(2, "cancelled")

    def cancel(_: Any) -> Any:
        ended.append(1)
        return site.reply("", status=204)

    site.facts["one"] = JOB
    site.pages["/"] = CARD
    site.answers["GET", "/api/jobs/j1/events"] = lambda _: site.stream(stream())
    site.answers["POST", "/jobs/j1/cancel"] = cancel
    page.goto(site.address)
    page.get_by_text("going").wait_for()
    site.facts["one"] = JOB | {"state": "cancelled"}

    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")

    assert page.locator("[data-job]").get_attribute("data-state") == "cancelled"


@pytest.fixture
def sliders(site: Any, page: Page) -> Page:
    """Open a page with one slider."""
    site.pages["/"] = SLIDERS
    page.goto(site.address)
    page.locator("form[data-bound]").wait_for()
    return page


def move(page: Page, value: int) -> None:
    """Set the slider as a hand does: one input event."""
    page.evaluate(
        "(value) => { const slider = document.getElementById('price'); slider.value = value;"
        "slider.dispatchEvent(new Event('input', {bubbles: true})); }",
        value,
    )


DRAG = """async () => {
  const slider = document.getElementById('price');
  const start = performance.now();
  for (let value = 100; value < 400; value += 10) {
    slider.value = value;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  return performance.now() - start; }"""


def price(asked: Any) -> str:
    return str(asked.body).rsplit('name="price"', 1)[1].split("\r\n")[2]


def test_a_slider_estimates_at_once_and_the_optimum_follows(site: Any, sliders: Page) -> None:
    site.answers["POST", "/estimate"] = lambda asked: site.reply(
        f'<p>about {price(asked)}</p><output data-shown="price">CNY {price(asked)}</output>'
    )
    site.answers["POST", "/solve"] = lambda _: site.reply("<p>best</p>")

    move(sliders, 300)
    sliders.get_by_text("about 300").wait_for()
    assert sliders.get_by_text("fast estimate").is_visible()
    assert sliders.locator("form output").inner_text() == "CNY 300"
    assert "price=300" in sliders.url

    sliders.get_by_text("best").wait_for()
    assert sliders.get_by_text("optimum").is_visible()
    assert sliders.get_by_text("fast estimate").is_hidden()


def test_a_late_answer_is_dropped(site: Any, sliders: Page) -> None:
    def estimate(asked: Any) -> Any:
        time.sleep(0.4 if price(asked) == "200" else 0)
        return site.reply(f"<p>about {price(asked)}</p>")

    site.answers["POST", "/estimate"] = estimate
    site.answers["POST", "/solve"] = lambda _: site.reply("", status=409)

    move(sliders, 200)
    sliders.wait_for_timeout(100)
    move(sliders, 250)
    sliders.get_by_text("about 250").wait_for()
    sliders.wait_for_timeout(500)

    assert sliders.locator("#plan").inner_text() == "about 250"
    assert len(site.posted("/estimate")) == 2


def test_many_moves_are_few_requests_and_one_solve(site: Any, sliders: Page) -> None:
    site.answers["POST", "/estimate"] = lambda asked: site.reply(f"<p>about {price(asked)}</p>")
    site.answers["POST", "/solve"] = lambda _: site.reply("<p>best</p>")

    elapsed = sliders.evaluate(DRAG)
    sliders.get_by_text("about 390").wait_for()
    with sliders.expect_response("**/solve"):
        pass

    assert 3 <= len(site.posted("/estimate")) <= elapsed / 60 + 2
    assert [price(one) for one in site.posted("/solve")] == ["390"]


def test_an_answer_to_an_overtaken_question_is_not_shown(site: Any, sliders: Page) -> None:
    def solve(asked: Any) -> Any:
        time.sleep(0.6 if price(asked) == "300" else 0)
        return site.reply(f"<p>best {price(asked)}</p>")

    site.answers["POST", "/estimate"] = lambda asked: site.reply(f"<p>about {price(asked)}</p>")
    site.answers["POST", "/solve"] = solve
    with sliders.expect_request("**/solve"):
        move(sliders, 300)

    move(sliders, 310)
    sliders.get_by_text("best 310").wait_for()
    sliders.wait_for_timeout(700)

    assert sliders.locator("#plan").inner_text() == "best 310"
    assert [price(one) for one in site.posted("/solve")] == ["300", "310"]
