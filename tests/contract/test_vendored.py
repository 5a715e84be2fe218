"""Vendored files are the published ones, with licence and notice beside them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTED = tomllib.loads((ROOT / "tools" / "vendor.toml").read_text(encoding="utf-8"))["vendored"]


def test_every_listed_file_has_its_published_hash() -> None:
    faults = [
        f"{part['name']} {name}"
        for part in LISTED
        for name, digest in part["files"].items()
        if hashlib.sha256((ROOT / part["folder"] / name).read_bytes()).hexdigest() != digest
    ]

    assert faults == []


def test_every_vendored_file_is_listed() -> None:
    for part in LISTED:
        found = {file.name for file in (ROOT / part["folder"]).iterdir() if file.is_file()}
        assert found == set(part["files"])
        needed = {"LICENSE", "NOTICE"} if part["licence"] == "Apache-2.0" else {"LICENSE"}
        assert needed <= found


def test_third_party_licences_follow_the_list() -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_third_party.py"), "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
