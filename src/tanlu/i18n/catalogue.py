"""Reads the message files once; knows no language rule and formats nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Message:
    """The sentences of one code.

    Parameters
    ----------
    zh, en : str
        What is wrong, or the text of the interface.
    advice_zh, advice_en : str
        What to do; empty when there is nothing to do.
    origin : str
        File the message stands in.
    """

    zh: str
    en: str
    advice_zh: str = ""
    advice_en: str = ""
    origin: str = ""


def _data(folder: str) -> Traversable:
    return resources.files("tanlu") / "data" / folder


def _load(file: Traversable) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (safe loader)


@cache
def messages() -> Mapping[str, Message]:
    """Return every message of `data/messages/*.yaml` by its code."""
    found: dict[str, Message] = {}
    files = [file for file in _data("messages").iterdir() if file.name.endswith(".yaml")]
    for file in sorted(files, key=lambda entry: entry.name):
        for code, entry in (_load(file) or {}).items():
            texts = {name: str(text or "") for name, text in (entry or {}).items()}
            found[str(code)] = Message(
                zh=texts.get("zh", ""),
                en=texts.get("en", ""),
                advice_zh=texts.get("advice_zh", ""),
                advice_en=texts.get("advice_en", ""),
                origin=file.name,
            )
    return found


@cache
def traditional() -> Mapping[str, str]:
    """Return the committed Simplified-to-Traditional table of whole sentences and names."""
    file = _data("i18n") / "traditional.yaml"
    table = _load(file) if file.is_file() else {}
    return {str(simplified): str(converted) for simplified, converted in (table or {}).items()}


@cache
def unit_words() -> Mapping[str, Any]:
    """Return the unit ladders and marks of `data/i18n/units.yaml`."""
    return dict(_load(_data("i18n") / "units.yaml"))


def placeholders(text: str) -> frozenset[str]:
    """Return the names of the facts a sentence speaks of."""
    return frozenset(PLACEHOLDER.findall(text))
