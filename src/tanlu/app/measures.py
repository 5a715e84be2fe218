"""The catalogue of measures as the contract's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app.references import near
from tanlu.app.workspaces import check_sector
from tanlu.catalog import load, tables
from tanlu.kernel.errors import TanluError
from tanlu.measures.catalogue import EVERY_SECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.i18n.say import Say


def measures_body(*, sector: str = "", say: Say) -> dict[str, Any]:
    """Return the catalogue, restricted to a sector and what serves every sector.

    Raises
    ------
    TanluError
        As `workspaces.check_sector`.
    """
    check_sector(sector)
    rows = [row for row in tables.read("measure") if not sector or _serves(row, sector)]
    return {"measures": [_measure(row, say) for row in rows]}


def _serves(row: Mapping[str, Any], sector: str) -> bool:
    return row["sector"] in (sector, EVERY_SECTOR)


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
