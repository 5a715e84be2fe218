"""The doctor tells in the chosen language what it found, and what to do about what failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tanlu.app import doctor
from tanlu.app.doctor import examine
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    import pytest

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_what_was_found_is_told_in_the_chosen_language() -> None:
    zh = {row["check"]: row for row in examine(say=Say("zh"))["checks"]}
    en = {row["check"]: row for row in examine(say=Say("en"))["checks"]}

    assert all(row["passed"] for row in zh.values())
    for check in ("data", "charts"):
        assert HAN.search(zh[check]["found"])
        assert not HAN.search(en[check]["found"])


def test_a_failed_check_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Say) -> str:
        raise PermissionError(13, "denied")

    def fail(_: Say) -> str:
        raise TanluError("doctor.data", count=2, found="items.csv:3")

    monkeypatch.setattr(doctor, "_write_access", refuse)
    monkeypatch.setattr(doctor, "_data", fail)

    found = {row["check"]: row for row in examine("nowhere", say=Say("en"))["checks"]}

    assert not found["write"]["passed"]
    assert "-o" in found["write"]["found"]
    assert "items.csv:3" in found["data"]["found"]
    assert "tanlu init" in found["workspace"]["found"]
