"""What a company states for its report: one event each, taken back by an empty text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tanlu.app import audits, statements
from tanlu.app.workspaces import create_workspace, open_workspace
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.storage import Workspace

SAY = Say("en")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Return an empty workspace."""
    create_workspace(tmp_path / "w", name="Thin")
    with open_workspace(tmp_path / "w") as opened:
        yield opened


def value(workspace: Workspace, key: str) -> str | None:
    body = statements.settings_body(workspace, say=SAY)
    return next((row["value"] for row in body["settings"] if row["key"] == key), None)


def test_a_statement_is_one_event_with_its_reason(workspace: Workspace) -> None:
    before = len(workspace.events())

    statements.set_statement(workspace, "responsible", " Li ", reason="board", say=SAY)
    statements.set_statement(workspace, "responsible", "Li", reason="again", say=SAY)

    events = workspace.events()[before:]
    assert [(event.action, event.subject, event.reason) for event in events] == [
        ("set", "responsible", "board")
    ]
    assert value(workspace, "responsible") == "Li"
    assert audits.verify(workspace.folder, say=SAY)["failures"] == []


def test_an_empty_text_takes_a_statement_back(workspace: Workspace) -> None:
    for key, text in (("purpose", "x"), ("exclusion.7", "x"), ("name_en", "x")):
        statements.set_statement(workspace, key, text, say=SAY)
        statements.set_statement(workspace, key, " ", say=SAY)

    assert statements.stated(workspace) == {"statements": {}, "base_year": None, "exclusions": []}
    assert value(workspace, "name_en") is None


def test_exclusions_stand_in_order_of_category(workspace: Workspace) -> None:
    for subject in ("hydrogen store", "12", "2"):
        statements.set_statement(
            workspace, f"exclusion.{subject}", "\u5c0f", english="small", say=SAY
        )

    found = statements.stated(workspace)["exclusions"]

    assert [row["subject"] for row in found] == ["2", "12", "hydrogen store"]
    assert found[0] == {"subject": "2", "zh": "\u5c0f", "en": "small"}


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("respnsible", "x", "settings.unknown"),
        ("exclusion", "x", "settings.subject"),
        ("purpose.more", "x", "settings.subject"),
        ("base_year", "23", "settings.year"),
        ("base_year", "20234", "settings.year"),
    ],
)
def test_what_cannot_be_stated_is_refused(
    workspace: Workspace, key: str, text: str, code: str
) -> None:
    before = workspace.head()

    with pytest.raises(TanluError) as caught:
        statements.set_statement(workspace, key, text, say=SAY)

    assert caught.value.code == code
    assert workspace.head() == before
