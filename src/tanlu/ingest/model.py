"""What an import needs to know and what it hands back: context, sheet counts, parsed file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from tanlu.kernel.activity import ActivityRow, ControlTotal, QuarantinedRow, Record, Site
    from tanlu.kernel.findings import Finding

TABLES = (
    "header_alias",
    "ingest_limit",
    "item_alias",
    "items",
    "number_word",
    "period_word",
    "province",
    "sheet_kind",
    "text_pattern",
    "unit",
    "unit_alias",
    "unit_prefix",
    "word_alias",
)
RECORD_TABLES = ("equipment", "freight", "instrument", "output", "purchase", "stack")


class SheetKind(StrEnum):
    """What a sheet was taken for."""

    TIDY = "tidy"  # one row per period, site and item
    WIDE = "wide"  # months (or items, or sites) across the columns
    INSTRUMENT = "instrument"
    PURCHASE = "purchase"
    FREIGHT = "freight"
    EQUIPMENT = "equipment"
    OUTPUT = "output"
    STACK = "stack"
    ALLOCATION = "allocation"
    OWNERSHIP = "ownership"
    NOTES = "notes"
    HIDDEN = "hidden"
    ERRORS = "errors"  # the error sheet this program wrote itself
    UNKNOWN = "unknown"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ImportContext:
    """What the reader of a file must know beside the file.

    Parameters
    ----------
    today : date
        Periods that begin later are refused.
    tables : Mapping[str, tuple of Mapping]
        Rows of the data tables named in `TABLES`, and of `record_schema`.
    sites : tuple of Site or None
        The declared sites; None leaves the list open, and new sites are registered.
    locale : str
        Language and number habits of the workspace: zh-CN, zh-TW, en.
    fiscal_start : int or None
        First month of the fiscal year; None asks about ``FY2024``.
    default_year : int or None
        Year of texts without one; None asks.
    mapping : Mapping[str, object]
        The user's answers; see `ingest.mapping`.
    """

    today: date
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    sites: tuple[Site, ...] | None = None
    locale: str = "zh-CN"
    fiscal_start: int | None = None
    default_year: int | None = None
    mapping: Mapping[str, Any] = field(default_factory=dict)

    @property
    def limits(self) -> dict[str, int]:
        """Limits by id."""
        return {str(row["id"]): int(row["value"]) for row in self.tables["ingest_limit"]}


@dataclass(frozen=True, slots=True)
class SheetReport:
    """Rows of one sheet by what became of them; the five numbers always add up.

    Parameters
    ----------
    name, kind : str
        Sheet and what it was taken for.
    rows_in : int
        Rows found; in a wide table each month of each line is a row.
    accepted, quarantined, duplicates, excluded : int
        Where they went. Excluded: subtotals, notes, repeated headers, hidden sheets.
    """

    name: str
    kind: str
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All that was read from one file.

    Parameters
    ----------
    name, sha256 : str
        File name as shown, and hash of its bytes.
    sheets : tuple of SheetReport
        One per sheet.
    rows : tuple of ActivityRow
        Accepted ledger rows; a period that crosses months gives several.
    records : tuple of Record
        Accepted rows of the small tables.
    quarantine : tuple of QuarantinedRow
        Rows kept, counted and not summed, duplicates among them.
    control_totals : tuple of ControlTotal
        Sums the file states, beside what was read.
    findings : tuple of Finding
        Everything noticed.
    sites_seen : tuple of Site
        Sites of the accepted rows, with their province where the file tells it.
    rejected : bool
        Nothing of the file may be written.
    open_questions : bool
        Something waits for an answer (exit code 2).
    """

    name: str
    sha256: str
    sheets: tuple[SheetReport, ...] = ()
    rows: tuple[ActivityRow, ...] = ()
    records: tuple[Record, ...] = ()
    quarantine: tuple[QuarantinedRow, ...] = ()
    control_totals: tuple[ControlTotal, ...] = ()
    findings: tuple[Finding, ...] = ()
    sites_seen: tuple[Site, ...] = ()
    rejected: bool = False
    open_questions: bool = False


class SchemaColumn(Protocol):
    """A column of a data table's schema, as the catalog gives it."""

    @property
    def name(self) -> str:
        """Column header."""

    @property
    def type(self) -> str:
        """Type of the schema."""

    @property
    def unit(self) -> str:
        """Unit, empty for none."""

    @property
    def is_required(self) -> bool:
        """Whether it must be filled."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Choices, empty when free."""

    @property
    def meaning_zh(self) -> str:
        """Meaning in Chinese."""

    @property
    def meaning_en(self) -> str:
        """Meaning in English."""


def record_schema(
    columns: Callable[[str], tuple[SchemaColumn, ...]],
) -> tuple[dict[str, Any], ...]:
    """Return the columns of all record tables as plain rows."""
    return tuple(
        {
            "kind": kind,
            "name": column.name,
            "type": column.type,
            "unit": column.unit,
            "required": column.is_required,
            "allowed": column.allowed,
            "meaning_zh": column.meaning_zh,
            "meaning_en": column.meaning_en,
        }
        for kind in RECORD_TABLES
        for column in columns(f"record_{kind}")
    )


def import_context(
    read: Callable[[str], tuple[Mapping[str, Any], ...]],
    columns: Callable[[str], tuple[SchemaColumn, ...]],
    *,
    today: date,
    sites: tuple[Site, ...] | None = None,
    locale: str = "zh-CN",
    fiscal_start: int | None = None,
    default_year: int | None = None,
    mapping: Mapping[str, Any] | None = None,
) -> ImportContext:
    """Make the context from the catalog's readers.

    Parameters
    ----------
    read : callable
        ``catalog.tables.read``.
    columns : callable
        ``catalog.tables.shipped().columns``.
    today, sites, locale, fiscal_start, default_year, mapping
        As in `ImportContext`.

    Returns
    -------
    ImportContext
        Ready for `ingest.read.read_file`.
    """
    tables = {name: tuple(read(name)) for name in TABLES}
    tables["record_schema"] = record_schema(columns)
    return ImportContext(
        today=today,
        tables=tables,
        sites=sites,
        locale=locale,
        fiscal_start=fiscal_start,
        default_year=default_year,
        mapping=mapping or {},
    )
