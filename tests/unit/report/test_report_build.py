"""The tree of a report: sections, identities, and what missing parts leave out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import Console

from tanlu.cli.views import goals
from tanlu.i18n.catalogue import messages, placeholders
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.report.build import KINDS, build
from tanlu.report.certificate import gap_words
from tanlu.report.sections.adoption import reasons
from tanlu.report.source import Source
from tanlu.report.tree import Figure, Kind, Name, Names, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.report.payload import Adoption, ReportPayload
    from tanlu.report.tree import Report

HERE = Path(__file__).parent
PAYLOAD = HERE.parent / "render" / "fixtures" / "machinery_payload.json"
SNAPSHOTS = {
    "full": HERE / "tree_snapshot.txt",
    "inventory": HERE / "inventory_snapshot.txt",
    "roadmap": HERE / "roadmap_snapshot.txt",
}


@pytest.fixture
def given() -> dict[str, Any]:
    """Return a fresh payload that a test may change."""
    return cast("dict[str, Any]", json.loads(PAYLOAD.read_text(encoding="utf-8")))


def built(given: dict[str, Any], kind: str = "full") -> Report:
    return build(cast("ReportPayload", given), kind=kind)


def outline(report: Report) -> Iterator[str]:
    """Yield one line per section and block: what stands where, without numbers."""
    for section in report.sections:
        yield f"{section.id}: {section.title.code}"
        for block in section.blocks:
            name = type(block).__name__
            detail = getattr(block, "id", "") or getattr(getattr(block, "text", None), "code", "")
            rows = f" {len(block.columns)}x{len(block.rows)}" if isinstance(block, Table) else ""
            yield f"  {name} {detail}{rows}".rstrip()


def texts(node: Any) -> Iterator[Text]:
    """Yield every sentence of a tree."""
    if isinstance(node, Text):
        yield node
        for fact in node.facts.values():
            yield from texts(fact)
    elif isinstance(node, dict):
        for child in node.values():
            yield from texts(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from texts(child)
    elif hasattr(node, "__dataclass_fields__"):
        for name in node.__dataclass_fields__:
            yield from texts(getattr(node, name))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_outline_of_each_kind(given: dict[str, Any], kind: str) -> None:
    expected = SNAPSHOTS[kind].read_text(encoding="utf-8")

    assert "\n".join(outline(built(given, kind))) + "\n" == expected


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_sentence_is_in_the_catalogue_with_its_facts(
    given: dict[str, Any], kind: str
) -> None:
    known = messages()
    faults = [
        text.code
        for text in texts(built(given, kind))
        if text.code.startswith("report.")
        and (text.code not in known or placeholders(known[text.code].en) - set(text.facts))
    ]

    assert faults == []


def test_wedges_that_do_not_add_up_are_refused(given: dict[str, Any]) -> None:
    given["plan"]["wedges"][0]["t"][5] += 1.0

    with pytest.raises(TanluError) as caught:
        built(given)

    assert caught.value.code == "report.wedges-open"
    assert caught.value.facts["year"] == "2030"


def test_infeasible_plan_says_by_how_much(given: dict[str, Any]) -> None:
    given["plan"]["status"] = "infeasible"
    given["plan"]["infeasible"] = {"target": "T-2", "short_t": 1234.5}

    section = next(s for s in built(given).sections if s.id == "plan")

    assert [text.code for text in texts(section)][1:] == ["report.plan.infeasible"]


def test_targets_oblige_from_their_own_year_on(given: dict[str, Any]) -> None:
    of = {"kind": "absolute", "scope": "1+2", "base_year": 2023, "required": 90.0, "value": 80.0,
          "met": True, "rule": "own-path", "source": None, "unit": "t"}  # fmt: skip
    given["targets"] = [
        of | {"id": str(year), "year": year, "required_in": [
            {"year": each, "value": 100.0 - each + 2023 if each < year else level}
            for each in range(2023, 2061)
        ]}
        for year, level in ((2030, 60.0), (2040, 20.0))
    ]  # fmt: skip

    line = next(figure for figure in built(given).figures() if figure.id == "target-line")

    years = line.data["years"]
    values = next(s["values"] for s in line.data["series"] if s["role"] == "target")
    by_year = dict(zip(years, values, strict=True))
    assert [by_year[year] for year in (2029, 2030, 2039, 2040, 2060)] == [None, 60, 60, 20, 20]


def test_the_plan_is_held_to_each_target_and_says_which_scopes_it_totals(
    given: dict[str, Any],
) -> None:
    given["plan"] |= {
        "covers": "upstream",
        "offsets_t": [0.0] * (len(given["plan"]["years"]) - 1) + [7.0],
        "targets": [{"id": "share", "kind": "renewable_share", "met": True,
                     "years": [2035, 2036, 2060], "level": [0.5, 0.5, 0.5],
                     "value": [0.5, 0.6, 0.7]}],
    }  # fmt: skip

    section = next(s for s in built(given).sections if s.id == "plan")

    table = next(b for b in section.blocks if isinstance(b, Table) and b.id == "plan-targets")
    years = [cast("Value", row.cells[1]).amount for row in table.rows]
    assert years == [2035, 2060]
    codes = {text.code for text in texts(section)}
    assert {"plan.covers.upstream", "plan.offsets"} <= codes


def test_what_is_missing_is_said_where_its_section_would_stand(given: dict[str, Any]) -> None:
    for part in ("plan", "targets", "hotspots", "greenpower", "factors", "findings", "claims"):
        given.pop(part)
    given.pop("gwp_used")
    given["inventory"].pop("flows")
    given["inventory"]["uncertainty"] = None

    sections = built(given).sections

    missing = {
        section.id for section in sections
        if [text.code for text in texts(section.blocks)] == [f"report.absent.{section.id}"]
    }  # fmt: skip
    assert [section.id for section in sections] == [
        "summary", "targets", "plan", "results", "hotspots", "coverage", "greenpower",
        "uncertainty", "boundary", "factors", "findings", "run", "gwp",
    ]  # fmt: skip
    assert missing == {
        "targets", "plan", "hotspots", "greenpower", "uncertainty", "factors", "findings", "gwp",
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_section_that_may_be_missing_has_a_reason(kind: str) -> None:
    always = {"results", "coverage", "boundary", "organisation", "statements", "index", "annex"}

    assert [
        name for name in KINDS[kind] if name not in always
        and f"report.absent.{name}" not in messages()
    ] == []  # fmt: skip


def test_unknown_amounts_stay_unknown(given: dict[str, Any]) -> None:
    given["inventory"]["by_site"][0]["scope3_t"] = None

    report = built(given)
    table = next(figure.table for figure in report.figures() if figure.id == "sites")

    assert table is not None
    last = next(
        row for row in table.rows if row.cells[0] == Name("徐州重型厂", "Xuzhou heavy works")
    )
    assert isinstance(last.cells[-1], Value)
    assert last.cells[-1].amount is None


def test_figures_of_the_inventory_carry_their_id(given: dict[str, Any]) -> None:
    table = next(
        block
        for section in built(given).sections
        for block in section.blocks
        if isinstance(block, Table) and block.id == "scopes"
    )

    cell = table.rows[1].cells[2]
    assert isinstance(cell, Value)
    assert cell.figure == "inv/2024/scope2/market"


@pytest.mark.parametrize(
    ("is_draft", "is_reviewed", "state"),
    [
        (True, False, "report.state-draft"),
        (False, False, "report.state-closed-alone"),
        (False, True, "report.state-closed"),
    ],
)
def test_what_one_person_closed_is_not_called_reviewed(
    given: dict[str, Any], is_draft: bool, is_reviewed: bool, state: str
) -> None:
    given |= {"draft": is_draft, "is_reviewed": is_reviewed}

    report = built(given, "inventory")

    codes = {found.code for found in texts(report.sections)}
    assert report.stamp.state.code == state
    assert ("report.not-reviewed" in codes) is not is_reviewed


def test_reasons_with_facts_use_their_own_sentence(given: dict[str, Any]) -> None:
    why = {"binding": ["BUDGET_FULL"], "reasons": [{"code": "PLAN_X", "facts": {"year": 2026}}]}

    source = Source(cast("ReportPayload", given))

    assert reasons(source, cast("Adoption", {"why": why})) == Names(
        (Text("PLAN_X", {"year": "2026"}),)
    )
    assert reasons(source, cast("Adoption", {"why": {"binding": ["LOCKED"]}})) == Names(
        (Text("report.why.LOCKED"),)
    )
    assert reasons(source, cast("Adoption", {"why": None})) == ""


def test_stock_that_leaves_is_not_said_to_come(given: dict[str, Any]) -> None:
    facts = {"measure": "f/now", "year": "2030", "key": "M-001"}
    why = {"binding": ["OVERHAUL_DUE"], "reasons": [{"code": "OVERHAUL_DUE", "facts": facts}]}
    row = {"measure": "f", "name": {"zh": "一号高炉", "en": "Furnace 1"}, "kind": "retirement"}
    source = Source(cast("ReportPayload", given))

    told = reasons(source, cast("Adoption", row | {"why": why}))

    out = Text("plan.taken-out", {"name": Name("一号高炉", "Furnace 1")})
    key = source.measure("M-001")
    assert told == Names((Text("OVERHAUL_DUE", {"measure": out, "year": "2030", "key": key}),))
    assert key != "M-001"


def test_offers_are_named_by_measure_and_site(given: dict[str, Any]) -> None:
    given["plan"]["macc"][0]["measure"] = "M-001@changzhou"

    figure = next(figure for figure in built(given).figures() if figure.id == "macc")

    assert any(
        isinstance(bar["name"], Text) and bar["family"] == "efficiency"
        for bar in figure.data["bars"]
    )


def test_ids_in_findings_become_names(given: dict[str, Any]) -> None:
    told = Source(cast("ReportPayload", given)).told(
        "COVERAGE_UPSTREAM", {"n": 3, "items": "diesel, gasoline", "site": "changzhou"}
    )

    assert told.facts["n"] == "3"
    assert told.facts["site"] == Name("常州基地", "Changzhou base")
    assert told.facts["items"] == Names((Name("柴油", "Diesel"), Name("汽油", "Gasoline")))


def test_less_than_a_gram_is_no_driver(given: dict[str, Any]) -> None:
    given["hotspots"]["drivers"][5]["delta_t"] = 2e-9

    figure = next(figure for figure in built(given).figures() if figure.id == "drivers")

    assert figure.data["steps"][6]["t"] == 0.0


def test_a_gap_too_small_to_print_is_a_bound() -> None:
    fine = Value(Kind.PERCENT, 0.0001, places=2)
    assert gap_words(0.00002) == Text("report.word.below", {"value": fine})
    assert gap_words(0.0) == Value(Kind.PERCENT, 0.0, places=2)
    assert gap_words(None) == Text("report.word.unknown")


@pytest.mark.parametrize(
    ("limit", "gap", "code"),
    [
        ("gap", 0.0005, "cli.plan_ended.gap"),
        ("gap", 0.02, "cli.plan_ended.nodes"),
        ("time", 0.02, "cli.plan_ended.time"),
        ("", 0.02, "report.plan-status.feasible"),
    ],
)
def test_the_certificate_says_what_the_terminal_says(
    given: dict[str, Any], limit: str, gap: float, code: str
) -> None:
    given["plan"] |= {"status": "feasible", "limit": limit, "gap": gap}
    given["plan"]["run"] |= {"options": {"gap": 0.001}}

    section = next(s for s in built(given).sections if s.id == "plan")

    told = io.StringIO()
    goals.plan(Console(file=told, width=200), Say("en"), given["plan"] | {"site_names": {}})
    assert code in [found.code for found in texts(section)]
    assert Say("en")(code) in told.getvalue()


def test_one_measure_at_several_sites_is_one_wedge(given: dict[str, Any]) -> None:
    plan = given["plan"]
    first = plan["wedges"][0]
    half = [value / 2 for value in first["t"]]
    plan["wedges"][0] = {"measure": "M-001@changzhou", "layer": "efficiency", "t": half}
    plan["wedges"].append({"measure": "M-001@xian-axle", "layer": "efficiency", "t": half})
    plan["adoptions"][0]["why"] = None
    plan["method"] = "market"

    report = built(given)
    wedges = next(figure for figure in report.figures() if figure.id == "wedge").data["wedges"]

    assert len(wedges) == 12
    assert wedges[0]["t"] == pytest.approx(first["t"])


def test_unknown_measures_take_the_family_of_their_layer(given: dict[str, Any]) -> None:
    source = Source(cast("ReportPayload", given))

    assert source.family("e_ppa", "contracts") == "green_power"
    assert source.family("t_truck", "switch") == "electrification"
    assert source.family("x_unknown") == "other"


def test_many_adoptions_are_drawn_by_measure(given: dict[str, Any]) -> None:
    plan = given["plan"]
    first = plan["adoptions"][0]
    plan["adoptions"] += [{**first, "site": f"s{n}", "year": 2030 + n % 3} for n in range(25)]

    gantt = next(figure for figure in built(given).figures() if figure.id == "gantt")

    assert len(gantt.data["rows"]) == 12
    assert gantt.data["rows"][0]["when"] == "2025\N{EN DASH}2032"
    assert gantt.table is not None
    assert len(gantt.table.rows) == 37


def figure_of(given: dict[str, Any], name: str) -> Figure:
    return next(figure for figure in built(given).figures() if figure.id == name)


def test_the_cost_curve_tells_the_first_year_of_a_measure_at_its_site(
    given: dict[str, Any],
) -> None:
    plan = given["plan"]
    first, second = ({**plan["adoptions"][0], "site": site, "measure": "x_led"} for site in "AB")
    plan["adoptions"] = [{**first, "year": 2031}, {**first, "year": 2028}, {**second, "year": 2026}]
    plan["macc"] = [{**plan["macc"][0], "measure": f"x_led@{site}"} for site in "AB"]

    table = figure_of(given, "macc").table

    assert table is not None
    assert [row.cells[-1] for row in table.rows] == [
        Value(Kind.YEAR, 2028),
        Value(Kind.YEAR, 2026),
    ]


def test_a_plan_without_a_budget_speaks_of_none(given: dict[str, Any]) -> None:
    given["plan"]["budget"] = None

    figure = figure_of(given, "budget")

    assert figure.table is not None
    assert "report.figure.capex-drawn" in {found.code for found in texts(figure)}
    assert "report.col.budget" not in {column.title.code for column in figure.table.columns}


def test_what_targets_allow_is_drawn_to_the_end_of_the_plan(given: dict[str, Any]) -> None:
    row = next(row for row in given["targets"] if row["kind"] == "absolute")
    row |= {"scope": "1+2", "unit": "t", "year": 2030,
            "required_in": [{"year": 2030, "value": 70.0}]}  # fmt: skip
    given["targets"] = [row]

    data = figure_of(given, "target-line").data
    wanted = next(line["values"] for line in data["series"] if line["role"] == "target")

    assert data["years"][-1] == given["plan"]["years"][-1]
    assert wanted[data["years"].index(2030) :] == [70.0] * (data["years"][-1] - 2029)


def test_a_total_with_reasons_is_never_told_as_complete(given: dict[str, Any]) -> None:
    coverage = given["inventory"]["coverage"]
    reason = {"code": "COVERAGE_STATUS", "facts": {"status": "NO_FACTOR", "n": "2"}}
    coverage |= {"rows": 12, "ok": 12, "missing_months": 0, "reasons": [reason]}

    codes = [found.code for found in texts(built(given).sections[0])]

    assert "report.coverage.complete" not in codes
    assert {"report.coverage.lacking", "COVERAGE_STATUS", "report.status.NO_FACTOR"} <= {*codes}
