"""A child process that is spoken to in lines of JSON: one thread of sums, capped, killable.

Both sides are here: `Child` starts and hears one, `Channel` is what the child itself holds.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import subprocess
import sys
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEMORY_BYTES = 6 << 30
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # sums too short to share
_WAIT_SECONDS = 5.0


class Child:
    """A running child.

    Parameters
    ----------
    module : str
        Run as ``python -m``; its `main` opens a `Channel` first.
    memory_bytes : int
        Address space of the child.
    """

    def __init__(self, module: str, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", module, str(memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        self._heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._last = ""
        self._readers = [
            threading.Thread(target=read, daemon=True) for read in (self._hear, self._complain)
        ]
        for reader in self._readers:
            reader.start()

    def send(self, body: Mapping[str, Any]) -> None:
        """Write one line; of a child that is gone `hear` tells."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        line = json.dumps(body, default=_text, ensure_ascii=False)
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    def hear(self, seconds: float) -> dict[str, Any] | None:
        """Return the next line, or None when none came in time.

        Raises
        ------
        TanluError
            ``plan.process-ended`` when the child ended, out of memory for example.
        """
        try:
            body = self._heard.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return None
        if body is None:
            self._heard.put(None)
            self._readers[1].join(_WAIT_SECONDS)
            code = self._process.wait(_WAIT_SECONDS)
            raise TanluError("plan.process-ended", found=code, last=self._last or "-")
        return body

    def kill(self) -> None:
        """End the child at once, if it still runs, and close the pipes."""
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(_WAIT_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None  # noqa: S101 - a pipe
            try:
                pipe.close()
            except BrokenPipeError:
                continue

    @property
    def is_running(self) -> bool:
        """Whether the child has not ended."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def _hear(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
        self._heard.put(None)

    def _complain(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - a pipe
        for line in self._process.stderr:
            self._last = line.decode(errors="replace").strip() or self._last


class Channel:
    """The child's side: requests come in, answers go out, nothing else is on standard output."""

    def __init__(self) -> None:
        memory = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # what a library prints is no answer
        self._lock = threading.Lock()

    def requests(self) -> Iterator[dict[str, Any]]:
        """Yield what the parent asks until it closes the pipe."""
        for line in sys.stdin.buffer:
            yield json.loads(line)

    def send(self, body: Mapping[str, Any]) -> None:
        """Write one line."""
        line = json.dumps(body, ensure_ascii=False)
        with self._lock:
            self._out.write(f"{line}\n")
            self._out.flush()


def error_body(error: TanluError) -> dict[str, Any]:
    """Return an error as plain values, for the other side."""
    return {
        "code": error.code,
        "facts": error.facts,
        "findings": [
            {"code": f.code, "outcome": f.outcome.value, "cell": f.cell, "facts": dict(f.facts)}
            for f in error.findings
        ],
    }


def error_of(body: Mapping[str, Any]) -> TanluError:
    """Return the error that `error_body` wrote."""
    findings = tuple(
        Finding(row["code"], Outcome(row["outcome"]), cell=row["cell"], facts=row["facts"])
        for row in body["findings"]
    )
    return TanluError(body["code"], findings=findings, **body["facts"])


def _text(value: object) -> str:
    """Write an exact number as text: a case reads decimals and quotients exactly."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return str(value)
