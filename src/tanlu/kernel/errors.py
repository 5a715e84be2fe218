"""The one tree of anticipated errors: a stable code and facts, no sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanlu.kernel.findings import Finding


class TanluError(Exception):
    """An anticipated error, reported to the user as exit code 2.

    Parameters
    ----------
    code : str
        Stable code such as ``factor.not-found``; `i18n` has its sentence in zh and en.
    findings : tuple of Finding
        Everything found wrong, when a validation gathered more than one thing.
    **facts : object
        The values the sentence names.
    """

    def __init__(
        self, code: str, /, *, findings: tuple[Finding, ...] = (), **facts: object
    ) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}
        self.findings = findings
