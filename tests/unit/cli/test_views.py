"""Every view prints in every language, with the same digits; no text steers the terminal."""

from __future__ import annotations

import inspect
import io
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from rich.cells import cell_len
from rich.console import Console

from tanlu.cli import views
from tanlu.i18n.say import LANGUAGES, Say

if TYPE_CHECKING:
    from collections.abc import Mapping

BODIES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "bodies.yaml").read_text(encoding="utf-8")
)
MODULES = (
    "accounts", "setup", "ledger", "analysis", "goals", "equipment", "made", "measures", "studies",
    "documents", "factors",
)  # fmt: skip
HOSTILE = "[red]x[/red] \x1b[31m\x1b]0;y\x07\x9b31m\u202ez\r\n:smile:"
WRITTEN = frozenset({
    "site", "label", "message", "path", "name", "name_en", "name_zh", "zh", "en", "workspace",
    "file", "sheet", "cell", "found", "note", "note_zh", "note_en", "source", "constant", "text",
    "acknowledged", "locator", "document", "title", "title_en", "unit", "rule_label", "target",
    "family", "batch", "id", "row_id", "formula", "advice", "measure", "check", "version",
})  # fmt: skip

AMOUNTS = frozenset({"scope1_t", "scope2_t", "scope3_t", "scope2_market_t", "total_t", "location",
                     "market"})  # fmt: skip


def rendered(
    name: str, lang: str, *, body: Mapping[str, Any] | None = None, width: int | None = None
) -> str:
    """Return what a view prints: into a pipe, or on a terminal of some width."""
    out = io.StringIO()
    console = Console(
        file=out, highlight=False, soft_wrap=True, width=width, force_terminal=width is not None,
        color_system=None,
    )  # fmt: skip
    module, view = name.partition("#")[0].split(".")
    getattr(getattr(views, module), view)(console, Say(lang), body or BODIES[name])
    return out.getvalue()


def digits(text: str) -> Counter[str]:
    """Return the digit strings of a text, whatever unit the point stands for."""
    found = re.findall(r"\d[\d,.]*", text)
    return Counter(re.sub(r"[,.]", "", number).lstrip("0") for number in found)


def hostile(body: Any, key: str = "") -> Any:
    """Return the body with hostile text after every text a person may have written."""
    if isinstance(body, dict):
        return {name: hostile(value, name) for name, value in body.items()}
    if isinstance(body, list):
        return [hostile(value, key) for value in body]
    return body + HOSTILE if isinstance(body, str) and key in WRITTEN else body


def blank(body: Any, key: str = "") -> Any:
    """Return the body with every amount in tonnes unknown."""
    if isinstance(body, dict):
        own = key if key == "total_t" else ""
        return {name: blank(value, own or name) for name, value in body.items()}
    if isinstance(body, list):
        return [blank(value, key) for value in body]
    is_amount = isinstance(body, int | float) and key in AMOUNTS
    return None if is_amount else body


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", BODIES)
def test_view_prints_words_in_every_language(name: str, lang: str) -> None:
    told = rendered(name, lang)

    assert told.strip()
    assert not re.search(r"\b(cli|report)\.[a-z]", told)
    assert "None" not in told


@pytest.mark.parametrize("name", BODIES)
def test_the_same_digits_in_every_language(name: str) -> None:
    told = [digits(rendered(name, lang)) for lang in LANGUAGES]

    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("name", BODIES)
def test_written_text_stays_literal_and_steers_nothing(name: str) -> None:
    body = hostile(BODIES[name])

    told = rendered(name, "en", body=body)

    steering = {char for char in told if unicodedata.category(char) in ("Cc", "Cf")} - {"\n"}
    assert steering == set()
    if body != BODIES[name]:
        assert "[red]" in told
        assert "[/red]" in "".join(told.split())
        assert ":smile:" in "".join(told.split())


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252"])
@pytest.mark.parametrize("name", BODIES)
def test_a_console_of_another_encoding_breaks_nothing(name: str, encoding: str) -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, highlight=False, soft_wrap=True, color_system=None)
    module, view = name.partition("#")[0].split(".")

    getattr(getattr(views, module), view)(console, Say("zh"), BODIES[name])

    file.flush()
    assert raw.getvalue().strip()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", BODIES)
def test_no_line_is_wider_than_100_columns(name: str, lang: str) -> None:
    widest = max(cell_len(row) for row in rendered(name, lang).split("\n"))

    assert widest <= 100


@pytest.mark.parametrize("name", ["documents.demo", "measures.listed", "ledger.imported"])
def test_a_narrow_terminal_is_served(name: str) -> None:
    assert rendered(name, "zh", width=50).strip()


def test_every_view_of_the_commands_has_a_sample_body() -> None:
    sampled = {name.partition("#")[0] for name in BODIES}
    source = Path(inspect.getfile(views)).parents[1] / "commands"
    used = {
        f"{module}.{view}"
        for file in source.glob("*.py")
        for module, view in re.findall(r"views\.(\w+)\.(\w+)", file.read_text(encoding="utf-8"))
    }

    assert used <= sampled
    assert {name.split(".")[0] for name in sampled} == set(MODULES)


@pytest.mark.parametrize("name", ["analysis.inventory", "documents.demo"])
def test_unknown_amounts_are_shown_as_missing(name: str) -> None:
    told = rendered(name, "en", body=blank(BODIES[name]))

    assert "—" in told
    assert "Scope 1                   inv/2024/scope1" in told
    assert "0 t" not in told.partition("Hotspots")[0]


def test_many_findings_of_a_code_are_counted() -> None:
    body = BODIES["ledger.imported"]
    many = {**body, "findings": body["findings"][1:2] * 27}

    told = rendered("ledger.imported", "en", body=many)

    assert told.count("A month is missing.") == 3
    assert "24 more of PERIOD_GAP" in told


def test_errors_come_before_warnings_and_notes() -> None:
    body = BODIES["ledger.imported"]

    told = rendered("ledger.imported", "en", body={**body, "findings": body["findings"][::-1]})

    places = [told.index(code) for code in ("NUMBER_MISSING", "PERIOD_GAP", "COMMENT_PRESENT")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dry_run": True, "batch": None}, "Checked only"),
        ({"batch": None}, "Nothing was written"),
        ({}, "Batch: b-1"),
    ],
)
def test_import_says_what_was_written(change: dict[str, Any], said: str) -> None:
    told = rendered("ledger.imported", "en", body={**BODIES["ledger.imported"], **change})

    assert said in told


def test_a_whole_closed_year_is_one_word() -> None:
    told = rendered("ledger.periods", "en")

    assert told.strip() == "Closed months: 2022, 2023-01, 2023-02"


def test_a_whole_ledger_says_so() -> None:
    body = {**BODIES["ledger.verified"], "failures": []}

    assert rendered("ledger.verified", "en", body=body).startswith("✓ The ledger is whole")


def test_a_measure_at_several_sites_is_one_line_with_its_reason() -> None:
    told = rendered("goals.plan", "en")

    line = next(row for row in told.split("\n") if row.startswith("2025   Lighting"))
    assert "sites: 2" in line
    assert "earliest possible year" in line
    assert "CNY 1.867 m" in line
    assert "102.4 kt" in line


def test_checks_are_told_in_words_and_not_by_color_alone() -> None:
    told = rendered("goals.checks", "zh")

    assert all(word in told for word in ("✓ 满足", "✗ 不满足", "? 无法判断"))


def test_a_rule_that_does_not_apply_is_neither_met_nor_doubtful() -> None:
    rows = BODIES["goals.checks"]["targets"]
    body = {"targets": [{**rows[1], "met": None, "verdict": "not_applicable"}]}

    told = rendered("goals.checks", "en", body=body)

    assert "— not applicable" in told
    assert "?" not in told


def test_a_rate_has_the_decimals_that_tell_it_from_the_rule() -> None:
    row = {**BODIES["goals.checks"]["targets"][1], "value": 0.03684, "required": 0.03712}

    told = rendered("goals.checks", "en", body={"targets": [{**row, "places": 2}]})

    assert "3.68%" in told
    assert "3.71%" in told


@pytest.mark.parametrize(("lang", "said"), [("zh", "还没有目标"), ("en", "No targets are set")])
def test_a_check_without_targets_says_how_to_set_one(lang: str, said: str) -> None:
    told = rendered("goals.checks", lang, body={"targets": []})

    assert said in told
    assert "tanlu target add" in told
    assert "─" not in told


def test_a_range_that_holds_a_figure_is_no_match() -> None:
    pair = BODIES["analysis.claim"]["pairs"][0]
    held = {**pair["nearest"][0], "low": 0.05, "high": 0.15}
    body = {"pairs": [{**pair, "verdict": "NOT_REPRODUCED", "matches": [held], "nearest": []}]}

    told = rendered("analysis.claim", "en", body=body)

    assert "~ A range  0.05 – 0.15 kgce/kWh  (within this range" in told
    assert "✓" not in told
    assert "66.7%" not in told


def test_demo_names_sites_in_the_language_where_the_answer_brings_names() -> None:
    assert "北厂" in rendered("documents.demo", "zh")
    assert "北厂" not in rendered("documents.demo", "en")


def test_commands_to_copy_quote_the_folder() -> None:
    body = {**BODIES["documents.demo"], "workspace": "/data/a; rm -rf b"}

    assert "tanlu -w '/data/a; rm -rf b' verify" in rendered("documents.demo", "en", body=body)


def test_empty_answers_say_none() -> None:
    for name in ("ledger.findings", "goals.targets", "setup.sites"):
        key = name.partition(".")[2]

        assert "none" in rendered(name, "en", body={key: []})
