"""A cell becomes a typed value, or says what is wrong and what would be right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tanlu.catalog.schema import CellError, Column, column_from_row, exact


def column(kind: str, *, allowed: str = "", required: str = "no") -> Column:
    return column_from_row(
        {
            "column": "x",
            "type": kind,
            "unit": "",
            "required": required,
            "allowed": allowed,
            "meaning_zh": "甲",
            "meaning_en": "a",
        }
    )


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "a b", "a b"),
        ("integer", "12", 12),
        ("integer", 12, 12),
        ("decimal", "0.10", Decimal("0.10")),
        ("decimal", Decimal("0.1"), Decimal("0.1")),
        ("fraction", "44/12", Fraction(11, 3)),
        ("fraction", "44.0095/100.0869", Fraction(440095, 1000869)),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("boolean", "yes", True),
        ("boolean", False, False),
        ("list", "a;b", ("a", "b")),
        ("list", ["a", "b"], ("a", "b")),
        ("map", "a:1;b:2/3", {"a": "1", "b": "2/3"}),
        ("json", '{"a": 0.1}', {"a": Decimal("0.1")}),
        ("json", {"a": 1}, {"a": 1}),
    ],
)
def test_a_cell_is_converted_exactly(kind: str, raw: object, value: object) -> None:
    assert column(kind).convert(raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", " a"),
        ("text", {"a": 1}),
        ("integer", "1.5"),
        ("decimal", "1,5"),
        ("decimal", "NaN"),
        ("decimal", "Infinity"),
        ("fraction", "1/0"),
        ("fraction", "1e3"),
        ("fraction", "1/2/3"),
        ("date", "2023-02-29"),
        ("boolean", "maybe"),
        ("list", "a;;b"),
        ("map", "a"),
        ("map", "a:1;a:2"),
        ("json", "{"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused(kind: str, raw: object) -> None:
    with pytest.raises(CellError, match=";"):
        column(kind).convert(raw)


def test_an_empty_cell_is_missing_and_never_zero() -> None:
    assert column("decimal").convert("") is None
    assert column("decimal").convert(None) is None


def test_an_empty_required_cell_is_refused() -> None:
    with pytest.raises(CellError, match="required"):
        column("decimal", required="yes").convert("")


def test_choices_hold_for_each_part_of_a_list() -> None:
    parts = column("list", allowed="a|b")

    assert parts.convert("a;b") == ("a", "b")
    with pytest.raises(CellError, match="'c' is not a choice"):
        parts.convert("a;c")


def test_a_reference_is_no_choice() -> None:
    found = column("text", allowed="@items.id")

    assert found.reference == ("items", "id")
    assert found.allowed == ()


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(CellError, match="'colour' is unknown"):
        column("colour")


def test_exact_takes_numbers_and_quotients() -> None:
    assert exact("-0.5") == Fraction(-1, 2)
    assert exact(3) == 3
