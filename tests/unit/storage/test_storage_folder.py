"""A workspace is made whole, opened only when it is understood, and swept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace, folder, schema, verify
from tanlu.storage.database import DATABASE_NAME, Database
from tests.unit.storage.ledger_maker import AT

if TYPE_CHECKING:
    from tests.unit.storage.ledger_maker import LedgerMaker

ROOT = Path(__file__).resolve().parents[3]


def test_a_new_workspace_has_its_settings(workspace: Workspace) -> None:
    settings = workspace.settings

    assert (settings.name, settings.sector, settings.province) == ("测试公司", "machinery", "江苏")
    assert (settings.language, settings.sites_declared) == ("zh", False)
    assert verify(workspace.folder).ok


def test_a_second_create_is_refused(maker: LedgerMaker) -> None:
    maker.workspace().close()

    with pytest.raises(TanluError, match=r"storage\.exists"):
        maker.workspace()


def test_a_folder_without_workspace_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / DATABASE_NAME).write_bytes(b"")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / DATABASE_NAME).write_bytes(b"this is no database" * 100)

    for name, code in (
        ("missing", "storage.not-a-workspace"),
        ("file", "storage.not-a-workspace"),
        ("fake", "storage.not-a-workspace"),
        ("text", "storage.damaged"),
    ):
        with pytest.raises(TanluError) as caught:
            Workspace.open(tmp_path / name)
        assert caught.value.code == code
    with pytest.raises(TanluError, match="not-a-folder"):
        Workspace.create(tmp_path / "file", name="x", at=AT)


def test_a_half_made_workspace_is_none(maker: LedgerMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(path: Path, final: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(folder, "_name_once", killed)
        with pytest.raises(KeyboardInterrupt):
            maker.workspace()

    assert [path for path in (maker.folder / "ws").rglob("*") if path.is_file()] == []
    maker.workspace().close()


def test_a_newer_schema_is_refused(maker: LedgerMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    with maker.workspace() as workspace, monkeypatch.context() as patched:
        patched.setattr(schema, "VERSION", 0)
        with pytest.raises(TanluError) as caught:
            Workspace.open(workspace.folder, at=AT)

    assert caught.value.code == "storage.newer-schema"
    assert caught.value.facts["found"] == "1"


def test_an_older_schema_is_upgraded_once(
    maker: LedgerMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.workspace().close()
    path = maker.folder / "ws"
    monkeypatch.setattr(schema, "VERSION", 2)
    monkeypatch.setitem(
        folder.STEPS, 2, lambda conn: conn.execute(text("CREATE TABLE extra (a TEXT)"))
    )
    with pytest.raises(TanluError, match="older-schema"):
        Workspace.open(path)

    Workspace.open(path, at=AT).close()

    with Workspace.open(path, at=AT) as workspace:
        actions = [event.action for event in workspace.events()]
    assert actions == ["create", "upgrade"]


def test_a_failed_upgrade_changes_nothing(
    maker: LedgerMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(conn: object) -> None:
        conn.execute(text("CREATE TABLE extra (a TEXT)"))  # type: ignore[attr-defined] # a Connection
        raise RuntimeError

    maker.workspace().close()
    with monkeypatch.context() as patched:
        patched.setattr(schema, "VERSION", 2)
        patched.setitem(folder.STEPS, 2, step)
        with pytest.raises(RuntimeError):
            Workspace.open(maker.folder / "ws", at=AT)

    assert verify(maker.folder / "ws").ok


def test_leftovers_are_swept_and_logged(maker: LedgerMaker) -> None:
    with maker.workspace() as workspace:
        workspace.post_batch(maker.draft("b1", "one"), at=AT, actor="li")
    path = maker.folder / "ws"
    orphan = hashlib.sha256(b"orphan").hexdigest()
    (path / "segments" / f"{orphan}.parquet").write_bytes(b"orphan")
    (path / "sources" / "abc.tmp").write_bytes(b"half")
    (path / "workspace.db.7.tmp-wal").write_bytes(b"half")
    (path / "exports" / "report.html.tmp").write_bytes(b"half")
    foreign = path / "sources" / ("0" * 64)
    foreign.write_bytes(b"not what its name says")

    with Workspace.open(path) as workspace:
        assert len(workspace.events()) == 2
    with Workspace.open(path, at=AT, actor="li") as workspace:
        event = workspace.events()[-1]
        events = len(workspace.events())

    assert event.action == "sweep"
    assert event.payload["removed"] == [
        "workspace.db.7.tmp-wal",
        "exports/report.html.tmp",
        f"segments/{orphan}.parquet",
        "sources/abc.tmp",
    ]
    assert foreign.exists()
    with Workspace.open(path, at=AT) as workspace:
        assert len(workspace.events()) == events
    assert verify(path).ok


def test_nothing_is_swept_while_another_writes(maker: LedgerMaker) -> None:
    with maker.workspace() as workspace:
        half = workspace.folder / "segments" / "abc.tmp"
        half.write_bytes(b"half")
        writer = Database(workspace.folder / DATABASE_NAME)
        with writer.write():
            Workspace.open(workspace.folder, at=AT).close()
            assert half.exists()
        writer.close()

        Workspace.open(workspace.folder, at=AT).close()

        assert not half.exists()


def test_a_broken_tail_is_seen_at_open(maker: LedgerMaker) -> None:
    maker.workspace().close()
    path = maker.folder / "ws"
    database = Database(path / DATABASE_NAME)
    with database.write() as conn:
        conn.execute(text("DROP TRIGGER event_no_update"))
        conn.execute(text("UPDATE event SET body = body || ' '"))
    database.close()

    with pytest.raises(TanluError) as caught:
        Workspace.open(path)

    assert caught.value.code == "storage.damaged"


_AS_NOBODY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from tanlu.kernel.errors import TanluError
from tanlu.storage import Workspace, verify
folder = Path(sys.argv[1])
Workspace.open(folder).close()  # loads all that is loaded late, while it can be read
os.setuid(65534)
with Workspace.open(folder, at=datetime(2025, 6, 1, tzinfo=UTC)) as workspace:
    print(workspace.read_only, workspace.settings.name, verify(folder).ok)
    try:
        workspace.put_setting("gwp", "AR5", at=datetime(2025, 6, 1, tzinfo=UTC), actor="x")
    except TanluError as error:
        print(error.code)
try:
    Workspace.create(folder / "new", name="x", at=datetime(2025, 6, 1, tzinfo=UTC))
except TanluError as error:
    print(error.code)
"""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="SKIPPED: needs root")
def test_a_folder_that_cannot_be_written_is_read(maker: LedgerMaker) -> None:
    maker.workspace().close()
    path = maker.folder / "ws"
    for parent in [path, *path.parents][:-2]:
        parent.chmod(0o755)
    before = sorted(path.rglob("*"))

    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"},
    )

    assert done.stdout.split() == [
        "True", "测试公司", "True", "storage.read-only", "storage.read-only",
    ], done.stderr  # fmt: skip
    assert sorted(path.rglob("*")) == before


def test_settings_sites_and_targets_have_versions(workspace: Workspace) -> None:
    workspace.put_setting("fiscal_start", 4, at=AT, actor="li")
    workspace.put_setting("own", {"a": [1]}, at=AT, actor="li")
    head = workspace.head()
    workspace.put_setting("fiscal_start", 4, at=AT, actor="li")
    assert workspace.head() == head
    workspace.register_sites([Site("一厂", "江苏"), Site("二厂", "上海")], at=AT, actor="li")
    workspace.register_sites([Site("一厂", "浙江"), Site("二厂", "上海")], at=AT, actor="li")
    workspace.put_target("t1", {"year": 2030, "cut": "0.42"}, at=AT, actor="li")
    workspace.put_target("t1", {"year": 2035}, at=AT, actor="li")
    workspace.put_target("t2", {"year": 2040}, at=AT, actor="li")
    workspace.put_target("t2", None, at=AT, actor="li")

    assert workspace.settings.fiscal_start == 4
    assert workspace.settings.other == {"own": {"a": [1]}}
    assert workspace.sites() == (Site("一厂", "浙江"), Site("二厂", "上海"))
    (target,) = workspace.targets()
    assert (target.version, target.body) == (2, {"year": 2035})
    for key, value in (("fiscal_start", "4"), ("name", 3), ("fiscal_start", True)):
        with pytest.raises(TanluError, match="setting-type"):
            workspace.put_setting(key, value, at=AT, actor="li")
    assert verify(workspace.folder).ok
