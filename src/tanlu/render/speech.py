"""What `render` asks of a translator; `app` hands in `i18n.say.Say`, which has all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tanlu.report.tree import Kind, Name, Names, Text, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.report.tree import Node


class Speaker(Protocol):
    """Sentences, names and numbers of one language."""

    @property
    def lang(self) -> str:
        """Language code: zh, en or zh-Hant."""

    @property
    def html_lang(self) -> str:
        """Value of the `lang` attribute."""

    @property
    def missing(self) -> str:
        """Mark of a missing value."""

    def __call__(self, code: str, /, **facts: object) -> str:
        """Return the sentence of a code."""

    def pick(self, zh: str, en: str = "") -> str:
        """Return a name in this language."""

    def listed(self, names: list[str]) -> str:
        """Return names as this language lists them."""

    def mass(self, value: Any) -> str:
        """Return a mass given in t."""

    def energy(self, value: Any) -> str:
        """Return an energy given in kWh."""

    def heat(self, value: Any) -> str:
        """Return a heat given in GJ."""

    def tce(self, value: Any) -> str:
        """Return standard coal given in t."""

    def money(self, value: Any) -> str:
        """Return money given in CNY."""

    def number(self, value: Any) -> str:
        """Return a number to four digits."""

    def exact(self, value: Any) -> str:
        """Return a number with all its digits."""

    def fixed(self, value: Any, places: int) -> str:
        """Return a number with fixed decimals."""

    def percent(self, fraction: Any) -> str:
        """Return a fraction as percent."""

    def change(self, fraction: Any) -> str:
        """Return a fraction as percent with its sign."""

    def count(self, value: Any) -> str:
        """Return a whole number."""

    def scale(self, kind: str, largest: Any) -> tuple[int, str]:
        """Return power of ten and words of an axis unit."""


def value_text(value: Value, say: Speaker) -> str:
    """Return an amount in words; a missing one as the mark, never as zero."""
    if value.amount is None:
        return say.missing
    if value.kind is Kind.YEAR:
        return str(value.amount)
    ways: dict[Kind, Callable[[Any], str]] = {
        Kind.MASS: say.mass,
        Kind.ENERGY: say.energy,
        Kind.HEAT: say.heat,
        Kind.TCE: say.tce,
        Kind.MONEY: say.money,
        Kind.PERCENT: lambda amount: _percent(amount, value.places, say),
        Kind.CHANGE: say.change,
        Kind.NUMBER: say.number,
        Kind.EXACT: say.exact,
        Kind.COUNT: say.count,
        Kind.TONNES: lambda amount: say.fixed(amount, 2),
        Kind.KWH: lambda amount: say.fixed(amount, 0),
    }
    return ways[value.kind](value.amount)


def _percent(fraction: Any, places: int, say: Speaker) -> str:
    return say.percent(fraction) if places == 1 else f"{say.fixed(fraction * 100, places)}%"


def words(node: Node, say: Speaker) -> str:
    """Return any leaf of the report tree as text of one language."""
    if isinstance(node, str):
        return node
    if isinstance(node, Name):
        return say.pick(node.zh, node.en)
    if isinstance(node, Names):
        return say.listed([words(item, say) for item in node.items])
    if isinstance(node, Text):
        return say(node.code, **{name: words(fact, say) for name, fact in node.facts.items()})
    return value_text(node, say)
