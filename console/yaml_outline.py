"""The keys of a flow's text line by line, also while it is half written and no YAML yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r"^(\s*)((?:-(?:\s+|$))*)(.*)$")
_KEY = re.compile(r"""^(?P<quote>["']?)(?P<key>[\w$.-]+)(?P=quote)\s*:(?P<gap>\s+|$)(?P<value>.*)$""")
_PART = re.compile(r"^\s*([\w$.-]+)\s*:\s*(.*?)\s*$")
_BLOCK = re.compile(r"^[|>][+-]?\d?[+-]?\s*(#.*)?$")
_NAME = re.compile(r"^[\w$.-]*$")
_TYPE = re.compile(r"^(?:\w+\.)+\w+$")


@dataclass(eq=False)
class Node:
    """A key of the text, or an entry of a list.

    Attributes:
        key: None for an entry of a list, and for the whole text.
        indent: of the key or of the dash, in characters.
        value: what stands behind the key in its line.
        children: the keys or the entries below it.
    """

    key: str | None
    indent: int
    parent: Node | None = None
    value: str = ""
    children: list[Node] = field(default_factory=list)

    def value_of(self, key: str) -> str:
        """What stands behind one of its keys, without quotes; empty if it has none."""
        return next((child.value.strip("'\"") for child in self.children if child.key == key), "")

    @property
    def way(self) -> list[Node]:
        """The nodes from the whole text to this one."""
        return [*(self.parent.way if self.parent else []), self]

    @property
    def type_name(self) -> str:
        """The full name of the type that its key `type` names; empty if there is none."""
        name = self.value_of("type")
        return name if _TYPE.match(name) else ""


@dataclass(frozen=True)
class CursorPlace:
    """Where a cursor is.

    Attributes:
        mapping: what the key at the cursor belongs to.
        key: whose value is being written; None where a key is.
        prefix: what is written of the value or the key before the cursor; None where neither can be.
    """

    mapping: Node
    key: str | None = None
    prefix: str | None = None

    @property
    def type_name(self) -> str:
        """The type of the task, trigger or the like that the cursor is in; empty if it is in none."""
        return next((node.type_name for node in reversed(self.mapping.way) if node.type_name), "")


def place_of(text: str, line: int, column: int) -> CursorPlace:
    """The place of a cursor.

    Parameters:
        text: of the flow.
        line: of the cursor, from 1.
        column: the number of characters before it in its line.
    """
    outline = _Outline(line, column)
    for number, content in enumerate(text.split("\n"), 1):
        outline.read(number, content)
    return outline.place


class _Outline:
    """Reads a text from its first line to its last."""

    def __init__(self, line: int, column: int) -> None:
        self._line, self._column = line, column
        self._open = [Node(None, -1)]
        self._block: Node | None = None
        self.place = CursorPlace(self._open[0])

    def read(self, number: int, content: str) -> None:
        """Read a line."""
        here = content[: self._column] if number == self._line else None
        indent = len(content) - len(content.lstrip()) if content.strip() else None
        if self._block is not None:
            depth = indent if indent is not None else self._column if here is not None else None
            if depth is None or depth > self._block.indent:
                if here is not None:
                    self.place = CursorPlace(self._block.parent or self._open[0])
                return
            if indent is not None:
                self._block = None
        if indent is None:
            if here is not None:
                self.place = CursorPlace(self._parent(self._column, False), prefix="")
        elif not content.lstrip().startswith("#"):
            self._entries(content, here)
        elif here is not None:
            self.place = CursorPlace(self._parent(indent, False))

    def _parent(self, indent: int, is_entry: bool) -> Node:
        """What a key or an entry with an indentation is below of."""
        for node in reversed(self._open):
            if node.indent < indent or (is_entry and node.indent == indent and node.key is not None):
                return node
        return self._open[0]

    def _add(self, key: str | None, indent: int, value: str = "") -> Node:
        parent = self._parent(indent, key is None)
        del self._open[self._open.index(parent) + 1 :]
        node = Node(key, indent, parent, value)
        parent.children.append(node)
        self._open.append(node)
        return node

    def _entries(self, content: str, here: str | None) -> None:
        match = _LINE.match(content)
        assert match  # it matches every line
        indent, rest = len(match[1]), match[3]
        last = None
        for dash in re.finditer("-", match[2]):
            last = self._add(None, indent + dash.start())
        start = len(match[1]) + len(match[2])
        written = here[start:] if here is not None and len(here) >= start else None
        if found := _KEY.match(rest):
            last = self._add(found["key"], start, found["value"])
            if here is not None:
                self._in_pair(last, found, written)
            rest = last.value
            written = written[found.start("value") :] if written and len(written) >= found.start("value") else None
        elif here is not None:
            name = written if written is not None and _NAME.match(written) else None
            self.place = CursorPlace(self._parent(start, False), prefix=name)
        if last is not None and rest.startswith("{"):
            self._inline(last, rest, written)
        if _BLOCK.match(rest):
            self._block = last

    def _in_pair(self, node: Node, found: re.Match[str], written: str | None) -> None:
        """Take the place in `key: value`, of which something is before the cursor; None if not even the key is."""
        mapping, start = node.parent or self._open[0], found.start("value")
        self.place = CursorPlace(mapping)
        if written and len(written) >= start and found["gap"]:
            value = written[start:]
            self.place = CursorPlace(mapping, node.key, value if _NAME.match(value) else None)
        elif written and _NAME.match(written):
            self.place = CursorPlace(mapping, prefix=written)

    def _inline(self, node: Node, rest: str, written: str | None) -> None:
        """Read `{key: value, ...}`."""
        node.children += [
            Node(found[1], node.indent + 1, node, found[2]) for part in _parts(rest) if (found := _PART.match(part))
        ]
        if written is None:
            return
        self.place = CursorPlace(node)
        if not written or _depth(written) != 1:
            return
        part = list(_parts(written))[-1]
        if (found := _PART.match(part)) and not part[-1:].isspace() and _NAME.match(found[2]):
            self.place = CursorPlace(node, found[1], found[2])
        elif found and not found[2]:
            self.place = CursorPlace(node, found[1], "")
        elif _NAME.match(part.strip()) and ":" not in part:
            self.place = CursorPlace(node, prefix=part.strip())


def _parts(text: str) -> Iterator[str]:
    """What stands between the outer commas of `{key: value, ...}`; the last part may be half written."""
    depth, quote, part = 0, "", ""
    for character in text:
        depth, quote = _next(character, depth, quote)
        if depth == 1 and not quote and character in "{,":
            if character == ",":
                yield part
            part = ""
        elif depth == 0:
            break
        else:
            part += character
    yield part


def _depth(text: str) -> int:
    """How many braces and brackets are open at the end of a text; -1 inside of quotes."""
    depth, quote = 0, ""
    for character in text:
        depth, quote = _next(character, depth, quote)
    return -1 if quote else depth


def _next(character: str, depth: int, quote: str) -> tuple[int, str]:
    if quote:
        return depth, "" if character == quote else quote
    if character in "\"'":
        return depth, character
    return depth + (character in "{[") - (character in "}]"), ""
