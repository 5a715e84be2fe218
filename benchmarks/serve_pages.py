"""Pages of a large workspace, warm: what the server works for one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.case import Bar, Case, register
from benchmarks.import_csv import prepare as write_csv

if TYPE_CHECKING:
    from pathlib import Path


def prepare(folder: Path, rows: int) -> None:
    """Make a workspace and import a table of the size into it."""
    from tanlu.app import imports, workspaces  # noqa: PLC0415  # in this process alone
    from tanlu.i18n.say import Say  # noqa: PLC0415

    write_csv(folder, rows)
    workspaces.create_workspace(folder / "workspace", name="样例", province="江苏")
    with workspaces.open_workspace(folder / "workspace") as workspace:
        imports.import_files(
            workspace, [folder / "ledger.csv"], options=imports.ImportOptions(), say=Say("zh")
        )


register(
    Case(
        name="serve_pages",
        prepare=prepare,
        variants={"pages": "pages:ask"},
        sizes=(1_000, 1_000_000),
        bars=(
            Bar("overview, 1 M rows, warm, p95 [ms]", "overview_ms", "pages", 300, 1_000_000),
            Bar("activity, 1 M rows, warm, p95 [ms]", "activity_ms", "pages", 300, 1_000_000),
            Bar("1 M rows, peak memory [MB]", "peak_mb", "pages", 2500, 1_000_000),
        ),
    )
)
