"""The targets as a screen shows them: each with its checks, its gap and its path; and its form."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tanlu.app import goals
from tanlu.app.references import near
from tanlu.catalog import rules as catalog_rules
from tanlu.kernel.errors import TanluError
from tanlu.render.amounts import amount
from tanlu.render.speech import words
from tanlu.report.sections.target_path import PATH_MARK, target_path
from tanlu.report.sections.targets import targets as target_sections
from tanlu.report.sections.targets import tone, verdict
from tanlu.report.tree import Figure
from tanlu.targets.checks import check_progress, from_first_year
from tanlu.targets.gap import Gap, gap_of
from tanlu.targets.model import TargetKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.desk import Desk
    from tanlu.app.goals import YearFigures
    from tanlu.i18n.say import Say
    from tanlu.report.tree import Block
    from tanlu.storage import Workspace
    from tanlu.targets.model import Target

_PATH = ("scope", "basis", "base_year", "base_value", "reduction", "level")
FIELDS: Mapping[TargetKind, tuple[str, ...]] = {
    TargetKind.ABSOLUTE: _PATH,
    TargetKind.INTENSITY: _PATH,
    TargetKind.ENERGY_INTENSITY: ("base_year", "base_value", "reduction", "level"),
    TargetKind.RENEWABLE_SHARE: ("level",),
    TargetKind.CUMULATIVE: ("scope", "level"),
    TargetKind.PEAK: ("scope", "basis"),
    TargetKind.NEUTRALITY: ("scope", "basis", "base_year", "base_value", "reduction"),
}
_PER_OUTPUT = (TargetKind.INTENSITY, TargetKind.ENERGY_INTENSITY)
_TEN_THOUSAND = Decimal(10) ** 4
_PERCENT = "%"
_UNIT_CODES = {
    TargetKind.INTENSITY: "report.unit.t-per-10k",
    TargetKind.ENERGY_INTENSITY: "report.unit.tce-per-10k",
}
# Which field an error is about; the fact `name` says it for numbers.
_PLACES = {
    "target.year": "year",
    "target.years": "year",
    "target.no-base": "base_year",
    "target.base-empty": "base_year",
    "target.nothing-asked": "reduction",
    "target.scope": "scope",
    "app.basis-unknown": "basis",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """What a form meets that was drawn from a version which is no longer the newest."""

    version: int
    theirs: Mapping[str, str]


def board(desk: Desk, say: Say) -> dict[str, Any]:
    """Return every target with its checks in words, and the chart of the absolute ones.

    Returns
    -------
    dict
        ``targets``: each with ``checks``; ``blocks``: the chart; ``missed``: how many checks
        are not met.
    """
    found = desk.kept(("target-board", say.lang), lambda: _board(desk, say))
    return found | {"blocks": _line(desk)}


def _board(desk: Desk, say: Say) -> dict[str, Any]:
    figures = _figures(desk)
    taken = {year: desk.taken(year) for year in desk.years()}
    body = goals.check_targets(desk.workspace, say=say, taken=taken)
    versions = {stored.target_id: stored.version for stored in desk.workspace.targets()}
    gaps = _gaps(desk.workspace, figures)
    listed: dict[str, dict[str, Any]] = {}
    for row in body["targets"]:
        target = listed.setdefault(row["id"], _target(row, say) | {"version": versions[row["id"]]})
        target["checks"].append(_check(row, gaps.get((row["id"], row["rule"])), say))
    missed = sum(check["met"] is False for row in listed.values() for check in row["checks"])
    return {"targets": list(listed.values()), "missed": missed}


def _figures(desk: Desk) -> YearFigures:
    def make() -> YearFigures:
        taken = {year: desk.taken(year) for year in desk.years()}
        return goals.year_figures(desk.workspace, taken)

    return desk.kept("year-figures", make)


def _line(desk: Desk) -> tuple[Block, ...]:
    """Return the chart of actual, planned and allowed emissions, where there is one."""
    if not desk.years():
        return ()
    return tuple(
        block
        for section in target_sections(desk.source(None))
        for block in section.blocks
        if isinstance(block, Figure)
    )


def _gaps(workspace: Workspace, figures: YearFigures) -> dict[tuple[str, str], Gap]:
    """Return the gap of each check by target and rule."""
    found = {}
    for target in goals.stored_targets(workspace):
        actual = goals.actual_values(target, figures)
        based = goals.with_base(target, actual)
        own = from_first_year(based, actual)
        progress = check_progress(own, actual)
        found[target.id, progress.rule] = gap_of(own, progress, output_cny=figures.output_cny)
        for check in goals.rule_checks(based):
            found[target.id, check.rule] = gap_of(based, check, output_cny=figures.output_cny)
    return found


def _target(row: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        "id": row["id"],
        "label": row["label"],
        "kind": row["kind"],
        "kind_name": say(f"cli.target_kind.{row['kind']}"),
        "scope": row["scope"],
        "year": row["year"],
        "asked": _asked(row, say),
        "checks": [],
    }


def _asked(row: Mapping[str, Any], say: Say) -> str:
    """Return what a target asks, in one line."""
    kind = TargetKind(row["kind"])
    year = str(row["year"])
    if row["reduction"] is not None:
        facts = {"share": say.percent(row["reduction"]), "year": year, "base": row["base_year"]}
        return say("web.targets.asks.reduction", **facts)
    if row["level"] is None:
        return say(f"web.targets.asks.{kind.value}", year=year)
    if kind is TargetKind.RENEWABLE_SHARE:
        return say("web.targets.asks.share", share=say.percent(row["level"]), year=year)
    level = row["level"] * (float(_TEN_THOUSAND) if kind in _PER_OUTPUT else 1)
    unit = "" if kind in _PER_OUTPUT else "t"
    told = amount(level, unit, say)
    if kind in _PER_OUTPUT:
        told = f"{told} {say(_UNIT_CODES[kind])}"
    return say("web.targets.asks.level", level=told, year=year)


def _check(row: Mapping[str, Any], gap: Gap | None, say: Say) -> dict[str, Any]:
    places, unit = row.get("places", 1), row["unit"]
    whole = not row.get("incomplete")
    return {
        "rule": row["rule"],
        "rule_label": row["rule_label"],
        "source": row["source"] or "",
        "quality": row["quality"] or "",
        "year": row["check_year"],
        "met": row["met"],
        "verdict": words(verdict(row["met"], row["verdict"], is_whole=whole), say),
        "tone": tone(row["met"], row["verdict"], is_whole=whole),
        "value": _in_words(row["value"], unit, places, say),
        "required": _in_words(row["required"], unit, places, say),
        "gap": _gap_words(gap, say) if row["met"] is not None else [],
        "message": row["message"],
        "incomplete": [
            {"year": lack["year"], "reasons": [one["message"] for one in lack["reasons"]]}
            for lack in row.get("incomplete", ())
        ],
    }


def _in_words(value: float | None, unit: str, places: int, say: Say) -> str:
    codes = {"t/10^4 CNY": "report.unit.t-per-10k", "tce/10^4 CNY": "report.unit.tce-per-10k"}
    if value is None or unit not in codes:
        return amount(value, unit, say, places=places)
    return f"{say.number(value)} {say(codes[unit])}"


def _gap_words(gap: Gap | None, say: Say) -> list[str]:
    """Return the gap in tonnes and in years, each with its side."""
    told = []
    if gap is not None and gap.t:
        side = "better" if gap.t > 0 else "short"
        told.append(say(f"web.targets.gap.{side}", amount=f"{say.mass(abs(gap.t))} CO2e"))
    if gap is not None and gap.years:
        side = "ahead" if gap.years > 0 else "behind"
        told.append(say(f"web.targets.gap.{side}", years=say.fixed(abs(gap.years), 1)))
    return told


def one(desk: Desk, target_id: str, say: Say) -> dict[str, Any]:
    """Return one target with its checks and the chart of its path.

    Raises
    ------
    TanluError
        ``target.unknown``.
    """
    path = path_of(desk, target_id)
    row: dict[str, Any] = next(r for r in board(desk, say)["targets"] if r["id"] == target_id)
    return row | {"blocks": () if path is None else (path,)}


def path_of(desk: Desk, target_id: str) -> Figure | None:
    """Return the chart of a target's path; None where there is nothing to draw.

    Raises
    ------
    TanluError
        ``target.unknown``.
    """
    _stored(desk.workspace, target_id)
    target = next(t for t in goals.stored_targets(desk.workspace) if t.id == target_id)
    actual = goals.actual_values(target, _figures(desk))
    return target_path(from_first_year(goals.with_base(target, actual), actual), actual)


def screen_figure(desk: Desk, figure_id: str) -> Figure | None:
    """Return the chart of a target's path by its id; None for another figure."""
    known = {f"{PATH_MARK}{stored.target_id}": stored.target_id
             for stored in desk.workspace.targets()}  # fmt: skip
    return path_of(desk, known[figure_id]) if figure_id in known else None


def companies(company: str, say: Say) -> dict[str, Any]:
    """Return the companies whose targets are published, and those of one checked by the rules.

    Raises
    ------
    TanluError
        ``target.company``.
    """
    known = sorted(catalog_rules.company_targets())
    if not company:
        return {"companies": known, "company": "", "targets": []}
    listed: dict[str, dict[str, Any]] = {
        row["id"]: _target(row, say) | {"source": row["source"] or ""}
        for row in goals.company_targets_body(company, say=say)["targets"]
    }
    for row in goals.check_company(company, say=say)["targets"]:
        listed[row["id"]]["checks"].append(_check(row, None, say))
    return {"companies": known, "company": company, "targets": list(listed.values())}


def form(workspace: Workspace, say: Say, *, kind: str = "", target_id: str = "") -> dict[str, Any]:
    """Return the form of a new target of a kind, or of a known target.

    Raises
    ------
    TanluError
        ``target.unknown``, ``target.kind``.
    """
    if not target_id:
        return {"id": "", "version": 0, "values": {}, **_form(_kind(kind or "absolute"), say)}
    stored = _stored(workspace, target_id)
    target = next(t for t in goals.stored_targets(workspace) if t.id == target_id)
    values = _values(target)
    return {"id": target_id, "version": stored, "values": values, **_form(target.kind, say)}


def _form(kind: TargetKind, say: Say) -> dict[str, Any]:
    unit = say(_UNIT_CODES[kind]) if kind in _UNIT_CODES else say("report.unit.tco2e")
    return {
        "kind": kind.value,
        "kinds": [(one.value, say(f"cli.target_kind.{one.value}")) for one in TargetKind],
        "fields": FIELDS[kind],
        "unit": unit,
        "level_unit": _PERCENT if kind is TargetKind.RENEWABLE_SHARE else unit,
        "scopes": [(scope, say("web.targets.scope", scope=scope)) for scope in goals.SCOPES],
        "bases": [(basis, say(f"web.targets.basis.{basis}")) for basis in ("market", "location")],
        "about": say(f"web.targets.about.{kind.value}"),
    }


def _kind(text: str) -> TargetKind:
    kinds = [kind.value for kind in TargetKind]
    if text not in kinds:
        raise TanluError("target.kind", found=text, known=", ".join(kinds))
    return TargetKind(text)


def _stored(workspace: Workspace, target_id: str) -> int:
    """Return the version of a target that is set."""
    versions = {stored.target_id: stored.version for stored in workspace.targets()}
    if target_id not in versions:
        raise TanluError("target.unknown", found=target_id, near=near(target_id, versions) or "-")
    return versions[target_id]


def _values(target: Target) -> dict[str, str]:
    """Return a target as its form shows it: shares in percent, intensities per 10,000 CNY."""
    scale = _TEN_THOUSAND if target.kind in _PER_OUTPUT else Decimal(1)
    level = Decimal(100) if target.kind is TargetKind.RENEWABLE_SHARE else scale
    return {
        "name": target.name_zh or target.name_en,
        "scope": target.scope,
        "basis": target.basis,
        "year": str(target.year),
        "base_year": str(target.base_year or ""),
        "base_value": _plain(target.base_value, scale),
        "reduction": _plain(target.reduction, Decimal(100)),
        "level": _plain(target.level, level),
    }


def _plain(value: Decimal | None, scale: Decimal) -> str:
    return "" if value is None else f"{(value * scale).normalize():f}"


def save(
    workspace: Workspace, typed: Mapping[str, str], *, target_id: str, version: int, say: Say
) -> Changed | str:
    """Set a target as typed into its form, unless it changed since the form was drawn.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    typed : Mapping of str to str
        ``kind`` and the fields of the form.
    target_id : str
        Target to change; empty for a new one.
    version : int
        Version the form was drawn from; 0 for a new one.
    say : Say
        Language of names.

    Returns
    -------
    Changed or str
        The newer version that is in the way, or the id of the target that is set.

    Raises
    ------
    TanluError
        Those of `goals.add_target`.
    """
    known = {stored.target_id: stored.version for stored in workspace.targets()}
    if target_id and known.get(target_id, 0) != version:
        theirs = form(workspace, say, target_id=target_id)["values"] if target_id in known else {}
        return Changed(known.get(target_id, 0), theirs)
    draft = _draft(typed, target_id or _new_id(typed, known))
    goals.add_target(workspace, draft, say=say)
    return draft.target_id


def _new_id(typed: Mapping[str, str], known: Mapping[str, int]) -> str:
    stem = f"{_kind(typed.get('kind', '')).value.replace('_', '-')}-{typed.get('year', '').strip()}"
    ids = (stem, *(f"{stem}-{n}" for n in range(2, len(known) + 3)))
    return next(name for name in ids if name not in known)


def _draft(typed: Mapping[str, str], target_id: str) -> goals.TargetDraft:
    kind = _kind(typed.get("kind", ""))
    given = {name: typed.get(name, "").strip() for name in FIELDS[kind]}
    scale = _TEN_THOUSAND if kind in _PER_OUTPUT else Decimal(1)
    level = given.get("level", "")
    is_share = kind is TargetKind.RENEWABLE_SHARE
    year = _year("year", typed.get("year", ""))
    if year is None:
        raise TanluError("target.year", found="-")
    return goals.TargetDraft(
        target_id=target_id,
        kind=kind.value,
        year=year,
        scope=given.get("scope") or "1+2",
        basis=given.get("basis") or "market",
        base_year=_year("base_year", given.get("base_year", "")),
        base_value=_scaled(given.get("base_value", ""), scale),
        reduction=_percent(given.get("reduction", "")),
        level=_percent(level) if is_share else _scaled(level, scale),
        name=typed.get("name", "").strip() or target_id,
    )


def _year(name: str, text: str) -> int | None:
    """Return a typed year; what is no year is refused."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise TanluError("target.number", name=name, found=text)
    return int(text)


def _percent(text: str) -> str:
    """Return a share as `goals` reads it: the field is in percent, with or without the sign."""
    return (
        f"{text}%" if text and not text.endswith((_PERCENT, "\N{FULLWIDTH PERCENT SIGN}")) else text
    )


def _scaled(text: str, scale: Decimal) -> str:
    """Return a number per CNY where the field is per 10,000 CNY; what is no number stays."""
    if scale == 1 or not text:
        return text
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return text
    return f"{value / scale:f}" if value.is_finite() else text


def withdraw(workspace: Workspace, target_id: str, *, reason: str, say: Say) -> None:
    """Withdraw a target with a reason.

    Raises
    ------
    TanluError
        ``target.reason``, ``target.unknown``.
    """
    if not reason.strip():
        raise TanluError("target.reason")
    goals.remove_target(workspace, target_id, reason=reason.strip(), say=say)


def field_of(error: TanluError) -> str:
    """Return the field of the form that an error is about; empty where it is about all."""
    return str(error.facts.get("name") or _PLACES.get(error.code, ""))
