"""Bytes of delimited files to rows."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tanlu.ingest.decode import (
    DecodeContext,
    clean_text,
    header_key,
    read_delimited,
)
from tanlu.ingest.rejected import RejectedError
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = "期间,厂区,活动,数量,单位,凭证号,备注"
_ROW = "2024-01,一厂,外购电力,100000,kWh,DF-1,电费单"
_FILE = f"{_HEADER}\r\n{_ROW}\r\n"
_TAIWAN = "期間,廠區,活動,數量,單位,憑證號,備註\r\n2024-01,一廠,外購電力,100000,kWh,DF-1,電費單\r\n"
_WORDS = frozenset(f"{_HEADER},期間,廠區,活動,數量,單位,憑證號,備註,類型,期日".split(","))
_CONTEXT = DecodeContext(_WORDS)
_GOLDEN = {
    "golden_utf8.csv": ("utf-8", ","),
    "utf8_bom.csv": ("utf-8", ","),
    "gbk.csv": ("gb18030", ","),
    "gb18030_rare_char.csv": ("gb18030", ","),
    "big5.csv": ("cp950", ","),
    "utf16le_bom.csv": ("utf-16-le", ","),
    "utf16le_tab_bom.txt": ("utf-16-le", "\t"),
    "utf16le_nobom.csv": ("utf-16-le", ","),
    "cr_only.csv": ("utf-8", ","),
    "mixed_eol.csv": ("utf-8", ","),
    "semicolon.csv": ("utf-8", ";"),
    "zero_width.csv": ("utf-8", ","),
}
_REFUSED = {
    "mixed_gbk_utf8_lines.csv": "ENCODING_MIXED",
    "invalid_bytes.csv": "ENCODING_INVALID",
    "double_encoded_mojibake.csv": "HEADER_UNRECOGNISED",
    "nul_bytes.csv": "NUL_BYTE",
}


def _refused(data: bytes, *, context: DecodeContext = _CONTEXT) -> RejectedError:
    with pytest.raises(RejectedError) as caught:
        read_delimited(data, "a.csv", context=context)
    return caught.value


@pytest.mark.parametrize("file", sorted(_GOLDEN))
def test_the_shared_rows_come_out_of_every_clothing(file: str, shared: Path) -> None:
    data = (shared / "badinputs" / "enc" / file).read_bytes()

    table = read_delimited(data, file, context=_CONTEXT)

    assert (table.encoding, table.delimiter) == _GOLDEN[file]
    assert len(table.rows) == 19
    assert all(len(row) == 7 for row in table.rows)
    assert sum(int(row[3]) for row in table.rows[1:13]) == 1_282_500
    assert not table.flags


@pytest.mark.parametrize("file", sorted(_REFUSED))
def test_the_shared_damaged_files_are_refused(file: str, shared: Path) -> None:
    error = _refused((shared / "badinputs" / "enc" / file).read_bytes())

    assert error.code == _REFUSED[file]


def test_the_shared_hostile_files_are_refused_quickly(shared: Path) -> None:
    attack = shared / "badinputs" / "attack"
    columns = gzip.decompress((attack / "many_columns_1M.csv.gz").read_bytes())
    started = time.perf_counter()

    codes = [
        _refused(columns).code,
        _refused((attack / "unclosed_quote.csv").read_bytes()).code,
    ]

    assert codes == ["TOO_MANY_COLUMNS", "CSV_UNCLOSED_QUOTE"]
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        (_FILE, "utf-8", "utf-8"),
        (_FILE, "utf-8-sig", "utf-8"),
        (_FILE, "gb18030", "gb18030"),
        (_TAIWAN, "cp950", "cp950"),
        (_FILE, "utf-16", "utf-16-le"),
        ("\ufeff" + _FILE, "utf-16-be", "utf-16-be"),
    ],
)
def test_an_encoding_is_found_by_its_headers(text: str, codec: str, encoding: str) -> None:
    table = read_delimited(text.encode(codec), "a.csv", context=_CONTEXT)

    assert table.encoding == encoding
    assert table.rows[0] == text.removeprefix("\ufeff").splitlines()[0].split(",")
    assert table.findings == ()


def test_two_encodings_that_fit_are_asked_about() -> None:
    data = "甲乙,丙丁\r\n1,2\r\n".encode("gb18030")

    table = read_delimited(data, "a.csv", context=_CONTEXT)
    answered = read_delimited(data, "a.csv", context=replace(_CONTEXT, encoding="gb18030"))

    assert [(f.code, f.outcome) for f in table.findings] == [("ENCODING_AMBIGUOUS", Outcome.ASK)]
    assert table.rows == []
    assert answered.rows[0] == ["甲乙", "丙丁"]


def test_utf16_without_its_mark_is_read_with_a_warning() -> None:
    table = read_delimited(_FILE.encode("utf-16-le"), "a.csv", context=_CONTEXT)

    assert [(f.code, f.outcome) for f in table.findings] == [("ENCODING_GUESSED", Outcome.WARN)]
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "EMPTY_FILE", None),
        (b"\xef\xbb\xbf\r\n", "EMPTY_FILE", None),
        (b"\x0b\n\xe2\x80\x8b", "EMPTY_FILE", None),
        (b"\n" * 100_000 + b"\x01", "EMPTY_FILE", None),
        (_FILE.encode() + b"a\x00b", "NUL_BYTE", "3"),
        (_FILE.encode() + b"\xff\xfe\xfa,1", "ENCODING_INVALID", "3"),
        (_FILE.encode() + _ROW.encode("gb18030"), "ENCODING_MIXED", "3"),
        (_FILE.encode("gb18030") + _ROW.encode(), "ENCODING_MIXED", "3"),
        (_FILE.encode("gb18030") + "气,m³\n".encode(), "ENCODING_MIXED", "3"),
        (_FILE.encode() + "一".encode()[:2], "ENCODING_TRUNCATED", None),
        ("a\ufffdb".encode(), "ENCODING_INVALID", "1"),
        (_FILE.encode("utf-32"), "ENCODING_UNSUPPORTED", None),
        (_FILE.encode("utf-16") + b"x", "ENCODING_TRUNCATED", None),
        (_FILE.encode("utf-8").decode("latin-1").encode("utf-8"), "HEADER_UNRECOGNISED", None),
        (_FILE.encode() + b'"2024-01,x\n', "CSV_UNCLOSED_QUOTE", "3"),
        (_FILE.encode() + b'"' + b"x" * 200_000 + b'",1', "FIELD_TOO_LONG", None),
        (b"x" * 200_000, "FIELD_TOO_LONG", None),
        (b"," * 600, "TOO_MANY_COLUMNS", None),
        (b'"a"' + b"," * 600, "TOO_MANY_COLUMNS", None),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    data: bytes, code: str, line: str | None
) -> None:
    error = _refused(data)

    assert error.code == code
    assert line is None or error.facts["line"] == line


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_all_line_ends_give_the_same_rows(ending: str) -> None:
    plain = read_delimited(_FILE.encode(), "a.csv", context=_CONTEXT)

    other = read_delimited(_FILE.replace("\r\n", ending).encode(), "a.csv", context=_CONTEXT)

    assert other.rows == plain.rows


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_delimiter_is_found_by_its_headers(mark: str) -> None:
    table = read_delimited(_FILE.replace(",", mark).encode(), "a.csv", context=_CONTEXT)

    assert table.delimiter == mark
    assert table.rows[1][3] == "100000"


def test_a_fullwidth_comma_is_asked_about_and_taken_when_answered() -> None:
    data = _FILE.replace(",", "，").encode()

    table = read_delimited(data, "a.csv", context=_CONTEXT)
    answered = read_delimited(data, "a.csv", context=replace(_CONTEXT, delimiter="，"))

    assert [(f.code, f.outcome) for f in table.findings] == [("DELIMITER_UNCERTAIN", Outcome.ASK)]
    assert table.rows == []
    assert answered.rows[1][3] == "100000"


def test_a_sheet_that_begins_with_many_blank_lines_is_read() -> None:
    table = read_delimited(b"\n" * 100_000 + _FILE.encode(), "a.csv", context=_CONTEXT)

    assert table.rows[100_001][3] == "100000"


def test_quotes_hold_delimiters_quotes_and_line_ends() -> None:
    data = f'{_HEADER}\r\n2024-01,一厂,"外购,电力","1,000",kWh,"a""b","x\r\ny"\r\n'.encode()

    table = read_delimited(data, "a.csv", context=_CONTEXT)

    assert table.rows[1] == ["2024-01", "一厂", "外购,电力", "1,000", "kWh", 'a"b', "x\ny"]


def test_rows_keep_the_number_that_a_spreadsheet_shows() -> None:
    data = f"2024年台账\n\n{_HEADER}\n{_ROW}\n\n".encode()

    table = read_delimited(data, "a.csv", context=_CONTEXT)

    assert table.rows[1] == []
    assert table.rows[3][0] == "2024-01"
    assert len(table.rows) == 4
    assert not table.flags


def test_ragged_rows_are_flagged_and_others_are_not() -> None:
    rows = [_HEADER, _ROW, _ROW + ",extra", "2024-01,一厂,1", _ROW + ",,", "填报人：某"]

    table = read_delimited("\n".join(rows).encode(), "a.csv", context=_CONTEXT)

    assert {row: [f.code for f in found] for row, found in table.flags.items()} == {
        2: ["COLUMN_COUNT"],
        3: ["COLUMN_COUNT"],
    }


def test_a_long_cell_flags_its_row() -> None:
    data = f"{_HEADER}\n{_ROW}{'x' * 5_000}\n".encode()

    table = read_delimited(data, "a.csv", context=_CONTEXT)

    assert [(f.code, f.cell) for f in table.flags[1]] == [("FIELD_TOO_LONG", "G2")]


def test_unseen_characters_go_with_a_warning_and_bidi_flags_the_row() -> None:
    data = f"{_HEADER}\n2024-01,一\u200b厂,电\u0007,1\u206000,kWh,\u202eX,\n".encode()

    table = read_delimited(data, "a.csv", context=_CONTEXT)

    assert table.rows[1] == ["2024-01", "一厂", "电", "100", "kWh", "X", ""]
    assert [(f.code, f.cell, f.facts["count"]) for f in table.findings] == [
        ("INVISIBLE_CHARS_STRIPPED", "B2", "2"),
        ("CONTROL_CHARS_STRIPPED", "C2", "1"),
    ]
    assert [(f.code, f.cell) for f in table.flags[1]] == [("BIDI_CONTROL", "F2")]


def test_formula_like_text_is_kept_as_it_is() -> None:
    data = f"{_HEADER}\n2024-01,\t=1+1,-2+3,@x,kWh,;=1,%0A=1\n".encode()

    table = read_delimited(data, "a.csv", context=_CONTEXT)

    assert table.rows[1] == ["2024-01", "\t=1+1", "-2+3", "@x", "kWh", ";=1", "%0A=1"]


def test_clean_text_and_header_key_agree_with_what_people_see() -> None:
    assert clean_text("plain 一厂") == ("plain 一厂", ())
    assert clean_text("\ufeffa") == ("a", ("INVISIBLE_CHARS_STRIPPED",))
    assert header_key(" 数\u200b量 （ＫＷＨ） ") == "数量(kwh)"


def test_a_refusal_survives_the_way_out_of_a_child_process() -> None:
    import pickle  # noqa: PLC0415 - only here

    error = _refused(b"")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert (copy.code, copy.finding) == (error.code, error.finding)
