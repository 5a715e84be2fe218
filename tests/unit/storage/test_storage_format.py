"""The documented format is enough: a second verifier from docs/reference/ledger.md alone."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import yaml

from tanlu.i18n.say import Say
from tanlu.storage import Workspace, schema, verify
from tanlu.storage.database import DATABASE_NAME
from tests.unit.storage.ledger_maker import AT, ym

if TYPE_CHECKING:
    from tests.unit.storage.ledger_maker import LedgerMaker

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = ROOT / "src" / "tanlu" / "data" / "messages" / "storage.yaml"


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _second_opinion(folder: Path) -> str:
    """Verify with the standard library; return the head."""
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as conn:
        conn.row_factory = sqlite3.Row
        (workspace,) = conn.execute("SELECT id FROM workspace").fetchone()
        before = hashlib.sha256(b"tanlu-ledger-1\0" + workspace.encode()).digest()
        names = [
            row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        seq = 0
        for event in conn.execute("SELECT * FROM event ORDER BY seq"):
            seq += 1
            body: bytes = event["body"]
            frame = seq.to_bytes(8, "big") + len(body).to_bytes(4, "big") + body
            here = hashlib.sha256(b"tanlu-event-1\0" + before + frame).digest()
            content = json.loads(body)
            assert (event["seq"], content["seq"]) == (seq, seq)
            assert (event["prev"], event["hash"]) == (before.hex(), here.hex())
            assert _json(content) == body
            for name in names:
                if name != "event":
                    _compare(conn, name, content, seq=seq)
            before = here
        for table in ("source", "segment", "run"):
            for row in conn.execute(f"SELECT path, sha256 FROM {table}"):  # noqa: S608 - our tables
                data = (folder / row["path"]).read_bytes()
                assert hashlib.sha256(data).hexdigest() == row["sha256"]
        return f"{seq}:{before.hex()}"


def _compare(conn: sqlite3.Connection, name: str, content: dict[str, Any], *, seq: int) -> None:
    rows = conn.execute(f"SELECT * FROM {name} WHERE seq = ? ORDER BY n", (seq,)).fetchall()  # noqa: S608 - our tables
    lines = [_json({k: row[k] for k in row.keys() if row[k] is not None}) for row in rows]  # noqa: SIM118 - a sqlite3.Row
    digest = hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
    promised = content["payload"]["tables"].get(name)
    assert promised == ([len(rows), digest] if rows else None)


@pytest.fixture
def folder(maker: LedgerMaker) -> Path:
    with maker.workspace() as workspace:
        workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
        row = workspace.rows(workspace.activity()["row_id"].to_pylist())[0]
        workspace.correct([replace(row, qty_u=3)], reason="typo", at=AT, actor="li")
        workspace.save_run("r", {}, pa.table({"a": [1]}), at=AT, actor="li")
        workspace.close_period(ym(1), ym(1), at=AT, actor="li")
        return workspace.folder


def test_a_second_verifier_agrees(folder: Path) -> None:
    report = verify(folder)

    assert report.ok
    assert _second_opinion(folder) == report.head


def test_the_page_names_every_table_action_and_code(folder: Path) -> None:
    page = (ROOT / "docs" / "reference" / "ledger.md").read_text(encoding="utf-8")
    with Workspace.open(folder) as workspace:
        actions = {event.action for event in workspace.events()}
    codes = {
        code for code in yaml.safe_load(MESSAGES.read_text(encoding="utf-8")) if code.isupper()
    }
    tables = {table.name for table in schema.LEDGER_TABLES}

    missing = [word for word in sorted(actions | codes | tables) if f"`{word}`" not in page]

    assert missing == []


def test_every_code_in_the_room_has_its_sentences() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "src" / "tanlu" / "storage").glob("*.py"))
    )
    used = set(re.findall(r'"(storage\.[a-z-]+)"', source))
    used |= set(re.findall(r'fail\(\s*"([A-Z_]+)"', source))
    used |= set(re.findall(r'(?:missing|changed)="([A-Z_]+)"', source))

    messages = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))

    assert used == set(messages)
    for code, sentences in messages.items():
        places = [set(re.findall(r"{(\w+)}", sentences[lang])) for lang in ("zh", "en")]
        assert places[0] == places[1], code


def test_an_error_is_said_in_both_languages() -> None:
    facts = {"folder": "公司", "needed": "10", "free": "3"}

    assert "公司" in Say("zh")("storage.full", **facts)
    assert "needs about 10 bytes" in Say("en")("storage.full", **facts)
