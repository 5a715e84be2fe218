"""Tables of the workspace database, and the triggers that keep them append-only.

Every table but `event` has the key ``(seq, n)``: the event that wrote the row, and its number in
it. Nothing is ever updated; the newest version of a thing is the one with the highest key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.schema import SchemaItem

VERSION = 1

METADATA = MetaData()

EVENT = Table(
    "event",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("prev", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)

_COUNTS = ("rows_in", "accepted", "quarantined", "duplicates", "excluded")
_CELL = ("file", "sha256", "sheet", "cell")


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[Column[Any]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


def _table(name: str, *parts: SchemaItem | list[Column[Any]]) -> Table:
    flat: list[SchemaItem] = []
    for part in parts:
        if isinstance(part, list):
            flat.extend(part)
        else:
            flat.append(part)
    key = PrimaryKeyConstraint("seq", "n")
    return Table(name, METADATA, *_numbers("seq", "n"), *flat, key)


WORKSPACE = _table("workspace", _texts("id"), UniqueConstraint("id"))
SCHEMA_VERSION = _table("schema_version", _numbers("version"), UniqueConstraint("version"))
SETTING = _table("setting", _texts("key", "value"))
SITE = _table(
    "site",
    _texts("site_id", "province", "name_en"),
    _numbers("version"),
    UniqueConstraint("site_id", "version"),
)
TARGET = _table(
    "target",
    _texts("target_id", "body"),
    _numbers("version"),
    UniqueConstraint("target_id", "version"),
)
SOURCE = _table(
    "source", _texts("sha256", "name", "path"), _numbers("size"), UniqueConstraint("sha256")
)
BATCH = _table(
    "batch",
    _texts("batch_id", "kind", "voids"),
    _numbers("rows", "records"),
    UniqueConstraint("batch_id"),
)
BATCH_FILE = _table(
    "batch_file",
    _texts("batch_id", "sha256", "name", "sheets"),
    _numbers(*_COUNTS, "rows", "records", "open_questions"),
    UniqueConstraint("batch_id", "sha256"),
)
SEGMENT = _table(
    "segment",
    _texts("batch_id", "sha256", "path"),
    _numbers("rows", "changes", "size"),
    UniqueConstraint("sha256"),
)
POSTED_MONTH = _table(
    "posted_month", _texts("batch_id"), _numbers("ym", "rows"), UniqueConstraint("batch_id", "ym")
)
RECORD = _table(
    "record",
    _texts("batch_id", "record_id", "op", "kind", "fields", "cells", *_CELL),
    _numbers("version"),
    UniqueConstraint("record_id", "version"),
)
QUARANTINE = _table("quarantine", _texts("batch_id", *_CELL, "raw", "findings"))
CONTROL_TOTAL = _table(
    "control_total", _texts("batch_id", *_CELL, "site", "item", "unit", "stated", "read")
)
FINDING = _table(
    "finding",
    _texts("batch_id", "code", "outcome", *_CELL, "facts"),
    _numbers("number"),
    UniqueConstraint("batch_id", "number"),
)
ACKNOWLEDGEMENT = _table(
    "acknowledgement",
    _texts("batch_id", "reason"),
    _numbers("number"),
    UniqueConstraint("batch_id", "number"),
)
RUN = _table(
    "run", _texts("run_id", "meta", "sha256", "path"), _numbers("rows"), UniqueConstraint("run_id")
)
MONTH_STATE = _table("month_state", _texts("state", "second", "reason"), _numbers("ym"))

Index("batch_file_by_source", BATCH_FILE.c.sha256)
Index("month_state_by_month", MONTH_STATE.c.ym)
Index("record_by_source", RECORD.c.sha256)

LEDGER_TABLES: tuple[Table, ...] = tuple(
    table for name, table in sorted(METADATA.tables.items()) if name != "event"
)

_REFUSED = "RAISE(ABORT, 'append-only')"


def create(conn: Connection) -> None:
    """Create all tables and triggers in an empty database."""
    METADATA.create_all(conn)
    for statement in triggers():
        conn.execute(text(statement))


def triggers() -> tuple[str, ...]:
    """Return the SQLite triggers: no update, no delete, no replacement, nothing in closed months.

    Notes
    -----
    ``INSERT OR REPLACE`` deletes without firing delete triggers unless `recursive_triggers` is
    on, so a key that exists is refused before the insert as well.
    """
    statements = []
    for table in (EVENT, *LEDGER_TABLES):
        name = table.name
        statements += [
            f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} "
            f"BEGIN SELECT {_REFUSED}; END"
            for verb in ("update", "delete")
        ]
        if table is not EVENT:
            statements.append(
                f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN EXISTS "  # noqa: S608 - names of our own tables
                f"(SELECT 1 FROM {name} WHERE seq = NEW.seq AND n = NEW.n) "
                f"BEGIN SELECT {_REFUSED}; END"
            )
    return (*statements, _NO_GAP, _NOT_IN_CLOSED_MONTH)


_NO_GAP = (
    "CREATE TRIGGER event_no_gap BEFORE INSERT ON event "
    "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM event) "
    "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
)
_NOT_IN_CLOSED_MONTH = (
    "CREATE TRIGGER posted_month_not_closed BEFORE INSERT ON posted_month "
    "WHEN 'closed' = (SELECT state FROM month_state WHERE ym = NEW.ym "
    "ORDER BY seq DESC, n DESC LIMIT 1) "
    "BEGIN SELECT RAISE(ABORT, 'closed'); END"
)
