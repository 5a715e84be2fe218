"""Documents and charts over pages and API: made to order, written by a job, saved as files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pypdf
import pytest

from tests.unit.server.test_jobs import bearer, ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

    Serve = Callable[..., TestClient]

STARTS = {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK", "html": b"<!DOCTYPE"}


@pytest.mark.parametrize("form", STARTS)
def test_a_document_is_made_to_order_and_saved_by_the_browser(
    served: Serve, company: Path, form: str
) -> None:
    client = served(company)

    page = client.get(f"/reports/make/inventory.{form}", params={"lang": "en"})
    api = client.get("/api/report", params={"kind": "inventory", "format": form, "lang": "en"})

    assert page.content.startswith(STARTS[form])
    assert page.content == api.content
    assert page.headers["content-disposition"].startswith("attachment")
    assert f"tanlu-2024-inventory-en.{form}" in page.headers["content-disposition"]


def test_the_document_prints_the_run_the_page_shows(served: Serve, company: Path) -> None:
    client = served(company)
    run = client.get("/api/inventory/2024").json()["run"]["hash"]

    made = client.get("/reports/make/inventory.pdf", params={"lang": "en"}).content
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)

    assert run[:12] in text


def test_documents_are_written_by_a_job_and_listed(served: Serve, own: Path) -> None:
    client: Any = served(own)
    wish = {"kind": "inventory", "languages": ["zh", "en"], "formats": ["xlsx"]}

    job = ended(client, client.post("/api/report", json=wish, headers=bearer(client)).json()["id"])

    assert job["state"] == "done"
    names = [f"tanlu-2024-inventory-{lang}.xlsx" for lang in ("zh", "en")]
    listed = client.get("/reports").text
    for name, told in zip(names, job["result"]["reports"], strict=True):
        assert name in listed
        assert told["sha256"]
        opened = openpyxl.load_workbook(io.BytesIO(client.get(f"/reports/file/{name}").content))
        assert opened.sheetnames


@pytest.mark.parametrize("name", ["..%2Fworkspace.db", "workspace.db", "plan.json", "none.pdf"])
def test_nothing_but_documents_can_be_named(served: Serve, company: Path, name: str) -> None:
    assert served(company).get(f"/reports/file/{name}").status_code == 404


def test_a_wish_that_cannot_be_met_is_told_with_the_form(served: Serve, company: Path) -> None:
    client = served(company)
    form = client.get("/reports").text
    token = form.split('name="csrf" value="')[1].split('"')[0]

    answer = client.post("/reports", data={"csrf": token, "kind": "full", "languages": ["en"]})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<form" in answer.text


@pytest.mark.parametrize(
    ("form", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf"),
                        ("xlsx", b"PK")]
)  # fmt: skip
def test_a_chart_and_its_table_are_files_too(
    served: Serve, company: Path, form: str, start: bytes
) -> None:
    client = served(company)

    assert client.get(f"/figure/pareto.{form}").content.startswith(start)
    assert client.get("/figure/none.svg").status_code == 404
    assert client.get("/figure/pareto.exe").status_code == 422


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
@pytest.mark.parametrize("kind", ["full", "inventory", "roadmap"])
def test_every_kind_can_be_looked_at_before(
    served: Serve, company: Path, kind: str, lang: str
) -> None:
    answer = served(company).get(f"/reports/preview/{kind}", params={"lang": lang})

    assert answer.status_code == 200
    assert "data-chart" in answer.text or kind == "roadmap"
