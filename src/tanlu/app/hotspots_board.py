"""The hotspots as a screen shows them: ranking, flows, drivers, intensity, measures that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tanlu.app import inventory_board
from tanlu.app.measures import Filter, measures_body
from tanlu.app.rankings import NO_DRIVERS, UNBACKED, hotspots_body
from tanlu.inventory.figures import ELECTRICITY, FigureKey, Measure
from tanlu.inventory.model import Basis
from tanlu.kernel.errors import TanluError
from tanlu.render.speech import words
from tanlu.report.sections.hotspots import LIMIT
from tanlu.report.sections.hotspots import hotspots as hotspot_sections
from tanlu.report.sections.intensity import intensity
from tanlu.report.source import Source, mass, percent
from tanlu.report.tree import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.report.tree import Block

_MOST_SOURCES, _MOST_MEASURES = 8, 4
_PARETO, _DRIVERS = "pareto", "drivers"


def board(desk: Desk, year: int, asked: Mapping[str, str], *, say: Say) -> dict[str, Any]:
    """Return the hotspots of a year.

    Parameters
    ----------
    desk : Desk
        The workspace.
    year : int
        Year ranked.
    asked : Mapping of str to str
        What the address says: ``basis`` and ``vs``, the year compared with.
    say : Say
        Language.
    """
    basis = Basis.LOCATION if asked.get("basis") == Basis.LOCATION else Basis.MARKET
    others = [one for one in desk.years() if one != year]
    vs = inventory_board.compared_year(desk.years(), year, asked.get("vs", ""))
    source = _source(desk, year, vs, basis, say)
    flows = inventory_board.flows(source, desk.taken(year), basis)
    blocks = _blocks(source, year, vs, basis)
    years = [desk.source(one) for one in (*others, year)]
    return {
        "year": year,
        "basis": basis.value,
        "vs": vs,
        "others": [(one, str(one)) for one in others],
        "ranking": [block for block in blocks if _is(block, _PARETO)] + ([flows] if flows else []),
        "drivers": [block for block in blocks if not _is(block, _PARETO)],
        "intensity": [b for section in intensity(years) for b in section.blocks],
        "suggestions": _suggestions(desk, source, say),
    }


def screen_figure(desk: Desk, figure: str, *, year: int, say: Say) -> Figure | None:
    """Return a chart of this screen by its id, as a download asks for it; None for any other."""
    kind, *parts = figure.split("-")
    if kind not in (_PARETO, _DRIVERS) or not parts or parts[0] not in tuple(Basis):
        return None
    vs = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
    basis = Basis(parts[0])
    blocks = _blocks(_source(desk, year, vs, basis, say), year, vs, basis)
    found = (block for block in blocks if isinstance(block, Figure) and block.id == figure)
    return next(found, None)


def _is(block: Block, kind: str) -> bool:
    return isinstance(block, Figure) and block.id.startswith(kind)


def _source(desk: Desk, year: int, vs: int | None, basis: Basis, say: Say) -> Source:
    """Return the payload of the year with the ranking and the drivers asked for."""

    def make() -> dict[str, Any]:
        now = desk.taken(year)
        before = desk.taken(vs) if vs is not None else None
        try:
            return hotspots_body(desk.workspace, now, before, basis=basis, say=say)
        except TanluError as error:
            if error.code not in NO_DRIVERS:
                raise
            why = {"code": error.code, "facts": error.facts}
            plain = hotspots_body(desk.workspace, now, None, basis=basis, say=say)
            return plain | {"no_drivers": why}

    found = desk.kept(("hotspots", year, vs, basis, say.lang), make)
    payload: Any = {**desk.payload(year), "hotspots": found}
    return Source(payload)


def _blocks(source: Source, year: int, vs: int | None, basis: Basis) -> list[Block]:
    """Return ranking and drivers, with ids that say which method and year they are of."""
    ids = {_PARETO: f"{_PARETO}-{basis.value}", _DRIVERS: f"{_DRIVERS}-{basis.value}-{vs}"}
    blocks = [block for section in hotspot_sections(source) for block in section.blocks]
    return [
        replace(block, id=ids[block.id]) if isinstance(block, Figure) and block.id in ids else block
        for block in blocks
        if getattr(block, "id", "") != "sankey"
    ]


def _suggestions(desk: Desk, source: Source, say: Say) -> list[dict[str, Any]]:
    """Return the sources within the 80 % line, each with measures of the catalogue that fit."""
    sector = desk.workspace.settings.sector
    found = source.payload.get("hotspots")
    every = found["pareto"] if found else []
    told: dict[str, dict[str, Any]] = {}
    for bar in (bar for bar in every if bar["cumulative"] - bar["share"] < LIMIT):
        name = words(source.item(bar["item"]), say)
        fresh = {"item": bar["item"], "name": name, "t": 0.0, "share": 0.0}
        one = told.setdefault(bar["item"], fresh)
        one["t"] += bar["co2e_t"]
        one["share"] += bar["share"]
    for one in told.values():
        one["measures"] = _fitting(one["item"], sector, say)
        one["figure"] = _figure(source.year, one["item"], bars=every)
    return [
        one | {"shown": words(mass(one["t"]), say), "part": words(percent(one["share"]), say)}
        for one in list(told.values())[:_MOST_SOURCES]
    ]


def _figure(year: int, item: str, *, bars: list[Any]) -> str:
    """Return the figure of a source at all sites; none where the ranking names some apart."""
    named = [bar["item"] for bar in bars if bar["cumulative"] - bar["share"] < LIMIT]
    every = [bar["item"] for bar in bars]
    whole = named.count(item) == every.count(item) and item not in (ELECTRICITY, UNBACKED)
    return FigureKey(year, Measure.TOTAL, Basis.MARKET, item=item).id if whole else ""


def _fitting(item: str, sector: str, say: Say) -> list[dict[str, Any]]:
    try:
        rows = measures_body(Filter(sector=sector, carrier=item), say=say)["measures"]
    except TanluError:  # nothing of the catalogue saves this carrier
        return []
    return [{"id": row["id"], "name": row["label"]} for row in rows[:_MOST_MEASURES]]
