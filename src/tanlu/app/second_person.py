"""What takes a second person: nobody accepts, approves or opens again what is the own work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import access, audits, plans
from tanlu.app.access import Kind
from tanlu.app.jobs import JobState
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say


def acknowledge(
    desk: Desk, principal: Principal, findings: Iterable[str], *, reason: str, say: Say
) -> dict[str, Any]:
    """Accept findings with one reason; findings of an own import are refused.

    Parameters
    ----------
    desk, principal : Desk, Principal
    findings : iterable of str
        ``batch/number`` each.
    reason : str
    say : Say

    Raises
    ------
    TanluError
        ``app.findings-unnamed``, ``review.own``; those of `audits.acknowledge`.
    """
    by_batch: dict[str, list[int]] = {}
    for name in findings:
        batch, _, number = name.rpartition("/")
        is_number = number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004
        by_batch.setdefault(batch, []).append(int(number) if is_number else -1)
    if not by_batch:
        raise TanluError("app.findings-unnamed")
    actors = {one.batch_id: one.actor for one in desk.workspace.batches()}
    for batch in by_batch:
        _refuse_own(principal, "acknowledge", actors.get(batch, ""))
    accepted = 0
    for batch, numbers in by_batch.items():
        told = audits.acknowledge(desk.workspace, batch, numbers, reason=reason, say=say)
        accepted += int(told["accepted"])
    return audits.findings_body(desk.workspace, every=False, say=say) | {"accepted": accepted}


def reopen(
    desk: Desk, principal: Principal, year: int, *, second: str, reason: str
) -> dict[str, Any]:
    """Open a closed year again; with accounts whoever closed it is the other of the two people.

    Raises
    ------
    TanluError
        ``review.own``; those of `audits.reopen_year`.
    """
    if principal.kind is not Kind.LOCAL:
        second = _closer(desk, year) or second
        _refuse_own(principal, "reopen", second)
    return audits.reopen_year(desk.workspace, year, second=second, reason=reason)


def approve_plan(desk: Desk, principal: Principal, *, reason: str, say: Say) -> dict[str, Any]:
    """Approve the plan solved last, unless the own job solved it.

    Raises
    ------
    TanluError
        ``review.own``; those of `plans.approve`.
    """
    done = (one for one in desk.jobs.list() if one.kind == "plan" and one.state is JobState.DONE)
    solved = next(done, None)
    if solved is not None:
        _refuse_own(principal, "approve_plan", solved.by)
    return plans.approve(desk.workspace, by=principal.name, reason=reason, say=say)


def _closer(desk: Desk, year: int) -> str:
    """Return who closed months of a year last; the subject of the event names the months."""
    closed = [
        one.actor
        for one in desk.workspace.events()
        if one.action == "close" and str(year) in {part[:4] for part in one.subject.split("..")}
    ]
    return closed[-1] if closed else ""


def _refuse_own(principal: Principal, action: str, owner: str) -> None:
    if not access.can(principal, action, owner=owner):
        raise TanluError("review.own", action=action, name=owner)
