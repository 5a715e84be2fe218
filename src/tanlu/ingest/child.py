"""The process that parses: limits set, no network, JSON lines in and out, never pickle.

Run as ``python -m tanlu.ingest.child``. Standard input: one JSON line with the job, then the
bytes of the file. Standard output: JSON lines. Whatever goes wrong becomes a code.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

_NEW_NETWORK = 0x40000000
_NEW_USER = 0x10000000
_BLOCK = 10_000


def main() -> int:
    """Do one job and return the exit code."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    job = json.loads(source.readline())
    limit_process(job["limits"])
    try:
        if job["task"] == "parse":
            _parse(job, source, out)
        elif job["task"] == "preview":
            _preview(job, source, out)
        else:
            from tanlu.ingest.checked import mark_cells  # noqa: PLC0415 - only for this task

            _write(out, mark_cells(job, source.read()))
    except (MemoryError, SystemError):  # the interpreter gives up with either
        _write(out, {"code": "SHEET_TOO_LARGE"})
    except RecursionError:
        _write(out, {"code": "XLSX_MALFORMED"})
    out.flush()
    return 0


def limit_process(limits: Mapping[str, int]) -> None:
    """Cap memory, CPU time, core files and the network of this process.

    Parameters
    ----------
    limits : Mapping[str, int]
        ``memory_bytes`` and ``cpu_seconds`` of the table `ingest_limit`.
    """
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    memory, cpu = limits["memory_bytes"], limits["cpu_seconds"]
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (capped, capped))
    _leave_network()


def _leave_network() -> None:
    """Move to a namespace without network, where the system allows it."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 - not everywhere

    try:
        library = ctypes.CDLL(None, use_errno=True)
    except OSError:
        return
    if library.unshare(_NEW_NETWORK) != 0 and os.getuid() != 0:
        library.unshare(_NEW_USER | _NEW_NETWORK)


def _parse(job: Mapping[str, Any], source: BinaryIO, out: BinaryIO) -> None:
    from tanlu.ingest.parse import parse_parts  # noqa: PLC0415 - after the limits are set
    from tanlu.ingest.wire import decode, encode, encode_table  # noqa: PLC0415 - likewise

    gc.disable()  # one file and then the end: nothing to collect, and the memory has its limit
    parsed, rows = parse_parts(source.read(), job["name"], context=decode(job["context"]))
    parts = {name: iter(getattr(parsed, name)) for name in ("records", "quarantine", "findings")}
    for part, values in {"rows": rows, **parts}.items():
        while block := tuple(islice(values, _BLOCK)):
            _write(out, {"part": part, "table": encode_table(block)})
    head = {
        name: encode(getattr(parsed, name))
        for name in ("name", "sha256", "sheets", "control_totals", "sites_seen", "rejected",
                     "open_questions")
    }  # fmt: skip
    _write(out, {"part": "end", "value": head})


def _preview(job: Mapping[str, Any], source: BinaryIO, out: BinaryIO) -> None:
    from tanlu.ingest.preview import preview_sheets  # noqa: PLC0415 - after the limits are set
    from tanlu.ingest.wire import decode  # noqa: PLC0415 - likewise

    context = decode(job["context"])
    _write(out, {"sheets": preview_sheets(source.read(), job["name"], context=context)})


def _write(out: BinaryIO, value: object) -> None:
    out.write(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
