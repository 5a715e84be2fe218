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

FORMAT = "tanlu-pack-1"
MANIFEST, ROWS, TOTALS = "manifest.json", "data/rows.jsonl", "data/totals.json"
EVENTS, BOOK, INVENTORY = "ledger/events.jsonl", "workbook.xlsx", "data/inventory.json"
LEDGER = re.compile(r"ledger/rows-(\d+)\.txt")
MOST_BYTES, MOST_FAILURES = 4 << 30, 200  # of all members unpacked; told
ROWS_IN_SHEET = 1_000_000
_LEDGER_TAG, _EVENT_TAG = b"tanlu-ledger-1\0", b"tanlu-event-1\0"
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ACTIVITY = ("main", "market", "upstream")
_UNESCAPE = {"\\": "\\", "p": "|", "n": "\n", "r": "\r"}
_CELL = re.compile(r"([A-Z]+)(\d+)")
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
    """Return what was recomputed of a pack, its head and every failure.

    `expect_head` is ``seq:hash`` printed elsewhere, which has to be in the chain; may be empty.
    """
    check = Check()
    try:
        with zipfile.ZipFile(path) as check.pack:
            if _members(check):
                for part in (_chain, _ledger, _rows, _workbook):
                    part(check)
                _head(check, expect_head)
    except _BROKEN as error:
        check.fail("PACK_UNREADABLE", found=f"{type(error).__name__}: {error}")
    told: dict[str, Any] = {"events": len(check.heads), "head": check.manifest.get("head", "")}
    return told | {"checked": dict(check.checked), "failures": check.failures}


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
    identity = str(check.manifest["workspace"]).encode("utf-8")
    before = hashlib.sha256(_LEDGER_TAG + identity).hexdigest()
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
    last = max(check.heads, default=0)
    if check.manifest["head"] != f"{last}:{check.heads.get(last, '')}":
        check.fail("PACK_HEAD", expected=check.manifest["head"], found=last)
    seq, _, hash_ = expect_head.partition(":")
    if expect_head and not (hash_ and check.heads.get(int(seq), "").startswith(hash_)):
        check.fail("PACK_HEAD", expected=expect_head, found=f"{last}:{check.heads.get(last, '')}")


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
            exact = row["result_mg"]  # the rounding of the green-power ledger has no factor
            if row["factor"] is not None:
                product = Fraction(row["quantity"]) * Fraction(row["factor"]) * 10**6
                exact = floor(product + Fraction(1, 2))
            if exact != row["result_mg"]:
                check.fail("PACK_RESULT", row=row["row_id"], expected=exact, found=row["result_mg"])
            sums.update(dict.fromkeys(sums_of(row), row["result_mg"]))
        if row["kind"] in _ACTIVITY:
            seen.add(row["row_id"])
            _in_ledger(check, row, current.get(row["row_id"]))
    for row_id in sorted({*current} - seen):
        check.fail("PACK_ROW_LACKS", row=row_id)
    _totals(check, sums)


def _in_ledger(check: Check, row: Mapping[str, Any], known: tuple[str, ...] | None) -> None:
    """Compare site, item, quantity and unit with the ledger; out of range there is no quantity."""
    found: tuple[object, ...] = (row["site"], row["item"])
    wanted: tuple[object, ...] | None = known and known[:2]
    if known and row["quantity"] is not None:
        found = (*found, Fraction(row["quantity"]), row["unit"])
        wanted = (*known[:2], Fraction(known[2]), known[3])
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
            wanted, name = told.get(key), "/".join(key)
            check.fail("PACK_TOTAL", name=name, expected=wanted, found=sums.get(key))
    for basis, t in json.loads(check.pack.read(INVENTORY))["total_t"].items():
        mg = sums.get((basis, "total", ""))
        found = None if mg is None else float(Fraction(mg, 10**9))
        if found != (None if t is None else float(t)):
            check.fail("PACK_TOTAL", name=f"inventory/{basis}", expected=t, found=found)


def _workbook(check: Check) -> None:
    """Hold the workbook's cells and formulas against the exact rows."""
    with check.pack.open(BOOK) as file, zipfile.ZipFile(file) as book:
        sheets, told = _sheets(book), _told(check)
        known = map(json.loads, check.read(ROWS))
        for name, member in sheets.items():
            for number, cells in _cells(book, member) if name.startswith("Rows") else ():
                if number > 1:
                    check.checked["cells"] += len(cells)
                    _compare(check, name, number, cells, next(known, {"row_id": None}))
        if next(known, None) is not None:
            check.fail("PACK_CELL", cell="Rows", expected="more rows", found="end")
        for number, cells in _cells(book, sheets["Totals"]):
            basis, group, name = (cells.get(letter, ("", ""))[0] for letter in "ABC")
            wanted, found = told.pop((basis, group, name), None), cells.get("E", ("", ""))
            if number > 1 and (_number(found) != wanted or not found[1]):
                check.fail("PACK_CELL", cell=f"Totals!E{number}", expected=wanted, found=found)
        for key in sorted(told):
            check.fail("PACK_CELL", cell="Totals", expected="/".join(key), found="")


def _compare(
    check: Check, sheet: str, number: int, cells: Mapping[str, tuple[str, str]],
    row: Mapping[str, Any],
) -> None:  # fmt: skip
    """Compare id, quantity, result and the two formulas of a row."""
    empty = ("", "")
    pairs: list[tuple[str, object, object]] = [("B", row["row_id"], cells.get("B", empty)[0])]
    pairs.append(("S", row.get("result_mg"), _number(cells.get("S", empty))))
    if row.get("result_mg") is not None and row["factor"] is not None:
        held = f"{float(Fraction(row['quantity'])):.16G}"
        pairs += [
            ("N", float(held), float(cells.get("N", empty)[0] or "nan")),
            ("Q", factor_formula(row["factor_line"]), cells.get("Q", empty)[1]),
            ("S", result_formula(number), cells.get("S", empty)[1]),
        ]
    for letter, wanted, found in pairs:
        if wanted != found:
            check.fail("PACK_CELL", cell=f"{sheet}!{letter}{number}", expected=wanted, found=found)


def result_formula(number: int) -> str:
    """Return the formula of a result: quantity times factor in mg, rounded once."""
    return f"INT(N{number}*Q{number}*1000000+0.5)+R{number}"


def factor_formula(line: int) -> str:
    """Return the formula that fetches a factor; its line is its row in the sheet."""
    return f"Factors!$E${line}"


def _number(cell: tuple[str, str]) -> int | None:
    return int(float(cell[0])) if cell[0] else None


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the sheets by name in order; ours are numbered as they stand."""
    data = book.read("xl/workbook.xml")
    if any(b"<!DOCTYPE" in book.read(name) for name in book.namelist()):
        raise ValueError("DOCTYPE")
    names = [node.get("name", "") for node in ET.fromstring(data).iter(f"{_SPACE}sheet")]  # noqa: S314
    return {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(names, start=1)}


def _cells(book: zipfile.ZipFile, member: str) -> Iterator[tuple[int, dict[str, tuple[str, str]]]]:
    """Yield each row's number and its cells by letter: value and formula."""
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
            yield int(node.get("r", "0")), cells
            node.clear()


if __name__ == "__main__":
    answer = check_pack(*sys.argv[1:3])
    print(json.dumps(answer, ensure_ascii=False, indent=1))  # noqa: T201
    sys.exit(1 if answer["failures"] else 0)
