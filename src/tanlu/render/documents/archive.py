"""Zip archives of office documents without the time they were written at."""

from __future__ import annotations

import io
import zipfile

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_UNIX = 3
_READABLE = 0o644 << 16


def timeless(archive: bytes) -> bytes:
    """Return a zip archive with the same files in the same order and no time of writing."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            new.writestr(entry, old.read(name))
    return target.getvalue()
