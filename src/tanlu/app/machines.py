"""The machines of a workspace, and what the calculators make of them for the plan."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.app.room_formulas import formulas
from tanlu.catalog import load, tables
from tanlu.kernel.activity import RecordKind
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.plan import EquipmentFact
from tanlu.measures.register import Bench, Register, options
from tanlu.roadmap.situation import discount_rate
from tanlu.units.ratio import KWH_PER_MWH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.kernel.activity import Record
    from tanlu.kernel.plan import BaseYear, EndUseFact

_TEXTS = ("type_text", "rating", "model", "note")
_MISMATCH = Fraction(11, 10)  # a list may exceed the meter by a tenth before it is said


def equipment(records: Iterable[Record]) -> list[EquipmentFact]:
    """Return the lines of the equipment list."""

    def number(record: Record, name: str) -> Fraction | None:
        text = record.fields.get(name)
        return None if text is None else Fraction(text)

    def whole(record: Record, name: str) -> int | None:
        found = number(record, name)
        return None if found is None else int(found)

    driven = _motor_efficiencies()
    return [
        EquipmentFact(
            site=record.fields.get("site") or "",
            kind=record.fields.get("type") or "",
            power_kw=number(record, "power_kw"),
            count=1 if (count := whole(record, "count")) is None else count,
            hours=number(record, "hours_per_year"),
            load=number(record, "load_fraction"),
            id=record.fields.get("equipment_id") or record.record_id,
            text=" ".join(record.fields.get(name) or "" for name in _TEXTS).strip(),
            poles=whole(record, "poles"),
            grade=record.fields.get("grade") or "",
            efficiency=number(record, "efficiency_fraction"),
            capacity_kva=number(record, "capacity_kva"),
            steam_t_per_h=number(record, "steam_t_per_h"),
            year=whole(record, "year_in_service"),
            motor_efficiency=driven.get(record.fields.get("type") or ""),
        )
        for record in records
        if record.kind is RecordKind.EQUIPMENT
    ]


def _motor_efficiencies() -> dict[str, Fraction]:
    """Return, by type of machine, the efficiency of its motor that the actions on it assume."""
    return {
        row["type"]: Fraction(str(row["given"]["efficiency_motor"]["value"]))
        for row in tables.read("equipment_action")
        if "efficiency_motor" in row["given"]
    }


def register(
    machines: Iterable[EquipmentFact],
    base: BaseYear,
    series: Mapping[str, Mapping[int, Fraction]],
) -> Register:
    """Return what the calculators make of the listed machines.

    Parameters
    ----------
    machines : iterable of EquipmentFact
        Lines of the equipment list.
    base : BaseYear
        Carriers with their energy content.
    series : mapping
        Scenario series: prices, and the discount rate of the base year.
    """
    prices = {}
    for carrier in base.carriers:
        points = series.get(f"price:{carrier.id}")
        if points and carrier.mwh_per_unit:
            prices[carrier.id] = points[min(points)] / (carrier.mwh_per_unit * KWH_PER_MWH)
    bench = Bench(load.calculators(), formulas(), load.engineering_units())
    found = options(
        machines,
        tables.read("equipment_action"),
        tables.read("measure"),
        bench=bench,
        prices=prices,
        discount_rate=discount_rate(series, base.year),
    )
    return Register(found)


def mismatches(known: Register, base: BaseYear, end_uses: Iterable[EndUseFact]) -> list[Finding]:
    """Return a warning where listed machines use more than the meter of their end use says."""
    energy = {carrier.id: carrier.mwh_per_unit for carrier in base.carriers}
    metered: dict[tuple[str, str, str], Fraction] = {}
    for fact in end_uses:
        kwh = fact.quantity * (energy.get(fact.carrier) or Fraction(0)) * KWH_PER_MWH
        metered[fact.site, fact.carrier, fact.end_use] = kwh
    listed: dict[tuple[str, str, tuple[str, ...]], dict[str, Fraction]] = {}
    for option in known.options:
        uses = tuple(option.measure["end_uses"] or ())
        key = (option.machine.site, option.measure["carrier"], uses)
        machines = listed.setdefault(key, {})
        machines[option.machine.id] = max(
            machines.get(option.machine.id, Fraction(0)), option.baseline
        )
    least: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
    for (site, carrier, uses), machines in sorted(listed.items()):
        meter = sum((metered.get((site, carrier, use), Fraction(0)) for use in uses), Fraction(0))
        total = sum(machines.values(), Fraction(0))
        place = site, ", ".join(sorted(machines))
        kept = least.get(place)
        if meter and total > meter * _MISMATCH and (kept is None or meter > kept[0]):
            least[place] = meter, total
    findings = []
    for (site, names), (meter, total) in least.items():
        facts = {
            "site": site,
            "machines": names,
            "listed": str(round(total / KWH_PER_MWH)),
            "metered": str(round(meter / KWH_PER_MWH)),
        }
        findings.append(Finding("BASELINE_MISMATCH", Outcome.WARN, facts=facts))
    return findings
