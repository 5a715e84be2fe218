"""Characters nobody sees: which are stripped, which make a row doubtful."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE_CHARS = "\u00ad\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f"
_CONTROL_CHARS = "\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029"
_BIDI_CHARS = "\u061c\u202a-\u202e\u2066-\u2069"
_INVISIBLE = re.compile(f"[{_INVISIBLE_CHARS}]")
_CONTROL = re.compile(f"[{_CONTROL_CHARS}]")
_BIDI = re.compile(f"[{_BIDI_CHARS}]")
SUSPECT = re.compile(f"[{_INVISIBLE_CHARS}{_CONTROL_CHARS}{_BIDI_CHARS}]")
INVISIBLE, CONTROL, BIDI = "INVISIBLE_CHARS_STRIPPED", "CONTROL_CHARS_STRIPPED", "BIDI_CONTROL"


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Strip invisible and control characters of one cell; codes say what was found.

    Parameters
    ----------
    text : str
        A cell as read.

    Returns
    -------
    tuple of (str, tuple of str)
        The text without them, and the codes ``INVISIBLE_CHARS_STRIPPED`` and
        ``CONTROL_CHARS_STRIPPED`` (warnings), ``BIDI_CONTROL`` (the row is quarantined).
    """
    if text.isascii() and text.isprintable():
        return text, ()
    codes = []
    for code, pattern in ((INVISIBLE, _INVISIBLE), (CONTROL, _CONTROL), (BIDI, _BIDI)):
        stripped = pattern.sub("", text)
        if stripped != text:
            codes.append(code)
            text = stripped
    return text, tuple(codes)


def header_key(text: str) -> str:
    """Return the form in which headers are compared: NFKC, nothing unseen, no blanks, folded."""
    plain = unicodedata.normalize("NFKC", SUSPECT.sub("", text))
    return "".join(plain.split()).casefold()
