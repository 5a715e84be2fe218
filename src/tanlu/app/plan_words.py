"""What a plan says, in the words of the chosen language: what moved, and why there is none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tanlu.render.amounts import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.i18n.say import Say


def name_of(thing: str, plan: Mapping[str, Any], say: Say) -> str:
    """Return a measure's name and site where the plan or the workspace names it."""
    known = plan.get("names") or {}
    told = known.get(thing) or known.get(thing.partition("@")[0])
    if not told or not (told.get("zh") or told.get("en")):
        return thing
    site = thing.partition("@")[2]
    text = say.pick(told.get("zh") or thing, told.get("en") or thing)
    return f"{text} ({site_name(site, plan, say)})" if site else text


def site_name(site: str, plan: Mapping[str, Any], say: Say) -> str:
    """Return a site by the name that the company gives it."""
    told = (plan.get("site_names") or {}).get(site) or {}
    return say.pick(told.get("zh") or site, told.get("en") or site)


def move_told(row: Mapping[str, Any], plan: Mapping[str, Any], say: Say) -> str:
    """Return a move's sentence: its years, or its sizes where the year stays."""
    measure = name_of(row["id"].partition("#")[0], plan, say)
    if row["before"] != row["after"]:
        before, after = (_when(row[name], say) for name in ("before", "after"))
        return say("study.moved", measure=measure, before=before, after=after)
    sizes = {name: _size(row[f"size_{name}"], row["unit"], say) for name in ("before", "after")}
    return say("study.moved.sized", measure=measure, year=row["before"], **sizes)


def _when(year: int | None, say: Say) -> str:
    return say("study.not_taken") if year is None else str(year)


def _size(value: float, unit: str, say: Say) -> str:
    return say.percent(value) if unit == "1" else f"{say.number(value)} {unit}"


def shortfall_told(short: Mapping[str, Any], say: Say) -> str:
    """Return the sentence that says by how much the targets are missed."""
    if short.get("target") is None:
        return say("cli.infeasible_rules" if short.get("conflict") else "cli.infeasible_margin")
    missed = amount(short.get("short_t"), short.get("unit", "t"), say)
    return say("cli.infeasible", target=short["target"], short=missed)


def help_told(row: Mapping[str, Any], short: Mapping[str, Any], say: Say) -> str:
    """Return in words what would make a plan possible."""
    code = f"plan.help.{row['family']}"
    if not say.knows(code):
        return str(row["family"])
    value = row["amount"]
    if value is None and say.knows(f"{code}_free"):
        return say(f"{code}_free")
    shown: dict[str, Callable[[float], str]] = {
        "budget": say.money,
        "offsets": say.mass,
        "measures": partial(_missed, unit=short.get("unit") or "t", say=say),
        "target_year": _whole,
    }
    known = shown.get(row["family"])
    return say(code, amount=known(value)) if known else say(code)


def _missed(value: float, *, unit: str, say: Say) -> str:
    return amount(value, unit, say)


def _whole(value: float) -> str:
    return str(int(value))
