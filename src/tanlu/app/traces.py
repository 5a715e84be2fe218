"""The trace of a number as a reader wants it: what it is, how it came about, who changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import explanations
from tanlu.inventory.figures import read_figure

if TYPE_CHECKING:
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

_ROWS = 50


def trace(desk: Desk, figure: str, *, say: Say) -> dict[str, Any]:
    """Return where a figure, a row of the ledger, a code or a rule comes from.

    Parameters
    ----------
    desk : Desk
        The workspace.
    figure : str
        As `tanlu explain` takes it.
    say : Say
        Language.

    Returns
    -------
    dict
        As `explanations.explain_figure`; for a code or a rule ``code``, ``message``, ``advice``.

    Raises
    ------
    TanluError
        Those of `explanations.explain_figure` and `explanations.code_of`.
    """
    code = explanations.code_of(figure, say)
    if code:
        return {"name": code} | explanations.code_body(code, say)

    def explain() -> dict[str, Any]:
        taken = desk.taken(read_figure(figure).year) if figure.startswith("inv/") else None
        return explanations.explain_figure(
            desk.workspace, figure, limit=_ROWS, say=say, taken=taken
        )

    return desk.kept(("trace", figure, say.lang), explain)
