"""Printed amounts of the design, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.i18n.say import Say

CASES = yaml.safe_load(Path(__file__).with_name("numbers.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_amount_is_printed_as_designed(case: dict[str, Any], lang: str) -> None:
    shown = getattr(Say(lang), case["call"])(case["given"])

    assert shown == case["expect"][lang]
