"""YAML and JSON of users, read so that no text can harm or be misread."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import yaml

from tanlu.ingest.rejected import RejectedError

MOST_ALIASES = 20
MOST_DEPTH = 64
_MOST_INT_DIGITS = 1_000
_MOST_POWER = 100
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JSON_BRACKET = re.compile(r"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_YAML_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_YAML_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_TAG = "tag:yaml.org,2002:"


def load_yaml(data: bytes, name: str = "") -> Any:
    """Read YAML: no tags, few aliases, no duplicate keys, decimals exact, dates as text.

    Parameters
    ----------
    data : bytes
        The file, UTF-8.
    name : str
        Its name, for the finding.

    Returns
    -------
    object
        dict, list, str, int, Decimal, bool or None. Only ``true`` and ``false`` are booleans.

    Raises
    ------
    RejectedError
        CONFIG_TAG, CONFIG_ALIASES, CONFIG_DEPTH, CONFIG_DUPLICATE_KEY, CONFIG_MALFORMED,
        ENCODING_INVALID.
    """
    text = _utf8(data, name)
    try:
        _check_events(text, name)
        found = yaml.load(text, Loader=_ConfigLoader)  # noqa: S506 - a SafeLoader without tags
    except _DuplicateKeyError as error:
        raise RejectedError.of("CONFIG_DUPLICATE_KEY", name, found=error) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "-"
        raise RejectedError.of("CONFIG_MALFORMED", name, line=line) from None
    _check_surrogates(found, name)
    return found


def load_json(data: bytes, name: str = "", *, max_depth: int = MOST_DEPTH) -> Any:
    """Read JSON: limited depth, no duplicate keys, no NaN, no lone surrogates, exact decimals.

    Parameters
    ----------
    data : bytes
        The file or body, UTF-8.
    name : str
        Its name, for the finding.
    max_depth : int
        Deepest nesting allowed.

    Returns
    -------
    object
        dict, list, str, int, Decimal, bool or None.

    Raises
    ------
    RejectedError
        JSON_DEPTH, JSON_DUPLICATE_KEY, JSON_MALFORMED, NUMBER_NONFINITE, NUMBER_TOO_LONG,
        ENCODING_INVALID.
    """
    text = _utf8(data, name)
    _check_depth(text, name, max_depth)
    reader = _JsonReader(name)
    try:
        found = json.loads(
            text,
            object_pairs_hook=reader.pairs,
            parse_constant=reader.constant,
            parse_float=reader.decimal,
            parse_int=reader.integer,
        )
    except json.JSONDecodeError as error:
        raise RejectedError.of("JSON_MALFORMED", name, line=error.lineno) from None
    _check_surrogates(found, name)
    return found


def _utf8(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RejectedError.of("ENCODING_INVALID", name, cell=f"A{line}", line=line) from None


class _JsonReader:
    """The hooks of the standard reader, each of which may refuse the file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise RejectedError.of("JSON_DUPLICATE_KEY", self._name, found=_shown(twice))
        return made

    def constant(self, text: str) -> None:
        raise RejectedError.of("NUMBER_NONFINITE", self._name, found=text, read="-")

    def decimal(self, text: str) -> Decimal:
        self._check_length(text)
        value = Decimal(text)
        if abs(value.adjusted()) > _MOST_POWER:
            raise RejectedError.of("NUMBER_OUT_OF_RANGE", self._name, found=text[:80], read="-")
        return value

    def integer(self, text: str) -> int:
        self._check_length(text)
        return int(text)

    def _check_length(self, text: str) -> None:
        if len(text) > _MOST_INT_DIGITS:
            raise RejectedError.of("NUMBER_TOO_LONG", self._name, found=text[:80], read="-")


def _check_depth(text: str, name: str, max_depth: int) -> None:
    depth = 0
    for hit in _JSON_BRACKET.finditer(_JSON_STRING.sub("", text)):
        depth += 1 if hit[0] in "[{" else -1
        if depth > max_depth:
            raise RejectedError.of("JSON_DEPTH", name, expected=max_depth)


def _check_surrogates(found: object, name: str) -> None:
    if isinstance(found, str):
        if _SURROGATE.search(found):
            raise RejectedError.of("ENCODING_INVALID", name, line="-")
    elif isinstance(found, dict):
        for key, value in found.items():
            _check_surrogates(key, name)
            _check_surrogates(value, name)
    elif isinstance(found, list):
        for value in found:
            _check_surrogates(value, name)


def _shown(text: str) -> str:
    return _SURROGATE.sub("?", text)[:80]


def _check_events(text: str, name: str) -> None:
    """Refuse tags, many aliases and deep nesting before anything is built."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if tag := getattr(event, "tag", None):
            line = event.start_mark.line + 1 if event.start_mark else "-"
            raise RejectedError.of("CONFIG_TAG", name, found=_shown(str(tag)), line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        aliases += isinstance(event, yaml.AliasEvent)
        if aliases > MOST_ALIASES:
            raise RejectedError.of("CONFIG_ALIASES", name, expected=MOST_ALIASES)
        if depth > MOST_DEPTH:
            raise RejectedError.of("CONFIG_DEPTH", name, expected=MOST_DEPTH)


class _DuplicateKeyError(Exception):
    """A mapping names a key twice."""


class _ConfigLoader(yaml.SafeLoader):
    """Text, whole numbers, exact decimals, true, false and null; nothing else is guessed."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as in yaml

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; refuse a key named twice."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, (str, int, Decimal)):
                raise yaml.constructor.ConstructorError(None, None, None, key_node.start_mark)
            if key in seen:
                raise _DuplicateKeyError(_shown(str(key)))
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_ConfigLoader.add_implicit_resolver(
    _TAG + "int", re.compile(f"(?:{_YAML_INT.pattern})$"), [*"-+0123456789"]
)
_ConfigLoader.add_implicit_resolver(
    _TAG + "float", re.compile(f"(?:{_YAML_DECIMAL.pattern})$"), [*"-+0123456789"]
)
_ConfigLoader.add_implicit_resolver(_TAG + "bool", re.compile("(?:true|false)$"), ["t", "f"])
_ConfigLoader.add_implicit_resolver(_TAG + "null", re.compile("(?:~|null|)$"), ["~", "n", ""])
_ConfigLoader.add_constructor(_TAG + "float", _decimal)
