"""A copy of a workspace as one zip, consistent while others write.

Left out are what is no part of the ledger: the desk (users, sessions, jobs) and files not yet
imported.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tanlu.storage.database import DATABASE_NAME
from tanlu.storage.durable import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_FOLDERS = ("segments", "sources", "runs", "exports")
_PACKED = frozenset({".parquet", ".arrow", ".xlsx", ".zip", ".pdf", ".docx", ".png"})


def back_up(folder: Path, out: BinaryIO) -> int:
    """Write a workspace as a zip that opens as a workspace.

    Parameters
    ----------
    folder : Path
        The workspace.
    out : binary file
        Where the zip goes.

    Returns
    -------
    int
        Number of files in it.

    Notes
    -----
    The database is copied first, by SQLite's own backup; every file it names was written before
    it, under the hash of its contents, and never changes. So whatever is posted meanwhile, the
    copy is one state of the ledger.
    """
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / DATABASE_NAME
        _copy_database(folder / DATABASE_NAME, copy)
        count = 1
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(copy, DATABASE_NAME)
            for path in _files(folder):
                kind = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
                packed.write(path, path.relative_to(folder), compress_type=kind)
                count += 1
    return count


def _copy_database(source: Path, target: Path) -> None:
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)


def _files(folder: Path) -> Iterator[Path]:
    for name in _FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and not path.name.endswith(TEMPORARY):
                yield path
