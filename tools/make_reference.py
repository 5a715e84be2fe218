"""Write what follows from code and rules: pages of commands, codes and rules, rules as messages.

Run it after a change of commands, messages or rules; a test fails while a page is not current.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tanlu.cli.argv import read_call
from tanlu.cli.pages import shared_options
from tanlu.cli.program import build
from tanlu.i18n.catalogue import messages
from tanlu.i18n.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).resolve().parents[1]
RULES = "src/tanlu/data/messages/method.yaml"
METHOD = ROOT / "docs" / "method"
_RULE = re.compile(r"^(?:\| )?\*\*(M-\d\d)\*\* (?:\| )?(.*)$")
_INTERFACE = ("cli.", "report.", "unit.", "chart.", "explain.", "doctor.")


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
        f"## {Say('zh')('cli.help.shared')} · {Say('en')('cli.help.shared')}",
        "",
        *_shared_options(),
    ]
    zh, en = programs["zh"], programs["en"]
    for (path, left), (_, right) in zip(_walk(zh, "tanlu"), _walk(en, "tanlu"), strict=True):
        lines += [f"## `{path}`", "", left.help or "", "", right.help or "", ""]
        lines += list(_parameters(left, right))
    return "\n".join(lines).rstrip() + "\n"


def _shared_options() -> Iterator[str]:
    yield "| | 中文 | English |"
    yield "|---|---|---|"
    pairs = zip(shared_options(Say("zh")), shared_options(Say("en")), strict=True)
    for (_, zh), (name, en) in pairs:
        yield f"| `{_cell(name)}` | {_cell(zh)} | {_cell(en)} |"
    yield ""


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
        is_label = code.startswith(_INTERFACE) and not message.advice_zh
        if is_label or message.origin == Path(RULES).name:
            continue
        lines += [f"## {code}", ""]
        for text in (message.zh, message.advice_zh, message.en, message.advice_en):
            lines += [text, ""] if text else []
    return "\n".join(lines).rstrip() + "\n"


def rules() -> Iterator[tuple[str, str, str, str]]:
    """Yield number, page, Chinese and English text of every rule in docs/method."""
    for page in sorted(set(METHOD.glob("*.md")) - {METHOD / "README.md"}):
        lines = page.read_text(encoding="utf-8").splitlines()
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if match := _RULE.match(line):
                number, text = match.groups()
                is_row = line.startswith("|")
                zh, en = text.strip(" |").split(" | ") if is_row else (text, following)
                yield number, page.name, zh, en


def method_page() -> str:
    """Return the index of all numbered rules."""
    lines = [
        "# 方法规则 Method rules",
        "",
        "由程序生成，请勿手改。Generated from the pages of this folder: do not edit by hand.",
        "代码的文档串和测试引用编号；编号不重复，不重用。",
        "Docstrings and tests cite the numbers; none is used twice or again.",
        "",
        "| | 规则 | Rule | |",
        "|---|---|---|---|",
    ]
    for number, page, zh, en in sorted(rules()):
        link = f"[{page.removesuffix('.md')}]({page})"
        lines.append(f"| {number} | {_opening(zh, '。；：')} | {_opening(en, '.;:')} | {link} |")
    return "\n".join(lines) + "\n"


def _opening(text: str, ends: str) -> str:
    """Return the first clause, without bold and never cutting inside code."""
    plain = text.replace("**", "")
    parts = re.split(r"(`[^`]*`)", plain)
    kept = ""
    for part in parts:
        cut = None if part.startswith("`") else re.search(rf"[{ends}](?=\s|$|[^\x00-\x7f])", part)
        if cut:
            return (kept + part[: cut.start()]).strip()
        kept += part
    return kept.strip()


def rule_messages() -> str:
    """Return the rules as messages, so that the program explains them where no page is."""
    told = {
        number: {"zh": zh.replace("**", ""), "en": en.replace("**", "")}
        for number, _, zh, en in sorted(rules())
    }
    head = "# Written by tools/make_reference.py from docs/method; do not edit by hand.\n"
    return head + yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10**6)


PAGES = {
    RULES: rule_messages,
    "docs/reference/commands.md": commands_page,
    "docs/reference/codes.md": codes_page,
    "docs/method/README.md": method_page,
}


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
