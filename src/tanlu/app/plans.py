"""The roadmap: from the inventory, the catalogue and the targets to a solved plan."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, clock, inventories, own_measures, situations
from tanlu.app.findings import finding_bodies
from tanlu.app.plan_locks import with_locks
from tanlu.app.references import near
from tanlu.app.workspaces import site_names
from tanlu.catalog import tables
from tanlu.compute.plan_process import solve_in_child
from tanlu.ingest.safe_config import load_json, load_yaml
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tanlu.app.inventories import TakenInventory
    from tanlu.compute.plan_process import Cancel, PlanStep, Tell
    from tanlu.i18n.say import Say
    from tanlu.kernel.findings import Finding
    from tanlu.measures.own import OwnMeasure
    from tanlu.storage import Workspace


_NO_NAME = "/\\."  # a path, not the name of a shipped case


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How to plan.

    Parameters
    ----------
    scenario : Path or None
        YAML file that changes prices, growth, budget ...
    settings : tuple of str
        ``key=value``, each changes one thing of the case.
    locks, bans : tuple of str
        ``MEASURE@SITE=YEAR`` and ``MEASURE@SITE``: what begins in that year, and what never does.
    gap, time_limit : float or None
        Limits of the search [-], [s].
    reasons : int
        Most measures to explain; 0 explains all.
    output : Path or None
        Folder the plan's JSON is written to as well.
    """

    scenario: Path | None = None
    settings: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    gap: float | None = None
    time_limit: float | None = None
    reasons: int = 0
    output: Path | None = None

    @property
    def search(self) -> dict[str, Any]:
        """Options of the planner."""
        chosen = {"gap": self.gap, "seconds": self.time_limit, "reasons": self.reasons or None}
        return {name: value for name, value in chosen.items() if value is not None}


def read_case_file(path: Path, *, options: PlanOptions) -> dict[str, Any]:
    """Return the case of a file or the shipped one of that name, the user's settings put in.

    Raises
    ------
    TanluError
        ``app.file-missing``; ``plan.case-unknown``; what the reader says of the file;
        ``plan.case-not-object``.
    """
    if not path.is_file():
        path = shipped_case(str(path))
    case = load_json(path.read_bytes(), path.name)
    if not isinstance(case, dict):
        raise TanluError("plan.case-not-object", found=path.name)
    return _changed(case, options)


def shipped_case(name: str) -> Path:
    """Return the file of a case that ships with the program: of a sector, or a checked example.

    Raises
    ------
    TanluError
        ``app.file-missing`` for what is no plain name; ``plan.case-unknown`` with near misses.
    """
    if any(sign in name for sign in _NO_NAME):
        raise TanluError("app.file-missing", found=name)
    data = tables.shipped().root
    sectors = {path.stem: path for path in sorted((data / "sector_cases").glob("*.json"))}
    known = sectors | {path.stem: path for path in sorted((data / "plan_cases").glob("*.json"))}
    if name not in known:
        told = near(name, known) or "-"
        raise TanluError("plan.case-unknown", found=name, near=told, sectors=", ".join(sectors))
    return known[name]


def _changed(case: Mapping[str, Any], options: PlanOptions) -> dict[str, Any]:
    """Return the case with the user's settings put in."""
    changed = dict(case)
    if options.scenario is not None:
        if not options.scenario.is_file():
            raise TanluError("app.file-missing", found=options.scenario)
        loaded = load_yaml(options.scenario.read_bytes(), options.scenario.name)
        if not isinstance(loaded, dict):
            raise TanluError("plan.case-not-object", found=options.scenario.name)
        changed |= loaded
    for setting in options.settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise TanluError("plan.setting", found=setting)
        _put(changed, name.split("."), value)
    return _whole_budget(with_locks(changed, locks=options.locks, bans=options.bans))


def _whole_budget(case: dict[str, Any]) -> dict[str, Any]:
    """Let ``budget=30000000`` stand for that much every year, with what is left carried over."""
    budget = case.get("budget")
    if budget is None or isinstance(budget, dict):
        return case
    return case | {"budget": {"per_year": budget, "carry_over": True}}


def _put(target: dict[str, Any], path: list[str], value: str) -> None:
    """Put a value into nested objects and lists; a list is entered by an id."""
    place: Any = target
    for part in path[:-1]:
        place = _enter(place, part)
    last = path[-1]
    if isinstance(place, dict):
        place[last] = load_yaml(value.encode(), "--set")
        return
    raise TanluError("plan.setting", found=".".join(path))


def _enter(place: Any, part: str) -> Any:
    if isinstance(place, list):
        found = next(
            (row for row in place if isinstance(row, dict) and row.get("id") == part), None
        )
        if found is None:
            known = [str(row.get("id")) for row in place if isinstance(row, dict)]
            raise TanluError("plan.setting-unknown", found=part, near=near(part, known) or "-")
        return found
    if isinstance(place, dict):
        return place.setdefault(part, {})
    raise TanluError("plan.setting", found=part)


def told(plan: dict[str, Any], say: Say, *, own: Sequence[OwnMeasure] = ()) -> dict[str, Any]:
    """Return the plan with its reasons as sentences of the chosen language."""
    names = situations.measure_names(plan, own)
    for row in plan["adoptions"]:
        if row["kind"] == "retirement":
            old = names.get(row["id"], {"zh": row["id"], "en": row["id"]})
            name = say("plan.taken-out", name=say.pick(old["zh"], old["en"]))
            names[row["id"]] = {"zh": name, "en": name}
    for row in (*plan["adoptions"], *plan.get("not_adopted", ())):
        why = row.get("why")
        if why:
            why["text"] = _reasons(why, names, say)
    return plan


def _reasons(why: Mapping[str, Any], names: Mapping[str, Mapping[str, str]], say: Say) -> str:
    """Return the sentences of a measure's reasons, ids as names and money in full."""
    told = []
    for reason in why.get("reasons", ()):
        facts = {name: _fact(str(value), names, say) for name, value in reason["facts"].items()}
        told.append(say(reason["code"], **facts))
    return say("plan.and").join(told)


def _fact(value: str, names: Mapping[str, Mapping[str, str]], say: Say) -> str:
    if value in names:
        name = say.pick(names[value]["zh"], names[value]["en"])
        site = value.partition("@")[2]
        return f"{name} ({site})" if site else name
    digits = value.lstrip("-")
    is_year = len(digits) == len("2060") and digits.isdigit()
    return say.exact(value) if digits.replace(".", "", 1).isdigit() and not is_year else value


def plan_roadmap(
    workspace: Workspace,
    *,
    options: PlanOptions,
    say: Say,
    taken: TakenInventory | None = None,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Solve for the least-cost plan of a workspace and keep it for the report.

    Parameters
    ----------
    workspace : Workspace
        Open workspace: inventory, equipment, targets, budget.
    options : PlanOptions
        Scenario file, single settings, limits.
    say : Say
        Language of the reasons.
    taken : TakenInventory, optional
        Inventory of the base year, when it was taken already.
    tell : callable, optional
        Gets how far it is; see `solve_in_child`.

    Returns
    -------
    dict
        The plan of the contract, with ``names`` of its measures, ``left_out``: targets that
        could not be put into it, and ``findings``: why, and what the base year lacks.

    Raises
    ------
    TanluError
        ``app.no-rows``; ``plan.case-invalid``; errors of the scenario file.
    """
    prepared = prepare(workspace, options=options, taken=taken)
    solved = solve(prepared, options=options, tell=tell)
    return keep(workspace, prepared, solved, options=options, say=say)


@dataclass(frozen=True, slots=True)
class PreparedPlan:
    """A case ready to be solved.

    Parameters
    ----------
    case : dict
        Plan case.
    findings : tuple of Finding
        Targets that could not be put into it, and what the base year lacks.
    base_run : str
        Run of the base year's inventory.
    basis : str
        Hash of what the workspace gives the plan, before the user's settings.
    """

    case: dict[str, Any]
    findings: tuple[Finding, ...]
    base_run: str
    basis: str


def base_inventory(workspace: Workspace) -> TakenInventory:
    """Take the inventory of the last year with rows: the base year of the plan."""
    known = inventories.years_with_rows(workspace)
    year = known[-1] if known else clock.today().year
    quick = inventories.InventoryOptions(with_uncertainty=False)
    return inventories.take_inventory(workspace, year, options=quick)


def prepare(
    workspace: Workspace,
    *,
    options: PlanOptions,
    taken: TakenInventory | None = None,
    scenario: str = "base",
) -> PreparedPlan:
    """Make the case of a workspace under a scenario of the tables, the user's settings put in."""
    if taken is None:
        taken = base_inventory(workspace)
    case, findings = situations.plan_case(workspace, taken, scenario=scenario)
    basis = _hash(case)
    changed = _from_next_year(_changed(case, options), taken.inventory.year)
    return PreparedPlan(changed, tuple(findings), taken.run_id, basis)


def _hash(case: Mapping[str, Any]) -> str:
    text = json.dumps(case, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def approve(workspace: Workspace, *, by: str, reason: str, say: Say) -> dict[str, Any]:
    """Sign the plan solved last; see `approvals.approve_plan`.

    Raises
    ------
    TanluError
        ``plan.stale`` when figures, machines, targets or own measures changed since it was
        solved; those of `approvals.approve_plan`.
    """
    stored = approvals.stored_plan(workspace)
    if (
        stored is not None
        and stored.get("basis") != prepare(workspace, options=PlanOptions()).basis
    ):
        raise TanluError("plan.stale")
    return approvals.approve_plan(workspace, by=by, reason=reason, say=say)


def _from_next_year(case: dict[str, Any], base_year: int) -> dict[str, Any]:
    """Let a budget begin after the base year: that year is past and leaves nothing to spend."""
    budget = case.get("budget")
    if not isinstance(budget, dict):
        return case
    return case | {"budget": {"first_year": base_year + 1, **budget}}


def solve(
    prepared: PreparedPlan,
    *,
    options: PlanOptions,
    tell: Tell | None = None,
    watch: Callable[[PlanStep], None] | None = None,
    cancel: Cancel | None = None,
) -> dict[str, Any]:
    """Solve a case in a child process; needs no workspace, so it may run beside other work.

    Raises
    ------
    TanluError
        As `solve_in_child`; ``plan.cancelled`` when it was stopped before there was a plan.
    """
    return solve_in_child(prepared.case, options.search, tell=tell, watch=watch, cancel=cancel)


def keep(
    workspace: Workspace,
    prepared: PreparedPlan,
    solved: dict[str, Any],
    *,
    options: PlanOptions,
    say: Say,
) -> dict[str, Any]:
    """Tell a solved plan in the chosen language and keep it for the report."""
    own = own_measures.own_measures(workspace)
    plan = told(solved, say, own=own)
    approval = approvals.approval(workspace, plan)
    plan |= {
        "names": situations.measure_names(plan, own),
        "approval": approval,
        "indicative": bool(approval["unconfirmed"]),
        "site_names": site_names(workspace),
        "left_out": [f.facts["target"] for f in prepared.findings if "target" in f.facts],
        "findings": finding_bodies(prepared.findings, say),
        "base_run": prepared.base_run,
        "basis": prepared.basis,
        "covers": _covers(plan, prepared.case),
    }
    keep_plan(workspace, plan, options.output)
    return plan


def _covers(plan: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    """Return which scopes the plan's totals hold: own, with the upstream of energy, or whole."""
    if not any((plan["emissions_t"] or {}).get("scope3") or ()):
        return "own"
    asked = any("3" in str(target.get("scope", "")) for target in case.get("targets", ()))
    return "whole" if asked else "upstream"


def keep_plan(workspace: Workspace, plan: Mapping[str, Any], output: Path | None = None) -> None:
    """Keep a plan for the report, and in a folder of the user's choice."""
    text = json.dumps(plan, ensure_ascii=False, sort_keys=True)
    for folder in (workspace.exports, *([output] if output else [])):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"{approvals.PLAN_FILE}.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(folder / approvals.PLAN_FILE)
