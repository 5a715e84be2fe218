"""Tables of the desk. Times are ISO 8601 texts in UTC; what has parts is JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Float, Index, Integer, MetaData, Table, Text

VERSION = 1

METADATA = MetaData()


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False, default="") for name in names]


JOB = Table(
    "job",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("job_id", Text, nullable=False, unique=True),
    *_texts("kind", "arguments", "by", "state", "created_at", "started_at", "ended_at"),
    *_texts("stage", "facts", "result", "error_code", "error_facts", "findings"),
    Column("fraction", Float),
    Column("gap", Float),
    sqlite_autoincrement=True,
)
JOB_EVENT = Table(
    "job_event",
    METADATA,
    Column("job_id", Text, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    *_texts("kind", "at", "body"),
)

Index("job_by_state", JOB.c.state)
