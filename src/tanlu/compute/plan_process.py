"""Solve a plan in a child process: killable, capped in memory, so that no model harms the caller.

``python -m tanlu.compute.plan_process`` is the child: a case on standard input, a plan on
standard output, both JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMORY_BYTES = 6 << 30
_GRACE_SECONDS = 60.0
_SEARCHES = 20  # bound, fix, tangents, ties and reasons are separate runs


def solve_in_child(
    case: Mapping[str, Any], options: Mapping[str, Any], *, memory_bytes: int = MEMORY_BYTES
) -> dict[str, Any]:
    """Solve a plan case in a child process.

    Parameters
    ----------
    case : Mapping
        Plan case; numbers may be Decimal or Fraction, which stay exact.
    options : Mapping
        ``gap``, ``seconds``, ``nodes``, ``seed``, ``explain``.
    memory_bytes : int
        Address space of the child.

    Returns
    -------
    dict
        The plan as JSON.

    Raises
    ------
    TanluError
        What the planner says of the case; ``plan.process-ended`` when the child died, out of
        memory for example; ``plan.process-time`` when it did not come back.
    """
    request = json.dumps(
        {"case": case, "options": dict(options), "memory": memory_bytes}, default=_text
    )
    limit = float(options.get("seconds", _GRACE_SECONDS)) * _SEARCHES + _GRACE_SECONDS
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tanlu.compute.plan_process"],
            input=request.encode(),
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TanluError("plan.process-time", found=f"{limit:.0f}") from error
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise TanluError(
            "plan.process-ended", found=done.returncode, last=told[-1] if told else "-"
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise _error(answer["error"])
    plan: dict[str, Any] = answer["plan"]
    return plan


def _text(value: object) -> str:
    """Write an exact number as text: a case reads decimals and quotients exactly."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return str(value)


def _error(body: Mapping[str, Any]) -> TanluError:
    findings = tuple(
        Finding(row["code"], Outcome(row["outcome"]), cell=row["cell"], facts=row["facts"])
        for row in body["findings"]
    )
    return TanluError(body["code"], findings=findings, **body["facts"])


def _error_body(error: TanluError) -> dict[str, Any]:
    return {
        "code": error.code,
        "facts": error.facts,
        "findings": [
            {"code": f.code, "outcome": f.outcome.value, "cell": f.cell, "facts": dict(f.facts)}
            for f in error.findings
        ],
    }


def main() -> None:
    """Read a request, solve it, write the answer."""
    from tanlu.roadmap.planner import plan_json  # noqa: PLC0415  # the child alone needs it

    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
    try:
        answer: dict[str, Any] = {"plan": plan_json(request["case"], request["options"])}
    except TanluError as error:
        answer = {"error": _error_body(error)}
    json.dump(answer, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
