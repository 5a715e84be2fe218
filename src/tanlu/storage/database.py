"""The one way to the database: durable settings per connection, write lock, errors with codes."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from tanlu.kernel.errors import TanluError
from tanlu.storage import durable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

DATABASE_NAME = "workspace.db"
BUSY_MS = 20_000
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_CODES = {
    "SQLITE_BUSY": "storage.busy",
    "SQLITE_LOCKED": "storage.busy",
    "SQLITE_FULL": "storage.full",
    "SQLITE_READONLY": "storage.read-only",
    "SQLITE_IOERR": "storage.io-error",
    "SQLITE_CORRUPT": "storage.damaged",
    "SQLITE_NOTADB": "storage.damaged",
    "SQLITE_CANTOPEN": "storage.not-a-workspace",
}


class Access(StrEnum):
    """How a database is opened."""

    WRITE = "write"
    INSPECT = "inspect"  # read it exactly as it is found, in a folder that can be written
    READ_ONLY = "read-only"  # in a folder that cannot be written


class Database:
    """A pool of connections to one workspace database.

    Parameters
    ----------
    path : Path
        File of the database.
    busy_ms : int
        How long a writer waits for another one [ms].
    access : Access
        Whether it may be written, and whether the folder can be.
    """

    def __init__(
        self, path: Path, *, busy_ms: int = BUSY_MS, access: Access = Access.WRITE
    ) -> None:
        self.path = path
        self.access = access
        self.engine = _engine(path, busy_ms=busy_ms, access=access)
        self._failed = ""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the ledger."""
        with self._errors(0), self.engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self, *, needed: int = 0) -> Iterator[Connection]:
        """Give a connection that holds the write lock; commit at the end, or nothing happened.

        Parameters
        ----------
        needed : int
            Bytes the caller is about to write, for the message when the disk is full.

        Raises
        ------
        TanluError
            ``storage.busy``, ``storage.full``, ``storage.read-only``, ``storage.io-error``.
        """
        if self.access is not Access.WRITE:
            raise TanluError("storage.read-only", folder=self.path.parent)
        if self._failed:
            raise TanluError("storage.io-error", folder=self.path.parent, reason=self._failed)
        with self._errors(needed), self.engine.connect() as conn:
            conn.execution_options(tanlu_write=True)
            with conn.begin():
                yield conn

    def close(self) -> None:
        """Close all connections; the last one folds the log back into the database."""
        self.engine.dispose()

    @contextmanager
    def _errors(self, needed: int) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._anticipated(error, needed) from error
        except UnicodeDecodeError as error:  # text that is no text, in rows or in the schema
            raise TanluError("storage.damaged", folder=self.path.parent, reason=error) from error
        except OSError as error:
            if error.errno in _FULL_DISK:
                raise self._full(needed) from error
            if error.errno in _READ_ONLY:
                raise TanluError("storage.read-only", folder=self.path.parent) from error
            raise

    def _anticipated(self, error: DBAPIError, needed: int) -> Exception:
        name = getattr(error.orig, "sqlite_errorname", "")
        code = next((_CODES[key] for key in _CODES if name.startswith(key)), None)
        if code == "storage.full":
            return self._full(needed)
        if code is None:
            return error
        if code == "storage.io-error":
            self._failed = self._failed or str(error.orig)
        return TanluError(code, folder=self.path.parent, reason=error.orig)

    def _full(self, needed: int) -> TanluError:
        folder = self.path.parent
        free = durable.free_bytes(folder)
        return TanluError("storage.full", folder=folder, needed=needed, free=free)


def _engine(path: Path, *, busy_ms: int, access: Access) -> Engine:
    engine = create_engine(
        _url(path, access),
        connect_args={"timeout": busy_ms / 1000},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        if access is Access.WRITE:
            mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            if mode != "wal":
                raise TanluError("storage.no-wal", folder=path.parent, found=mode)
        for pragma in (
            f"PRAGMA busy_timeout={busy_ms}",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            "PRAGMA recursive_triggers=ON",
        ):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(conn: Connection) -> None:
        writes = conn.get_execution_options().get("tanlu_write", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _url(path: Path, access: Access) -> URL:
    if access is not Access.READ_ONLY:
        return URL.create("sqlite+pysqlite", database=str(path))
    log = path.with_name(path.name + "-wal")
    query = {"uri": "true", "mode": "ro"}
    if not log.exists() or log.stat().st_size == 0:
        query["immutable"] = "1"  # else the folder would need a shared-memory file
    return URL.create("sqlite+pysqlite", database=f"file:{quote(str(path))}", query=query)
