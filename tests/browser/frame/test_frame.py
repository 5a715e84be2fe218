"""Frame of a page: charts, tabs, drawer, theme, confirm, copy, languages, widths, print."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tanlu.report.tree import Column, Figure, Kind, Kpi, Kpis, Name, Row, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    Until = Callable[[str], None]

PAGE = """{% extends "base.html.j2" %}
{% block content %}
{% from "parts/blocks.html.j2" import blocks, value with context %}
{% from "parts/drawer.html.j2" import drawer with context %}
{% from "parts/badge.html.j2" import badge, quality, chips with context %}
{% from "parts/steps.html.j2" import steps with context %}
{% from "parts/empty.html.j2" import empty with context %}
{% from "parts/tabs.html.j2" import tabs with context %}
{{ tabs([("One", "/", true), ("Two", "/two", false)], "Parts") }}
{{ blocks(views(shown)) }}
<p>{{ value("inv/2024/total/a=1%2F2", "48.39 kt CO2e") }} {{ badge("off track", "bad") }}
{{ quality(2, "good") }}</p>
{{ chips([("All", "/", true)]) }}
{{ steps([{"text": "First", "state": "done", "href": "/", "hint": ""},
          {"text": "Second", "state": "current", "href": "", "hint": "now"}]) }}
<button type="button" data-copy="as cited">Copy</button>
<form method="post" action="/sent" data-confirm="Really send it?">
<button id="send">Send</button></form>
<form hx-post="/part" hx-target="#part"><label>Amount <input name="amount" value="3"></label>
<button id="ask">Ask</button></form>
<div id="part"></div>
{{ empty("Nothing yet", "Import a workbook.", "/import", "Import") }}
{% endblock %}"""
TRACE = """<article data-traced="inv/2024/total/a=1%2F2"><h2 tabindex="-1" data-focus>Total</h2>
<a href="/trace/row/7" data-figure="row/7">a row</a>
<button data-copy="cited">Copy</button></article>"""


def years_chart(points: int = 3) -> Figure:
    """Return a chart with its table, whose numbers open."""
    years = list(range(2024, 2024 + points))
    line = {"name": Name("甲", "Actual"), "role": "actual", "values": [1.0 * y for y in years]}
    table = Table(
        "lines-table",
        Text("web.year"),
        (Column(Text("web.year")), Column(Text("web.tab.chart"), "t", numeric=True)),
        tuple(
            Row((str(year), Value(Kind.TONNES, year, figure=f"inv/{year}/total"))) for year in years
        ),
    )
    data = {"years": years, "series": [line]}
    return Figure("lines", "lines", Text("web.nav"), Text("web.menu"), "mass", data, table)


@pytest.fixture
def framed(site: Any, page: Page) -> Page:
    """Open a page with one of everything."""
    card = Kpi(Text("web.year"), Value(Kind.MASS, 483912, figure="inv/2024/total"))
    site.facts["shown"] = [Kpis((card,)), years_chart()]
    site.pages["/"] = PAGE
    site.answers["GET", "/trace/inv/2024/total/a%3D1%252F2"] = lambda _: site.reply(TRACE)
    site.answers["GET", "/trace/inv/2024/total"] = lambda _: site.reply(TRACE)
    page.goto(site.address)
    page.wait_for_selector("[data-chart] svg")
    return page


def test_a_chart_is_drawn_as_svg_for_its_room(framed: Page, until: Until) -> None:
    wide = framed.locator("[data-chart] svg").bounding_box()
    framed.set_viewport_size({"width": 390, "height": 844})
    until("document.querySelector('[data-chart] svg').clientWidth < 360")

    assert wide is not None
    assert wide["width"] > 1000
    assert framed.evaluate("document.documentElement.scrollWidth") == 390


def test_the_pointer_is_told_the_values_of_a_year(framed: Page) -> None:
    framed.locator("[data-chart]").hover()
    shown = framed.locator("[data-chart] svg").get_by_text("Actual  2.025 kt CO2e")

    shown.wait_for()


def test_a_click_on_a_bar_opens_its_figure(site: Any, framed: Page) -> None:
    series = {"name": Name("范围一", "Scope 1"), "color": "#0f766e", "values": [5.0]}
    total = Value(Kind.MASS, 5, figure="inv/2024/total")
    table = Table("t", Text("web.nav"), (Column(Text("web.nav")),) * 2, (Row(("Xuzhou", total)),))
    data = {"names": [Name("徐州", "Xuzhou")], "series": [series], "shown": [total]}
    title = Text("web.nav")
    site.facts["shown"] = [Figure("sites", "stack", title, title, "mass", data, table)]
    framed.goto(site.address)
    bar = framed.locator('#figure-sites svg path[fill="#0f766e"]').first
    bar.wait_for()

    bar.click()

    framed.wait_for_selector("#drawer:not([hidden]) h2")


def test_tabs_show_one_panel_and_follow_the_arrows(framed: Page) -> None:
    figure = framed.locator("#figure-lines")
    figure.get_by_role("tab", name="Table").click()
    assert figure.get_by_role("tabpanel").get_attribute("data-panel") == "table"

    framed.keyboard.press("ArrowRight")

    assert figure.get_by_role("tabpanel").get_attribute("data-panel") == "sources"
    assert figure.get_by_role("tabpanel").get_by_role("link").count() == 3
    assert framed.evaluate("document.activeElement.dataset.tab") == "sources"


def test_a_number_opens_the_drawer_and_escape_gives_the_focus_back(site: Any, framed: Page) -> None:
    number = framed.get_by_text("48.39 kt")
    number.click()
    framed.wait_for_selector("#drawer:not([hidden]) h2")

    assert framed.evaluate("document.activeElement.tagName") == "H2"
    assert framed.url.endswith("#trace=inv%2F2024%2Ftotal%2Fa%3D1%252F2")
    assert any(one.headers.get("HX-Request") for one in site.asked if "trace" in one.path)

    framed.keyboard.press("Escape")

    assert framed.locator("#drawer").is_hidden()
    assert framed.evaluate("document.activeElement.className") == "opens"
    assert "#" not in framed.url


def test_a_slow_trace_opens_the_drawer_at_once(site: Any, framed: Page) -> None:
    def slow(_: Any) -> Any:
        time.sleep(1)
        return site.reply(TRACE)

    site.answers["GET", "/trace/inv/2024/total"] = slow
    framed.locator("a.kpi").click()
    framed.wait_for_selector("#drawer[aria-busy] progress")

    framed.wait_for_selector("#drawer:not([aria-busy]) h2")


def test_a_card_opens_by_keyboard(framed: Page) -> None:
    framed.locator("a.kpi").focus()
    framed.keyboard.press("Enter")

    framed.wait_for_selector("#drawer:not([hidden]) h2")


def test_a_deep_link_opens_the_drawer(site: Any, framed: Page) -> None:
    framed.goto("about:blank")
    framed.goto(f"{site.address}/#trace=inv%2F2024%2Ftotal")

    framed.wait_for_selector("#drawer:not([hidden]) h2")


def test_the_theme_switch_is_kept_and_redraws_the_chart(site: Any, framed: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    ink = "document.querySelector('[data-chart] svg').outerHTML.includes('#9db4b1')"
    light = framed.evaluate(ground)

    framed.locator("[data-theme-switch]").click()

    assert framed.evaluate(ground) != light
    assert framed.evaluate(ink)
    framed.goto(site.address)
    framed.wait_for_selector("[data-chart] svg")
    assert framed.evaluate("document.documentElement.dataset.theme") == "dark"
    assert framed.evaluate(ink)


def test_dark_follows_the_system_and_print_is_light(framed: Page) -> None:
    ground = "getComputedStyle(document.documentElement).getPropertyValue('--card').trim()"
    framed.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert framed.evaluate(ground) == "#12211f"

    framed.emulate_media(media="print", color_scheme="dark", reduced_motion="reduce")

    assert framed.evaluate(ground) == "#ffffff"
    assert framed.locator(".rail").is_hidden()


def test_a_chart_is_printed_light_at_the_width_of_the_paper(framed: Page, until: Until) -> None:
    ink = "document.querySelector('[data-chart] svg').outerHTML.includes('#9db4b1')"
    framed.emulate_media(color_scheme="dark", reduced_motion="reduce")
    until(ink)

    framed.evaluate("dispatchEvent(new Event('beforeprint'))")
    framed.emulate_media(media="print", color_scheme="dark", reduced_motion="reduce")
    framed.set_viewport_size({"width": 700, "height": 900})
    framed.wait_for_timeout(100)
    printed = framed.locator("[data-chart] svg").bounding_box()
    is_dark = framed.evaluate(ink)
    framed.emulate_media(media="screen", color_scheme="dark", reduced_motion="reduce")
    framed.set_viewport_size({"width": 1440, "height": 900})
    framed.evaluate("dispatchEvent(new Event('afterprint'))")
    again = framed.locator("[data-chart] svg").bounding_box()

    assert printed is not None
    assert again is not None
    assert not is_dark
    assert round(printed["width"]) == 608
    assert again["width"] > 1000
    until(ink)


def test_confirm_asks_before_anything_is_sent(site: Any, framed: Page) -> None:
    site.answers["POST", "/sent"] = lambda _: site.reply("", status=204)
    framed.locator("#send").click()
    framed.get_by_role("button", name="Cancel").click()
    assert site.posted("/sent") == []

    framed.locator("#send").click()
    with framed.expect_response("**/sent"):
        framed.get_by_role("button", name="Yes").click()

    assert len(site.posted("/sent")) == 1


def test_copy_fills_the_clipboard_and_says_so(framed: Page) -> None:
    framed.locator('[data-copy="as cited"]').click()
    framed.wait_for_selector(".toast")

    assert framed.evaluate("navigator.clipboard.readText()") == "as cited"


def test_a_refused_form_is_swapped_with_its_fault_in_focus(site: Any, framed: Page) -> None:
    fault = '<div id="fault" tabindex="-1" data-focus>Wrong</div>'
    site.answers["POST", "/part"] = lambda _: site.reply(fault, status=422)

    framed.locator("#ask").click()
    framed.wait_for_selector("#part #fault")

    assert framed.evaluate("document.activeElement.id") == "fault"
    asked = site.posted("/part")[0]
    assert asked.headers["X-CSRF-Token"] == "token-of-the-test"
    assert asked.body == "amount=3"


def test_a_failing_server_is_told_in_a_toast_and_swaps_nothing(
    site: Any, framed: Page, faults: list[str]
) -> None:
    site.answers["POST", "/part"] = lambda _: site.reply("<p>trace</p>", status=500)

    framed.locator("#ask").click()
    framed.wait_for_selector(".toast.bad")

    assert framed.locator("#part").inner_html() == ""
    assert [fault for fault in faults if "500" in fault]
    faults.clear()


def test_languages_keep_the_place_and_name_themselves(framed: Page) -> None:
    framed.get_by_role("link", name="简体中文").click()
    framed.wait_for_selector("html[lang=zh-Hans]")

    assert framed.get_by_role("link", name="English").get_attribute("lang") == "en"
    assert framed.locator(".rail .later").inner_text().startswith("供应商")


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
@pytest.mark.parametrize("width", [390, 800, 1440])
def test_no_page_scrolls_sideways(site: Any, framed: Page, lang: str, width: int) -> None:
    framed.set_viewport_size({"width": width, "height": 800})
    framed.goto(f"{site.address}/?lang={lang}")
    framed.wait_for_selector("[data-chart] svg")

    assert framed.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_reads_without_script(site: Any, framed: Page, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 800, "height": 800})
    plain = context.new_page()
    plain.goto(site.address)

    assert plain.get_by_role("table").is_visible()
    assert plain.get_by_text("Show").is_visible()
    assert plain.get_by_role("tablist").is_hidden()
    plain.get_by_role("link", name="Menu").click()
    assert plain.locator(".rail").is_visible()
    context.close()
    assert framed.locator("[data-chart] svg").is_visible()


def test_a_policy_violation_would_be_seen(framed: Page, faults: list[str]) -> None:
    framed.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    framed.wait_for_timeout(50)

    assert any("style-src" in fault for fault in faults)
    faults.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hinders_a_reader(
    framed: Page, hindrances: Callable[[], list[str]], scheme: Literal["light", "dark"]
) -> None:
    framed.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    framed.locator("a.kpi").click()
    framed.wait_for_selector("#drawer:not([hidden]) h2")

    assert hindrances() == []
