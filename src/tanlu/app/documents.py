"""File formats of a report: which there are, and the bytes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.report.build import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.report.tree import Report

FULL = "full"  # the kind a file name does not mention
VERIFIER = "verifier"  # the kind that is a pack of data, in both languages, and no document
WRITTEN = (*KINDS, VERIFIER)  # kinds that can be written to a folder
_OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One document: its file name, media type and bytes."""

    name: str
    media_type: str
    data: bytes


def _html(tree: Report, lang: str, languages: Sequence[str]) -> bytes:
    """Return a page that opens in `lang` and holds the other languages too."""
    from tanlu.render import html

    others = [other for other in languages if other != lang]
    return html.page(tree, says=[_spoken(one) for one in (lang, *others)]).encode("utf-8")


def _pdf(tree: Report, lang: str, _languages: Sequence[str]) -> bytes:
    from tanlu.render.documents import pdf

    return pdf.document(tree, _spoken(lang))


def _docx(tree: Report, lang: str, _languages: Sequence[str]) -> bytes:
    from tanlu.render.documents import word

    return word.document(tree, _spoken(lang))


def _xlsx(tree: Report, lang: str, _languages: Sequence[str]) -> bytes:
    from tanlu.render.documents import workbook

    return workbook.document(tree, Say(lang))


def _spoken(lang: str) -> Say:
    return Say(lang).typographic()


_MAKERS: Mapping[str, tuple[str, Callable[[Report, str, Sequence[str]], bytes]]] = {
    "pdf": ("application/pdf", _pdf),
    "docx": (_OFFICE + "wordprocessingml.document", _docx),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", _xlsx),
    "html": ("text/html; charset=utf-8", _html),
}
FORMATS = tuple(_MAKERS)


def check_wishes(
    kind: str,
    *,
    languages: Sequence[str],
    formats: Sequence[str],
    kinds: Sequence[str] = tuple(KINDS),
) -> None:
    """Refuse what cannot be written before anything is worked out.

    Parameters
    ----------
    kind : str
        Kind wanted.
    languages, formats : sequence of str
        Wanted.
    kinds : sequence of str
        Kinds that can be written: the documents; with `VERIFIER` where a pack may be.

    Raises
    ------
    TanluError
        ``report.nothing-asked``, ``report.format``, ``report.kind``, ``i18n.unknown-language``.
    """
    if not languages or not formats:
        raise TanluError("report.nothing-asked")
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise TanluError("report.format", found=", ".join(unknown), known=", ".join(FORMATS))
    if kind not in kinds:
        raise TanluError("report.kind", found=kind, known=", ".join(kinds))
    for lang in languages:
        Say(lang)


def made(tree: Report, *, year: int, form: str, lang: str, languages: Sequence[str]) -> ReportFile:
    """Return one document of a report.

    Parameters
    ----------
    tree : Report
        The report, in no language.
    year : int
        Year of the inventory, for the name of the file.
    form : str
        One of `FORMATS`.
    lang : str
        Language it is written in.
    languages : sequence of str
        All that are asked for: a page of HTML holds them all, behind a switch.
    """
    media_type, maker = _MAKERS[form]
    kind = "" if tree.kind == FULL else f"{tree.kind}-"
    name = f"tanlu-{year}-{kind}{lang}.{form}"
    return ReportFile(name, media_type, maker(tree, lang, languages))
