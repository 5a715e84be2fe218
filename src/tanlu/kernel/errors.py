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

    Attributes
    ----------
    sentence : str
        What is wrong and what to do, in the user's language; the edges fill it, and the error's
        text is then the code and this sentence. Empty where nobody has: then the text names the
        facts.
    """

    sentence: str = ""

    def __init__(
        self, code: str, /, *, findings: tuple[Finding, ...] = (), **facts: object
    ) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}
        self.findings = findings

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"[{self.code}] {self.sentence or listed}".rstrip()
