"""Small frozen types that every room may use: errors, findings, periods, rows."""
