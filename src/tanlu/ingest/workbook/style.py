"""What cell styles say: which numbers are dates, which are shown scaled, what is struck out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tanlu.ingest.workbook.xml import Attributes, stream

if TYPE_CHECKING:
    from typing import IO

# Number formats that the OOXML standard defines by id (ECMA-376 18.8.30), dates among them.
_DATE_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_MONTH_IDS = {17: "mmm-yy", 55: "yyyy-m", 57: "yyyy-m"}
_PERCENT_IDS = {9: "0%", 10: "0.00%"}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_LETTERS = re.compile(r"[yd]|(?<![a-z])m+(?![a-z])|h+:|e+(?=[./-])", re.IGNORECASE)
_SCALED = re.compile(r"[0#?],+(?![0#?])|[0#?]!\.|[0#?]\\\.")
_EXCEL_DIGITS = Context(prec=15, rounding=ROUND_HALF_EVEN)
_PLAIN_EXPONENT = 30
_FAKE_LEAP_DAY = 60


@dataclass(frozen=True, slots=True)
class Style:
    """What one cell style says."""

    number_format: str = ""
    is_date: bool = False
    is_scaled: bool = False
    is_struck: bool = False


def read_styles(part: IO[bytes], *, max_depth: int) -> list[Style]:
    """Read ``xl/styles.xml`` into one `Style` per cell format, by index."""
    handler = _StyleHandler()
    stream(part, handler, max_depth=max_depth)
    formats = {int(a["numFmtId"]): a.get("formatCode", "") for _, a in handler.formats.found}
    return [_style(number, font, formats, handler.struck) for number, font in handler.cells]


class _StyleHandler:
    def __init__(self) -> None:
        self.formats = Attributes("numFmt")
        self.struck: list[bool] = []
        self.cells: list[tuple[int, int]] = []
        self._section = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"fonts", "cellXfs", "cellStyleXfs", "numFmts", "dxfs"}:
            self._section = name
        elif name == "font" and self._section == "fonts":
            self.struck.append(False)
        elif name == "strike" and self._section == "fonts" and self.struck:
            self.struck[-1] = attributes.get("val", "1") not in {"0", "false"}
        elif name == "xf" and self._section == "cellXfs":
            number, font = attributes.get("numFmtId", "0"), attributes.get("fontId", "0")
            self.cells.append((int(number), int(font)))
        elif name == "numFmt" and self._section == "numFmts":
            self.formats.start(name, attributes)

    def end(self, name: str) -> None:
        if name == self._section:
            self._section = ""

    def text(self, text: str) -> None:
        pass


def _style(number: int, font: int, formats: dict[int, str], struck: list[bool]) -> Style:
    code = formats.get(number) or _MONTH_IDS.get(number) or _PERCENT_IDS.get(number, "")
    shown = _QUOTED.sub("", code.split(";")[0]) if code else ""
    is_date = number in _DATE_IDS or bool(code and _DATE_LETTERS.search(_QUOTED.sub("", code)))
    return Style(
        number_format=code,
        is_date=is_date and "general" not in shown.lower(),
        is_scaled=not is_date and bool(_SCALED.search(code.split(";")[0])),
        is_struck=font < len(struck) and struck[font],
    )


def plain_number(text: str) -> str:
    """Return an Excel number as plain text with 15 significant digits.

    Parameters
    ----------
    text : str
        The stored double, for example ``0.30000000000000004``.

    Returns
    -------
    str
        ``0.3``; text that is no finite number, or is far out of range, comes back as it was.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > _PLAIN_EXPONENT:
        return text
    rounded = value.normalize(_EXCEL_DIGITS)
    return f"{rounded:f}" if rounded else "0"


def date_text(text: str, *, is_1904: bool) -> str | None:
    """Return an Excel serial as an ISO date or date and time; None when it is none.

    Serial 60 of the 1900 system is a day that never was.
    """
    try:
        serial = float(text)
    except ValueError:
        return None
    limit = 2958466
    if not 1 <= serial < limit or (not is_1904 and int(serial) == _FAKE_LEAP_DAY):
        return None
    if is_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - a wall date, no instant
    elif serial < _FAKE_LEAP_DAY:
        start = datetime(1899, 12, 31)  # noqa: DTZ001 - a wall date, no instant
    else:
        start = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall date, no instant
    moment = start + timedelta(days=int(serial), seconds=round((serial % 1) * 86400))
    return moment.date().isoformat() if not serial % 1 else moment.isoformat()
