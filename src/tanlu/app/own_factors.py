"""Project factors: a company's own value, or an edition it adopts, before any published one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.findings import item_name
from tanlu.app.references import items_by_id, near, unit_table
from tanlu.catalog import load
from tanlu.catalog.schema import CellError, exact
from tanlu.factors.gas import UNSPLIT
from tanlu.factors.model import Factor, FactorQuality, Level
from tanlu.inventory.figures import is_purchased_power
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream
from tanlu.units.parse import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tanlu.factors.model import Item
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

SETTING = "factors_own"
SET = "PROJECT"
GASES = (UNSPLIT, "CO2", "CH4", "N2O")


@dataclass(frozen=True, slots=True)
class Draft:
    """A project factor as typed; empty where it is not given.

    Parameters
    ----------
    item : str
        Item it serves.
    site : str
        Site it is for; empty is the whole company.
    stream : str
        ``main``, ``market`` (purchased power, market-based) or ``upstream``.
    value, unit, gas : str
        kg of a gas per unit of activity.
    adopt : str
        Id of a published factor whose value is taken instead.
    source : str
        Document or measurement it comes from; with `adopt` that of the published factor.
    reason : str
        Why it is used.
    first_year, last_year : str
        Years it is used for, both included; empty is no limit.
    """

    item: str
    site: str = ""
    stream: str = Stream.MAIN.value
    value: str = ""
    unit: str = ""
    gas: str = UNSPLIT
    adopt: str = ""
    source: str = ""
    reason: str = ""
    first_year: str = ""
    last_year: str = ""

    @property
    def name(self) -> str:
        """What it is kept by: one for each item, stream and site."""
        return f"{self.item}:{self.stream}" + (f"@{self.site}" if self.site else "")


def override_factor(workspace: Workspace, draft: Draft, *, say: Say) -> dict[str, Any]:
    """Use a project factor from now on; one of the same item, stream and site is replaced.

    Returns
    -------
    dict
        As `factors_body`.

    Raises
    ------
    TanluError
        Those of `read_draft`.
    """
    body = read_draft(workspace, draft)
    stored = dict(_stored(workspace)) | {draft.name: body}
    ordered = {name: stored[name] for name in sorted(stored)}
    _put(workspace, ordered, reason=draft.reason)
    return factors_body(workspace, say=say)


def remove_factor(workspace: Workspace, name: str, *, reason: str, say: Say) -> dict[str, Any]:
    """Go back to the published factor.

    Raises
    ------
    TanluError
        ``factors.own-unknown`` with those there are; ``factors.own-missing`` without a reason.
    """
    stored = _stored(workspace)
    if name not in stored:
        raise TanluError("factors.own-unknown", found=name, near=", ".join(stored) or "-")
    if not reason.strip():
        raise TanluError("factors.own-missing", field="reason")
    kept = {other: body for other, body in stored.items() if other != name}
    _put(workspace, kept, reason=reason)
    return factors_body(workspace, say=say)


def factors_body(workspace: Workspace, *, say: Say) -> dict[str, Any]:
    """Return the project factors with who set them and why."""
    return {
        "factors": [
            dict(body) | {"id": name, "label": item_name(str(body["item"]), say)}
            for name, body in _stored(workspace).items()
        ]
    }


def stored_factor(workspace: Workspace, name: str) -> Mapping[str, Any] | None:
    """Return one project factor as it is kept; None where there is none."""
    return _stored(workspace).get(name)


def own_factors(workspace: Workspace) -> tuple[Factor, ...]:
    """Return the project factors as the factor book takes them."""
    return tuple(_factors(_stored(workspace).values(), workspace))


def with_draft(workspace: Workspace, draft: Draft) -> tuple[Factor, ...]:
    """Return the project factors as they would be with a draft."""
    stored = dict(_stored(workspace)) | {draft.name: read_draft(workspace, draft)}
    return tuple(_factors(stored.values(), workspace))


def without(workspace: Workspace, name: str) -> tuple[Factor, ...]:
    """Return the project factors as they would be without one of them."""
    kept = (body for other, body in _stored(workspace).items() if other != name)
    return tuple(_factors(kept, workspace))


def read_draft(workspace: Workspace, draft: Draft) -> dict[str, Any]:
    """Return a draft checked and in the units of the ledger, as it is kept.

    Raises
    ------
    TanluError
        ``factors.own-item``, ``factors.own-site``, ``factors.own-stream``,
        ``factors.own-adopt``, ``factors.own-value``, ``factors.own-unit``,
        ``factors.own-years``, ``factors.own-missing`` for a source or reason left out.
    """
    item = items_by_id().get(draft.item)
    if item is None:
        missed = near(draft.item, items_by_id()) or "-"
        raise TanluError("factors.own-item", found=draft.item or "-", near=missed)
    sites = {site.id for site in workspace.sites()}
    if draft.site and draft.site not in sites:
        raise TanluError("factors.own-site", found=draft.site, near=", ".join(sorted(sites)) or "-")
    _check_stream(draft.stream, item)
    if not draft.reason.strip():
        raise TanluError("factors.own-missing", field="reason")
    _check_years(draft)
    worth = _adopted(draft, item) if draft.adopt else _typed(draft, item)
    return {
        **{name: text.strip() for name, text in asdict(draft).items() if name != "adopt"},
        **worth,
        "adopted": draft.adopt,
        "by": clock.actor(),
        "at": clock.now().isoformat(timespec="microseconds"),
    }


def editions_of(item: str) -> tuple[Factor, ...]:
    """Return every published factor of an item that may be adopted, templates included."""
    known = items_by_id()[item]
    names = {item, known.factor_item}
    return tuple(f for f in (*load.factors(), *load.template_factors()) if f.item in names)


def _check_stream(stream: str, item: Item) -> None:
    streams = [one.value for one in (Stream.MAIN, Stream.MARKET, Stream.UPSTREAM)]
    if stream not in streams or (stream == Stream.MARKET and not is_purchased_power(item)):
        allowed = streams if is_purchased_power(item) else [Stream.MAIN, Stream.UPSTREAM]
        raise TanluError("factors.own-stream", found=stream or "-", known=", ".join(allowed))


def _check_years(draft: Draft) -> None:
    given = [text for text in (draft.first_year, draft.last_year) if text]
    plain = all(text.isascii() and text.isdigit() and len(text) == len("2026") for text in given)
    if not plain or (len(given) > 1 and given[0] > given[1]):
        raise TanluError("factors.own-years", found="-".join(given))


def _adopted(draft: Draft, item: Item) -> dict[str, Any]:
    found = next((one for one in editions_of(item.id) if one.id == draft.adopt), None)
    if found is None:
        known = [one.id for one in editions_of(item.id)]
        raise TanluError(
            "factors.own-adopt", found=draft.adopt, near=near(draft.adopt, known) or "-"
        )
    return {
        "unit": found.unit,
        "gases": {gas: str(value) for gas, value in found.gases.items()},
        "source": draft.source or found.source,
        "locator": found.locator,
        "document": found.document_no,
        "basis": found.basis,
        "data_year": found.data_year,
    }


def _typed(draft: Draft, item: Item) -> dict[str, Any]:
    if draft.gas not in GASES:
        raise TanluError("factors.own-value", found=draft.gas or "-", known=", ".join(GASES))
    if not draft.source.strip():
        raise TanluError("factors.own-missing", field="source")
    try:
        value = exact(draft.value.strip().replace(",", ""))
    except CellError:
        value = Fraction(-1)
    if value < 0:
        raise TanluError("factors.own-value", found=draft.value or "-", known="0.5306")
    unit = parse_unit(draft.unit, unit_table())
    units = unit_table()
    wanted = {units.dimension(one) for one in (item.unit, *item.dims)}
    if not unit.counts or units.dimension(unit.ledger_unit) not in wanted:
        raise TanluError("factors.own-unit", found=draft.unit or "-", unit=item.unit)
    return {
        "unit": unit.ledger_unit,
        "gases": {draft.gas: str(value / unit.scale)},
        "locator": "",
        "document": "",
        "basis": "",
        "data_year": None,
    }


def _factors(bodies: Iterable[Mapping[str, Any]], workspace: Workspace) -> Iterator[Factor]:
    """Yield each project factor at the sites it serves: its own value there comes first."""
    stored = list(bodies)
    apart = {(body["item"], body["stream"], body["site"]) for body in stored if body["site"]}
    sites = [site.id for site in workspace.sites()]
    for body in stored:
        if body["site"]:
            yield _factor(body, Level.SITE, body["site"])
            continue
        yield _factor(body, Level.DEFAULT, "")
        for site in sites:
            if (body["item"], body["stream"], site) not in apart:
                yield _factor(body, Level.SITE, site)


def _factor(body: Mapping[str, Any], level: Level, key: str) -> Factor:
    place = f"@{key}" if key else ""
    first, last = body.get("first_year"), body.get("last_year")
    return Factor(
        id=f"{SET}:{body['item']}:{body['stream']}{place}",
        version=1,
        factor_set=SET,
        item=body["item"],
        level=level,
        key=key,
        definition="",
        stream=body["stream"],
        data_year=body["data_year"],
        valid_from=date(int(first), 1, 1) if first else None,
        valid_to=date(int(last) + 1, 1, 1) if last else None,
        unit=body["unit"],
        gases={gas: Fraction(value) for gas, value in body["gases"].items()},
        quality=FactorQuality.USER,
        gsd=None,
        corr_group=f"{SET}:{body['item']}:{body['stream']}",
        basis=body["basis"],
        source=body["source"],
        locator=body["locator"] or body["reason"],
        document_no=body["document"],
        published=None,
        note_zh=body["reason"],
        note_en=body["reason"],
    )


def _stored(workspace: Workspace) -> Mapping[str, Mapping[str, Any]]:
    found = workspace.settings.other.get(SETTING)
    return found if isinstance(found, dict) else {}


def _put(workspace: Workspace, stored: Mapping[str, Any], *, reason: str) -> None:
    workspace.put_setting(SETTING, stored, at=clock.now(), actor=clock.actor(), reason=reason)
