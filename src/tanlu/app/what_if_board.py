"""The sliders of the roadmap: where each stands, what a form asks, and the answer as blocks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, what_ifs
from tanlu.app.roadmaps import plan_blocks
from tanlu.kernel.errors import TanluError
from tanlu.report.tree import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.report.tree import Block

_YEAR, _PRICE = "year", "CNY/t"
_QUICK = frozenset({"wedge", "budget"})  # charts an estimate can fill


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different from the plan as it stands.

    Parameters
    ----------
    knobs : Mapping of str to str
        Amount by knob; a knob that is not named stays as it is.
    lock, ban : tuple of str
        ``MEASURE@SITE=YEAR`` and ``MEASURE@SITE``.
    """

    knobs: Mapping[str, str]
    lock: tuple[str, ...] = ()
    ban: tuple[str, ...] = ()


def read_change(given: Mapping[str, str], lock: Iterable[str], ban: Iterable[str]) -> Change:
    """Return the change a form or an address asks for.

    Raises
    ------
    TanluError
        ``plan.change`` for a knob with no number; those of the locks come with the answer.
    """
    knobs = {}
    for row in what_ifs.knob_rows():
        text = given.get(row["id"], "").strip()
        if text and _number(row["id"], text) != unset(row):
            knobs[row["id"]] = text
    return Change(knobs, tuple(filter(None, lock)), tuple(filter(None, ban)))


def unset(row: Mapping[str, Any]) -> Decimal:
    """Return the position of a slider that leaves its knob as it is."""
    if row["as_is"] is not None:
        return Decimal(row["as_is"])
    if row["unit"] == _YEAR:
        return Decimal(row["high"]) + Decimal(row["step"])
    return Decimal(row["low"]) - Decimal(row["step"])


def sliders(change: Change, *, say: Say) -> list[dict[str, Any]]:
    """Return each slider with its range, position and position in words."""
    rows = []
    for row in what_ifs.knob_rows():
        free = unset(row)
        value = Decimal(change.knobs.get(row["id"], free))
        rows.append(
            {
                "id": row["id"],
                "label": say.pick(row["label_zh"], row["label_en"]),
                "low": min(Decimal(row["low"]), free),
                "high": max(Decimal(row["high"]), free),
                "step": row["step"],
                "value": value,
                "shown": _shown(row, value, say),
            }
        )
    return rows


def decisions(desk: Desk, change: Change, *, say: Say) -> dict[str, Any]:
    """Return what can be locked or banned, and what is.

    Returns
    -------
    dict
        ``measures``: id and words of what the plan adopts; ``locked``, ``banned``: text and words.
    """
    stored = approvals.stored_plan(desk.workspace) or {}
    names = stored.get("names") or {}
    sites = stored.get("site_names") or {}

    def told(offer: str) -> str:
        measure, _, site = offer.partition("@")
        pair = names.get(offer) or names.get(measure) or {"zh": measure, "en": measure}
        word = say.pick(str(pair["zh"]), str(pair.get("en") or ""))
        where = sites.get(site) or {"zh": site, "en": site}
        place = say.pick(str(where["zh"]), str(where["en"]))
        return say("web.roadmap.offer", measure=word, site=place) if site else word

    offers = sorted({str(row["id"]) for row in stored.get("adoptions") or ()})
    return {
        "measures": sorted(((offer, told(offer)) for offer in offers), key=lambda pair: pair[1]),
        "locked": [
            {"text": text, "offer": told(text.rpartition("=")[0]), "year": text.rpartition("=")[2]}
            for text in change.lock
        ],
        "banned": [{"text": text, "offer": told(text)} for text in change.ban],
    }


def estimate(desk: Desk, change: Change, *, who: str, say: Say) -> dict[str, Any]:
    """Return at once what a change does, as an estimate.

    Raises
    ------
    TanluError
        Those of `WhatIf.estimate`.
    """
    found = desk.what_if(say).estimate(change.knobs, lock=change.lock, ban=change.ban, who=who)
    return _answer(desk, found, change, say)


def plan(desk: Desk, change: Change, *, who: str, say: Say) -> dict[str, Any]:
    """Return the plan solved anew under a change; the stored plan stays.

    Raises
    ------
    TanluError
        Those of `WhatIf.plan`.
    """
    found = desk.what_if(say).plan(change.knobs, lock=change.lock, ban=change.ban, who=who)
    return _answer(desk, found, change, say)


def _answer(desk: Desk, found: dict[str, Any], change: Change, say: Say) -> dict[str, Any]:
    is_estimate = found["stage"] == "estimate"
    is_possible = found["status"] != "infeasible" and bool(found.get("years"))
    blocks = plan_blocks(desk, found) if is_possible else []
    stored = approvals.stored_plan(desk.workspace) or {}
    return {
        "stage": found["stage"],
        "is_possible": is_possible,
        "cost": found.get("cost_npv"),
        "cost_before": stored.get("cost_npv"),
        "gap": found.get("gap"),
        "capex": sum(found.get("capex") or ()) if is_possible else None,
        "last_t": _last(found) if is_possible else None,
        "year": found["years"][-1] if is_possible else None,
        "infeasible": found.get("infeasible"),
        "moves": [row["text"] for row in found.get("moves") or ()],
        "blocks": [block for block in blocks if _is_quick(block)] if is_estimate else blocks,
        "sliders": sliders(change, say=say),
    }


def _last(found: Mapping[str, Any]) -> float:
    """Return what is emitted in the last year of the plan [tCO2e]."""
    return float(found["baseline_t"][-1] - sum(wedge["t"][-1] for wedge in found["wedges"]))


def _is_quick(block: Block) -> bool:
    return isinstance(block, Figure) and block.kind in _QUICK


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        known = ", ".join(row["id"] for row in what_ifs.knob_rows())
        raise TanluError("plan.change", found=f"{name}={text}", known=known)
    return value


def _shown(row: Mapping[str, Any], value: Decimal, say: Say) -> str:
    """Return a position in words: as planned, a price, a share, a year or a factor."""
    if value == unset(row):
        return say("web.roadmap.as_planned")
    if row["unit"] == _YEAR:
        return str(int(value))
    if row["unit"] == _PRICE:
        return say("web.roadmap.price", amount=say.exact(value))
    if row["is_factor"]:
        return say("web.roadmap.times", amount=say.fixed(value, 2))
    return say.change(value)
