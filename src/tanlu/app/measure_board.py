"""The measures as a screen shows them: cards, one in full, several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, measures, own_measures, situations
from tanlu.app.findings import item_name
from tanlu.app.references import items_by_id
from tanlu.catalog import tables
from tanlu.kernel.plan import ENDS
from tanlu.measures.catalogue import EVERY_SECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.kernel.plan import EndUseFact

MOST_COMPARED = 6
_TEMPLATE = "template"
_CONTRACTS = "-"


def board(
    desk: Desk, wanted: measures.Filter, say: Say, *, sites: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return the cards of the catalogue that pass a filter, and what one may filter by.

    With ``sites`` only what concerns them is told of the company.

    Raises
    ------
    TanluError
        Those of `measures.measures_body`.
    """
    rows = measures.measures_body(wanted, say=say)["measures"]
    planned = _planned(desk, sites)
    sectors = sorted({row["sector"] for row in rows}, key=lambda name: (name == EVERY_SECTOR, name))
    every = measures.measures_body(measures.Filter(), say=say)["measures"]
    groups = [
        {
            "sector": sector,
            "title": sector_name(sector, say),
            "cards": [_card(row, planned, say) for row in rows if row["sector"] == sector],
        }
        for sector in sectors
    ]
    return {
        "groups": groups,
        "count": len(rows),
        "sectors": _options({row["sector"] for row in every} - {EVERY_SECTOR}, sector_name, say),
        "families": _options({row["family"] for row in every}, _family, say),
        "carriers": _options({row["carrier"] for row in every}, item_name, say),
        "uses": _options({u for row in every for u in row["end_uses"] or ()}, use_name, say),
    }


def _options(names: set[str], told: Any, say: Say) -> list[tuple[str, str]]:
    return sorted(((name, told(name, say)) for name in names), key=lambda pair: pair[1])


def sector_name(sector: str, say: Say) -> str:
    """Return the name of a sector."""
    if sector == EVERY_SECTOR:
        return say("web.measures.every-sector")
    rows = {str(row["id"]): row for row in tables.read("template_sector")}
    row = rows.get(sector)
    return say.pick(row["name_zh"], row["name_en"]) if row else sector


def use_name(use: str, say: Say) -> str:
    """Return the name of an end use."""
    row = {str(row["id"]): row for row in tables.read("end_use")}.get(use)
    return say.pick(row["name_zh"], row["name_en"]) if row else use


def _family(family: str, say: Say) -> str:
    return say(f"cli.family.{family}")


def _planned(desk: Desk, sites: Sequence[str] | None) -> dict[str, list[Mapping[str, Any]]]:
    """Return what the plan solved last builds, by measure."""
    if not desk.has_workspace:
        return {}
    plan = approvals.stored_plan(desk.workspace) or {}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in plan.get("adoptions") or ():
        if row["kind"] != "retirement" and (sites is None or row["site"] in sites):
            found.setdefault(row["measure"], []).append(row)
    return found


def _card(
    row: Mapping[str, Any], planned: Mapping[str, Sequence[Mapping[str, Any]]], say: Say
) -> dict[str, Any]:
    adopted = planned.get(row["id"], ())
    return {
        "id": row["id"],
        "label": row["label"],
        "family": row["family"],
        "family_name": _family(row["family"], say),
        "applies": _applies(row, say),
        "saving": _saving(row, say),
        "capex": _capex(row, say),
        "life": row["life_years"],
        "is_template": row["confidence"] == _TEMPLATE,
        "years": sorted({one["year"] for one in adopted}),
    }


def _applies(row: Mapping[str, Any], say: Say) -> str:
    names = [item_name(row["carrier"], say), *(use_name(u, say) for u in row["end_uses"] or ())]
    told = say.listed(names)
    if not row["carrier_to"]:
        return told
    return say("web.measures.to", before=told, after=item_name(row["carrier_to"], say))


def _saving(row: Mapping[str, Any], say: Say) -> str:
    low, typical, high = (say.percent(row[f"saving_{end}"]) for end in ENDS)
    return say("web.measures.range", low=low, typical=typical, high=high)


def _capex(row: Mapping[str, Any], say: Say) -> str:
    """Return the range of the investment in its unit; a contract has none."""
    if row["capex_unit"] == _CONTRACTS:
        return say.missing
    low, typical, high = (say.exact(f"{row[f'capex_{end}']:.12g}") for end in ENDS)
    return f"{say('web.measures.range', low=low, typical=typical, high=high)} {row['capex_unit']}"


def one(
    desk: Desk, measure: str, say: Say, *, sites: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return a measure in full: figures with their range and source, where it fits, what it pays.

    Raises
    ------
    TanluError
        ``measures.unknown``.
    """
    row = measures.measure_body(measure, say=say)["measures"][0]
    return {
        **_card(row, _planned(desk, sites), say),
        "facts": _facts(row, say),
        "note": say.pick(row["note_zh"] or "", row["note_en"] or ""),
        "source": f"{row['source']} · {row['locator']}",
        "places": _places(desk, row, say, sites),
        "plan": _economics(desk, measure, say, sites),
        "overrides": _overrides(desk, measure, say, sites),
    }


def compared(
    desk: Desk, names: Sequence[str], say: Say, *, sites: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return several measures side by side: one column each.

    Raises
    ------
    TanluError
        ``measures.unknown``.
    """
    rows = measures.compared_body(names[:MOST_COMPARED], say=say)["measures"]
    facts = [dict(_facts(row, say)) for row in rows]
    heads = list(dict.fromkeys(head for column in facts for head in column))
    cards = [_card(row, _planned(desk, sites), say) for row in rows]
    return {
        "measures": cards,
        "lines": [(head, [column.get(head, say.missing) for column in facts]) for head in heads],
    }


def _facts(row: Mapping[str, Any], say: Say) -> list[tuple[str, str]]:
    """Return what is assumed of a measure: heading and words."""
    rows = {str(other["id"]): other for other in tables.read("measure")}
    facts = [
        ("sector", sector_name(row["sector"], say)),
        ("family", _family(row["family"], say)),
        ("applies", _applies(row, say)),
        ("saving", _saving(row, say)),
        ("capex", _capex(row, say)),
        ("om", say("web.measures.om-share", share=say.percent(row["om_share"]))),
        ("life", say("web.measures.n-years", n=row["life_years"])),
        ("lead", say("web.measures.n-years", n=row["lead_years"])),
        ("rollout", say.percent(row["max_rollout"])),
    ]
    if row["perf_old"] and row["perf_new"]:
        pair = {"before": say.number(row["perf_old"]), "after": say.number(row["perf_new"])}
        facts.append(("performance", say("web.measures.to", **pair)))
    needed = [_named(name, rows, say) for name in row["requires"] or ()]
    facts.append(("requires", say.listed(needed) if needed else say("web.measures.nothing")))
    group = row["exclusive_group"]
    rivals = [
        _named(name, rows, say)
        for name, other in rows.items()
        if group and other["exclusive_group"] == group and name != row["id"]
    ]
    facts.append(("excludes", say.listed(rivals) if rivals else say("web.measures.nothing")))
    facts.append(("quality", say(f"cli.quality.{row['confidence']}")))
    return [(say(f"web.measures.fact.{name}"), text) for name, text in facts]


def _named(name: str, rows: Mapping[str, Mapping[str, Any]], say: Say) -> str:
    row = rows.get(name)
    return say.pick(row["name_zh"], row["name_en"]) if row else name


def _places(
    desk: Desk, row: Mapping[str, Any], say: Say, sites: Sequence[str] | None
) -> list[dict[str, str]]:
    """Return the sites whose inventory uses what a measure acts on, with the amount a year."""
    if not desk.has_workspace or not desk.years():
        return []
    uses = set(row["end_uses"] or ())
    sums: dict[str, Fraction] = {}
    for fact in _end_uses(desk):
        if fact.carrier == row["carrier"] and (not uses or fact.end_use in uses):
            sums[fact.site] = sums.get(fact.site, 0 * fact.quantity) + fact.quantity
    names = site_names(desk, say)
    unit = items_by_id()[row["carrier"]].unit if sums else ""
    return [
        {"site": names.get(site, site), "amount": f"{say.number(float(amount))} {unit}"}
        for site, amount in sorted(sums.items(), key=lambda pair: -pair[1])
        if amount and (sites is None or site in sites)
    ]


def _end_uses(desk: Desk) -> tuple[EndUseFact, ...]:
    def make() -> tuple[EndUseFact, ...]:
        return situations.end_uses(desk.workspace, desk.taken(desk.years()[-1]))

    return desk.kept("end-uses", make)


def site_names(desk: Desk, say: Say) -> dict[str, str]:
    """Return the names of the sites in a language."""
    if not desk.has_workspace:
        return {}
    return {site.id: say.pick(site.id, site.name_en) for site in desk.workspace.sites()}


def _economics(
    desk: Desk, measure: str, say: Say, sites: Sequence[str] | None
) -> list[dict[str, str]]:
    """Return what the plan solved last builds of a measure, with its cost a tonne."""
    if not desk.has_workspace:
        return []
    plan = approvals.stored_plan(desk.workspace) or {}
    costs = {row["measure"]: row for row in plan.get("macc") or ()}
    names = site_names(desk, say)
    found = []
    for row in plan.get("adoptions") or ():
        if row["measure"] != measure or row["kind"] == "retirement":
            continue
        if sites is not None and row["site"] not in sites:
            continue
        cost = (costs.get(row["id"]) or {}).get("cost_per_t")
        capex, abated = row["capex"], row["abatement_t_total"]
        found.append(
            {
                "site": names.get(row["site"], row["site"]),
                "year": str(row["year"]),
                "capex": say.missing if capex is None else say.money(capex),
                "abatement": say.missing if abated is None else say.mass(abated),
                "cost": say.missing if cost is None else say.number(cost),
            }
        )
    return found


def _overrides(
    desk: Desk, measure: str, say: Say, sites: Sequence[str] | None
) -> list[dict[str, Any]]:
    if not desk.has_workspace:
        return []
    listed = own_measures.own_body(desk.workspace, say=say)["overrides"]
    pairs = ((row, str(row["id"]).partition("@")) for row in listed)
    return [
        row
        for row, (name, _, site) in pairs
        if name == measure and (sites is None or site in sites)
    ]
