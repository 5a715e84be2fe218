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
from tanlu.app.findings import finding_bodies, item_name
from tanlu.app.payloads import number
from tanlu.app.references import near
from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import ENDS
from tanlu.units.ratio import KWH_PER_MWH

if TYPE_CHECKING:
    from tanlu.i18n.say import Say
    from tanlu.kernel.plan import EquipmentFact
    from tanlu.measures.calculation.run import Calculation
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


_SHARE_PLACES = 9
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
    """Return the lines of the equipment list, or those of one site.

    Raises
    ------
    TanluError
        ``measures.site``.
    """
    return {"equipment": [_machine(machine, say) for machine in _asked(workspace, site=site)]}


def _asked(workspace: Workspace, *, site: str, machine: str = "") -> list[EquipmentFact]:
    """Return the lines asked for; a site or machine that is not known is refused."""
    listed = machines.equipment(workspace.records())
    sites = {known.id for known in workspace.sites()} | {line.site for line in listed}
    if site and site not in sites:
        raise TanluError("measures.site", found=site, near=", ".join(sorted(sites)) or "-")
    there = [line for line in listed if site in ("", line.site)]
    chosen = [line for line in there if machine in ("", line.id)]
    if machine and not chosen:
        names = {line.id for line in there}
        raise TanluError("equipment.unknown", found=machine, near=near(machine, names) or "-")
    return chosen


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

    Raises
    ------
    TanluError
        ``equipment.unknown``, ``measures.site``, and those of `plans.base_inventory`.
    """
    asked = {(line.site, line.id): line for line in _asked(workspace, site=site, machine=machine)}
    taken = plans.base_inventory(workspace)
    found = situations.situation(workspace, taken, scenario="base", with_value_chain=False)
    chosen = [
        option
        for option in found.register.options
        if (option.machine.site, option.machine.id) in asked
    ]
    acting = {(option.machine.site, option.machine.id) for option in chosen}
    silent = [line for place, line in asked.items() if place not in acting]
    mismatched = [
        finding
        for finding in machines.mismatches(found.register, found.base, found.end_uses)
        if any(
            (finding.facts["site"], name) in asked
            for name in str(finding.facts["machines"]).split(", ")
        )
    ]
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
        "capex": {end: number(getattr(option.capex, end)) for end in ENDS} if found else None,
        "capex_from": _capex_from(option) if found else None,
        "carrier_to": option.measure["carrier_to"],
        "added_kwh": number(option.added) if found and option.added is not None else None,
        "net_per_year": round(float(option.net)) if found else None,
        "chosen": option.is_chosen,
        "state": _state(option),
        "why": _why(option, say),
        "assumed": [name for name, _ in option.assumed],
        "assumed_values": {name: float(value) for name, value in option.assumed},
        "note": _note(option, say),
        "remarks": _remarks(option, say) if found else [],
        "calculation": None if found is None else _calculation(option, found, say),
    }


def _calculation(option: Option, found: Calculation, say: Say) -> dict[str, Any]:
    """Return a calculation; one of which the action takes the share alone is no measure."""
    told = calculation_told(found, say) | {"is_share": option.share is not None}
    if option.share is None:
        return told
    listed = number(option.machine.yearly_kwh)
    return told | {
        "measure": None,
        "share": number(round(option.share, _SHARE_PLACES)),
        "listed_use_kwh": listed,
    }


def _capex_from(option: Option) -> str:
    return "catalogue" if option.investment is None else "calculator"


def _note(option: Option, say: Say) -> str:
    return say.pick(option.action["note_zh"] or "", option.action["note_en"] or "")


def _remarks(option: Option, say: Say) -> list[str]:
    """Return what has to be known of a result: assumptions, a share, energy taken instead."""
    told = [note] if (note := _note(option, say)) else []
    if option.assumed:
        fields = [f"{say(f'equipment.field.{name}')} {value}" for name, value in option.assumed]
        told.append(say("equipment.assumed", fields=say.listed(fields)))
    if option.share is not None:
        share, kwh = say.percent(option.share), option.machine.yearly_kwh
        told.append(say("equipment.share", share=share, listed=say.fixed(kwh / KWH_PER_MWH, 0)))
    if option.added is not None:
        carrier = item_name(option.measure["carrier_to"], say)
        mwh = say.fixed(option.added / KWH_PER_MWH, 0)
        told.append(say("equipment.added", carrier=carrier, mwh=mwh))
    return told


def _state(option: Option) -> str:
    if option.missing:
        return "missing"
    if option.fault is not None:
        return "fault"
    if option.saved <= 0:
        return "no_saving"
    if not option.is_chosen:
        return "other_chosen"
    return "offered" if option.has_rival or option.net < 0 else "chosen"


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
