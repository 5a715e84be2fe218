"""Direct emissions by gas, biogenic CO2 and removals apart; the GWP behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.inventory.figures import Measure
from tanlu.report.source import TONNE, figures_column, text, tonnes, words_column
from tanlu.report.tree import Facts, Kind, Name, Row, Section, Table, Text, Value

if TYPE_CHECKING:
    from tanlu.report.payload import DirectGas
    from tanlu.report.source import Source
    from tanlu.report.tree import Node

KYOTO = ("CO2", "CH4", "N2O", "HFC", "PFC", "SF6", "NF3")
UNSPLIT = "CO2e"


def direct(source: Source) -> tuple[Section, ...]:
    """Return direct emissions by gas in t and in tCO2e; a gas nothing is known of has no value."""
    found = {row["gas"]: row for row in source.payload.get("direct") or ()}
    if not found:
        return ()
    listed = [*KYOTO, *(gas for gas in sorted(found) if gas not in KYOTO)]
    rows = [_gas(source, gas, found.get(gas)) for gas in listed]
    total = source.tonnes(source.inventory["scope1_t"], Measure.SCOPE1)
    rows.append(Row((text("report.word.total"), "", total, ""), strong=True))
    columns = (
        words_column("gas"),
        figures_column("gas-mass", text("report.unit.tonne")),
        figures_column("direct", TONNE),
        words_column("reason"),
    )
    gwp = str((source.payload.get("boundary") or {}).get("gwp", ""))
    note = text("report.note.direct", gwp=gwp)
    table = Table("direct-gases", text("report.table.direct"), columns, tuple(rows), note)
    return (Section("direct", text("report.section.direct"), (table, _biogenic(source))),)


def _gas(source: Source, gas: str, row: DirectGas | None) -> Row:
    name = text("report.gas.unsplit") if gas == UNSPLIT else text(f"report.gas.{gas}")
    if row is None:
        return Row((name, tonnes(None), tonnes(None), text("report.gas.absent")))
    reason = "" if row["mass_t"] is not None else text("report.gas.no-mass")
    value = source.tonnes(row["co2e_t"], Measure.SCOPE1, gas=gas)
    return Row((name, tonnes(row["mass_t"]), value, reason))


def _biogenic(source: Source) -> Facts:
    return Facts(
        (
            (text("report.fact.biogenic"), _biogenic_t(source)),
            (text("report.fact.biogenic-how"), text("report.biogenic.how")),
            (text("report.fact.removals"), text("report.removals.none")),
        )
    )


def _biogenic_t(source: Source) -> Node:
    """Return biogenic CO2; where no factor has any, that there is none to tell."""
    if not source.payload.get("has_biogenic"):
        return text("report.biogenic.none")
    return tonnes(source.inventory.get("biogenic_t"))


def gwp(source: Source) -> Section | None:
    """Return the GWP of each gas of the factors used, with its publication."""
    listed = source.payload.get("gwp_used")
    if not listed:
        return None
    rows = tuple(
        Row(
            (
                row["gas"],
                Value(Kind.EXACT, row["value"]),
                row["set"],
                Name(row["title"], row["title_en"]),
                row["locator"],
            )
        )
        for row in listed
    )
    columns = (
        words_column("gas"),
        figures_column("gwp"),
        words_column("edition"),
        words_column("document"),
        words_column("locator"),
    )
    table = Table("gwp", Text("report.table.gwp"), columns, rows, text("report.note.gwp"))
    return Section("gwp", text("report.section.gwp"), (table,))
