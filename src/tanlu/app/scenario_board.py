"""Scenarios side by side, what differs between them, and the studies kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, clock, study_works
from tanlu.app.findings import item_name
from tanlu.app.plan_studies import StudyOptions
from tanlu.catalog import load, tables
from tanlu.kernel.errors import TanluError
from tanlu.render.speech import words
from tanlu.report.certificate import gap_words, plan_status
from tanlu.report.sections.studies import ORDER, study_blocks
from tanlu.report.tree import Figure
from tanlu.roadmap.situation import held, scenario_series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

BASE = "base"
_YEARS = (2025, 2030, 2040, 2050, 2060)
STARTED = ("risk", "scenarios", "tornado", "delay", "pareto", "regret", "robust", "alternatives")
_MOST = {"pareto": 40, "scenarios": 1000}


def board(desk: Desk, say: Say, *, scenario: str = "") -> dict[str, Any]:
    """Return the scenarios of the tables, what differs, and the studies with their plan.

    Parameters
    ----------
    desk : Desk
    say : Say
        Language.
    scenario : str
        Scenario that is set against the base; empty for all that differ.

    Raises
    ------
    TanluError
        ``scenario.unknown``.
    """
    names = _scenarios()
    if scenario and scenario not in names:
        raise TanluError("scenario.unknown", found=scenario, known=", ".join(names))
    shown = [BASE, *([scenario] if scenario else [name for name in names if name != BASE])]
    return {
        "scenarios": [(name, _scenario_name(name, say)) for name in shown],
        "choices": [(name, _scenario_name(name, say)) for name in names if name != BASE],
        "years": _YEARS,
        "rows": _side_by_side(shown, say),
        "changed": _changed(shown, say),
        "source": _source(say),
        "studies": _studies(desk, say),
    }


def _scenarios() -> list[str]:
    names = {str(row["scenario"]) for row in tables.read("scenario_path")}
    return sorted(names, key=lambda name: (name != BASE, name))


def _scenario_name(name: str, say: Say) -> str:
    code = f"scenario.{name}"
    return say(code) if say.knows(code) else name


def _units() -> dict[str, str]:
    return {str(row["series"]): str(row["unit"]) for row in tables.read("scenario_path")}


def _side_by_side(names: list[str], say: Say) -> list[dict[str, Any]]:
    """Return the series that differ between scenarios, each scenario in the years shown."""
    series = {name: scenario_series(tables.read("scenario_path"), name) for name in names}
    units = _units()
    found = []
    for key in series[BASE]:
        if len(names) > 1 and all(series[name][key] == series[BASE][key] for name in names):
            continue
        lines = [
            {
                "scenario": _scenario_name(name, say),
                "values": _values(series[name][key], say, units[key]),
            }
            for name in names
        ]
        unit = "%" if units[key] in ("1", "-", "fraction") else units[key]
        found.append({"series": _series_name(key, say), "unit": unit, "lines": lines})
    return found


def _values(points: Mapping[int, Fraction], say: Say, unit: str) -> list[str]:
    return [_told(held(points, year), say, unit) for year in _YEARS]


def _told(value: Fraction, say: Say, unit: str) -> str:
    return say.percent(value) if unit in ("1", "-", "fraction") else say.number(float(value))


def _changed(names: list[str], say: Say) -> list[dict[str, str]]:
    """Return what each other scenario changes against the base: series, year, both values."""
    series = {name: scenario_series(tables.read("scenario_path"), name) for name in names}
    units = _units()
    found = []
    for name in names[1:]:
        for key, base in series[BASE].items():
            for year in _YEARS:
                before, after = held(base, year), held(series[name][key], year)
                if before == after:
                    continue
                found.append(
                    {
                        "scenario": _scenario_name(name, say),
                        "series": _series_name(key, say),
                        "year": str(year),
                        "before": _told(before, say, units[key]),
                        "after": _told(after, say, units[key]),
                        "change": say.change((after - before) / before) if before else say.missing,
                    }
                )
    return found


def _series_name(key: str, say: Say) -> str:
    kind, _, carrier = key.partition(":")
    if carrier:
        return say("web.scenarios.series.price", item=item_name(carrier, say))
    code = f"web.scenarios.series.{kind}"
    return say(code) if say.knows(code) else kind


def _source(say: Say) -> str:
    row = next(iter(tables.read("scenario_path")))
    title = load.sources()[str(row["source"])]["title"]
    return say.pick(title["zh"], title["en"])


def _studies(desk: Desk, say: Say) -> dict[str, Any] | None:
    """Return the studies kept as blocks, and the words on the plan they rest on."""
    if not desk.has_workspace or not desk.years():
        return None
    kept = study_works.kept_studies(desk.workspace)
    if kept is None:
        return None
    plan = kept["plan"]
    source = desk.source(None)
    found = [
        {
            "name": name,
            "title": say(f"web.study.{name}"),
            "about": say(f"web.study.{name}.about"),
            "at": clock.minute(kept["studies"][name]["at"]),
            "by": kept["studies"][name]["by"] or "",
            "blocks": study_blocks(source, plan, name, kept["studies"][name]["found"]),
        }
        for name in ORDER
        if name in kept["studies"]
    ]
    return {"plan": _plan_words(desk, kept, say), "found": found}


def _plan_words(desk: Desk, kept: Mapping[str, Any], say: Say) -> dict[str, Any]:
    plan = kept["plan"]
    stored = approvals.stored_plan(desk.workspace)
    mark = str((plan.get("run") or {}).get("hash") or "")
    return {
        "hash": mark[:12],
        "status": words(plan_status(plan), say),
        "cost": say.missing if plan["cost_npv"] is None else say.money(plan["cost_npv"]),
        "gap": words(gap_words(plan["gap"]), say),
        "is_roadmap": stored is not None and (stored.get("run") or {}).get("hash") == mark,
        "is_current": kept["head"] in ("", desk.head()),
    }


def options(typed: Mapping[str, str]) -> StudyOptions:
    """Return the studies that a form asks for.

    Raises
    ------
    TanluError
        ``study.none-asked``; ``study.number`` for a number that is none or too large.
    """
    asked = {name for name in STARTED if typed.get(name)}
    if not asked:
        raise TanluError("study.none-asked")
    chance = _share(typed.get("chance", "")) if "risk" in asked else None
    return StudyOptions(
        is_delay="delay" in asked,
        is_risk="risk" in asked,
        is_regret="regret" in asked,
        is_alternatives="alternatives" in asked,
        is_tornado="tornado" in asked,
        pareto=_whole(typed, "pareto", "points", 8) if "pareto" in asked else 0,
        scenarios=_whole(typed, "scenarios", "count", 100) if "scenarios" in asked else 0,
        robust=_year(typed) if "robust" in asked else None,
        chance=chance,
        seed=_whole(typed, "seed", "seed", 0),
    )


def _whole(typed: Mapping[str, str], study: str, field: str, usual: int) -> int:
    text = typed.get(field, "").strip()
    if not text:
        return usual
    most = _MOST.get(study, 10**9)
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise TanluError("study.number", field=field, found=text, most=most)
    return int(text)


def _year(typed: Mapping[str, str]) -> int:
    text = typed.get("lock_year", "").strip() or "2030"
    if not (text.isascii() and text.isdigit() and len(text) == len("2030")):
        raise TanluError("study.number", field="lock_year", found=text, most="2060")
    return int(text)


def _share(text: str) -> float | None:
    """Return a wanted probability: a number above 1 is in percent, with or without the sign."""
    plain = text.strip()
    if not plain:
        return None
    try:
        number = float(plain.rstrip("%"))
    except ValueError:
        number = 0.0
    value = number / 100 if plain.endswith("%") or number > 1 else number
    if not 0 < value < 1:
        raise TanluError("study.number", field="chance", found=text, most="99.9%")
    return value


def screen_figure(desk: Desk, figure_id: str) -> Figure | None:
    """Return a chart of the studies kept, by its id; None where there is none."""
    kept = study_works.kept_studies(desk.workspace)
    if kept is None or not desk.years():
        return None
    source = desk.source(None)
    blocks = (
        block
        for name, study in kept["studies"].items()
        for block in study_blocks(source, kept["plan"], name, study["found"])
    )
    charts = (block for block in blocks if isinstance(block, Figure))
    return next((chart for chart in charts if chart.id == figure_id), None)
