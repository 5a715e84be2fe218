"""Reports in every format: by the command line, from Python, and as bytes for the browser."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdf import PdfReader

import tanlu
from tanlu.app.reports import FORMATS, ReportOptions, report_file
from tanlu.app.workspaces import open_workspace
from tests.journeys.conftest import in_workspace, run


def _pages(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_one_call_writes_all_formats_of_a_kind(company: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    body = in_workspace(company)(
        "report", "--kind", "inventory", "--lang", "zh,en,zh-Hant",
        "--format", "pdf,docx,xlsx,html", "-o", str(out),
    )  # fmt: skip

    assert len(body["reports"]) == 12
    for row in body["reports"]:
        data = Path(row["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert Path(row["path"]).name == f"tanlu-2024-inventory-{row['lang']}.{row['format']}"
    assert sorted(path.name for path in out.iterdir()) == sorted(
        Path(row["path"]).name for row in body["reports"]
    )


def test_total_is_the_same_in_every_format(company: Path, tmp_path: Path) -> None:
    call = in_workspace(company)
    total = float(call("inventory", "2024")["total_t"]["market"])
    call("report", "--lang", "en", "--format", ",".join(FORMATS), "-o", str(tmp_path))
    stem = tmp_path / "tanlu-2024-en"

    shown = f"{total / 1e6:.3f} Mt"
    assert shown in stem.with_suffix(".html").read_text("utf-8")
    assert shown in _pages(stem.with_suffix(".pdf").read_bytes())
    paper = docx.Document(str(stem.with_suffix(".docx")))
    assert any(shown in cell.text for cell in paper.tables[0]._cells)  # noqa: SLF001
    book = openpyxl.load_workbook(stem.with_suffix(".xlsx"))
    values = [cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row]
    assert pytest.approx(total, rel=1e-12) in [v for v in values if isinstance(v, float)]


def test_the_same_report_gives_the_same_bytes(company: Path, tmp_path: Path) -> None:
    call = in_workspace(company)
    argv = ("report", "--lang", "zh", "--format", ",".join(FORMATS), "-o")

    first = call(*argv, str(tmp_path / "a"))["reports"]
    again = call(*argv, str(tmp_path / "b"))["reports"]

    assert [row["sha256"] for row in first] == [row["sha256"] for row in again]


@pytest.mark.parametrize("form", FORMATS)
def test_one_document_comes_as_bytes_with_name_and_media_type(company: Path, form: str) -> None:
    options = ReportOptions(kind="roadmap", languages=("en",), formats=(form,))

    with open_workspace(company) as workspace:
        file = report_file(workspace, options=options)

    assert file.name == f"tanlu-2024-roadmap-en.{form}"
    assert file.data.startswith({"pdf": b"%PDF", "html": b"<!DOCTYPE"}.get(form, b"PK"))
    assert "/" in file.media_type


def test_verifiers_pack_comes_as_bytes_too(company: Path) -> None:
    with open_workspace(company) as workspace:
        file = report_file(workspace, options=ReportOptions(kind="verifier"))

    assert file.name == "tanlu-2024-verifier.zip"
    assert zipfile.ZipFile(io.BytesIO(file.data)).testzip() is None


def test_python_writes_the_same_files(company: Path, tmp_path: Path) -> None:
    told = in_workspace(company)(
        "report", "--kind", "roadmap", "--lang", "en", "--format", "pdf", "-o", str(tmp_path / "a")
    )
    with tanlu.open(company) as opened:
        made = opened.report(kind="roadmap", lang="en", formats="pdf", output=tmp_path / "b")

    assert [row["sha256"] for row in made] == [row["sha256"] for row in told["reports"]]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("--format", "odt"), "report.format"),
        (("--kind", "novel"), "report.kind"),
        (("--lang", ","), "report.nothing-asked"),
        (("--lang", "fr"), "i18n.unknown-language"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    company: Path, tmp_path: Path, argv: tuple[str, str], code: str
) -> None:
    told = run("-w", str(company), "--json", "report", *argv, "-o", str(tmp_path / "out"))

    assert told.code == 2
    assert told.body["code"] == code
    assert not (tmp_path / "out").exists()
