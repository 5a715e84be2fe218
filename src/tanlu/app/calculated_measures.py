"""A calculation becomes a measure of the company's own, and is kept as its evidence."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.app import calculators, clock, own_measures, plans
from tanlu.app.findings import item_name
from tanlu.app.references import items_by_id
from tanlu.app.situations import carrier_fact
from tanlu.catalog import load, tables
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

_KEPT = "calculation:"
_MARK = 12  # letters of the hash that name a calculation
_PER_YEAR = "MWh/yr"


def offer(body: Mapping[str, Any], say: Say) -> dict[str, Any] | None:
    """Return what a calculation gives a measure; None where it gives none.

    Parameters
    ----------
    body : Mapping
        Answer of `calculators.calculated_body`, of one case.
    say : Say
        Language of the names.

    Returns
    -------
    dict or None
        ``carriers``: (id, name, saved) of each that is saved, the largest first; ``capex``,
        ``om``, ``life``: as text, empty where the calculation does not tell; ``name``.
    """
    told = body["measure"]
    if told is None or not _saved(told):
        return None
    carriers = [
        (carrier, item_name(carrier, say), f"{say.number(saved['value'])} {saved['unit']}")
        for carrier, saved in _saved(told).items()
    ]
    texts = {name: _plain(told.get(name)) for name in ("capex", "om", "life")}
    return {"name": body["name"], "carriers": carriers, **texts}


def _saved(told: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the carriers a measure saves, the most energy first; several cases are no measure."""
    saves = told.get("saves") or {}
    found = {
        carrier: saved
        for carrier, saved in saves.items()
        if isinstance(saved["value"], float | int) and saved["value"] > 0
    }
    return dict(sorted(found.items(), key=lambda pair: -_mwh(pair[1])))


def _mwh(saved: Mapping[str, Any]) -> float:
    units = load.engineering_units()
    return units.read(saved["unit"]).convert(float(saved["value"]), units.read(_PER_YEAR))


def _plain(told: Any) -> str:
    """Return a figure as it is typed; empty for none."""
    value = told.get("value") if isinstance(told, dict) else None
    return f"{value:.12g}" if isinstance(value, float | int) else ""


def make_measure(
    workspace: Workspace,
    kind: str,
    given: Mapping[str, Any],
    *,
    typed: Mapping[str, str],
    say: Say,
) -> str:
    """Add the result of a calculation as a measure of one's own, the calculation as evidence.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    kind : str
        Calculator id.
    given : Mapping
        Its inputs.
    typed : Mapping of str to str
        ``site``, ``carrier``, ``name``, ``capex``, ``om``, ``life``, ``lead``, ``reason``.
    say : Say
        Language.

    Returns
    -------
    str
        Id of the measure.

    Raises
    ------
    TanluError
        Those of the calculation; ``calc.no-measure``; those of `own_measures.add_measure`.
    """
    body = calculators.calculated_body(kind, {calculators.INPUTS: dict(given)}, say=say)
    saves = _saved(body["measure"] or {})
    if not saves:
        raise TanluError("calc.no-measure", kind=body["name"])
    carrier = typed.get("carrier") or next(iter(saves))
    if carrier not in saves:
        raise TanluError("measures.carrier", found=carrier, near=", ".join(saves))
    name = _new_id(workspace, kind)
    draft = own_measures.Draft(
        measure=name,
        site=typed.get("site", ""),
        name=typed.get("name", "").strip() or body["name"],
        carrier=carrier,
        end_use=_end_use(body["measure"]),
        saves=_amount(workspace, carrier, saves[carrier]),
        evidence="typed",
        source=f"{kind}#{_mark(kind, given)}",
        **{field: typed.get(field, "").strip() for field in ("capex", "om", "life", "lead")},
        reason=typed.get("reason", "").strip(),
    )
    own_measures.add_measure(workspace, draft)
    _keep(workspace, kind, given, reason=draft.reason)
    return name


def _end_use(told: Mapping[str, Any]) -> str:
    known = {str(row["id"]) for row in tables.read("end_use")}
    use = str(told.get("end_use") or "")
    return use if use in known else ""


def _amount(workspace: Workspace, carrier: str, saved: Mapping[str, Any]) -> str:
    """Return a saving a year in the ledger unit of its carrier."""
    fact = carrier_fact(carrier, plans.base_inventory(workspace))
    unit = items_by_id()[carrier].unit
    if not fact.mwh_per_unit:
        raise TanluError(
            "measures.amount", found=f"{saved['value']} {saved['unit']}", unit=unit, carrier=carrier
        )
    return f"{_mwh(saved) / float(fact.mwh_per_unit):.9f} {unit}"


def _new_id(workspace: Workspace, kind: str) -> str:
    known = {measure.id for measure in own_measures.own_measures(workspace)}
    names = (f"own-{kind}", *(f"own-{kind}-{n}" for n in range(2, len(known) + 3)))
    return next(name for name in names if name not in known)


def _mark(kind: str, given: Mapping[str, Any]) -> str:
    return hashlib.sha256(_text(kind, given).encode()).hexdigest()[:_MARK]


def _text(kind: str, given: Mapping[str, Any]) -> str:
    body = {"kind": kind, "inputs": given}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, default=_number)


def _number(value: Any) -> str | float:
    """Return a typed decimal as a number of JSON."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _keep(workspace: Workspace, kind: str, given: Mapping[str, Any], *, reason: str) -> None:
    key = _KEPT + _mark(kind, given)
    if key not in workspace.settings.other:
        body = _text(kind, given)  # as text: the ledger keeps no floats
        workspace.put_setting(key, body, at=clock.now(), actor=clock.actor(), reason=reason)


def is_kept(workspace: Workspace, mark: str) -> bool:
    """Return whether a calculation of this mark is kept."""
    return _KEPT + mark in workspace.settings.other


def kept_inputs(workspace: Workspace, mark: str) -> dict[str, Any]:
    """Return the inputs of a calculation that is the evidence of a measure.

    Raises
    ------
    TanluError
        ``calc.unknown``.
    """
    found = workspace.settings.other.get(_KEPT + mark)
    if not isinstance(found, str):
        raise TanluError("calc.unknown", found=mark)
    inputs: dict[str, Any] = json.loads(found)["inputs"]
    return inputs
