"""Columns of a printed table fit the page whatever they hold, and numbers stay whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from tanlu import render
from tanlu.render.documents.columns import PADDING, SIZES, layout, pieces

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM = 481.9


def table(*columns: tuple[str, bool, list[str]], few: bool = False) -> dict[str, Any]:
    rows = zip(*(texts for _, _, texts in columns), strict=True)
    return {
        "few": few,
        "columns": [
            {"title": title, "unit": "", "numeric": numeric} for title, numeric, _ in columns
        ],
        "rows": [{"cells": [{"text": text} for text in row]} for row in rows],
    }


texts = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=120)
columns = st.integers(1, 12).flatmap(
    lambda count: st.lists(
        st.tuples(texts, st.booleans(), st.lists(texts, min_size=3, max_size=3)),
        min_size=count,
        max_size=count,
    )
)


@given(columns, st.booleans())
def test_columns_never_pass_the_margin(drawn: list[tuple[str, bool, list[str]]], few: bool) -> None:
    made = layout(table(*drawn, few=few), ROOM)

    assert len(made.widths) == len(drawn)
    assert sum(made.widths) <= ROOM + 1e-6
    assert all(width > 0 for width in made.widths)


@pytest.fixture(scope="module")
def bold() -> Callable[[str, float], float]:
    """Return the true width of a text in bold letters [pt]."""
    folder = Path(render.__file__).parent / "assets" / "fonts"
    font = TTFont(folder / "TanluSans-Bold.otf")
    glyphs, advances = font.getBestCmap(), font["hmtx"]
    return lambda text, size: sum(advances[glyphs[ord(mark)]][0] for mark in text) / 1000 * size


@pytest.mark.parametrize("number", ["1,234,567.89", "−0.5%", "100.0%", "8.385 kt", "CNY 10.31 bn"])
def test_numbers_stay_on_one_line(number: str, bold: Callable[[str, float], float]) -> None:
    made = layout(table(("Site", False, ["a"]), ("kWh", True, [number]), few=True), ROOM)

    assert not made.is_cut
    assert bold(number, made.size) <= made.widths[1] - 2 * PADDING


@pytest.mark.parametrize(
    "word", ["STOICHIOMETRY", "Communication", "WWWMMM", "wwwmmm", "kgCO2e/MJ"]
)
def test_words_stay_whole(word: str, bold: Callable[[str, float], float]) -> None:
    made = layout(table(("A", False, [word]), ("B", False, ["many words " * 90])), ROOM)

    assert bold(word, made.size) <= made.widths[0] - 2 * PADDING


def test_room_goes_to_the_column_with_most_to_say() -> None:
    made = layout(table(("A", False, ["short"]), ("B", False, ["many words " * 40])), ROOM)

    assert made.widths[1] > 5 * made.widths[0]


def test_letters_shrink_only_where_it_saves_lines() -> None:
    easy = layout(table(("A", False, ["a"]), ("B", True, ["1"])), ROOM)
    wide = layout(table(*((f"Year {n}", True, ["123,456,789.00"]) for n in range(9))), ROOM)

    assert easy.size == SIZES[0]
    assert wide.size < SIZES[-1]
    assert not wide.is_cut


def test_what_fits_at_no_size_is_said_to_be_cut() -> None:
    made = layout(table(*((f"Y{n}", True, ["123,456,789,012.00"]) for n in range(20))), ROOM)

    assert made.is_cut
    assert abs(sum(made.widths) - ROOM) < 1e-6


def test_few_columns_stay_as_narrow_as_their_words() -> None:
    made = layout(table(("A", False, ["one"]), ("B", True, ["12"]), few=True), ROOM)

    assert sum(made.widths) < ROOM / 4


def test_pieces_are_words_and_single_characters() -> None:
    assert list(pieces("CO2e 吨每a b")) == ["CO2e", "吨", "每", "a", "b"]
