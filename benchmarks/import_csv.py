"""Import a CSV file, every cell checked, against pandas reading its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.case import Bar, Case, register

if TYPE_CHECKING:
    from pathlib import Path

_ITEMS = (
    ("外购电力", "kWh", 1_000_000),
    ("天然气", "Nm3", 10_000),
    ("柴油", "t", 100),
    ("原煤", "t", 100),
    ("外购热力", "GJ", 1_000),
)
_SITES = 20


def prepare(folder: Path, rows: int) -> None:
    """Write an invented tidy table; quantities are whole, so that doubles add them exactly."""
    draw = np.random.default_rng(20240101)
    picks = draw.integers(0, [len(_ITEMS), _SITES, 3, 12, 1_000_000], size=(rows, 5)).tolist()
    with (folder / "ledger.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("期间,厂区,活动,数量,单位,凭证号,备注\n")
        for number, (kind, site, year, month, amount) in enumerate(picks):
            item, unit, most = _ITEMS[kind]
            period, note = f"{2023 + year}-{1 + month:02d}", "抄表" if number % 3 else ""
            file.write(
                f"{period},第{site}工厂,{item},{amount % most},{unit},V{number:07d},{note}\n"
            )


register(
    Case(
        name="import_csv",
        prepare=prepare,
        variants={"import": "tanlu_import:read", "pandas": "pandas_csv:read"},
        agree=(("import", "pandas"),),
        sizes=(10_000, 100_000, 1_000_000),
        bars=(
            Bar("100 k rows, CPU against pandas", "cpu_s", "import", 40, 100_000, "pandas"),
            Bar("1 M rows, CPU against pandas", "cpu_s", "import", 40, 1_000_000, "pandas"),
            Bar("1 M rows, peak memory [MB]", "peak_mb", "import", 1536, 1_000_000),
        ),
    )
)
