"""Sankey: which site burns or buys what, and in which scope it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import PHONE_WIDTH, base, widest
from tanlu.render.labels import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

_PALETTE = ("#0f766e", "#1d4ed8", "#b45309", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f", "#475569")
_ROW = 32
_ROW_NARROW = 44
_SIZE = 11
_LEVELS = 3


def height(figure: Figure, width: int) -> int:
    """Return the height that keeps the labels of the fullest column apart [px]."""
    counts = [0] * _LEVELS
    for node in figure.data["nodes"]:
        counts[node["depth"]] += 1
    row = _ROW_NARROW if width < PHONE_WIDTH else _ROW
    return max(240, 40 + row * max(counts))


def _label(node: Mapping[str, Any], pen: Pen) -> str:
    """Return name and value: on one line, or below each other on a phone."""
    name, value = pen.words(node["name"]), pen.words(node["shown"])
    if pen.narrow:
        return f"{shortened(name, pen.width * 0.24, _SIZE)}\n{value}"
    return f"{shortened(name, pen.width * 0.24, _SIZE)}  {value}"


def option(figure: Figure, pen: Pen) -> Option:
    """Return the flows; each label carries its value, margins fit the longest label."""
    nodes = list(figure.data["nodes"])
    labels = {node["id"]: _label(node, pen) for node in nodes}
    last = [labels[node["id"]] for node in nodes if node["depth"] == _LEVELS - 1]
    right = widest(line for label in last for line in label.split("\n"))
    made = base(figure, pen)
    made["series"] = [
        {
            "type": "sankey",
            "left": 6,
            "right": round(right) + 14,
            "top": 16,
            "bottom": 16,
            "nodeWidth": 12,
            "nodeGap": 27 if pen.narrow else 15,
            "layoutIterations": 48,
            "draggable": False,
            "silent": True,
            "label": {"color": pen.theme.ink, "fontSize": _SIZE, "lineHeight": 13},
            "lineStyle": {"color": "source", "opacity": 0.28, "curveness": 0.5},
            "data": [
                {
                    "name": node["id"],
                    "depth": node["depth"],
                    "itemStyle": {"color": _PALETTE[place % len(_PALETTE)]},
                    "label": {"formatter": {"text": labels[node["id"]]}, "position": "right"},
                }
                for place, node in enumerate(nodes)
            ],
            "links": [
                {"source": link["source"], "target": link["target"], "value": link["t"]}
                for link in figure.data["links"]
                if link["t"] > 0
            ],
        }
    ]
    return made
