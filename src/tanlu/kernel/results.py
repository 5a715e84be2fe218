"""What the engine hands to the inventory: statuses and exact sums."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class RowStatus(StrEnum):
    """Why a row has, or has no, result; the first that applies."""

    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    UNKNOWN_ITEM = "UNKNOWN_ITEM"
    UNKNOWN_SITE = "UNKNOWN_SITE"
    OK = "OK"
    DIM_MISMATCH = "DIM_MISMATCH"
    NO_FACTOR = "NO_FACTOR"
    OUT_OF_RANGE = "OUT_OF_RANGE"


class Stream(StrEnum):
    """Which set of factors a result row was computed with."""

    MAIN = "main"  # scope 1, scope 2 location-based, scope 3 of the item's own category
    MARKET = "market"  # purchased electricity, market-based
    UPSTREAM = "upstream"  # scope 3 category 3 of fuels and purchased energy


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Exact sums of result rows that share site, item, month, factor and status.

    Parameters
    ----------
    stream : Stream
        Factors used.
    site, item : str
        Ids as in the ledger.
    ym : int
        Ledger month.
    unit : str
        Ledger unit of the quantities.
    rid : int or None
        Resolved factor in the factor book; None when there is none.
    status : RowStatus
        Shared by the rows.
    n : int
        Number of rows.
    qty_u : int or None
        Sum of quantities, millionths of `unit`; None when every row is out of range.
    co2e_mg : int or None
        Sum of CO2e [mg]; None unless the status is OK.
    gases_mg : Mapping[str, int]
        CO2e by gas [mg]; sums to `co2e_mg`. Keys: CO2, CH4, N2O, HFC, PFC, SF6, NF3.
    biogenic_mg : int
        Biogenic CO2 [mg], a memo outside CO2e.
    """

    stream: Stream
    site: str
    item: str
    ym: int
    unit: str
    rid: int | None
    status: RowStatus
    n: int
    qty_u: int | None
    co2e_mg: int | None
    gases_mg: Mapping[str, int]
    biogenic_mg: int = 0
