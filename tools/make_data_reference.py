"""Write docs/reference/data.md and items.md from the tables; --check only compares.

Run ``python tools/make_data_reference.py`` after a change of any schema, publication or item.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tanlu.catalog.tables import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.catalog.folder import Tables
    from tanlu.catalog.schema import Column

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
HEAD = """# 数据表 · Data tables

由 `tools/make_data_reference.py` 按 `src/tanlu/data/schema/` 生成，请勿手改。
Generated from `src/tanlu/data/schema/` by `tools/make_data_reference.py`; do not edit by hand.

空单元格为缺失，不为零。An empty cell is missing, never zero.

| quality | 含义 | meaning |
|---|---|---|
| verified | 已对照引用或核对原文的文本 | read in a text that quotes or checks the original |
| checked | 第二手，与其余数据一致 | second-hand, consistent with the rest |
| computed | 由公式得出 | by formula |
| to-confirm | 待确认 | to be confirmed |
| template | 模板，不进入清单 | a template: no inventory uses it |
"""

ITEMS_HEAD = """# 品种 · Items

由 `tools/make_data_reference.py` 按 `items.csv` 和 `item_alias.csv` 生成，请勿手改。
Generated from `items.csv` and `item_alias.csv` by `tools/make_data_reference.py`;
do not edit by hand.

映射文件的 `items` 里，右边写编号、中文名或英文名都可以；表里的写法本来就认得，大小写和空格不论。
范围 0（备忘）的品种只记录，不作为排放源，也不使总量不完整。
On the right-hand side of `items` in a mapping file stands an id or a name of this list; the
spellings are known without one, whatever their case and blanks. Items of scope 0 (memo) are kept,
are no source of emissions and leave no total incomplete.

| 编号 id | 中文 | English | 单位 unit | 范围 scope | 类别 category | 认得的写法 spellings known |
|---|---|---|---|---|---|---|
"""


def items_page(tables: Tables) -> str:
    """Return the page of all items with the spellings that imports know."""
    spellings: dict[str, list[str]] = {}
    for row in tables.read("item_alias"):
        if row["lang"] != "zh-Hant":
            spellings.setdefault(row["item"], []).append(row["text"])
    lines = []
    for row in sorted(tables.read("items"), key=lambda row: row["id"]):
        known = "、".join(text.replace("|", "\\|") for text in spellings.get(row["id"], ()))
        cells = (f"`{row['id']}`", row["name_zh"], row["name_en"], row["unit"], row["scope"])
        lines.append("| " + " | ".join(str(c) for c in (*cells, row["category"], known)) + " |")
    return ITEMS_HEAD + "\n".join(lines) + "\n"


def page(tables: Tables) -> str:
    """Return the whole page."""
    titles = {row["id"]: row for row in tables.read("table")}
    parts = [HEAD]
    for name in tables.names:
        row = titles.get(name)
        title = f" {row['title_zh']} · {row['title_en']}" if row else ""
        parts.append(f"## `{name}`{title}\n\n" + "\n".join(_table(tables.columns(name))) + "\n")
    parts.append("\n".join(_sources(tables)) + "\n")
    return "\n".join(parts)


def _table(columns: tuple[Column, ...]) -> Iterator[str]:
    yield "| 列 column | 类型 type | 单位 unit | 必填 required | 取值 allowed | 含义 | meaning |"
    yield "|---|---|---|---|---|---|---|"
    for column in columns:
        allowed = (
            "@" + ".".join(column.reference) if column.reference else ", ".join(column.allowed)
        )
        required = "是 yes" if column.is_required else ""
        cells = (column.name, column.type, column.unit, required, allowed)
        meanings = (column.meaning_zh, column.meaning_en)
        yield "| " + " | ".join((*cells, *meanings)) + " |"


def _sources(tables: Tables) -> Iterator[str]:
    yield "## 出处 · Publications\n"
    yield "| id | 标题 title | 发布者 publisher | 文号 document | 年 year | 许可 licence |"
    yield "|---|---|---|---|---|---|"
    for row in sorted(tables.read("sources"), key=lambda row: row["id"].lower()):
        title = f"{row['title']['zh']} · {row['title']['en']}"
        cells = (row["id"], title, row["publisher"], row["document_no"], row["year"])
        yield "| " + " | ".join(str(cell) for cell in (*cells, row["licence"])) + " |"
    yield ""
    yield from sorted({row["attribution"] for row in tables.read("sources")} - {None})


def main() -> int:
    """Write the pages, or compare them with ``--check``."""
    made = {"data.md": page(shipped()), "items.md": items_page(shipped())}
    if "--check" in sys.argv[1:]:
        old = {name: REFERENCE / name for name in made}
        stale = [n for n, p in old.items() if not p.is_file() or p.read_text("utf-8") != made[n]]
        for name in stale:
            print(f"{name} is not current: run python tools/make_data_reference.py")
        return 1 if stale else 0
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (REFERENCE / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
