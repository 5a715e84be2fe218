"""Write the reference pages that follow from the code: commands and message codes.

Run it after a change of commands or messages; a test fails while a page is not current.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.cli.argv import read_call
from tanlu.cli.program import build
from tanlu.i18n.catalogue import messages
from tanlu.i18n.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).resolve().parents[1]
_INTERFACE = ("cli.", "report.", "unit.", "chart.")


def commands_page() -> str:
    """Return the page of all commands, in both languages."""
    programs = {lang: build(read_call(["--lang", lang], {}), Say(lang)) for lang in ("zh", "en")}
    lines = [
        "# 命令 Commands",
        "",
        "由程序生成，请勿手改。Generated from the program: do not edit by hand.",
        "",
        Say("zh")("cli.epilog"),
        "",
        Say("en")("cli.epilog"),
        "",
    ]
    zh, en = programs["zh"], programs["en"]
    for (path, left), (_, right) in zip(_walk(zh, "tanlu"), _walk(en, "tanlu"), strict=True):
        lines += [f"## `{path}`", "", left.help or "", "", right.help or "", ""]
        lines += list(_parameters(left, right))
    return "\n".join(lines).rstrip() + "\n"


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", None)
    if not subcommands:
        yield path, command
        return
    for name, child in subcommands.items():
        yield from _walk(child, f"{path} {name}")


def _parameters(left: Any, right: Any) -> Iterator[str]:
    pairs = [(a, b) for a, b in zip(left.params, right.params, strict=True) if a.name != "help"]
    if not pairs:
        return
    yield "| | 中文 | English |"
    yield "|---|---|---|"
    for a, b in pairs:
        name = " ".join(a.opts) if a.param_type_name == "option" else (a.name or "").upper()
        yield f"| `{name}` | {_cell(getattr(a, 'help', ''))} | {_cell(getattr(b, 'help', ''))} |"
    yield ""


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def codes_page() -> str:
    """Return the page of all message codes: what each says and what to do."""
    lines = [
        "# 代码 Codes",
        "",
        "由程序生成，请勿手改。Generated from the program: do not edit by hand.",
        "`tanlu explain CODE` 给出同样的内容。`tanlu explain CODE` says the same.",
        "",
    ]
    for code, message in sorted(messages().items()):
        if code.startswith(_INTERFACE) or "-hant" in message.origin:
            continue
        lines += [f"## {code}", ""]
        for text in (message.zh, message.advice_zh, message.en, message.advice_en):
            lines += [text, ""] if text else []
    return "\n".join(lines).rstrip() + "\n"


PAGES = {"docs/reference/commands.md": commands_page, "docs/reference/codes.md": codes_page}


def main() -> int:
    """Write every page; with ``--check``, only say which is not current."""
    stale = []
    for name, make in PAGES.items():
        path = ROOT / name
        text = make()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    print("\n".join(stale) or "current")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
