"""Puts the sections together; `app` hands in the payload, `render` takes the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.sections.annex import annex
from tanlu.report.sections.approaches import approaches
from tanlu.report.sections.board import board
from tanlu.report.sections.boundary import boundary, organisation_name
from tanlu.report.sections.gases import direct
from tanlu.report.sections.history import base_year, changes
from tanlu.report.sections.hotspots import hotspots
from tanlu.report.sections.index import index
from tanlu.report.sections.organisation import organisation, statements
from tanlu.report.sections.plan import plan
from tanlu.report.sections.results import results
from tanlu.report.sections.summary import summary
from tanlu.report.sections.targets import targets
from tanlu.report.sections.trust import coverage, greenpower, uncertainty
from tanlu.report.source import Source, absent, text, year
from tanlu.report.tree import Report, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Section

    Part = Callable[[Source], tuple[Section, ...]]

# Each part by the section that stands in its place where its data are missing.
KINDS: Mapping[str, Mapping[str, Part]] = {
    "full": {
        "summary": summary,
        "targets": targets,
        "plan": plan,
        "results": results,
        "hotspots": hotspots,
        "coverage": coverage,
        "greenpower": greenpower,
        "uncertainty": uncertainty,
        "boundary": boundary,
        "annex": annex,
    },
    "inventory": {
        "summary": summary,
        "organisation": organisation,
        "boundary": boundary,
        "results": results,
        "direct": direct,
        "base-year": base_year,
        "changes": changes,
        "approaches": approaches,
        "uncertainty": uncertainty,
        "coverage": coverage,
        "greenpower": greenpower,
        "hotspots": hotspots,
        "statements": statements,
        "index": index,
        "annex": annex,
    },
    "roadmap": {"plan": board},
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
        Sections in the order of the kind; one without data says why it is missing.

    Raises
    ------
    TanluError
        ``report.wedges-open`` when a plan's wedges do not add up to its emissions.
    """
    source = Source(payload)
    run = source.inventory["run"]
    stamp = Stamp(
        run_hash=run["hash"],
        ledger_head=run["ledger_head"],
        book_hash=run["book_hash"],
        version=payload["version"],
        dated=payload["dated"],
        state=text(_state(payload)),
    )
    sections = tuple(
        section for name, part in KINDS[kind].items() for section in part(source) or (absent(name),)
    )
    title = text(f"report.title.{kind}", year=year(source.year))
    return Report(kind, title, organisation_name(source), stamp, sections)


def _state(payload: ReportPayload) -> str:
    """Return draft or closed; what one person closed alone is not reviewed."""
    if payload.get("draft", True):
        return "report.state-draft"
    return "report.state-closed" if payload.get("is_reviewed") else "report.state-closed-alone"
