"""The catalogue of measures as the contract's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app.references import near
from tanlu.app.workspaces import check_sector
from tanlu.catalog import load, tables
from tanlu.kernel.errors import TanluError
from tanlu.measures.catalogue import EVERY_SECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.i18n.say import Say


@dataclass(frozen=True, slots=True)
class Filter:
    """Which measures of the catalogue; empty restricts nothing."""

    sector: str = ""
    family: str = ""
    carrier: str = ""
    end_use: str = ""
    text: str = ""

    def passes(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row of the catalogue is wanted."""
        words = f"{row['id']} {row['name_zh']} {row['name_en']}".casefold()
        return (
            (not self.sector or row["sector"] in (self.sector, EVERY_SECTOR))
            and self.family in ("", row["family"])
            and self.carrier in ("", row["carrier"], row["carrier_to"])
            and (not self.end_use or self.end_use in (row["end_uses"] or ()))
            and self.text.casefold() in words
        )


def measures_body(wanted: Filter, *, say: Say) -> dict[str, Any]:
    """Return the catalogue, restricted to what is wanted.

    Raises
    ------
    TanluError
        As `workspaces.check_sector`; ``measures.filter`` for a family, carrier or end use that
        no measure has.
    """
    check_sector(wanted.sector)
    rows = tables.read("measure")
    known = {
        "family": {row["family"] for row in rows},
        "carrier": {name for row in rows for name in (row["carrier"], row["carrier_to"]) if name},
        "end_use": {use for row in rows for use in row["end_uses"] or ()},
    }
    for field, choices in known.items():
        found = getattr(wanted, field)
        if found and found not in choices:
            near_misses = near(found, choices) or ", ".join(sorted(choices))
            raise TanluError("measures.filter", field=field, found=found, near=near_misses)
    return {"measures": [_measure(row, say) for row in rows if wanted.passes(row)]}


def compared_body(measures: Sequence[str], *, say: Say) -> dict[str, Any]:
    """Return several measures side by side.

    Raises
    ------
    TanluError
        ``measures.unknown`` with near misses.
    """
    return {"measures": [measure_body(name, say=say)["measures"][0] for name in measures]}


def measure_body(measure: str, *, say: Say) -> dict[str, Any]:
    """Return one measure of the catalogue.

    Raises
    ------
    TanluError
        ``measures.unknown`` with near misses.
    """
    rows = {row["id"]: row for row in tables.read("measure")}
    if measure not in rows:
        raise TanluError("measures.unknown", found=measure, near=near(measure, rows) or "-")
    return {"measures": [_measure(rows[measure], say)]}


def _measure(row: Mapping[str, Any], say: Say) -> dict[str, Any]:
    source = load.sources().get(str(row["source"]), {})
    title = source.get("title") or {"zh": row["source"], "en": row["source"]}
    body = {name: _json(value) for name, value in row.items()}
    return body | {
        "label": say.pick(str(row["name_zh"]), str(row["name_en"])),
        "confidence": row.get("quality"),
        "source": say.pick(title["zh"], title["en"]),
    }


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(part) for part in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)
