"""Puts the sections together; `app` hands in the payload, `render` takes the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.sections.annex import annex
from tanlu.report.sections.boundary import boundary, organisation_name
from tanlu.report.sections.hotspots import hotspots
from tanlu.report.sections.plan import plan
from tanlu.report.sections.results import results
from tanlu.report.sections.summary import summary
from tanlu.report.sections.targets import targets
from tanlu.report.sections.trust import coverage, greenpower, uncertainty
from tanlu.report.source import Source, text, year
from tanlu.report.tree import Report, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Section

    Part = Callable[[Source], tuple[Section, ...]]

KINDS: Mapping[str, tuple[Part, ...]] = {
    "full": (
        summary,
        targets,
        plan,
        results,
        hotspots,
        coverage,
        greenpower,
        uncertainty,
        boundary,
        annex,
    ),
    "inventory": (
        summary,
        boundary,
        results,
        coverage,
        greenpower,
        uncertainty,
        hotspots,
        annex,
    ),
    "roadmap": (summary, targets, plan, annex),
}


def build(payload: ReportPayload, *, kind: str = "full") -> Report:
    """Return the report tree of a payload.

    Parameters
    ----------
    payload : ReportPayload
        What the command line prints as JSON; see `report.payload`.
    kind : str
        full, inventory or roadmap.

    Returns
    -------
    Report
        Sections in the order of the kind; those without data are left out.

    Raises
    ------
    TanluError
        ``report.wedges-open`` when a plan's wedges do not add up to its emissions.
    """
    source = Source(payload)
    run = source.inventory["run"]
    state = "report.state-draft" if payload.get("draft", True) else "report.state-closed"
    stamp = Stamp(
        run_hash=run["hash"],
        ledger_head=run["ledger_head"],
        book_hash=run["book_hash"],
        version=payload["version"],
        dated=payload["dated"],
        state=text(state),
    )
    sections = tuple(section for part in KINDS[kind] for section in part(source))
    title = text(f"report.title.{kind}", year=year(source.year))
    return Report(kind, title, organisation_name(source), stamp, sections)
