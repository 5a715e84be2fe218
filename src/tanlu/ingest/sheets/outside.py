"""What a workbook says outside its tables: the year of a sheet, the state of gas volumes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tanlu.ingest.sheets.kind import labelled
from tanlu.ingest.vocabulary import key, normal
from tanlu.ingest.workbook.grid import address, parse_address
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.ingest.sheets.header import HeaderBlock
    from tanlu.ingest.sheets.place import Place
    from tanlu.ingest.vocabulary import Vocabulary
    from tanlu.ingest.workbook.grid import Grid, Workbook

_SEGMENTS = re.compile("[;\n\uff1b\u3002]")
_ROC = 1911
_SHOWN = 80


def sheet_year(place: Place, block: HeaderBlock | None, notes: list[Grid]) -> int | None:
    """Return the year of a sheet: the user's answer, its title, its name, the file's, the notes'.

    Parameters
    ----------
    place : Place
        The sheet.
    block : HeaderBlock or None
        Its header, for the titles above.
    notes : list of Grid
        Sheets without a table.

    Returns
    -------
    int or None
        None when nothing names one year and no other.
    """
    answer = place.answer("year")
    if isinstance(answer, (int, str)) and str(answer).isdecimal():
        return int(answer)
    words = place.words
    titles = list(block.titles) if block else []
    for texts in (titles, [place.grid.name], [_stem(place.file)], list(_texts(notes))):
        years = {year for text in texts for year in years_in(text, words)}
        if len(years) == 1:
            return years.pop()
        if years and texts is titles:
            return None
    return words.context.default_year


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


def _texts(grids: list[Grid]) -> Iterator[str]:
    for grid in grids:
        for row in list(grid.rows)[:20]:
            for cell in grid.rows[row].values():
                yield cell.text


def years_in(text: str, words: Vocabulary) -> set[int]:
    """Return the years a text names, ROC years included, price years not."""
    found = {int(match[1]) for match in words.patterns["year"].finditer(text)}
    found |= {int(match[1]) + _ROC for match in words.patterns["roc_year"].finditer(text)}
    return found


def gas_state_notes(
    book: Workbook,
    blocks: Mapping[str, HeaderBlock | None],
    words: Vocabulary,
    *,
    file: str,
) -> tuple[frozenset[str], list[Finding]]:
    """Find remarks that gas volumes are at 0 degrees, in notes, titles and comments.

    Parameters
    ----------
    book, blocks
        Sheets and their headers.
    words : Vocabulary
        Words of the group ``gas_state``.
    file : str
        File name.

    Returns
    -------
    tuple
        Items the remarks are about (``*``: every gas), and a note for each remark.
    """
    gases: set[str] = set()
    findings: list[Finding] = []
    for sheet, cell, text in _remarks(book, blocks):
        for segment in _SEGMENTS.split(text):
            if not words.word_inside("gas_state", segment):
                continue
            item = _gas_of(segment, words)
            gases.add(item)
            facts = {"found": normal(segment)[:_SHOWN], "item": item}
            findings.append(Finding("GAS_STATE_STATED", Outcome.NOTE, file, sheet, cell, facts))
    return frozenset(gases), findings


def listed_sites(
    book: Workbook, blocks: Mapping[str, HeaderBlock | None], words: Vocabulary
) -> frozenset[str]:
    """Return the sites that the tables of a workbook list in a column of their own.

    Parameters
    ----------
    book, blocks
        Sheets and their headers.
    words : Vocabulary
        The user's names of sites.
    """
    found = set()
    for grid in book.sheets:
        block = blocks.get(grid.name)
        column = block.of("site") if block is not None else None
        if block is None or column is None:
            continue
        texts = (grid.text(row, column.index).strip() for row in grid.rows if row > block.last)
        found |= {words.site(text) for text in texts if text and not words.derived(text)}
    return frozenset(found)


def _remarks(
    book: Workbook, blocks: Mapping[str, HeaderBlock | None]
) -> Iterator[tuple[str, str, str]]:
    for grid in book.sheets:
        if grid.state != "visible":
            continue
        block = blocks.get(grid.name)
        for row, cells in grid.rows.items():
            is_single = len(cells) == 1
            if block is None or row < block.first or (row > block.last and is_single):
                for column, cell in cells.items():
                    yield grid.name, address(row, column), cell.text
        for cell_name, text in grid.comments.items():
            if block is not None and parse_address(cell_name)[0] <= block.last:
                continue
            yield grid.name, cell_name, text


def _gas_of(segment: str, words: Vocabulary) -> str:
    """Return the gas a remark names, ``*`` when it names none."""
    folded = key(segment)
    gases = {i for i, row in words.items.items() if "Nm3" in (row["dims"] or ())}
    rows = words.context.tables["item_alias"]
    hits = [str(r["text"]) for r in rows if r["item"] in gases and key(str(r["text"])) in folded]
    return words.item(max(hits, key=len)) if hits else "*"


def stated_outside(place: Place, block: HeaderBlock) -> dict[str, tuple[str, int]]:
    """Return site, item, unit and period that a sheet states outside its table.

    Parameters
    ----------
    place : Place
        Sheet, answers and file name.
    block : HeaderBlock
        Its header, with the titles above.

    Returns
    -------
    dict
        Field to text and column 0, as candidates take them.
    """
    words, titles = place.words, block.titles
    found: dict[str, tuple[str, int]] = {}
    for name in ("site", "item", "unit", "period"):
        answer = place.answer(name)
        if isinstance(answer, (str, int)):
            found[name] = (str(answer), 0)
    for name in ("site", "unit", "item"):
        text = labelled(titles, words, name)
        if text and name not in found:
            found[name] = (text, 0)
    if "site" not in found and block.of("site") is None:
        site = _site_outside(place, titles)
        if site:
            found["site"] = (site, 0)
    period = "" if "period" in found else _period_outside(place, titles)
    if period:
        found["period"] = (period, 0)
    if "item" not in found and block.of("item") is None:
        item = next((t for t in (place.grid.name, *titles) if words.item(t)), "")
        if item:
            found["item"] = (item, 0)
    return found


def _period_outside(place: Place, titles: list[str]) -> str:
    """Return the month that a title or the sheet's name states, else the year of the sheet."""
    for text in (*titles, place.grid.name):
        match = place.words.search("year_month", text)
        if match:
            return f"{match[1]}-{match[2]}"
    month = place.words.word("month", place.grid.name)
    if month and place.year:
        return f"{place.year}-{month}"
    return "" if place.year is None else str(place.year)


def _site_outside(place: Place, titles: list[str]) -> str:
    """Return the site a sheet is about: a declared one it names, or a site-like name."""
    words = place.words
    declared = words.context.sites
    texts = (place.grid.name, *titles, place.file)
    if declared is not None:
        for text in texts:
            for site in sorted(declared, key=lambda s: -len(s.id)):
                if site.id and site.id in text:
                    return site.id
        return declared[0].id if len(declared) == 1 else ""
    name = place.grid.name.strip()
    if _is_site_name(name, words):
        return name
    for text in titles:
        listed = [site for site in place.listed_sites if site in text]
        if listed:
            return max(listed, key=len)
    for text in titles:
        match = words.search("site_title", text)
        head = match[1].strip() if match else ""
        if _is_site_name(head, words):
            return _last_site(head, words)
    return ""


def _last_site(head: str, words: Vocabulary) -> str:
    """Return the plant that a title names after its company."""
    company, _, plant = head.rpartition(" ")
    is_both = _is_site_name(company, words) and _is_site_name(plant, words)
    return plant if is_both and not plant.isascii() else head


def _is_site_name(text: str, words: Vocabulary) -> bool:
    """Say whether a name ends, or in English begins, as names of sites do."""
    folded = text.casefold()
    for suffix in words.group("site_suffix"):
        if folded == suffix:
            return False
        if folded.endswith(suffix) or (suffix.isascii() and folded.startswith(f"{suffix} ")):
            return True
    return False
