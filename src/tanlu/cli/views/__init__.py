"""How answers look in a terminal: one function per command, text in the chosen language."""

from tanlu.cli.views import (
    accounts,
    analysis,
    documents,
    equipment,
    factors,
    goals,
    ledger,
    made,
    measures,
    setup,
    studies,
)

__all__ = [
    "accounts",
    "analysis",
    "documents",
    "equipment",
    "factors",
    "goals",
    "ledger",
    "made",
    "measures",
    "setup",
    "studies",
]
