"""Read the hours of a weather file: EPW, or a CSV with named columns."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# columns of an EPW line: EnergyPlus auxiliary programs, EnergyPlus weather file data dictionary
_EPW = {"temperature_air": 6, "irradiance_global": 13, "irradiance_diffuse": 15, "wind": 21}
_EPW_HEAD = 8
_EPW_MISSING = {"temperature_air": 99.9, "irradiance_global": 9999, "irradiance_diffuse": 9999,
                "wind": 999}  # fmt: skip
_PLACE = {"latitude": (6, "deg"), "longitude": (7, "deg"), "time_zone": (8, "h")}
_NAMES = {
    "temperature_air": ("temperature_air", "temperature", "temp_air", "t2m"),
    "irradiance_global": ("irradiance_global", "ghi", "g(h)"),
    "irradiance_diffuse": ("irradiance_diffuse", "dhi", "gd(h)"),
    "wind": ("wind", "wind_speed", "ws10m"),
}
_NEEDED = ("irradiance_global", "irradiance_diffuse")


@dataclass(frozen=True, slots=True)
class Weather:
    """The hours of a year, and where they are from.

    Parameters
    ----------
    rows : tuple of mapping
        ``irradiance_global``, ``irradiance_diffuse`` [W/m2], ``temperature_air`` [degC],
        ``wind`` [m/s]; what is not known is left out.
    place : mapping
        ``latitude``, ``longitude``, ``time_zone`` with their units; empty where not told.
    """

    rows: tuple[Mapping[str, float], ...]
    place: Mapping[str, Mapping[str, Any]]


def read_weather(content: bytes, name: str) -> Weather:
    """Read a weather file.

    Parameters
    ----------
    content : bytes
        Of the file.
    name : str
        Told in errors.

    Raises
    ------
    TanluError
        ``ingest.weather`` when it is neither, or lacks global or diffuse irradiance.
    """
    text = content.decode("utf-8-sig", errors="replace")
    lines = list(csv.reader(io.StringIO(text)))
    try:
        if lines and lines[0] and lines[0][0].strip().upper() == "LOCATION":
            return _epw(lines)
        return _table(lines, name)
    except (ValueError, IndexError) as error:
        raise TanluError("ingest.weather", path=name, found=error) from error


def _epw(lines: Sequence[Sequence[str]]) -> Weather:
    head = lines[0]
    place = {
        key: {"value": float(head[column]), "unit": unit} for key, (column, unit) in _PLACE.items()
    }
    rows = []
    for line in lines[_EPW_HEAD:]:
        if line:
            values = {key: float(line[column]) for key, column in _EPW.items()}
            rows.append({k: v for k, v in values.items() if v < _EPW_MISSING[k]})
    return Weather(tuple(rows), place)


def _table(lines: Sequence[Sequence[str]], name: str) -> Weather:
    head = [cell.strip().casefold() for cell in lines[0]] if lines else []
    columns = {
        key: next(head.index(one) for one in names if one in head)
        for key, names in _NAMES.items()
        if any(one in head for one in names)
    }
    missing = [_NAMES[key][1] for key in _NEEDED if key not in columns]
    if missing:
        raise TanluError("ingest.weather", path=name, found=", ".join(missing))
    rows = (
        {key: float(line[column]) for key, column in columns.items() if line[column].strip()}
        for line in lines[1:]
        if any(cell.strip() for cell in line)
    )
    return Weather(tuple(rows), {})
