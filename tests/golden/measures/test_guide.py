"""The worked examples of the calculators' guide give the figures the guide prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "calculators.md"
EXAMPLES = {  # calculator: a word of its example, the outputs the page tells
    "pump-speed-control": ("head_shutoff", ("energy_use", "energy_use_after", "energy_saved")),
    "compressed-air-leak-orifice": (
        "discharge_coefficient",
        ("energy_use", "energy_saved", "cost_saved"),
    ),
    "economics-project": ("emission_saved", ("value_net_present",)),
}


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_an_example_of_the_guide_comes_out_as_printed(kind: str, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    word, outputs = EXAMPLES[kind]
    blocks = re.findall(r"^```json\n(.*?)^```", page, re.M | re.S)
    (block,) = (text for text in blocks if f'"{word}"' in text)
    path = tmp_path / "in.json"
    path.write_text(block, encoding="utf-8")

    found = calculation_body(kind, path, say=Say("en"))["outputs"]

    missing = [name for name in outputs if f"{found[name]['value']:,.0f}" not in page]
    assert missing == []
