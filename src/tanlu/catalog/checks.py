"""Check what a single cell cannot show: keys, references, sources, language pairs, physics.

Every rule yields faults and none raises, so that one run says everything that is wrong.
"""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.catalog.folder import Fault, Row, Tables
from tanlu.catalog.schema import CellError, exact
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tanlu.catalog.schema import Column

_NO_SOURCE = re.compile(
    r"secondary|same as above|unknown|n/?a|-+|V[12]|ML?|M-high|C", re.IGNORECASE
)
_SOURCES = "sources"


def check_all(tables: Tables) -> list[Fault]:
    """Return every fault of every table below a data folder.

    Parameters
    ----------
    tables : Tables
        The folder to check.

    Returns
    -------
    list of Fault
        Sorted by file and line; empty when all is well.
    """
    faults: list[Fault] = []
    known = _known(tables)
    for name in tables.names:
        try:
            rows, cell_faults = tables.rows(name)
            columns = tables.columns(name)
        except TanluError as error:
            text = error.facts.get("faults", error.code)
            faults.append(Fault(f"schema/{name}.csv", 1, "schema", text))
            continue
        faults.extend(cell_faults)
        faults.extend(_ids(rows))
        faults.extend(_references(rows, columns, known))
        faults.extend(_citations(rows, columns, known))
        faults.extend(_languages(rows, columns))
    faults.extend(_fuel(tables))
    faults.extend(_grid(tables))
    faults.extend(_overlaps(tables))
    faults.extend(_blends(tables))
    return sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column))


def _known(tables: Tables) -> dict[tuple[str, str], set[str]]:
    """Return the values of every column that another column refers to."""
    wanted = {(_SOURCES, "id")}
    for name in tables.names:
        try:
            columns = tables.columns(name)
        except TanluError:
            continue
        pairs = (column.reference for column in columns if column.reference)
        wanted.update((table, key) for table, key in pairs)
    return {(table, key): _values(tables, table, key) for table, key in wanted}


def _values(tables: Tables, table: str, key: str) -> set[str]:
    try:
        rows, _ = tables.rows(table)
    except TanluError:
        return set()
    return {row.values[key] for row in rows if row.values.get(key) is not None}


def _ids(rows: tuple[Row, ...]) -> Iterator[Fault]:
    """Yield ids that appear twice or stand out of order within their file."""
    seen: dict[str, str] = {}
    last: dict[str, str] = {}
    for row in rows:
        key = row.values.get("id")
        if not isinstance(key, str):
            continue
        if key in seen:
            yield _fault(row, "id", f"'{key}' is already in {seen[key]}; ids are unique")
        seen[key] = f"{row.file}:{row.line}"
        if key < last.get(row.file, ""):
            yield _fault(row, "id", f"'{key}' after '{last[row.file]}'; sort the rows by id")
        last[row.file] = key


def _references(
    rows: tuple[Row, ...], columns: tuple[Column, ...], known: dict[tuple[str, str], set[str]]
) -> Iterator[Fault]:
    """Yield values that name a row which does not exist."""
    for column in columns:
        if not column.reference:
            continue
        table, key = column.reference
        for row in rows:
            value = row.values[column.name]
            for part in value if isinstance(value, tuple) else (value,):
                if part is not None and part not in known[table, key]:
                    text = f"'{part}' is not in {table}.{key}; add it there or correct the name"
                    yield _fault(row, column.name, text)


def _citations(
    rows: tuple[Row, ...], columns: tuple[Column, ...], known: dict[tuple[str, str], set[str]]
) -> Iterator[Fault]:
    """Yield rows whose publication is not named, or is no publication."""
    names = {column.name for column in columns}
    if "source" not in names:
        return
    for row in rows:
        source, locator = row.values["source"], row.values.get("locator")
        if source is not None and source not in known[_SOURCES, "id"]:
            yield _fault(row, "source", f"'{source}' is not in sources.id; name the publication")
        if "locator" in names and source is not None and not _is_locator(locator):
            yield _fault(row, "locator", f"'{locator}' is no place; name table, page or clause")


def _is_locator(locator: object) -> bool:
    text = str(locator or "").strip()
    return bool(text) and not _NO_SOURCE.fullmatch(text) and "secondary copy" not in text.lower()


def _languages(rows: tuple[Row, ...], columns: tuple[Column, ...]) -> Iterator[Fault]:
    """Yield rows that say something in one language only."""
    names = {column.name for column in columns}
    stems = [name[:-3] for name in sorted(names) if name.endswith("_zh")]
    for stem in stems:
        for row in rows:
            chinese, english = row.values.get(f"{stem}_zh"), row.values.get(f"{stem}_en")
            if bool(chinese) != bool(english):
                missing = "en" if chinese else "zh"
                yield _fault(row, f"{stem}_{missing}", "empty; say it in both languages")


def _limits(tables: Tables) -> dict[str, Fraction]:
    rows, _ = tables.rows("constant")
    return {row.values["id"]: row.values["value"] for row in rows}


def _fuel(tables: Tables) -> Iterator[Fault]:
    """Yield fuels whose carbon share of the mass no fuel of their kind can have."""
    if not {"fuel", "constant"} <= set(tables.names):
        return
    limits = _limits(tables)
    top = limits.get("carbon_share_limit", Fraction(1))
    by_item = {"lng": limits.get("carbon_share_limit_lng", top)}
    for row in tables.rows("fuel")[0]:
        share = _carbon_share(row)
        if share is None or row.values["quality"] == "template":
            continue
        allowed = by_item.get(row.values["item"], top)
        if share > allowed and not row.values["note_en"]:
            text = (
                f"carbon share {float(share):.3f} is above {float(allowed):.2f}; check or explain"
            )
            yield _fault(row, "carbon_tc_per_gj", text)


def _carbon_share(row: Row) -> Fraction | None:
    values = row.values
    if values["unit"] != "kg" or values["ncv_gj"] is None or values["carbon_tc_per_gj"] is None:
        return None
    return Fraction(values["ncv_gj"]) * Fraction(values["carbon_tc_per_gj"])


def _grid(tables: Tables) -> Iterator[Fault]:
    """Yield electricity factors whose key (data year, definition, document) is not whole."""
    if "grid_electricity" not in tables.names:
        return
    seen: dict[tuple[object, ...], str] = {}
    for row in tables.rows("grid_electricity")[0]:
        values = row.values
        key = tuple(values[part] for part in ("key", "data_year", "definition", "document_no"))
        if None in key:
            text = (
                "needs data_year, definition and document_no; a factor without them does not load"
            )
            yield _fault(row, "document_no", text)
        if key in seen:
            yield _fault(row, "id", f"same key as {seen[key]}; one row per key")
        seen[key] = f"{row.file}:{row.line}"


def _overlaps(tables: Tables) -> Iterator[Fault]:
    """Yield factors of one set that claim the same item, place and time."""
    if "emission_factor" not in tables.names:
        return
    groups: dict[tuple[object, ...], list[Row]] = {}
    parts = ("factor_set", "item", "level", "key", "stream", "unit", "variant")
    for row in tables.rows("emission_factor")[0]:
        groups.setdefault(tuple(row.values[part] for part in parts), []).append(row)
    for rows in groups.values():
        ordered = sorted(rows, key=lambda row: str(row.values["valid_from"] or ""))
        for first, second in itertools.pairwise(ordered):
            end, start = first.values["valid_to"], second.values["valid_from"]
            if end is None or start is None or start < end:
                text = f"overlaps {first.file}:{first.line}; close the earlier one with valid_to"
                yield _fault(second, "valid_from", text)


def _blends(tables: Tables) -> Iterator[Fault]:
    """Yield blends that do not add up to one, or name a gas without a GWP."""
    if not {"gwp", "gwp_blend"} <= set(tables.names):
        return
    pure = {row.values["id"]: row.values["quality"] for row in tables.rows("gwp")[0]}
    for row in tables.rows("gwp_blend")[0]:
        parts = row.values["composition"] or {}
        try:
            total = sum((exact(share) for share in parts.values()), Fraction(0))
        except CellError as error:
            yield _fault(row, "composition", str(error))
            continue
        if total != 1:
            yield _fault(row, "composition", f"adds up to {float(total)}; must be 1")
        yield from _blend_gases(row, parts, pure)


def _blend_gases(row: Row, parts: Iterable[str], pure: dict[str, str]) -> Iterator[Fault]:
    for gas in parts:
        if gas not in pure:
            yield _fault(row, "composition", f"'{gas}' is not in gwp.id; add the gas")
        elif pure[gas] == "template" != row.values["quality"]:
            yield _fault(row, "quality", f"'{gas}' is a template; so is the blend")


def _fault(row: Row, column: str, text: str) -> Fault:
    return Fault(row.file, row.line, column, text)
