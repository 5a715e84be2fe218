"""Errors at the door: which status an anticipated error has, and its one JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app.findings import finding_bodies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.i18n.say import Say
    from tanlu.kernel.errors import TanluError

# What is not named here is a wrong input: 422.
_STATUSES: Mapping[str, int] = {
    "accounts.busy": 503,
    "accounts.wait": 429,
    "activity.not-yours": 403,
    "activity.own": 403,
    "activity.sites": 403,
    "app.code-unknown": 404,
    "app.figure-empty": 404,
    "app.figure-unknown": 404,
    "app.no-rows": 404,
    "app.no-workspace": 404,
    "app.row-unknown": 404,
    "calc.kind-unknown": 404,
    "calc.unknown": 404,
    "factors.own-changed": 409,
    "factors.unknown": 404,
    "gate.body": 413,
    "gate.csrf": 403,
    "gate.denied": 403,
    "gate.host": 421,
    "gate.login": 401,
    "gate.method": 405,
    "gate.not-found": 404,
    "gate.origin": 403,
    "gate.stale": 409,
    "gate.token": 403,
    "import.claimed": 409,
    "import.gone": 404,
    "import.sites": 403,
    "import.stale": 409,
    "jobs.closed": 503,
    "jobs.unknown": 404,
    "measures.unknown": 404,
    "plan.none": 404,
    "plan.overtaken": 409,
    "report.figure-unknown": 404,
    "report.not-written": 404,
    "review.own": 403,
    "storage.busy": 503,
    "storage.full": 507,
    "storage.period-closed": 409,
    "storage.read-only": 403,
    "storage.row-changed": 409,
    "study.none-kept": 404,
    "target.unknown": 404,
}
WRONG_INPUT = 422


def status_of(error: TanluError) -> int:
    """Return the HTTP status of an anticipated error."""
    return _STATUSES.get(error.code, WRONG_INPUT)


def refusal_body(error: TanluError, say: Say) -> dict[str, Any]:
    """Return an error in the one shape of the contract."""
    return {
        "ok": False,
        "code": error.code,
        "message": say.error(error),
        "facts": dict(error.facts),
        "findings": finding_bodies(error.findings, say),
    }
