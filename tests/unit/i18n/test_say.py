"""Sentences come from the catalogue and never fail."""

from __future__ import annotations

import pytest

from tanlu.i18n import catalogue
from tanlu.i18n.catalogue import Message
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome

MESSAGES = {
    "BAD": Message(
        zh="单位“{found}”不认识",
        en="The unit “{found}” is not known.",
        advice_zh="请改为 {expected}。",
        advice_en="Write {expected}.",
    ),
    "PLAIN": Message(zh="好", en="Fine"),
}


@pytest.fixture
def catalogued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tanlu.i18n.say.messages", lambda: MESSAGES)


@pytest.mark.usefixtures("catalogued")
def test_finding_tells_place_sentence_and_advice() -> None:
    facts = {"found": "kWn", "expected": "kWh"}
    finding = Finding("BAD", Outcome.QUARANTINE, "台账.xlsx", "能耗", "E11", facts)

    assert Say("en").finding(finding) == (
        "台账.xlsx!能耗!E11: The unit “kWn” is not known. Write kWh."
    )
    assert Say("zh").finding(finding) == "台账.xlsx!能耗!E11：单位“kWn”不认识。请改为 kWh。"


@pytest.mark.usefixtures("catalogued")
def test_unknown_code_comes_back_with_its_facts() -> None:
    assert Say("zh")("NO_SUCH", found="x") == "NO_SUCH (found=x)"
    assert Say("en").finding(Finding("NO_SUCH", Outcome.NOTE)) == "NO_SUCH"


@pytest.mark.usefixtures("catalogued")
@pytest.mark.parametrize("hostile", ["{expected}", "{0.__class__}", "%s%n", "{{7*7}}", "</b>"])
def test_facts_are_never_read_as_templates(hostile: str) -> None:
    assert Say("en")("BAD", found=hostile) == f"The unit “{hostile}” is not known."


@pytest.mark.usefixtures("catalogued")
def test_missing_fact_is_shown_as_missing() -> None:
    assert Say("en")("BAD") == "The unit “—” is not known."


def test_unknown_language_is_refused_with_the_choices() -> None:
    with pytest.raises(TanluError) as caught:
        Say("de")

    assert caught.value.code == "i18n.unknown-language"
    assert caught.value.facts["choices"] == "zh, en, zh-Hant"


def test_name_falls_back_to_the_language_it_has() -> None:
    assert Say("en").pick("常州基地") == "常州基地"
    assert Say("en").pick("常州基地", "Changzhou base") == "Changzhou base"


def test_traditional_uses_the_words_of_the_field() -> None:
    say = Say("zh-Hant")

    assert say("report.section.greenpower") == "綠電台帳"
    assert say("report.scope.short-1") == "範疇 1"
    assert say.mass(483912) == "48.39 萬公噸"
    assert say.html_lang == "zh-Hant"


def test_documents_have_a_real_minus_and_terminals_an_ascii_one() -> None:
    assert Say("en").mass(-5) == "-5.000 t"
    assert Say("en").typographic().mass(-5) == "\N{MINUS SIGN}5.000 t"


def test_other_currencies_keep_their_code() -> None:
    assert Say("en").money(1234567, currency="EUR") == "EUR 1.235 m"
    assert Say("zh").money(1234567, currency="EUR") == "123.5 万 EUR"


def test_axis_unit_follows_the_largest_value() -> None:
    assert Say("en").scale("mass", 483912) == (3, "kt")
    assert Say("zh").scale("money", 10312000000) == (8, "亿元")


def test_fixed_decimals_round_half_away_from_zero_and_never_show_minus_zero() -> None:
    say = Say("en")

    assert say.fixed("0.125", 2) == "0.13"
    assert say.fixed("-0.001", 2) == "0.00"
    assert say.count(1234567) == "1,234,567"


def test_catalogue_is_read_once() -> None:
    assert catalogue.messages() is catalogue.messages()


def test_terms_of_the_field_are_those_of_taiwan() -> None:
    said = Say("zh-Hant")

    assert "來源儲存格；也可給一個代碼" in said("cli.explain")
    assert [
        text for text in catalogue.traditional().values() if "來來" in text or "許可權" in text
    ] == []
