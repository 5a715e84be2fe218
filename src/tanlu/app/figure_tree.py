"""What a figure is the sum of: figures one step finer, down to the rows of one site and item."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tanlu.app.explanations import belongs, value_of
from tanlu.app.findings import item_name
from tanlu.app.payloads import number
from tanlu.inventory.figures import FigureKey, Measure
from tanlu.inventory.model import tonnes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.inventories import TakenInventory
    from tanlu.i18n.say import Say

_SCOPES = {1: Measure.SCOPE1, 2: Measure.SCOPE2, 3: Measure.SCOPE3}
_MOST = 12


def terms_of(
    taken: TakenInventory,
    key: FigureKey,
    *,
    names: Mapping[str, Mapping[str, str]],
    say: Say,
) -> list[dict[str, Any]]:
    """Return the figures that add up to a figure, largest first; none for the rows of one source.

    Parameters
    ----------
    taken : TakenInventory
        The inventory.
    key : FigureKey
        The figure.
    names : Mapping
        Names of the sites in two languages.
    say : Say
        Language.

    Returns
    -------
    list of dict
        ``name``, ``t``, ``figure``; beyond the twelfth one entry sums the rest, without a figure.
    """
    found = {one: value_of(taken, one) for one in _finer(taken, key)}
    if key.gas is not None:
        found = {one: mg for one, mg in found.items() if mg is not None}
    ordered = sorted(found.items(), key=lambda pair: (pair[1] is None, -(pair[1] or 0)))
    told = [
        {"name": _name(key, one, names, say), "t": number(tonnes(mg)), "figure": one.id}
        for one, mg in ordered
    ]
    rest = [mg for _, mg in ordered[_MOST:] if mg is not None]
    if len(told) <= _MOST + 1 or not rest:
        return told
    others = say("web.trace.other", n=say.count(len(told) - _MOST))
    return [*told[:_MOST], {"name": others, "t": number(tonnes(sum(rest))), "figure": ""}]


def _finer(taken: TakenInventory, key: FigureKey) -> list[FigureKey]:
    """Return the keys one step finer: scope, then category, item, site."""
    parts = [part for part in taken.inventory.parts if belongs(part, key)]
    if key.measure is Measure.TOTAL:
        scopes = sorted({part.scope for part in parts})
        return [replace(key, measure=_SCOPES[scope]) for scope in scopes]
    if key.category is None and key.measure in (Measure.SCOPE3, Measure.ISO):
        is_iso = key.measure is Measure.ISO
        held = {str(part.iso_category) if is_iso else part.category for part in parts}
        return [replace(key, category=one) for one in sorted(held)]
    if key.item is None:
        return [replace(key, item=one) for one in sorted({part.item for part in parts})]
    if key.site is None:
        return [replace(key, site=one) for one in sorted({part.site for part in parts})]
    return []


def _name(
    whole: FigureKey, part: FigureKey, names: Mapping[str, Mapping[str, str]], say: Say
) -> str:
    """Return what tells a finer figure from the one it belongs to."""
    if part.measure is not whole.measure:
        method = f"_{part.basis.value}" if part.measure is Measure.SCOPE2 else ""
        return say(f"explain.measure.{part.measure.value}{method}")
    if part.category != whole.category:
        kind = "iso" if part.measure is Measure.ISO else "category"
        return say(f"report.{kind}.{part.category}")
    if part.item != whole.item:
        return item_name(part.item, say) if part.item else say("web.trace.no-item")
    known = names.get(part.site or "", {"zh": part.site or "", "en": part.site or ""})
    return say.pick(known["zh"], known["en"]) or say("cli.group")
