"""The one way a whole file is refused: a finding in an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from typing import Self


class RejectedError(TanluError):
    """A file of which nothing is taken; `finding` says why and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code, findings=(finding,), **finding.facts)
        self.finding = finding

    @classmethod
    def of(cls, code: str, file: str = "", *, cell: str = "", **facts: object) -> Self:
        """Make the error from a code, a file name, a place and the words of its sentence."""
        words = {name: str(value) for name, value in facts.items()}
        return cls(Finding(code, Outcome.REJECT, file=file, cell=cell, facts=words))

    def __reduce__(self) -> tuple[type[Self], tuple[Finding]]:
        """Pickle by the finding, so that a child process can hand it over."""
        return type(self), (self.finding,)
