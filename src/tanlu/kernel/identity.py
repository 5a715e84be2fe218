"""What makes two rows of different imports the same thing, told by what they say.

A ledger row is the same as another when site, item and days agree; a record, when the fields of
its kind agree. Whether one of the two then replaces the other is decided where both are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.kernel.activity import RecordKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tanlu.kernel.activity import SourceCell

Identity = tuple[str, ...]
ROW_KEY = ("site", "item", "first_day", "last_day")
RECORD_KEYS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.INSTRUMENT: ("site", "kind", "year", "month"),
    RecordKind.PURCHASE: ("site", "year", "month", "item", "material", "supplier"),
    RecordKind.FREIGHT: (
        "site", "year", "month", "route", "origin", "destination", "mode", "item", "direction",
    ),
    RecordKind.EQUIPMENT: ("site", "type", "type_text", "model"),
    RecordKind.OUTPUT: ("site", "year", "month"),
    RecordKind.STACK: ("site", "outlet", "pollutant"),
}  # fmt: skip
NAMED_KEYS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.INSTRUMENT: ("serial", "site", "year", "month"),
    RecordKind.EQUIPMENT: ("equipment_id", "site"),
    RecordKind.STACK: ("outlet", "site", "pollutant"),
}


def is_named(kind: RecordKind, fields: Mapping[str, str | None]) -> bool:
    """Return whether a record has a name of its own: certificate, equipment, outlet.

    Parameters
    ----------
    kind : RecordKind
        Which table.
    fields : Mapping[str, str or None]
        Its fields.

    Examples
    --------
    >>> is_named(RecordKind.INSTRUMENT, {"serial": "GEC-1"})
    True
    """
    return kind in NAMED_KEYS and bool(fields.get(NAMED_KEYS[kind][0]))


def record_identity(kind: RecordKind, fields: Mapping[str, str | None]) -> Identity:
    """Return what identifies a record: its own name with site and time, else what it is about.

    Parameters
    ----------
    kind : RecordKind
        Which table.
    fields : Mapping[str, str or None]
        Its fields.

    Returns
    -------
    tuple of str
        Equal for two records of the same thing; a missing field is empty.

    Examples
    --------
    >>> record_identity(RecordKind.OUTPUT, {"site": "A", "year": "2024", "units_produced": "7"})
    ('output', 'site=A', 'year=2024', 'month=')
    """
    names = NAMED_KEYS[kind] if is_named(kind, fields) else RECORD_KEYS[kind]
    return (kind.value, *(f"{name}={fields.get(name) or ''}" for name in names))


def row_key(site: str, item: str, first_day: date, last_day: date) -> dict[str, str]:
    """Return the key of a ledger row as texts, to be kept with a row that is held back."""
    values = (site, item, first_day.isoformat(), last_day.isoformat())
    return dict(zip(ROW_KEY, values, strict=True))


def same_file(name: str) -> str:
    """Return a file's name less its type and what a marked copy adds.

    Files that agree in it are states of one file.

    Examples
    --------
    >>> same_file("Energy.checked.xlsx"), same_file("energy.csv")
    ('energy', 'energy')
    """
    stem = name.casefold().rpartition(".")[0] or name.casefold()
    return stem.removesuffix(".checked")


def same_cell(source: SourceCell) -> tuple[str, str, str]:
    """Return what two states of one cell have in common; a text file's sheet has its name."""
    name = same_file(source.file)
    return (name, source.sheet.casefold() or name, source.cell)
