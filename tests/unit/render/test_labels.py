"""Labels keep their distance and their order."""

from __future__ import annotations

import pytest

from tanlu.render.labels import shortened, spread, text_width, wrapped


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([0, 4, 9], [0, 14, 28]),
        ([50, 54, 59], [40.333, 54.333, 68.333]),
        ([95, 99], [86, 100]),
        ([10, 50, 90], [10, 50, 90]),
        ([], []),
        ([40], [40]),
    ],
)
def test_labels_move_apart_with_the_least_squared_shift(
    wanted: list[float], expected: list[float]
) -> None:
    placed = spread(wanted, gap=14, low=0, high=100)

    assert placed == pytest.approx(expected, abs=0.001)


def test_labels_that_cannot_fit_share_the_room_evenly() -> None:
    placed = spread([50.0] * 11, gap=14, low=0, high=100)

    assert placed == pytest.approx([i * 10 for i in range(11)])


def test_width_counts_chinese_wider_than_latin() -> None:
    assert text_width("碳路") == pytest.approx(24.0)
    assert text_width("kWh") == pytest.approx(19.8)


def test_long_names_are_cut_with_an_ellipsis() -> None:
    cut = shortened("Variable-speed compressors", 80)

    assert cut.endswith("…")
    assert text_width(cut) <= 80
    assert shortened("short", 80) == "short"


def test_long_names_wrap_before_they_are_cut() -> None:
    assert wrapped("Energy intensity", 60) == "Energy\nintensity"
    assert wrapped("电网与因子", 40) == "电网与\n因子"
