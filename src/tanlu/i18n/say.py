"""`Say(lang)`: the one translator and formatter that app hands to CLI, web and render."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from tanlu.i18n import numbers
from tanlu.i18n.catalogue import PLACEHOLDER, messages, traditional, unit_words
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from tanlu.i18n.catalogue import Message
    from tanlu.kernel.findings import Finding

    Amount: TypeAlias = Decimal | int | float | Fraction | str | None

LANGUAGES = ("zh", "en", "zh-Hant")
TYPOGRAPHIC_MINUS = "\N{MINUS SIGN}"
_NEAR = re.compile(r"[^\u3002\uff1b;.]*\{near\}[^\u3002\uff1b;.]*(?P<stop>[\u3002.]?)")
_HALF_STOPS = ("\uff1b", ";")
_HTML_LANG = {"zh": "zh-Hans", "en": "en", "zh-Hant": "zh-Hant"}


@dataclass(frozen=True, slots=True)
class Say:
    """Turn codes, facts and amounts into words of one language.

    Parameters
    ----------
    lang : str
        ``zh``, ``en`` or ``zh-Hant``.
    minus : str
        ASCII for terminals, CSV and JSON; U+2212 in documents (see `typographic`).

    Raises
    ------
    TanluError
        ``i18n.unknown-language`` for any other language.

    Examples
    --------
    >>> Say("en").mass(483912)
    '483.9 kt'
    >>> Say("en").money(10312000000)
    'CNY 10.31 bn'
    """

    lang: str = "zh"
    minus: str = "-"

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise TanluError("i18n.unknown-language", found=self.lang, choices=", ".join(LANGUAGES))

    @property
    def html_lang(self) -> str:
        """Value of the `lang` attribute; it picks the glyph forms."""
        return _HTML_LANG[self.lang]

    def typographic(self) -> Say:
        """Return the same translator with U+2212 as minus, for HTML, PDF and DOCX."""
        return replace(self, minus=TYPOGRAPHIC_MINUS)

    # ---------------------------------------------------------------- sentences
    def __call__(self, code: str, /, **facts: object) -> str:
        """Return the sentence of a code; an unknown code comes back with its facts."""
        message = messages().get(code)
        if message is None or not self._text(message):
            return _bare(code, facts)
        return _fill(self._text(message), facts, self.missing)

    def advice(self, code: str, /, **facts: object) -> str:
        """Return what to do about a code; empty when there is nothing to say."""
        message = messages().get(code)
        return _fill(self._advice(message), facts, self.missing) if message else ""

    def knows(self, code: str) -> bool:
        """Tell whether the catalogue has the code."""
        return code in messages()

    def codes(self) -> tuple[str, ...]:
        """Return every code of the catalogue."""
        return tuple(messages())

    def pick(self, zh: str, en: str = "") -> str:
        """Return a thing's own name in this language; the other one where it has none."""
        if self._base == "en":
            return en or zh
        return traditional().get(zh, zh) if self.lang == "zh-Hant" and zh else (zh or en)

    def sentences(self, code: str, facts: Mapping[str, object]) -> str:
        """Return the sentence and the advice of a code, one after the other."""
        told = self(code, **facts)
        advice = self.advice(code, **facts)
        if not advice:
            return told
        if told[-1:] not in ".!?\u3002\uff01\uff1f":
            told += self._mark("stop")
        return f"{told}{self._mark('sentence')}{advice}"

    def finding(self, finding: Finding) -> str:
        """Return ``file!sheet!cell: sentence. advice`` of a finding."""
        facts: dict[str, object] = dict(finding.facts)
        place = "!".join(part for part in (finding.file, finding.sheet, finding.cell) if part)
        told = self.sentences(finding.code, facts)
        return f"{place}{self._mark('place')}{told}" if place else told

    def error(self, error: TanluError) -> str:
        """Return the sentence and the advice of an anticipated error."""
        return self.sentences(error.code, dict(error.facts))

    def listed(self, names: tuple[str, ...] | list[str]) -> str:
        """Return names joined as this language lists them."""
        return self._mark("list").join(names)

    # ------------------------------------------------------------------ numbers
    def mass(self, value: Amount) -> str:
        """Return a mass given in t."""
        return self._shown("mass", value)

    def energy(self, value: Amount) -> str:
        """Return an energy given in kWh."""
        return self._shown("energy", value)

    def heat(self, value: Amount) -> str:
        """Return a heat given in GJ."""
        return self._shown("heat", value)

    def tce(self, value: Amount) -> str:
        """Return an energy given in t of standard coal."""
        return self._shown("tce", value)

    def power(self, value: Amount) -> str:
        """Return a power given in kW."""
        return self._shown("power", value)

    def money(self, value: Amount, *, currency: str = "CNY") -> str:
        """Return money given in the unit of its currency."""
        if currency == "CNY":
            return self._shown("money", value)
        return self._shown("money_other", value).replace("CUR", currency)

    def number(self, value: Amount, *, digits: int = numbers.SIGNIFICANT) -> str:
        """Return a number without unit, to significant digits."""
        if (amount := _finite(value)) is None:
            return self.missing
        return numbers.grouped(numbers.round_significant(amount, digits), minus=self.minus)

    def fixed(self, value: Amount, places: int) -> str:
        """Return a number with a fixed number of decimal places, as columns that add up have."""
        if (amount := _finite(value)) is None:
            return self.missing
        return numbers.grouped(numbers.round_places(amount, places) + 0, minus=self.minus)

    def exact(self, value: Amount) -> str:
        """Return every digit of a decimal, as published: factors, claims."""
        if (amount := _finite(value)) is None:
            return self.missing
        return numbers.grouped(amount, minus=self.minus)

    def percent(self, fraction: Amount) -> str:
        """Return a fraction of one as percent with one decimal."""
        if (amount := _finite(fraction)) is None:
            return self.missing
        return f"{self.fixed(amount * 100, 1)}%"

    def change(self, fraction: Amount) -> str:
        """Return a change, a fraction of one, as percent with its sign."""
        told = self.percent(fraction)
        return f"+{told}" if (_finite(fraction) or 0) > 0 else told

    def count(self, value: int | None) -> str:
        """Return a whole number in full, with thousands commas."""
        return self.missing if value is None else numbers.grouped(Decimal(value), minus=self.minus)

    def scale(self, kind: str, largest: Amount) -> tuple[int, str]:
        """Return power of ten and words of the unit that one axis or column is given in."""
        rounded = numbers.round_significant(_finite(largest) or Decimal(0))
        step = numbers.step_for(kind, rounded, self._base)
        return step.power, self.pick(step.unit) if self.lang == "zh-Hant" else step.unit

    @property
    def missing(self) -> str:
        """Mark of a value that is not there."""
        return str(unit_words()["missing"])

    # ------------------------------------------------------------------ details
    @property
    def _base(self) -> str:
        return "en" if self.lang == "en" else "zh"

    def _shown(self, kind: str, value: Amount) -> str:
        if (amount := _finite(value)) is None:
            return self.missing
        shown = numbers.show(kind, amount, language=self._base, minus=self.minus)
        return self._converted(shown) if self.lang == "zh-Hant" else shown

    def _converted(self, shown: str) -> str:
        head, _, unit = shown.rpartition(" ")
        return f"{head} {traditional().get(unit, unit)}"

    def _text(self, message: Message) -> str:
        return self.pick(message.zh, message.en) if self._base == "zh" else message.en

    def _advice(self, message: Message) -> str:
        if self._base == "en":
            return message.advice_en
        return self.pick(message.advice_zh) if message.advice_zh else ""

    def _mark(self, name: str) -> str:
        return str(unit_words()[name][self._base])


def _finite(value: Amount) -> Decimal | None:
    if value is None or value == "":
        return None
    amount = numbers.decimal_of(value)
    return amount if amount.is_finite() else None


def _fill(text: str, facts: Mapping[str, object], missing: str) -> str:
    if str(facts.get("near", missing) or missing) in {missing, "-"}:
        text = _without_near(text)

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return str(facts[name]) if name in facts else missing

    return PLACEHOLDER.sub(value, text)


def _without_near(text: str) -> str:
    """Leave out the clause about near misses where there are none.

    Examples
    --------
    >>> _without_near('There is no target "{found}"; near misses are {near}.')
    'There is no target "{found}".'
    """
    match = _NEAR.search(text)
    if match is None or not match.start():
        return text
    kept, end = text[: match.start()].rstrip(), text[match.end() :]
    if kept[-1:] in _HALF_STOPS:
        kept = kept[:-1] + match["stop"]
    return kept + end


def _bare(code: str, facts: Mapping[str, object]) -> str:
    told = ", ".join(f"{name}={value}" for name, value in facts.items())
    return f"{code} ({told})" if told else code
