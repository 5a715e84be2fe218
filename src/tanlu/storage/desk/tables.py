"""Tables of the desk. Times are ISO 8601 texts in UTC; what has parts is JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Float, Index, Integer, MetaData, Table, Text

VERSION = 2  # each version only adds tables

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
USER = Table(
    "user",
    METADATA,
    Column("key", Text, primary_key=True),
    *_texts("name", "role", "sites", "password_hash", "created_at", "login_at"),
    Column("one_time_until", Text),
    Column("expires_at", Text),
)
SESSION = Table(
    "session",
    METADATA,
    Column("id_hash", Text, primary_key=True),
    *_texts("user_key", "created_at", "seen_at"),
)
TOKEN = Table(
    "token",
    METADATA,
    Column("token_id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    *_texts("user_key", "label", "actions", "created_at", "expires_at", "used_at"),
)
LOGIN_STREAK = Table(
    "login_streak",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    *_texts("failed_at"),
)
LOGIN_FAILURE = Table(
    "login_failure",
    METADATA,
    Column("user_key", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    *_texts("first_at", "last_at"),
)

Index("session_by_user", SESSION.c.user_key)
Index("job_by_state", JOB.c.state)
