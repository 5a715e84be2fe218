"""What stands on the pages of a document, PDF or DOCX: open blocks in place, lists at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.views import printed, report_view

if TYPE_CHECKING:
    from tanlu.render.speech import Speaker
    from tanlu.render.views import View
    from tanlu.report.tree import Report

BOARD = "roadmap"  # two to four pages: its lists stand in the workbook alone


def pages(report: Report, say: Speaker) -> View:
    """Return the view of a report with folded tables moved to an appendix.

    The tables behind charts and long lists are closed on a page of HTML; on paper they follow at
    the end. A board paper goes without them.
    """
    view = report_view(report, say, figure=printed)
    closed: list[View] = []
    for section in view["sections"]:
        section["blocks"] = [
            one for block in section["blocks"] for one in _laid_open(block, closed, say)
        ]
    if closed and report.kind != BOARD:
        hint = {"type": "paragraph", "text": say("document.appendix-hint"), "tone": "hint"}
        view["sections"].append(
            {"id": "tables", "title": say("document.appendix"), "blocks": [hint, *closed]}
        )
    return view | {"with_contents": report.kind != BOARD}


def _laid_open(block: View, closed: list[View], say: Speaker) -> list[View]:
    """Return what of a block stands in place; what is folded goes to `closed`."""
    if block["type"] == "table" and block["is_folded"]:
        closed.append(block)
        return []
    if block["type"] != "figure" or not block["table"]:
        return [block]
    if block["is_open"]:
        return [block, block["table"]]
    name = say("document.behind", id=block["id"])
    closed.append(block["table"] | {"title": f"{name} · {block['table']['title']}"})
    return [block]


def strings(view: Any, change: Any) -> Any:
    """Return a view in which every text a reader sees went through `change`."""
    if isinstance(view, dict):
        return {
            key: value if key in _KEYS else strings(value, change) for key, value in view.items()
        }
    if isinstance(view, list | tuple):
        return [strings(part, change) for part in view]
    return change(view) if isinstance(view, str) else view


# What names a thing to the layout and is not read as a text with gases in it.
_KEYS = frozenset({"type", "id", "tone", "figure", "style", "svg", "kind", "label", "key", "lang",
                   "dated", "legend", "name"})  # fmt: skip
