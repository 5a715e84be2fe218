"""The report tree as HTML, and figures as SVG."""
