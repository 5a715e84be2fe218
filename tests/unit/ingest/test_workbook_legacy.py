"""OpenDocument workbooks through calamine; the other old formats take the same way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanlu.ingest.model import ParsedFile

Read = Callable[..., "ParsedFile"]

CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="表">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(rows: list[list[str]]) -> bytes:
    text = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", CONTENT.format(rows=text))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def test_an_ods_workbook_is_read_with_a_note(read: Read) -> None:
    rows = [["期间", "厂区", "活动", "数量", "单位"], ["2024-01", "A厂", "电", "12.5", "kWh"]]

    parsed = read(ods(rows), "a.ods")

    assert [(row.site, float(row.quantity), row.source.cell) for row in parsed.rows] == [
        ("A厂", 12.5, "D2")
    ]
    assert "LEGACY_FORMAT" in {f.code for f in parsed.findings}


def test_a_broken_old_workbook_is_malformed(read: Read) -> None:
    parsed = read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "a.xls")

    assert parsed.rejected
    assert [f.code for f in parsed.findings] == ["XLSX_MALFORMED"]
