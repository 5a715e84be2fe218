"""Targets: set, list, and check against the path, the calendar and SBTi."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import MAXYEAR, MINYEAR
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.findings import finding_bodies
from tanlu.app.inventories import InventoryOptions, take_inventory, years_with_rows
from tanlu.app.payloads import number
from tanlu.app.rankings import read_basis
from tanlu.app.references import near
from tanlu.catalog import load
from tanlu.catalog import rules as catalog_rules
from tanlu.inventory.coverage import SCOPE_3_GAPS
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.ledger import RESIDUAL
from tanlu.inventory.model import Basis
from tanlu.inventory.records import read_outputs, reported_energy_tce
from tanlu.kernel.errors import TanluError
from tanlu.targets.checks import check_progress, check_rules, from_first_year, places_of
from tanlu.targets.model import Target, TargetKind, Verdict
from tanlu.targets.path import required_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tanlu.app.inventories import TakenInventory
    from tanlu.i18n.say import Say
    from tanlu.kernel.findings import Finding
    from tanlu.storage import Workspace
    from tanlu.targets.model import Check

_UNITS = {
    TargetKind.ABSOLUTE: "t",
    TargetKind.CUMULATIVE: "t",
    TargetKind.INTENSITY: "t/CNY",
    TargetKind.ENERGY_INTENSITY: "tce/CNY",
    TargetKind.RENEWABLE_SHARE: "fraction",
    TargetKind.PEAK: "t",
    TargetKind.NEUTRALITY: "t",
}
SCOPES = ("1", "2", "3", "1+2", "1+2+3")
_MET = {Verdict.MET: True, Verdict.NOT_MET: False}
_PERCENT = Decimal(100)
_TEN_THOUSAND = Decimal(10) ** 4
_SHOWN_UNITS = {
    "tce/CNY": (_TEN_THOUSAND, "tce/10^4 CNY"),
    "t/CNY": (_TEN_THOUSAND, "t/10^4 CNY"),
}


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """A target as typed."""

    target_id: str
    kind: str
    year: int
    scope: str = "1+2"
    basis: str = "market"
    base_year: int | None = None
    base_value: str = ""
    reduction: str = ""
    level: str = ""
    name: str = ""


def add_target(workspace: Workspace, draft: TargetDraft, *, say: Say) -> dict[str, Any]:
    """Set a target; a base value that is not given is taken from the inventory.

    Raises
    ------
    TanluError
        ``target.unnamed``, ``target.kind``, ``target.scope``, ``app.basis-unknown``,
        ``target.number``, ``target.years``, ``target.year``, ``target.nothing-asked`` for a
        draft that does not say what is to be reached, ``target.no-base`` for a reduction that
        does not say below what, ``target.share`` for more than 100 %, ``target.base-empty`` for
        a base year without data and without a base value.
    """
    target = read_draft(draft)
    _check_base(workspace, target)
    before = next((s for s in workspace.targets() if s.target_id == target.id), None)
    keep_target(workspace, target)
    replaced = None if before is None else {"id": target.id, "version": before.version + 1}
    return targets_body(workspace, say=say) | {"replaced": replaced}


def _check_base(workspace: Workspace, target: Target) -> None:
    """Refuse a base year that can give no base value, where none is given."""
    year = target.base_year
    if year is None or target.base_value is not None:
        return
    records = workspace.records()
    known = years_with_rows(workspace)
    has_output = any(row.name == "output_value" for row in read_outputs(records, year=year))
    needed = {
        TargetKind.INTENSITY: (year in known, has_output),
        TargetKind.ENERGY_INTENSITY: (
            reported_energy_tce(records, year=year) is not None,
            has_output,
        ),
    }
    if not all(needed.get(target.kind, (year in known,))):
        years = ", ".join(map(str, known)) or "-"
        raise TanluError("target.base-empty", year=year, kind=target.kind.value, known=years)


def remove_target(workspace: Workspace, target_id: str, *, reason: str, say: Say) -> dict[str, Any]:
    """Withdraw a target; the ledger keeps its history."""
    known = {stored.target_id for stored in workspace.targets()}
    if target_id not in known:
        raise TanluError("target.unknown", found=target_id, near=near(target_id, known) or "-")
    workspace.put_target(target_id, None, at=clock.now(), actor=clock.actor(), reason=reason)
    return targets_body(workspace, say=say)


def keep_target(workspace: Workspace, target: Target) -> None:
    """Write a target to the ledger."""
    body = {name: str(value) for name, value in asdict(target).items() if value is not None}
    workspace.put_target(target.id, body, at=clock.now(), actor=clock.actor())


def read_draft(draft: TargetDraft) -> Target:
    """Return the target a draft says.

    Raises
    ------
    TanluError
        As in `add_target`.
    """
    kind = _kind(draft)
    _check_years(draft)
    basis = read_basis(draft.basis)
    reduction = _amount("reduction", draft.reduction)
    level = _amount("level", draft.level)
    dated = kind in (TargetKind.PEAK, TargetKind.NEUTRALITY)
    if reduction is None and level is None and not dated:
        raise TanluError("target.nothing-asked", kind=draft.kind)
    if reduction is not None and reduction > 1:
        raise TanluError("target.share", name="reduction", found=draft.reduction)
    if kind is TargetKind.RENEWABLE_SHARE and level is not None and level > 1:
        raise TanluError("target.share", name="level", found=draft.level)
    if reduction is not None and draft.base_year is None:
        raise TanluError("target.no-base", found=draft.target_id)
    has_scope = kind not in (TargetKind.ENERGY_INTENSITY, TargetKind.RENEWABLE_SHARE)
    return Target(
        id=draft.target_id, kind=kind, scope=draft.scope if has_scope else "", basis=basis.value,
        base_year=draft.base_year, base_value=_amount("base_value", draft.base_value),
        year=draft.year, reduction=reduction, level=level, unit=_UNITS[kind],
        name_zh=draft.name, name_en=draft.name,
    )  # fmt: skip


def _kind(draft: TargetDraft) -> TargetKind:
    """Return the kind of a draft whose words are right."""
    if not draft.target_id.strip():
        raise TanluError("target.unnamed")
    kinds = [kind.value for kind in TargetKind]
    if draft.kind not in kinds:
        raise TanluError("target.kind", found=draft.kind, known=", ".join(kinds))
    if draft.scope not in SCOPES:
        raise TanluError("target.scope", found=draft.scope, known=", ".join(SCOPES))
    return TargetKind(draft.kind)


def _check_years(draft: TargetDraft) -> None:
    for year in (draft.base_year, draft.year):
        if year is not None and not MINYEAR <= year <= MAXYEAR:
            raise TanluError("target.year", found=year)
    if draft.base_year is not None and draft.base_year >= draft.year:
        raise TanluError("target.years", base_year=draft.base_year, year=draft.year)


def _amount(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    percent = text.strip().endswith(("%", "\N{FULLWIDTH PERCENT SIGN}"))
    try:
        value = Decimal(text.strip().rstrip("%\N{FULLWIDTH PERCENT SIGN}").replace(",", ""))
    except InvalidOperation as error:
        raise TanluError("target.number", name=name, found=text) from error
    if not value.is_finite() or value < 0:
        raise TanluError("target.number", name=name, found=text)
    return value / _PERCENT if percent else value


def stored_targets(workspace: Workspace) -> tuple[Target, ...]:
    """Return the targets of a workspace, sorted by id."""
    return tuple(_from_body(s.body) for s in sorted(workspace.targets(), key=lambda s: s.target_id))


def company_targets(company: str) -> tuple[Target, ...]:
    """Return the published targets of a company of the tables.

    Raises
    ------
    TanluError
        ``target.company`` for a company that is not in the table.
    """
    known = catalog_rules.company_targets()
    wanted = company.replace("-", "").lower()
    if wanted not in known:
        raise TanluError("target.company", found=company, known=", ".join(sorted(known)))
    return known[wanted]


def _from_body(row: Mapping[str, Any]) -> Target:
    def amount(name: str) -> Decimal | None:
        value = row.get(name)
        return None if value in (None, "") else Decimal(str(value))

    base_year = row.get("base_year")
    return Target(
        id=str(row["id"]), kind=TargetKind(row["kind"]), scope=str(row.get("scope") or ""),
        basis=str(row.get("basis") or "market"), base_year=int(base_year) if base_year else None,
        base_value=amount("base_value"), year=int(row["year"]), reduction=amount("reduction"),
        level=amount("level"), unit=str(row["unit"]), source=str(row.get("source") or ""),
        locator=str(row.get("locator") or ""), name_zh=str(row.get("name_zh") or ""),
        name_en=str(row.get("name_en") or ""),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The figures of past years that targets are compared with, each by year.

    ``gaps`` are the reasons why the inventory of a year is incomplete.
    """

    emissions_t: Mapping[tuple[str, str], Mapping[int, Decimal]]
    output_cny: Mapping[int, Decimal]
    energy_tce: Mapping[int, Decimal]
    renewable_share: Mapping[int, Decimal]
    gaps: Mapping[int, Sequence[Finding]]


def year_figures(
    workspace: Workspace, taken: Mapping[int, TakenInventory] | None = None
) -> YearFigures:
    """Collect emissions, output, energy and renewable share of every year known.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    taken : Mapping of int to TakenInventory, optional
        Inventories taken already.
    """
    options = InventoryOptions(with_uncertainty=False)
    known = dict(taken or {})
    for year in years_with_rows(workspace):
        if year not in known:
            known[year] = take_inventory(workspace, year, options=options)
    emissions: dict[tuple[str, str], dict[int, Decimal]] = {}
    shares = {}
    for year, inventory in sorted(known.items()):
        for scope in SCOPES:
            for basis in Basis:
                total = _scope_total(inventory, scope, basis)
                if total is not None:
                    emissions.setdefault((scope, basis.value), {})[year] = total
        share = renewable_share(inventory)
        if share is not None:
            shares[year] = share
    records = workspace.records()
    stated = {int(text) for record in records if (text := record.fields.get("year"))}
    years = sorted(stated | set(known))
    output, energy = {}, {}
    for year in years:
        for row in read_outputs(records, year=year):
            if row.name == "output_value":
                output[year] = _decimal(row.amount)
        tce = reported_energy_tce(records, year=year)
        if tce is not None:
            energy[year] = _decimal(tce)
    gaps = {year: inventory.inventory.coverage.reasons for year, inventory in known.items()}
    return YearFigures(emissions, output, energy, shares, gaps)


def _decimal(value: Any) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _scope_total(taken: TakenInventory, scope: str, basis: Basis) -> Decimal | None:
    wanted = {int(part) for part in scope.split("+")}
    known = [
        mg
        for part in taken.inventory.parts
        if part.scope in wanted and (mg := part.amounts.of(basis).co2e_mg) is not None
    ]
    return Decimal(sum(known)).scaleb(-9) if known else None


def renewable_share(taken: TakenInventory) -> Decimal | None:
    """Return the renewable part of the electricity used, self-used generation included.

    Generation whose certificates another holds, or nobody says who holds, does not count.
    """
    ledger = taken.inventory.green_power
    if ledger is None:
        return None
    used = ledger.purchased_u + sum(ledger.self_used_u.values())
    unbacked = sum(a.kwh_u for a in ledger.allocations if not a.is_purchased)
    uncovered = sum(a.kwh_u for a in ledger.allocations if a.kind == RESIDUAL) + unbacked
    if used < MILLION:
        return None
    return 1 - Decimal(uncovered) / Decimal(used)


def actual_values(target: Target, figures: YearFigures) -> dict[int, Decimal]:
    """Return the values by year that a target is compared with, in its unit."""
    emissions = figures.emissions_t.get((target.scope or "1+2", target.basis), {})
    if target.kind is TargetKind.RENEWABLE_SHARE:
        return dict(figures.renewable_share)
    if target.kind is TargetKind.ENERGY_INTENSITY:
        return _ratio(figures.energy_tce, figures.output_cny)
    if target.kind is TargetKind.INTENSITY:
        return _ratio(emissions, figures.output_cny)
    return dict(emissions)


def _ratio(above: Mapping[int, Decimal], below: Mapping[int, Decimal]) -> dict[int, Decimal]:
    return {year: above[year] / below[year] for year in sorted(above) if below.get(year)}


def with_base(target: Target, actual: Mapping[int, Decimal]) -> Target:
    """Return the target with its base value from the inventory, where it names none."""
    if target.base_value is not None or target.base_year is None:
        return target
    from dataclasses import replace

    return replace(target, base_value=actual.get(target.base_year))


def targets_body(workspace: Workspace, *, say: Say) -> dict[str, Any]:
    """Return the targets of a workspace, without checks."""
    return {"targets": [_target_row(target, say) for target in stored_targets(workspace)]}


def company_targets_body(company: str, *, say: Say) -> dict[str, Any]:
    """Return a company's published targets."""
    return {"targets": [_target_row(target, say) for target in company_targets(company)]}


def _target_row(target: Target, say: Say) -> dict[str, Any]:
    return {
        "id": target.id,
        "kind": target.kind.value,
        "scope": target.scope,
        "basis": target.basis,
        "base_year": target.base_year,
        "base_value": number(target.base_value),
        "year": target.year,
        "reduction": number(target.reduction),
        "level": number(target.level),
        "unit": target.unit,
        "name": {"zh": target.name_zh or target.id, "en": target.name_en or target.id},
        "label": say.pick(target.name_zh or target.id, target.name_en or target.id),
        "source": target.source or None,
        "required": None,
        "value": None,
        "met": None,
        "rule": None,
    }


def check_targets(
    workspace: Workspace, *, say: Say, taken: Mapping[int, TakenInventory] | None = None
) -> dict[str, Any]:
    """Check every target of a workspace against its path and against every rule."""
    figures = year_figures(workspace, taken)
    rows = []
    known = stored_targets(workspace)
    last = max((target.year for target in known), default=0)
    for target in known:
        actual = actual_values(target, figures)
        based = with_base(target, actual)
        own = from_first_year(based, actual)
        check = check_progress(own, actual)
        gaps = _gaps(own, check, figures, is_own_base=target.base_value is None)
        rows.append(_check_row(own, check, last=last, say=say) | _gaps_body(gaps, say))
        rows += [_check_row(based, check, last=last, say=say) for check in rule_checks(based)]
    return {"targets": rows, "actuals": _actuals(figures)}


def _gaps(
    target: Target, check: Check, figures: YearFigures, *, is_own_base: bool
) -> dict[int, list[Finding]]:
    """Return what is missing in the years whose inventories decide a check.

    A target of scopes 1 and 2 does not wait for scope 3; reported energy waits for no inventory.
    """
    if target.kind is TargetKind.ENERGY_INTENSITY:
        return {}
    own = target.kind is TargetKind.RENEWABLE_SHARE or "3" not in (target.scope or "1+2")
    years = {check.year, target.base_year if is_own_base else None}
    if target.kind is TargetKind.PEAK:
        years = {year for year in figures.gaps if year >= target.year}
    found = {
        year: [gap for gap in gaps if not (own and gap.code in SCOPE_3_GAPS)]
        for year, gaps in sorted(figures.gaps.items())
        if year in years
    }
    return {year: gaps for year, gaps in found.items() if gaps}


def _gaps_body(gaps: Mapping[int, Sequence[Finding]], say: Say) -> dict[str, Any]:
    """Return what the judged inventories lack, year by year, in the shape of the contract."""
    return {
        "incomplete": [
            {"year": year, "reasons": finding_bodies(found, say)} for year, found in gaps.items()
        ]
    }


def check_company(company: str, *, say: Say) -> dict[str, Any]:
    """Check a company's published targets against the rules alone."""
    rows = [
        _check_row(target, check, last=target.year, say=say)
        for target in company_targets(company)
        for check in rule_checks(target)
    ]
    return {"targets": rows}


def rule_checks(target: Target) -> tuple[Check, ...]:
    """Compare a target with the rules of the tables, as for one that is set today."""
    year = clock.today().year
    last_years = {
        name: year + int(str(row["near_term_years"]).rpartition("-")[2])
        for name, row in catalog_rules.rule_schemes().items()
        if row["near_term_years"]
    }
    return check_rules(target, catalog_rules.target_rules(), last_years=last_years)


def _actuals(figures: YearFigures) -> list[dict[str, Any]]:
    own = figures.emissions_t.get(("1+2", "market"), {})
    return [{"year": year, "t": number(value)} for year, value in sorted(own.items())]


def _check_row(target: Target, check: Check, *, last: int, say: Say) -> dict[str, Any]:
    rule = next((rule for rule in catalog_rules.target_rules() if rule.id == check.rule), None)
    source = load.sources().get(check.source, {})
    title = source.get("title")
    row = _target_row(target, say)
    scale, unit = _SHOWN_UNITS.get(check.unit, (Decimal(1), check.unit))
    required, value, margin = (
        None if amount is None else amount * scale
        for amount in (check.required, check.value, check.margin)
    )
    return row | {
        "required": number(required),
        "value": number(value),
        "margin": number(margin),
        "unit": unit,
        "check_year": check.year,
        "places": places_of(check.value, check.required),
        "met": _MET.get(check.verdict),
        "verdict": check.verdict.value,
        "rule": check.rule,
        "scheme": rule.scheme if rule else None,
        "rule_name": {"zh": rule.name_zh, "en": rule.name_en} if rule else None,
        "rule_label": say.pick(rule.name_zh, rule.name_en) if rule else _own_label(target, say),
        "reason": check.reason,
        "message": say.sentences(check.reason, {}),
        "source": " · ".join(
            part
            for part in (say.pick(title["zh"], title["en"]) if title else "", check.locator)
            if part
        )
        or None,
        "quality": check.quality or None,
        "required_in": _path(target, last),
    }


def _own_label(target: Target, say: Say) -> str:
    if target.base_year is None:
        return say("cli.own_path")
    return say("cli.own_path_from", year=target.base_year)


def _path(target: Target, last: int) -> list[dict[str, Any]]:
    """Return the target's own path from its base year; from its year on its level holds."""
    first = target.year if target.base_year is None else target.base_year
    years: Iterable[int] = range(first, max(target.year, last) + 1)
    return [
        {"year": year, "value": number(value)}
        for year in years
        if (value := required_in(target, year)) is not None
    ]
