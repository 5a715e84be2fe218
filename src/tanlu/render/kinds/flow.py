"""Sankey: which site burns or buys what, and in which scope it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.render.kinds.frame import base, widest
from tanlu.render.labels import shortened

if TYPE_CHECKING:
    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

_PALETTE = ("#0f766e", "#1d4ed8", "#b45309", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f", "#475569")
_ROW = 30
_LEVELS = 3


def height(figure: Figure) -> int:
    """Return the height that keeps the labels of the fullest column apart [px]."""
    counts = [0] * _LEVELS
    for node in figure.data["nodes"]:
        counts[node["depth"]] += 1
    return max(240, 40 + _ROW * max(counts))


def option(figure: Figure, pen: Pen) -> Option:
    """Return the flows; each label carries its value, margins fit the longest label."""
    nodes = list(figure.data["nodes"])
    room = pen.width * 0.3
    labels = {
        node["id"]: f"{shortened(pen.words(node['name']), room)}\n{pen.words(node['shown'])}"
        for node in nodes
    }
    last = [labels[node["id"]] for node in nodes if node["depth"] == _LEVELS - 1]
    right = widest(line for label in last for line in label.split("\n"))
    made = base(figure, pen)
    made["series"] = [
        {
            "type": "sankey",
            "left": 6,
            "right": round(right) + 14,
            "top": 14,
            "bottom": 14,
            "nodeWidth": 12,
            "nodeGap": 14,
            "layoutIterations": 48,
            "draggable": False,
            "silent": True,
            "label": {"color": pen.theme.ink, "fontSize": 11, "lineHeight": 14},
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
