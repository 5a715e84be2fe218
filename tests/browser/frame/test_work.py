"""Long jobs, sliders and uploads."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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
UPLOAD = HEAD + (
    '{% from "parts/forms.html.j2" import drop, csrf_field, submit with context %}'
    '<form method="post" action="/import" enctype="multipart/form-data">{{ csrf_field() }}'
    '{{ drop("file", "Workbook", accept=".xlsx", multiple=true) }}{{ submit("Import") }}</form>'
    "{% endblock %}"
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
    site.answers["POST", "/solve"] = lambda _: site.json({"ok": True, "job": "s1"})
    done = iter([event(1, "done", url="/plan?price=300")])
    site.answers["GET", "/api/jobs/s1/events"] = lambda _: site.stream(done)
    site.answers["GET", "/plan"] = lambda _: site.reply("<p>best</p>")

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
    site.answers["POST", "/solve"] = lambda _: site.json({"ok": True, "job": "s1"})
    site.answers["GET", "/api/jobs/s1/events"] = lambda _: site.stream(iter([b": wait\n\n"]))
    site.answers["GET", "/api/jobs/s1"] = lambda _: site.json(JOB)

    move(sliders, 200)
    sliders.wait_for_timeout(100)
    move(sliders, 250)
    sliders.get_by_text("about 250").wait_for()
    sliders.wait_for_timeout(500)

    assert sliders.locator("#plan").inner_text() == "about 250"
    assert len(site.posted("/estimate")) == 2


def test_many_moves_are_few_requests_and_one_solve(site: Any, sliders: Page) -> None:
    site.answers["POST", "/estimate"] = lambda asked: site.reply(f"<p>about {price(asked)}</p>")
    site.answers["POST", "/solve"] = lambda _: site.json({"ok": True, "job": "s1"})
    site.answers["GET", "/api/jobs/s1/events"] = lambda _: site.stream(iter([b": wait\n\n"]))
    site.answers["GET", "/api/jobs/s1"] = lambda _: site.json(JOB)

    elapsed = sliders.evaluate(DRAG)
    sliders.get_by_text("about 390").wait_for()
    with sliders.expect_response("**/solve"):
        pass

    assert 3 <= len(site.posted("/estimate")) <= elapsed / 60 + 2
    assert [price(one) for one in site.posted("/solve")] == ["390"]


def test_an_overtaken_solve_is_cancelled(site: Any, sliders: Page) -> None:
    site.answers["POST", "/estimate"] = lambda _: site.reply("<p>about</p>")
    site.answers["POST", "/solve"] = lambda _: site.json({"ok": True, "job": "s1"})
    site.answers["GET", "/api/jobs/s1/events"] = lambda _: site.stream(iter([b": wait\n\n"]))
    site.answers["GET", "/api/jobs/s1"] = lambda _: site.json(JOB)
    site.answers["DELETE", "/api/jobs/s1"] = lambda _: site.json({"ok": True})
    move(sliders, 300)
    with sliders.expect_response("**/api/jobs/s1/events*"):
        pass

    with sliders.expect_response(lambda answer: answer.request.method == "DELETE"):
        move(sliders, 310)

    assert len(site.posted("/api/jobs/s1")) == 1


def test_files_are_listed_sent_and_followed(site: Any, page: Page, tmp_path: Path) -> None:
    files = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for file in files:
        file.write_bytes(b"PK" + file.name.encode())
    site.pages |= {"/": UPLOAD, "/import/mapping": HEAD + "<p>mapping</p>{% endblock %}"}
    site.answers["POST", "/import"] = lambda _: site.go("/import/mapping")
    page.goto(site.address)
    page.locator("[data-drop][data-bound]").wait_for()

    page.get_by_label("Workbook").set_input_files(files)
    assert page.locator("[data-drop-files] li").all_inner_texts() == ["one.xlsx", "two.xlsx"]
    page.get_by_role("button", name="Import").click()
    page.get_by_text("mapping").wait_for()

    assert page.url.endswith("/import/mapping")
    sent = site.posted("/import")[0]
    assert sent.headers["X-CSRF-Token"] == "token-of-the-test"
    assert "PKone.xlsx" in sent.body
    assert "PKtwo.xlsx" in sent.body


def test_a_refused_file_is_told_on_the_page(site: Any, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "bad.xlsx"
    file.write_bytes(b"no workbook")
    site.pages["/"] = UPLOAD
    fault = '<p tabindex="-1" data-focus>It is no workbook.</p>'
    site.answers["POST", "/import"] = lambda _: site.reply(fault, status=422)
    page.goto(site.address)
    page.locator("[data-drop][data-bound]").wait_for()

    page.get_by_label("Workbook").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.get_by_text("It is no workbook.").wait_for()

    assert page.evaluate("document.activeElement.textContent") == "It is no workbook."


def test_files_may_be_dropped(site: Any, page: Page) -> None:
    site.pages["/"] = UPLOAD
    page.goto(site.address)
    page.locator("[data-drop][data-bound]").wait_for()

    page.evaluate(
        "() => { const files = new DataTransfer(); files.items.add(new File(['x'], 'drop.xlsx'));"
        "document.querySelector('[data-drop]').dispatchEvent("
        "new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true})); }"
    )

    assert page.locator("[data-drop-files] li").all_inner_texts() == ["drop.xlsx"]
