"""Who reports, what is inside, by which rules and with which factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.source import text, year
from tanlu.report.tree import Facts, Name, Names, Paragraph, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.report.source import Source
    from tanlu.report.tree import Node, Text

_NAMED = ("approach", "standard", "profile")


def boundary(source: Source) -> tuple[Section, ...]:
    """Return organisation, boundary, method and factor profile."""
    organisation = source.payload["organisation"]
    given: Mapping[str, Any] = source.payload.get("boundary") or {}
    pairs: list[tuple[Text, Node]] = [
        (text("report.fact.organisation"), organisation_name(source)),
        (text("report.fact.year"), year(source.year)),
    ]
    for key in ("sector", "province"):
        pair: Any = organisation.get(key)
        if pair:
            pairs.append((text(f"report.fact.{key}"), _name(pair)))
    sites = [row["site"] for row in source.inventory["by_site"] if row["site"]]
    pairs.append((text("report.fact.sites"), Names(tuple(source.site(site) for site in sites))))
    silent = source.inventory["coverage"].get("silent_sites")
    if silent:
        named = Names(tuple(source.site(site) for site in silent))
        pairs.append((text("report.fact.sites-silent"), named))
    pairs += [(text(f"report.fact.{key}"), _name(given[key])) for key in _NAMED if given.get(key)]
    if given.get("base_year"):
        pairs.append((text("report.fact.base-year"), year(given["base_year"])))
    pairs += [
        (text(f"report.fact.{key.replace('_', '-')}"), str(given[key]))
        for key in ("gwp", "as_of")
        if given.get(key)
    ]
    pairs.append((text("report.fact.engine"), source.inventory["run"]["engine"]))
    exclusions = tuple(_name(each) for each in given.get("exclusions") or ())
    excluded: Node = Names(exclusions) if exclusions else text("report.word.none")
    pairs.append((text("report.fact.exclusions"), excluded))
    blocks = (Facts(tuple(pairs)), Paragraph(text("report.method.note"), "hint"))
    return (Section("boundary", text("report.section.boundary"), blocks),)


def organisation_name(source: Source) -> Name:
    """Return the company's name."""
    organisation = source.payload["organisation"]
    return Name(organisation["name"], organisation.get("name_en", ""))


def _name(pair: Mapping[str, str]) -> Name:
    return Name(pair["zh"], pair.get("en", ""))
