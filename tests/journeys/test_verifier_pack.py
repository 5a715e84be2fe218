"""The verifier's pack: formulas that give the report's digits, and nothing changed goes unseen."""

from __future__ import annotations

import hashlib
import io
import json
import math
import random
import re
import subprocess
import sys
import zipfile
from importlib import resources
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tanlu.app import packs
from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Members = dict[str, bytes]

SAMPLE = resources.files("tanlu.data") / "demo" / "machinery" / "machinery-group-2024.xlsx"
_SPAN = re.compile(r"(\w+)!\$([A-Z])\$2:\$[A-Z]\$(\d+)")
_SUM = re.compile(r"SUMIFS\(([^)]*)\)")
_RESULT = re.compile(r"=INT\(N(\d+)\*Q\1\*1000000\+R\1\)")
_FACTOR = re.compile(r"=Factors!\$E\$(\d+)")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return a pack of the sample company, and the inventory its workspace tells.

    It has power on paper, purchases, freight and a corrected row.
    """
    folder = tmp_path_factory.mktemp("pack")
    assert run("init", str(folder / "w"), "--name", "Sample").code == 0
    call = in_workspace(folder / "w")
    call("import", str(SAMPLE))
    first, second = (row["row_id"] for row in call("explain", "inv/2024/scope1")["rows"][:2])
    call("row", "correct", first, "--quantity", "123.456789", "--reason", "read again")
    call("row", "void", second, "--reason", "twice")
    written = call("report", "--kind", "verifier", "-o", str(folder))["reports"]
    assert [(row["format"], row["lang"]) for row in written] == [("zip", "zh,en")]
    path = folder / "tanlu-2024-verifier.zip"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == written[0]["sha256"]
    return path, call("inventory", "2024")


def members_of(path: Path) -> Members:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def rewritten(path: Path, members: Members, *, is_signed: bool = True) -> Path:
    """Write a pack again; a signed one has a manifest that fits whatever was changed."""
    manifest = json.loads(members["manifest.json"])
    if is_signed:
        manifest["members"] = {
            name: hashlib.sha256(data).hexdigest()
            for name, data in members.items() if name != "manifest.json"
        }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            pack.writestr(name, data)
    return path


def failures(path: Path, *more: str) -> set[str]:
    told = run("--json", "verify", str(path), *more)
    assert told.code == (1 if told.body["failures"] else 0)
    return {row["code"] for row in told.body["failures"]}


def test_a_pack_as_written_verifies_and_tells_what_was_checked(
    packed: tuple[Path, dict[str, Any]],
) -> None:
    told = run("--json", "verify", str(packed[0]))

    assert told.code == 0
    assert told.body["failures"] == []
    assert told.body["head"] == packed[1]["run"]["ledger_head"]
    assert all(told.body["checked"][part] > 0 for part in
               ("members", "events", "batches", "results", "totals", "cells"))  # fmt: skip
    assert failures(packed[0], "--expect-head", told.body["head"][:12]) == set()
    assert run("verify", str(packed[0]), "--expect-head", "x").code == 2


def _evaluated(book: Any) -> dict[str, list[list[Any]]]:
    """Compute the formulas of the rows as a spreadsheet does, in doubles."""
    factors = {n: cells[4].value for n, cells in enumerate(book["Factors"].iter_rows(), start=1)}
    found: dict[str, list[list[Any]]] = {}
    for sheet in book.worksheets:
        if not sheet.title.startswith("Rows"):
            continue
        rows = []
        for cells in sheet.iter_rows(min_row=2):
            row = [cell.value for cell in cells]
            if isinstance(row[18], str):
                assert _RESULT.fullmatch(row[18])
                row[16] = factors[int(_FACTOR.fullmatch(row[16])[1])]  # type: ignore[index]
                row[18] = math.floor(row[13] * row[16] * 1000000 + row[17])
            rows.append(row)
        found[sheet.title] = rows
    return found


def _sum(formula: str, rows: dict[str, list[list[Any]]]) -> int:
    """Compute ``=SUMIFS(...)+SUMIFS(...)`` over the evaluated rows."""
    total = 0
    for arguments in _SUM.findall(formula):
        parts = re.findall(r'\w+!\$[A-Z]\$2:\$[A-Z]\$\d+|"(?:[^"]|"")*"|\d+', arguments)
        name, letter, last = _SPAN.fullmatch(parts[0]).groups()  # type: ignore[union-attr]
        assert int(last) == len(rows[name]) + 1
        wanted = [
            (ord(_SPAN.fullmatch(span)[2]) - ord("A"), value.strip('"').removeprefix("="))  # type: ignore[index]
            for span, value in zip(parts[1::2], parts[2::2], strict=True)
        ]
        total += sum(
            row[ord(letter) - ord("A")] or 0
            for row in rows[name]
            if all(("" if row[at] is None else str(row[at])) == value for at, value in wanted)
        )
    return total


def test_the_formulas_give_the_totals_of_the_report_to_the_last_digit(
    packed: tuple[Path, dict[str, Any]],
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(members_of(packed[0])["workbook.xlsx"]))
    rows = _evaluated(book)

    sums = {
        tuple("" if cell.value is None else str(cell.value) for cell in cells[:3]):
            _sum(str(cells[4].value), rows)
        for cells in book["Totals"].iter_rows(min_row=2)
    }  # fmt: skip

    inventory = packed[1]
    told = {("location", "total", ""): inventory["total_t"]["location"],
            ("market", "total", ""): inventory["total_t"]["market"],
            ("market", "scope", "1"): inventory["scope1_t"],
            ("location", "scope", "2"): inventory["scope2_t"]["location"],
            ("market", "scope", "2"): inventory["scope2_t"]["market"],
            ("market", "scope", "3"): inventory["scope3_t"]}  # fmt: skip
    assert {key: sums[key] / 10**9 for key in told} == told
    sites = {row["site"]: row["total_t"]["market"] for row in inventory["by_site"]}
    assert {key: sums["market", "site", key] / 10**9 for key in sites} == sites
    iso = {key: value for key, value in inventory["iso14064_t"].items() if value is not None}
    assert {key: sums["market", "iso", key] / 10**9 for key in iso} == iso


def test_cached_values_are_those_of_the_formulas_and_no_difference_is_left(
    packed: tuple[Path, dict[str, Any]],
) -> None:
    data = members_of(packed[0])["workbook.xlsx"]
    rows = _evaluated(openpyxl.load_workbook(io.BytesIO(data)))["Rows"]
    cached = openpyxl.load_workbook(io.BytesIO(data), data_only=True)

    held = [[cell.value for cell in cells] for cells in cached["Rows"].iter_rows(min_row=2)]
    assert [row[18] for row in held] == [row[18] for row in rows]
    totals = list(cached["Totals"].iter_rows(min_row=2, values_only=True))
    assert totals
    assert all(row[7] == 0 and row[5] == row[6] for row in totals)


def test_rows_without_a_result_and_factors_with_their_publication_are_there(
    packed: tuple[Path, dict[str, Any]],
) -> None:
    members = members_of(packed[0])
    rows = [json.loads(line) for line in members["data/rows.jsonl"].splitlines()]
    factors = json.loads(members["data/factors.json"])

    assert {"main", "market", "upstream", "line"} <= {row["kind"] for row in rows}
    lacking = [row for row in rows if row["result_mg"] is None]
    assert lacking
    assert all(row["status"] != "OK" for row in lacking)
    grid = next(row for row in factors if row["id"].startswith("CN-GRID:CN:average:"))
    assert (grid["title"], grid["document"], grid["locator"]) > ("", "", "")
    corrected = [row for row in rows if row["written"] == "123.456789"]
    assert corrected
    sources = json.loads(members["data/sources.json"])
    assert [row["file"] for row in sources] == ["machinery-group-2024.xlsx"]
    assert sources[0]["sha256"] == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()


def test_more_rows_than_a_sheet_holds_begin_another(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "ROWS_IN_SHEET", 100)
    call = in_workspace(packed[0].parent / "w")
    call("report", "--kind", "verifier", "--year", "2024", "-o", str(tmp_path))

    path = tmp_path / "tanlu-2024-verifier.zip"
    book = openpyxl.load_workbook(io.BytesIO(members_of(path)["workbook.xlsx"]))
    rows = _evaluated(book)
    total = next(book["Totals"].iter_rows(min_row=2))
    assert len(rows) > 5
    assert {len(listed) for listed in list(rows.values())[:-1]} == {100}
    location = packed[1]["total_t"]["location"]
    assert _sum(str(total[4].value), rows) / 10**9 == location
    assert failures(path) == set()


def test_sums_beyond_the_digits_of_a_spreadsheet_still_verify(tmp_path: Path) -> None:
    text = "site,item,period,quantity,unit\n" + "".join(
        f"W{site},natural gas,2024-{month:02d},99999999.123456,Nm3\n"
        for site in range(5)
        for month in range(1, 13)
    )
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    assert run("init", str(tmp_path / "w"), "--name", "W").code == 0
    call = in_workspace(tmp_path / "w")
    call("import", str(tmp_path / "data.csv"))
    call("report", "--kind", "verifier", "-o", str(tmp_path))

    path = tmp_path / "tanlu-2024-verifier.zip"
    totals = json.loads(members_of(path)["data/totals.json"])
    assert max(row["mg"] for row in totals) > 2**53
    assert failures(path) == set()


def test_the_same_ledger_gives_the_same_bytes(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    call = in_workspace(packed[0].parent / "w")

    again = call("report", "--kind", "verifier", "--year", "2024", "-o", str(tmp_path))["reports"]

    assert (tmp_path / again[0]["path"]).read_bytes() == packed[0].read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tanlu-2024-verifier.zip"]


def test_the_checker_in_the_pack_needs_nothing_but_python(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    script = members_of(packed[0])["verify.py"]
    (tmp_path / "verify.py").write_bytes(script)

    def checked(path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    members = members_of(packed[0])
    members["README.en.md"] += b" "
    changed = rewritten(tmp_path / "p.zip", members, is_signed=False)
    assert checked(packed[0]).returncode == 0
    assert checked(changed).returncode == 1
    assert "PACK_MEMBER_CHANGED" in checked(changed).stdout
    assert len(script.splitlines()) < 300


def test_no_flipped_bit_of_a_member_goes_unseen(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    data = packed[0].read_bytes()
    with zipfile.ZipFile(packed[0]) as pack:
        spans = [(i.header_offset + 30 + len(i.filename), i.compress_size) for i in pack.infolist()]
    places = random.Random(7)  # noqa: S311 (the same places every time)
    path = tmp_path / "p.zip"

    unseen = []
    for start, size in spans:
        for _ in range(6):
            changed = bytearray(data)
            at = start + places.randrange(size)
            changed[at] ^= 1 << places.randrange(8)
            path.write_bytes(bytes(changed))
            if not failures(path):
                unseen.append(at)
    assert unseen == []


def test_a_torn_or_foreign_file_is_told_and_is_no_bug(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    data, path = packed[0].read_bytes(), tmp_path / "p.zip"
    for broken in (b"", b"PK\x03\x04", data[: len(data) // 2], data[100:]):
        path.write_bytes(broken)
        assert failures(path) == {"PACK_UNREADABLE"}
    path.write_bytes(SAMPLE.read_bytes())  # a workbook is a zip file too
    assert failures(path) == {"PACK_UNREADABLE"}


def _first(members: Members, **found: object) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = [json.loads(line) for line in members["data/rows.jsonl"].splitlines()]
    return rows, next(row for row in rows if all(row[k] == v for k, v in found.items()))


def _put(members: Members, rows: list[dict[str, Any]]) -> None:
    members["data/rows.jsonl"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _more_result(members: Members) -> None:
    rows, row = _first(members, kind="main", status="OK")
    row["result_mg"] += 1
    _put(members, rows)


def _more_quantity(members: Members) -> None:
    """Change quantity and result together, so that the product is right again."""
    rows, row = _first(members, kind="main", status="OK")
    row["quantity"] = str(int(float(row["quantity"])) + 1)
    exact = float(row["quantity"]) * float(row["factor"]) * 1e6
    row["result_mg"] = math.floor(exact + 0.5)
    _put(members, rows)


def _without_a_row(members: Members) -> None:
    rows, row = _first(members, kind="main")
    _put(members, [one for one in rows if one["row_id"] != row["row_id"]])


def _other_ledger_row(members: Members) -> None:
    name = next(name for name in members if name.startswith("ledger/rows-"))
    members[name] = members[name].replace(b"|kWh|", b"|MWh|", 1)


def _other_event(members: Members) -> None:
    members["ledger/events.jsonl"] = members["ledger/events.jsonl"].replace(
        b"read again", b"Read again"
    )


def _without_the_last_event(members: Members) -> None:
    lines = members["ledger/events.jsonl"].splitlines(keepends=True)
    members["ledger/events.jsonl"] = b"".join(lines[:-1])


def _other_total(members: Members) -> None:
    totals = json.loads(members["data/totals.json"])
    totals[0]["mg"] -= 1
    members["data/totals.json"] = json.dumps(totals).encode()


def _edited(members: Members, sheet: str, old: str, new: str) -> None:
    """Edit the XML of a sheet as an editor of the workbook would leave it."""
    with zipfile.ZipFile(io.BytesIO(members["workbook.xlsx"])) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = f"xl/worksheets/{sheet}.xml"
    text = parts[name].decode()
    assert re.search(old, text)
    parts[name] = re.sub(old, new, text, count=1).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for part, data in parts.items():
            book.writestr(part, data)
    members["workbook.xlsx"] = out.getvalue()


def _edited_cell(members: Members) -> None:
    _edited(members, "sheet2", r'(<c r="S5"[^>]*><f>[^<]*</f><v>)\d+', r"\g<1>1")


def _edited_formula(members: Members) -> None:
    _edited(members, "sheet2", r"<f>INT\([^<]*</f>", "")


def _edited_quantity(members: Members) -> None:
    _edited(members, "sheet2", r'(<c r="N5"[^>]*><v>)[^<]*', r"\g<1>1")


def _edited_factor(members: Members) -> None:
    _edited(members, "sheet3", r'(<c r="E3"[^>]*><v>)[^<]*', r"\g<1>1")


def _edited_rounding(members: Members) -> None:
    _edited(members, "sheet2", r'(<c r="R5"[^>]*><v>)[^<]*', r"\g<1>9")


def _without_a_total(members: Members) -> None:
    _edited(members, "sheet1", r'<row r="3".*?</row>', "")


def _edited_sum(members: Members) -> None:
    _edited(members, "sheet1", r'(<c r="E2"[^>]*><f>[^<]*</f><v>)\d+', r"\g<1>1")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_more_result, "PACK_RESULT"),
        (_more_quantity, "PACK_LEDGER_ROW"),
        (_without_a_row, "PACK_ROW_LACKS"),
        (_other_ledger_row, "PACK_BATCH"),
        (_other_event, "PACK_CHAIN"),
        (_without_the_last_event, "PACK_HEAD"),
        (_other_total, "PACK_TOTAL"),
        (_edited_cell, "PACK_CELL"),
        (_edited_formula, "PACK_CELL"),
        (_edited_quantity, "PACK_CELL"),
        (_edited_factor, "PACK_CELL"),
        (_edited_rounding, "PACK_CELL"),
        (_edited_sum, "PACK_CELL"),
        (_without_a_total, "PACK_CELL"),
    ],
)
def test_a_change_is_seen_even_where_the_manifest_was_made_to_fit(
    packed: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    change: Callable[[Members], None],
    code: str,
) -> None:
    members = members_of(packed[0])
    change(members)

    found = failures(rewritten(tmp_path / "p.zip", members))

    assert code in found
    assert "PACK_MEMBER_CHANGED" not in found


def test_a_pack_rewritten_whole_is_seen_by_the_head_kept_outside(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    other = tmp_path / "w"
    assert run("init", str(other), "--name", "W").code == 0
    call = in_workspace(other)
    call("import", str(SAMPLE))
    call("report", "--kind", "verifier", "-o", str(tmp_path))

    path = tmp_path / "tanlu-2024-verifier.zip"
    assert failures(path) == set()
    assert failures(path, "--expect-head", packed[1]["run"]["ledger_head"]) == {"PACK_HEAD"}


def test_members_added_or_taken_out_are_named(
    packed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    members = members_of(packed[0])
    more = rewritten(tmp_path / "m.zip", {**members, "evil.txt": b"x"}, is_signed=False)
    less = {name: data for name, data in members.items() if name != "data/findings.json"}

    assert failures(more) == {"PACK_MEMBER_EXTRA"}
    assert failures(rewritten(tmp_path / "l.zip", less, is_signed=False)) == {"PACK_MEMBER_MISSING"}


def test_names_that_look_like_formulas_or_patterns_stay_text(tmp_path: Path) -> None:
    sites = ("=1+1", "*", "a?", 'q"')
    data = "site,item,period,quantity,unit\n" + "".join(
        f'"{site.replace(chr(34), chr(34) * 2)}",diesel,2024-01,{amount},t\n'
        for amount, site in enumerate(sites, start=1)
    )
    (tmp_path / "data.csv").write_text(data, encoding="utf-8")
    assert run("init", str(tmp_path / "w"), "--name", "W").code == 0
    call = in_workspace(tmp_path / "w")
    call("import", str(tmp_path / "data.csv"))
    call("report", "--kind", "verifier", "-o", str(tmp_path))

    path = tmp_path / "tanlu-2024-verifier.zip"
    book = openpyxl.load_workbook(io.BytesIO(members_of(path)["workbook.xlsx"]))
    cells = [cells[8] for cells in book["Rows"].iter_rows(min_row=2)]
    assert {cell.value for cell in cells} >= {*sites}
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    sums = {cells[2].value: str(cells[4].value) for cells in book["Totals"].iter_rows(min_row=2)}
    assert '"=~*"' in sums["*"]
    assert '"=a~?"' in sums["a?"]
    assert '"=q"""' in sums['q"']
    assert failures(path) == set()
