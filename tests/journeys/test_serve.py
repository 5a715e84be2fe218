"""`tanlu serve` as a user starts it: ready on one line, served to its owner, ended by Ctrl+C."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


PROGRAM = "from tanlu.cli.main import run; run()"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Served:
    """A server in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "-w", str(folder), "--json", "serve",
             "--port", str(self.port), *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline())

    def get(self, path: str) -> Any:
        """Return what an address answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.read().decode()


@pytest.fixture
def served(company: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve a copy of the company."""
    server = Served(shutil.copytree(company, tmp_path / "served"))
    yield server
    if server.process.poll() is None:
        server.process.kill()
    server.process.communicate()


def test_it_says_where_it_is_and_serves_the_figures_of_the_command_line(
    served: Served, inventory: dict[str, Any]
) -> None:
    assert served.ready["url"] == f"http://127.0.0.1:{served.port}/"

    body = json.loads(served.get("/api/inventory/2024"))

    assert body["total_t"] == inventory["total_t"]
    assert body["run"]["hash"] == inventory["run"]["hash"]
    assert "<main" in served.get("/")


def test_it_ends_when_it_is_interrupted(served: Served) -> None:
    served.get("/api/workspace")

    served.process.send_signal(signal.SIGINT)
    _, error = served.process.communicate(timeout=20)

    assert served.process.returncode in (0, 130, -signal.SIGINT)
    assert "Traceback" not in error


def test_a_port_that_is_taken_is_told(company: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = run("-w", str(company), "--json", "serve", "--port", str(listener.getsockname()[1]))

    assert (told.code, told.body["code"]) == (2, "server.port-taken")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])  # noqa: S104
def test_other_machines_are_let_in_with_accounts_and_encryption_only(
    company: Path, host: str
) -> None:
    told = run("-w", str(company), "--json", "serve", "--host", host)
    with_accounts = run("-w", str(company), "--json", "serve", "--host", host, "--accounts")

    assert (told.code, told.body["code"]) == (2, "server.needs-accounts")
    assert with_accounts.body["code"] == "server.needs-encryption"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system does not tell users apart")
def test_the_owner_needs_no_token(served: Served) -> None:
    assert json.loads(served.get("/api/workspace"))["ok"]
