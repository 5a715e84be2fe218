"""Scope 3 category 1: supplier's figure, else mass factor, else spend factor, else unexplained."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.inventory.model import Line, LineBasis, LineStatus
from tanlu.inventory.money import MoneyTables, SpendFactor, estimate_spend
from tanlu.inventory.row import row_mg
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.kernel.activity import SourceCell

MILLION = 10**6
_MASS = "kg"


@dataclass(frozen=True, slots=True)
class ActivityFactor:
    """CO2e per unit of a material, service or tonne-kilometre.

    Parameters
    ----------
    id : str
        Id in the factor table.
    item : str
        Item it serves.
    unit : str
        Unit of the activity.
    kg_per_unit : Fraction
        [kgCO2e per `unit`], GWP applied.
    """

    id: str
    item: str
    unit: str
    kg_per_unit: Fraction


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchased good or service of a year.

    Parameters
    ----------
    id : str
        Id of the record.
    item, name, supplier, site : str
        Item id after aliases (empty when unknown), words as recorded.
    quantity : Fraction or None
        Amount in `unit`; None when only money is known.
    unit : str
        Unit of the amount.
    spend_cny : Fraction or None
        Money without tax [CNY].
    supplier_kg_per_unit : Fraction or None
        Supplier's product carbon footprint [kgCO2e per `supplier_unit`].
    supplier_unit : str
        Unit of the supplier's figure.
    category : str
        Scope 3 category: 1, or 2 for capital goods.
    source : SourceCell or None
        Where it stands.
    """

    id: str
    item: str
    name: str
    supplier: str = ""
    site: str = ""
    quantity: Fraction | None = None
    unit: str = ""
    spend_cny: Fraction | None = None
    supplier_kg_per_unit: Fraction | None = None
    supplier_unit: str = ""
    category: str = "1"
    source: SourceCell | None = None


@dataclass(frozen=True, slots=True)
class PurchaseTables:
    """Factors for purchases.

    Parameters
    ----------
    mass : Mapping[str, tuple of ActivityFactor]
        Item to its factors by unit.
    spend : Mapping[str, SpendFactor]
        Item to its spend factor.
    conversion : callable
        ``(from_unit, to_unit) -> Fraction or None``, exact.
    money : MoneyTables
        Exchange rates and deflators.
    """

    mass: Mapping[str, tuple[ActivityFactor, ...]]
    spend: Mapping[str, SpendFactor]
    conversion: Callable[[str, str], Fraction | None]
    money: MoneyTables = field(default_factory=MoneyTables)


@dataclass(frozen=True, slots=True)
class PurchaseResult:
    """Lines with their basis, and the money each basis explains.

    Parameters
    ----------
    lines : tuple of Line
        One per purchase, in the order given.
    spend_cny : Mapping[LineBasis, Fraction]
        Money by basis; ``none`` is the unexplained spend [CNY].
    findings : tuple of Finding
        What has no result, and why.
    """

    lines: tuple[Line, ...]
    spend_cny: Mapping[LineBasis, Fraction]
    findings: tuple[Finding, ...]

    @property
    def unexplained_cny(self) -> Fraction:
        """Money that no factor explains [CNY]."""
        return self.spend_cny.get(LineBasis.NONE, Fraction(0))


def estimate_purchases(
    purchases: Iterable[Purchase], *, year: int, tables: PurchaseTables
) -> PurchaseResult:
    """Estimate purchases by the best basis each of them has (rule M-37).

    Parameters
    ----------
    purchases : iterable of Purchase
        Those of the year.
    year : int
        Year of the transactions.
    tables : PurchaseTables
        Factors, exchange rates, deflators.

    Returns
    -------
    PurchaseResult
        A line without a factor has status ``NO_FACTOR`` and no result; its money is shown as
        unexplained and never counted as zero.
    """
    lines: list[Line] = []
    findings: list[Finding] = []
    spend: dict[LineBasis, Fraction] = defaultdict(Fraction)
    for purchase in purchases:
        line = (
            _by_supplier(purchase, tables)
            or _by_mass(purchase, tables)
            or _by_spend(purchase, tables, year)
            or _unexplained(purchase, tables)
        )
        lines.append(line)
        spend[line.basis] += line.spend_cny or 0
        if line.status is not LineStatus.OK:
            findings.append(_finding(line, purchase, tables))
    return PurchaseResult(tuple(lines), spend_cny=dict(spend), findings=tuple(findings))


def _by_supplier(purchase: Purchase, tables: PurchaseTables) -> Line | None:
    """Use the supplier's own figure where the amount fits its unit."""
    if purchase.supplier_kg_per_unit is None or purchase.quantity is None:
        return None
    step = tables.conversion(purchase.unit, purchase.supplier_unit)
    if step is None:
        return None
    return _line(
        purchase,
        LineBasis.SUPPLIER,
        quantity=purchase.quantity * step,
        factor=ActivityFactor(
            f"supplier:{purchase.supplier}:{purchase.id}",
            purchase.item,
            unit=purchase.supplier_unit,
            kg_per_unit=purchase.supplier_kg_per_unit,
        ),
    )


def _by_mass(purchase: Purchase, tables: PurchaseTables) -> Line | None:
    """Use the item's factor where the amount fits its unit."""
    if purchase.quantity is None:
        return None
    for factor in tables.mass.get(purchase.item, ()):
        step = tables.conversion(purchase.unit, factor.unit)
        if step is not None:
            quantity = purchase.quantity * step
            return _line(purchase, LineBasis.MASS, quantity=quantity, factor=factor)
    return None


def _by_spend(purchase: Purchase, tables: PurchaseTables, year: int) -> Line | None:
    """Use the item's spend factor where money, rate and deflator are known."""
    spend = tables.spend.get(purchase.item)
    if spend is None or purchase.spend_cny is None:
        return None
    estimate = estimate_spend(purchase.spend_cny, spend, year=year, money=tables.money)
    if estimate is None:
        return None
    return _line(
        purchase,
        LineBasis.SPEND,
        quantity=estimate.money,
        factor=ActivityFactor(
            spend.id, spend.item, unit=spend.currency, kg_per_unit=spend.kg_per_money
        ),
        steps={
            "rate": f"{float(estimate.rate):.6g}",
            "deflator": f"{float(estimate.deflator):.6g}",
            "price_year": str(spend.price_year),
        },
    )


def _unexplained(purchase: Purchase, tables: PurchaseTables) -> Line:
    """Keep a purchase without a factor, with the reason."""
    known = purchase.item in tables.mass or purchase.item in tables.spend
    if not purchase.item:
        status = LineStatus.UNKNOWN_ITEM
    elif known and purchase.quantity is None and purchase.spend_cny is None:
        status = LineStatus.MISSING_QUANTITY
    else:
        status = LineStatus.NO_FACTOR
    return _line(purchase, LineBasis.NONE, quantity=purchase.quantity, factor=None, status=status)


def _line(
    purchase: Purchase,
    basis: LineBasis,
    *,
    quantity: Fraction | None,
    factor: ActivityFactor | None,
    status: LineStatus = LineStatus.OK,
    steps: Mapping[str, str] | None = None,
) -> Line:
    return Line(
        record_id=purchase.id,
        category=purchase.category,
        site=purchase.site,
        item=purchase.item,
        name=purchase.name,
        supplier=purchase.supplier,
        basis=basis,
        status=status,
        quantity=quantity,
        unit=purchase.unit if factor is None else factor.unit,
        factor_id="" if factor is None else factor.id,
        kg_per_unit=None if factor is None else factor.kg_per_unit,
        co2e_mg=None if factor is None or quantity is None else line_mg(quantity, factor),
        spend_cny=purchase.spend_cny,
        steps=steps or {},
    )


def line_mg(quantity: Fraction, factor: ActivityFactor) -> int:
    """Return the CO2e of a line, rounded once [mg]."""
    return row_mg(1, quantity * factor.kg_per_unit * MILLION)


def _finding(line: Line, purchase: Purchase, tables: PurchaseTables) -> Finding:
    """Say why a line has no result; where its mass is known, that a factor lacks and no amount."""
    source = purchase.source
    has_mass = purchase.quantity is not None and bool(tables.conversion(purchase.unit, _MASS))
    lacks_factor = has_mass and line.status is LineStatus.NO_FACTOR
    return Finding(
        "PURCHASE_NO_FACTOR" if lacks_factor else "PURCHASE_UNEXPLAINED",
        Outcome.WARN,
        file=source.file if source else "",
        sheet=source.sheet if source else "",
        cell=source.cell if source else "",
        facts={
            "name": line.name,
            "cny": "" if line.spend_cny is None else f"{float(line.spend_cny):.0f}",
            "status": line.status.value,
        },
    )
