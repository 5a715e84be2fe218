"""What is worked out from the ledger: inventory, hotspots, targets, measures, explanations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from tanlu.app import access, audits, goals, measures, payloads, rankings, traces, workspaces
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here

router = APIRouter(prefix="/api", tags=["figures"])
_SEE = [needs("view")]
_SITES = [needs("view", by_site=True)]

Year = Annotated[int, Path(ge=1990, le=2100)]


@router.get("/workspace", dependencies=_SITES)
def workspace(here: Here) -> dict[str, Any]:
    """Return the company, its sites, its years with rows and the head of its ledger."""
    held = here.desk.workspace
    settings = held.settings
    mine = access.scope(here.principal)
    sites = workspaces.sites_body(held)["sites"]
    return {
        "ok": True,
        "name": settings.name,
        "sector": settings.sector or None,
        "province": settings.province or None,
        "language": settings.language,
        "years": list(here.desk.years()),
        "ledger_head": here.desk.head(),
        "sites": [one for one in sites if mine is None or one["site"] in mine],
    }


@router.get("/inventory/{year}", dependencies=_SEE)
def inventory(year: Year, here: Here) -> dict[str, Any]:
    """Return the inventory of a year, as `tanlu inventory --json`."""
    return {"ok": True, **payloads.inventory_body(here.desk.taken(year), here.say)}


@router.get("/hotspots/{year}", dependencies=_SEE)
def hotspots(
    year: Year,
    here: Here,
    vs: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    basis: str = "market",
) -> dict[str, Any]:
    """Rank the sources of a year, and explain the change against another."""
    found = rankings.find_hotspots(here.desk.workspace, year, versus=vs, basis=basis, say=here.say)
    return {"ok": True, **found}


@router.get("/targets", dependencies=_SEE)
def targets(here: Here) -> dict[str, Any]:
    """Return the targets."""
    return {"ok": True, **goals.targets_body(here.desk.workspace, say=here.say)}


@router.get("/targets/check", dependencies=_SEE)
def target_check(here: Here) -> dict[str, Any]:
    """Hold the targets against their path, the national calendar and SBTi."""
    return {"ok": True, **goals.check_targets(here.desk.workspace, say=here.say)}


@router.get("/measures", dependencies=_SITES)
def measure_list(here: Here, sector: str = "") -> dict[str, Any]:
    """Return the measures of the catalogue."""
    return {"ok": True, **measures.measures_body(measures.Filter(sector=sector), say=here.say)}


@router.get("/explain/{figure:path}", dependencies=_SITES)
def explain(figure: str, here: Here) -> dict[str, Any]:
    """Open a figure, a row, a code or a rule: formula, rows, factor editions, source cells."""
    return {"ok": True, **traces.trace(here.desk, figure, principal=here.principal, say=here.say)}


@router.get("/findings", dependencies=_SEE)
def findings(here: Here, every: bool = False) -> dict[str, Any]:
    """Return the findings of the imports; those accepted too when asked for."""
    return {"ok": True, **audits.findings_body(here.desk.workspace, every=every, say=here.say)}


@router.get("/verify", dependencies=[needs("log")])
def verify(here: Here, expect_head: str = "") -> dict[str, Any]:
    """Recompute the event chain, the originals and the ledger rows."""
    found = audits.verify(here.desk.folder, expect_head=expect_head, say=here.say)
    return {"ok": True, **found}
