"""Nodes of a report. Texts are codes with facts, amounts keep their kind; nothing is formatted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    Amount: TypeAlias = Decimal | int | float | str | None


class Kind(StrEnum):
    """What an amount is, which decides its digits and its unit."""

    MASS = "mass"  # t, four digits and the unit that fits
    TONNES = "tonnes"  # t with two decimals: columns that add up
    ENERGY = "energy"  # kWh, four digits and the unit that fits
    KWH = "kwh"  # kWh, whole
    HEAT = "heat"  # GJ
    TCE = "tce"  # t of standard coal
    MONEY = "money"  # CNY, four digits and the unit that fits
    PERCENT = "percent"  # fraction of one, one decimal unless said
    CHANGE = "change"  # fraction of one with its sign, one decimal
    NUMBER = "number"  # four digits
    EXACT = "exact"  # every digit, as published
    COUNT = "count"  # whole number
    YEAR = "year"  # never a number


@dataclass(frozen=True, slots=True)
class Value:
    """An amount with its kind and the figure id that opens it.

    Parameters
    ----------
    kind : Kind
        What it is.
    amount : Decimal, int, float, str or None
        In the base unit of the kind; None is missing.
    figure : str
        Id for `tanlu explain`; empty when it has none.
    reason : str
        Code of the sentence that says why it is missing.
    places : int
        Decimals of a percent.
    """

    kind: Kind
    amount: Amount
    figure: str = ""
    reason: str = ""
    places: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence by its code; facts are amounts, names, texts or plain strings.

    Parameters
    ----------
    code : str
        Code of the message catalogue.
    facts : Mapping
        Placeholders of the sentence.
    """

    code: str
    facts: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Name:
    """The own name of a site, measure, item or company, in the languages it has."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Several words listed one after the other."""

    items: tuple[Node, ...]


Node: TypeAlias = "Value | Text | Name | Names | str"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the unit all its cells share, and whether it holds figures."""

    title: Text
    unit: Node = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; a strong row is a total, a tone colors it beside the word."""

    cells: tuple[Node, ...]
    strong: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one unit per column; a folded one is closed until it is wanted."""

    id: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: Text | None = None
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences; tone is good, warn, bad, hint or empty."""

    text: Text
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One card: caption, value, one line of context with its tone."""

    caption: Text
    value: Value
    context: Text | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Kpis:
    """A row of cards, six at most."""

    cards: tuple[Kpi, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a word and its value: boundary, method, versions."""

    pairs: tuple[tuple[Text, Node], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart by its kind and data; `render.charts` draws it in a language.

    Parameters
    ----------
    id : str
        Figure id, printed below the chart.
    kind : str
        Chart family: wedge, gantt, budget, macc, pareto, waterfall, sankey, lines, stack,
        heatmap, grand, fan, tornado, scatter.
    title : Text
        States the finding.
    subtitle : Text
        Says what is drawn, without the unit, which the axis gives.
    quantity : str
        Unit ladder of the value axis: mass, money, energy; empty when the data say otherwise.
    data : Mapping
        Plain data in base units, names as `Name` or `Text`.
    table : Table or None
        The same figures as a table.
    """

    id: str
    kind: str
    title: Text
    subtitle: Text
    quantity: str
    data: Mapping[str, Any]
    table: Table | None = None


Block: TypeAlias = "Paragraph | Table | Figure | Kpis | Facts"


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report."""

    id: str
    title: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every page prints: which run, which ledger, which factors, draft or closed."""

    run_hash: str
    ledger_head: str
    book_hash: str
    version: str
    dated: str
    state: Text


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    kind: str
    title: Text
    organisation: Name
    stamp: Stamp
    sections: tuple[Section, ...]

    def figures(self) -> Iterator[Figure]:
        """Yield every chart in order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Figure):
                    yield block
