"""What a report adds to the figures: statements, gases, base year, changes, approaches, GWP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import statements
from tanlu.app.inventories import InventoryOptions, take_inventory, years_with_rows
from tanlu.app.payloads import factors_used, number
from tanlu.app.references import items_by_id
from tanlu.catalog import load, tables
from tanlu.factors.gas import BIOGENIC, UNSPLIT
from tanlu.inventory.direct import direct_by_gas
from tanlu.inventory.model import tonnes
from tanlu.kernel.periods import year_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.app.inventories import TakenInventory
    from tanlu.storage import Workspace

_DIRECT = 1  # scope
_MONTHS = 12
_MG_PER_T = 10**9


def disclosure_body(
    workspace: Workspace,
    taken: TakenInventory,
    before: TakenInventory | None,
    *,
    target_base_years: Sequence[int] = (),
) -> dict[str, Any]:
    """Return the parts of the report's payload that no command prints by itself.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    taken, before : TakenInventory
        Inventories of the year and of the year before, where the ledger has it.
    target_base_years : sequence of int
        Base years of the targets: where they agree, they are the inventory's, unless another
        is stated.
    """
    told = statements.stated(workspace)
    agreed = {*target_base_years}
    is_stated = told["base_year"] is not None
    base_year = told["base_year"] or (agreed.pop() if len(agreed) == 1 else None)
    known = {one.inventory.year: one for one in (taken, before) if one is not None}
    factors = factors_used(taken)
    return {
        "statements": told["statements"],
        "exclusions": told["exclusions"],
        "scope3_categories": _categories(),
        "direct": _direct(taken),
        "has_biogenic": any(BIOGENIC in factor["gases"] for factor in factors),
        "gwp_used": _gwp_used(factors, taken.profile.gwp_set),
        "base": _base(workspace, base_year, known) | {"is_stated": is_stated}
        if base_year
        else None,
        "factor_changes": None if before is None else _changed(factors_used(before), factors),
        "approaches": _approaches(taken),
        "is_reviewed": is_reviewed(workspace, taken.inventory.year),
    }


def _categories() -> list[dict[str, Any]]:
    rows = sorted(tables.read("scope3_category"), key=lambda row: int(row["id"]))
    return [{"category": str(row["id"]), "iso": int(row["iso_category"])} for row in rows]


def _direct(taken: TakenInventory) -> list[dict[str, Any]]:
    found = direct_by_gas(
        taken.calculation.summary,
        direct_items={item.id for item in items_by_id().values() if item.scope == _DIRECT},
        gases_of=lambda rid: taken.book.factor(rid).factor.gases,
        gwp=load.gwp()[taken.profile.gwp_set],
    )
    return [
        {
            "gas": amount.gas,
            "co2e_t": number(tonnes(amount.co2e_mg)),
            "mass_t": None if amount.mass_mg is None else float(amount.mass_mg / _MG_PER_T),
        }
        for amount in found
    ]


def _gwp_used(factors: Sequence[Mapping[str, Any]], gwp_set: str) -> list[dict[str, Any]]:
    """Return the GWP of every gas of the factors used, with its publication and table."""
    used = {gas for factor in factors for gas in factor["gases"]} - {UNSPLIT, BIOGENIC}
    values = load.gwp()[gwp_set]
    rows = {row["id"]: row for name in ("gwp", "gwp_blend") for row in tables.read(name)}
    body = []
    for gas in sorted(used):
        row = rows.get(gas)
        source = load.sources().get(row["source"], {}) if row else {}
        title = source.get("title") or {"zh": "", "en": ""}
        body.append(
            {
                "gas": gas,
                "value": str(values[gas]) if gas in values else None,
                "set": gwp_set,
                "title": title["zh"],
                "title_en": title["en"],
                "locator": _table(row["locator"], gwp_set) if row else "",
            }
        )
    return body


def _table(locator: str, gwp_set: str) -> str:
    """Return the part of a locator that is of one set; the whole where none names it."""
    parts = [part.strip() for part in locator.split(";")]
    return next((part for part in parts if part.startswith(gwp_set)), locator)


def _base(workspace: Workspace, year: int, known: Mapping[int, TakenInventory]) -> dict[str, Any]:
    """Return the base-year inventory; without rows of that year its totals are missing."""
    found = known.get(year)
    if found is None and year in years_with_rows(workspace):
        found = take_inventory(workspace, year, options=InventoryOptions(with_uncertainty=False))
    if found is None:
        return {"year": year, "totals": None}
    inventory = found.inventory
    return {
        "year": year,
        "totals": {
            "scope1": number(inventory.scope1.t),
            "scope2_location": number(inventory.scope2.location.t),
            "scope2_market": number(inventory.scope2.market.t),
            "scope3": number(inventory.scope3.t),
            "location": number(inventory.total.location.t),
            "market": number(inventory.total.market.t),
        },
        "is_complete": inventory.coverage.is_complete,
    }


def _changed(
    before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the factors of an item and region that are others than the year before."""
    earlier: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for factor in before:
        earlier.setdefault(_use(factor), []).append(factor)
    known = {factor["id"] for factor in before}
    body = []
    for factor in now:
        olds = earlier.get(_use(factor), [])
        if factor["id"] in known or len(olds) != 1:
            continue
        old = olds[0]
        body.append(
            {
                "item": factor["item"], "region": factor["region"], "unit": factor["unit"],
                "before": old["value"], "before_id": old["id"],
                "now": factor["value"], "now_id": factor["id"],
            }
        )  # fmt: skip
    return body


def _use(factor: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what a factor is used for: item, region, unit and, for power, the definition."""
    definition = factor["id"].split(":")[2:3] if factor["item"] == "electricity" else [""]
    return factor["item"], factor["region"], f"{factor['unit']} {''.join(definition)}"


def _approaches(taken: TakenInventory) -> list[dict[str, str]]:
    """Return how each kind of source is quantified: source kinds, and bases of scope 3 lines."""
    kinds = {
        (str(part.scope), part.category, "")
        for part in taken.inventory.parts
        if part.scope in (1, 2) and part.amounts.market.co2e_mg is not None
    }
    lines = {
        ("3", line.category, line.basis.value)
        for line in taken.inventory.lines
        if line.co2e_mg is not None
    }
    chain = {
        ("3", part.category, "activity")
        for part in taken.inventory.parts
        if part.scope not in (1, 2)
        and part.amounts.market.co2e_mg is not None
        and not any(part.category == category for _, category, _ in lines)
    }
    listed = sorted(kinds | lines | chain, key=lambda one: (one[0], one[1].zfill(2), one[2]))
    return [{"scope": scope, "category": name, "basis": basis} for scope, name, basis in listed]


def is_reviewed(workspace: Workspace, year: int) -> bool:
    """Return whether a second person approved the close of every month of a year."""
    months = [m for m in workspace.closed_months() if year_of(m.ym) == year]
    closed = [m for m in months if m.state == "closed" and m.second and m.second != m.actor]
    return len(closed) == _MONTHS
