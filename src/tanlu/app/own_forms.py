"""A company's own measures as forms: add, change, put own figures in place of the catalogue's."""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app import own_measures
from tanlu.app.calculated_measures import is_kept
from tanlu.app.findings import item_name
from tanlu.app.measure_board import use_name
from tanlu.app.references import items_by_id
from tanlu.catalog import tables
from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

_GAP = re.compile(r"(?<=\d)(?=[^\d\s.,])")  # between a number and its unit
_SETTINGS = (own_measures.OWN, own_measures.OVERRIDES)
_PLACES = {
    "measures.site": "site",
    "measures.carrier": "carrier",
    "measures.end_use": "end_use",
    "measures.amount": "saves",
    "measures.taken": "measure",
    "measures.evidence": "evidence",
    "measures.nothing": "saving",
}
_FIELDS = ("site", "name", "carrier", "end_use", "saves", "saving", "capex", "om", "life", "lead",
           "evidence", "source", "reason")  # fmt: skip


def own(workspace: Workspace, say: Say, *, sites: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the company's own measures and figures in words; of some sites where given."""
    names = {site.id: say.pick(site.id, site.name_en) for site in workspace.sites()}
    body = own_measures.own_body(workspace, say=say)
    return {
        "own": [
            _own_row(workspace, row, names, say)
            for row in body["own"]
            if sites is None or row["site"] in sites
        ],
        "overrides": [
            _override_row(workspace, row, names, say)
            for row in body["overrides"]
            if sites is None or row["id"].partition("@")[2] in sites
        ],
    }


def _own_row(
    workspace: Workspace, row: Mapping[str, Any], sites: Mapping[str, str], say: Say
) -> dict[str, Any]:
    unit = items_by_id()[row["carrier"]].unit
    where = [
        item_name(row["carrier"], say),
        use_name(row["end_use"], say) if row["end_use"] else "",
    ]
    return _shared(workspace, row, say) | {
        "label": row["name"],
        "site": sites.get(row["site"], row["site"]),
        "saves": f"{say.number(float(Fraction(row['amount'])))} {unit}",
        "where": say.listed([part for part in where if part]),
    }


def _override_row(
    workspace: Workspace, row: Mapping[str, Any], sites: Mapping[str, str], say: Say
) -> dict[str, Any]:
    measure, _, site = row["id"].partition("@")
    saving = None if row["saving"] is None else say.percent(Fraction(row["saving"]))
    return _shared(workspace, row, say) | {
        "label": row["label"],
        "measure": measure,
        "site": sites.get(site, site),
        "saves": saving or say.missing,
    }


def _shared(workspace: Workspace, row: Mapping[str, Any], say: Say) -> dict[str, Any]:
    kind, hash_sign, mark = str(row["source"]).partition("#")
    is_calculated = bool(hash_sign) and is_kept(workspace, mark)
    return {
        "id": row["id"],
        "capex": _money(row["capex"], say),
        "om": _money(row["om"], say),
        "life": row["life"] or say.missing,
        "evidence": say(f"measures.evidence.{row['evidence']}"),
        "source": row["source"],
        "reason": row["reason"],
        "calculator": kind if is_calculated else "",
        "calculation": mark if is_calculated else "",
    }


def _money(text: str | None, say: Say) -> str:
    return say.missing if text is None else say.money(float(Fraction(text)))


def form(
    workspace: Workspace,
    say: Say,
    *,
    edit: str = "",
    measure: str = "",
    sites: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return the form of an own measure, or of own figures for a measure of the catalogue.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    say : Say
        Language.
    edit : str
        Id of what is changed: a number, or ``<measure>@<site>``; empty for a new one.
    measure : str
        Measure of the catalogue that new figures are for; empty for a measure of one's own.
    sites : sequence of str or None
        Sites to choose from; None is all.

    Returns
    -------
    dict
        ``values``: what is stored; ``mark``: of the state the form was drawn from; the choices.

    Raises
    ------
    TanluError
        ``measures.not-own``.
    """
    stored = _stored(workspace)
    if edit and edit not in stored:
        raise TanluError("measures.not-own", found=edit, near=", ".join(stored) or "-")
    body = stored.get(edit, {})
    uses = [(str(row["id"]), use_name(str(row["id"]), say)) for row in tables.read("end_use")]
    carriers = dict.fromkeys(str(row["carrier"]) for row in tables.read("measure"))
    return {
        "id": edit,
        "measure": measure or (edit.partition("@")[0] if "@" in edit else ""),
        "mark": _mark(body),
        "values": _values(edit, body),
        "sites": [
            (s.id, say.pick(s.id, s.name_en))
            for s in workspace.sites()
            if sites is None or s.id in sites
        ],
        "carriers": [(name, item_name(name, say)) for name in carriers],
        "uses": [("", say("web.own.largest-use")), *uses],
        "evidences": [
            (kind.value, say(f"measures.evidence.{kind.value}"))
            for kind in (Evidence.TYPED, Evidence.QUOTED, Evidence.MEASURED)
        ],
    }


def _stored(workspace: Workspace) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for key in _SETTINGS:
        kept = workspace.settings.other.get(key)
        found |= kept if isinstance(kept, dict) else {}
    return found


def _mark(body: Mapping[str, Any]) -> str:
    """Return what tells a stored body from another one; empty for none."""
    text = json.dumps(body, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if body else ""


def _values(edit: str, body: Mapping[str, Any]) -> dict[str, str]:
    if not body:
        return {}
    site = edit.partition("@")[2] or str(body.get("site", ""))
    found = {name: str(body[name]) for name in _FIELDS if body.get(name) not in (None, "")}
    found |= {name: _typed(body[name]) for name in ("capex", "om") if body.get(name) is not None}
    if body.get("amount") is not None:
        found["saves"] = f"{_typed(body['amount'])} {items_by_id()[str(body['carrier'])].unit}"
    if body.get("saving") is not None:
        found["saving"] = f"{_typed(Fraction(body['saving']) * 100)}%"
    return found | {"site": site, "lead": str(body.get("lead_years") or "")}


def _typed(value: Any) -> str:
    return f"{float(Fraction(value)):.12g}"


def save(workspace: Workspace, typed: Mapping[str, str], *, say: Say) -> dict[str, str] | str:
    """Write an own measure or own figures as typed, unless they changed since the form was drawn.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    typed : Mapping of str to str
        Fields; ``id`` of what is changed, ``measure`` of the catalogue, ``mark`` of the form.
    say : Say
        Language of names.

    Returns
    -------
    dict or str
        What is stored now, where it changed meanwhile; else the id that is written.

    Raises
    ------
    TanluError
        Those of `own_measures.add_measure` and `own_measures.override_measure`.
    """
    edit, measure, site = (typed.get(name, "").strip() for name in ("id", "measure", "site"))
    stored = _stored(workspace)
    name = edit or (f"{measure}@{site}" if measure else _new_id(stored))
    body = stored.get(name, {})
    if body and _mark(body) != typed.get("mark", ""):
        return _values(name, body) | {"mark": _mark(body), "id": name}
    fields = {field: typed.get(field, "").strip() for field in _FIELDS}
    fields["saves"] = _GAP.sub(" ", fields["saves"], count=1)
    fields["evidence"] = fields["evidence"] or Evidence.TYPED.value
    fields["site"] = site
    if measure:
        draft = own_measures.Draft(measure=measure, **fields)
        own_measures.override_measure(workspace, draft, say=say)
        return f"{measure}@{site}"
    own_measures.add_measure(workspace, own_measures.Draft(measure=name, **fields))
    return name


def _new_id(stored: Mapping[str, Any]) -> str:
    return next(name for n in range(1, len(stored) + 2) if (name := f"own-{n}") not in stored)


def field_of(error: TanluError) -> str:
    """Return the field of the form that an error is about; empty where it is about all."""
    told = str(error.facts.get("field", "")).lstrip("-")
    return told or _PLACES.get(error.code, "")


def message_of(error: TanluError, say: Say) -> str:
    """Return an error in the words of a form; the catalogue's own speak of options."""
    name = field_of(error)
    code = f"web.own.wrong.{error.code.partition('.')[2]}"
    if not say.knows(code):
        return say.error(error)
    facts = dict(error.facts) | {"name": say(f"web.own.{name}") if name else ""}
    return say(code, **facts)


def site_of(workspace: Workspace, name: str) -> str:
    """Return the site of an own measure or of own figures; empty for one that is not known."""
    body = _stored(workspace).get(name, {})
    return name.partition("@")[2] or str(body.get("site", ""))


def remove(workspace: Workspace, name: str, *, reason: str) -> None:
    """Take out an own measure or own figures, with a reason.

    Raises
    ------
    TanluError
        ``measures.field-missing`` without a reason; ``measures.not-own``.
    """
    if not reason.strip():
        raise TanluError("measures.field-missing", field="reason")
    own_measures.remove_measure(workspace, name, reason=reason.strip())
