"""Terminal views of inventory, explain, hotspots and claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from tanlu.i18n.say import Say

_TOP = 12
_RUN = 12
_VARIANCE = 3
_GAPS = 4
_MG_PER_T = 10**9
_RANGE = "range"
_CERTIFICATE = "CERT_"
_PER_MILLION = 100  # of ten thousand


def inventory(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show totals, sites, coverage, uncertainty and the run."""
    totals(console, say, body)
    layout.line(console)
    by_site(console, say, body)
    layout.line(console)
    coverage(console, say, body)
    unused(console, say, body)
    gaps = {reason["code"] for reason in body["coverage"]["reasons"]}
    others = [row for row in body["findings"] if row["code"] not in gaps]
    layout.findings(console, others, say, notes=False)


def unused(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show green power and certificates of which nothing was used, and why."""
    rejected = sum(row["rejected_kwh"] for row in body.get("greenpower", ()))
    told = [
        row["message"]
        for row in body["findings"]
        if row["code"].startswith(_CERTIFICATE) and row["severity"] == "note"
    ]
    if not rejected:
        return
    layout.line(console, say("cli.greenpower.unused", value=say.energy(rejected)), style="yellow")
    for message in told[:_GAPS]:
        layout.paragraph(console, f"· {message}")
    layout.more(console, say, len(told) - _GAPS)


def totals(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show scopes and totals with the id that opens each."""
    figures = body["figures"]
    rows = [
        ("cli.scope1", body["scope1_t"], figures["scope1_t"]),
        ("cli.scope2_location", body["scope2_t"]["location"], figures["scope2_t.location"]),
        ("cli.scope2_market", body["scope2_t"]["market"], figures["scope2_t.market"]),
        ("cli.scope3", body["scope3_t"], figures["scope3_t"]),
        ("cli.total_location", body["total_t"]["location"], figures["total_t.location"]),
        ("cli.total_market", body["total_t"]["market"], figures["total_t.market"]),
    ]
    total = body["total_t"]["market"]
    layout.heading(console, f"{body['year']} · {say('cli.emissions')} (CO2e)")
    layout.table(
        console,
        ["", say("cli.figure"), "", say("cli.emissions")],
        [
            (say(code), figure, layout.bar((value or 0) / total) if total else "", say.mass(value))
            for code, value, figure in rows
        ],
        right=1,
        styles=["", "", "", "", "bold", "bold"],
    )


def by_site(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the scopes of each site."""
    heads = [say("cli.site_name"), say("cli.scope1"), say("cli.scope2_market"), say("cli.scope3"),
             say("cli.total_market")]  # fmt: skip
    rows = [
        (layout.site(row["site"], say, body), say.mass(row["scope1_t"]),
         say.mass(row["scope2_market_t"]), say.mass(row["scope3_t"]),
         say.mass(row["total_t"]["market"]))
        for row in body["by_site"]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=4)


def coverage(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what the totals cover, their interval, energy, intensity and the run."""
    covered = body["coverage"]
    told = say("cli.coverage", ok=say.count(covered["ok"]), rows=say.count(covered["rows"]))
    layout.line(console, told)
    if not covered["complete"]:
        _gaps(console, say, body)
    _interval(console, say, body.get("uncertainty"))
    _energy(console, say, body)
    run = body["run"]
    head, book = layout.short_head(run["ledger_head"]), run["book_hash"][:_RUN]
    layout.line(console, say("cli.run", id=run["id"], head=head, book=book), style="dim")


def _gaps(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Say what the total lacks, in sentences where the answer brings them."""
    codes = {reason["code"] for reason in body["coverage"]["reasons"]}
    told = [row["message"] for row in body.get("findings", ()) if row["code"] in codes]
    layout.line(console, say("cli.incomplete"), style="yellow")
    for text in (told or sorted(codes))[:_GAPS]:
        layout.paragraph(console, f"· {text}", style="yellow")
    layout.more(console, say, len(told) - _GAPS)


def _interval(console: Console, say: Say, interval: Mapping[str, Any] | None) -> None:
    if not interval:
        return
    low, high = say.mass(interval["low_t"]), say.mass(interval["high_t"])
    told = say("cli.uncertainty", level=say.percent(interval["level"]), low=low, high=high)
    layout.line(console, told)
    names = [
        f"{say.pick(row['name']['zh'], row['name']['en'])}"
        f" ({layout.word('report.variance', row['kind'], say)}) {say.percent(row['share'])}"
        for row in interval.get("top", [])[:_VARIANCE]
    ]
    if names:
        layout.paragraph(console, layout.labelled(say, "cli.variance", say.listed(names)), indent=0)


def _energy(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    energy, intensity = body.get("energy"), body.get("intensity")
    if energy:
        layout.line(
            console,
            say(
                "cli.energy",
                calorific=say.tce(energy["tce_calorific"]),
                equivalent=say.tce(energy["tce_equivalent"]),
                power=say.energy(energy["electricity_kwh"]),
            ),
        )
    per_10k = intensity["tco2e_per_10k_cny"] if intensity else None
    if per_10k is not None:
        layout.line(console, say("cli.intensity", value=say.mass(per_10k * _PER_MILLION)))


def explained(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a figure as a tree: formula, rows, factors, cells."""
    if body.get("name"):
        layout.line(console, body["name"])
    layout.line(console, f"{body['figure']} = {say.mass(body['value'])} CO2e", style="bold")
    layout.paragraph(console, layout.labelled(say, "cli.formula", body["formula"]))
    closes = body.get("closes")
    if closes is not None:
        code = "cli.closes" if closes else "cli.closes_not"
        told = say(code, rows=say.count(body["n_rows"]))
        layout.line(console, f"  {layout.MARKS[closes]} {told}", style=layout.STYLES[closes])
    _fields(console, say, body)
    last = len(body["rows"]) - 1
    for number, row in enumerate(body["rows"]):
        site = layout.site(row["site"], say, body) if row.get("site") else ""
        _explained_row(console, say, {**row, "site": site}, is_last=number == last)
    left = body["n_rows"] - len(body["rows"])
    if left > 0:
        layout.line(console, "  " + say("cli.more_rows", count=left), style="dim")


def _fields(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the fields of a row of a small table, where the answer is about one."""
    if "fields" in body:
        layout.line(console, f"  {_place(body['source'])}")
        kind = layout.word("cli.sheet", body["kind"], say)
        told = say.listed([f"{name} = {text}" for name, text in body["fields"].items()])
        layout.paragraph(console, say("cli.labelled", label=kind, value=told))


def _place(source: Mapping[str, Any] | None) -> str:
    parts = (str((source or {}).get(name) or "") for name in ("file", "sheet", "cell"))
    return "!".join(part for part in parts if part)


def _explained_row(console: Console, say: Say, row: Mapping[str, Any], *, is_last: bool) -> None:
    knot, stem = ("└─", "  ") if is_last else ("├─", "│ ")
    amount = say.missing if row["quantity"] is None else say.exact(str(row["quantity"]))
    mg = row["result_mg"]
    result = say.missing if mg is None else say.mass(mg / _MG_PER_T)
    known = (row.get("site"), row.get("name") or row.get("item"), row.get("month"))
    where = " · ".join(str(part) for part in known if part)
    status = layout.word("report.status", row["status"], say)
    layout.line(console, f"  {knot} {where}: {amount} {row['unit'] or ''} → {result}  [{status}]")
    for told in (*_origin(row, say), *_factor(row["factor"], say)):
        layout.line(console, f"  {stem}   {told}", style="dim")


def _origin(row: Mapping[str, Any], say: Say) -> Iterator[str]:
    """Yield where a row stands, and for a row alone what it is and how it was multiplied."""
    if row["source"]:
        yield f"{_place(row['source'])}  ({row['row_id']})"
    if row.get("version", 1) > 1 or row.get("op") == "void":
        yield say("explain.version", version=row["version"], note=row.get("note") or say.missing)
    if row.get("op") == "void":
        yield say("explain.void")
    elif "op" in row:
        told = row.get("formula") or say.missing
        yield layout.labelled(say, f"explain.stream.{row['stream']}", told)


def _factor(factor: Mapping[str, Any] | None, say: Say) -> Iterator[str]:
    """Yield the factor and its publication; for blended power, those of the rest."""
    if not factor:
        return
    words = [say("cli.factor"), factor.get("id"), factor.get("value"), factor.get("unit")]
    yield " · ".join(str(part) for part in words if part)
    if factor.get("note"):
        yield str(factor["note"])
    if factor.get("residual"):
        yield from _factor(factor["residual"], say)
        return
    title = say.pick(factor.get("title") or "", factor.get("title_en") or "")
    told = [title, factor.get("document"), factor.get("published"), factor.get("locator")]
    if any(told):
        yield " · ".join(str(part) for part in told if part)


def code(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the help of a message code."""
    layout.line(console, body["code"], style="bold")
    layout.paragraph(console, body["message"])
    if body["advice"]:
        layout.paragraph(console, body["advice"])


def hotspots(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the largest sources as bars, then what drove the change."""
    ranking(console, say, body)
    drivers(console, say, body)


def ranking(console: Console, say: Say, body: Mapping[str, Any], *, top: int = _TOP) -> None:
    """Show the largest sources."""
    rows = body["pareto"]
    heads = [say("cli.site_name"), say("cli.item"), "", say("cli.emissions"), say("cli.share"),
             say("cli.cumulative")]  # fmt: skip
    largest = max((row["share"] for row in rows), default=0.0)
    layout.table(
        console,
        heads,
        [
            (layout.site(row["site"], say, body), row.get("name") or row["item"],
             layout.bar(row["share"] / largest) if largest else "", say.mass(row["co2e_t"]),
             say.percent(row["share"]), say.percent(row["cumulative"]))
            for row in rows[:top]
        ],
        right=3,
    )  # fmt: skip
    layout.more(console, say, len(rows) - top)


def drivers(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the drivers between two years, and what each of them means."""
    if not body["drivers"]:
        return
    change = f"{body['vs']} → {body['year']}: {say.mass(body['delta_t'])}"
    if body.get("from_t") is not None:
        change += f"  ({say.mass(body['from_t'])} → {say.mass(body['to_t'])})"
    layout.heading(console, f"{say('cli.drivers')} {change}")
    largest = max(abs(row["delta_t"]) for row in body["drivers"])
    rows = [
        (layout.word("report.driver", row["driver"], say),
         layout.word("report.driver-meaning", row["driver"], say),
         layout.signed_bar(row["delta_t"], largest), say.mass(row["delta_t"]))
        for row in body["drivers"]
    ]  # fmt: skip
    layout.table(console, ["", "", "", say("cli.change")], rows, right=1)


def claim(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show each pair of figures with its verdict and the constants near it."""
    for listed in body.get("claims", ()):
        layout.heading(console, f"▌ {listed['name']}")
        layout.paragraph(console, listed["note"], style="dim")
        _pairs(console, say, listed["pairs"], nearest=0)
    if "claims" not in body:
        _pairs(console, say, body["pairs"], nearest=_TOP)


def _pairs(console: Console, say: Say, pairs: Sequence[Mapping[str, Any]], *, nearest: int) -> None:
    for pair in pairs:
        names = [pair["from"], pair["to"]]
        head = " → ".join(layout.word("report.measure", name, say) for name in names if name)
        layout.heading(
            console,
            say(
                "cli.labelled", label=head, value=layout.word("report.claim", pair["verdict"], say)
            ),
        )
        layout.paragraph(console, pair["message"])
        if pair["implied"] is not None:
            low, high = (say.number(pair[name]) for name in ("low", "high"))
            told = f"{say.number(pair['implied'])} ({low} – {high}) {pair['unit']}"
            layout.line(console, "  " + layout.labelled(say, "cli.implied", told))
        for is_match, rows in ((True, pair["matches"][:_TOP]), (False, pair["nearest"][:nearest])):
            for row in rows:
                _constant(console, say, row, is_match=is_match)


def _constant(console: Console, say: Say, row: Mapping[str, Any], *, is_match: bool) -> None:
    """Show a constant; a range that holds the figure is an order of magnitude, no match."""
    is_range = row.get("kind") == _RANGE
    if is_range:
        low, high = (say.exact(str(row[name])) for name in ("low", "high"))
        told = f"{row['constant']}  {low} – {high} {row['unit']}"
        told += f"  ({say('cli.within' if is_match else 'cli.outside')})"
    else:
        away = say("cli.deviation", value=say.percent(row["deviation"]))
        told = f"{row['constant']}  {say.exact(str(row['value']))} {row['unit']}  ({away})"
    mark = "~" if is_range and is_match else layout.MARKS[is_match]
    style = "green" if is_match and not is_range else ""
    layout.paragraph(console, f"{mark} {told}", indent=2, style=style)
    layout.paragraph(console, row["source"], indent=6, style="dim")
