"""Files that are whole or absent: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHUNK = 1 << 20
TEMPORARY = ".tmp"


@dataclass(frozen=True, slots=True)
class Written:
    """A file under its final name."""

    path: Path
    sha256: str
    size: int
    new: bool


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_file(path: Path) -> None:
    """Make a file's bytes survive a power cut."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def write_named_by_hash(folder: Path, suffix: str, write: Callable[[Path], None]) -> Written:
    """Let `write` fill a temporary file, then give it its hash as name.

    Parameters
    ----------
    folder : Path
        Where it goes.
    suffix : str
        End of the final name, with its dot, or empty.
    write : callable
        Writes the file at the path it is given.

    Returns
    -------
    Written
        ``new`` is False when a file of that name and content was there already.
    """
    with _temporary(folder) as path:
        write(path)
        fsync_file(path)
        digest = sha256_file(path)
        size = path.stat().st_size
        final = folder / f"{digest}{suffix}"
        new = not (final.exists() and sha256_file(final) == digest)
        path.replace(final)
    fsync_folder(folder)
    return Written(final, digest, size, new)


def write_text(path: Path, content: str) -> None:
    """Write a small text file whole or not at all."""
    with _temporary(path.parent) as temporary:
        temporary.write_bytes(content.encode("utf-8"))
        fsync_file(temporary)
        temporary.replace(path)
    fsync_folder(path.parent)


def copy_file(source: Path) -> Callable[[Path], None]:
    """Return a writer that copies the bytes of `source`."""

    def write(path: Path) -> None:
        with source.open("rb") as reader, path.open("wb") as writer:
            shutil.copyfileobj(reader, writer, _CHUNK)

    return write


def leftovers(folder: Path, known: set[str]) -> list[Path]:
    """List the files of a folder that are temporary, or that nothing names."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name not in known)


def free_bytes(folder: Path) -> int:
    """Return the bytes free for us on the volume of a folder."""
    return shutil.disk_usage(folder).free


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(suffix=TEMPORARY, dir=folder)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
