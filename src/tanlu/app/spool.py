"""Files somebody handed in, kept by a token in a private folder until imported or dropped.

What arrives is written whole or not at all; nothing here is part of the ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.ingest.precheck import display_name
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

FOLDER = "inbox"
MOST_FILES = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKEN_BYTES = 16
_OWNER_ONLY = 0o700
_NAME_BYTES = 200
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)")  # devices of Windows
_BLOCK = 1 << 20
_LEFT_S = 24 * 3600
_CLAIM = "claimed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived: its name as the sender wrote it, and its bytes."""

    name: str
    file: BinaryIO


class Spool:
    """The private folder of a workspace.

    Parameters
    ----------
    folder : Path
        Folder of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def keep(self, uploads: Sequence[Upload], *, facts: Mapping[str, Any]) -> str:
        """Keep files and return their token; without a file nothing is kept.

        Raises
        ------
        TanluError
            ``import.no-file``; ``import.too-many``.
        """
        if not uploads:
            raise TanluError("import.no-file")
        if len(uploads) > MOST_FILES:
            raise TanluError("import.too-many", found=len(uploads), most=MOST_FILES)
        self._prepare()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        part = self.folder / f".part-{token}"
        part.mkdir(mode=_OWNER_ONLY)
        try:
            files = [_kept(upload, part / str(n)) for n, upload in enumerate(uploads, 1)]
            _write(part / "staged.json", {**facts, "files": files})
            part.rename(self.folder / token)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return token

    def paths(self, token: str) -> list[Path]:
        """Return the files of a token, in the order they came."""
        place = self._place(token)
        files = self.facts(token)["files"]
        return [place / str(n) / one["name"] for n, one in enumerate(files, 1)]

    def facts(self, token: str) -> dict[str, Any]:
        """Return what is noted of a token.

        Raises
        ------
        TanluError
            ``import.gone`` when there is none: it was imported, dropped, or never was.
        """
        return self.read(token, "staged") or _gone(token)

    def read(self, token: str, name: str) -> dict[str, Any] | None:
        """Return a note kept with the files, or None."""
        try:
            text = (self._place(token) / f"{name}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        found: dict[str, Any] = json.loads(text)
        return found

    def write(self, token: str, name: str, body: Mapping[str, Any]) -> None:
        """Keep a note with the files, whole or not at all."""
        _write(self._place(token) / f"{name}.json", body)

    def forget(self, token: str, name: str) -> None:
        """Take a note away."""
        (self._place(token) / f"{name}.json").unlink(missing_ok=True)

    def mapping_path(self, token: str) -> Path:
        """Return where the answers of a token are, whether or not there are any."""
        return self._place(token) / "mapping.yaml"

    def has(self, token: str) -> bool:
        """Tell whether there is anything under a token."""
        return bool(_TOKEN.fullmatch(token)) and (self.folder / token).is_dir()

    def claim(self, token: str) -> bool:
        """Take a token for importing; False when somebody else did."""
        try:
            (self._place(token) / _CLAIM).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def release(self, token: str) -> None:
        """Give a claimed token back."""
        (self._place(token) / _CLAIM).unlink(missing_ok=True)

    def drop(self, token: str) -> None:
        """Remove the files of a token and all that is noted of them."""
        place = self._place(token)
        away = place.with_name(f".part-{token}")
        place.rename(away)
        shutil.rmtree(away, ignore_errors=True)

    def tokens(self) -> list[str]:
        """Return what is kept, newest first."""
        if not self.folder.is_dir():
            return []
        self._sweep()
        found = [entry for entry in self.folder.iterdir() if _TOKEN.fullmatch(entry.name)]
        return [entry.name for entry in sorted(found, key=_changed, reverse=True)]

    def _place(self, token: str) -> Path:
        if not self.has(token):
            _gone(token)
        return self.folder / token

    def _prepare(self) -> None:
        self.folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed server left half written."""
        for entry in self.folder.glob(".part-*"):
            if time.time() - _changed(entry) > _LEFT_S:
                shutil.rmtree(entry, ignore_errors=True)


def _gone(token: str) -> Any:
    raise TanluError("import.gone", found=token[:40])


def _changed(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _kept(upload: Upload, folder: Path) -> dict[str, Any]:
    """Copy one upload under a name that is safe on every system."""
    folder.mkdir(mode=_OWNER_ONLY)
    name = safe_name(upload.name)
    digest, size = hashlib.sha256(), 0
    with (folder / name).open("xb") as out:
        while block := upload.file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return {"name": name, "sent": upload.name[:_NAME_BYTES], "size": size,
            "sha256": digest.hexdigest()}  # fmt: skip


def safe_name(sent: str) -> str:
    """Return the name a file is kept and shown under: no path, no control characters, not long."""
    shown, _ = display_name(sent)
    shown = re.sub(r'[<>:"|?*]', "_", shown)
    shown = f"_{shown}" if _RESERVED.match(shown) else shown
    stem, dot, suffix = shown.rpartition(".")
    if not dot:
        stem, suffix = shown, ""
    room = _NAME_BYTES - len(suffix.encode()) - 1
    if room < 1:
        return stem.encode()[:_NAME_BYTES].decode(errors="ignore") or "file"
    cut = stem.encode()[:room].decode(errors="ignore") or "file"
    return f"{cut}{dot}{suffix}"


def _write(path: Path, body: Mapping[str, Any]) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def uploads_of(named: Iterable[tuple[str | None, BinaryIO]]) -> list[Upload]:
    """Return the files of a form; a field that was left empty sends a file without a name."""
    return [Upload(name, file) for name, file in named if name]
