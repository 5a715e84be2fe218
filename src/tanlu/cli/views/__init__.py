"""How answers look in a terminal: one function per command, text in the chosen language."""

from tanlu.cli.views import (
    analysis,
    documents,
    equipment,
    goals,
    ledger,
    made,
    measures,
    setup,
    studies,
)

__all__ = [
    "analysis",
    "documents",
    "equipment",
    "goals",
    "ledger",
    "made",
    "measures",
    "setup",
    "studies",
]
