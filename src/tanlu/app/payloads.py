"""The inventory as the contract's JSON: the same figures for CLI, report and Python."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.app.findings import finding_bodies
from tanlu.app.references import items_by_id
from tanlu.catalog import load
from tanlu.inventory.figures import FigureKey, Measure
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.ledger import RESIDUAL
from tanlu.inventory.model import Basis, tonnes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from tanlu.app.inventories import TakenInventory
    from tanlu.factors.model import Factor
    from tanlu.i18n.say import Say
    from tanlu.inventory.model import Both, Inventory, Line, Part

_TOP = 8
_MEASURES = {1: Measure.SCOPE1, 2: Measure.SCOPE2, 3: Measure.SCOPE3}


def number(value: Decimal | Fraction | int | None) -> float | int | None:
    """Return a plain JSON number; missing stays missing."""
    if value is None:
        return None
    if value == int(value):
        return int(value)
    return float(value)


def inventory_body(taken: TakenInventory, say: Say) -> dict[str, Any]:
    """Return the inventory in the shape of the contract.

    Every total is in tonnes, exact to the milligram; None is unknown, never zero.
    """
    inventory = taken.inventory
    return {
        "year": inventory.year,
        "total_t": _both(inventory.total),
        "scope1_t": number(inventory.scope1.t),
        "scope2_t": _both(inventory.scope2),
        "scope3_t": number(inventory.scope3.t),
        "scope3": {
            category: number(amount.t)
            for category, amount in sorted(
                inventory.scope3_by_category.items(), key=lambda kv: int(kv[0])
            )
        },
        "by_site": _by_site(inventory),
        "by_gas_t": _gases(inventory, Basis.MARKET),
        "by_gas_location_t": _gases(inventory, Basis.LOCATION),
        "by_item": _by_item(inventory),
        "iso14064_t": {str(c): number(both.market.t) for c, both in sorted(inventory.iso.items())},
        "iso14064_location_t": {
            str(c): number(both.location.t) for c, both in sorted(inventory.iso.items())
        },
        "biogenic_t": number(tonnes(inventory.biogenic_mg)),
        "coverage": _coverage(taken),
        "uncertainty": _uncertainty(taken),
        "energy": _energy(taken),
        "intensity": _intensity(inventory),
        "flows": _flows(inventory.parts),
        "lines": [_line(line) for line in inventory.lines],
        "greenpower": greenpower_rows(taken),
        "allocation_rounding_t": number(tonnes(inventory.allocation_rounding_mg)),
        "profile": taken.profile.id,
        "gwp": taken.profile.gwp_set,
        "as_of": taken.as_of.isoformat(),
        "figures": _figures(inventory),
        "findings": finding_bodies(taken.findings, say),
        "run": {
            "id": taken.run_id,
            "hash": taken.run_hash,
            "ledger_head": taken.ledger_head,
            "book_hash": taken.book.hash,
            "engine": taken.calculation.engine,
        },
    }


def _both(both: Both) -> dict[str, float | int | None]:
    return {"location": number(both.location.t), "market": number(both.market.t)}


def _gases(inventory: Inventory, basis: Basis) -> dict[str, float | int | None]:
    return {gas: number(tonnes(mg)) for gas, mg in sorted(inventory.by_gas_mg[basis].items())}


def _sum(parts: Iterable[Part], basis: Basis) -> float | int | None:
    known = [mg for part in parts if (mg := part.amounts.of(basis).co2e_mg) is not None]
    return number(tonnes(sum(known))) if known else None


def _by_site(inventory: Inventory) -> list[dict[str, Any]]:
    by_site: dict[str, list[Part]] = defaultdict(list)
    for part in inventory.parts:
        by_site[part.site].append(part)
    rows = []
    for site, parts in sorted(by_site.items()):
        scope = {n: [part for part in parts if part.scope == n] for n in (1, 2, 3)}
        rows.append(
            {
                "site": site,
                "scope1_t": _sum(scope[1], Basis.LOCATION),
                "scope2_location_t": _sum(scope[2], Basis.LOCATION),
                "scope2_market_t": _sum(scope[2], Basis.MARKET),
                "scope3_t": _sum(scope[3], Basis.LOCATION),
                "total_t": {b.value: _sum(parts, b) for b in Basis},
                "figure": FigureKey(inventory.year, Measure.TOTAL, Basis.MARKET, site=site).id,
            }
        )
    return rows


def _by_item(inventory: Inventory) -> list[dict[str, Any]]:
    items = items_by_id()
    grouped: dict[tuple[str, int], list[Part]] = defaultdict(list)
    for part in inventory.parts:
        grouped[part.item, part.scope].append(part)
    rows = []
    for (item, scope), parts in sorted(grouped.items()):
        known = items.get(item)
        rows.append(
            {
                "item": item,
                "name_zh": known.name_zh if known else item,
                "name_en": known.name_en if known else item,
                "scope": str(scope),
                "category": parts[0].category,
                "co2e_t": _sum(parts, Basis.MARKET),
                "location_t": _sum(parts, Basis.LOCATION),
                "market_t": _sum(parts, Basis.MARKET),
                "figure": _item_figure(inventory.year, item, scope=scope),
            }
        )
    return rows


def _item_figure(year: int, item: str, *, scope: int) -> str | None:
    """Return the id of an item's figure; an item of no known scope has none."""
    measure = _MEASURES.get(scope)
    return None if measure is None else FigureKey(year, measure, Basis.MARKET, item=item).id


def _coverage(taken: TakenInventory) -> dict[str, Any]:
    coverage = taken.inventory.coverage
    return {
        "rows": coverage.rows,
        "ok": coverage.ok,
        "by_status": dict(sorted(coverage.by_status.items())),
        "quarantined": coverage.by_status.get("QUARANTINED", 0),
        "complete": coverage.is_complete,
        "reasons": [
            {"code": reason.code, "facts": dict(reason.facts)} for reason in coverage.reasons
        ],
        "lines": coverage.lines,
        "lines_ok": coverage.lines_ok,
        "unexplained_cny": number(coverage.unexplained_cny),
        "evidence": dict(coverage.evidence),
        "silent_sites": list(coverage.silent_sites),
        "missing_months": sum(len(row.missing) for row in coverage.grid),
        "grid": [
            {
                "site": row.site,
                "item": row.item,
                "months": ["measured" if filled else "missing" for filled in row.months],
            }
            for row in coverage.grid
        ],
    }


def _uncertainty(taken: TakenInventory) -> dict[str, Any] | None:
    result = taken.uncertainty
    if result is None:
        return None
    market = result.columns["market"]
    return {
        "low_t": market.low_t,
        "high_t": market.high_t,
        "level": result.level,
        "draws": result.draws,
        "seed": result.seed,
        "columns": {
            name: {
                "mean_t": c.mean_t, "sd_t": c.sd_t, "low_t": c.low_t, "high_t": c.high_t,
                "analytic_sd_t": c.analytic_sd_t,
                "agrees": None if c.analytic_sd_t is None else c.is_checked,
            }
            for name, c in result.columns.items()
        },
        "top": [
            {"id": s.source, "kind": s.kind, "share": s.share, "name": _words(s.source, taken)}
            for s in result.top[:_TOP]
        ],
    }  # fmt: skip


def _words(source: str, taken: TakenInventory) -> dict[str, str]:
    """Return the words for what a share of the variance comes from."""
    factors = {use.factor.id: use.factor for use in taken.book.resolved}
    factor = factors.get(source) or taken.line_factors.get(source)
    item = items_by_id().get(factor.item) if factor else None
    if item is not None:
        return {"zh": item.name_zh, "en": item.name_en}
    line = next((row for row in taken.inventory.lines if row.factor_id == source), None)
    own = " · ".join(part for part in (line.name, line.supplier) if part) if line else source
    return {"zh": own, "en": own}


def _energy(taken: TakenInventory) -> dict[str, Any]:
    energy = taken.inventory.energy
    power = taken.inventory.green_power
    return {
        "tce_calorific": number(energy.tce_calorific),
        "tce_equivalent": number(energy.tce_equivalent),
        "gj": number(energy.gj),
        "electricity_kwh": power.purchased_u / MILLION if power else None,
        "not_counted": list(energy.not_counted),
    }


def _intensity(inventory: Inventory) -> dict[str, Any] | None:
    by_name = {row.output: row for row in inventory.intensity}
    value, units = by_name.get("output_value"), by_name.get("units")
    if value is None and units is None:
        return None
    ten_thousand = 10**4
    return {
        "output_cny": number(value.amount) if value else None,
        "output_unit": value.unit if value else None,
        "tco2e_per_10k_cny": number(value.market * ten_thousand)
        if value and value.market
        else None,
        "location_per_10k_cny": (
            number(value.location * ten_thousand) if value and value.location else None
        ),
        "units": number(units.amount) if units else None,
        "tco2e_per_unit": number(units.market) if units else None,
    }


def _flows(parts: Iterable[Part]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str, int], int] = defaultdict(int)
    for part in parts:
        mg = part.amounts.market.co2e_mg
        if mg and mg > 0:
            sums[part.site, part.item, part.scope] += mg
    return [
        {"site": site, "item": item, "scope": str(scope), "co2e_t": number(tonnes(mg))}
        for (site, item, scope), mg in sorted(sums.items())
    ]


def _line(line: Line) -> dict[str, Any]:
    return {
        "record": line.record_id,
        "category": line.category,
        "site": line.site or None,
        "item": line.item or None,
        "name": line.name,
        "supplier": line.supplier or None,
        "basis": line.basis.value,
        "status": line.status.value,
        "quantity": number(line.quantity),
        "unit": line.unit,
        "factor": line.factor_id or None,
        "co2e_t": number(tonnes(line.co2e_mg)),
        "spend_cny": number(line.spend_cny),
        "steps": dict(line.steps),
    }


def greenpower_rows(taken: TakenInventory) -> list[dict[str, Any]]:
    """Return the green-power ledger by site: where each kWh of the year went."""
    ledger = taken.inventory.green_power
    if ledger is None:
        return []
    kwh: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for a in ledger.allocations:
        if a.is_purchased:
            kwh[a.site]["purchased"] += a.kwh_u
            kwh[a.site][a.kind] += a.kwh_u
        else:
            kwh[a.site]["unbacked"] += a.kwh_u
    for site, amount in ledger.self_used_u.items():
        kwh[site]["pv_self"] += amount
    for name, unused in (("surplus", ledger.surplus), ("rejected", ledger.rejected)):
        for part in unused:
            kwh[part.site][name] += part.kwh_u or 0

    def row(site: str, amounts: Mapping[str, int]) -> dict[str, Any]:
        names = {
            "purchased_kwh": "purchased", "pv_self_kwh": "pv_self", "unbacked_kwh": "unbacked",
            "green_kwh": "ppa", "certificates_kwh": "gec", "supplier_mix_kwh": "supplier_mix",
            "residual_kwh": RESIDUAL, "surplus_kwh": "surplus", "rejected_kwh": "rejected",
        }  # fmt: skip
        return {
            "site": site,
            **{out: amounts.get(name, 0) / MILLION for out, name in names.items()},
        }

    return [row(site, amounts) for site, amounts in sorted(kwh.items())]


def _figures(inventory: Inventory) -> dict[str, str]:
    year = inventory.year
    keys = {
        "total_t.location": FigureKey(year, Measure.TOTAL, Basis.LOCATION),
        "total_t.market": FigureKey(year, Measure.TOTAL, Basis.MARKET),
        "scope1_t": FigureKey(year, Measure.SCOPE1),
        "scope2_t.location": FigureKey(year, Measure.SCOPE2, Basis.LOCATION),
        "scope2_t.market": FigureKey(year, Measure.SCOPE2, Basis.MARKET),
        "scope3_t": FigureKey(year, Measure.SCOPE3),
    }
    for category in inventory.scope3_by_category:
        keys[f"scope3.{category}"] = FigureKey(year, Measure.SCOPE3, category=category)
    return {field: key.id for field, key in keys.items()}


def factors_used(taken: TakenInventory) -> list[dict[str, Any]]:
    """Return every factor edition behind the inventory, with its publication."""
    used = {use.factor.id: use.factor for use in taken.book.resolved if _is_used(use.rid, taken)}
    for line in taken.inventory.lines:
        if line.factor_id in taken.line_factors:
            used[line.factor_id] = taken.line_factors[line.factor_id]
    residual = taken.inventory.green_power
    if residual and residual.residual_factor_id:
        known = {use.factor.id: use.factor for use in taken.book.resolved}
        if residual.residual_factor_id in known:
            used[residual.residual_factor_id] = known[residual.residual_factor_id]
    return [factor_body(factor) for _, factor in sorted(used.items())]


def _is_used(rid: int, taken: TakenInventory) -> bool:
    return any(row.rid == rid for row in taken.calculation.summary)


def plain(value: Fraction) -> str:
    """Return a factor with nine digits and no exponent."""
    return f"{Decimal(f'{float(value):.9g}'):f}"


def factor_body(factor: Factor) -> dict[str, Any]:
    """Return a factor with its edition, publication and place in it."""
    source = load.sources().get(factor.source, {})
    title = source.get("title") or {"zh": factor.source, "en": factor.source}
    gas, value = min(factor.gases.items(), key=lambda pair: (pair[0] != "CO2", pair[0]))
    return {
        "id": factor.id,
        "item": factor.item,
        "region": factor.key,
        "value": plain(value),
        "unit": f"kg{gas}/{factor.unit}",
        "edition": factor.factor_set,
        "document": factor.document_no or source.get("document_no") or "",
        "locator": factor.locator,
        "level": factor.level.name.lower(),
        "quality": factor.quality.value,
        "title": title["zh"],
        "title_en": title["en"],
        "source": factor.source,
        "gases": {name: float(amount) for name, amount in sorted(factor.gases.items())},
    }
