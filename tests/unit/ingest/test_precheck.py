"""What is refused before anything is parsed, and why."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.ingest import shipped
from tanlu.ingest.precheck import FileKind, check_evidence, check_file, display_name
from tanlu.ingest.rejected import RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMITS = shipped.limits()
CONTENT_TYPES = "[Content_Types].xml"


def zipped(entries: dict[str, bytes], **info: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for field, value in info.items():
                setattr(entry, field, value)
            archive.writestr(entry, data)
    return out.getvalue()


def refused(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(RejectedError) as caught:
        check_file(data, name, limits=LIMITS)
    return caught.value.code


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_workbook_and_a_text_file_pass(workbook: Callable[..., bytes]) -> None:
    data = workbook({"a": [["x"]]})

    assert check_file(data, "a.xlsx", limits=LIMITS).kind is FileKind.XLSX
    assert check_file(b"a,b\n1,2\n", "a.csv", limits=LIMITS).kind is FileKind.TEXT


@pytest.mark.parametrize(
    ("entries", "info", "code"),
    [
        ({"/etc/passwd": b""}, {}, "ARCHIVE_PATH"),
        ({"a/../../b": b""}, {}, "ARCHIVE_PATH"),
        ({"..\\b": b""}, {}, "ARCHIVE_PATH"),
        ({"C:/b": b""}, {}, "ARCHIVE_PATH"),
        ({"a": b"/etc"}, {"external_attr": (stat.S_IFLNK | 0o777) << 16}, "ARCHIVE_SYMLINK"),
        ({"a.zip": b""}, {}, "ARCHIVE_NESTED"),
        ({"innocent.bin": b"PK\x03\x04" + b"0" * 40}, {}, "ARCHIVE_NESTED"),
        ({"xl/a.xml": b"<!DOCTYPE a>"}, {}, "XML_DTD"),
        ({"xl/a.xml": b" " * 65530 + b"<!DocType a>"}, {}, "XML_DTD"),
        ({"xl/a.xml": "<!DOCTYPE a>".encode("utf-16-le")}, {}, "XML_DTD"),
        ({"xl/b.rels": b"<!ENTITY a 'b'>"}, {}, "XML_DTD"),
        ({"xl/big.xml": b"<a/>" * 40_000_000}, {}, "DECOMPRESSED_TOO_BIG"),
        ({f"{i}": b"" for i in range(2001)}, {}, "ARCHIVE_ENTRIES"),
        ({"plain.txt": b"x"}, {}, "TYPE_NOT_ALLOWED"),
    ],
)
def test_hostile_archives_are_refused(
    entries: dict[str, bytes], info: dict[str, Any], code: str
) -> None:
    assert refused(zipped(entries, **info)) == code


def test_sizes_are_counted_whatever_the_headers_say() -> None:
    data = zipped({CONTENT_TYPES: b"<a/>" * 6_000_000})
    lying = data.replace(struct.pack("<I", 24_000_000), struct.pack("<I", 100))

    assert refused(lying) == "DECOMPRESSED_TOO_BIG"


def test_a_header_that_lies_a_little_is_malformed() -> None:
    data = zipped({CONTENT_TYPES: b"<a/>" * 1000})
    lying = data.replace(struct.pack("<I", 4000), struct.pack("<I", 100))

    assert refused(lying) == "XLSX_MALFORMED"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "EMPTY_FILE"),
        (b"\xef\xbb\xbf\r\n", "a.csv", "EMPTY_FILE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "a.xlsx", "FILE_ENCRYPTED_OR_XLS"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xls",
            "FILE_ENCRYPTED_OR_XLS",
        ),
        (b"PK\x03\x04truncated", "a.xlsx", "XLSX_MALFORMED"),
        (b"%PDF-1.7", "a.pdf", "TYPE_NOT_ALLOWED"),
        (b"<?xml version='1.0'?><svg/>", "a.csv", "TYPE_NOT_ALLOWED"),
        (b"\x1f\x8b\x08\0", "a.csv", "TYPE_NOT_ALLOWED"),
        (b"MZ\x90", "a.xlsx", "TYPE_NOT_ALLOWED"),
        (b"a,b", "a.exe", "TYPE_NOT_ALLOWED"),
        (b"a,b", "a", "TYPE_NOT_ALLOWED"),
        (png(100, 100), "a.png", "TYPE_NOT_ALLOWED"),
        (png(30000, 30000), "a.png", "IMAGE_TOO_LARGE"),
        (png(30000, 30000), "a.csv", "IMAGE_TOO_LARGE"),
        (b"{}", "a.json", "TYPE_NOT_ALLOWED"),
    ],
)
def test_what_is_no_table_is_refused_by_its_contents(data: bytes, name: str, code: str) -> None:
    assert refused(data, name) == code


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"<html><table></table></html>", "a.xls", "html"),
        (b"<table><tr><td>1</td></tr></table>", "a.csv", "html"),
        (b"a,b\n1,2\n", "a.xlsx", "csv"),
        (b"a\tb\n1\t2\n", "a.xls", "csv"),
    ],
)
def test_a_name_that_disagrees_is_asked_about(data: bytes, name: str, kind: str) -> None:
    asked = check_file(data, name, limits=LIMITS)
    answered = check_file(data, name, limits=LIMITS, file_type=kind)

    assert [f.code for f in asked.findings] == ["TYPE_MISMATCH"]
    assert (answered.kind, answered.findings) == (kind, ())


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"<svg/>", "a.svg", "TYPE_NOT_ALLOWED"),
        (b"<svg/>", "a.png", "TYPE_MISMATCH"),
        (png(30000, 30000), "a.png", "IMAGE_TOO_LARGE"),
        (zipped({"../x": b""}), "a.zip", "ARCHIVE_PATH"),
        (b"MZ", "a.pdf", "TYPE_MISMATCH"),
    ],
)
def test_evidence_must_be_what_it_says(data: bytes, name: str, code: str) -> None:
    with pytest.raises(RejectedError) as caught:
        check_evidence(data, name, limits=LIMITS)

    assert caught.value.code == code


def test_honest_evidence_is_taken() -> None:
    assert check_evidence(b"%PDF-1.7", "bill.PDF", limits=LIMITS) == ".pdf"
    assert check_evidence(png(10, 10), "meter.png", limits=LIMITS) == ".png"


def test_hostile_names_are_shown_harmlessly(shared: Path) -> None:
    text = (shared / "badinputs" / "attack" / "upload_filenames.json").read_text(encoding="utf-8")
    names = [name if isinstance(name, str) else str(name) for name in json.loads(text)]

    for name in names:
        shown, findings = display_name(name)
        assert shown
        assert not set(shown) & set("/\\\x00\n\r"), name
        assert len(shown) <= 255
        assert shown != ".."
        if shown != name:
            assert [f.code for f in findings] == ["FILENAME"]


def test_an_ordinary_name_passes_as_it_is() -> None:
    assert display_name("能耗台账 2024.xlsx") == ("能耗台账 2024.xlsx", ())
