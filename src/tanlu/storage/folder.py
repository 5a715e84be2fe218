"""The folder of a workspace: made whole, opened only when it is understood, swept of leftovers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select

from tanlu.kernel.errors import TanluError
from tanlu.storage import chain, durable, schema
from tanlu.storage.chain import Change, Stamp
from tanlu.storage.database import BUSY_MS, DATABASE_NAME, Access, Database

if TYPE_CHECKING:
    from collections.abc import Iterable

TAIL = 1000
_FOLDERS = ("segments", "sources", "runs", "exports")
_NAMED_BY_HASH = re.compile(r"([0-9a-f]{64})(\.[a-z0-9]{1,8})?")
_TEMPORARY = re.compile(r"\.tmp(-wal|-shm|-journal)?$")
_SWEEP_WAIT_MS = 50

Step = Callable[[Connection], None]
# version reached -> what brings the version before it there
STEPS: dict[int, Step] = {}


@dataclass(frozen=True, slots=True)
class Store:
    """A workspace folder and its open database."""

    folder: Path
    database: Database

    @property
    def segments(self) -> Path:
        """Folder of the Parquet segments."""
        return self.folder / "segments"

    @property
    def sources(self) -> Path:
        """Folder of the originals."""
        return self.folder / "sources"

    @property
    def runs(self) -> Path:
        """Folder of the result rows of runs."""
        return self.folder / "runs"

    @property
    def exports(self) -> Path:
        """Folder of what is written for people."""
        return self.folder / "exports"


def create(folder: Path, change: Change, *, workspace_id: str, stamp: Stamp) -> None:
    """Make the folder and a database with its first event; all of it or no workspace.

    Parameters
    ----------
    folder : Path
        May exist, but not hold a workspace.
    change : Change
        The first event, with the rows it writes.
    workspace_id : str
        Seeds the chain.
    stamp : Stamp
        When and by whom.

    Raises
    ------
    TanluError
        ``storage.exists``.
    """
    final = folder / DATABASE_NAME
    if final.exists():
        raise TanluError("storage.exists", folder=folder)
    if folder.exists() and not folder.is_dir():
        raise TanluError("storage.not-a-folder", folder=folder)
    _make_folders(folder)
    path = folder / f"{DATABASE_NAME}.{os.getpid()}{durable.TEMPORARY}"
    try:
        database = Database(path)
        with database.write() as conn:
            schema.create(conn)
            chain.append(conn, change, stamp=stamp, first=workspace_id)
        database.close()
        durable.fsync_file(path)
        _name_once(path, final)
    finally:
        for part in folder.glob(f"{path.name}*"):
            part.unlink(missing_ok=True)
    durable.fsync_folder(folder)
    durable.fsync_folder(folder.resolve().parent)


def open_store(folder: Path, *, stamp: Stamp | None, busy_ms: int = BUSY_MS) -> Store:
    """Open a workspace after checking that it is one, that its schema is known and its tail whole.

    Raises
    ------
    TanluError
        ``storage.not-a-workspace``, ``storage.newer-schema``, ``storage.older-schema``,
        ``storage.damaged``.
    """
    path = folder / DATABASE_NAME
    if not path.is_file():
        raise TanluError("storage.not-a-workspace", folder=folder)
    writable = os.access(path, os.W_OK) and os.access(folder, os.W_OK)
    access = Access.WRITE if writable else Access.READ_ONLY
    database = Database(path, busy_ms=busy_ms, access=access)
    store = Store(folder, database)
    try:
        _check_version(store, stamp=stamp)
        _check_tail(store)
    except BaseException:
        database.close()
        raise
    if writable and stamp is not None:
        sweep(store, stamp=stamp)
    return store


def sweep(store: Store, *, stamp: Stamp) -> tuple[str, ...]:
    """Remove what a killed writer left behind, and log it as an event.

    Returns
    -------
    tuple of str
        Paths removed, relative to the folder. Nothing is removed while another process writes:
        writers make their files while they hold the write lock, and so does the sweep.
    """
    with store.database.read() as conn:
        if not _leftovers(store, conn):
            return ()
    waiting = Database(store.database.path, busy_ms=_SWEEP_WAIT_MS)
    try:
        with waiting.write() as conn:
            found = _leftovers(store, conn)
            names = tuple(path.relative_to(store.folder).as_posix() for path in found)
            if found:
                chain.append(conn, Change("sweep", "", payload={"removed": names}), stamp=stamp)
                _unlink(found)
            return names
    except TanluError as error:
        if error.code in {"storage.busy", "storage.full"}:
            return ()
        raise
    finally:
        waiting.close()


def discard(store: Store, paths: Iterable[Path]) -> None:
    """Remove files of an attempt that did not commit; what cannot be removed is swept later."""
    wanted = set(paths)
    try:
        with store.database.write() as conn:
            _unlink([path for path in _leftovers(store, conn) if path in wanted])
    except TanluError:
        return


def _make_folders(folder: Path) -> None:
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise TanluError("storage.read-only", folder=folder) from error


def _name_once(path: Path, final: Path) -> None:
    try:
        os.link(path, final)  # fails when another process was first; rename would replace
    except FileExistsError as error:
        raise TanluError("storage.exists", folder=final.parent) from error
    except OSError:
        path.replace(final)


def _check_version(store: Store, *, stamp: Stamp | None) -> None:
    folder = store.folder
    with store.database.read() as conn:
        if not inspect(conn).has_table(schema.SCHEMA_VERSION.name):
            raise TanluError("storage.not-a-workspace", folder=folder)
        found = _version(conn)
    if found > schema.VERSION:
        raise TanluError("storage.newer-schema", folder=folder, found=found, known=schema.VERSION)
    if found == schema.VERSION:
        return
    if stamp is None or store.database.access is Access.READ_ONLY:
        raise TanluError("storage.older-schema", folder=folder, found=found, known=schema.VERSION)
    for version in range(found + 1, schema.VERSION + 1):
        _upgrade(store, version, stamp=stamp)


def _upgrade(store: Store, version: int, *, stamp: Stamp) -> None:
    with store.database.write() as conn:
        if _version(conn) >= version:  # another process was first
            return
        STEPS[version](conn)
        rows = {schema.SCHEMA_VERSION.name: [{"version": version}]}
        chain.append(conn, Change("upgrade", str(version), rows), stamp=stamp)


def _version(conn: Connection) -> int:
    return int(conn.execute(select(func.max(schema.SCHEMA_VERSION.c.version))).scalar_one())


def _check_tail(store: Store) -> None:
    with store.database.read() as conn:
        broken = chain.broken_tail(conn, length=TAIL)
    if broken is not None:
        raise TanluError("storage.damaged", folder=store.folder, reason=f"#{broken}")


def _leftovers(store: Store, conn: Connection) -> list[Path]:
    found = [
        path
        for folder in (store.folder, store.exports)
        for path in durable.leftovers(folder, set())
        if _TEMPORARY.search(path.name)
    ]
    for folder, table in (
        (store.segments, schema.SEGMENT),
        (store.sources, schema.SOURCE),
        (store.runs, schema.RUN),
    ):
        known = {Path(name).name for name in conn.execute(select(table.c.path)).scalars()}
        found += [path for path in durable.leftovers(folder, known) if _is_ours(path)]
    return found


def _is_ours(path: Path) -> bool:
    if path.suffix == durable.TEMPORARY:
        return True
    named = _NAMED_BY_HASH.fullmatch(path.name)
    return named is not None and durable.sha256_file(path) == named[1]


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
