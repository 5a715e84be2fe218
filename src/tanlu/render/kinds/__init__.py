"""One module per family of charts: a `Figure` and a translator in, an ECharts option out."""
