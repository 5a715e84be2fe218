"""One calculation on DuckDB or Polars, through narwhals."""
