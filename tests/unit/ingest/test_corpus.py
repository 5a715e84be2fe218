"""The shared corpus of bad inputs, each file with the outcome its manifest states."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.ingest.model import ImportContext, ParsedFile
from tanlu.ingest.read import read_file
from tanlu.kernel.findings import Severity

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., ImportContext]
Read = Callable[..., ParsedFile]

NOT_HERE = {
    "Q003": "the ledger knows what it already holds",
    "A010": "names for uploads, see test_precheck",
}
ANSWERS = {"X005": {"hidden_rows": "include"}, "X010": {"tables": "first"}}
SITES = {"Q005": ("一厂", "二厂")}
GOLDEN = {"一廠": "一厂", "二廠": "二厂"}


def manifest(shared: Path) -> dict[str, dict[str, str]]:
    path = shared / "badinputs" / "manifest.csv"
    with path.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def contents(shared: Path, row: dict[str, str]) -> tuple[bytes, str]:
    path = shared / "badinputs" / row["file"]
    data = path.read_bytes()
    if "gunzip first" in row["what"]:
        return gzip.decompress(data), path.name.removesuffix(".gz")
    return data, path.name


def outcome(parsed: ParsedFile) -> str:
    if parsed.rejected:
        return "REJECT_FILE"
    if parsed.open_questions:
        return "ASK"
    if any(sheet.quarantined for sheet in parsed.sheets):
        return "QUARANTINE_ROWS"
    warned = any(f.severity is Severity.WARNING for f in parsed.findings)
    return "ACCEPT_WITH_WARN" if warned else "ACCEPT"


def electricity(parsed: ParsedFile) -> Fraction:
    total = Fraction(0)
    for row in parsed.rows:
        if row.item == "electricity":
            amount = row.quantity if row.qty_u is None else Decimal(row.qty_u).scaleb(-6)
            total += Fraction(amount)
    return total


def canonical(parsed: ParsedFile) -> str:
    rows = sorted(
        (row.ym, GOLDEN.get(row.site, row.site), row.item, row.qty_u, row.ledger_unit, row.voucher)
        for row in parsed.rows
    )
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def check(row: dict[str, str], parsed: ParsedFile) -> list[str]:
    expected, codes = row["expected_outcome"], {f.code for f in parsed.findings}
    wanted = set(row["error_code"].split("|")) - {""}
    wrong = []
    got = outcome(parsed)
    if expected in {"ACCEPT", "ASK", "REJECT_FILE", "QUARANTINE_ROWS", "ACCEPT_WITH_WARN"}:
        wrong += [f"outcome {got}, not {expected}"] if got != expected else []
    if wanted and not expected.startswith("ACCEPT_OR") and not wanted & codes:
        wrong.append(f"codes {sorted(codes)}, not {sorted(wanted)}")
    if expected == "REJECT_FILE" and (parsed.rows or parsed.records):
        wrong.append("a rejected file gave rows")
    return wrong


def numbers(row: dict[str, str], parsed: ParsedFile) -> list[str]:
    wrong = []
    accepted = sum(sheet.accepted for sheet in parsed.sheets)
    if row["rows_accepted"] and accepted != int(row["rows_accepted"]):
        wrong.append(f"accepted {accepted}, not {row['rows_accepted']}")
    stated = row["electricity_kwh_total"]
    if stated and electricity(parsed) != Fraction(stated):
        wrong.append(f"electricity {electricity(parsed)}, not {stated}")
    for sheet in parsed.sheets:
        parts = sheet.accepted + sheet.quarantined + sheet.duplicates + sheet.excluded
        if sheet.rows_in != parts:
            wrong.append(f"{sheet.name}: {sheet.rows_in} rows in, {parts} accounted for")
    return wrong


def test_every_file_of_the_corpus_has_its_stated_outcome(shared: Path, read: Read) -> None:
    faults = []
    for case, row in manifest(shared).items():
        if case in NOT_HERE:
            continue
        data, name = contents(shared, row)
        sites = SITES.get(case)
        first = read(data, name, sites=sites)
        answered = (
            read(data, name, sites=sites, mapping=ANSWERS[case]) if case in ANSWERS else first
        )
        found = check(row, first) + numbers(row, answered)
        faults += [f"{case} {row['file']}: {fault}" for fault in found]

    assert faults == []


def test_the_golden_rows_are_the_same_in_any_clothes(shared: Path, read: Read) -> None:
    rows = [row for row in manifest(shared).values() if row["equivalence_class"] == "GOLDEN18"]

    hashes = {row["file"]: canonical(read(*contents(shared, row))) for row in rows}

    assert len(hashes) == 19
    assert len(set(hashes.values())) == 1, hashes


def test_answers_settle_every_question(shared: Path, read: Read) -> None:
    cases = {
        "dq/wide_months.csv": ({"year": 2024}, 3, 303750),
        "enc/fullwidth_comma.csv": ({"delimiter": "，"}, 18, 1282500),
        "xlsx/strikethrough_row.xlsx": ({"strikethrough": "include"}, 18, 1282500),
        "xlsx/hidden_rows.xlsx": ({"hidden_rows": "exclude"}, 16, 1073750),
        "xlsx/two_tables_one_sheet.xlsx": ({"tables": "all"}, 13, 1282500),
    }

    for file, (mapping, rows, kwh) in cases.items():
        path = shared / "badinputs" / file
        parsed = read(path.read_bytes(), path.name, mapping=mapping)
        accepted = sum(sheet.accepted for sheet in parsed.sheets)
        assert not parsed.open_questions, file
        assert accepted == rows, file
        assert electricity(parsed) == kwh, file


def test_declared_hostile_sites_are_kept_letter_by_letter(shared: Path, read: Read) -> None:
    path = shared / "badinputs" / "attack" / "csv_injection.csv"

    parsed = read(path.read_bytes(), path.name)

    sites = {row.site for row in parsed.rows}
    assert len(sites) == 11
    assert "\t=1+1" in sites
    assert "=cmd|' /C calc'!A0" in sites


def seconds_and_bytes(text: str) -> tuple[float, int | None]:
    time = re.search(r"<(\d+) s", text)
    memory = re.search(r"<(\d+) MB", text)
    return float(time[1]) if time else 5.0, int(memory[1]) if memory else None


# Peak memory is read in the child itself: what a parent measures includes its own, before exec.
MEASURED = """
import resource, sys
from pathlib import Path
from tanlu.ingest.child import main
main()
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(line for line in lines if line.startswith("VmHWM")).split()[1]
print(resource.getrusage(resource.RUSAGE_SELF).ru_utime, int(peak) >> 10, file=sys.stderr)
"""


def measured(path: Path, imports: ImportContext) -> tuple[ParsedFile, float, int]:
    """Return what was read, with CPU seconds and peak memory [MB] of the child."""
    plain = subprocess.run
    used: list[str] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        done = plain([*command[:-2], "-c", MEASURED], **options)
        used.extend(done.stderr.decode().split())
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", run)
        parsed = read_file(path, context=imports)
    return parsed, float(used[0]), int(used[1])


@pytest.mark.parametrize("category", ["A", "X"])
def test_no_file_can_hurt_the_reader(
    shared: Path, context: Make, tmp_path: Path, category: str
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("SKIPPED LOUDLY: peak memory is read from /proc")
    imports = context()
    faults = []
    for case, row in manifest(shared).items():
        if not case.startswith(category) or not row["limits"] or case in NOT_HERE:
            continue
        data, name = contents(shared, row)
        path = tmp_path / name
        path.write_bytes(data)
        parsed, seconds, peak = measured(path, imports)
        most_seconds, most_memory = seconds_and_bytes(row["limits"])
        faults += check(row, parsed)
        if seconds > most_seconds + 1:
            faults.append(f"{case}: {seconds:.1f} s")
        if most_memory is not None and peak > most_memory:
            faults.append(f"{case}: {peak} MB")

    assert faults == []
