"""The inventory: by scope, ISO 14064-1 category, site and gas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.inventory.figures import Measure
from tanlu.report.source import (
    LOCATION,
    MARKET,
    TONNE,
    figures_column,
    mass,
    percent,
    share,
    text,
    tonnes,
    total,
    words_column,
)
from tanlu.report.tree import Figure, Row, Section, Table

if TYPE_CHECKING:
    from tanlu.report.payload import SiteTotals
    from tanlu.report.source import Source
    from tanlu.report.tree import Block

_SCOPE_COLORS = ("#0f766e", "#94a3b8", "#8b5cf6")


def results(source: Source) -> tuple[Section, ...]:
    """Return totals with both scope 2 results, then the three breakdowns."""
    blocks: tuple[Block, ...] = (_scopes(source), *_sites(source), *_iso(source), *_gases(source))
    return (Section("results", text("report.section.results"), blocks),)


def _scopes(source: Source) -> Table:
    inventory = source.inventory
    first, second, third = inventory["scope1_t"], inventory["scope2_t"], inventory["scope3_t"]
    rows = [
        Row(
            (
                text("report.scope.1"),
                source.tonnes(first, Measure.SCOPE1),
                source.tonnes(first, Measure.SCOPE1),
            )
        ),
        Row(
            (
                text("report.scope.2"),
                source.tonnes(second["location"], Measure.SCOPE2, basis=LOCATION),
                source.tonnes(second["market"], Measure.SCOPE2, basis=MARKET),
            )
        ),
        Row(
            (
                text("report.scope.3"),
                source.tonnes(third, Measure.SCOPE3),
                source.tonnes(third, Measure.SCOPE3),
            )
        ),
        Row(
            (
                text("report.word.total"),
                source.tonnes(inventory["total_t"]["location"], Measure.TOTAL, basis=LOCATION),
                source.tonnes(inventory["total_t"]["market"], Measure.TOTAL, basis=MARKET),
            ),
            strong=True,
        ),
        *_scope3(source),
    ]
    columns = (
        words_column("scope"),
        figures_column("location", TONNE),
        figures_column("market", TONNE),
    )
    note = text("report.note.both-bases")
    return Table("scopes", text("report.table.scopes"), columns, tuple(rows), note)


def _scope3(source: Source) -> list[Row]:
    """Return the scope 3 categories present, below the total."""
    listed = source.inventory["scope3"]
    rows = []
    for category in sorted(listed, key=int):
        value = source.tonnes(listed[category], Measure.SCOPE3, category=category)
        rows.append(Row((text(f"report.category.{category}"), value, value), tone="sub"))
    return rows


def _sites(source: Source) -> tuple[Figure, ...]:
    sites = source.inventory["by_site"]
    if not sites:
        return ()
    whole = {id(site): _site_total(site) for site in sites}
    ranked = sorted(sites, key=lambda site: -(whole[id(site)] or 0.0))
    largest = next((site for site in ranked if site["site"]), ranked[0])
    title = text(
        "report.figure.sites",
        site=source.site(largest["site"]),
        share=percent(share(whole[id(largest)], source.total)),
    )
    parts = ("scope1_t", "scope2_market_t", "scope3_t")
    series = [
        {
            "name": text(f"report.scope.short-{place}"),
            "color": color,
            "values": [site[part] for site in ranked],  # type: ignore[literal-required]
        }
        for place, (part, color) in enumerate(zip(parts, _SCOPE_COLORS, strict=True), start=1)
    ]
    data = {
        "names": [source.site(site["site"]) for site in ranked],
        "series": series,
        "shown": [mass(whole[id(site)]) for site in ranked],
    }
    figure = Figure(
        "sites",
        "stack",
        title,
        text("report.figure.sites-drawn"),
        "mass",
        data,
        _site_table(source, ranked),
    )
    return (figure,)


def _site_total(site: SiteTotals) -> float | None:
    """Return the market-based total of a site; without one given, no part may be unknown."""
    given = site.get("total_t")
    if given:
        return given["market"]
    return total([site["scope1_t"], site["scope2_market_t"], site["scope3_t"]])


def _site_table(source: Source, ranked: list[SiteTotals]) -> Table:
    columns = (
        words_column("site"),
        figures_column("scope1", TONNE),
        figures_column("scope2-location", TONNE),
        figures_column("scope2-market", TONNE),
        figures_column("scope3", TONNE),
        figures_column("total-market", TONNE),
    )
    rows = []
    for site in ranked:
        where = {"site": site["site"]}
        cells = (
            source.site(site["site"]),
            source.tonnes(site["scope1_t"], Measure.SCOPE1, **where),
            source.tonnes(site["scope2_location_t"], Measure.SCOPE2, basis=LOCATION, **where),
            source.tonnes(site["scope2_market_t"], Measure.SCOPE2, basis=MARKET, **where),
            source.tonnes(site["scope3_t"], Measure.SCOPE3, **where),
            source.tonnes(_site_total(site), Measure.TOTAL, basis=MARKET, **where),
        )
        rows.append(Row(cells))
    return Table("sites", text("report.table.sites"), columns, tuple(rows))


def _iso(source: Source) -> tuple[Table, ...]:
    listed = source.inventory.get("iso14064_t")
    if not listed:
        return ()
    local = source.inventory.get("iso14064_location_t") or {}
    rows = [
        Row(
            (
                text(f"report.iso.{category}"),
                source.tonnes(local.get(category), Measure.ISO, basis=LOCATION, category=category),
                source.tonnes(amount, Measure.ISO, basis=MARKET, category=category),
                percent(share(amount, source.total)),
            )
        )
        for category, amount in sorted(listed.items())
    ]
    columns = (
        words_column("iso"),
        figures_column("location", TONNE),
        figures_column("market", TONNE),
        figures_column("share"),
    )
    return (Table("iso", text("report.table.iso"), columns, tuple(rows)),)


def _gases(source: Source) -> tuple[Table, ...]:
    listed = source.inventory["by_gas_t"]
    if not listed:
        return ()
    rows = [
        Row(
            (
                text("report.gas.unsplit") if gas == "CO2e" else gas,
                source.tonnes(amount, Measure.TOTAL, basis=MARKET, gas=gas),
                percent(share(amount, source.total)),
            )
        )
        for gas, amount in sorted(listed.items(), key=lambda pair: -(pair[1] or 0.0))
    ]
    rows.append(Row((text("report.word.total"), tonnes(total(listed.values())), ""), strong=True))
    columns = (words_column("gas"), figures_column("market", TONNE), figures_column("share"))
    note = text("report.note.gas", gwp=str((source.payload.get("boundary") or {}).get("gwp", "")))
    return (Table("gases", text("report.table.gases"), columns, tuple(rows), note),)
