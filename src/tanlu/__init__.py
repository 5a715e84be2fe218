"""Tanlu 碳路: from a manufacturer's spreadsheets to an inventory and a least-cost roadmap."""

from tanlu._version import __version__

__all__ = ["__version__"]
