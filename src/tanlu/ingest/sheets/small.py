"""The small tables of a workbook: instruments, purchases, freight, equipment, output, stacks.

Each becomes records whose fields are the columns of ``data/schema/record_<kind>.csv``, as plain
decimals in the schema's unit.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.ingest.number import NumberContext, NumberStatus, parse_number, share_column_code
from tanlu.ingest.number import findings_of as number_findings
from tanlu.ingest.period import PeriodContext, PeriodStatus, parse_period
from tanlu.ingest.sheets.body import Body, read_body
from tanlu.ingest.sheets.detail import REFINERS, RecordRow
from tanlu.ingest.sheets.draft import SheetResult, row_id
from tanlu.ingest.sheets.header import is_number_like
from tanlu.ingest.sheets.outside import stated_outside
from tanlu.ingest.vocabulary import key, near, normal
from tanlu.ingest.workbook.grid import Cell, CellKind, address
from tanlu.kernel.activity import QuarantinedRow, Record, RecordKind, Site, SourceCell
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from tanlu.ingest.model import SheetKind
    from tanlu.ingest.sheets.header import Column, HeaderBlock
    from tanlu.ingest.sheets.place import Place

_SHOWN = 60
_CHOICE_GROUPS = {
    ("instrument", "kind"): "instrument",
    ("instrument", "owner"): "owner",
    ("instrument", "holder"): "owner",
    ("freight", "mode"): "mode",
    ("freight", "direction"): "direction",
    ("equipment", "type"): "equipment",
}
_CHOICE_SOURCES = {("instrument", "kind"): "type", ("equipment", "type"): "type_text"}
_OBVIOUS_UNITS = frozenset({"h", "piece", "-", "tce"})
_TEXT_SOURCES = frozenset({"period", "type", "unit", "rating", "equipment_name"})
# The amount that a unit column, a unit above the table or one in the cell itself speaks of.
_MEASURED = {
    RecordKind.INSTRUMENT: "kwh",
    RecordKind.FREIGHT: "mass_t",
    RecordKind.PURCHASE: "quantity",
    RecordKind.OUTPUT: "units_produced",
}
_NUMERIC = frozenset({"decimal", "fraction", "integer"})


def read_small(place: Place, block: HeaderBlock, kind: SheetKind) -> SheetResult:
    """Read a small table into records.

    Parameters
    ----------
    place : Place
        Sheet, dictionaries, answers.
    block : HeaderBlock
        Its header.
    kind : SheetKind
        Which table.

    Returns
    -------
    SheetResult
        Records and refusals.
    """
    return _SmallSheet(place, block, kind).read()


class _SmallSheet:
    def __init__(self, place: Place, block: HeaderBlock, kind: SheetKind) -> None:
        self.place = place
        self.words = place.words
        self.block = block
        self.kind = RecordKind(kind.value)
        self.result = SheetResult(place.grid.name, kind)
        tables = place.words.context.tables
        schema = [row for row in tables["record_schema"] if row["kind"] == kind.value]
        self.schema: dict[str, dict[str, Any]] = {str(row["name"]): dict(row) for row in schema}
        spec = next(row for row in tables["sheet_kind"] if row["id"] == kind.value)
        roles = dict(spec["roles"] or {})
        self.columns: dict[str, Column] = {}
        for column in block.columns.values():
            name = roles.get(column.field, column.field)
            if column.field and name not in self.columns:
                self.columns[name] = column
        if self.kind is RecordKind.PURCHASE and "quantity" not in self.columns:
            self._mass_is_quantity()
        self.stated_unit = stated_outside(place, block).get("unit", ("", 0))[0]
        self.asked_shares: frozenset[str] = frozenset()

    def _mass_is_quantity(self) -> None:
        """Take a column of masses as the quantity bought, in whatever unit."""
        if "mass_kg" in self.columns:
            self.columns = {
                "quantity" if name == "mass_kg" else name: column
                for name, column in self.columns.items()
            }

    def read(self) -> SheetResult:
        body = read_body(self.place, self.block, self.result.findings)
        self._ask_shares(body)
        self._note_columns(body)
        for row in body.data:
            self._row(row, body)
        self.result.excluded += body.excluded
        self.result.rows_in += body.excluded + len(body.data)
        for row in body.subtotals:
            cells = self.place.grid.rows[row]
            self.place.repeat(
                "SUBTOTAL_ROW", Outcome.NOTE, row, min(cells), found=cells[min(cells)].text
            )
        if body.second and self.place.answer("tables") == "all":
            self.result.next_row = body.second[0]
        elif body.second and self.place.answer("tables") != "first":
            self._hold(body)
        self.result.findings.extend(self.place.repeated())
        return self.result

    def _note_columns(self, body: Body) -> None:
        """Say which columns with numbers are not used, and which units are assumed."""
        used = {column.index for column in self.columns.values()}
        for index, column in self.block.columns.items():
            cells = [self.place.grid.cell(row, index) for row in body.data]
            if column.derived or not any(c is not None and is_number_like(c) for c in cells):
                continue
            if index not in used or not self._is_field(column):
                if column.field != "number":
                    self._about(column, "COLUMN_IGNORED", Outcome.NOTE)
                continue
            name = next(n for n, c in self.columns.items() if c is column)
            wanted = str(self.schema.get(name, {}).get("unit", ""))
            has_unit = column.unit or (name == _MEASURED.get(self.kind) and self._says_unit())
            if wanted and wanted not in _OBVIOUS_UNITS and not has_unit:
                self._about(column, "HEADER_UNIT_ASSUMED", Outcome.WARN, expected=wanted)

    def _says_unit(self) -> bool:
        """Whether a column or the lines above the table say the unit of the amount."""
        return "unit" in self.columns or bool(self.stated_unit)

    def _is_field(self, column: Column) -> bool:
        name = next(n for n, c in self.columns.items() if c is column)
        return name in self.schema or name in _TEXT_SOURCES

    def _about(self, column: Column, code: str, outcome: Outcome, **facts: object) -> None:
        self.result.findings.append(
            self.place.finding(code, outcome, column.row, column.index, found=column.label, **facts)
        )

    def _hold(self, body: Body) -> None:
        for row in body.second:
            cells = self.place.grid.rows[row]
            raw = {address(row, c): cell.text for c, cell in cells.items()}
            source = self.place.source(row, min(cells))
            self.result.quarantine.append(QuarantinedRow(source, raw, body.held[row]))
            self.result.rows_in += 1

    def _ask_shares(self, body: Body) -> None:
        """Ask where a share column mixes percent, fractions and bare numbers above one."""
        asked = set()
        for name, column in self.columns.items():
            if self.schema.get(name, {}).get("type") != "fraction":
                continue
            texts = [self.place.grid.text(row, column.index) for row in body.data]
            if _is_mixed([t for t in texts if t.strip()], self.words.numbers):
                if self.place.answer("percent") in {"percent", "fraction"}:
                    continue
                asked.add(name)
                self.result.findings.append(
                    self.place.finding(
                        "PERCENT_OR_FRACTION",
                        Outcome.ASK,
                        body.data[0],
                        column.index,
                        found=", ".join(t for t in texts[:4] if t),
                        choices="percent: percent, percent: fraction",
                    )
                )
        self.asked_shares = frozenset(asked)

    def _cell(self, row: int, name: str, body: Body) -> Cell | None:
        column = self.columns.get(name)
        if column is None:
            return None
        return body.cell(row, column.index)

    def _row(self, row: int, body: Body) -> None:
        found: list[Finding] = [*self.place.grid.flags.get(row, ()), *body.held.get(row, ())]
        fields: dict[str, str | None] = dict.fromkeys(self.schema)
        cells: dict[str, str] = {}
        units = self._row_units(row, body)
        for name, column in self.columns.items():
            cell = self._cell(row, name, body)
            if cell is None:
                continue
            cells[name] = address(row, column.index)
            if name in fields:
                text = column.unit or units.get(name, "")
                fields[name] = self._value(name, cell, row, column=column, found=found, unit=text)
        self._choices(row, body, fields=fields, found=found, cells=cells)
        self._site(fields, row, found)
        self._time(row, body, fields=fields, found=found)
        texts = {n: c.text for n in self.columns if (c := self._cell(row, n, body))}
        measured = units.get(_MEASURED.get(self.kind, ""))
        if measured:
            texts["unit"] = measured
        refine = REFINERS.get(self.kind)
        if refine is not None:
            refine(RecordRow(self.place, row, self.columns, texts, fields, found))
        self._required(fields, row, found)
        self._post(row, fields=fields, cells=cells, texts=texts, found=found)

    def _row_units(self, row: int, body: Body) -> dict[str, str]:
        """Return the units that a row's cells are in where their header names none.

        Each numeric cell may bring its own; that of the measured amount is also said by the
        unit column or above the table, and there the cell's own must agree.
        """
        measured = _MEASURED.get(self.kind, "")
        cell = self._cell(row, "unit", body)
        said = (cell.text.strip() if cell else "") or self.stated_unit
        units = {}
        for name, column in self.columns.items():
            own = "" if column.unit else self._own_unit(self._cell(row, name, body), name)
            unit = (said if name == measured else "") or own
            if unit:
                units[name] = unit
        return units

    def _own_unit(self, cell: Cell | None, name: str) -> str:
        """Return the unit written beside the number of a cell."""
        if cell is None or self.schema.get(name, {}).get("type") != "decimal":
            return ""
        context = NumberContext(
            self.words.numbers,
            units=self.words.units,
            is_money=self.schema[name]["unit"] == "CNY",
        )
        return parse_number(cell.text.strip(), context=context).unit_text

    def _post(
        self,
        row: int,
        *,
        fields: dict[str, str | None],
        cells: dict[str, str],
        texts: dict[str, str],
        found: list[Finding],
    ) -> None:
        used = self.place.grid.rows[row]
        span = f"{address(row, min(used))}:{address(row, max(used))}"
        source = SourceCell(self.place.file, self.place.sha256, self.place.grid.name, span)
        self.result.findings.extend(found)
        if any(f.outcome.holds for f in found):
            raw = {self.columns[n].label: text for n, text in texts.items() if n in self.columns}
            key_read = {"record": self.kind.value, **{n: v for n, v in fields.items() if v}}
            self.result.quarantine.append(QuarantinedRow(source, raw, tuple(found), key_read))
            self._see_site(fields, found)
            return
        kept = {name: cell for name, cell in cells.items() if name in fields}
        self.result.records.append(Record(row_id(source), self.kind, fields, source, kept))
        self._see_site(fields, found)

    def _see_site(self, fields: dict[str, str | None], found: list[Finding]) -> None:
        """Note the site of a row, also of one that is held for another reason."""
        site = fields.get("site")
        if site and all(finding.code != "UNKNOWN_SITE" for finding in found):
            self.result.sites.setdefault(site, Site(site))

    def _value(
        self,
        name: str,
        cell: Cell,
        row: int,
        *,
        column: Column,
        found: list[Finding],
        unit: str = "",
    ) -> str | None:
        spec = self.schema[name]
        if spec["type"] in _NUMERIC:
            return self._number(name, cell, row, column=column, found=found, unit=unit)
        if spec["type"] == "choice":
            group = _CHOICE_GROUPS.get((self.kind.value, name), name)
            return self.words.word(group, cell.text) or self.words.word_inside(group, cell.text)
        return cell.text.strip() or None

    def _number(
        self,
        name: str,
        cell: Cell,
        row: int,
        *,
        column: Column,
        found: list[Finding],
        unit: str,
    ) -> str | None:
        spec = self.schema[name]
        where = address(row, column.index)
        text = cell.text.strip()
        if cell.kind is CellKind.UNCACHED:
            found.append(
                self.place.finding(
                    "FORMULA_UNCACHED", Outcome.QUARANTINE, row, column.index, found=cell.formula
                )
            )
            return None
        if name in self.asked_shares:
            found.append(
                self.place.finding(
                    "PERCENT_OR_FRACTION", Outcome.ASK, row, column.index, found=text,
                    choices="percent: percent, percent: fraction",
                )
            )  # fmt: skip
            return None
        if cell.kind is CellKind.DATE and spec["type"] == "integer":
            text = text[:4]
        elif spec["type"] == "integer":
            match = self.words.search("year", text) if "year" in name else None
            text = match[1] if match else text
        parsed = self.words.unit(unit) if unit else None
        context = NumberContext(
            self.words.numbers,
            units=self.words.units,
            unit=parsed if parsed is not None and parsed.counts else None,
            is_share=spec["type"] == "fraction",
            is_money=spec["unit"] == "CNY",
        )
        number = parse_number(text, context=context)
        if number.status is NumberStatus.MISSING:
            return None
        found.extend(
            number_findings(number, file=self.place.file, sheet=self.place.grid.name, cell=where)
        )
        if number.value is None:
            return None
        if cell.kind is CellKind.TEXT and not self.place.grid.is_text:
            self._as_text(spec, cell, row, column)
        return self._converted(
            name, number.value, row, column=column, found=found, text=text, unit_text=unit
        )

    def _as_text(self, spec: dict[str, Any], cell: Cell, row: int, column: Column) -> None:
        if spec["type"] != "fraction":
            self.place.repeat("NUMBER_AS_TEXT", Outcome.WARN, row, column.index, found=cell.text)

    def _converted(
        self,
        name: str,
        value: Decimal,
        row: int,
        *,
        column: Column,
        found: list[Finding],
        text: str,
        unit_text: str,
    ) -> str | None:
        spec = self.schema[name]
        wanted = str(spec["unit"])
        if spec["type"] == "fraction":
            return self._share(value, text)
        if spec["type"] == "integer":
            if value != value.to_integral_value():
                found.append(
                    self.place.finding(
                        "NUMBER_NOT_WHOLE", Outcome.QUARANTINE, row, column.index, found=text
                    )
                )
                return None
            return f"{value.to_integral_value():f}"
        if not wanted or not unit_text or wanted in {"tce", "mg/m3", "m3/h", "kg/kWh"}:
            return plain(Fraction(value) * self._scale_of(unit_text, wanted))
        unit = self.words.unit(unit_text)
        factor = self._factor(unit.unit, wanted) if unit.counts else None
        if factor is None:
            found.append(
                self.place.finding(
                    "DIM_MISMATCH", Outcome.QUARANTINE, row, column.index,
                    found=unit_text, item=column.label, expected=wanted, choices=wanted,
                )
            )  # fmt: skip
            return None
        folded = Fraction(value) * unit.scale
        back = self.words.units.folding(unit.unit)[1]
        return plain(folded / back * factor)

    def _factor(self, unit: str, wanted: str) -> Fraction | None:
        return self.words.units.conversion(unit, wanted)

    def _scale_of(self, unit_text: str, wanted: str) -> Fraction:
        """Power of ten of a unit such as 10^4 tce whose base is already the wanted one."""
        if not unit_text or not wanted:
            return Fraction(1)
        unit = self.words.unit(unit_text)
        base = self.words.unit(wanted)
        if unit.counts and base.counts and unit.ledger_unit == base.ledger_unit:
            return unit.scale / base.scale
        return Fraction(1)

    def _share(self, value: Decimal, text: str) -> str:
        is_marked = normal(text)[-1:] in self.words.numbers.of("percent")
        if self.place.answer("percent") == "percent" and not is_marked:
            return plain(Fraction(value) / 100)
        if value > 1 and not is_marked:
            return plain(Fraction(value) / 100)
        return plain(Fraction(value))

    def _choices(
        self,
        row: int,
        body: Body,
        *,
        fields: dict[str, str | None],
        found: list[Finding],
        cells: dict[str, str],
    ) -> None:
        for (kind, name), source in _CHOICE_SOURCES.items():
            if kind != self.kind.value:
                continue
            cell = self._cell(row, source, body)
            text = cell.text if cell else ""
            group = _CHOICE_GROUPS[kind, name]
            value = self.words.word(group, text) or self.words.word_inside(group, text)
            if not value and kind == "equipment":
                value = "other"
            fields[name] = value or None
            if source in cells:
                cells[name] = cells[source]
        for name, spec in self.schema.items():
            column = self.columns.get(name) or self.columns.get(
                _CHOICE_SOURCES.get((self.kind.value, name), "")
            )
            if spec["type"] != "choice" or fields[name] or column is None:
                fields[name] = fields[name] or None
                continue
            cell = self.place.grid.cell(row, column.index)
            fields[name] = None
            if cell is not None:
                words = sorted(
                    set(self.words.group(_CHOICE_GROUPS.get((self.kind.value, name), name)))
                )
                outcome = Outcome.QUARANTINE if spec["required"] else Outcome.WARN
                found.append(
                    self.place.finding(
                        "UNKNOWN_CHOICE", outcome, row, column.index, found=cell.text[:_SHOWN],
                        choices=", ".join(spec["allowed"]), near=near(cell.text, words),
                    )
                )  # fmt: skip

    def _site(self, fields: dict[str, str | None], row: int, found: list[Finding]) -> None:
        text = fields.get("site")
        declared = self.words.context.sites
        if not text:
            return
        text = self.words.site(text)
        fields["site"] = text
        if declared is None or text in {site.id for site in declared}:
            return
        known = {key(site.id): site.id for site in declared}
        if key(text) in known:
            fields["site"] = known[key(text)]
            return
        column = self.columns["site"].index
        names = [site.id for site in declared]
        found.append(
            self.place.finding(
                "UNKNOWN_SITE", Outcome.QUARANTINE, row, column, found=text[:_SHOWN],
                near=near(text, names), choices=", ".join(names),
            )
        )  # fmt: skip

    def _time(
        self, row: int, body: Body, *, fields: dict[str, str | None], found: list[Finding]
    ) -> None:
        if "year" not in fields:
            return
        cell = self._cell(row, "period", body)
        if cell is not None:
            context = PeriodContext(
                self.words.periods,
                today=self.words.context.today,
                locale=self.words.context.locale,
                default_year=self.place.year,
            )
            parsed = parse_period(cell.text, context=context)
            if parsed.status is PeriodStatus.OK and parsed.first and parsed.last:
                fields["year"] = str(parsed.first.year)
                if (parsed.first.year, parsed.first.month) == (parsed.last.year, parsed.last.month):
                    fields["month"] = str(parsed.first.month)
            else:
                code = parsed.codes[0] if parsed.codes else "PERIOD_MISSING"
                found.append(
                    self.place.finding(
                        code, Outcome.QUARANTINE, row, self.columns["period"].index,
                        found=cell.text[:_SHOWN], read="-",
                    )
                )  # fmt: skip
        if not fields["year"] and self.place.year is not None:
            fields["year"] = str(self.place.year)
        is_held = any(finding.outcome.holds for finding in found)
        if not fields["year"] and not is_held and not self.schema["year"]["required"]:
            self.place.repeat("ROWS_NO_YEAR", Outcome.WARN, row, min(self.place.grid.rows[row]))

    def _required(self, fields: dict[str, str | None], row: int, found: list[Finding]) -> None:
        if any(f.outcome.holds for f in found):
            return
        for name, spec in self.schema.items():
            if not spec["required"] or fields[name]:
                continue
            column = self.columns.get(name)
            found.append(
                self.place.finding(
                    "FIELD_REQUIRED", Outcome.QUARANTINE, row, column.index if column else 1,
                    found="-", expected=f"{spec['meaning_zh']} {spec['meaning_en']}",
                )
            )  # fmt: skip


def _is_mixed(texts: list[str], numbers: Any) -> bool:
    """Say whether a share column is ambiguous: bare numbers above one beside fractions.

    Percent signs and fractions up to one may stand side by side: each says what it is.
    """
    if not share_column_code(texts, words=numbers):
        return False
    percent = numbers.of("percent")
    bare = [text for text in texts if normal(text)[-1:] not in percent]
    context = NumberContext(numbers, is_share=True)
    return any((parse_number(text, context=context).value or 0) > 1 for text in bare)


def plain(value: Fraction) -> str:
    """Return an exact fraction as a plain decimal, rounded to 15 digits where it never ends."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) != value:
        exact = exact.quantize(Decimal("1e-15"))
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
