"""The words a plant uses, looked up in the data tables: headers, items, units, small words."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tanlu.ingest.words import GrammarWords
from tanlu.units.parse import parse_unit
from tanlu.units.table import ParsedUnit, UnitOutcome, UnitTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.ingest.model import ImportContext

_BRACKETS = re.compile("[(\\[\u3010\u3014]([^()\\[\\]\u3010\u3011\u3014\u3015]*)[)\\]\u3011\u3015]")
_QUALIFIERS = re.compile("[;\u3001]|,(?!\\d{3}(?!\\d))")
_AFTER_MARK = re.compile(r"^(.*\S)\s*[/:_|]\s*(\S.*)$")
_AFTER_BLANK = re.compile(r"^(.*\S)\s+(\S+)$")
_NEAR_CUTOFF = 0.6
_NEAR_COUNT = 3
_SHORT_WORD = 2
_MOST_REMEMBERED = 100_000


def normal(text: str) -> str:
    """Return the text with full-width forms folded and blanks joined."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def key(text: str) -> str:
    """Return the form in which words are compared: NFKC, no blanks, case folded."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def near(text: str, known: Iterable[str]) -> str:
    """Return up to three known words that look like the text, ``-`` when none does."""
    return NearMisses(known).of(text)


class NearMisses:
    """Known words to offer for unknown ones; each unknown word is compared once.

    Parameters
    ----------
    known : iterable of str
        What may be offered.
    most : int
        Distinct unknown words compared; further ones get no offer, as each costs a
        comparison with every known word.
    """

    def __init__(self, known: Iterable[str], *, most: int = 1) -> None:
        self._known = {key(word): word for word in known}
        self._left = most
        self._found: dict[str, str] = {}

    def of(self, text: str) -> str:
        """Return up to three known words that look like the text, ``-`` when none does."""
        folded = key(text)
        if folded in self._found or self._left <= 0:
            return self._found.get(folded, "-")
        self._left -= 1
        hits = difflib.get_close_matches(folded, self._known, n=_NEAR_COUNT, cutoff=_NEAR_CUTOFF)
        self._found[folded] = ", ".join(self._known[hit] for hit in hits) or "-"
        return self._found[folded]


@dataclass(frozen=True, slots=True)
class Header:
    """What the text of a header cell says.

    Parameters
    ----------
    text : str
        As written.
    field, item : str
        Field of the header dictionary and item id that it names; empty when none.
    unit : str
        Unit as written in the brackets or after a slash; empty when none.
    qualifiers : str
        What the brackets say.
    subtotal : str
        ``subtotal``, ``total``, ``average`` or ``change`` for a derived column; else empty.
    """

    text: str
    field: str = ""
    item: str = ""
    unit: str = ""
    qualifiers: str = ""
    subtotal: str = ""


class Vocabulary:
    """All dictionaries of one import, with the user's additions on top.

    Parameters
    ----------
    context : ImportContext
        Tables and the user's mapping.
    """

    def __init__(self, context: ImportContext) -> None:
        tables = context.tables
        self.context = context
        self.numbers = GrammarWords.from_rows(tables["number_word"])
        self.periods = GrammarWords.from_rows(tables["period_word"])
        self.units = UnitTable.from_rows(
            tables["unit"], tables["unit_alias"], tables["unit_prefix"]
        )
        self.items = {str(row["id"]): row for row in tables["items"]}
        self.patterns = {
            str(r["id"]): re.compile(str(r["pattern"])) for r in tables["text_pattern"]
        }
        self._headers = {key(str(r["text"])): str(r["field"]) for r in tables["header_alias"]}
        amounts = {word for word, name in self._headers.items() if name == "quantity"}
        self._amounts = sorted(amounts, key=len, reverse=True)
        self._groups = _groups(tables["word_alias"])
        self._provinces = _provinces(tables["province"])
        self._items = self._item_words(tables)
        self._near_items = NearMisses(
            (str(row["text"]) for row in tables["item_alias"]), most=context.limits["near_words"]
        )
        self._parsed: dict[str, ParsedUnit] = {}
        self._labels: dict[str, str] = {}
        self._words: dict[tuple[str, str], str] = {}
        self._named_items: dict[str, str] = {}
        for name, field in self.answers("headers").items():
            self._headers[key(name)] = str(field)
        self._unit_answers = {key(k): str(v) for k, v in self.answers("units").items()}
        self._site_answers = {key(k): str(v) for k, v in self.answers("sites").items()}

    def _item_words(self, tables: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in tables["items"]:
            for text in (row["id"], row["name_zh"], row["name_en"]):
                found.setdefault(key(str(text)), str(row["id"]))
        for row in tables["item_alias"]:
            if row["item"] in self.items:
                found[key(str(row["text"]))] = str(row["item"])
        for text, item in self.answers("items").items():
            found[key(text)] = found.get(key(str(item)), str(item))
        return found

    def answers(self, name: str) -> Mapping[str, object]:
        """Return one section of the user's mapping that is itself a map."""
        value = self.context.mapping.get(name)
        return value if isinstance(value, dict) else {}

    def header_words(self) -> frozenset[str]:
        """Every spelling of every header, for the decoder."""
        return frozenset(str(row["text"]) for row in self.context.tables["header_alias"])

    def item(self, text: str) -> str:
        """Return the item a text names, empty when none."""
        if text not in self._named_items:
            self._named_items[text] = self._find_item(text)
        return self._named_items[text]

    def _find_item(self, text: str) -> str:
        folded = key(text)
        hit = self._items.get(folded)
        if hit:
            return hit
        inner = _BRACKETS.search(normal(text))
        if inner:
            bare = key(_BRACKETS.sub("", normal(text)))
            same = self._items.get(key(inner[1])) == self._items.get(bare, "-")
            folded = bare if same or self.unit(inner[1]).counts else folded
        return self._items.get(folded) or self._items.get(self._without_amount(folded), "")

    def _without_amount(self, folded: str) -> str:
        """Take the word for an amount off the end: what is left may name an item."""
        for word in self._amounts:
            if folded.endswith(word) and folded != word:
                return folded[: -len(word)]
        return folded

    def item_near(self, text: str) -> str:
        """Return known item words that look like the text."""
        return self._near_items.of(text)

    def site(self, text: str) -> str:
        """Return the site id a text stands for by the user's mapping; else the text itself."""
        return self._site_answers.get(key(text), text)

    def unit(self, text: str) -> ParsedUnit:
        """Return the parsed unit of a text, remembered."""
        if text not in self._parsed:
            answer = self._unit_answers.get(key(text))
            parsed = parse_unit(answer if answer else text, self.units)
            self._parsed[text] = parsed
        return self._parsed[text]

    def is_unit(self, text: str) -> bool:
        """Say whether a text is a unit, also one that would be asked about."""
        return self.unit(text).outcome not in {UnitOutcome.UNKNOWN, UnitOutcome.MISSING}

    def word(self, group: str, text: str) -> str:
        """Return the value of a word of a group, empty when it is none."""
        known = self._words.get((group, text))
        if known is None:
            known = self._groups.get(group, {}).get(key(text), "")
            if len(self._words) < _MOST_REMEMBERED:
                self._words[group, text] = known
        return known

    def word_inside(self, group: str, text: str) -> str:
        """Return the value of the longest word of a group that a text contains."""
        folded = key(text)
        hits = [word for word in self._groups.get(group, {}) if word in folded]
        return self._groups[group][max(hits, key=len)] if hits else ""

    def group(self, group: str) -> Mapping[str, str]:
        """Return the words of a group with their values."""
        return self._groups.get(group, {})

    def province(self, text: str) -> str:
        """Return the id of a province, empty when the text names none."""
        return self._provinces.get(key(text), "")

    def search(self, pattern: str, text: str) -> re.Match[str] | None:
        """Search a text for a pattern of the table `text_pattern`."""
        return self.patterns[pattern].search(text)

    def derived(self, text: str) -> str:
        """Say what kind of derived value a label stands for; empty for none.

        A label is a total when it is the word, begins or ends with it.
        """
        if text not in self._labels:
            self._labels[text] = self._find_derived(text)
        return self._labels[text]

    def _find_derived(self, text: str) -> str:
        folded = key(_BRACKETS.sub("", normal(text)))
        for group in ("subtotal", "derived"):
            words = self._groups.get(group, {})
            if folded in words:
                return words[folded]
            inside = [word for word in words if word in folded and len(word) >= _SHORT_WORD]
            for word in sorted(inside, key=len, reverse=True):
                if self._begins_or_ends(normal(text).casefold(), word):
                    return words[word]
        return ""

    def _begins_or_ends(self, text: str, word: str) -> bool:
        bare = "".join(_BRACKETS.sub("", text).split()) if not word.isascii() else text
        if not (bare.startswith(word) or bare.endswith(word)):
            return False
        if word.isascii():
            return bool(re.search(rf"(^|[\s,:;-]){re.escape(word)}($|[\s,:;-])", text))
        return True

    def header(self, text: str) -> Header:
        """Read the text of a header cell; of two lines, such as zh above en, the first known."""
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and key(text) not in self._headers:
            found = [self.header(line) for line in lines]
            known = next((h for h in found if h.field or h.item or h.subtotal), None)
            if known is not None:
                unit = known.unit or next((h.unit for h in found if h.unit), "")
                return replace(known, text=text, unit=unit)
        plain = normal(text)
        if not plain:
            return Header(text)
        if key(plain) in self._headers:
            return self._named(text, plain, "", "")
        inner = [part.strip() for part in _BRACKETS.findall(plain)]
        base = _BRACKETS.sub(" ", plain).strip(" :\uff1a")
        parts = [piece.strip() for part in inner for piece in _QUALIFIERS.split(part)]
        unit = next((piece for piece in parts if piece and self.is_unit(piece)), "")
        if not unit:
            base, unit = self._split_unit(base)
        return self._named(text, base or plain, unit, ",".join(inner))

    def _split_unit(self, base: str) -> tuple[str, str]:
        for pattern in (_AFTER_MARK, _AFTER_BLANK):
            match = pattern.match(base)
            if match and self.is_unit(match[2]) and self._is_known(match[1]):
                return match[1].strip(), match[2].strip()
        return base, ""

    def _is_known(self, base: str) -> bool:
        return key(base) in self._headers or bool(self.item(base)) or bool(self.derived(base))

    def _named(self, text: str, base: str, unit: str, qualifiers: str) -> Header:
        field = self._headers.get(key(base), "")
        if field == "item" and unit:
            field = "energy"  # a column of names has no unit
        return Header(
            text=text,
            field=field,
            item=self.item(base),
            unit=unit,
            qualifiers=qualifiers,
            subtotal="" if key(base) in self._headers else self.derived(base),
        )


def _groups(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    for row in rows:
        groups.setdefault(str(row["group"]), {})[key(str(row["text"]))] = str(row["value"])
    return groups


def _provinces(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        aliases = row.get("aliases") or ()
        words = aliases if isinstance(aliases, tuple) else str(aliases).split(";")
        for text in (row["id"], row["name_zh"], row["name_en"], *words):
            found[key(str(text))] = str(row["id"])
    return found
