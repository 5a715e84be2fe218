"""Choose the emission factor for an activity and say which and why.

`compile_book` turns the factor tables and a profile into a `Book`, in which every key an
inventory can ask for has one answer; `explain` says what else was there.
"""

from tanlu.factors.book import Book
from tanlu.factors.compile import compile_book
from tanlu.factors.explain import explain
from tanlu.factors.multiplier import Multiplier, row_result
from tanlu.factors.precedence import BookKey, Choice, Rejected, ResolvedFactor
from tanlu.factors.profile import Consolidation, GridLevel, Place, Profile, places_of

__all__ = [
    "Book",
    "BookKey",
    "Choice",
    "Consolidation",
    "GridLevel",
    "Multiplier",
    "Place",
    "Profile",
    "Rejected",
    "ResolvedFactor",
    "compile_book",
    "explain",
    "places_of",
    "row_result",
]
