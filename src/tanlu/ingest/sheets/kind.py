"""Tell which kind of sheet a header makes, and which of its columns hold quantities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tanlu.ingest.model import SheetKind
from tanlu.ingest.sheets.header import is_number_like

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tanlu.ingest.sheets.header import Column, HeaderBlock
    from tanlu.ingest.sheets.place import Place
    from tanlu.ingest.vocabulary import Vocabulary

_QUANTITY_FIELDS = ("quantity", "energy", "mass")
_PERIOD_FIELDS = frozenset({"period", "start", "end", "year", "month"})
_ONCE = ("period", "start", "end", "year", "month", "site", "item", "quantity", "unit")
_LEAST_KNOWN = 0.5
_MACHINE_FIELDS = frozenset(
    {"equipment_name", "equipment_id", "type", "hours", "load", "grade", "year_in_service"}
)
_CARRIER_SCOPES = frozenset({0, 1, 2})
_OWN_POWER = "self_generated_electricity"


def sheet_kind(block: HeaderBlock, place: Place) -> SheetKind:
    """Return the kind of the table under a header.

    Parameters
    ----------
    block : HeaderBlock
        The header.
    place : Place
        Sheet, dictionaries and answers.

    Returns
    -------
    SheetKind
        UNKNOWN when the header is none we can read.
    """
    answer = place.answer("kind")
    if isinstance(answer, str):
        return SheetKind(answer)
    fields = block.fields()
    months = [c for c in block.columns.values() if c.period and not c.derived]
    if len(months) >= place.words.context.limits["month_columns"]:
        return SheetKind.WIDE
    small = _small_table(fields, block, place)
    if small is not SheetKind.UNKNOWN:
        return small
    has_item = bool({"item", "material"} & fields) or _type_names_items(block, place)
    if has_item and any(name in fields for name in _QUANTITY_FIELDS):
        return SheetKind.TIDY
    if months and has_item and not _PERIOD_FIELDS & fields:
        return SheetKind.WIDE
    if value_columns(block, SheetKind.WIDE):
        return SheetKind.WIDE
    if "item" in fields and len(fields) > 2:  # noqa: PLR2004 - enough to be meant as a table
        return SheetKind.TIDY
    if _PERIOD_FIELDS & fields and "quantity" in fields and place.answer("item"):
        return SheetKind.TIDY
    return SheetKind.UNKNOWN


def columns_told_apart(block: HeaderBlock, place: Place) -> HeaderBlock:
    """Return a header whose columns are settled by what stands below and beside them."""
    block = _names_told_apart(_amounts_told_apart(block, place), place)
    return _generation_told_apart(_units_told_apart(block, place), place)


def _amounts_told_apart(block: HeaderBlock, place: Place) -> HeaderBlock:
    """Return a header in which a column named like items but full of numbers holds quantities.

    "Activity data" heads names in some templates and amounts in others.
    """
    if block.of("quantity") is not None or block.of("unit") is None:
        return block
    columns = dict(block.columns)
    for index, column in block.columns.items():
        cells = [place.grid.cell(row, index) for row in place.grid.rows if row > block.last]
        filled = [cell for cell in cells if cell is not None and cell.text.strip()]
        numbers = sum(is_number_like(cell) for cell in filled)
        if column.field == "item" and filled and numbers > len(filled) * _LEAST_KNOWN:
            columns[index] = replace(column, field="quantity")
    return replace(block, columns=columns)


def _names_told_apart(block: HeaderBlock, place: Place) -> HeaderBlock:
    """Return a header in which a column "name" says what it names: goods, machines, carriers."""
    column = block.of("name")
    if column is None:
        return block
    taken = {"item", "material", "equipment_name"} & block.fields()
    field = "" if taken else _named_thing(block, place)
    return replace(block, columns={**block.columns, column.index: replace(column, field=field)})


def _named_thing(block: HeaderBlock, place: Place) -> str:
    """Return the field of a column "name" by its cells, else by the sheet's name."""
    texts = column_texts(block, place, "name")
    words = place.words
    items = [words.items.get(words.item(text), {}) for text in texts]
    carriers = sum(item.get("scope") in _CARRIER_SCOPES for item in items)
    goods = sum(item.get("category") == "1" for item in items)
    machines = sum(bool(words.word_inside("equipment", text)) for text in texts)
    by_count = {"item": carriers, "material": goods, "equipment_name": machines}
    best = max(by_count, key=lambda name: by_count[name])
    if by_count[best] and by_count[best] >= len(texts) * _LEAST_KNOWN:
        return best
    if block.of("spend") is not None:
        return "material"
    named = words.word_inside("sheet_kind", place.grid.name)
    return {"purchase": "material", "equipment": "equipment_name"}.get(named, "")


def _units_told_apart(block: HeaderBlock, place: Place) -> HeaderBlock:
    """Return a header in which the one column headed by a mere unit holds the amounts."""
    if any(block.of(name) for name in _QUANTITY_FIELDS):
        return block
    bare = [c for c in block.columns.values() if _is_bare_unit(c, place)]
    if len(bare) != 1:
        return block
    unit = place.words.unit(bare[0].label)
    field = {"energy": "energy", "mass": "mass"}.get(unit.dimension, "quantity")
    field = "spend" if unit.dimension.startswith("money") else field
    column = replace(bare[0], field=field, unit=bare[0].label, site="")
    return replace(block, columns={**block.columns, column.index: column})


def _is_bare_unit(column: Column, place: Place) -> bool:
    is_named = bool(column.field or column.item or column.period or column.derived)
    return not is_named and place.words.unit(column.label).counts


def _generation_told_apart(block: HeaderBlock, place: Place) -> HeaderBlock:
    """Return a header in which generation beside own use states their sum with the fed-in part."""
    own = [c for c in block.columns.values() if c.item == _OWN_POWER]
    gross = [c for c in own if place.words.word_inside("generation", c.label)]
    if not gross or len(gross) == len(own):
        return block
    columns = {c.index: replace(c, derived="total", item="", field="") for c in gross}
    return replace(block, columns={**block.columns, **columns})


def _small_table(fields: set[str], block: HeaderBlock, place: Place) -> SheetKind:
    rows = sorted(place.words.context.tables["sheet_kind"], key=lambda row: int(row["rank"]))
    for row in rows:
        if not _fits(row, fields):
            continue
        kind = SheetKind(str(row["id"]))
        if kind is SheetKind.INSTRUMENT and not _names(block, place, "type", "instrument"):
            continue
        if kind is SheetKind.EQUIPMENT and not fields & _MACHINE_FIELDS:
            continue
        if kind is SheetKind.PURCHASE and _is_energy(block, place):
            continue
        if kind is SheetKind.OUTPUT and value_columns(block, SheetKind.WIDE):
            continue
        return kind
    return SheetKind.UNKNOWN


def _fits(row: Mapping[str, Any], fields: set[str]) -> bool:
    every, some, none = (set(row[name] or ()) for name in ("all_of", "any_of", "none_of"))
    return every <= fields and (not some or bool(some & fields)) and not none & fields


def column_texts(block: HeaderBlock, place: Place, name: str) -> list[str]:
    """Return the texts of a field's column below the header."""
    column = block.of(name)
    if column is None:
        return []
    rows = (row for row in place.grid.rows if row > block.last)
    texts = (place.grid.text(row, column.index).strip() for row in rows)
    return [text for text in texts if text]


def _names(block: HeaderBlock, place: Place, name: str, group: str) -> bool:
    texts = column_texts(block, place, name)
    known = sum(bool(place.words.word(group, text)) for text in texts)
    return not texts or known >= len(texts) * _LEAST_KNOWN


def _type_names_items(block: HeaderBlock, place: Place) -> bool:
    texts = column_texts(block, place, "type")
    known = sum(bool(place.words.item(text)) for text in texts)
    return bool(texts) and known >= len(texts) * _LEAST_KNOWN


def _is_energy(block: HeaderBlock, place: Place) -> bool:
    """Say whether a table of "materials" with periods in truth lists energy carriers."""
    if not _PERIOD_FIELDS & block.fields():
        return False
    texts = column_texts(block, place, "material")
    scopes = [place.words.items.get(place.words.item(text), {}).get("scope") for text in texts]
    return bool(texts) and sum(s in {1, 2} for s in scopes) >= len(texts) * _LEAST_KNOWN


def value_columns(block: HeaderBlock, kind: SheetKind) -> list[Column]:
    """Return the columns whose cells are quantities, derived ones left out.

    Parameters
    ----------
    block : HeaderBlock
        The header.
    kind : SheetKind
        TIDY takes the one quantity column; WIDE every month or item column.
    """
    if kind is SheetKind.TIDY:
        for name in _QUANTITY_FIELDS:
            column = block.of(name)
            if column is not None:
                return [column]
        return []
    plain = [c for c in block.columns.values() if not c.derived]
    with_period = [c for c in plain if c.period]
    if with_period:
        return [c for c in with_period if not _covers_others(c, with_period)]
    items = [c for c in plain if c.item and c.field in {"", "energy", "quantity"}]
    items = [c for c in items if not c.is_money]
    return sorted(items + [c for c in plain if items and _unknown_item(c)], key=lambda c: c.index)


def _unknown_item(column: Column) -> bool:
    """Say whether a column beside item columns has a unit but names no item we know."""
    is_named = bool(column.item or column.field or column.period)
    return bool(column.unit) and not is_named and not column.is_money


def total_columns(block: HeaderBlock) -> list[Column]:
    """Return the columns that state sums of other columns."""
    with_period = [c for c in block.columns.values() if c.period and not c.derived]
    covering = [c for c in with_period if _covers_others(c, with_period)]
    named = [c for c in block.columns.values() if c.derived in {"total", "subtotal"}]
    return covering + named


def _covers_others(column: Column, others: list[Column]) -> bool:
    """Say whether a quarter or year column states the sum of months beside it."""
    period = column.period
    if period is None:
        return False
    inside = [o for o in others if o.period and period.contains(o.period) and o.item == column.item]
    return len(inside) > 1


def duplicated_field(block: HeaderBlock, kind: SheetKind) -> tuple[str, Column] | None:
    """Return a field that two columns of a tidy table claim, with the second column."""
    if kind is not SheetKind.TIDY:
        return None
    seen: set[str] = set()
    for column in block.columns.values():
        if column.field in seen and column.field in _ONCE:
            return column.field, column
        seen.add(column.field)
    return None


def labelled(titles: list[str], words: Vocabulary, label: str) -> str:
    """Return the value of a ``label: value`` text in the rows above a header."""
    for place, text in enumerate(titles):
        name, mark, value = text.replace("\uff1a", ":").partition(":")
        if words.word("label", name) == label:
            if mark and value.strip():
                return value.strip()
            if place + 1 < len(titles) and not mark:
                return titles[place + 1].strip()
    return ""
