"""The workspace: ledger, segments, sources, event chain."""
