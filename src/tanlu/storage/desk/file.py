"""The file of the desk: made on demand, readable by its owner alone."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.storage.database import Database
from tanlu.storage.desk import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

DESK_NAME = "desk.db"
_OWNER_ONLY = 0o600
_TRIES = 50
_PAUSE_S = 0.1


class DeskFile:
    """The desk of one workspace; opened, and made where there is none, at its first use.

    Parameters
    ----------
    folder : Path
        Folder of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / DESK_NAME
        self._lock = threading.Lock()
        self._database: Database | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a desk already."""
        return self.path.is_file()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the desk."""
        with self._opened().read() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection that holds the write lock; commit at the end, or nothing happened.

        Raises
        ------
        TanluError
            Those of `Database.write`; ``desk.damaged``, ``desk.newer``.
        """
        with self._opened().write() as conn:
            yield conn

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _opened(self) -> Database:
        with self._lock:
            if self._database is None:
                self._database = self._open()
            return self._database

    def _open(self) -> Database:
        """Open the file, waiting for another process that makes it at the same moment."""
        self._make_private()
        for left in reversed(range(_TRIES)):
            database = Database(self.path)
            try:
                _prepare(database)
            except TanluError as error:
                database.close()
                if error.code == "storage.damaged":
                    reason = error.facts["reason"]
                    raise TanluError("desk.damaged", file=self.path, reason=reason) from error
                if error.code != "storage.busy" or not left:
                    raise
                time.sleep(_PAUSE_S)
            else:
                return database
        raise AssertionError  # the last try returns or raises

    def _make_private(self) -> None:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
        except FileNotFoundError as error:
            raise TanluError("storage.not-a-workspace", folder=self.path.parent) from error
        except OSError as error:
            raise TanluError("storage.read-only", folder=self.path.parent) from error


def _prepare(database: Database) -> None:
    with database.read() as conn:
        found = _version(conn)
    if found > tables.VERSION:
        raise TanluError("desk.newer", file=database.path, found=found, known=tables.VERSION)
    if found < tables.VERSION:
        with database.write() as conn:
            if _version(conn) < tables.VERSION:
                tables.METADATA.create_all(conn)
                conn.exec_driver_sql(f"PRAGMA user_version = {tables.VERSION}")


def _version(conn: Connection) -> int:
    return int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())
