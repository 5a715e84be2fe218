"""Lines, tables, bars and lists of findings, safe for text that users wrote.

Nothing here knows a command: the views beside it choose what to show.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement
    from rich.table import Table

    from tanlu.i18n.say import Say

SHOWN = 20
_SAME = 3  # findings shown of one code
WIDTH = 100
MARKS = {True: "✓", False: "✗", None: "?"}
STYLES = {True: "green", False: "red", None: "yellow"}
WORDS = {True: "cli.met", False: "cli.not_met", None: "cli.unknown"}
_BAR = 20
_NAME = 24  # columns of a name with its explanation beside it
_HEAD_DIGITS = 12
_LEAST = 12  # columns a cell of words keeps where the table is too wide
_BLOCKS = " ▏▎▍▌▋▊▉█"
_SEVERITIES = {"error": "red", "warning": "yellow", "note": "dim"}
_CONTROL_PICTURES = 0x2400
_DELETE, _DELETE_PICTURE = 0x7F, 0x2421
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ASCII = {"✓": "+", "✗": "x", "█": "#", "→": ">", "–": "-", "—": "-", "·": "-", "│": "|",
          "├": "|", "└": "`", "─": "-", "…": "..."}  # fmt: skip
# A wide character or a word, with the marks that may not begin a line and the spaces after it.
_TOKEN = re.compile(
    r"(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09\u300b\u201d]*\s*"
    r"|\s+"
)


class _Words:
    """A text cell that breaks between words, and between any two Chinese characters."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.cells import cell_len
        from rich.measure import Measurement

        longest = max((cell_len(token.rstrip()) for token in _tokens(self._text)), default=0)
        return Measurement(min(longest, _LEAST), cell_len(self._text))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        for part in _wrapped(self._text, options.max_width):
            yield Text(part, overflow="fold")


class _Sized:
    """Render something at a width of its own, also where the console is narrower or no terminal."""

    def __init__(self, inner: Table, width: int) -> None:
        self._inner = inner
        self._width = width

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        own = options.update(width=self._width, overflow="fold", no_wrap=False)
        yield from console.render(self._inner, own)


def short_head(head: str) -> str:
    """Return a ledger head with as many digits as ``verify --expect-head`` needs."""
    seq, colon, digits = head.partition(":")
    return f"{seq}{colon}{digits[:_HEAD_DIGITS]}"


def width_of(console: Console) -> int:
    """Return the columns a view may use: those of the terminal, at most 100; 100 in a pipe."""
    return min(console.width, WIDTH) if console.is_terminal else WIDTH


def plain(text: object) -> str:
    """Return a text on one line that cannot steer the terminal: escapes become pictures."""
    return "".join(map(_tame, str(text)))


def _tame(char: str) -> str:
    if unicodedata.category(char) not in _STEERING:
        return char
    code = ord(char)
    if char.isspace():
        return " "
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    return chr(_DELETE_PICTURE) if code == _DELETE else ""


def shown(console: Console, text: object) -> str:
    """Return a text the console's encoding can print, other characters by an ASCII stand-in."""
    told = plain(text)
    encoding = console.encoding
    if encoding.startswith("utf"):
        return told
    return "".join(char if _fits(char, encoding) else _stand_in(char) for char in told)


def _fits(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _stand_in(char: str) -> str:
    return _ASCII.get(char, "" if char in _BLOCKS else "?")


def line(console: Console, text: object = "", *, style: str = "") -> None:
    """Print one line as it is, without reading markup in it and without breaking it."""
    console.print(
        shown(console, text), style=style or None, markup=False, emoji=False, soft_wrap=True
    )


def heading(console: Console, text: str) -> None:
    """Print a heading after an empty line."""
    line(console)
    line(console, text, style="bold")


def paragraph(console: Console, text: object, *, indent: int = 2, style: str = "") -> None:
    """Print sentences broken into indented lines; Chinese may break between any two characters."""
    for part in _wrapped(shown(console, text), width_of(console) - indent):
        line(console, " " * indent + part, style=style)


def entries(console: Console, rows: Sequence[tuple[str, str]], *, indent: int = 2) -> None:
    """Print names with their explanations beside them, or below where a name is long."""
    from rich.cells import cell_len
    from rich.text import Text

    lengths = [cell_len(name) for name, _ in rows]
    column = min(max(lengths), _NAME) + indent + 2
    for (name, text), length in zip(rows, lengths, strict=True):
        told = list(_wrapped(shown(console, text), width_of(console) - column))
        head = Text(" " * indent).append(shown(console, name), style="cyan")
        if length > _NAME:
            console.print(head, soft_wrap=True)
            head = Text(" " * column)
        else:
            head.append(" " * (column - indent - length))
        console.print(head.append(told[0]), soft_wrap=True)
        for part in told[1:]:
            line(console, " " * column + part)


def _wrapped(text: str, width: int) -> Iterator[str]:
    from rich.cells import cell_len

    now = ""
    for token in _tokens(text):
        if now and cell_len(now + token.rstrip()) > width:
            yield now.rstrip()
            now = ""
        now += token
    yield now.rstrip()


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def table(
    console: Console,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: int = 0,
    styles: Sequence[str] = (),
) -> None:
    """Print a table within the width.

    Parameters
    ----------
    console : Console
        Where to print.
    heads : sequence of str
        Head of each column.
    rows : iterable of sequences
        Cells; text too long for its column goes on below.
    right : int
        The last columns are that many figures: to the right, never broken.
    styles : sequence of str
        Style of each row, when there is any.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    has_heads = any(heads)
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=has_heads)
    for number, head in enumerate(heads):
        is_figure = number >= len(heads) - right
        grid.add_column(
            Text(shown(console, head)),
            justify="right" if is_figure else "left",
            no_wrap=is_figure,
            overflow="fold",
        )
    for number, row in enumerate(rows):
        style = styles[number] if styles else None
        cells = [_Words(shown(console, cell)) for cell in row[: len(heads) - right]]
        figures = [Text(shown(console, cell)) for cell in row[len(heads) - right :]]
        grid.add_row(*cells, *figures, style=style or None)
    console.print(_Sized(grid, width_of(console)), soft_wrap=True)


def bar(fraction: float, *, width: int = _BAR) -> str:
    """Return a bar of blocks for a fraction of one."""
    eighths = round(max(0.0, min(1.0, fraction)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_BLOCKS[rest] if rest else "")


def signed_bar(value: float, largest: float, *, width: int = _BAR) -> str:
    """Return a bar with its sign in front; the largest fills the width."""
    if not largest or not value:
        return ""
    return ("-" if value < 0 else "+") + bar(abs(value) / largest, width=width)


def findings(
    console: Console, rows: Sequence[Mapping[str, Any]], say: Say, *, notes: bool = True
) -> None:
    """Print findings, errors first; the first few of each code, so that none hides another."""
    order = list(_SEVERITIES)
    wanted = [row for row in rows if notes or row["severity"] != "note"]
    if not wanted:
        return
    wanted.sort(key=lambda row: order.index(row["severity"]))
    counts = Counter(row["severity"] for row in wanted)
    told = [f"{say(f'report.severity.{name}')} {counts[name]}" for name in order if counts[name]]
    heading(console, labelled(say, "cli.findings_title", say.listed(told)))
    by_code: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in wanted:
        by_code[row["code"]].append(row)
    groups = list(by_code.items())
    for code, same in groups[:SHOWN]:
        for row in same[:_SAME]:
            finding(console, row)
        if len(same) > _SAME:
            told_more = say("cli.more_same", code=code, count=len(same) - _SAME)
            line(console, f"  {told_more}", style="dim")
    more(console, say, sum(len(same) for _, same in groups[SHOWN:]))


def finding(console: Console, row: Mapping[str, Any], *, before: str = "") -> None:
    """Print a finding: code, place and sentence."""
    place = "!".join(str(row[name]) for name in ("file", "sheet", "cell") if row[name])
    line(console, f"  {before}{row['code']}  {place}", style=_SEVERITIES[row["severity"]])
    paragraph(console, row["message"], indent=4)


def labelled(say: Say, code: str, value: object) -> str:
    """Return ``label: value`` as the language writes it."""
    return say("cli.labelled", label=say(code), value=value)


def more(console: Console, say: Say, count: int) -> None:
    """Say how many are not shown, if any."""
    if count > 0:
        line(console, "  " + say("cli.more", count=count), style="dim")


def named(row: Mapping[str, Any], say: Say) -> str:
    """Return the name of a row that carries it in both languages."""
    return say.pick(row.get("name_zh") or "", row.get("name_en") or "") or str(row.get("item", ""))


def site(identity: str | None, say: Say, body: Mapping[str, Any]) -> str:
    """Return a site's name; what has no site belongs to the group.

    An answer may carry ``site_names``: names in both languages by site.
    """
    if not identity:
        return say("cli.group")
    names = body.get("site_names", {}).get(identity)
    return say.pick(names["zh"], names["en"]) if names else identity


def word(prefix: str, name: object, say: Say) -> str:
    """Return the word of a code such as ``cli.family.pv``; a code without word stays as it is."""
    code = f"{prefix}.{name}"
    return say(code) if say.knows(code) else str(name)


def base_name(path: str) -> str:
    """Return the last part of a path of any system."""
    return re.split(r"[\\/]", path)[-1]
