"""Look at a file before anything parses it: size, what it really is, and what it hides.

Decides only from bytes and name; reading the contents is the child's work.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tanlu.ingest import safe_config
from tanlu.ingest.archive import check_archive
from tanlu.ingest.image import image_size
from tanlu.ingest.rejected import RejectedError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|head|body|meta)", re.I)
_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!DOCTYPE)", re.I)
_REFUSED_MAGIC = (b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF", b"BZh")
_HEAD = 4096
_NAME_MAX = 255


class FileKind(StrEnum):
    """What a file really is."""

    XLSX = "xlsx"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    TEXT = "csv"
    HTML = "html"


_EXTENSIONS = {
    ".xlsx": FileKind.XLSX,
    ".xlsm": FileKind.XLSX,
    ".xltx": FileKind.XLSX,
    ".xls": FileKind.XLS,
    ".xlsb": FileKind.XLSB,
    ".ods": FileKind.ODS,
    ".csv": FileKind.TEXT,
    ".tsv": FileKind.TEXT,
    ".txt": FileKind.TEXT,
    ".html": FileKind.HTML,
    ".htm": FileKind.HTML,
}
_CONFIG = {".json", ".yaml", ".yml"}
_EVIDENCE_MAGIC = {
    ".pdf": (b"%PDF",),
    ".png": (b"\x89PNG",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".zip": (_ZIP,),
    ".xlsx": (_ZIP,),
    ".csv": (),
    ".txt": (),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be read, as what, and the question it leaves open.

    Parameters
    ----------
    kind : FileKind
        What it is.
    findings : tuple of Finding
        ``TYPE_MISMATCH`` (ask) when name and contents disagree; nothing is read then.
    """

    kind: FileKind
    findings: tuple[Finding, ...] = ()


def check_file(
    data: bytes, name: str, *, limits: Mapping[str, int], file_type: str = ""
) -> Checked:
    """Decide what a file is and whether it may be read.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name; the extension is compared with the contents.
    limits : Mapping[str, int]
        Table `ingest_limit`.
    file_type : str
        The user's answer to ``TYPE_MISMATCH``.

    Returns
    -------
    Checked
        What to read it as.

    Raises
    ------
    RejectedError
        When it is empty, too big, hostile or no table.
    """
    if len(data) > limits["file_bytes"]:
        raise RejectedError.of(
            "DECOMPRESSED_TOO_BIG", name, found=len(data), expected=limits["file_bytes"]
        )
    if not data.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise RejectedError.of("EMPTY_FILE", name)
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    _refuse_others(data, name, suffix=suffix, limits=limits)
    kind = _kind_of(data, name, limits=limits)
    stated = _EXTENSIONS.get(suffix)
    if stated is None:
        raise RejectedError.of("TYPE_NOT_ALLOWED", name, found=suffix or "-", expected=_expected())
    if kind is FileKind.XLS and stated is not FileKind.XLS:
        raise RejectedError.of("FILE_ENCRYPTED_OR_XLS", name, found="OLE2", expected=suffix)
    if stated is kind or file_type == kind:
        return Checked(kind)
    facts = {"found": kind.value, "expected": suffix.lstrip("."), "choices": kind.value}
    return Checked(kind, (Finding("TYPE_MISMATCH", Outcome.ASK, file=name, facts=facts),))


def _expected() -> str:
    return ", ".join(sorted(key.lstrip(".") for key in _EXTENSIONS))


def _refuse_others(data: bytes, name: str, *, suffix: str, limits: Mapping[str, int]) -> None:
    if suffix in _CONFIG:
        load = safe_config.load_json if suffix == ".json" else safe_config.load_yaml
        load(data, name)
        raise RejectedError.of("TYPE_NOT_ALLOWED", name, found=suffix, expected=_expected())
    size = image_size(data[: 1 << 20])
    if size is not None and size[0] * size[1] > limits["image_pixels"]:
        found = f"{size[0]}x{size[1]}"
        raise RejectedError.of(
            "IMAGE_TOO_LARGE", name, found=found, expected=limits["image_pixels"]
        )
    is_xml = _XML.match(data[:_HEAD]) and not _HTML.match(data[:_HEAD])
    if size is not None or data.startswith(_REFUSED_MAGIC) or is_xml:
        raise RejectedError.of("TYPE_NOT_ALLOWED", name, found=suffix or "-", expected=_expected())


def _kind_of(data: bytes, name: str, *, limits: Mapping[str, int]) -> FileKind:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise RejectedError.of("FILE_ENCRYPTED_OR_XLS", name, found="EncryptedPackage")
        return FileKind.XLS
    if data.startswith(b"PK"):
        names = set(check_archive(data, name, limits=limits).namelist())
        if {"xl/workbook.xml", "xl/workbook.bin"} <= names:
            found = "xl/workbook.xml, xl/workbook.bin"
            raise RejectedError.of("XLSX_MALFORMED", name, found=found)
        if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
            return FileKind.XLSB if "xl/workbook.bin" in names else FileKind.XLSX
        if "content.xml" in names and "mimetype" in names:
            return FileKind.ODS
        raise RejectedError.of("TYPE_NOT_ALLOWED", name, found="zip", expected=_expected())
    if _HTML.match(data[:_HEAD]):
        return FileKind.HTML
    return FileKind.TEXT


def check_evidence(data: bytes, name: str, *, limits: Mapping[str, int]) -> str:
    """Decide whether a file may be kept as evidence, and return its extension.

    Parameters
    ----------
    data, name, limits
        As in `check_file`.

    Returns
    -------
    str
        Extension such as ``.pdf``, proven by the contents.

    Raises
    ------
    RejectedError
        ``TYPE_NOT_ALLOWED``, ``TYPE_MISMATCH``, ``IMAGE_TOO_LARGE``, ``ARCHIVE_*``, ...
    """
    if len(data) > limits["file_bytes"]:
        raise RejectedError.of(
            "DECOMPRESSED_TOO_BIG", name, found=len(data), expected=limits["file_bytes"]
        )
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix not in _EVIDENCE_MAGIC:
        choices = ", ".join(sorted(key.lstrip(".") for key in _EVIDENCE_MAGIC))
        raise RejectedError.of("TYPE_NOT_ALLOWED", name, found=suffix or "-", expected=choices)
    magic = _EVIDENCE_MAGIC[suffix]
    is_binary = data.startswith((_ZIP, _OLE, b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"<"))
    if (magic and not data.startswith(magic)) or (not magic and is_binary):
        raise RejectedError.of("TYPE_MISMATCH", name, found=data[:8].hex(), expected=suffix)
    size = image_size(data[: 1 << 20])
    if size is not None and size[0] * size[1] > limits["image_pixels"]:
        raise RejectedError.of(
            "IMAGE_TOO_LARGE", name, found=f"{size[0]}x{size[1]}", expected=limits["image_pixels"]
        )
    if data.startswith(_ZIP):
        check_archive(data, name, limits=limits)
    return suffix


def display_name(name: str) -> tuple[str, tuple[Finding, ...]]:
    """Return a name fit to show, and a warning when the given one was not.

    Parameters
    ----------
    name : str
        File name as it arrived; may hold a path, control characters, anything.

    Returns
    -------
    tuple
        Last part of the path without control and direction characters, at most 255
        characters, never empty; and a ``FILENAME`` warning when that differs.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(
        ch for ch in last if unicodedata.category(ch) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ).strip(" .")[:_NAME_MAX]
    shown = shown or "file"
    is_reserved = re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", shown) is not None
    is_odd = (
        is_reserved or shown != name or shown[:1] in "-=+@~" or re.search(r'[<>"|?*:$`]', shown)
    )
    if not is_odd:
        return shown, ()
    facts = {"found": repr(name)[1:-1][:_NAME_MAX], "expected": shown}
    return shown, (Finding("FILENAME", Outcome.WARN, file=shown, facts=facts),)
