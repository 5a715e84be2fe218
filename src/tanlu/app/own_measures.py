"""Put a company's own measures and figures into its workspace, and take them out again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.references import items_by_id, near, unit_table
from tanlu.catalog import tables
from tanlu.catalog.schema import CellError, exact
from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import Evidence
from tanlu.measures.own import Override, OwnMeasure
from tanlu.units.parse import parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

    Stored = TypeVar("Stored", OwnMeasure, Override)

OWN, OVERRIDES = "measures_own", "measures_overridden"
_YUAN = "\N{CJK UNIFIED IDEOGRAPH-5143}"
_WORDS = {"\N{CJK UNIFIED IDEOGRAPH-4E07}": 10**4, "\N{CJK UNIFIED IDEOGRAPH-4EBF}": 10**8}
_STATED = (Evidence.MEASURED, Evidence.QUOTED, Evidence.TYPED)
_LONGEST = 60  # years that a measure may live or take to build


@dataclass(frozen=True, slots=True)
class Draft:
    """A measure or an override as typed; empty where it is not given.

    Parameters
    ----------
    measure, site : str
        Number and site.
    name, carrier, end_use, saves : str
        Of an own measure: ``saves`` is an amount a year with its unit, such as ``120 MWh``.
    saving, capex, om, life, lead : str
        Share of the end use, CNY, CNY a year, years, years.
    evidence, source, reason : str
        Where the numbers come from, and why.
    """

    measure: str
    site: str
    name: str = ""
    carrier: str = "electricity"
    end_use: str = ""
    saves: str = ""
    saving: str = ""
    capex: str = ""
    om: str = ""
    life: str = ""
    lead: str = ""
    evidence: str = "typed"
    source: str = ""
    reason: str = ""


def add_measure(workspace: Workspace, draft: Draft) -> dict[str, Any]:
    """Add a measure of one's own; one of the same number is replaced.

    Raises
    ------
    TanluError
        ``measures.field`` for a missing or wrong field, ``measures.site``,
        ``measures.carrier``, ``measures.end_use``, ``measures.amount`` for an amount without a
        unit of the carrier, ``measures.taken`` for a number of the catalogue,
        ``measures.evidence``.
    """
    if draft.measure in {row["id"] for row in tables.read("measure")}:
        raise TanluError("measures.taken", found=draft.measure)
    _check_site(workspace, draft.site)
    item = items_by_id().get(draft.carrier)
    if item is None:
        raise TanluError(
            "measures.carrier", found=draft.carrier, near=near(draft.carrier, items_by_id()) or "-"
        )
    uses = {row["id"] for row in tables.read("end_use")}
    if draft.end_use and draft.end_use not in uses:
        missed = near(draft.end_use, uses) or "-"
        raise TanluError("measures.end_use", found=draft.end_use, near=missed)
    measure = OwnMeasure(
        id=draft.measure,
        site=draft.site,
        name=draft.name or draft.measure,
        carrier=draft.carrier,
        end_use=draft.end_use,
        amount=_amount(draft.saves, item.unit, draft.carrier),
        capex=_required("capex", draft.capex),
        om=_number("om", draft.om, signed=True) or Fraction(0),
        life=_years("life", draft.life) or 0,
        lead_years=_years("lead", draft.lead, least=0) or 0,
        **_evidence(draft),
    )
    if not measure.life:
        raise TanluError("measures.field", field="life", found=draft.life or "-")
    _put(workspace, OWN, draft.measure, asdict(measure), reason=draft.reason)
    return {"own": [_json(asdict(measure))], "overrides": []}


def override_measure(workspace: Workspace, draft: Draft, *, say: Say) -> dict[str, Any]:
    """Put the company's own figures in place of the catalogue's, for one site.

    Raises
    ------
    TanluError
        ``measures.unknown``, ``measures.site``, ``measures.field``, ``measures.evidence``,
        ``measures.nothing`` when no figure is given.
    """
    known = {row["id"] for row in tables.read("measure")}
    if draft.measure not in known:
        raise TanluError(
            "measures.unknown", found=draft.measure, near=near(draft.measure, known) or "-"
        )
    _check_site(workspace, draft.site)
    override = Override(
        id=f"{draft.measure}@{draft.site}",
        saving=_share(draft.saving),
        capex=_number("capex", draft.capex),
        om=_number("om", draft.om, signed=True),
        life=_years("life", draft.life),
        lead_years=_years("lead", draft.lead, least=0),
        **_evidence(draft),
    )
    given = (override.saving, override.capex, override.om, override.life, override.lead_years)
    if all(value is None for value in given):
        raise TanluError("measures.nothing", found=override.id)
    _put(workspace, OVERRIDES, override.id, asdict(override), reason=draft.reason)
    return {"own": [], "overrides": [_overridden(override, say)]}


def remove_measure(workspace: Workspace, name: str, *, reason: str) -> dict[str, Any]:
    """Take out an own measure by its number, or an override by ``<measure>@<site>``.

    Raises
    ------
    TanluError
        ``measures.not-own`` with what there is.
    """
    for key in (OWN, OVERRIDES):
        stored = _stored(workspace, key)
        if name in stored:
            kept = {other: body for other, body in stored.items() if other != name}
            workspace.put_setting(key, kept, at=clock.now(), actor=clock.actor(), reason=reason)
            return {"removed": name}
    known = [*_stored(workspace, OWN), *_stored(workspace, OVERRIDES)]
    raise TanluError("measures.not-own", found=name, near=", ".join(known) or "-")


def own_measures(workspace: Workspace) -> tuple[OwnMeasure, ...]:
    """Return the company's own measures."""
    return tuple(_read(OwnMeasure, body) for body in _stored(workspace, OWN).values())


def overrides(workspace: Workspace) -> dict[str, Override]:
    """Return the company's own figures by ``<measure>@<site>``."""
    stored = _stored(workspace, OVERRIDES)
    return {name: _read(Override, body) for name, body in stored.items()}


def own_body(workspace: Workspace, *, say: Say) -> dict[str, Any]:
    """Return everything the company put in itself."""
    return {
        "own": [_json(asdict(measure)) for measure in own_measures(workspace)],
        "overrides": [_overridden(override, say) for override in overrides(workspace).values()],
    }


def _overridden(override: Override, say: Say) -> dict[str, Any]:
    rows = {row["id"]: row for row in tables.read("measure")}
    row = rows.get(override.id.partition("@")[0])
    label = say.pick(row["name_zh"], row["name_en"]) if row else override.id
    return _json(asdict(override)) | {"label": label}


def _stored(workspace: Workspace, key: str) -> Mapping[str, Mapping[str, Any]]:
    found = workspace.settings.other.get(key)
    return found if isinstance(found, dict) else {}


def _put(
    workspace: Workspace, key: str, name: str, body: Mapping[str, Any], *, reason: str
) -> None:
    stored = dict(_stored(workspace, key)) | {name: _json(body)}
    ordered = {other: stored[other] for other in sorted(stored)}
    workspace.put_setting(key, ordered, at=clock.now(), actor=clock.actor(), reason=reason)


def _json(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Fraction | Evidence) else value
        for name, value in body.items()
    }


def _read(kind: type[Stored], body: Mapping[str, Any]) -> Stored:
    values = dict(body)
    for part in fields(kind):
        if "Fraction" in str(part.type) and values.get(part.name) is not None:
            values[part.name] = Fraction(values[part.name])
    return kind(**{**values, "evidence": Evidence(values["evidence"])})


def _check_site(workspace: Workspace, site: str) -> None:
    known = {found.id for found in workspace.sites()}
    if site not in known:
        raise TanluError("measures.site", found=site, near=", ".join(sorted(known)) or "-")


def _evidence(draft: Draft) -> dict[str, Any]:
    """Return evidence, source and reason; a quote or a meter must be named."""
    if draft.evidence not in _STATED:
        raise TanluError("measures.evidence", found=draft.evidence, choices=", ".join(_STATED))
    if not draft.reason.strip():
        raise TanluError("measures.field-missing", field="--reason")
    evidence = Evidence(draft.evidence)
    if evidence is not Evidence.TYPED and not draft.source.strip():
        raise TanluError("measures.field-missing", field="--source")
    return {"evidence": evidence, "source": draft.source, "reason": draft.reason}


def _amount(text: str, unit: str, carrier: str) -> Fraction:
    """Return an amount with its unit in the carrier's ledger unit."""
    number, _, written = text.strip().partition(" ")
    parsed = parse_unit(written, unit_table())
    step = unit_table().conversion(parsed.ledger_unit, unit) if parsed.counts else None
    value = _number("saves", number) if number else None
    if step is None or not value:
        raise TanluError("measures.amount", found=text or "-", unit=unit, carrier=carrier)
    return value * parsed.scale * step


def _required(field: str, text: str) -> Fraction:
    found = _number(field, text)
    if found is None:
        raise TanluError("measures.field-missing", field=f"--{field}")
    return found


def _number(field: str, text: str, *, signed: bool = False) -> Fraction | None:
    if not text.strip():
        return None
    plain = text.strip().replace(",", "").removesuffix(_YUAN)
    word = next((word for word in _WORDS if plain.endswith(word)), "")
    try:
        value = exact(plain.removesuffix(word).strip()) * _WORDS.get(word, 1)
    except CellError:
        raise TanluError("measures.field", field=field, found=text) from None
    if value < 0 and not signed:
        raise TanluError("measures.field", field=field, found=text)
    return value


def _share(text: str) -> Fraction | None:
    plain = text.strip()
    found = _number("saving", plain.removesuffix("%"))
    if found is None:
        return None
    value = found / 100 if plain.endswith("%") else found
    if not 0 < value <= 1:
        raise TanluError("measures.field", field="saving", found=text)
    return value


def _years(field: str, text: str, *, least: int = 1) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not least <= int(text) <= _LONGEST:
        raise TanluError("measures.field", field=field, found=text)
    return int(text)
