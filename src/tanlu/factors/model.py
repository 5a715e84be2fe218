"""What a factor, an item and a conversion are: frozen rows of the factor tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction


class Level(IntEnum):
    """Where a factor applies; the lowest level that has one wins."""

    SUPPLIER = 1
    SITE = 2
    PROVINCE = 3
    COUNTRY = 4
    DEFAULT = 5


class FactorQuality(StrEnum):
    """How far a value was checked; a template never enters an inventory."""

    VERIFIED = "verified"
    CHECKED = "checked"
    COMPUTED = "computed"
    TO_CONFIRM = "to-confirm"
    TEMPLATE = "template"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Factor:
    """One published emission factor: kg of each gas per unit of activity.

    Parameters
    ----------
    id : str
        Stable id: ``<set>:<item>:<level key>:<data year>`` or the like.
    version : int
        Edition of the row; a published value is never edited.
    factor_set : str
        Versioned set it belongs to: CN24, IPCC2006, CN-GRID, ...
    item : str
        Item it applies to.
    level : Level
        Supplier, site, province, country or default.
    key : str
        Which supplier, site, province or country; empty at DEFAULT.
    definition : str
        For electricity: average, average_excl_market_traded_nonfossil, ...; else empty.
    stream : str
        `Stream` value it serves: main, market, upstream.
    data_year : int or None
        Year the value describes.
    valid_from, valid_to : date or None
        Months it may be used for; `valid_to` is exclusive, None is still in force.
    unit : str
        Unit code of the activity (kWh, kg, Nm3, MJ, CNY, tkm ...).
    gases : Mapping[str, Fraction]
        kg of gas per `unit`; key ``CO2e`` for a factor published only as CO2e;
        ``CO2bio`` for biogenic CO2 (a memo).
    quality : FactorQuality
        How far it was checked.
    gsd : Fraction or None
        Geometric standard deviation; None uses the default of its class.
    corr_group : str
        Factors of one group share a Monte Carlo draw; empty is a group of its own.
    basis : str
        Heating value basis: NCV, GCV, or empty.
    source, locator : str
        Id in `data/sources.yaml` and table, page or clause.
    document_no : str
        Document number of the publication.
    published : date or None
        When it was published: a factor published after the as-of date is not used.
    note_zh, note_en : str
        Remarks for the reader.
    """

    id: str
    version: int
    factor_set: str
    item: str
    level: Level
    key: str
    definition: str
    stream: str
    data_year: int | None
    valid_from: date | None
    valid_to: date | None
    unit: str
    gases: Mapping[str, Fraction]
    quality: FactorQuality
    gsd: Fraction | None
    corr_group: str
    basis: str
    source: str
    locator: str
    document_no: str
    published: date | None
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class ItemConversion:
    """One step from one dimension of an item to another: heating value or density.

    Parameters
    ----------
    item : str
        Item it belongs to.
    factor_set : str
        Set whose value it is; empty serves every set.
    from_unit, to_unit : str
        Unit codes, for example kg to MJ or L to kg.
    value : Fraction
        `to_unit` per `from_unit`.
    basis : str
        NCV, GCV, density, ...
    quality : FactorQuality
        How far it was checked.
    source, locator : str
        Id in `data/sources.yaml` and place in it.
    """

    item: str
    factor_set: str
    from_unit: str
    to_unit: str
    value: Fraction
    basis: str
    quality: FactorQuality
    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a plant records: an energy carrier, gas, material, service.

    Parameters
    ----------
    id : str
        Stable id such as ``electricity`` or ``natural_gas``.
    name_zh, name_en : str
        Names shown.
    unit : str
        Ledger unit it is usually kept in.
    scope : int
        1, 2 or 3.
    category : str
        Source kind: combustion, mobile, process, fugitive, electricity, heat, or the
        scope 3 category ``1`` to ``15``; ``memo`` takes part in no scope (for example output).
    iso_category : int
        ISO 14064-1 category, 1 to 6; 0 for memo.
    dims : tuple of str
        Unit codes whose dimension the item may be recorded in.
    factor_item : str
        Item whose factors it uses, itself by default (raw coal uses bituminous).
    note_code : str
        Finding code attached to rows of this item, such as ``COAL_RANK_ASSUMED``.
    tce : Mapping[str, Fraction]
        Coal equivalent, kgce per `unit`, by convention: ``calorific``, ``equivalent``.
    """

    id: str
    name_zh: str
    name_en: str
    unit: str
    scope: int
    category: str
    iso_category: int
    dims: tuple[str, ...] = ()
    factor_item: str = ""
    note_code: str = ""
    tce: Mapping[str, Fraction] = field(default_factory=dict)
