"""From money to emissions: tax off, exchange, deflate, then the spend factor, in this order."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SpendFactor:
    """Emissions per money spent, of one edition.

    Parameters
    ----------
    id : str
        Id in the factor table, edition included.
    item : str
        Item it serves.
    kg_per_money : Fraction
        [kgCO2e per unit of `currency`], with margins for purchaser prices.
    currency : str
        ISO code of its money.
    price_year : int
        Year of its prices.
    """

    id: str
    item: str
    kg_per_money: Fraction
    currency: str
    price_year: int


@dataclass(frozen=True, slots=True)
class MoneyTables:
    """Exchange rates and deflators, rows of data tables or the user's own.

    Parameters
    ----------
    rates : Mapping[tuple of (str, str, int), Fraction]
        (from, to, year) to units of `to` per unit of `from`, mean of the year.
    deflators : Mapping[tuple of (str, int, int), Fraction]
        (currency, from year, to year) to price level of the second over the first.
    """

    rates: Mapping[tuple[str, str, int], Fraction] = field(default_factory=dict)
    deflators: Mapping[tuple[str, int, int], Fraction] = field(default_factory=dict)

    def rate(self, source: str, target: str, year: int) -> Fraction | None:
        """Return units of `target` per unit of `source`; the inverse row serves too."""
        if source == target:
            return Fraction(1)
        direct = self.rates.get((source, target, year))
        inverse = self.rates.get((target, source, year))
        return direct if direct is not None else (None if not inverse else 1 / inverse)

    def deflator(self, currency: str, first: int, last: int) -> Fraction | None:
        """Return the price level of `last` over that of `first`; 1 within a year."""
        return Fraction(1) if first == last else self.deflators.get((currency, first, last))


@dataclass(frozen=True, slots=True)
class SpendEstimate:
    """Each step from money to kilograms of CO2e.

    Parameters
    ----------
    rate, deflator : Fraction
        What was applied.
    money : Fraction
        Spend in the factor's currency and price year.
    kg : Fraction
        [kgCO2e].
    """

    rate: Fraction
    deflator: Fraction
    money: Fraction
    kg: Fraction


def net_of_tax(gross: Fraction, tax_fraction: Fraction) -> Fraction:
    """Return money without value-added tax: ``gross / (1 + tax)``."""
    return gross / (1 + tax_fraction)


def estimate_spend(
    net_cny: Fraction, factor: SpendFactor, *, year: int, money: MoneyTables
) -> SpendEstimate | None:
    """Estimate the emissions of money spent (rule M-39).

    Parameters
    ----------
    net_cny : Fraction
        Spend of the year without tax [CNY].
    factor : SpendFactor
        Its edition, currency and price year.
    year : int
        Year of the transaction.
    money : MoneyTables
        Exchange rates and deflators.

    Returns
    -------
    SpendEstimate or None
        ``net * rate(year) * deflator(year -> price year) * factor``, deflated in the
        factor's currency; None if a rate or deflator is missing: nothing is assumed.

    References
    ----------
    US EPA, Supply Chain Greenhouse Gas Emission Factors (``epa-scef-1.3``).
    """
    rate = money.rate("CNY", factor.currency, year)
    deflator = money.deflator(factor.currency, year, factor.price_year)
    if rate is None or deflator is None:
        return None
    amount = net_cny * rate * deflator
    return SpendEstimate(rate, deflator, money=amount, kg=amount * factor.kg_per_money)
