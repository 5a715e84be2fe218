"""Read a self-contained plan case (JSON object) into a `Problem`; report all faults at once.

The schema is documented in `docs/reference/plan-case.md`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.case_plant import (
    read_carrier,
    read_end_use,
    read_measure,
    read_site,
)
from tanlu.roadmap.case_products import read_product, read_slices
from tanlu.roadmap.case_rules import (
    check_scenarios,
    read_border,
    read_budget,
    read_carbon,
    read_caution,
    read_lock,
    read_offsets,
    read_target,
)
from tanlu.roadmap.case_supply import read_contract, read_pv, read_storage
from tanlu.roadmap.case_technology import Plant, read_technology
from tanlu.roadmap.economics import Salvage
from tanlu.roadmap.node import Faults, Node, exact
from tanlu.roadmap.problem import Method, Problem
from tanlu.roadmap.validation import check_approved, check_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.roadmap.caution import Caution
    from tanlu.roadmap.problem import Carrier, Product


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
LONGEST = 200  # years


def read_case(case: Mapping[str, Any]) -> Problem:
    """Read a case.

    Parameters
    ----------
    case : mapping
        Parsed JSON. Floats are read as the decimals that they print as.

    Returns
    -------
    Problem
        The problem in exact numbers.

    Raises
    ------
    TanluError
        ``plan.case-invalid`` with one finding for each fault.
    """
    faults = Faults()
    if not isinstance(case, dict):
        faults.add("CASE_NOT_OBJECT", "", found=type(case).__name__)
        raise TanluError("plan.case-invalid", findings=tuple(faults.found), count=1)
    years = _years(Node(dict(case), "", (), faults))
    top = Node(dict(case), "", years, faults)
    top.seen |= {"years", "schema", "description", "expect", "uncertainty"}
    problem = _problem(top)
    check_scenarios(top)
    read_caution(top)
    is_approved = top.flag("approved", default=False)
    top.close()
    check_problem(problem, faults)
    if is_approved:
        check_approved(problem, faults)
    if faults.found:
        raise TanluError("plan.case-invalid", findings=tuple(faults.found), count=len(faults.found))
    return problem


def caution_of(case: Mapping[str, Any], arguments: Mapping[str, Any]) -> Caution | None:
    """Return how the plan of a case faces several futures; arguments go before the case's own.

    Raises
    ------
    TanluError
        ``plan.case-invalid``.
    """
    faults = Faults()
    years = _years(Node(dict(case), "", (), faults))
    given = {key: value for key, value in arguments.items() if value is not None}
    known = case.get("robust")
    merged = {**(known if isinstance(known, dict) else {}), **given}
    found = read_caution(Node({"robust": merged or None}, "", years, faults))
    if faults.found:
        raise TanluError("plan.case-invalid", findings=tuple(faults.found), count=len(faults.found))
    return found


def _years(top: Node) -> tuple[int, ...]:
    given = top.data.get("years")
    if isinstance(given, dict):
        span = Node(given, "years", (), top.faults)
        first, last = span.integer("first", least=1), span.integer("last", least=1)
        span.close()
        years = tuple(range(first, min(last, first + LONGEST) + 1))
    elif isinstance(given, list) and all(isinstance(y, int) for y in given):
        years = tuple(given)
    else:
        years = ()
    if not years or list(years) != sorted(set(years)) or years[-1] - years[0] >= LONGEST:
        top.faults.add("CASE_YEARS", "years", found=given)
        return (1,)
    return years


def _problem(top: Node) -> Problem:
    slices = read_slices(top)
    carriers = _by_id(read_carrier(node, slices) for node in top.nodes("carriers"))
    sites = _by_id(read_site(node, carriers) for node in top.nodes("sites"))
    products = _by_id(map(read_product, top.nodes("products")))
    taken: dict[str, Carrier | Product] = {**carriers, **products}
    end_uses = _by_id(read_end_use(node, taken, slices) for node in top.nodes("end_uses"))
    plant = Plant(taken, end_uses, products, sites, slices)
    technologies = [read_technology(node, plant) for node in top.nodes("technologies")]
    measures = [read_measure(node, end_uses, taken) for node in top.nodes("measures")]
    method = Method(top.choice("method", Method, "market"))
    years, output = top.years, top.series("output", 1, least=0)
    return Problem(
        name=top.text("name", "case"),
        years=years,
        rate=_discount(top),
        salvage=Salvage(top.choice("salvage", Salvage, "straight_line")),
        currency=top.text("currency", "CNY"),
        price_year=top.integer("price_year", years[0]),
        method=method,
        carriers=carriers,
        sites=sites,
        end_uses=end_uses,
        technologies=_by_id(technologies),
        measures=_by_id(measures),
        pv=_by_id(map(read_pv, top.nodes("pv"))),
        contracts=_by_id(read_contract(n, sites) for n in top.nodes("contracts")),
        targets=_by_id(read_target(n, method, sites) for n in top.nodes("targets")),
        budget=read_budget(top),
        ets=read_carbon(top, "ets", cash=True),
        internal=read_carbon(top, "internal_price", cash=False),
        offsets=read_offsets(top),
        locks=tuple(sorted(map(read_lock, top.nodes("locks")), key=lambda lock: lock.measure)),
        output=output,
        storage=_by_id(map(read_storage, top.nodes("storage"))),
        borders=_by_id(read_border(n, sites, output) for n in top.nodes("cbam")),
        decision_years=_decision_years(top),
        frozen_until=top.integer("freeze_years", 0),
        notes=top.texts("notes"),
        products=products,
        slices=slices,
        is_mid_year=top.choice("running_costs", ("start", "middle"), "start") == "middle",
    )


def _by_id(items: Iterable[T]) -> dict[str, T]:
    """Return items by id in the order of the ids, whatever order they were written in."""
    return {item.id: item for item in sorted(items, key=lambda item: item.id)}


def _discount(top: Node) -> Fraction:
    rate = top.rate("discount_rate")
    if rate < 0:
        top.faults.add("CASE_NEGATIVE", "discount_rate", found=float(rate))
    return max(rate, Fraction(0))


def _decision_years(top: Node) -> frozenset[int]:
    given = top.data.get("decision_years") if top.has("decision_years") else None
    if given is None:
        return frozenset(top.years)
    years = [exact(year) for year in given] if isinstance(given, list) else []
    if not years or any(year is None or year.denominator != 1 for year in years):
        top.faults.add("CASE_YEARS", "decision_years", found=given)
        return frozenset(top.years)
    found = frozenset(int(year) for year in years if year is not None)
    first, last = top.years[0], top.years[-1]
    for year in sorted(found - set(top.years)):
        top.faults.add("CASE_YEAR_OUTSIDE", "decision_years", found=year, first=first, last=last)
    return found
