"""Fields of forms: their labels, faults, hints; hostile texts stay texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

HOSTILE = "<img src=x onerror=alert(1)> {{ 7 * 7 }} =1+1"
PAGE = """{% extends "base.html.j2" %}
{% from "parts/forms.html.j2" import csrf_field, head, errors, field, number, date, month, select,
   area, check, radio, slider, drop, submit with context %}
{% from "parts/toast.html.j2" import toast with context %}
{% block content %}
{{ toast("Saved", "good", "/jobs", "Open") }}
{{ errors("Two fields are wrong.", ["The name is missing.", hostile]) }}
<form class="form card" method="post" action="/save">
{{ csrf_field() }}{{ head("7:abc") }}
{{ field("name", "Name", hostile, error="It is missing.", required=true, maxlength=80) }}
{{ number("amount", "Amount", "1,234.5", unit="MWh", hint="as on the bill") }}
{{ date("day", "Day", "2024-03-05") }}{{ month("month", "Month", "2024-03") }}
{{ select("site", "Site", [("a", "Xuzhou"), ("b", "Changzhou")], "b") }}
{{ area("reason", "Reason") }}
{{ check("agreed", "Agreed", true) }}
{{ radio("basis", "Basis", [("market", "Market"), ("location", "Location")], "market") }}
{{ slider("price", "Carbon price", 100, 0, 500, 10, "CNY 100") }}
{{ drop("file", "Workbook", accept=".xlsx", hint="or drop it here") }}
<p class="buttons">{{ submit("Save") }}{{ submit("Delete", "danger") }}</p>
</form>
{% endblock %}"""


@pytest.fixture
def form(site: Any, page: Page) -> Page:
    """Open a form with one of each field."""
    site.pages["/"] = PAGE
    site.facts["hostile"] = HOSTILE
    page.goto(site.address)
    page.wait_for_selector("[data-drop][data-bound]")
    return page


def test_every_field_is_named_and_a_fault_belongs_to_its_field(form: Page) -> None:
    name = form.get_by_label("Name")

    assert name.get_attribute("aria-invalid") == "true"
    assert form.locator("#name-about").inner_text() == "It is missing."
    assert name.get_attribute("aria-describedby") == "name-about"
    for label in ("Amount", "Day", "Month", "Site", "Reason", "Agreed", "Carbon price", "Workbook"):
        assert form.get_by_label(label, exact=True).count() == 1
    assert form.get_by_role("radio").count() == 2


def test_hostile_texts_stand_as_they_are(form: Page) -> None:
    assert form.get_by_label("Name").input_value() == HOSTILE
    assert HOSTILE in form.get_by_role("alert").inner_text()
    assert form.locator("main img").count() == 0


def test_a_word_of_the_server_moves_to_the_toasts(form: Page) -> None:
    assert form.locator("main .toast").count() == 0
    assert "Saved" in form.locator("#toasts .toast").inner_text()

    form.get_by_role("button", name="Close").last.click()

    assert form.locator("#toasts .toast").count() == 0


def test_the_form_is_sent_by_plain_html(site: Any, form: Page) -> None:
    site.answers["POST", "/save"] = lambda _: site.go("/")
    form.get_by_role("button", name="Save").click()
    form.wait_for_url(f"{site.address}/")

    sent = site.posted("/save")[0].body
    assert "csrf=token-of-the-test" in sent
    assert "head=7%3Aabc" in sent
    assert "amount=1%2C234.5" in sent
    assert "site=b" in sent


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_hinders_a_reader(
    form: Page, hindrances: Callable[[], list[str]], width: int
) -> None:
    form.set_viewport_size({"width": width, "height": 900})

    assert hindrances() == []
    assert form.evaluate("document.documentElement.scrollWidth") <= width
