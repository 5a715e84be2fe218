"""Look into a zip archive without unpacking it: entries, names, real sizes, DOCTYPE."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from tanlu.ingest.rejected import RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CHUNK = 1 << 16
_END_RECORD = b"PK\x05\x06"
_END_SIZE = 22
_LOCAL_SIZE = 30
_COMMENT_MAX = 1 << 16
_DOCTYPE = re.compile(
    rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T\x00?I\x00?T)", re.IGNORECASE
)
_TAIL = 32
_NESTED_SUFFIXES = (".zip", ".gz", ".7z", ".rar", ".tar", ".jar", ".bz2", ".xz", ".xlsx", ".xlsm")
_NESTED_MAGIC = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


def check_archive(data: bytes, name: str, *, limits: Mapping[str, int]) -> zipfile.ZipFile:
    """Open an archive after proving that it is harmless.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for the finding.
    limits : Mapping[str, int]
        Table `ingest_limit`.

    Returns
    -------
    zipfile.ZipFile
        Open for reading.

    Raises
    ------
    RejectedError
        ``ARCHIVE_{ENTRIES, PATH, SYMLINK, NESTED}``, ``DECOMPRESSED_TOO_BIG``, ``XML_DTD``,
        ``FILE_ENCRYPTED_OR_XLS``, ``XLSX_MALFORMED``.
    """
    _check_entry_count(data, name, limits["zip_entries"])
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise RejectedError.of("XLSX_MALFORMED", name, found=str(error)[:200]) from error
    infos = archive.infolist()
    if len(infos) > limits["zip_entries"]:
        raise RejectedError.of(
            "ARCHIVE_ENTRIES", name, found=len(infos), expected=limits["zip_entries"]
        )
    for info in infos:
        _check_name(info, name)
        _check_declared(info, name, limits=limits)
    declared = sum(info.file_size for info in infos)
    if declared > limits["zip_total_bytes"]:
        raise RejectedError.of(
            "DECOMPRESSED_TOO_BIG", name, found=declared, expected=limits["zip_total_bytes"]
        )
    _check_contents(data, name, infos=infos, limits=limits)
    return archive


def _check_entry_count(data: bytes, name: str, limit: int) -> None:
    place = data.rfind(_END_RECORD, max(0, len(data) - _COMMENT_MAX - _END_SIZE))
    if place < 0 or place + _END_SIZE > len(data):
        raise RejectedError.of("XLSX_MALFORMED", name, found="no end of central directory")
    count = int.from_bytes(data[place + 10 : place + 12], "little")
    if count > limit:
        raise RejectedError.of("ARCHIVE_ENTRIES", name, found=count, expected=limit)


def _check_name(info: zipfile.ZipInfo, name: str) -> None:
    path = info.orig_filename.replace("\\", "/")
    is_absolute = path.startswith("/") or re.match(r"[A-Za-z]:", path)
    if is_absolute or ".." in path.split("/") or "\x00" in path:
        raise RejectedError.of("ARCHIVE_PATH", name, found=repr(info.orig_filename)[:200])
    if stat.S_ISLNK(info.external_attr >> 16):
        raise RejectedError.of("ARCHIVE_SYMLINK", name, found=repr(info.orig_filename)[:200])
    if path.lower().endswith(_NESTED_SUFFIXES) and not path.startswith("xl/embeddings/"):
        raise RejectedError.of("ARCHIVE_NESTED", name, found=repr(info.orig_filename)[:200])
    if info.flag_bits & 1:
        raise RejectedError.of("FILE_ENCRYPTED_OR_XLS", name, found=info.orig_filename[:200])


def _check_declared(info: zipfile.ZipInfo, name: str, *, limits: Mapping[str, int]) -> None:
    is_big = info.file_size > limits["zip_ratio_from_bytes"]
    if info.file_size > limits["zip_entry_bytes"] or (
        is_big and info.file_size > limits["zip_ratio"] * max(info.compress_size, 1)
    ):
        raise RejectedError.of(
            "DECOMPRESSED_TOO_BIG", name, found=info.file_size, expected=limits["zip_entry_bytes"]
        )


def _check_contents(
    data: bytes, name: str, *, infos: list[zipfile.ZipInfo], limits: Mapping[str, int]
) -> None:
    """Inflate everything once, counting real bytes, and look for a DOCTYPE in XML parts."""
    total = 0
    for info in infos:
        is_xml = info.filename.lower().endswith(_XML_SUFFIXES)
        size, tail = 0, b""
        for chunk in _inflate(data, info, name):
            if not size and chunk.startswith(_NESTED_MAGIC) and "embeddings/" not in info.filename:
                raise RejectedError.of("ARCHIVE_NESTED", name, found=info.filename[:200])
            size += len(chunk)
            total += len(chunk)
            if (
                size > limits["zip_entry_bytes"]
                or total > limits["zip_total_bytes"]
                or (
                    size > limits["zip_ratio_from_bytes"]
                    and size > limits["zip_ratio"] * max(info.compress_size, 1)
                )
            ):
                raise RejectedError.of(
                    "DECOMPRESSED_TOO_BIG", name, found=total, expected=limits["zip_total_bytes"]
                )
            if is_xml and _DOCTYPE.search(tail + chunk):
                raise RejectedError.of("XML_DTD", name, found=info.filename[:200])
            tail = chunk[-_TAIL:]
        if size != info.file_size:
            raise RejectedError.of("XLSX_MALFORMED", name, found=info.filename[:200])


def _inflate(data: bytes, info: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Yield the real bytes of an entry, whatever its headers say."""
    start = info.header_offset
    if data[start : start + 4] != b"PK\x03\x04":
        raise RejectedError.of("XLSX_MALFORMED", name, found=info.filename[:200])
    name_size, extra_size = struct.unpack("<HH", data[start + 26 : start + _LOCAL_SIZE])
    start += _LOCAL_SIZE + name_size + extra_size
    raw = memoryview(data)[start : start + info.compress_size]
    if info.compress_type == _STORED:
        for place in range(0, len(raw), _CHUNK):
            yield bytes(raw[place : place + _CHUNK])
        return
    if info.compress_type != _DEFLATED:
        raise RejectedError.of("XLSX_MALFORMED", name, found=f"compression {info.compress_type}")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for place in range(0, len(raw), _CHUNK):
            chunk = inflater.decompress(raw[place : place + _CHUNK], _CHUNK)
            yield chunk
            while inflater.unconsumed_tail:
                chunk = inflater.decompress(inflater.unconsumed_tail, _CHUNK)
                yield chunk
        yield inflater.flush()
    except zlib.error as error:
        raise RejectedError.of("XLSX_MALFORMED", name, found=str(error)) from error
