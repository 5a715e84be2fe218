"""The equipment register: list it, see what each machine could do."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.app import imports, machines, plans, situations
from tanlu.app.calculators import calculation_told
from tanlu.app.findings import finding_bodies
from tanlu.app.payloads import number

if TYPE_CHECKING:
    from tanlu.i18n.say import Say
    from tanlu.kernel.plan import EquipmentFact
    from tanlu.measures.register import Option
    from tanlu.storage import Workspace


@dataclass(frozen=True, slots=True)
class MachineDraft:
    """A line of the equipment list as typed; empty where it is not known."""

    machine: str
    site: str
    kind: str
    rating: str
    count: int = 1
    hours: str = ""
    load: str = ""
    grade: str = ""
    year: str = ""
    note: str = ""


_COLUMNS = {
    "machine": "equipment id",
    "site": "site",
    "kind": "type",
    "rating": "rating",
    "count": "count",
    "year": "year in service",
    "hours": "hours per year",
    "load": "load",
    "grade": "grade",
    "note": "note",
}


def add_machine(workspace: Workspace, draft: MachineDraft, *, say: Say) -> imports.ImportReport:
    """Post a typed line of the equipment list; it is read as a file of one line would be.

    A line with the number of a known machine takes its place, as a corrected file does.

    Raises
    ------
    TanluError
        As `imports.import_files`.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS.values())
    writer.writerow([getattr(draft, name) for name in _COLUMNS])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{_file_name(draft.machine)}.csv"
        path.write_text(buffer.getvalue(), encoding="utf-8")
        return imports.import_files(workspace, [path], options=imports.ImportOptions(), say=say)


def _file_name(machine: str) -> str:
    kept = "".join(char if char.isalnum() or char in "-_" else "_" for char in machine)
    return f"equipment-{kept[:40]}"


def equipment_body(workspace: Workspace, *, site: str = "", say: Say) -> dict[str, Any]:
    """Return the lines of the equipment list, or those of one site."""
    listed = machines.equipment(workspace.records())
    chosen = (machine for machine in listed if site in ("", machine.site))
    return {"equipment": [_machine(machine, say) for machine in chosen]}


def _machine(machine: EquipmentFact, say: Say) -> dict[str, Any]:
    return {
        "id": machine.id,
        "site": machine.site,
        "type": machine.kind,
        "label": say(f"equipment.{machine.kind}") if machine.kind else machine.text,
        "text": machine.text,
        "count": machine.count,
        "power_kw": number(machine.power_kw),
        "capacity_kva": number(machine.capacity_kva),
        "steam_t_per_h": number(machine.steam_t_per_h),
        "hours_per_year": number(machine.hours),
        "load_fraction": number(machine.load),
        "efficiency_fraction": number(machine.efficiency),
        "grade": machine.grade or None,
        "year_in_service": machine.year,
    }


def actions_body(
    workspace: Workspace, *, site: str = "", machine: str = "", say: Say
) -> dict[str, Any]:
    """Return what each listed machine could do, how it was calculated and what it takes.

    Parameters
    ----------
    workspace : Workspace
        Open workspace with an inventory: end uses and prices come from it.
    site, machine : str
        Only this site, only this line of the list.
    say : Say
        Language of names and remarks.
    """
    taken = plans.base_inventory(workspace)
    found = situations.situation(workspace, taken, scenario="base", with_value_chain=False)
    chosen = [
        option
        for option in found.register.options
        if site in ("", option.machine.site) and machine in ("", option.machine.id)
    ]
    silent = [
        line
        for line in machines.equipment(workspace.records())
        if not any(option.machine.id == line.id for option in found.register.options)
        and site in ("", line.site)
        and machine in ("", line.id)
    ]
    mismatched = machines.mismatches(found.register, found.base, found.end_uses)
    return {
        "base_year": taken.inventory.year,
        "actions": [_action(option, say) for option in chosen],
        "without_action": [_machine(line, say) for line in silent],
        "findings": finding_bodies(mismatched, say),
    }


def _action(option: Option, say: Say) -> dict[str, Any]:
    found = option.calculation
    return {
        "machine": option.machine.id,
        "site": option.machine.site,
        "count": option.machine.count,
        "measure": option.measure["id"],
        "label": say.pick(option.measure["name_zh"], option.measure["name_en"]),
        "action": option.action["id"],
        "carrier": option.measure["carrier"],
        "saved_kwh": number(option.saved) if found else None,
        "baseline_kwh": number(option.baseline) if option.baseline else None,
        "capex": {end: number(getattr(option.capex, end)) for end in ("low", "typical", "high")}
        if found
        else None,
        "net_per_year": round(float(option.net)) if found else None,
        "chosen": option.is_chosen,
        "state": _state(option),
        "why": _why(option, say),
        "assumed": list(option.assumed),
        "note": say.pick(option.action["note_zh"] or "", option.action["note_en"] or ""),
        "calculation": None if found is None else calculation_told(found, say),
    }


def _state(option: Option) -> str:
    if option.missing:
        return "missing"
    if option.fault is not None:
        return "fault"
    if option.saved <= 0:
        return "no_saving"
    return "chosen" if option.is_chosen else "other_chosen"


def _why(option: Option, say: Say) -> str:
    """Return the sentence that says why a machine takes an action or does not."""
    if option.missing:
        names = [say(f"equipment.field.{name}") for name in option.missing]
        return say("equipment.missing", fields=say.listed(names))
    if option.fault is not None:
        told = [
            say(finding.code, **finding.facts)
            for finding in option.fault.findings
            if finding.severity == "error"
        ]
        return say.listed(told) or say(option.fault.code, **option.fault.facts)
    return say(f"equipment.{_state(option)}")
