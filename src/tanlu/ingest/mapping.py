"""The user's mapping file: names for headers, sites, items and units, and answers to questions.

Every key is documented in ``docs/guides/mapping.md``; an unknown one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.ingest.model import SheetKind
from tanlu.ingest.safe_config import load_yaml
from tanlu.ingest.vocabulary import key as folded
from tanlu.ingest.vocabulary import near
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_MONTHS = 12

# Keys that hold names: text as found in the file -> what it means.
NAMES = ("headers", "sites", "items", "units")

# Answers: key -> values allowed; an empty tuple allows any text or number.
ANSWERS: dict[str, tuple[str, ...]] = {
    "gas_volume": ("normal",),
    "heating_value": ("net",),
    "hidden_rows": ("include", "exclude"),
    "hidden_sheets": ("include", "exclude"),
    "item": (),
    "percent": ("percent", "fraction"),
    "period": (),
    "site": (),
    "strikethrough": ("include", "exclude"),
    "tables": ("first", "all"),
    "unit": (),
    "year": (),
}
FILE_ONLY: dict[str, tuple[str, ...]] = {
    "delimiter": (),
    "encoding": (),
    "fiscal_start": tuple(map(str, range(1, _MONTHS + 1))),
    "file_type": ("csv", "html", "xlsx", "xls"),
}
SHEET_ONLY: dict[str, tuple[str, ...]] = {
    "kind": tuple(kind.value for kind in SheetKind),
    "skip": ("true", "false"),
}


def read_mapping(data: bytes, name: str = "") -> dict[str, Any]:
    """Read and check a mapping file.

    Parameters
    ----------
    data : bytes
        YAML text.
    name : str
        File name, for errors.

    Returns
    -------
    dict
        Checked answers, ready for `ImportContext.mapping`.

    Raises
    ------
    TanluError
        ``mapping.not-a-map``, ``mapping.unknown-key`` and ``mapping.unknown-value``, each
        naming what would be right; ``CONFIG_*`` when the text itself is refused.
    """
    return check_mapping(load_yaml(data, name), name)


def check_mapping(loaded: object, name: str = "") -> dict[str, Any]:
    """Check a mapping that is already a value; see `read_mapping`."""
    if loaded is None:
        return {}
    top = _map(loaded, name, "")
    known = {*NAMES, *ANSWERS, *FILE_ONLY, "sheets"}
    checked: dict[str, Any] = {}
    for key, value in top.items():
        _check_key(key, known, name, where="")
        if key in NAMES:
            checked[key] = _names(value, name, key)
        elif key == "sheets":
            checked[key] = _sheets(value, name)
        else:
            checked[key] = _answer(value, {**ANSWERS, **FILE_ONLY}[key], key, name)
    return checked


def check_items(mapping: Mapping[str, Any], known: Iterable[str], name: str = "") -> None:
    """Refuse a mapping that names an item which is in no table.

    Parameters
    ----------
    mapping : mapping
        Checked answers; see `read_mapping`.
    known : iterable of str
        Every id, name and alias of the item tables.
    name : str
        File name, for errors.

    Raises
    ------
    TanluError
        ``mapping.unknown-item`` for the first one, with its place and near misses.
    """
    words = {folded(word): word for word in known}
    for place, item in _named_items(mapping):
        if folded(item) not in words:
            raise TanluError(
                "mapping.unknown-item",
                file=name or "-",
                key=place,
                found=item,
                near=near(item, words.values()),
            )


def _named_items(mapping: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every item that a mapping names, with its key."""
    for text, item in mapping.get("items", {}).items():
        yield f"items.{text}", item
    if "item" in mapping:
        yield "item", str(mapping["item"])
    for sheet, answers in mapping.get("sheets", {}).items():
        if "item" in answers:
            yield f"sheets.{sheet}.item", str(answers["item"])


def _map(value: object, name: str, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TanluError(
            "mapping.not-a-map", file=name or "-", key=where or "-", found=str(value)[:60]
        )
    return {str(key): part for key, part in value.items()}


def _check_key(key: str, known: Iterable[str], name: str, *, where: str) -> None:
    if key in set(known):
        return
    raise TanluError(
        "mapping.unknown-key",
        file=name or "-",
        key=f"{where}.{key}" if where else key,
        near=near(key, known),
        choices=", ".join(sorted(known)),
    )


def _names(value: object, name: str, key: str) -> dict[str, str]:
    found = {}
    for text, meaning in _map(value, name, key).items():
        if isinstance(meaning, (dict, list)):
            raise TanluError(
                "mapping.unknown-value",
                file=name or "-",
                key=f"{key}.{text}",
                found=str(meaning)[:60],
                choices="-",
            )
        found[text] = str(meaning)
    return found


def _sheets(value: object, name: str) -> dict[str, dict[str, Any]]:
    allowed = {**ANSWERS, **SHEET_ONLY}
    checked: dict[str, dict[str, Any]] = {}
    for sheet, answers in _map(value, name, "sheets").items():
        where = f"sheets.{sheet}"
        checked[sheet] = {}
        for key, answer in _map(answers, name, where).items():
            _check_key(key, allowed, name, where=where)
            checked[sheet][key] = _answer(answer, allowed[key], f"{where}.{key}", name)
    return checked


def _answer(value: object, allowed: tuple[str, ...], key: str, name: str) -> object:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    is_scalar = isinstance(value, (str, int)) or value.__class__.__name__ == "Decimal"
    if not is_scalar or (allowed and text not in allowed):
        raise TanluError(
            "mapping.unknown-value",
            file=name or "-",
            key=key,
            found=text[:60],
            choices=", ".join(allowed) or "-",
        )
    if isinstance(value, bool):
        return value
    if key.rpartition(".")[2] == "skip":
        return text == "true"
    return int(text) if text.isdecimal() and key.rpartition(".")[2] == "year" else text


def load_mapping(path: Path) -> dict[str, Any]:
    """Read and check the mapping file at a path; see `read_mapping`."""
    return read_mapping(path.read_bytes(), path.name)
