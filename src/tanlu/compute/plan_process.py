"""Solve a plan in a child process: killable, capped in memory, so that no model harms the caller.

``python -m tanlu.compute.plan_process`` is the child: a case on standard input, a plan with the
studies asked for on standard output, both JSON; how far it is goes to a pipe of its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Tell = Callable[[str, int, int], None]

MEMORY_BYTES = 6 << 30
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # sums too short to share
_GRACE_SECONDS = 60.0
_SEARCHES = 20  # bound, fix, tangents, ties and reasons are separate runs
_STUDY_RUNS = {"alternatives": 4, "delay": 9, "pareto": 20, "regret": 4, "risk": 7, "robust": 8,
               "scenarios": 20}  # fmt: skip


def solve_in_child(
    case: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    studies: Mapping[str, Mapping[str, Any]] | None = None,
    tell: Tell | None = None,
    memory_bytes: int = MEMORY_BYTES,
) -> dict[str, Any]:
    """Solve a plan case in a child process, with the studies asked for.

    Parameters
    ----------
    case : Mapping
        Plan case; numbers may be Decimal or Fraction, which stay exact.
    options : Mapping
        ``gap``, ``seconds``, ``nodes``, ``seed``, ``explain``.
    studies : Mapping, optional
        Arguments by study; see `tanlu.roadmap.studies`.
    tell : callable, optional
        Gets (study, done, all) while the child works, on a thread of its own.
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
    asked = studies or {}
    runs = 1 + sum(_STUDY_RUNS.get(name, 1) for name in asked)
    limit = float(options.get("seconds", _GRACE_SECONDS)) * _SEARCHES * runs + _GRACE_SECONDS
    read_end, write_end = os.pipe()
    request = json.dumps(
        {"case": case, "options": dict(options), "memory": memory_bytes, "studies": asked,
         "progress": write_end},
        default=_text,
    )  # fmt: skip
    listener = threading.Thread(target=_listen, args=(read_end, tell), daemon=True)
    listener.start()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tanlu.compute.plan_process"],
            input=request.encode(),
            capture_output=True,
            timeout=limit,
            check=False,
            pass_fds=(write_end,),
            env={**os.environ, **_ONE_THREAD},
        )
    except subprocess.TimeoutExpired as error:
        raise TanluError("plan.process-time", found=f"{limit:.0f}") from error
    finally:
        os.close(write_end)
        listener.join()
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


def _listen(read_end: int, tell: Tell | None) -> None:
    """Pass on the child's progress until every writer has closed the pipe."""
    with os.fdopen(read_end, encoding="utf-8") as lines:
        for line in lines:
            name, done, steps = line.split()
            if tell is not None:
                tell(name, int(done), int(steps))


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
    studies = request.get("studies")
    try:
        if studies:
            plan = _studied(request, studies)
        else:
            plan = plan_json(request["case"], request["options"])
        answer: dict[str, Any] = {"plan": plan}
    except TanluError as error:
        answer = {"error": _error_body(error)}
    json.dump(answer, sys.stdout, ensure_ascii=False)


def _studied(request: Mapping[str, Any], studies: Mapping[str, Any]) -> dict[str, Any]:
    from tanlu.roadmap.studies import plan_with_studies  # noqa: PLC0415  # as above

    with os.fdopen(request["progress"], "w", encoding="utf-8") as pipe:

        def tell(study: str, done: int, steps: int) -> bool:
            print(study, done, steps, file=pipe, flush=True)
            return True

        return plan_with_studies(request["case"], request["options"], studies, tell=tell)


if __name__ == "__main__":
    main()
