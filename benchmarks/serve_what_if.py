"""Sliders of the roadmap: an estimate, and the plan solved anew, on the sample company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.case import Bar, Case, register

if TYPE_CHECKING:
    from pathlib import Path


def prepare(folder: Path, changes: int) -> None:
    """Make the sample company with its plan."""
    from tanlu.app import demo, plans, workspaces  # noqa: PLC0415  # in this process alone
    from tanlu.i18n.say import Say  # noqa: PLC0415

    say = Say("zh")
    (folder / "changes").write_text(str(changes), encoding="utf-8")
    demo.build_company("machinery", folder / "workspace", say=say, progress=lambda _code: None)
    with workspaces.open_workspace(folder / "workspace") as workspace:
        plans.plan_roadmap(workspace, options=demo.FIRST_LOOK, say=say)


register(
    Case(
        name="serve_what_if",
        prepare=prepare,
        variants={"sliders": "pages:slide"},
        sizes=(3, 15),
        bars=(
            Bar("slider to redrawn estimate, p95 [ms]", "estimate_ms", "sliders", 300, 15),
            Bar("slider to redrawn plan, median [ms]", "plan_ms", "sliders", 1000, 15),
        ),
        unit="changes",
    )
)
