"""The factors a figure rests on: how much each gives, why it was chosen, what else was there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tanlu.app.explained_rows import GREEN_POWER, line_row
from tanlu.app.payloads import number
from tanlu.compute import rows_with_rid
from tanlu.inventory.model import tonnes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.app.figure_rows import Gathered
    from tanlu.i18n.say import Say

_MOST = 12


def factors_behind(found: Gathered, *, of_gas: bool = False, say: Say) -> list[dict[str, Any]]:
    """Return the factors behind a figure, the one that gives most of it first.

    Parameters
    ----------
    found : Gathered
        What stands behind the figure.
    of_gas : bool
        Whether the figure is of one gas: factors that give none of it are left out.
    say : Say
        Language.

    Returns
    -------
    list of dict
        A factor as `explained_rows` tells it, with ``rows``, ``t``, ``name`` of its item ``why`` it
        was chosen and, for each other factor that was there, why not, ``told``.
    """
    told: dict[tuple[str, str], dict[str, Any]] = {}
    amounts: dict[tuple[str, str], list[tuple[int, int | None]]] = defaultdict(list)
    for row, rows, mg in _uses(found):
        key = (row["factor"]["id"], row["item"])
        told.setdefault(key, row)
        amounts[key].append((rows, mg))
    bodies = [_body(told[key], amounts[key], say) for key in told]
    bodies.sort(key=lambda body: (body["t"] is None, -(body["t"] or 0)))
    return [body for body in bodies if not of_gas or body["t"] is not None][:_MOST]


def factors_of(rows: list[dict[str, Any]], *, say: Say) -> list[dict[str, Any]]:
    """Return the factor of each result of one row, told the same way."""
    return [_body(row, [(1, row["result_mg"])], say) for row in rows if row["factor"]]


def _uses(found: Gathered) -> Iterator[tuple[dict[str, Any], int, int | None]]:
    """Yield a row for each factor, with the number of rows that use it and their sum."""
    for chosen, table, sums in found.tables:
        for rid, (rows, mg) in sums.by_factor.items():
            one = found.rows.told(rows_with_rid(table, rid, 1)[0], chosen, say=found.say)
            if one["factor"]:
                yield one, rows, mg
    for line in found.lines:
        one = line_row(line, found.rows.taken, say=found.say)
        if one["factor"]:
            yield one, 1, line.co2e_mg
    for one in found.additions:
        if one["factor"]:
            yield one, 1, one["result_mg"]


def _body(row: dict[str, Any], amounts: list[tuple[int, int | None]], say: Say) -> dict[str, Any]:
    factor: dict[str, Any] = row["factor"]
    known = [mg for _, mg in amounts if mg is not None]
    return factor | {
        "is_blended": factor["id"] == GREEN_POWER,
        "name": row["name"],
        "rows": sum(rows for rows, _ in amounts),
        "t": number(tonnes(sum(known))) if known else None,
        "why": _why(factor, row, say),
        "others": [
            one | {"told": say(f"factors.loss.{one['reason']}")}
            for one in factor.get("others") or ()
        ],
    }


def _why(factor: Mapping[str, Any], row: Mapping[str, Any], say: Say) -> str:
    """Say why this factor: the level that matched, or how the line was estimated."""
    if factor.get("quality") == "user":
        return say("web.trace.why.own")
    if factor.get("level") and "others" in factor:
        return say(f"web.trace.why.{factor['level']}")
    return say(f"web.trace.basis.{row['basis']}") if row.get("basis") else ""
