"""Studies around a plan: delay, trade-off, chances, what-if, regret, alternatives, futures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app import plans
from tanlu.catalog import tables
from tanlu.compute.plan_process import solve_in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tanlu.app.plans import PlanOptions
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

    Tell = Callable[[str, int, int], None]

BASE = "base"
_UNCERTAIN = frozenset({"risk", "scenarios", "tornado"})  # studies that need uncertain factors
_SCALED = frozenset({"reduce", "absolute"})  # effects whose saved share is drawn


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """Which studies to make; none by default.

    Parameters
    ----------
    is_delay, is_risk, is_regret, is_alternatives, is_tornado : bool
        Cost of delay; chance of each target; plans against scenarios; other plans that cost
        nearly the same; what each uncertain factor alone does.
    pareto, scenarios : int
        Number of caps, and of random futures; 0 for none.
    what_if : tuple of str
        ``knob=amount``; see `tanlu.roadmap.change`.
    chance : float or None
        Probability that a margin on the caps should reach [-].
    seed : int
        Seed of the draws.
    draws : int
        Number of draws; 0 for the usual number.
    robust : int or None
        Plan all scenarios together, with the same decisions before this year.
    aversion : float or None
        Weight of the worst part of the costs in that plan, 0 to 1.
    """

    is_delay: bool = False
    is_risk: bool = False
    is_regret: bool = False
    is_alternatives: bool = False
    is_tornado: bool = False
    pareto: int = 0
    scenarios: int = 0
    what_if: tuple[str, ...] = ()
    chance: float | None = None
    seed: int = 0
    draws: int = 0
    robust: int | None = None
    aversion: float | None = None

    @property
    def asked(self) -> dict[str, dict[str, Any]]:
        """Arguments by study."""
        risk: dict[str, Any] = {"seed": self.seed, "chance": self.chance}
        if self.draws:
            risk["draws"] = self.draws
        every: dict[str, tuple[bool, dict[str, Any]]] = {
            "alternatives": (self.is_alternatives, {}),
            "delay": (self.is_delay, {}),
            "pareto": (self.pareto > 0, {"points": self.pareto}),
            "regret": (self.is_regret, {}),
            "robust": (
                self.robust is not None or self.aversion is not None,
                {"lock_year": self.robust, "aversion": self.aversion},
            ),
            "risk": (self.is_risk or self.chance is not None, risk),
            "scenarios": (self.scenarios > 0, {"count": self.scenarios, "seed": self.seed}),
            "tornado": (self.is_tornado, {}),
            "what_if": (bool(self.what_if), {"set": list(self.what_if)}),
        }
        return {name: arguments for name, (is_asked, arguments) in every.items() if is_asked}


def study_case(
    path: Path,
    *,
    options: PlanOptions,
    studies: StudyOptions,
    say: Say,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Solve a self-contained case, and study its plan as asked for or as the case itself asks.

    Raises
    ------
    TanluError
        As `plans.read_case_file`; ``plan.case-invalid`` with all faults; ``plan.change``,
        ``plan.scenarios-missing``, ``plan.robust-missing``.
    """
    case = with_uncertainty(plans.read_case_file(path, options=options), studies)
    own: dict[str, dict[str, Any]] = {"robust": {}} if case.get("robust") else {}
    body = solve_in_child(case, options.search, studies=own | studies.asked, tell=tell)
    return plans.told(body, say)


def study_roadmap(
    workspace: Workspace,
    *,
    options: PlanOptions,
    studies: StudyOptions,
    say: Say,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Solve for the plan of a workspace, study it, and keep both for the report.

    Raises
    ------
    TanluError
        As `plans.plan_roadmap`; ``plan.change``.
    """
    prepared, case = prepare_studies(workspace, options=options, studies=studies)
    solved = solve_in_child(case, options.search, studies=studies.asked, tell=tell)
    return plans.keep(workspace, prepared, solved, options=options, say=say)


def prepare_studies(
    workspace: Workspace, *, options: PlanOptions, studies: StudyOptions
) -> tuple[plans.PreparedPlan, dict[str, Any]]:
    """Return the plan case of a workspace, and the same with what the studies need."""
    taken = plans.base_inventory(workspace)
    prepared = plans.prepare(workspace, options=options, taken=taken)
    case = with_uncertainty(prepared.case, studies)
    needs_scenarios = studies.is_regret or "robust" in studies.asked
    if needs_scenarios and not case.get("scenarios"):
        case["scenarios"] = [
            {
                "id": name,
                "case": plans.prepare(workspace, options=options, taken=taken, scenario=name).case,
            }
            for name in other_scenarios()
        ]
    return prepared, case


def with_uncertainty(case: Mapping[str, Any], studies: StudyOptions) -> dict[str, Any]:
    """Return a case with its uncertain factors: its own, else those of the tables."""
    if case.get("uncertainty") or not _UNCERTAIN & studies.asked.keys():
        return dict(case)
    return dict(case) | {"uncertainty": uncertain_rows(case)}


def uncertain_rows(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the factors of the table that speak of a case, and its measures' own ranges."""
    carriers = {row["id"] for row in case.get("carriers", ())}
    kinds = {
        str(row.get("kind") or row["id"])
        for row in case.get("measures", ())
        if row.get("effect", "reduce") in _SCALED
    }
    found = [
        _json(row)
        for row in tables.read("plan_uncertainty")
        if row["applies_to"] in carriers or row["applies_to"] == "*"
    ]
    for row in tables.read("measure"):
        typical = row["saving_typical"]
        if row["id"] in kinds and typical:
            found.append(
                {
                    "id": f"saving:{row['id']}",
                    "kind": "saving",
                    "applies_to": row["id"],
                    "distribution": "triangular",
                    "low": str(row["saving_low"] / typical),
                    "typical": 1,
                    "high": str(row["saving_high"] / typical),
                }
            )
    return found


def _json(row: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: str(row[name]) for name in ("id", "kind", "applies_to", "distribution", "shape")
    }
    body |= {name: str(row[name]) for name in ("low", "typical", "high") if row[name] is not None}
    if row["weights"]:
        body["weights"] = [float(weight) for weight in row["weights"]]
    return body


def other_scenarios() -> list[str]:
    """Return the scenarios of the tables other than the base."""
    return sorted({str(row["scenario"]) for row in tables.read("scenario_path")} - {BASE})
