"""The form of a project factor: what it holds, its effect before it is used, and taking it."""

from __future__ import annotations

from dataclasses import asdict, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app import clock, own_factors
from tanlu.app.factor_effects import effect_of
from tanlu.app.findings import item_name
from tanlu.app.own_factors import GASES, Draft, editions_of
from tanlu.app.payloads import plain
from tanlu.app.references import items_by_id
from tanlu.app.workspaces import site_names
from tanlu.inventory.figures import is_purchased_power
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

STALE = "factors.own-changed"
_STREAMS = (Stream.MAIN, Stream.MARKET, Stream.UPSTREAM)


def form(desk: Desk, typed: Mapping[str, str], *, edit: str = "", say: Say) -> dict[str, Any]:
    """Return the project factors and the form as typed, or as one of them is kept.

    Parameters
    ----------
    desk : Desk
        The workspace.
    typed : Mapping of str to str
        Fields of the form.
    edit : str
        Name of the project factor to change; empty takes what is typed.
    say : Say
        Language.
    """
    kept = own_factors.stored_factor(desk.workspace, edit) if edit else None
    values = {**_blank(), **_draft_fields(kept or typed)}
    if kept:
        values |= {"adopt": kept["adopted"], "drawn": kept["at"]}
    else:
        values["drawn"] = typed.get("drawn") or _drawn(desk, values)
    item = items_by_id().get(values["item"])
    return {
        "listed": [_told(body, say) for body in _bodies(desk, say)],
        "values": values,
        "items": sorted(((i, item_name(i, say)) for i in items_by_id()), key=lambda pair: pair[1]),
        "sites": [("", say("web.factors.own.site.all")), *_sites(desk, say)],
        "streams": [
            (one.value, say(f"explain.stream.{one.value}"))
            for one in _STREAMS
            if one is not Stream.MARKET or (item and is_purchased_power(item))
        ],
        "gases": [(gas, gas) for gas in GASES],
        "editions": [
            ("", say("web.factors.own.adopt.none")),
            *((f.id, f"{f.id} · {_worth(f.gases, f.unit)}") for f in _editions(values)),
        ],
        "unit": item.unit if item else "",
        "effect": None,
    }


def taken(desk: Desk, typed: Mapping[str, str], *, say: Say) -> dict[str, Any] | None:
    """Return the form with its effect; None once the factor is used.

    Raises
    ------
    TanluError
        ``factors.own-changed`` where somebody changed it since the form was drawn; those of
        `own_factors.read_draft`.
    """
    draft = _draft(typed)
    own_factors.read_draft(desk.workspace, draft)
    stored_now = own_factors.stored_factor(desk.workspace, draft.name)
    if (stored_now["at"] if stored_now else "") != typed.get("drawn", ""):
        raise TanluError(STALE, by=stored_now["by"] if stored_now else "-")
    if typed.get("step") == "save":
        own_factors.override_factor(desk.workspace, draft, say=say)
        return None
    effect = effect_of(desk.workspace, draft, taken=desk.taken)
    return form(desk, typed, say=say) | {"effect": [_shown(one, say) for one in effect]}


def stored(desk: Desk, typed: Mapping[str, str], *, say: Say) -> dict[str, Any]:
    """Return the project factor as it is kept now, for the choice between two versions."""
    body = own_factors.stored_factor(desk.workspace, _draft(typed).name)
    if body is None:
        return {"drawn": "", "told": say.missing}
    told = say(
        "web.factors.own.theirs",
        value=_stored_worth(body),
        source=body["source"],
        reason=body["reason"],
    )
    return {"drawn": body["at"], "told": told}


def remove(desk: Desk, typed: Mapping[str, str], *, say: Say) -> None:
    """Go back to the published factor.

    Raises
    ------
    TanluError
        Those of `own_factors.remove_factor`.
    """
    name, reason = typed.get("name", ""), typed.get("reason", "")
    own_factors.remove_factor(desk.workspace, name, reason=reason, say=say)


def claimed_year(text: str) -> int | None:
    """Return the year of a claim as typed; None where none is given.

    Raises
    ------
    TanluError
        ``claim.year``.
    """
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise TanluError("claim.year", found=text)
    return int(text)


def _draft(typed: Mapping[str, str]) -> Draft:
    return Draft(**_draft_fields(typed))


def _draft_fields(typed: Mapping[str, Any]) -> dict[str, str]:
    names = {field.name for field in fields(Draft)}
    return {name: str(value).strip() for name, value in typed.items() if name in names}


def _blank() -> dict[str, str]:
    return asdict(Draft(item=""))


def _drawn(desk: Desk, values: Mapping[str, str]) -> str:
    body = own_factors.stored_factor(desk.workspace, _draft(values).name)
    return str(body["at"]) if body else ""


def _editions(values: Mapping[str, str]) -> list[Any]:
    if values["item"] not in items_by_id():
        return []
    return [one for one in editions_of(values["item"]) if one.stream == values["stream"]]


def _bodies(desk: Desk, say: Say) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = own_factors.factors_body(desk.workspace, say=say)["factors"]
    return found


def _sites(desk: Desk, say: Say) -> list[tuple[str, str]]:
    return [
        (site, say.pick(name["zh"], name["en"]))
        for site, name in site_names(desk.workspace).items()
    ]


def _told(body: Mapping[str, Any], say: Say) -> dict[str, Any]:
    first, last = body.get("first_year") or "", body.get("last_year") or ""
    return dict(body) | {
        "worth": _stored_worth(body),
        "where": body["site"] or say("web.factors.own.site.all"),
        "stream_name": say(f"explain.stream.{body['stream']}"),
        "years": f"{first}\N{EN DASH}{last}" if first or last else "",
        "when": say("web.factors.own.by", by=body["by"], at=clock.minute(body["at"])),
    }


def _stored_worth(body: Mapping[str, Any]) -> str:
    return _worth({gas: Fraction(value) for gas, value in body["gases"].items()}, body["unit"])


def _worth(gases: Mapping[str, Fraction], unit: str) -> str:
    amounts = [f"{plain(value)} kg{gas}" for gas, value in gases.items()]
    return f"{' + '.join(amounts)}/{unit}"


def _shown(one: Mapping[str, Any], say: Say) -> dict[str, Any]:
    def told(method: str) -> dict[str, str]:
        found = one[method]
        texts = {name: say.mass(found[name]) for name in ("before_t", "after_t", "delta_t")}
        return texts | {"figure": found["figure"]}

    return {
        "year": one["year"],
        "rows": say.count(one["rows"]),
        "is_used": bool(one["rows"]),
        "market": told("market"),
        "location": told("location"),
    }
