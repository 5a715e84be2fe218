"""What is proven of a plan, in words: whether it is optimal, what ended the search, how near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.tree import Kind, Text, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.report.tree import Node

SHOWN_GAP = 0.0001  # the smallest percent with two decimals
_ENDS = frozenset({"gap", "nodes", "time"})  # what may end a search before the optimum is proven


def gap_words(gap: float | None) -> Node:
    """Return a certified gap; one too small for two decimals of percent is told as a bound."""
    if gap is None:
        return Text("report.word.unknown")
    if 0 < gap < SHOWN_GAP:
        return Text("report.word.below", {"value": _fine_percent(SHOWN_GAP)})
    return _fine_percent(gap)


def _fine_percent(fraction: float) -> Value:
    return Value(Kind.PERCENT, fraction, places=2)


def plan_status(plan: Mapping[str, Any]) -> Text:
    """Return whether a plan is optimal, and if not, what ended the search and how near it came.

    Parameters
    ----------
    plan : Mapping
        Plan in the shape of the contract.
    """
    limit = plan.get("limit")
    asked = ((plan.get("run") or {}).get("options") or {}).get("gap")
    if limit == "gap" and asked is not None and plan["gap"] > asked:
        limit = "nodes"
    if plan["status"] == "feasible" and limit in _ENDS:
        return Text(f"cli.plan_ended.{limit}")
    return Text(f"report.plan-status.{plan['status']}")
