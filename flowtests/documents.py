"""YAML files with the line of everything in them, scalars read as Kestra reads them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

NodePath = Sequence[str | int]
"""The way from the root of a document to a value: keys and positions."""


class Loader(yaml.SafeLoader):
    """As Jackson reads YAML: `yes`, `10:30` and `2026-01-31` are texts, unlike in PyYAML."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class Dumper(yaml.SafeDumper):
    """Writes what `Loader` would read back as the same."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers


_KINDS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+", "-+0123456789."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
)
for _kind, _pattern, _first in _KINDS:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), list(_first))
Dumper.yaml_implicit_resolvers = Loader.yaml_implicit_resolvers


class InvalidYaml(Exception):
    """A file is no YAML.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Document:
    """One document of a file."""

    file: Path
    node: yaml.MappingNode
    text: str
    duplicates: tuple[tuple[str, int], ...] = ()
    """Keys that stand twice in one mapping, with the second's line; YAML would take the last without a word."""

    @property
    def value(self) -> dict[str, Any]:
        """The document as dictionaries, lists and scalars.

        Raises:
            InvalidYaml: a key is no scalar, such as of `{{name}}` without quotes.
        """
        try:
            value: dict[str, Any] = Loader("").construct_document(self.node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or self.node.start_mark
            raise InvalidYaml(f"this is no valid YAML: {error.problem}", mark.line + 1) from error
        return value

    def line(self, path: NodePath) -> int:
        """The line of a value, counted from 1; of what is around it where it is not there."""
        node: yaml.Node = self.node
        line = node.start_mark.line
        for part in path:
            step = _step(node, part)
            if step is None:
                break
            line, node = step
        return line + 1

    def at(self, path: NodePath) -> str:
        """File and line of a value, for messages."""
        return f"{display_path(self.file)}:{self.line(path)}"


def read(file: Path) -> list[Document]:
    """The documents of a file that are mappings.

    Raises:
        Broken: it is no YAML, or no text.
    """
    try:
        text = file.read_text(encoding="utf-8")
        nodes = list(yaml.compose_all(text, Loader=Loader))
    except UnicodeDecodeError as error:
        raise InvalidYaml(f"this is no UTF-8 text ({error.reason})", 1) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidYaml(f"this is no valid YAML: {error.problem or error}", mark.line + 1 if mark else 1) from error
    except yaml.YAMLError as error:
        raise InvalidYaml(f"this is no valid YAML: {error}", 1) from error
    single = len(nodes) == 1
    return [
        Document(file, node, text if single else write(node), tuple(_duplicate_keys(node)))
        for node in nodes
        if isinstance(node, yaml.MappingNode)
    ]


def parse_mapping(text: str) -> yaml.MappingNode:
    """A YAML text that is a mapping, as its node.

    Raises:
        TypeError: it is something else.
    """
    node = yaml.compose(text, Loader=Loader)
    if not isinstance(node, yaml.MappingNode):
        raise TypeError(f"{text!r} is no mapping")
    return node


def write(node: yaml.Node) -> str:
    """A node as YAML text."""
    return yaml.serialize(node, Dumper=Dumper, width=float("inf"), allow_unicode=True)


def display_path(file: Path) -> str:
    """A file as messages name it: from the current folder, if that is shorter."""
    return min(str(file), os.path.relpath(file), key=len)


def entry(node: yaml.Node, key: str) -> yaml.Node | None:
    """The value under a key of a mapping."""
    step = _step(node, key)
    return step[1] if step else None


def scalar(node: yaml.Node | None) -> str | None:
    """The text of a scalar as written; None for anything else."""
    return node.value if isinstance(node, yaml.ScalarNode) else None


def scalars(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Every key and every scalar below a node, with its line, counted from 1."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value, node.start_mark.line + 1
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        for child in part if isinstance(part, tuple) else (part,):
            yield from scalars(child)


def mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    """Every mapping in a node, itself first."""
    if isinstance(node, yaml.MappingNode):
        yield node
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from mappings(part[1] if isinstance(part, tuple) else part)


def line_of_key(node: yaml.MappingNode, key: str) -> int | None:
    """The line of a key of a mapping, counted from 1."""
    step = _step(node, key)
    return step[0] + 1 if step else None


def _step(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = ((key.start_mark.line, value) for key, value in node.value if scalar(key) == str(part))
        return next(pairs, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None


def _duplicate_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: Counter[str] = Counter()
        for key, value in node.value:
            name = scalar(key) or ""
            seen[name] += 1
            if seen[name] == 2:
                yield name, key.start_mark.line + 1
            yield from _duplicate_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _duplicate_keys(value)
