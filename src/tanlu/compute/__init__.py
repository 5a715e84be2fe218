"""One calculation, written once with narwhals, on DuckDB or Polars: the same digits on both.

`calculate` takes ledger rows and a compiled factor book to result rows and exact sums;
`purchased_electricity` is its first stage, `rows_of` goes from a figure back to its rows.
"""

from tanlu.compute.calculate import Calculation, calculate
from tanlu.compute.electricity import purchased_electricity
from tanlu.compute.frames import EngineName, Limits
from tanlu.compute.rows import rows_of, write_rows
from tanlu.compute.traced import (
    ResultTable,
    RowSums,
    largest,
    rows_among,
    rows_with_id,
    rows_with_rid,
    sums_of,
)
from tanlu.compute.uncertainty import uncertainty_groups

__all__ = [
    "Calculation",
    "EngineName",
    "Limits",
    "ResultTable",
    "RowSums",
    "calculate",
    "largest",
    "purchased_electricity",
    "rows_among",
    "rows_of",
    "rows_with_id",
    "rows_with_rid",
    "sums_of",
    "uncertainty_groups",
    "write_rows",
]
