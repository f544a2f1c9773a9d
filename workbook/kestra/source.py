"""Parts of a flow's YAML, as they are written: comments and all."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from workbook.errors import NotFound


def part(source: str, *names: str) -> str:
    """The text of tasks, triggers or inputs by their ids, or of top-level properties such as `pluginDefaults`.

    Parameters:
        source: a flow's YAML.
        names: ids or properties; their texts follow one another with an empty line between.

    Raises:
        NotFound: the flow has no such part.
    """
    lines = source.splitlines()
    starts = dict(_starts(yaml.compose(source, Loader=yaml.SafeLoader)))
    missing = [name for name in names if name not in starts]
    if missing:
        raise NotFound(f"This flow has no task, trigger or property {missing[0]!r}. It has: {', '.join(starts)}.")
    return "\n\n".join(_block(lines, starts[name]) for name in names)


def _starts(root: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Each part's name and first line; an id wins over a property of the same name in a task."""
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            yield key.value, key.start_mark.line
            yield from _entries(value)


def _entries(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """The entries of lists anywhere below a node that have an id, with the line of each."""
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            if isinstance(entry, yaml.MappingNode):
                fields = {key.value: value for key, value in entry.value}
                if isinstance(fields.get("id"), yaml.ScalarNode):
                    yield fields["id"].value, entry.start_mark.line
            yield from _entries(entry)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _entries(value)


def _block(lines: list[str], start: int) -> str:
    """The lines from a block's first one to the last that is indented more."""
    depth = _indent(lines[start])
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number].strip():
            if _indent(lines[number]) <= depth:
                break
            end = number + 1
    return "\n".join(lines[start:end])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
