"""Read generation on the site and contracts for electricity of a case."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Evidence, Ownership
from tanlu.roadmap.case_plant import read_learned
from tanlu.roadmap.node import Node
from tanlu.roadmap.problem import LARGEST_CONTRACT, Contract, ContractKind, PvOption
from tanlu.roadmap.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.roadmap.problem import Site

_THIRD = {"term": "ownership emc or ppa", "after_price": "ownership emc or ppa",
          "gec_owner": "ownership emc or ppa", "capex": "ownership own",
          "om": "ownership own"}  # fmt: skip


def read_pv(node: Node) -> PvOption:
    """Return generation at a site under one kind of ownership."""
    ownership = Ownership(node.choice("ownership", Ownership, "own"))
    own = ownership is Ownership.OWN
    claims = True if own else node.choice("gec_owner", ("host", "investor")) == "host"
    option = PvOption(
        id=node.text("id"),
        site=node.text("site"),
        roof=node.text("roof", "roof"),
        ownership=ownership,
        max_kw=node.positive("max_kw"),
        yield_per_kw=node.series("yield_per_kw", least=0),
        capex=read_learned(node, "capex") if own else _nothing(node),
        om=node.series("om", 0) if own else _nothing(node),
        self_price=node.series("self_price", 0 if own else None),
        after_price=_nothing(node) if own else node.series("after_price", 0),
        term=0 if own else node.integer("term", least=1),
        host_claims=claims,
        export_price=node.series("export_price") if node.has("export_price") else None,
        life=node.integer("life", 25, least=1),
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        envelope=_envelope(node),
        is_mixed=node.flag("mix", default=False),
        evidence=Evidence(node.choice("status", Evidence, "typed")),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
    )
    node.rate("learning", 0)
    node.text("source", "")
    node.close(_THIRD)
    return option


def _nothing(node: Node) -> tuple[Fraction, ...]:
    return (Fraction(0),) * len(node.years)


def _envelope(node: Node) -> tuple[tuple[Fraction, Fraction], ...]:
    everything = ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)))
    if not node.has("envelope"):
        return everything
    given = node.data["envelope"]
    if not isinstance(given, list) or not given:
        node.faults.add("CASE_NOT_LIST", node.at("envelope"), found=given)
        return everything
    pairs = []
    for index, pair in enumerate(given):
        if not isinstance(pair, list):
            node.faults.add("CASE_NOT_LIST", f"{node.path}.envelope[{index}]", found=pair)
            continue
        inner = Node({"pair": pair}, f"{node.path}.envelope[{index}]", (0, 1), node.faults)
        pairs.append(tuple(inner.series("pair", least=0)))
    return tuple((pair[0], pair[1]) for pair in pairs) or everything


def read_storage(node: Node) -> Storage:
    """Return a battery at a site."""
    efficiency = node.above_zero("efficiency", Fraction(9, 10))
    if efficiency > 1:
        node.faults.add("CASE_SHARE", node.at("efficiency"), found=float(efficiency))
    storage = Storage(
        id=node.text("id"),
        site=node.text("site"),
        max_kwh=node.positive("max_kwh"),
        shift_per_kwh=node.series("shift_per_kwh", least=0),
        efficiency=min(efficiency, Fraction(1)),
        spread=node.series("spread", 0),
        capex=read_learned(node, "capex", None),
        om=node.series("om", 0),
        life=node.integer("life", 15, least=1),
        lead_years=node.integer("lead_years", 0),
        first_year=node.integer("first_year", node.years[0]),
        evidence=Evidence(node.choice("status", Evidence, "typed")),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
    )
    node.text("source", "")
    node.close()
    return storage


def read_contract(node: Node, sites: Mapping[str, Site]) -> Contract:
    """Return a yearly purchase of renewable electricity or certificates."""
    contract = Contract(
        id=node.text("id"),
        kind=ContractKind(node.choice("kind", ContractKind, "green_power")),
        sites=tuple(sorted(set(node.texts("sites") or sites))),
        limit=node.series("limit", LARGEST_CONTRACT, least=0),
        premium=node.series("premium"),
        first_year=node.integer("first_year", node.years[0]),
        name_zh=node.text("name_zh", ""),
        name_en=node.text("name_en", ""),
    )
    if "@" in contract.id:
        node.faults.add("CASE_ID_FORM", node.at("id"), found=contract.id, reserved="@")
    node.text("status", "")
    node.text("source", "")
    node.close()
    return contract
