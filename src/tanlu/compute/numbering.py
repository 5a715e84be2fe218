"""Numbers for the names that occur in the rows, and the book as small tables keyed by them.

No row of the ledger passes through here: only distinct names and compiled keys.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from tanlu.factors.gas import BIOGENIC, FAMILIES, UNSPLIT
from tanlu.factors.model import Level
from tanlu.factors.multiplier import largest_quantity
from tanlu.factors.precedence import level_keys
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from tanlu.factors.book import Book
    from tanlu.factors.model import Item
    from tanlu.factors.multiplier import Multiplier
    from tanlu.factors.precedence import BookKey

QUANTITY = pa.decimal128(18, 0)
MULTIPLIER = pa.decimal128(19, 12)
BLENDED = 0
MISMATCH = 0
_NOTHING_FITS = -1
_POWER = "electricity"
_ENERGY = frozenset({"combustion", "mobile", "electricity", "heat"})
_SCOPE_2 = 2


@dataclass(frozen=True, slots=True)
class Names:
    """The distinct names of one column; the position is the number used in joins.

    Parameters
    ----------
    listed : tuple of str
        Names the book knows in order, then the others in order.
    n_known : int
        How many the book knows: a number from there on is unknown.
    """

    listed: tuple[str, ...]
    n_known: int

    @classmethod
    def of(cls, found: Iterable[str], known: Container[str]) -> Names:
        """Return names in the order of their numbers."""
        ordered = sorted(set(found), key=lambda name: (name not in known, name))
        return cls(tuple(ordered), sum(name in known for name in ordered))

    @property
    def n(self) -> int:
        """Number of names."""
        return len(self.listed)

    @property
    def numbers(self) -> dict[str, int]:
        """Number of each known name."""
        return {name: i for i, name in enumerate(self.listed[: self.n_known])}

    def table(self, column: str, number: str) -> pa.Table:
        """Return name and number."""
        numbers = pa.array(range(self.n), pa.int64())
        return pa.table({column: pa.array(self.listed, pa.string()), number: numbers})


@dataclass(frozen=True, slots=True)
class LedgerNames:
    """The distinct names of the four columns that rows are joined by."""

    site: Names
    item: Names
    unit: Names
    supplier: Names


@dataclass(frozen=True, slots=True)
class Market:
    """Blended market-based multipliers: what contracts and certificates leave of a site-month.

    Parameters
    ----------
    multipliers : Mapping[tuple of str, int and str, Decimal]
        mg per millionth of a unit, by site, month and ledger unit, 12 decimals.
    gas : str
        Gas family they are printed under.
    """

    multipliers: Mapping[tuple[str, int, str], Decimal]
    gas: str


@dataclass(frozen=True, slots=True)
class StreamTables:
    """The small tables that stage 2 joins the rows to, for one stream.

    Parameters
    ----------
    site, item, unit : pa.Table
        Name to number. A site also has its class, one past the last when it is unknown.
    supplier : pa.Table or None
        Suppliers with factors of their own; None when there are none.
    cell : pa.Table
        Class of site, item, unit and month as one number, to `mid`; `mid` 0 says that the item
        has a factor this month in another dimension.
    own : pa.Table or None
        The same keyed by supplier.
    market : pa.Table or None
        The same keyed by site, for the blended market-based multipliers.
    multiplier : pa.Table
        `mid` to largest quantity and one multiplier per gas.
    uses : tuple
        (rid, unit, gas families) by ``mid - 1``; rid 0 is a blended market-based multiplier.
    gases : tuple of str
        Gas families present, in printed order; with ``CO2bio`` last.
    names : LedgerNames
        What the numbers stand for.
    first_month, n_months, n_classes : int
        How a cell is counted.
    takes_all : bool
        Whether every row takes part, also those of unknown items.
    """

    site: pa.Table
    item: pa.Table
    unit: pa.Table
    supplier: pa.Table | None
    cell: pa.Table
    own: pa.Table | None
    market: pa.Table | None
    multiplier: pa.Table
    uses: tuple[Use, ...]
    gases: tuple[str, ...]
    names: LedgerNames
    first_month: int
    n_months: int
    n_classes: int
    takes_all: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the gas columns of the result rows."""
        return tuple(column_of(gas) for gas in self.gases)


def column_of(gas: str) -> str:
    """Return the result column of a gas family [mg CO2e]."""
    special = {BIOGENIC: "biogenic_mg", UNSPLIT: "unsplit_mg"}
    return special.get(gas, f"{gas.lower()}_mg")


class Use(NamedTuple):
    """What a `mid` stands for."""

    rid: int
    unit: str
    families: tuple[str, ...]


def stream_tables(
    book: Book, stream: Stream, *, names: LedgerNames, market: Market | None = None
) -> StreamTables:
    """Return the small tables of one stream.

    Parameters
    ----------
    book : Book
        Compiled book.
    names : LedgerNames
        Names that occur in the rows.
    market : Market, optional
        Blended multipliers; taken only by the market-based stream.
    """
    return _Builder(book, stream, names).tables(market if stream is Stream.MARKET else None)


def in_stream(item: Item, stream: Stream) -> bool:
    """Return whether rows of an item take part in a stream."""
    if stream is Stream.MARKET:
        return is_purchased_power(item)
    if stream is Stream.UPSTREAM:
        return item.category in _ENERGY and item.scope in {1, 2}
    return True


def is_purchased_power(item: Item) -> bool:
    """Return whether an item is electricity of scope 2."""
    return item.category == _POWER and item.scope == _SCOPE_2


class _Builder:
    """Builds the tables of one stream; lives for one call."""

    def __init__(self, book: Book, stream: Stream, names: LedgerNames) -> None:
        self.book, self.stream, self.names = book, stream, names
        self.first = min(book.months)
        self.n_months = max(book.months) - self.first + 1
        self.item_no = names.item.numbers
        self.units_by_dim: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for unit, number in names.unit.numbers.items():
            self.units_by_dim[book.units[unit]].append((number, unit))
        self.mids: dict[tuple[int, str], int] = {}
        self.extra: list[tuple[Use, Decimal]] = []
        self.by_place: dict[tuple[Level, str], list[tuple[BookKey, int]]] = defaultdict(list)
        for key, rid in book.keys.items():
            if key.stream is stream and key.item in self.item_no:
                self.by_place[key.level, key.key].append((key, rid))

    def tables(self, market: Market | None) -> StreamTables:
        """Return everything."""
        site, classes = self._sites()
        cell = _cell_table(pair for no, keys in classes for pair in self._cells(no, keys))
        supplier, own = self._suppliers()
        blended = _cell_table(self._market(market), prefix="over_") if market is not None else None
        uses, multiplier, gases = self._multipliers()
        return StreamTables(
            site=site,
            item=self._items(),
            unit=self.names.unit.table("ledger_unit", "unit_no"),
            supplier=supplier,
            cell=cell,
            own=own,
            market=blended,
            multiplier=multiplier,
            uses=uses,
            gases=gases,
            names=self.names,
            first_month=self.first,
            n_months=self.n_months,
            n_classes=len(classes),
            takes_all=self.stream is Stream.MAIN,
        )

    def _items(self) -> pa.Table:
        """Return item to number, with whether it takes part in the stream."""
        table = self.names.item.table("item", "item_no")
        if self.stream is Stream.MAIN:
            return table
        known = self.book.items
        taking = [
            name in known and in_stream(known[name], self.stream) for name in self.names.item.listed
        ]
        return table.append_column("in_stream", pa.array(taking, pa.bool_()))

    def _sites(self) -> tuple[pa.Table, list[tuple[int, list[tuple[Level, str]]]]]:
        """Return site to number and class, and the keys of each class.

        Sites that find the same factors share a class, so that the book need not be repeated
        for every site: precedence between levels 2 to 5 is settled here, once.
        """
        class_of: dict[tuple[tuple[Level, str], ...], int] = {}
        numbers = []
        for name in self.names.site.numbers:
            keys = level_keys(name, "", self.book.places[name])
            found = tuple(key for key in keys if key in self.by_place)
            numbers.append(class_of.setdefault(found, len(class_of)))
        unknown = [len(class_of)] * (self.names.site.n - self.names.site.n_known)
        table = self.names.site.table("site", "site_no").append_column(
            "class_no", pa.array([*numbers, *unknown], pa.int64())
        )
        return table, [(number, list(keys)) for keys, number in class_of.items()]

    def _cells(self, group: int, keys: list[tuple[Level, str]]) -> Iterator[tuple[int, int]]:
        """Yield the cells of one class, the most specific level winning, with their `mid`."""
        merged: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        for place in reversed(keys):
            for key, rid in self.by_place[place]:
                merged[key.item, key.ym][key.dim] = rid
        for (item, ym), rids in merged.items():
            for dim, units in self.units_by_dim.items():
                for number, unit in units:
                    mid = self._mid(rids[dim], unit) if dim in rids else MISMATCH
                    yield self._cell(group, item, number, ym), mid

    def _cell(self, group: int, item: str, unit_no: int, ym: int) -> int:
        """Return the number of a cell; stage 2 computes the same for each row."""
        item_cell = group * self.names.item.n + self.item_no[item]
        unit_cell = item_cell * self.names.unit.n + unit_no
        return unit_cell * self.n_months + ym - self.first

    def _mid(self, rid: int, unit: str) -> int:
        """Return the number of a (rid, unit)."""
        return self.mids.setdefault((rid, unit), len(self.mids) + 1)

    def _suppliers(self) -> tuple[pa.Table | None, pa.Table | None]:
        """Return supplier to number and the cells of suppliers with own factors, or nothing."""
        every = self.names.supplier.listed
        own = [name for name in every if (Level.SUPPLIER, name) in self.by_place]
        if not own:
            return None, None
        names = pa.table(
            {
                "supplier": pa.array(own, pa.string()),
                "supplier_no": pa.array(range(len(own)), pa.int64()),
            }
        )
        pairs = [
            pair
            for number, name in enumerate(own)
            for pair in self._cells(number, [(Level.SUPPLIER, name)])
        ]
        return names, _cell_table(pairs, prefix="over_")

    def _market(self, market: Market) -> Iterator[tuple[int, int]]:
        """Yield the cells of blended market-based multipliers."""
        site_no, unit_no = self.names.site.numbers, self.names.unit.numbers
        items = [name for name in self.item_no if is_purchased_power(self.book.items[name])]
        for (site, ym, unit), value in sorted(market.multipliers.items()):
            if site not in site_no or unit not in unit_no or ym not in self.book.months:
                continue
            use = Use(BLENDED, unit, (market.gas,))
            self.extra.append((use, value))
            mid = len(self.mids) + len(self.extra)
            for item in items:
                yield self._cell(site_no[site], item, unit_no[unit], ym), mid

    def _multipliers(self) -> tuple[tuple[Use, ...], pa.Table, tuple[str, ...]]:
        """Return what each `mid` stands for, the table of multipliers, and the gases present."""
        found = [(rid, unit, self.book.multipliers.get((rid, unit))) for rid, unit in self.mids]
        uses = [Use(rid, unit, _families(m)) for rid, unit, m in found]
        uses += [use for use, _ in self.extra]
        gases = _printed_order({family for use in uses for family in use.families})
        values = [_values(m, gases) for _, _, m in found]
        values += [tuple(v if g in use.families else None for g in gases) for use, v in self.extra]
        limits = [m.q_max if m else _NOTHING_FITS for _, _, m in found]
        limits += [largest_quantity(value) for _, value in self.extra]
        columns = {
            "mid": pa.array(range(1, len(uses) + 1), pa.int64()),
            "rid": pa.array([use.rid for use in uses], pa.int64()),
            "q_max": pa.array([Decimal(limit) for limit in limits], QUANTITY),
        }
        for i in range(len(gases)):
            columns[f"m{i}"] = pa.array([row[i] for row in values], MULTIPLIER)
        return tuple(uses), pa.table(columns), gases


def _families(found: Multiplier | None) -> tuple[str, ...]:
    """Return the gas families of a multiplier, biogenic CO2 last."""
    if found is None:
        return ()
    memo = (BIOGENIC,) if found.biogenic else ()
    return (*found.gases, *memo)


def _values(found: Multiplier | None, gases: Sequence[str]) -> tuple[Decimal | None, ...]:
    """Return the multipliers of one `mid` by gas; None where the factor has no such gas."""
    if found is None:
        return (None,) * len(gases)
    memo = {BIOGENIC: found.biogenic} if found.biogenic else {}
    return tuple({**found.gases, **memo}.get(gas) for gas in gases)


def _printed_order(families: set[str]) -> tuple[str, ...]:
    """Return gas families in printed order, biogenic CO2 last."""
    return tuple(family for family in (*FAMILIES, BIOGENIC) if family in families)


def _cell_table(pairs: Iterable[tuple[int, int]], *, prefix: str = "") -> pa.Table:
    """Return cells and their `mid` as a table."""
    listed = list(pairs)
    return pa.table(
        {
            f"{prefix}slot": pa.array([cell for cell, _ in listed], pa.int64()),
            f"{prefix}mid": pa.array([mid for _, mid in listed], pa.int64()),
        }
    )
