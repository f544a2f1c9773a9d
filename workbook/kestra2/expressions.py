"""Changes in Pebble expressions, outside of the texts that are quoted in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import ScalarString

EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
QUOTED = re.compile(r"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")", re.DOTALL)

Change = Callable[[str], str]
"""Takes an expression and returns a new one."""


def change_code(expression: str, change: Change) -> str:
    """Apply a change to the parts of an expression that are not quoted."""
    parts = QUOTED.split(expression)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def change_expressions(text: str, change: Change) -> str:
    """Apply a change to every expression in a text, each as a whole with its braces."""
    return EXPRESSION.sub(lambda match: change(match[0]), text)


def change_scalars(
    node: Any, change: Callable[[str, int], str], skip: Callable[[str], bool] = lambda key: False
) -> None:
    """Apply a change to every text in a node.

    Parameters:
        node: a map or a list.
        change: takes a text and its line, counted from 1.
        skip: whether the value of a key is passed over.
    """
    if isinstance(node, CommentedMap):
        for key in list(node):
            if not skip(str(key)):
                node[key] = _changed(node[key], node, key, change, skip)
    elif isinstance(node, CommentedSeq):
        for index in range(len(node)):
            node[index] = _changed(node[index], node, index, change, skip)


def texts(node: Any) -> Iterator[str]:
    """Every text in a node."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def _changed(value: Any, node: Any, key: Any, change: Callable[[str, int], str], skip: Callable[[str], bool]) -> Any:
    if not isinstance(value, str):
        change_scalars(value, change, skip)
        return value
    new = change(value, _line(node, key))
    if new == value:
        return value
    # The style of the text (its quotes, `|`) is a part of its class.
    fresh = type(value)(new) if isinstance(value, ScalarString) else new
    for name in ("comment", "fold_pos"):
        if hasattr(value, name):
            setattr(fresh, name, getattr(value, name))
    return fresh


def _line(node: Any, key: Any) -> int:
    """The line on which a value begins, counted from 1; of what is around it if a rule has made it."""
    position = (node.lc.data or {}).get(key)
    line = node.lc.line if position is None else position[2] if isinstance(node, CommentedMap) else position[0]
    return (line or 0) + 1
