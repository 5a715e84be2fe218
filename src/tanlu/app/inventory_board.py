"""The inventory as a screen shows it: pivot, flows, two years, ISO categories, green power."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import access
from tanlu.app.inventory_pivot import ACROSS, DOWN, Cut, key_of, pivot, values_of
from tanlu.inventory.model import Basis, tonnes
from tanlu.kernel.errors import TanluError
from tanlu.render.speech import words
from tanlu.report.sections.hotspots import flow_figure
from tanlu.report.sections.results import results
from tanlu.report.sections.summary import coverage_words, unlike
from tanlu.report.sections.trust import coverage, greenpower, uncertainty
from tanlu.report.sections.years import Compared, years_compared
from tanlu.report.source import percent, share, text
from tanlu.report.tree import Kind, Kpi, Kpis, Paragraph, Text, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.inventories import TakenInventory
    from tanlu.app.inventory_pivot import Cell, Pivot
    from tanlu.i18n.say import Say
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Figure, Node

TABS = ("pivot", "change", "flows", "iso", "uncertainty", "greenpower", "coverage")
_FINER = {"scope": "category", "category": "item", "item": "site", "site": "item", "gas": "item"}
_UNSPLIT = "CO2e"


def read_cut(asked: Mapping[str, str]) -> Cut:
    """Return what the address of the page asks to look at; what it does not know is left out."""
    filters = {name: asked[name] for name in DOWN if name in asked}
    down = asked.get("by", "")
    across = asked.get("across", "")
    free = [name for name in DOWN if name not in filters]
    if down not in free:
        down = "category" if "category" in free else (free or ["item"])[0]
    usable = [name for name in ACROSS if name not in filters and name != down]
    if across not in usable:
        across = usable[0]
    basis = Basis.LOCATION if asked.get("basis") == Basis.LOCATION else Basis.MARKET
    return Cut(basis, down=down, across=across, filters=filters)


def held_to_sites(asked: Mapping[str, str], principal: Principal) -> dict[str, str]:
    """Return what is asked for, held to a site for somebody who sees no more than sites.

    Raises
    ------
    TanluError
        ``gate.denied`` for another site, and for tabs that hold the whole company.
    """
    mine = access.scope(principal)
    if mine is None:
        return dict(asked)
    held = {"site": mine[0] if mine else "", **asked}
    if held["site"] not in mine or asked.get("tab", "pivot") != "pivot":
        raise TanluError("gate.denied", action="view", role=principal.role)
    return held


def board(desk: Desk, year: int, asked: Mapping[str, str], *, tab: str, say: Say) -> dict[str, Any]:
    """Return one tab of the inventory.

    Parameters
    ----------
    desk : Desk
        The workspace.
    year : int
        Year of the inventory.
    asked : Mapping of str to str
        What the address says: ``basis``, ``by``, ``across``, ``vs`` and a filter by dimension.
    tab : str
        One of `TABS`.
    say : Say
        Language.

    Raises
    ------
    TanluError
        ``app.no-rows`` for a year without rows.
    """
    source, taken, cut = desk.source(year), desk.taken(year), read_cut(asked)
    body: dict[str, Any] = {
        "year": year,
        "tab": tab,
        "basis": cut.basis.value,
        "run": {"id": taken.run_id, "book": taken.book.hash[:12], "gwp": taken.profile.gwp_set},
        "cards": [_cards(taken, cut)],
        "told": list(coverage_words(source)),
        "blocks": [],
    }
    if tab == "pivot":
        return body | _pivot(source, taken, cut, say)
    if tab == "change":
        return body | _change(desk, year, asked, cut=cut, say=say)
    return body | {"blocks": _blocks(source, taken, cut.basis, tab)}


def screen_figure(desk: Desk, figure: str, *, year: int) -> Figure | None:
    """Return a chart of this screen by its id, as a download asks for it; None for any other."""
    kind, *parts = figure.split("-")
    if kind == "flows" and parts and parts[0] in tuple(Basis):
        return flows(desk.source(year), desk.taken(year), Basis(parts[0]))
    if kind == "years" and len(parts) == len(("vs", "basis", "by")) and parts[0].isdigit():
        basis = parts[1] if parts[1] in tuple(Basis) else Basis.MARKET
        return _years(desk, (int(parts[0]), year), read_cut({"basis": basis, "by": parts[2]}))
    return None


def _cards(taken: TakenInventory, cut: Cut) -> Kpis:
    """Return the totals of the company or of one site, with interval and what they cover."""
    basis = cut.basis
    site = {"site": cut.filters["site"]} if "site" in cut.filters else {}
    scopes: list[dict[str, str]] = [{}, {"scope": "1"}, {"scope": "2"}, {"scope": "3"}]
    names = (basis.value, "scope1", f"scope2_{basis.value}", "scope3")
    found = taken.uncertainty.columns if taken.uncertainty and not site else {}
    cards = []
    for where, name in zip(scopes, names, strict=True):
        cell = pivot(taken.inventory, Cut(basis, across="none", filters=where | site)).total
        interval = found.get(name)
        facts = {"ok": Value(Kind.COUNT, cell.n_ok), "n": Value(Kind.COUNT, cell.n)}
        context = text("web.inventory.covers", **facts)
        if interval:
            facts |= {
                "low": Value(Kind.MASS, interval.low_t),
                "high": Value(Kind.MASS, interval.high_t),
            }
            context = text("web.inventory.covers-interval", **facts)
        caption = text(f"web.inventory.card.{name}")
        tone = "" if cell.n == cell.n_ok else "warn"
        cards.append(Kpi(caption, Value(Kind.MASS, _float(cell), cell.figure), context, tone))
    return Kpis(tuple(cards))


def _float(cell: Cell) -> float | None:
    return None if cell.t is None else float(cell.t)


def _pivot(source: Source, taken: TakenInventory, cut: Cut, say: Say) -> dict[str, Any]:
    found = pivot(taken.inventory, cut)
    has_cover = "gas" not in (cut.down, cut.across, *cut.filters)
    occurring = values_of(taken.inventory, cut.basis, cut.filters)
    return {
        "cut": {"by": cut.down, "across": cut.across, "basis": cut.basis.value},
        "filters": [
            {
                "dimension": name,
                "title": say(f"web.inventory.dimension.{name}"),
                "value": value,
                "name": _named(source, name, value, say),
            }
            for name, value in cut.filters.items()
        ],
        "choices": {
            name: sorted(
                ((value, _named(source, name, value, say)) for value in occurring[name]),
                key=lambda pair: pair[1],
            )
            for name in DOWN
        },
        "downs": _dimensions([name for name in DOWN if name not in cut.filters], say),
        "acrosses": _dimensions(
            [name for name in ACROSS if name not in cut.filters and name != cut.down], say
        ),
        "title": say(f"web.inventory.dimension.{cut.down}"),
        "columns": [_named(source, cut.across, one, say) for one in found.columns],
        "rows": [_row(source, found, one, cut=cut, say=say) for one in found.rows],
        "total": _cell(found.total, say),
        "column_totals": [_cell(found.column_totals[one], say) for one in found.columns],
        "covers": _covers(found.total, say) if has_cover else "",
        "has_cover": has_cover,
    }


def _row(source: Source, found: Pivot, down: str, *, cut: Cut, say: Say) -> dict[str, Any]:
    whole = found.row_totals[down]
    part = share(_float(whole), _float(found.total))
    return {
        "name": _named(source, cut.down, down, say),
        "drill": _drill(cut, down),
        "cells": [
            _cell(found.cells[down, one], say) if (down, one) in found.cells else None
            for one in found.columns
        ],
        "total": _cell(whole, say),
        "share": words(percent(part), say),
        "covers": _covers(whole, say),
        "is_complete": whole.n == whole.n_ok,
    }


def _drill(cut: Cut, value: str) -> dict[str, str] | None:
    """Return the query that opens a row into its parts; None where nothing is left to open."""
    filters = {**cut.filters, cut.down: value}
    wanted = _FINER[cut.down]
    free = [name for name in (wanted, "category", "item", "site", "gas") if name not in filters]
    return {cut.down: value, "by": free[0]} if free else None


def _cell(cell: Cell, say: Say) -> dict[str, str]:
    return {"text": words(Value(Kind.TONNES, _float(cell)), say), "figure": cell.figure}


def _covers(cell: Cell, say: Say) -> str:
    return say("web.inventory.rows", ok=say.count(cell.n_ok), n=say.count(cell.n))


def _dimensions(names: Iterable[str], say: Say) -> list[tuple[str, str]]:
    return [(name, say(f"web.inventory.dimension.{name}")) for name in names]


def _named(source: Source, dimension: str, value: str, say: Say) -> str:
    return words(_name(source, dimension, value), say)


def _name(source: Source, dimension: str, value: str) -> Node:
    if dimension == "site":
        return source.site(value)
    if dimension == "item":
        return source.item(value) if value else Text("web.trace.no-item")
    if dimension == "scope":
        return Text(f"report.scope.short-{value}")
    if dimension == "category":
        return Text(f"report.{'category' if value.isdigit() else 'source'}.{value or 'unknown'}")
    return Text("report.gas.unsplit") if value == _UNSPLIT else value


def _change(
    desk: Desk, year: int, asked: Mapping[str, str], *, cut: Cut, say: Say
) -> dict[str, Any]:
    others = [one for one in desk.years() if one != year]
    if not others:
        alone = Paragraph(text("web.inventory.one-year"), "hint")
        return {"others": [], "vs": None, "blocks": [alone], "downs": [], "by": ""}
    vs = compared_year(others, year, asked.get("vs", "")) or others[-1]
    source = desk.source(year)
    previous = source.inventory.get("previous")
    told = unlike(source) if previous and previous["year"] == vs else ()
    return {
        "others": [(one, str(one)) for one in others],
        "vs": vs,
        "by": cut.down,
        "downs": _dimensions(DOWN, say),
        "blocks": [*told, _years(desk, (vs, year), cut)],
    }


def compared_year(years: Iterable[int], year: int, wanted: str) -> int | None:
    """Return the year to compare with: the one asked for, else the year before, else another."""
    others = [one for one in years if one != year]
    if wanted.isdigit() and int(wanted) in others:
        return int(wanted)
    earlier = [one for one in others if one < year]
    return next(iter(reversed(earlier or others)), None)


def _years(desk: Desk, years: tuple[int, int], cut: Cut) -> Figure:
    whole = Cut(cut.basis, down=cut.down, across="none")
    before, now = (pivot(desk.taken(year).inventory, whole) for year in years)
    source = desk.source(years[1])

    def compared(name: Node, cells: tuple[Cell | None, Cell | None], **where: str) -> Compared:
        figures = [key_of(year, cut.basis, where).id for year in years]
        amounts = [None if cell is None else _float(cell) for cell in cells]
        return Compared(name, amounts[0], amounts[1], figures[0], figures[1])

    parts = [
        compared(
            _name(source, cut.down, one),
            (before.row_totals.get(one), now.row_totals.get(one)),
            **{cut.down: one},
        )
        for one in dict.fromkeys((*now.rows, *before.rows))
    ]
    total = compared(text("report.word.total"), (before.total, now.total))
    figure_id = f"years-{years[0]}-{cut.basis.value}-{cut.down}"
    (figure,) = years_compared(figure_id, parts, total, years=years).blocks
    return figure  # type: ignore[return-value]  # the section holds one chart


def flows(source: Source, taken: TakenInventory, basis: Basis) -> Figure | None:
    """Return the Sankey of the inventory by one method; None where nothing flows."""
    sums: dict[tuple[str, str, int], int] = {}
    for part in taken.inventory.parts:
        mg = part.amounts.of(basis).co2e_mg
        if mg and mg > 0:
            key = part.site, part.item, part.scope
            sums[key] = sums.get(key, 0) + mg
    if not sums:
        return None
    told = [
        {"site": site, "item": item, "scope": str(scope), "co2e_t": float(tonnes(mg) or 0)}
        for (site, item, scope), mg in sorted(sums.items())
    ]
    return flow_figure(source, told, id=f"flows-{basis.value}", basis=basis)  # type: ignore[arg-type]


def _blocks(source: Source, taken: TakenInventory, basis: Basis, tab: str) -> list[Block]:
    if tab == "flows":
        figure = flows(source, taken, basis)
        return [figure] if figure else []
    if tab == "iso":
        wanted = ("iso", "gases")
        (section,) = results(source)
        return [block for block in section.blocks if getattr(block, "id", "") in wanted]
    sections = {"uncertainty": uncertainty, "greenpower": greenpower, "coverage": coverage}
    if tab not in sections:
        raise TanluError("gate.not-found", place=tab)
    return [block for section in sections[tab](source) for block in section.blocks]
