"""What of a file the ledger holds already, what it says anew, and what stands beside it.

Nothing is counted twice without a word. A row that the ledger holds is held back. A row that a
later state of the same file gives another amount replaces the one before, as its next version;
so does a record with a number of its own (a certificate, an equipment), whatever the file is
called. Any other row with the key of one in the ledger counts beside it, with a warning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from tanlu.kernel.activity import ActivityRow, Record, RowOp, SourceCell
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.identity import is_named, record_identity, row_key, same_cell, same_file
from tanlu.storage import BatchKind
from tanlu.storage.canonical import plain_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tanlu.ingest.model import ParsedFile, SheetReport
    from tanlu.storage import Workspace

_TOLD = ("voucher", "supplier", "quality", "kind", "note")  # what a row says beside its amount
_AMOUNTS = ("amount", "ledger")  # as written, and in the ledger's unit
_NAMES = ("serial", "equipment_id", "outlet", "material", "route", "type_text")
T = TypeVar("T", ActivityRow, Record)
_COLUMNS = (
    "row_id", "file", "sha256", "sheet", "cell", "site", "item", "first_day", "last_day", "qty_u",
    "ledger_unit", "voucher", "supplier", "quality", "kind", "note", "quantity", "unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row or record says, comparable with another."""

    id: str
    key: tuple[Any, ...]
    amount: tuple[Any, ...]
    detail: tuple[Any, ...]
    source: SourceCell
    shown: dict[str, str]
    is_named: bool = False


@dataclass(slots=True)
class _Held:
    """A current row or record of the ledger, with all it ever said."""

    said: _Said
    history: set[tuple[Any, ...]]
    is_by_hand: bool = False
    is_posted: bool = True


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of a new row: ``new``, ``held``, ``replaced``, ``beside`` or ``kept``."""

    said: _Said
    fate: str
    old: tuple[_Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file beside the ledger.

    Parameters
    ----------
    file : ParsedFile
        Only what is new, and new versions of what the ledger holds; findings say so.
    held_rows : int
        Rows and records that the ledger holds as they are.
    """

    file: ParsedFile
    held_rows: int


class LedgerKeys:
    """What the ledger and the earlier files of a call hold.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._is_loaded = False
        self._revised: dict[str, set[tuple[Any, ...]]] = {}
        self._by_hand: frozenset[str] = frozenset()
        self._voided: set[tuple[Any, ...]] = set()
        self._records: list[_Held] = []
        self._pending_rows: list[_Held] = []

    def compare(self, file: ParsedFile) -> Comparison:
        """Return what of a file is new to the ledger."""
        if file.rejected:
            return Comparison(file, 0)
        self._load()
        rows = _match([_row(row) for row in file.rows], self._rows_near(file), file=file)
        records = _match([_record(record) for record in file.records], self._records, file=file)
        kept_rows = _kept(file.rows, rows, _row_revised)
        kept_records = _kept(file.records, records, _record_revised)
        by_sheet = _held_by_sheet(rows) + _held_by_sheet(records)
        sheets = tuple(_moved(sheet, by_sheet[sheet.name]) for sheet in file.sheets)
        found = [_already(file, sheet, count) for sheet, count in sorted(by_sheet.items()) if count]
        found += _told(file, [*rows, *records])
        found += _voided_again(file, rows, self._voided)
        self._remember(rows, records)
        fresh = replace(
            file, rows=kept_rows, records=kept_records, sheets=sheets,
            findings=(*file.findings, *found),
        )  # fmt: skip
        return Comparison(fresh, sum(by_sheet.values()))

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        workspace = self._workspace
        self._by_hand = workspace.corrected_by_hand()
        batches = workspace.batches()
        undone = {b.voids for b in batches}
        single = {
            b.batch_id
            for b in batches
            if b.kind == BatchKind.VOID and not b.voids and b.batch_id not in undone
        }
        for values in workspace.revised().select([*_COLUMNS, "op", "batch_id"]).to_pylist():
            said = _row_of(values)
            self._revised.setdefault(said.id, set()).add((said.key, said.amount))
            if values["op"] == RowOp.VOID and values["batch_id"] in single:
                self._voided.add((said.key, said.amount))
        for name, versions in workspace.record_versions().items():
            told = [_record(one) for one in versions]
            history = {(one.key, one.amount) for one in told}
            self._records.append(_Held(told[-1], history, name in self._by_hand))

    def _rows_near(self, file: ParsedFile) -> list[_Held]:
        """Return the ledger's rows that rows of the file could be."""
        if not file.rows:
            return []
        near = self._workspace.rows_near(
            sites={row.site for row in file.rows},
            items={row.item for row in file.rows},
            sha256=file.sha256,
        )
        held = []
        for values in near.select(list(_COLUMNS)).to_pylist():
            said = _row_of(values)
            history = self._revised.get(said.id, {(said.key, said.amount)})
            held.append(_Held(said, history, said.id in self._by_hand))
        return [*held, *self._pending_rows]

    def _remember(self, rows: Sequence[_Verdict], records: Sequence[_Verdict]) -> None:
        """Let the further files of the call see what this one brings."""
        for verdicts, known in ((rows, self._pending_rows), (records, self._records)):
            known.extend(
                _Held(one.said, {(one.said.key, one.said.amount)}, is_posted=False)
                for one in verdicts
                if one.fate != "held"
            )


def counted_twice(file: ParsedFile, held: int) -> ParsedFile:
    """Return a file that is taken again although the ledger holds it, with a warning that says so.

    Parameters
    ----------
    file : ParsedFile
        As read.
    held : int
        Number of its rows the ledger holds already.
    """
    if not held:
        return file
    finding = Finding("ROWS_COUNTED_TWICE", Outcome.WARN, file.name, facts={"count": str(held)})
    return replace(file, findings=(*file.findings, finding))


def _row(row: ActivityRow) -> _Said:
    key = (row.site, row.item, row.first_day, row.last_day)
    told = (row.voucher, row.supplier, str(row.quality), str(row.kind), row.note)
    shown = {
        **row_key(*key),
        "amount": f"{plain_decimal(row.quantity)} {row.unit}".strip(),
        "ledger": _in_ledger_unit(row.qty_u, row.ledger_unit),
        **dict(zip(_TOLD, told, strict=True)),
    }
    return _Said(
        row.row_id, key, (row.qty_u, row.ledger_unit, row.voucher), told[1:], row.source, shown
    )


def _row_of(values: dict[str, Any]) -> _Said:
    key = (values["site"], values["item"], values["first_day"], values["last_day"])
    amount = f"{plain_decimal(values['quantity'])} {values['unit']}".strip()
    told = tuple(values[name] for name in _TOLD)
    shown = {**row_key(*key), "amount": amount, **dict(zip(_TOLD, told, strict=True))}
    micro = None if values["qty_u"] is None else int(values["qty_u"])
    return _Said(
        values["row_id"], key, (micro, values["ledger_unit"], values["voucher"]),
        told[1:],
        SourceCell(*(values[name] for name in ("file", "sha256", "sheet", "cell"))),
        shown | {"ledger": _in_ledger_unit(micro, values["ledger_unit"])},
    )  # fmt: skip


def _in_ledger_unit(micro: int | None, unit: str) -> str:
    return unit if micro is None else f"{plain_decimal(Decimal(micro).scaleb(-6))} {unit}"


def _record(record: Record) -> _Said:
    fields = {name: value for name, value in record.fields.items() if value is not None}
    return _Said(
        record.record_id, record_identity(record.kind, fields), tuple(sorted(fields.items())), (),
        record.source, {"record": record.kind.value, **fields}, is_named(record.kind, fields),
    )  # fmt: skip


def _match(said: Sequence[_Said], held: Iterable[_Held], *, file: ParsedFile) -> list[_Verdict]:
    """Decide what becomes of each new row, in the order of the file."""
    verdicts: dict[int, _Verdict] = {}
    groups: dict[tuple[Any, ...], list[_Held]] = defaultdict(list)
    own: dict[str, list[_Held]] = defaultdict(list)
    for one in held:
        groups[one.said.key].append(one)
        if one.said.source.sha256 == file.sha256:
            own[one.said.id.partition("#")[0]].append(one)
    used: set[int] = set()
    left: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, new in enumerate(said):
        verdict = _same_cell(new, own.get(new.id, [])) or _same_amount(new, groups[new.key], file)
        if verdict is None:
            left[new.key].append(place)
            continue
        verdicts[place] = verdict
        used.update(id(one) for one in verdict.old)
    for key, places in left.items():
        free = [one for one in groups[key] if id(one) not in used]
        news = [(place, said[place]) for place in places]
        verdicts.update(_replacing(news, free, groups[key], file=file))
    return [verdicts[place] for place in range(len(said))]


def _same_cell(new: _Said, held: Sequence[_Held]) -> _Verdict | None:
    """Compare a row with what the very same cell gave before."""
    if not held:
        return None
    if all((new.key, new.amount) in one.history for one in held):
        return _Verdict(new, "held", tuple(held))
    changed = tuple(one for one in held if not one.is_by_hand)
    return _Verdict(new, "replaced" if changed else "kept", changed or tuple(held))


def _same_amount(new: _Said, held: Sequence[_Held], file: ParsedFile) -> _Verdict | None:
    same = [one for one in held if (new.key, new.amount) in one.history]
    if not same:
        return None
    exact = [one for one in same if one.said.detail == new.detail]
    first = (exact or same)[0]
    is_reworded = not exact and _is_later_state(first, file) and not first.is_by_hand
    return _Verdict(new, "replaced" if is_reworded else "held", (first,))


def _replacing(
    news: Sequence[tuple[int, _Said]],
    free: Sequence[_Held],
    group: Sequence[_Held],
    *,
    file: ParsedFile,
) -> dict[int, _Verdict]:
    """Pair changed rows with those they replace; the rest stand beside, or are new."""
    found: dict[int, _Verdict] = {}
    olds = [
        one for one in free if one.is_posted and (one.said.is_named or _is_later_state(one, file))
    ]
    for is_exact in (True, False):
        for place, new in news:
            old = next((one for one in olds if not is_exact or _same_place(one, new)), None)
            if place not in found and old is not None:
                olds.remove(old)
                found[place] = _Verdict(new, "replaced", (old,))
    for place, new in news:
        if place not in found:
            found[place] = _Verdict(new, "beside" if group else "new", tuple(group[:1]))
    return found


def _is_later_state(old: _Held, file: ParsedFile) -> bool:
    """Whether a file bears the name of the one a row came from."""
    return old.is_posted and same_file(old.said.source.file) == same_file(file.name)


def _same_place(old: _Held, new: _Said) -> bool:
    return same_cell(old.said.source) == same_cell(new.source)


def _kept(
    things: Sequence[T], verdicts: Sequence[_Verdict], revised: Callable[[T, _Held], T]
) -> tuple[T, ...]:
    """Return what is to be posted: the new ones, and the next versions of those replaced."""
    kept: list[T] = []
    for thing, verdict in zip(things, verdicts, strict=True):
        if verdict.fate in {"new", "beside"}:
            kept.append(thing)
        elif verdict.fate == "replaced":
            kept += [revised(thing, old) for old in verdict.old]
    return tuple(kept)


def _row_revised(row: ActivityRow, old: _Held) -> ActivityRow:
    return replace(row, row_id=old.said.id, op=RowOp.CORRECT)


def _record_revised(record: Record, old: _Held) -> Record:
    return replace(record, record_id=old.said.id)


def _held_by_sheet(verdicts: Sequence[_Verdict]) -> Counter[str]:
    """Count the source rows of which no part is new, by sheet."""
    fresh = {_spot(one) for one in verdicts if one.fate not in {"held", "kept"}}
    held = {_spot(one) for one in verdicts if one.fate in {"held", "kept"}} - fresh
    return Counter(sheet for sheet, _ in held)


def _spot(verdict: _Verdict) -> tuple[str, str]:
    return (verdict.said.source.sheet, verdict.said.source.cell)


def _moved(sheet: SheetReport, count: int) -> SheetReport:
    count = min(count, sheet.accepted)
    return replace(sheet, accepted=sheet.accepted - count, duplicates=sheet.duplicates + count)


def _already(file: ParsedFile, sheet: str, count: int) -> Finding:
    facts = {"found": str(count)}
    return Finding("ROWS_ALREADY_IN_LEDGER", Outcome.NOTE, file.name, sheet, facts=facts)


def _voided_again(
    file: ParsedFile, verdicts: Sequence[_Verdict], voided: set[tuple[Any, ...]]
) -> list[Finding]:
    """Warn of rows that somebody voided one by one and that this file brings back."""
    again = [
        one.said
        for one in verdicts
        if one.fate in {"new", "beside"} and (one.said.key, one.said.amount) in voided
    ]
    if not again:
        return []
    source = again[0].source
    facts = {"count": str(len(again)), "found": again[0].shown["amount"]}
    return [Finding("VOIDED_ROW_AGAIN", Outcome.WARN, file.name, source.sheet, source.cell, facts)]


def _told(file: ParsedFile, verdicts: Sequence[_Verdict]) -> list[Finding]:
    """Return one finding for each thing that is replaced, kept or beside: site, item, kind."""
    groups: dict[tuple[str, ...], list[_Verdict]] = defaultdict(list)
    for one in verdicts:
        if one.fate in {"new", "held"}:
            continue
        is_anew = one.said.source.sha256 == one.old[0].said.source.sha256
        code = "KEY_IN_LEDGER"
        if one.fate == "kept":
            code = "CORRECTED_ROWS_KEPT"
        elif one.fate == "replaced":
            code = "ROWS_READ_ANEW" if is_anew else "ROWS_REPLACED"
        shown = one.said.shown
        thing = shown.get("record") or shown.get("item", "")
        groups[code, shown.get("site", ""), thing].append(one)
    return [_one_told(file, code, group) for (code, *_), group in groups.items()]


def _one_told(file: ParsedFile, code: str, group: Sequence[_Verdict]) -> Finding:
    first = group[0]
    old, new = first.old[0].said, first.said
    field, before, found = _difference(old, new)
    is_record = "record" in new.shown
    facts = {
        "site": new.shown.get("site", ""),
        "item": "" if is_record else new.shown["item"],
        "table": new.shown.get("record", ""),
        "period": _period(new),
        "field": field,
        "before": before,
        "found": found,
        "where": f"{old.source.file} {old.source.sheet}!{old.source.cell}",
        "row": old.id,
        "count": str(len(group)),
    }
    outcome = Outcome.NOTE if code == "ROWS_READ_ANEW" else Outcome.WARN
    cell = new.source.cell.partition(":")[0]
    return Finding(code, outcome, file.name, new.source.sheet, cell, facts)


def _difference(old: _Said, new: _Said) -> tuple[str, str, str]:
    """Return the field that tells best how two differ, and both values.

    An amount goes first, then what both state, then what only one of them states.
    """
    differing = [
        (name, old.shown.get(name, ""), new.shown.get(name, ""))
        for name in sorted({*old.shown, *new.shown}, key=_amounts_first)
        if old.shown.get(name, "") != new.shown.get(name, "")
    ]
    if not differing:
        return "quantity", new.shown.get("amount", ""), new.shown.get("amount", "")
    name, before, found = next((one for one in differing if one[1] and one[2]), differing[0])
    return "quantity" if name in _AMOUNTS else name, before, found


def _amounts_first(name: str) -> tuple[bool, bool, str]:
    return name not in _AMOUNTS, name in _TOLD, name


def _period(said: _Said) -> str:
    """Return what tells a row from others of its site and thing: its name, year and month."""
    shown = said.shown
    if "first_day" in shown:
        first, last = shown["first_day"], shown["last_day"]
        return first[:7] if first[:7] == last[:7] else f"{first}..{last}"
    when = "-".join(shown[name].zfill(2) for name in ("year", "month") if shown.get(name))
    name = next((shown[name] for name in _NAMES if shown.get(name)), "")
    return ", ".join(part for part in (name, when) if part)
