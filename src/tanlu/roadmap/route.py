"""One way to serve an end use or to make a product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Series


@dataclass(frozen=True, slots=True)
class Route:
    """One way to serve a routed end use or to make a product.

    Parameters
    ----------
    id, serves, site : str
        Own id, id of the end use or product, site.
    kind : str
        ``incumbent``, ``technology``, ``switch`` or ``recover``; ``maker`` of a product.
    inputs, by_products : tuple of (str, Series)
        Units of each carrier or product taken, and of each further product made, per unit.
    owner : str
        Technology or measure.
    """

    id: str
    serves: str
    site: str
    kind: str
    inputs: tuple[tuple[str, Series], ...]
    owner: str
    by_products: tuple[tuple[str, Series], ...] = ()

    @property
    def is_technology(self) -> bool:
        """Whether capacity limits it."""
        return self.kind in {"technology", "maker"}
