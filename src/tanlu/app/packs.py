"""The verifier's pack: everything behind a year's inventory in one file that checks itself."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu._version import __version__
from tanlu.app import pack_check
from tanlu.app.findings import finding_bodies, finding_body
from tanlu.app.inventories import InventoryOptions, take_inventory, years_with_rows
from tanlu.app.pack_rows import FactorLines, pack_rows
from tanlu.app.payloads import inventory_body
from tanlu.i18n.say import Say
from tanlu.inventory.model import Basis
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import year_of
from tanlu.render.pack_workbook import PackBook
from tanlu.storage import canonical, segment
from tanlu.storage.verification import read_head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.app.inventories import TakenInventory
    from tanlu.storage import Workspace

ROWS_IN_SHEET = 1_000_000  # a sheet holds 1,048,576
_STAMP = (1980, 1, 1, 0, 0, 0)
_MG_PER_T = 10**9
_ROW_HEADS = (
    "line", "row_id", "kind", "location", "market", "scope", "iso", "category", "site", "item",
    "month", "written", "written_unit", "quantity", "unit", "gas", "factor", "rounding",
    "result_mg", "result_t", "status", "file", "sheet", "cell", "name",
)  # fmt: skip
_FACTOR_HEADS = (
    "line", "id", "edition", "gas", "kg_per_unit", "exact", "unit", "published", "published_unit",
    "region", "level", "title", "document", "locator", "quality",
)  # fmt: skip
_TOTAL_HEADS = ("basis", "group", "key", "name", "mg", "t", "report_t", "difference")
_SOURCE_HEADS = ("file", "sha256", "bytes", "rows")
_FINDING_HEADS = ("code", "severity", "place", "finding", "acknowledged")


@dataclass(slots=True)
class _Written:
    """What the rows came to while they were written."""

    sums: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    rows_of_file: Counter[str] = field(default_factory=Counter)


def write_pack(
    workspace: Workspace,
    year: int | None = None,
    *,
    output: Path | None = None,
    taken: TakenInventory | None = None,
) -> dict[str, Any]:
    """Write the pack of a year.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    year : int, optional
        Inventory year; the newest by default.
    output : Path, optional
        Folder; the workspace's ``exports`` by default.
    taken : TakenInventory, optional
        The inventory, when it was taken already.

    Returns
    -------
    dict
        ``reports``: path, languages, format and SHA-256 of the file.

    Raises
    ------
    TanluError
        ``app.no-rows``; ``pack.row-differs`` if a result cannot be had again from quantity and
        factor, which must not happen.
    """
    known = years_with_rows(workspace)
    chosen = year or (known[-1] if known else 0)
    options = InventoryOptions(with_uncertainty=False)
    taken = taken or take_inventory(workspace, chosen, options=options)
    folder = output or workspace.exports
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"tanlu-{taken.inventory.year}-verifier.zip"
    with tempfile.TemporaryDirectory(dir=folder, suffix=".tmp") as made:
        _write_members(workspace, taken, Path(made))
        _write_zip(Path(made), path, _manifest(workspace, taken))
    data = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"reports": [{"path": str(path), "lang": "zh,en", "format": "zip", "sha256": data}]}


def is_pack(named: str | Path) -> bool:
    """Return whether a path is a zip file, by its content or its name."""
    path = Path(named)
    return path.is_file() and (path.suffix.lower() == ".zip" or zipfile.is_zipfile(path))


def verify_pack(path: str | Path, *, expect_head: str = "", say: Say) -> dict[str, Any]:
    """Recompute a pack; the answer has the shape of that of a workspace.

    Raises
    ------
    TanluError
        ``storage.head-format`` for a head that is not written as one.
    """
    head = str(read_head(expect_head)) if expect_head else ""
    found = pack_check.check_pack(str(path), head)
    failures = [
        Finding(row["code"], Outcome.REJECT, file=Path(path).name, facts=row["facts"])
        for row in found["failures"]
    ]
    return found | {"failures": finding_bodies(failures, say)}


def _write_members(workspace: Workspace, taken: TakenInventory, folder: Path) -> None:
    for name in ("data", "ledger"):
        (folder / name).mkdir()
    written, factors = _Written(), FactorLines()
    book = PackBook(folder / pack_check.BOOK, _heads(_ROW_HEADS), limit=ROWS_IN_SHEET)
    with (folder / pack_check.ROWS).open("w", encoding="utf-8", newline="\n") as lines:
        for row in pack_rows(taken, factors):
            number = book.next_number()
            formulas = ("", "")
            if row["factor"] is not None:
                fetched = pack_check.factor_formula(row["factor_line"])
                formulas = (fetched, pack_check.result_formula(number))
            book.add_row(_shown(row), formulas)
            lines.write(_json_line(row))
            _count(written, row)
    inventory = inventory_body(taken, Say("en"))
    totals = _totals(taken, written)
    sources = _sources(workspace, written)
    findings = _findings(workspace)
    book.add_sheet("Factors", _heads(_FACTOR_HEADS), factors.rows)
    book.add_sheet("Sources", _heads(_SOURCE_HEADS), sources)
    book.add_sheet("Findings", _heads(_FINDING_HEADS), findings)
    book.add_sheet("Grid", _grid_heads(), _grid(inventory))
    book.add_totals(_heads(_TOTAL_HEADS), totals)
    book.close()
    bodies: dict[str, object] = {
        pack_check.TOTALS: totals, pack_check.INVENTORY: inventory, "data/sources.json": sources,
        "data/findings.json": findings, "data/factors.json": factors.told(),
    }  # fmt: skip
    for name, body in bodies.items():
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1)
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")
    _write_ledger(workspace, taken.inventory.year, folder)
    _write_guides(workspace, taken, folder)


def _heads(names: tuple[str, ...]) -> dict[str, str]:
    """Return the headings of a sheet in both languages, by name."""
    zh, en = Say("zh"), Say("en")
    return {name: f"{zh(f'pack.col.{name}')} {en(f'pack.col.{name}')}" for name in names}


def _grid_heads() -> dict[str, str]:
    months = {f"m{month}": str(month) for month in range(1, 13)}
    return _heads(("site", "item")) | months


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for the workbook: exact texts of quantities as numbers."""
    numbers = {
        name: None if row[name] is None else Fraction(row[name]) for name in ("written", "quantity")
    }
    return {**row, **numbers}


def _json_line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _count(written: _Written, row: Mapping[str, Any]) -> None:
    written.rows_of_file[row["sha256"] or ""] += 1
    if row["result_mg"] is not None:
        written.sums.update(dict.fromkeys(pack_check.sums_of(row), row["result_mg"]))


def _totals(taken: TakenInventory, written: _Written) -> list[dict[str, Any]]:
    """Return every total with the report's own figure beside it.

    Raises
    ------
    TanluError
        ``pack.row-differs`` where the rows do not add up to the inventory.
    """
    reported = _reported(taken)
    rows = []
    for key, mg in sorted(written.sums.items(), key=lambda pair: _order(pair[0])):
        if reported.get(key) != mg:
            raise TanluError(
                "pack.row-differs", row="/".join(key), expected=reported.get(key), found=mg
            )
        basis, group, name = key
        rows.append(
            {"basis": basis, "group": group, "key": name, "name": _name(group, name), "mg": mg,
             "report_t": mg / _MG_PER_T}
        )  # fmt: skip
    return rows


def _order(key: tuple[str, str, str]) -> tuple[str, int, str]:
    return key[0], ("total", "scope", "iso", "site").index(key[1]), key[2]


def _reported(taken: TakenInventory) -> dict[tuple[str, str, str], int | None]:
    """Return the inventory's own sums by basis, group and key [mg]."""
    inventory, found = taken.inventory, {}
    for basis in Basis:
        found[basis.value, "total", ""] = inventory.total.of(basis).co2e_mg
        found[basis.value, "scope", "1"] = inventory.scope1.co2e_mg
        found[basis.value, "scope", "2"] = inventory.scope2.of(basis).co2e_mg
        found[basis.value, "scope", "3"] = inventory.scope3.co2e_mg
        for site, both in inventory.by_site.items():
            found[basis.value, "site", site] = both.of(basis).co2e_mg
        for category, both in inventory.iso.items():
            found[basis.value, "iso", str(category)] = both.of(basis).co2e_mg
    return found


def _name(group: str, key: str) -> str:
    code = {"scope": f"report.scope.short-{key}", "iso": f"report.iso.{key}",
            "total": "report.word.total"}.get(group)  # fmt: skip
    if group == "site" and not key:
        code = "report.word.group"
    return f"{Say('zh')(code)} {Say('en')(code)}" if code else key


def _sources(workspace: Workspace, written: _Written) -> list[dict[str, Any]]:
    return [
        {
            "file": source.name,
            "sha256": source.sha256,
            "bytes": source.size,
            "rows": written.rows_of_file[source.sha256],
        }
        for source in workspace.sources()
    ]


def _findings(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the findings of the imports, accepted ones with the reason."""
    zh, en = Say("zh"), Say("en")
    rows = []
    for stored in workspace.findings():
        if stored.superseded:
            continue
        one = stored.finding
        place = "!".join(part for part in (one.file, one.sheet, one.cell) if part)
        told = " / ".join(str(finding_body(one, say)["message"]) for say in (zh, en))
        rows.append(
            {"code": one.code, "severity": one.severity.value, "place": place, "finding": told,
             "acknowledged": stored.acknowledged}
        )  # fmt: skip
    return rows


def _grid(inventory: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    zh, en = Say("zh"), Say("en")
    for row in inventory["coverage"]["grid"]:
        codes = [f"report.state.{state}" for state in row["months"]]
        months = {f"m{n}": f"{zh(code)} {en(code)}" for n, code in enumerate(codes, start=1)}
        yield {"site": row["site"], "item": row["item"]} | months


def _write_ledger(workspace: Workspace, year: int, folder: Path) -> None:
    """Write the chain as JSON lines, and the canonical rows of the imports that hold the year."""
    batches: dict[str, int] = {}
    with (folder / pack_check.EVENTS).open("w", encoding="utf-8", newline="\n") as lines:
        for event in workspace.events():
            content = {"seq": event.seq, "at_utc": event.at, "actor": event.actor,
                       "action": event.action, "object": event.subject,
                       "reason": event.reason, "payload": event.payload}  # fmt: skip
            body = canonical.canonical_json(content).decode("utf-8")
            lines.write(_json_line({"seq": event.seq, "hash": event.hash, "body": body}))
            if event.payload.get("segment"):
                batches[str(event.payload["segment"])] = event.seq
    for path in workspace.segment_paths():
        rows = segment.read(path).sort_by([("row_id", "ascending"), ("version", "ascending")])
        if any(year_of(ym) == year for ym in rows["ym"].unique().to_pylist()):
            told = "".join(f"{line}\n" for line in canonical.row_lines(rows).to_pylist())
            name = f"rows-{batches[path.stem]}.txt"
            (folder / "ledger" / name).write_text(told, encoding="utf-8", newline="\n")


def _write_guides(workspace: Workspace, taken: TakenInventory, folder: Path) -> None:
    """Write what the pack is and how to check it, and the checker itself."""
    for lang in ("zh", "en"):
        say = Say(lang)
        settings = workspace.settings
        name = say.pick(settings.name, str(settings.other.get("name_en") or settings.name))
        told = say(
            "pack.readme", organisation=name, year=taken.inventory.year, version=__version__,
            head=taken.ledger_head, run=taken.run_hash, book=taken.book.hash,
        )  # fmt: skip
        (folder / f"README.{lang}.md").write_text(
            told.strip() + "\n", encoding="utf-8", newline="\n"
        )
    script = (resources.files("tanlu.app") / "pack_check.py").read_bytes()
    (folder / "verify.py").write_bytes(script)


def _manifest(workspace: Workspace, taken: TakenInventory) -> dict[str, Any]:
    return {
        "format": pack_check.FORMAT,
        "workspace": workspace.id,
        "year": taken.inventory.year,
        "head": taken.ledger_head,
        "run": {"id": taken.run_id, "hash": taken.run_hash, "book_hash": taken.book.hash},
        "gwp": taken.profile.gwp_set,
        "profile": taken.profile.id,
        "version": __version__,
    }


def _write_zip(folder: Path, path: Path, manifest: dict[str, Any]) -> None:
    """Write the members in order of name with one date, so that equal content is equal bytes."""
    names = sorted(str(p.relative_to(folder).as_posix()) for p in folder.rglob("*") if p.is_file())
    members = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    text = json.dumps(
        {**manifest, "members": members}, ensure_ascii=False, sort_keys=True, indent=1
    )
    temporary = path.with_suffix(".tmp")
    with zipfile.ZipFile(temporary, "w") as pack:
        for name in [pack_check.MANIFEST, *names]:
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            is_manifest = name == pack_check.MANIFEST
            data = f"{text}\n".encode() if is_manifest else (folder / name).read_bytes()
            pack.writestr(info, data)
    temporary.replace(path)
