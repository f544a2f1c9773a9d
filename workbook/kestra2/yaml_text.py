"""Flows as ruamel.yaml reads and writes them, with their comments, order and formatting."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import YAMLError

WIDE = 1 << 16
"""No line is folded."""
DASH = re.compile(r"^( *)\S[^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- ", re.MULTILINE)


class _Constructor(RoundTripConstructor):
    """As Kestra reads YAML: a date is a text."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


def read(text: str) -> CommentedMap:
    """A flow's text as a map. Raises ruamel's `YAMLError`; a text that is no map gives an empty one."""
    value = _yaml(text).load(text)
    return value if isinstance(value, CommentedMap) else CommentedMap()


def write(root: CommentedMap, original: str) -> str:
    """A changed map as text, in which every line that was not changed is as it was.

    Parameters:
        root: what `read` returned, changed.
        original: what was read.
    """
    unchanged, changed = _dump(read(original), original), _dump(root, original)
    text = merged(original, unchanged, changed)
    return text if _same(text, changed) else changed


def merged(original: str, unchanged: str, changed: str) -> str:
    """The lines of a text, with the changes between two others.

    ruamel.yaml keeps comments and order, but not every space. So the map is written twice, as it was and as it is, and
    only the lines that differ are taken over. Full-line comments in what was removed stay.

    Parameters:
        original: the text.
        unchanged: the same, as ruamel.yaml writes it.
        changed: the changed one, as ruamel.yaml writes it.
    """
    before, base, after = (text.splitlines(keepends=True) for text in (original, unchanged, changed))
    where = _line_numbers(base, before)
    lines: list[str] = []
    done = 0
    for tag, start, end, first, last in difflib.SequenceMatcher(None, base, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        lines += before[done : where[start]]
        for offset, line in enumerate(after[first:last]):
            lines.append(_moved(line, min(start + offset, end - 1), base, before, where))
        lines += [line for line in before[where[start] : where[end]] if _is_lost(line, after)]
        done = where[end]
    return "".join([*lines, *before[done:]])


def line_of(node: CommentedMap | CommentedSeq, key: str | None = None) -> int:
    """The line of a node, or of a key in it, counted from 1."""
    position = (node.lc.data or {}).get(key) if key is not None else None
    return ((position[0] if position else node.lc.line) or 0) + 1


def rename(node: CommentedMap, old: str, new: str) -> None:
    """Rename a key, which keeps its place and its comments."""
    position = list(node).index(old)
    comment = node.ca.items.pop(old, None)
    where = node.lc.data.get(old)
    node.insert(position, new, node.pop(old))
    if comment is not None:
        node.ca.items[new] = comment
    if where is not None:
        node.lc.data[new] = where


def maps(node: Any) -> Iterator[CommentedMap]:
    """Every map in a node, itself first."""
    if isinstance(node, CommentedMap):
        yield node
        for value in list(node.values()):
            yield from maps(value)
    elif isinstance(node, CommentedSeq):
        for value in node:
            yield from maps(value)


def _line_numbers(base: list[str], before: list[str]) -> list[int]:
    """For each line of one text, and its end, the line of the other that it stands for."""
    numbers = [0] * (len(base) + 1)
    for _, start, end, first, last in difflib.SequenceMatcher(
        None, [_squeezed(line) for line in base], [_squeezed(line) for line in before], autojunk=False
    ).get_opcodes():
        for offset in range(end - start):
            numbers[start + offset] = min(first + offset, last)
    numbers[len(base)] = len(before)
    return numbers


def _moved(line: str, place: int, base: list[str], before: list[str], where: list[int]) -> str:
    """A new line, moved as far as its neighbours were: a file may indent its lists in two ways."""
    for number in range(place, -1, -1):
        if base[number].strip() and _indent(base[number]) <= _indent(line):
            shift = _indent(before[where[number]]) - _indent(base[number])
            return " " * shift + line if shift > 0 else line[-shift:]
    return line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _same(one: str, other: str) -> bool:
    try:
        return bool(read(one) == read(other))
    except YAMLError:
        return False


def _squeezed(line: str) -> str:
    return re.sub(r"\s+", "", line)


def _is_lost(line: str, after: list[str]) -> bool:
    stripped = line.strip()
    return stripped.startswith("#") and all(stripped not in other for other in after)


def _dump(root: CommentedMap, original: str) -> str:
    stream = io.StringIO()
    _yaml(original).dump(root, stream)
    return stream.getvalue()


def _yaml(text: str) -> YAML:
    yaml = YAML()
    yaml.Constructor = _Constructor
    yaml.preserve_quotes = True
    yaml.width = WIDE
    yaml.allow_duplicate_keys = True
    match = DASH.search(text)
    offset = len(match[2]) - len(match[1]) if match else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml
