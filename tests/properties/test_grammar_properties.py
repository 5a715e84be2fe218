"""Units, numbers, periods and files: round trips, and no crash on any text."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tanlu.catalog.tables import read
from tanlu.ingest.decode import DecodeContext, read_delimited
from tanlu.ingest.number import NumberContext, NumberStatus, number_of_double, parse_number
from tanlu.ingest.period import PeriodContext, PeriodStatus, parse_period
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.safe_config import load_json, load_yaml
from tanlu.ingest.words import GrammarWords
from tanlu.kernel.activity import RowKind
from tanlu.kernel.findings import Outcome
from tanlu.units.parse import parse_unit
from tanlu.units.table import UnitTable

UNITS = UnitTable.from_rows(read("unit"), read("unit_alias"), read("unit_prefix"))
NUMBERS = NumberContext(GrammarWords.from_rows(read("number_word")), UNITS, kind=RowKind.ADJUSTMENT)
PERIODS = PeriodContext(GrammarWords.from_rows(read("period_word")), date(2026, 6, 30))
DIGITS = NUMBERS.words.of("cjk_digit")
HEADER = ["期间", "厂区", "活动", "数量", "单位", "凭证号", "备注"]
FILES = DecodeContext(frozenset(HEADER))
quick = settings(max_examples=80, deadline=None)
mixed = st.text(
    alphabet=st.sampled_from("0123456789.,-+ ()%eE×^/~年月日度万千亿一二十kWhm³元¥约至Q½٣\u3000'"),
    max_size=24,
)
quantities = st.decimals(
    min_value=-(10**12), max_value=10**12, places=6, allow_nan=False, allow_infinity=False
)
codes = st.sampled_from(sorted(UNITS.units))
energies = st.sampled_from([unit.id for unit in UNITS.units.values() if unit.dimension == "energy"])


@quick
@given(codes, codes)
def test_conversion_there_and_back_is_one(first: str, second: str) -> None:
    there, back = UNITS.conversion(first, second), UNITS.conversion(second, first)

    if there is None or back is None:
        assert there is back
        assert UNITS.dimension(first) != UNITS.dimension(second)
    else:
        assert there * back == 1


@quick
@given(st.lists(energies, min_size=3, max_size=3))
def test_conversion_in_two_steps_is_conversion_in_one(units: list[str]) -> None:
    first, middle, last = units
    one, two = UNITS.conversion(first, middle), UNITS.conversion(middle, last)

    assert one is not None
    assert two is not None
    assert one * two == UNITS.conversion(first, last)


@quick
@given(
    st.sampled_from(sorted(UNITS.prefixes)),
    st.sampled_from([alias for alias in UNITS.exact.values() if alias.unit]),
)
def test_a_prefix_multiplies_exactly_or_the_whole_has_its_own_meaning(
    prefix: str, alias: object
) -> None:
    text = alias.text  # type: ignore[attr-defined]
    plain, scaled = parse_unit(text, UNITS), parse_unit(f"{prefix}{text}", UNITS)
    if f"{prefix}{text}" in UNITS.exact:
        return

    assert scaled.scale == plain.scale * Fraction(10) ** UNITS.prefixes[prefix]
    assert scaled.ledger_unit == plain.ledger_unit


@quick
@given(quantities)
def test_a_number_survives_every_way_of_writing_it(value: Decimal) -> None:
    texts = [f"{value:f}", f"{value:,f}", f"{value:,f}".replace(",", " "), f" {value:f}\u3000"]

    found = [parse_number(text, context=NUMBERS).value for text in texts]

    assert found == [value] * len(texts)


@quick
@given(quantities, st.sampled_from([("千", 3), ("万", 4), ("百万", 6), ("亿", 8)]))
def test_a_word_of_magnitude_multiplies_exactly(value: Decimal, word: tuple[str, int]) -> None:
    assume(value == 0 or abs(value) * 10 ** word[1] < 10**19)

    found = parse_number(f"{value:f}{word[0]}", context=NUMBERS)

    assert found.value == value.scaleb(word[1])


def _numeral(value: int) -> str:
    """Write an integer below 10**8 as a strict positional numeral."""
    names = "零一二三四五六七八九"
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        gap = "零" if 0 < low < 1_000 else ""
        return _numeral(high) + "万" + gap + (_numeral(low) if low else "")
    out, zero = "", False
    for power, unit in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = value // 10**power % 10
        if digit:
            out += ("零" if zero and out else "") + names[digit] + unit
        zero = digit == 0
    return out


@quick
@given(st.integers(min_value=10, max_value=10**8 - 1))
def test_a_positional_numeral_is_read_back(value: int) -> None:
    found = parse_number(_numeral(value), context=NUMBERS)

    assert (found.value, found.codes) == (Decimal(value), ("CJK_NUMERAL",))


@quick
@given(st.floats(min_value=1e-6, max_value=1e15))
def test_a_double_keeps_its_fifteen_digits(value: float) -> None:
    found = number_of_double(value, context=NUMBERS).value

    assert found is not None
    assert float(f"{value:.15g}") == float(found) or abs(float(found) / value - 1) < 1e-14


@quick
@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2026, 6, 30)),
    st.integers(min_value=0, max_value=800),
)
def test_a_range_of_days_is_read_back(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    texts = [
        f"{first}~{last}",
        f"{first}/{last}",
        f"{first:%Y.%m.%d}-{last:%Y.%m.%d}",
        f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日",
        f"民國{first.year - 1911}年{first.month}月{first.day}日~{last}",
    ]

    found = [parse_period(text, context=PERIODS) for text in texts]

    assert [(period.first, period.last) for period in found] == [(first, last)] * len(texts)


@quick
@given(st.text(max_size=40) | mixed)
def test_no_text_breaks_the_grammars(text: str) -> None:
    number = parse_number(text, context=NUMBERS)
    period = parse_period(text, context=PERIODS)
    unit = parse_unit(text, UNITS)

    assert (number.value is not None) == (number.status is NumberStatus.OK)
    assert (period.first is not None) == (period.status is PeriodStatus.OK)
    assert number.codes or number.status is NumberStatus.OK
    assert period.codes or period.status is PeriodStatus.OK
    assert unit.counts or unit.code


@quick
@given(st.binary(max_size=300) | st.text(max_size=120).map(lambda text: text.encode("utf-16")))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    outcomes = set()
    for reader in (load_json, load_yaml, lambda raw: read_delimited(raw, "a", context=FILES)):
        try:
            reader(data)
        except RejectedError as error:
            outcomes.add(error.finding.outcome)

    assert outcomes <= {Outcome.REJECT}


cells = st.text(alphabet=st.sampled_from("一厂电力煤abc123,;\"' \n水"), max_size=8).map(
    lambda text: text.strip()
)


@quick
@given(
    st.lists(st.lists(cells, min_size=7, max_size=7), min_size=1, max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_a_written_table_is_read_back(rows: list[list[str]], codec: str, mark: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=mark).writerows([HEADER, *rows])

    table = read_delimited(written.getvalue().encode(codec), "a.csv", context=FILES)

    kept = [row for row in table.rows[1:] if any(row)]
    assert kept == [row for row in rows if any(row)]
    assert table.findings == ()
