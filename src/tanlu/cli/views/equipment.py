"""Terminal views of the equipment register."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout
from tanlu.units.ratio import KWH_PER_MWH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say


def listed(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the equipment list by site."""
    sites = defaultdict(list)
    for row in body["equipment"]:
        sites[row["site"]].append(row)
    heads = [
        say(code)
        for code in ("cli.equipment.machine", "cli.equipment.rating_head", "cli.equipment.count",
                     "cli.equipment.hours", "cli.equipment.load_head", "cli.equipment.grade_head")
    ]  # fmt: skip
    for site, rows in sites.items():
        layout.heading(console, site)
        layout.table(
            console,
            heads,
            [
                (row["id"], row["text"] or row["label"], str(row["count"]),
                 _plain(row["hours_per_year"], say), _share(row["load_fraction"], say),
                 row["grade"] or _share(row["efficiency_fraction"], say))
                for row in rows
            ],
        )  # fmt: skip


def actions(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what each machine could do and how far it is assumed; then what has none."""
    machines = defaultdict(list)
    for row in body["actions"]:
        machines[row["site"], row["machine"], row["count"]].append(row)
    heads = [
        say(code)
        for code in ("cli.measure", "cli.equipment.saved", "cli.equipment.baseline",
                     "cli.equipment.capex", "cli.equipment.net", "cli.equipment.state")
    ]  # fmt: skip
    for (site, machine, count), rows in machines.items():
        layout.heading(console, f"{site} · {machine} × {count}")
        layout.table(
            console,
            heads,
            [
                (row["label"], _mwh(row["saved_kwh"], say), _mwh(row["baseline_kwh"], say),
                 _money((row["capex"] or {}).get("typical"), say), _money(row["net_per_year"], say),
                 row["why"])
                for row in rows
            ],
        )  # fmt: skip
        for row in rows:
            if row["remarks"]:
                remarks = say.pick("；", "; ").join(row["remarks"])
                layout.paragraph(
                    console, say("equipment.remark", label=row["label"], remarks=remarks)
                )
    if body["without_action"]:
        names = [f"{row['site']} {row['id']}" for row in body["without_action"]]
        layout.paragraph(console, say("equipment.without_action", names=say.listed(names)))
    layout.paragraph(console, say("equipment.how"), indent=0)
    layout.findings(console, body["findings"], say)


def _plain(value: Any, say: Say) -> str:
    return say.missing if value is None else say.exact(str(value))


def _share(value: Any, say: Say) -> str:
    return say.missing if value is None else say.percent(value)


def _mwh(value: Any, say: Say) -> str:
    return say.missing if value is None else say.fixed(value / KWH_PER_MWH, 0)


def _money(value: Any, say: Say) -> str:
    return say.missing if value is None else say.exact(str(round(value)))
