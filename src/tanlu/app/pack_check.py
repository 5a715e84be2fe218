"""Check a verifier's pack with the standard library alone; the pack holds this file as verify.py.

``python3 verify.py PACK.zip [HEAD]`` recomputes the hash of every member, the chain of events,
the ledger rows against it, every result and every total; exit code 1 where anything differs.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Cells = Mapping[str, tuple[str, str]]  # value and formula by letter
    Pairs = list[tuple[str, Any, Any]]

FORMAT = "tanlu-pack-1"
MANIFEST, ROWS, TOTALS = "manifest.json", "data/rows.jsonl", "data/totals.json"
EVENTS, BOOK, INVENTORY = "ledger/events.jsonl", "workbook.xlsx", "data/inventory.json"
LEDGER = re.compile(r"ledger/rows-(\d+)\.txt")
MOST_BYTES, MOST_FAILURES = 4 << 30, 200  # of all members unpacked; told
_LEDGER_TAG, _EVENT_TAG = b"tanlu-ledger-1\0", b"tanlu-event-1\0"
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_UNESCAPE = {"\\": "\\", "p": "|", "n": "\n", "r": "\r"}
_CELL, _EMPTY = re.compile(r"([A-Z]+)(\d+)"), ("", "")
_BROKEN = (zipfile.BadZipFile, zlib.error, ET.ParseError, OSError, ValueError, LookupError,
           TypeError, AttributeError, ArithmeticError, RuntimeError, EOFError)  # fmt: skip


@dataclass
class Check:
    """What was recomputed so far, and every thing that differs."""

    pack: zipfile.ZipFile = field(init=False)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=dict)
    payloads: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def fail(self, code: str, **facts: object) -> None:
        """Note a difference; the first ones are enough."""
        if len(self.failures) < MOST_FAILURES:
            self.failures.append({"code": code, "facts": {n: str(f) for n, f in facts.items()}})

    def read(self, name: str) -> Iterator[str]:
        """Yield the lines of a text member."""
        yield from self.pack.read(name).decode("utf-8").split("\n")[:-1]


def check_pack(path: str, expect_head: str = "") -> dict[str, Any]:
    """Return what was recomputed of a pack and every failure; a head given must be in its chain."""
    check = Check()
    try:
        with zipfile.ZipFile(path) as check.pack:
            if _members(check):
                for part in (_chain, _ledger, _rows, _workbook):
                    part(check)
                _head(check, expect_head)
    except _BROKEN as error:
        check.fail("PACK_UNREADABLE", found=f"{type(error).__name__}: {error}")
    told = {"checked": dict(check.checked), "failures": check.failures}
    return {"events": len(check.heads), "head": check.manifest.get("head", ""), **told}


def _members(check: Check) -> bool:
    """Compare the members with the manifest; return whether the content can be read."""
    names = check.pack.namelist()
    if sum(info.file_size for info in check.pack.infolist()) > MOST_BYTES:
        raise ValueError(MOST_BYTES)
    check.manifest = json.loads(check.pack.read(MANIFEST))
    if check.manifest.get("format") != FORMAT:
        raise ValueError(check.manifest.get("format"))
    listed = check.manifest["members"]
    for name in sorted({*listed} - {*names}):
        check.fail("PACK_MEMBER_MISSING", file=name)
    for name, times in sorted(Counter(names).items()):
        if times > 1 or name not in {*listed, MANIFEST}:
            check.fail("PACK_MEMBER_EXTRA", file=name)
    for name in sorted({*listed} & {*names}):
        check.checked["members"] += 1
        try:
            is_same = hashlib.sha256(check.pack.read(name)).hexdigest() == listed[name]
        except _BROKEN:
            is_same, names = False, []
        if not is_same:
            check.fail("PACK_MEMBER_CHANGED", file=name)
    return {ROWS, TOTALS, EVENTS, BOOK, INVENTORY} <= {*names}


def _chain(check: Check) -> None:
    """Recompute the hash of each event from the one before it."""
    before = hashlib.sha256(_LEDGER_TAG + check.manifest["workspace"].encode()).hexdigest()
    for expected, event in enumerate(map(json.loads, check.read(EVENTS)), start=1):
        body = event["body"].encode("utf-8")
        framed = expected.to_bytes(8, "big") + len(body).to_bytes(4, "big") + body
        found = hashlib.sha256(_EVENT_TAG + bytes.fromhex(before) + framed).hexdigest()
        content = json.loads(body)
        if event["hash"] != found or content["seq"] != expected:
            check.fail("PACK_CHAIN", seq=expected)
        before = check.heads[expected] = found
        check.payloads[expected] = content["payload"]
        check.checked["events"] += 1


def _head(check: Check, expect_head: str) -> None:
    last, (seq, _, hash_) = max(check.heads, default=0), expect_head.partition(":")
    found = f"{last}:{check.heads.get(last, '')}"
    if check.manifest["head"] != found:
        check.fail("PACK_HEAD", expected=check.manifest["head"], found=found)
    if expect_head and not (hash_ and check.heads.get(int(seq), "").startswith(hash_)):
        check.fail("PACK_HEAD", expected=expect_head, found=found)


def _ledger(check: Check) -> None:
    """Hash the canonical rows of each import and compare them with its event."""
    for match in filter(None, map(LEDGER.fullmatch, check.pack.namelist())):
        seq, name, data = int(match[1]), match[0], check.pack.read(match[0])
        check.checked["batches"] += 1
        if hashlib.sha256(data).hexdigest() != check.payloads.get(seq, {}).get("canonical_rows"):
            check.fail("PACK_BATCH", seq=seq, file=name)


def _current(check: Check) -> dict[str, tuple[str, ...]]:
    """Return site, item, quantity and unit of the rows of the year that count, by row id."""
    newest: dict[str, tuple[int, list[str]]] = {}
    for name in filter(LEDGER.fullmatch, check.pack.namelist()):
        for line in check.read(name):
            cells = [re.sub(r"\\(.)", lambda m: _UNESCAPE[m[1]], cell) for cell in line.split("|")]
            version = int(cells[2].rpartition("@")[2]) + 1 if cells[2] else 1
            if version > newest.get(cells[0], (0, []))[0]:
                newest[cells[0]] = version, cells
    year = str(check.manifest["year"])
    return {
        row_id: (cells[3], cells[4], cells[7], cells[8])
        for row_id, (_, cells) in newest.items()
        if cells[1] != "void" and cells[5].startswith(year)
    }


def _rows(check: Check) -> None:
    """Recompute each result, hold the rows against the ledger, and add the totals up."""
    current, seen = _current(check), set()
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in map(json.loads, check.read(ROWS)):
        check.checked["results"] += 1
        if row["result_mg"] is not None:
            exact = row["result_mg"]
            if row["factor"] is not None:  # the rounding of the green-power ledger has none
                product = Fraction(row["quantity"]) * Fraction(row["factor"]) * 10**6
                exact = floor(product + Fraction(1, 2))
            if exact != row["result_mg"]:
                check.fail("PACK_RESULT", row=row["row_id"], expected=exact, found=row["result_mg"])
            sums.update(dict.fromkeys(sums_of(row), row["result_mg"]))
        if row["kind"] in ("main", "market", "upstream"):
            seen.add(row["row_id"])
            _in_ledger(check, row, current.get(row["row_id"]))
    for row_id in sorted({*current} - seen):
        check.fail("PACK_ROW_LACKS", row=row_id)
    _totals(check, sums)


def _in_ledger(check: Check, row: Mapping[str, Any], known: Any) -> None:
    """Compare site, item, quantity and unit with the ledger; out of range there is no quantity."""
    is_whole = row["quantity"] is not None
    found = (row["site"], row["item"], is_whole and (Fraction(row["quantity"]), row["unit"]))
    wanted = known and (*known[:2], is_whole and (Fraction(known[2]), known[3]))
    if found != wanted:
        check.fail("PACK_LEDGER_ROW", row=row["row_id"], expected=known, found=found)


def sums_of(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the totals that a row's result belongs to: basis, group and key."""
    groups = {"total": "", "scope": str(row["scope"]), "site": row["site"], "iso": str(row["iso"])}
    bases = [basis for basis in ("location", "market") if row[basis]]
    return [(basis, group, key) for basis in bases for group, key in groups.items()]


def _told(check: Check) -> dict[tuple[str, str, str], int]:
    rows = json.loads(check.pack.read(TOTALS))
    return {(row["basis"], row["group"], row["key"]): row["mg"] for row in rows}


def _totals(check: Check, sums: Mapping[tuple[str, str, str], int]) -> None:
    """Compare the sums with the totals told, and those with the report's inventory."""
    told = _told(check)
    check.checked["totals"] = len(told)
    for key in sorted({*told} | {*sums}):
        if told.get(key) != sums.get(key):
            found = sums.get(key)
            check.fail("PACK_TOTAL", name="/".join(key), expected=told.get(key), found=found)
    for basis, t in json.loads(check.pack.read(INVENTORY))["total_t"].items():
        mg = sums.get((basis, "total", ""))
        if t != (None if mg is None else float(Fraction(mg, 10**9))):
            check.fail("PACK_TOTAL", name=f"inventory/{basis}", expected=t, found=mg)


def _workbook(check: Check) -> None:
    """Hold the workbook's cells and formulas against the exact rows."""
    factors: dict[Any, Any] = {}
    with check.pack.open(BOOK) as file, zipfile.ZipFile(file) as book:
        sheets, told = _sheets(book), _told(check)
        known = map(json.loads, check.read(ROWS))
        for name in filter(re.compile("Rows").match, sheets):
            for number, cells in _cells(book, sheets[name]):
                row = next(known, {"row_id": None, "result_mg": None, "factor_line": None})
                check.checked["cells"] += len(cells)
                factors[row["factor_line"]] = row.get("factor")
                _same(check, name, number, _pairs(row, number, cells))
        _same(check, "Rows", 0, [("", None, next(known, None))])
        for number, cells in _cells(book, sheets["Factors"]):
            pair = ("E", _held(factors[number]), float(cells["E"][0]))
            _same(check, "Factors", number, [pair])
        for number, cells in _cells(book, sheets["Totals"]):
            basis, group, name = (cells.get(letter, _EMPTY)[0] for letter in "ABC")
            wanted, cell = told.pop((basis, group, name), None), cells.get("E", _EMPTY)
            _same(check, "Totals", number, [("E", (wanted, True), (_number(cell), cell[1] > ""))])
        _same(check, "Totals", 0, [("", {}, told)])


def _held(exact: str) -> float:
    """Return the double that a workbook holds for an exact number: 16 digits are written."""
    return float(f"{float(Fraction(exact)):.16G}")


def _pairs(row: Mapping[str, Any], number: int, cells: Cells) -> Pairs:
    """Return what the id, the result and where it is calculated the operands and formulas are."""
    at, result = {letter: cells.get(letter, _EMPTY) for letter in "BNQRS"}, row["result_mg"]
    pairs: Pairs = [("B", row["row_id"], at["B"][0]), ("S", result, _number(at["S"]))]
    if result is not None and row["factor"] is not None:
        n, q, r = (float(at[letter][0] or 0) for letter in "NQR")
        pairs += [("N", _held(row["quantity"]), n), ("Q", _held(row["factor"]), q)]
        pairs += [("Q", factor_formula(row["factor_line"]), at["Q"][1])]
        pairs += [("S", result_formula(number), at["S"][1]), ("R", result, floor(n * q * 1e6 + r))]
    return pairs


def _same(check: Check, sheet: str, number: int, pairs: Pairs) -> None:
    for letter, wanted, found in pairs:
        if wanted != found:
            check.fail("PACK_CELL", cell=f"{sheet}!{letter}{number}", expected=wanted, found=found)


def result_formula(number: int) -> str:
    """Return the formula of a result: quantity times factor in mg, rounded once."""
    return f"INT(N{number}*Q{number}*1000000+R{number})"


def factor_formula(line: int) -> str:
    """Return the formula that fetches a factor; its line is its row in the sheet."""
    return f"Factors!$E${line}"


def _number(cell: tuple[str, str]) -> int | None:
    return int(Fraction(cell[0])) if cell[0] else None


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the sheets by name in order; ours are numbered as they stand."""
    data = book.read("xl/workbook.xml")
    if any(b"<!DOCTYPE" in book.read(name) for name in book.namelist()):
        raise ValueError("DOCTYPE")
    names = [node.get("name", "") for node in ET.fromstring(data).iter(f"{_SPACE}sheet")]  # noqa: S314
    return {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(names, start=1)}


def _cells(book: zipfile.ZipFile, member: str) -> Iterator[tuple[int, Cells]]:
    """Yield the number of each row below the headings and its cells: value and formula."""
    with book.open(member) as file:
        for _, node in ET.iterparse(file):  # noqa: S314 (bounded by the size of the pack)
            if node.tag != f"{_SPACE}row":
                continue
            cells = {}
            for cell in node.iter(f"{_SPACE}c"):
                match = _CELL.fullmatch(cell.get("r", ""))
                text = "".join(t.text or "" for t in cell.iter(f"{_SPACE}t"))
                value = text or cell.findtext(f"{_SPACE}v") or ""
                if match:
                    cells[match[1]] = value, cell.findtext(f"{_SPACE}f") or ""
            if node.get("r") != "1":  # the headings
                yield int(node.get("r", "0")), cells
            node.clear()


if __name__ == "__main__":
    answer = check_pack(*sys.argv[1:3])
    print(json.dumps(answer, ensure_ascii=False, indent=1))  # noqa: T201
    sys.exit(1 if answer["failures"] else 0)
