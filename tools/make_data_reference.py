"""Write docs/reference/data.md from the table schemas; --check only compares.

Run ``python tools/make_data_reference.py`` after a change of any schema or of the publications.
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

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "data.md"
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
    """Write the page, or compare it with ``--check``."""
    text = page(shipped())
    if "--check" in sys.argv[1:]:
        is_current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        if not is_current:
            print(f"{TARGET.name} is not current: run python tools/make_data_reference.py")
        return 0 if is_current else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
