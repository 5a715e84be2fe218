"""Exact conversion between unit codes, by pint over Fractions; no user text comes here."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pint import UnitRegistry


class Converter:
    """A pint registry of exactly the units of our table, and a memory of pairs.

    Parameters
    ----------
    units : Mapping[str, tuple of (str, str, Fraction)]
        Unit code to canonical code, dimension and canonical units per unit.

    Notes
    -----
    Pint's own unit file is not loaded: it reads ``T`` as tesla and ``ton`` as short ton. The
    tests compare our factors with it.
    """

    def __init__(self, units: Mapping[str, tuple[str, str, Fraction]]) -> None:
        self._units = units
        self._known: dict[tuple[str, str], Fraction | None] = {}
        self._registry: UnitRegistry[Any] | None = None

    def conversion(self, from_unit: str, to_unit: str) -> Fraction | None:
        """Return `to_unit` per `from_unit`, or None where there is no such ratio."""
        pair = (from_unit, to_unit)
        if pair not in self._known:
            self._known[pair] = self._convert(from_unit, to_unit)
        return self._known[pair]

    def _convert(self, from_unit: str, to_unit: str) -> Fraction | None:
        codes = {code for text in (from_unit, to_unit) for code in text.split("/")}
        if not codes <= self._units.keys():
            return None
        if self._registry is None:
            self._registry = _registry(self._units)
        one = self._registry.Quantity(Fraction(1), self._registry.Unit(from_unit))
        target = self._registry.Unit(to_unit)
        if one.dimensionality != target.dimensionality:
            return None
        return Fraction(one.to(target).magnitude)


def _registry(units: Mapping[str, tuple[str, str, Fraction]]) -> UnitRegistry[Any]:
    from pint import UnitRegistry  # noqa: PLC0415 - 0.2 s to import, not needed at start-up
    from pint.facets.plain import ScaleConverter, UnitDefinition  # noqa: PLC0415 - as above

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Fraction)
    for code, (canonical, dimension, _) in units.items():
        if code == canonical:
            registry.define(f"{code} = [{dimension}]")
    for code, (canonical, _, factor) in units.items():
        if code != canonical:
            reference = registry.UnitsContainer({canonical: 1})
            scale = ScaleConverter(factor)  # type: ignore[arg-type]  # annotated float, keeps a Fraction
            definition = UnitDefinition(code, None, (), scale, reference)
            registry.define(definition)  # type: ignore[arg-type]  # definitions are accepted
    return registry
