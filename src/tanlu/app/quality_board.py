"""How good the data of a year are: months filled, evidence, a score and what lowers it, gaps."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.app import access, activity
from tanlu.app.activity_marks import read_marks
from tanlu.app.findings import item_name
from tanlu.app.gaps import Gap, find_gaps, write_gaps
from tanlu.kernel.activity import Quality
from tanlu.report.sections.trust import coverage, uncertainty
from tanlu.report.source import Source, figures_column, percent, text, words_column
from tanlu.report.tree import Column, Figure, Kind, Row, Table, Value
from tanlu.storage import browse

if TYPE_CHECKING:
    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.report.tree import Block

_LEDGER = [one.value for one in Quality]  # best first
_WORST = 4  # grades are 1 (measured) to 4
_TOP = 10


def board(desk: Desk, principal: Principal, year: int, *, say: Say) -> dict[str, Any]:
    """Return the page of a year: score, blocks of the report, gaps as tasks.

    Parameters
    ----------
    desk, principal : Desk, Principal
        The workspace, and who looks: one held to sites sees its sites alone.
    year : int
        Year of the inventory.
    say : Say
        Language.

    Returns
    -------
    dict
        ``score`` (None without a result), ``filled`` and ``expected`` months, ``charts``,
        ``tables``: blocks, ``tasks``: gaps with the address where each is closed.
    """
    found = body(desk, principal, year, say=say)
    source = _source(desk, principal, year)
    sites = access.scope(principal)
    blocks = _blocks(source, is_whole=sites is None)
    return found | {
        "charts": [block for block in blocks if isinstance(block, Figure)],
        "tables": [_lowering(found, source), *(b for b in blocks if not isinstance(b, Figure))],
        "silent": [] if sites is not None else list(source.inventory["coverage"]["silent_sites"]),
    }


def body(desk: Desk, principal: Principal, year: int, *, say: Say) -> dict[str, Any]:
    """Return the same as plain values, for the API."""
    sites = access.scope(principal)
    taken = desk.taken(year)
    grid = [one for one in taken.inventory.coverage.grid if sites is None or one.site in sites]
    gaps = desk.kept(("gaps", year), lambda: find_gaps(desk.workspace, taken))
    rows = activity.Asked(year=year)
    found = browse.chosen(
        activity.table(desk), activity.wanted(rows, principal, read_marks(desk), say=say)
    )
    names = {site.id: say.pick(site.id, site.name_en) for site in desk.workspace.sites()}
    filled = sum(sum(one.months) for one in grid)
    weights = _grades(desk, year, found, say=say)
    return {
        "year": year,
        "rows": found.num_rows,
        "evidence": {
            name or activity.UNKNOWN: count
            for name, count in browse.counted(found, "quality").items()
        },
        "filled_months": filled,
        "expected_months": sum(len(one.months) for one in grid),
        **weights,
        "gaps": [_task(one, names, say) for one in gaps if sites is None or one.site in sites],
    }


def gaps_workbook(desk: Desk, principal: Principal, year: int, *, say: Say) -> bytes:
    """Return the workbook of the missing months of the sites a person sees.

    Raises
    ------
    TanluError
        ``gaps.none``.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"gaps-{year}.xlsx"
        write_gaps(
            desk.workspace, year, target, say=say, taken=desk.taken(year),
            sites=access.scope(principal),
        )  # fmt: skip
        return target.read_bytes()


def _grades(desk: Desk, year: int, found: Any, *, say: Say) -> dict[str, Any]:
    """Return the mean grade of the evidence, by emissions, and the sources that lower it most.

    Notes
    -----
    Grades follow the order of `Quality`: 1 measured, 2 invoiced, 3 estimated, 4 stand-in or not
    stated. A source's grade is the mean of its rows; the score is the mean of the sources,
    weighted by what they emit (market-based, 0 where nothing is known of it).
    """
    grades: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in browse.grouped(found, ["site", "item", "quality"]):
        sums = grades[row["site"], row["item"]]
        sums[0] += row["rows"]
        sums[1] += row["rows"] * grade_of(row["quality"])
    emitted: dict[tuple[str, str], int] = defaultdict(int)
    for part in desk.taken(year).inventory.parts:
        emitted[part.site, part.item] += max(0, part.amounts.market.co2e_mg or 0)
    whole = sum(emitted[source] for source in grades)
    lines: list[dict[str, Any]] = [
        {
            "site": site, "item": item, "name": item_name(item, say),
            "grade": total / count,
            "share": emitted[site, item] / whole if whole else None,
            "lowers": (total / count - 1) * emitted[site, item] / whole if whole else None,
        }
        for (site, item), (count, total) in grades.items()
    ]  # fmt: skip
    score = 1 + sum(one["lowers"] for one in lines) if whole else None
    worst = sorted(lines, key=lambda one: (-(one["lowers"] or 0), one["site"], one["item"]))
    return {"score": score, "sources": worst[:_TOP]}


def grade_of(quality: str) -> int:
    """Return the grade of evidence, 1 to 4."""
    return min(_LEDGER.index(quality) + 1, _WORST)


def _task(gap: Gap, names: dict[str, str], say: Say) -> dict[str, Any]:
    name = item_name(gap.item, say)
    months = say.listed([str(month) for month in gap.months])
    site = names.get(gap.site) or gap.site
    return {
        "site": gap.site, "item": gap.item, "name": name, "months": list(gap.months),
        "unit": gap.unit,
        "text": say("web.quality.gap", site=site, item=name, months=months, n=len(gap.months)),
    }  # fmt: skip


def _source(desk: Desk, principal: Principal, year: int) -> Source:
    """Return what the report reads, its map held to the sites of a person."""
    sites = access.scope(principal)
    if sites is None:
        return desk.source(year)
    payload = desk.payload(year)
    inventory = payload["inventory"]
    grid = [one for one in inventory["coverage"]["grid"] if one["site"] in sites]
    held = inventory | {"coverage": inventory["coverage"] | {"grid": grid}}
    return Source(payload | {"inventory": held})  # type: ignore[arg-type]  # the same shape


def _blocks(source: Source, *, is_whole: bool) -> list[Block]:
    sections = (*coverage(source), *(uncertainty(source) if is_whole else ()))
    blocks = [block for section in sections for block in section.blocks]
    return blocks if is_whole else [block for block in blocks if isinstance(block, Figure)]


def _lowering(found: dict[str, Any], source: Source) -> Table:
    """Return the sources that lower the score most."""
    rows = tuple(
        Row((
            text("report.word.site-item", site=source.site(one["site"]),
                 item=source.item(one["item"])),
            Value(Kind.NUMBER, one["grade"]),
            percent(one["share"]),
            Value(Kind.NUMBER, one["lowers"]),
        ))
        for one in found["sources"]
    )  # fmt: skip
    columns = (
        words_column("source"),
        Column(text("web.quality.grade"), numeric=True),
        figures_column("share"),
        Column(text("web.quality.points"), numeric=True),
    )
    note = text("web.quality.score.why")
    return Table("quality-score", text("web.quality.lowers"), columns, rows, note)
