"""Files chosen or dropped, sent with their progress, and where the answer leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

HEAD = '{% extends "base.html.j2" %}{% block content %}'
UPLOAD = HEAD + (
    '{% from "parts/forms.html.j2" import drop, csrf_field, submit with context %}'
    '<form method="post" action="/import" enctype="multipart/form-data">{{ csrf_field() }}'
    '{{ drop("file", "Workbook", accept=".xlsx", multiple=true) }}{{ submit("Import") }}</form>'
    "{% endblock %}"
)


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
