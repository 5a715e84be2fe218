"""Read a YAML table: a list of mappings, or one mapping as one row; numbers stay exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml


class _ExactLoader(yaml.SafeLoader):
    """Safe loader that keeps decimals as Decimal and refuses a key named twice."""


def _decimal(loader: _ExactLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node).replace("_", ""))


def _mapping(loader: _ExactLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            problem = f"key '{key}' appears twice"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    return loader.construct_mapping(node, deep=True)


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
_ExactLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load_rows(text: str) -> list[tuple[int, dict[str, Any]]] | str:
    """Return (line, row) of each row, or a sentence saying why there are none.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    list of tuple or str
        Rows with the line they begin on; text when the file is no table.
    """
    loader = _ExactLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return []
        rows = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not all(isinstance(row, yaml.MappingNode) for row in rows):
            return "not a list of mappings; write '- id: ...' per row"
        return [(row.start_mark.line + 1, loader.construct_object(row, deep=True)) for row in rows]
    except yaml.YAMLError as error:
        return f"not YAML; {' '.join(str(error).split())}"
    finally:
        loader.dispose()
