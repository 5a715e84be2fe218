"""Write THIRD_PARTY_LICENSES.md from tools/vendor.toml; `--check` only compares."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "THIRD_PARTY_LICENSES.md"
_HEAD = """# Third-party parts

Written by `tools/make_third_party.py` from `tools/vendor.toml`; do not edit by hand.

These files of other projects are part of this repository and of the wheel, unmodified unless
said, each with its licence, and its notice where it has one, beside it. Python libraries are not
copied: they are installed from their own distributions, which carry their licences.
"""


def text() -> str:
    """Return the whole file."""
    listed = tomllib.loads((ROOT / "tools" / "vendor.toml").read_text(encoding="utf-8"))
    return "\n".join([_HEAD, *(_part(part) for part in listed["vendored"])])


def _part(part: dict[str, Any]) -> str:
    rows = [f"| `{name}` | `{digest}` |" for name, digest in sorted(part["files"].items())]
    return "\n".join(
        [
            f"## {part['name']} {part['version']}",
            "",
            f"{part['copyright']}. Licence: {part['licence']}. <{part['homepage']}>",
            "",
            f"Used for {part['used_for']}. Files in `{part['folder']}`; the licence text is",
            f"[LICENSE]({part['folder']}/LICENSE).",
            *([part["changed"]] if "changed" in part else []),
            "",
            "| file | SHA-256 |",
            "|---|---|",
            *rows,
            "",
            *_notice(ROOT / part["folder"] / "NOTICE"),
        ]
    )


def _notice(file: Path) -> list[str]:
    if not file.is_file():
        return []
    return ["Notice:", "", "```", file.read_text(encoding="utf-8").strip(), "```", ""]


def main() -> int:
    """Write the file, or tell whether it is up to date."""
    if "--check" in sys.argv[1:]:
        is_current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text()
        print("up to date" if is_current else f"{TARGET.name} is out of date")
        return 0 if is_current else 1
    TARGET.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
