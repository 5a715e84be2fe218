"""Units of engineering calculations: SI and US, gauge and absolute, money per unit."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST = 64
STANDARD_ATMOSPHERE = 101_325.0  # [Pa], ISO 2533
YEAR = "[annum]"
_DEFINITIONS = (
    "money = [money]",
    "annum = [annum]",
    "plant_month = annum / 12",
    "mu_area = 2000 / 3 * meter ** 2",
    "turn_speed = 1 / minute",
)
_KELVIN = {"[temperature]": 1.0}
_NUMBER = {"reading": "plain", "currency": ""}
_SIGNS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·×*", "0123456789-   ")
_BRACKETED = re.compile(r"/\(([^()/]+)/([^()/]+)\)")  # K/(%/yr) is K yr/%
_GROUP = re.compile(r"/\(([^()/]+)\)")  # W/(m K) and W/(m.K) are W/m/K
_WORD = re.compile(r"(?P<unit>.*?[^\d^-])(?:\^?(?P<power>-?[1-9]))?")


class Reading(StrEnum):
    """How a unit is read."""

    PLAIN = "plain"
    TEMPERATURE = "temperature"
    GAUGE = "gauge"
    ABSOLUTE = "absolute"


@dataclass(frozen=True, slots=True)
class EngineeringUnit:
    """A unit that was read: ``value * scale + offset`` is the value in SI base units.

    Parameters
    ----------
    text : str
        As written.
    scale, offset : float
        To SI base units; the offset is that of a temperature scale.
    dimension : Mapping[str, float]
        Exponent of each base dimension.
    reading : Reading
        Temperatures and gauge pressures stand alone; inside a quotient they are differences.
    currency : str
        Code of the money in it; empty for none.
    """

    text: str
    scale: float
    offset: float
    dimension: Mapping[str, float]
    reading: Reading
    currency: str

    def fits(self, other: EngineeringUnit) -> bool:
        """Return whether both measure the same quantity."""
        return self.dimension == other.dimension

    def fits_per_year(self, other: EngineeringUnit) -> bool:
        """Return whether both measure the same but for an unwritten "per year"."""
        return _without_year(self.dimension) == _without_year(other.dimension)

    def convert(self, value: float, other: EngineeringUnit, *, difference: bool = False) -> float:
        """Return a value of this unit in another one of the same quantity.

        Parameters
        ----------
        value : float
            In this unit.
        other : EngineeringUnit
            Unit of the result.
        difference : bool
            A temperature difference: the scales' zero points do not count.
        """
        if self.scale == other.scale and self.offset == other.offset:
            return value
        if difference:
            return value * self.scale / other.scale
        return (value * self.scale + self.offset - other.offset) / other.scale


class EngineeringUnits:
    """Spellings of units and what they measure.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the engineering unit table: `id`, `pint`, `reading`, `currency`.

    Notes
    -----
    Rule M-101. A year is a dimension of its own, so that hours a year are never divided by the
    hours of a year; kilograms of a gas are a mass; money of two currencies never meets.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = {row["id"]: row for row in rows}
        self._known: dict[str, EngineeringUnit] = {}

    @cached_property
    def _registry(self) -> Any:
        from pint import UnitRegistry  # noqa: PLC0415 - half a second to import

        registry: Any = UnitRegistry()
        for line in _DEFINITIONS:
            registry.define(line)
        return registry

    def read(self, text: str) -> EngineeringUnit:
        """Read a unit such as ``kW``, ``Btu/lb/degF``, ``W/m2/K`` or ``psig``.

        Raises
        ------
        TanluError
            ``calc.unit-unknown`` with near spellings.
        """
        if text not in self._known:
            body = _normal(text) if len(text) <= LONGEST else ""
            if not body:
                raise self._unknown(text)
            row = self._rows.get(body)
            self._known[text] = self._composed(text, body) if row is None else self._one(text, row)
        return self._known[text]

    def _one(self, text: str, row: Mapping[str, Any]) -> EngineeringUnit:
        reading, currency = Reading(row["reading"]), row["currency"] or ""
        if reading is Reading.TEMPERATURE:
            scale = self._registry.Unit(row["pint"])
            zero = float(self._registry.Quantity(0.0, scale).to("kelvin").magnitude)
            step = float(self._registry.Quantity(1.0, scale).to("kelvin").magnitude) - zero
            return EngineeringUnit(text, step, zero, _KELVIN, reading, currency)
        one = self._registry.Quantity(1.0) * self._registry.parse_expression(row["pint"])
        base = one.to_base_units()
        dimension = {str(name): float(power) for name, power in base.dimensionality.items()}
        return EngineeringUnit(text, float(base.magnitude), 0.0, dimension, reading, currency)

    def _composed(self, text: str, body: str) -> EngineeringUnit:
        scale, dimension, currency = 1.0, dict[str, float](), ""
        for place, part in enumerate(body.replace(" per ", "/").split("/")):
            for word in part.split():
                row, power = self._read_word(word, text)
                one = self._one(word, row)
                signed = power if place == 0 else -power
                scale *= one.scale**signed
                for name, exponent in one.dimension.items():
                    dimension[name] = dimension.get(name, 0.0) + exponent * signed
                currency = currency or one.currency
        left = {name: exponent for name, exponent in dimension.items() if exponent}
        return EngineeringUnit(text, scale, 0.0, left, Reading.PLAIN, currency)

    def _read_word(self, word: str, text: str) -> tuple[Mapping[str, Any], int]:
        if word in self._rows:
            return self._rows[word], 1
        match = _WORD.fullmatch(word)
        if word.isdecimal():
            return _NUMBER | {"pint": word}, 1
        if match is None or match["unit"] not in self._rows:
            raise self._unknown(text)
        return self._rows[match["unit"]], int(match["power"] or 1)

    def _unknown(self, text: str) -> TanluError:
        close = difflib.get_close_matches(_normal(text[:LONGEST]), self._rows, n=3, cutoff=0.5)
        return TanluError("calc.unit-unknown", found=text[:LONGEST], near=", ".join(close) or "-")


def _normal(text: str) -> str:
    """Return the text with plain digits, a blank for a product sign and single blanks."""
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    plain = _BRACKETED.sub(r" \2/\1", plain)
    plain = _GROUP.sub(lambda group: "/" + group[1].replace(".", " "), plain)
    return " ".join(plain.split())


def _without_year(dimension: Mapping[str, float]) -> dict[str, float]:
    return {name: power for name, power in dimension.items() if name != YEAR}
