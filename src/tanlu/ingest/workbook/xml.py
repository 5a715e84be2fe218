"""Stream an XML part: no DOCTYPE, no entities, limited depth, no tree in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat

if TYPE_CHECKING:
    from typing import IO, NoReturn

_CHUNK = 1 << 16


class MalformedError(Exception):
    """An XML part that no honest program wrote; says why."""


class Handler(Protocol):
    """What a reader of a part does with its elements; names come without prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take character data."""


def stream(part: IO[bytes], handler: Handler, *, max_depth: int) -> None:
    """Feed a part to a handler.

    Parameters
    ----------
    part : binary file
        The XML text.
    handler : Handler
        Gets elements and text in order.
    max_depth : int
        Deepest nesting allowed.

    Raises
    ------
    MalformedError
        If it is not well formed, too deep, or declares anything.
    """
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > max_depth:
            msg = f"nested more than {max_depth} deep"
            raise MalformedError(msg)
        handler.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name.rpartition(":")[2])

    def refuse(*_: object) -> NoReturn:
        msg = "declares a document type or an entity"
        raise MalformedError(msg)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise MalformedError(str(error)) from error


class Attributes:
    """A handler that keeps the attributes of chosen elements, in order."""

    def __init__(self, *names: str) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._names = frozenset(names)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the attributes of an element that was asked for."""
        if name in self._names:
            self.found.append((name, attributes))

    def end(self, name: str) -> None:
        """Do nothing."""

    def text(self, text: str) -> None:
        """Do nothing."""


class Strings:
    """A handler that joins the text of each item, leaving phonetic readings out.

    Parameters
    ----------
    item : str
        Element that is one item: ``si`` of shared strings, ``comment`` of comments.
    """

    def __init__(self, item: str) -> None:
        self.items: list[str] = []
        self.keys: list[str] = []
        self._item = item
        self._parts: list[str] = []
        self._is_text = False
        self._phonetic = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an item, a run of text or a phonetic reading."""
        if name == self._item:
            self._parts = []
            self.keys.append(attributes.get("ref", ""))
        elif name == "rPh":
            self._phonetic += 1
        self._is_text = name == "t" and not self._phonetic

    def end(self, name: str) -> None:
        """End an item, a run of text or a phonetic reading."""
        if name == self._item:
            self.items.append("".join(self._parts))
        elif name == "rPh":
            self._phonetic -= 1
        self._is_text = False

    def text(self, text: str) -> None:
        """Collect text of a run."""
        if self._is_text:
            self._parts.append(text)
