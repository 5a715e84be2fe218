"""Write what follows from code and rules: pages of commands, codes and rules, rules as messages.

Run it after a change of commands, messages or rules; a test fails while a page is not current.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tanlu.app.calculators import kinds_body
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
_RULE = re.compile(r"^(?:\| )?\*\*(M-\d{2,3})\*\* (?:\| )?(.*)$")
CALCULATORS_ZH = (
    "`tanlu measures calc KIND --input in.json --json` 计算；输入写成 "
    '`{"power": {"value": 75, "unit": "kW"}}`，公制、英制单位都可以，压力写明表压 `kPa(g)`、'
    "`psig` 或绝压 `kPa(a)`、`psia`；没有单位的量可以只写数。同一个量在各计算器里名称相同，"
    "角色写在下划线后面。给一列数就逐例计算。`output_units` 可指定输出单位。"
)
CALCULATORS_EN = (
    "`tanlu measures calc KIND --input in.json --json` calculates; write inputs as "
    '`{"power": {"value": 75, "unit": "kW"}}` in SI or US units, pressures as gauge (`kPa(g)`, '
    "`psig`) or absolute (`kPa(a)`, `psia`); a quantity without unit may be a plain number. A "
    "quantity has the same name in every calculator, its role after an underscore. A list of "
    "values makes one case each. `output_units` names the unit of an output."
)
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


def calculators_page() -> str:
    """Return the page of the engineering calculators: inputs, ranges, outputs, publication."""
    lines = [
        "# 工程计算器 Engineering calculators",
        "",
        "由程序生成，请勿手改。Generated from the program: do not edit by hand.",
        "",
        CALCULATORS_ZH,
        "",
        CALCULATORS_EN,
        "",
    ]
    pairs = zip(
        kinds_body(say=Say("zh"))["calculators"],
        kinds_body(say=Say("en"))["calculators"],
        strict=True,
    )
    area = ""
    for zh, en in sorted(pairs, key=lambda pair: (pair[0]["area"], pair[0]["kind"])):
        lines += [f"## {zh['area']}", ""] if zh["area"] != area else []
        area = zh["area"]
        lines += [f"### `{zh['kind']}`", "", f"{zh['name']} · {en['name']}", ""]
        lines += [f"`{zh['method']}`", ""]
        lines += [f"{_source(zh['source'])} · {_source(en['source'])}", ""]
        lines += [text for note in (zh["note"], en["note"]) if note for text in (note, "")]
        lines += ["| 输入 input | 单位 unit | 范围 range | 缺省 default | 含义 | meaning |"]
        lines += ["|---|---|---|---|---|---|"]
        lines += list(_inputs(zh["inputs"], en["inputs"], ""))
        lines += ["", "| 输出 output | 单位 unit | 含义 | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{left['name']}` | {left['unit']} | {left['meaning']} | {right['meaning']} |"
            for left, right in zip(zh["outputs"], en["outputs"], strict=True)
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _source(source: Any) -> str:
    return " · ".join(part for part in source.values() if part)


def _inputs(zh: Any, en: Any, before: str) -> Iterator[str]:
    for left, right in zip(zh, en, strict=True):
        default = "必填 required" if left["required"] else left["default"]
        default = "—" if default is None else default
        names = "、".join(f"`{before}{name}`" for name in (left["name"], *left["also"]))
        kind = "；列表 list" if left["list"] else ""
        source = f"；{_source(left['range_source'])}" if left["range_source"] else ""
        allowed = _cell(f"{left['allowed']}{kind}{source}")
        cells = (names, left["unit"], allowed, default, left["meaning"], right["meaning"])
        yield f"| {' | '.join(str(cell) for cell in cells)} |"
        yield from _inputs(left["columns"], right["columns"], f"{left['name']}[].")


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
    for number, page, zh, en in sorted(rules(), key=_place):
        link = f"[{page.removesuffix('.md')}]({page})"
        lines.append(f"| {number} | {_opening(zh, '。；：')} | {_opening(en, '.;:')} | {link} |")
    return "\n".join(lines) + "\n"


def _place(rule: tuple[str, str, str, str]) -> int:
    """Return the number of a rule, to sort by."""
    return int(rule[0].removeprefix("M-"))


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
        for number, _, zh, en in sorted(rules(), key=_place)
    }
    head = "# Written by tools/make_reference.py from docs/method; do not edit by hand.\n"
    return head + yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10**6)


PAGES = {
    "docs/reference/calculators.md": calculators_page,
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
