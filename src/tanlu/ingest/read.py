"""Read a user's file: a first look here, the parsing in a limited child process."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.ingest.model import ParsedFile
from tanlu.ingest.precheck import display_name
from tanlu.ingest.wire import decode, decode_table, encode
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.model import ImportContext

_PARTS = ("rows", "records", "quarantine", "findings")
_SHOWN = 200
_MEGABYTE = 10**6
_KILLED = frozenset({-9, -24})  # SIGKILL, SIGXCPU


def read_file(path: Path | str, *, context: ImportContext, name: str = "") -> ParsedFile:
    """Read a file in a child process with limits on memory, time and network.

    Parameters
    ----------
    path : Path or str
        The file.
    context : ImportContext
        Tables, sites, answers; see `ingest.model.import_context`.
    name : str
        Name to show instead of the path's own, for an upload.

    Returns
    -------
    ParsedFile
        Whatever goes wrong with the file is a finding: a crash or a limit reached is
        ``XLSX_MALFORMED``, ``SHEET_TOO_LARGE`` or ``PARSER_FAILED``.

    Raises
    ------
    OSError
        If the file cannot be opened at all.
    """
    path = Path(path)
    limits = context.limits
    shown, odd = display_name(name or path.name)
    size = path.stat().st_size
    if size > limits["file_bytes"]:
        facts = {"found": str(size), "expected": str(limits["file_bytes"])}
        finding = Finding("DECOMPRESSED_TOO_BIG", Outcome.REJECT, shown, facts=facts)
        return ParsedFile(shown, "", findings=(finding,), rejected=True)
    data = path.read_bytes()
    job = {"task": "parse", "name": shown, "context": encode(context)}
    lines, failure = run_child(job, data, limits=limits)
    if failure is None:
        parsed = _collected(lines)
        if parsed is not None:
            return _with(parsed, odd)
        failure = ("PARSER_FAILED", "no answer")
    code, found = failure
    finding = Finding(code, Outcome.REJECT, shown, facts={"found": found, "expected": "-"})
    sha256 = hashlib.sha256(data).hexdigest()
    return ParsedFile(shown, sha256, findings=(*odd, finding), rejected=True)


def _with(parsed: ParsedFile, odd: tuple[Finding, ...]) -> ParsedFile:
    if not odd:
        return parsed
    fields = {name: getattr(parsed, name) for name in ParsedFile.__dataclass_fields__}
    return ParsedFile(**{**fields, "findings": (*odd, *parsed.findings)})


def limits_for(size: int, limits: Mapping[str, int]) -> dict[str, int]:
    """Return the limits with the time that a file of this size may take.

    Parameters
    ----------
    size : int
        Bytes of the file.
    limits : Mapping[str, int]
        Table `ingest_limit`.
    """
    own = dict(limits)
    for name in ("cpu_seconds", "wall_seconds"):
        own[name] += own[f"{name}_per_megabyte"] * size // _MEGABYTE
    return own


def run_child(
    job: Mapping[str, Any], data: bytes, *, limits: Mapping[str, int]
) -> tuple[list[dict[str, Any]], tuple[str, str] | None]:
    """Run one job in a child process.

    Parameters
    ----------
    job : Mapping
        Task and context, ready for JSON.
    data : bytes
        The file.
    limits : Mapping[str, int]
        Table `ingest_limit`.

    Returns
    -------
    tuple
        The lines the child wrote, and None or the code and reason of its failure.
    """
    limits = limits_for(len(data), limits)
    payload = json.dumps({**job, "limits": limits}, ensure_ascii=True).encode() + b"\n" + data
    command = [sys.executable, "-I", "-X", "utf8", "-m", "tanlu.ingest.child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            command,
            input=payload,
            capture_output=True,
            timeout=limits["wall_seconds"],
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [], ("SHEET_TOO_LARGE", f"> {limits['wall_seconds']} s")
    if done.returncode:
        return [], _failure(done.returncode, done.stderr)
    try:
        lines = [json.loads(line) for line in done.stdout.splitlines()]
    except ValueError:
        return [], ("PARSER_FAILED", "unreadable answer")
    if lines and "code" in lines[-1]:
        return [], (str(lines[-1]["code"]), "memory or depth")
    return lines, None


def _failure(returncode: int, stderr: bytes) -> tuple[str, str]:
    """Name what ended the child: a limit, a crash, or an exception of its own."""
    if returncode in _KILLED:
        return "SHEET_TOO_LARGE", f"signal {-returncode}"
    if returncode < 0:
        return "XLSX_MALFORMED", f"signal {-returncode}"
    last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["-"]
    if "MemoryError" in last[0]:
        return "SHEET_TOO_LARGE", "memory"
    return "PARSER_FAILED", last[0][:_SHOWN]


def _collected(lines: list[dict[str, Any]]) -> ParsedFile | None:
    """Put the child's lines together; None when the last one is missing."""
    if not lines or lines[-1].get("part") != "end":
        return None
    parts: dict[str, list[Any]] = {name: [] for name in _PARTS}
    for line in lines[:-1]:
        parts[line["part"]].extend(decode_table(line["table"]))
    head: dict[str, Any] = {name: decode(value) for name, value in lines[-1]["value"].items()}
    head.update((name, tuple(values)) for name, values in parts.items())
    return ParsedFile(**head)
