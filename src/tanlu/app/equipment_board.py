"""The equipment register as a screen shows it: machines, what each could do, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import equipment
from tanlu.app.measure_board import site_names
from tanlu.catalog import tables
from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import ENDS
from tanlu.units.ratio import KWH_PER_MWH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

FIELDS = ("machine", "site", "kind", "rating", "count", "hours", "load", "grade", "year", "note")
_TONES = {"chosen": "good", "offered": "info", "missing": "warn", "fault": "bad"}


def board(
    desk: Desk, say: Say, *, site: str = "", sites: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return the machines by site with their actions; of some sites alone where they are given.

    Raises
    ------
    TanluError
        ``measures.site``.
    """
    body = equipment.equipment_body(desk.workspace, site=site, say=say)
    listed = [row for row in body["equipment"] if sites is None or row["site"] in sites]
    names = {
        name: label
        for name, label in site_names(desk, say).items()
        if sites is None or name in sites
    }
    body = _actions(desk, say) if listed else {"actions": [], "findings": []}
    by_machine: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in body["actions"]:
        by_machine.setdefault((row["site"], row["machine"]), []).append(_action(row, say))
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in listed:
        actions = by_machine.get((row["site"], row["id"]), [])
        groups.setdefault(row["site"], []).append(_machine(row, say) | {"actions": actions})
    return {
        "sites": [
            {"site": name, "label": names.get(name, name), "machines": machines}
            for name, machines in groups.items()
        ],
        "every": sorted(names.items()),
        "site": site,
        "warnings": [
            row["message"]
            for row in body["findings"]
            if sites is None or row["facts"].get("site") in sites
        ],
        "kinds": [(kind, say(f"equipment.{kind}")) for kind in _kinds()],
    }


def _kinds() -> list[str]:
    """Return the types of machine that an action is known for."""
    return sorted({str(row["type"]) for row in tables.read("equipment_action")})


def _actions(desk: Desk, say: Say) -> dict[str, Any]:
    """Return the actions; none before there is an inventory they could be worked out from."""
    if not desk.years():
        return {"actions": [], "findings": []}
    return desk.kept(
        ("equipment-actions", say.lang), lambda: equipment.actions_body(desk.workspace, say=say)
    )


def _machine(row: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        "id": row["id"],
        "label": row["label"] or row["text"],
        "text": row["text"],
        "count": row["count"],
        "hours": say.missing if row["hours_per_year"] is None else say.exact(row["hours_per_year"]),
        "load": say.missing if row["load_fraction"] is None else say.percent(row["load_fraction"]),
        "grade": row["grade"] or say.missing,
        "year": row["year_in_service"] or say.missing,
    }


def _action(row: Mapping[str, Any], say: Say) -> dict[str, Any]:
    calculation = row["calculation"]
    return {
        "measure": row["measure"],
        "label": row["label"],
        "saved": _mwh(row["saved_kwh"], say),
        "baseline": _mwh(row["baseline_kwh"], say),
        "capex": _range(row["capex"], say),
        "net": say.missing if row["net_per_year"] is None else say.money(row["net_per_year"]),
        "state": row["state"],
        "tone": _TONES.get(row["state"], ""),
        "why": row["why"],
        "remarks": row["remarks"],
        "calculator": calculation["kind"] if calculation else "",
    }


def _mwh(kwh: float | None, say: Say) -> str:
    return say.missing if kwh is None else f"{say.fixed(kwh / float(KWH_PER_MWH), 0)} MWh"


def _range(capex: Mapping[str, float] | None, say: Say) -> str:
    if not capex:
        return say.missing
    low, typical, high = (say.money(capex[end]) for end in ENDS)
    return say("web.measures.range", low=low, typical=typical, high=high)


def add(desk: Desk, typed: Mapping[str, str], say: Say) -> None:
    """Put a typed line into the register, as a file of one line would be.

    Raises
    ------
    TanluError
        ``measures.field-missing``, ``equipment.not-read``, those of `equipment.add_machine`.
    """
    fields = {name: typed.get(name, "").strip() for name in FIELDS}
    for name in ("machine", "site", "kind", "rating"):
        if not fields[name]:
            raise TanluError("measures.field-missing", field=name)
    count = fields.pop("count") or "1"
    if not (count.isascii() and count.isdigit()) or not int(count):
        raise TanluError("measures.field", field="count", found=count)
    draft = equipment.MachineDraft(count=int(count), **fields)
    report = equipment.add_machine(desk.workspace, draft, say=say)
    if not report.ok:
        raise TanluError("equipment.not-read", findings=report.findings, found=fields["machine"])
