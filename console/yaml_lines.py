"""Which line of a flow's text a message of the engine is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from workbook.kestra.models import Problem

_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")
_CHAIN = re.compile(r'\["([^"\]]+)"\]|\[(\d+)\]')
_QUOTED = re.compile(r"[`'\"]([^`'\"\s]{2,})[`'\"]|((?:\w+\.){3,}\w+)")
Step = str | int


def line_of(problem: Problem, source: str) -> int | None:
    """The line, from 1, that a problem is about; None if the message names no place in the text.

    Parameters:
        problem: what the engine refuses.
        source: the flow's text.
    """
    try:
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return min(mark.line + 1, source.count("\n") + 1) if mark else None
    except yaml.YAMLError:
        return None
    chain = _steps(_CHAIN, problem.message) if "reference chain" in problem.message else []
    steps = _steps(_STEP, problem.path) or chain
    found = _walk(root, steps) if steps and root is not None else None
    return found or _line_with(_QUOTED.findall(problem.message), source)


def _steps(pattern: re.Pattern[str], text: str) -> list[Step]:
    return [int(number) if number else name for name, number in pattern.findall(text)]


def _walk(node: yaml.Node, steps: Sequence[Step]) -> int | None:
    """The line of the innermost part that a path leads to; None if not even its beginning is there."""
    line = None
    for step in steps:
        inner = _inner(node, step)
        if inner is None:
            break
        line, node = inner[0].start_mark.line + 1, inner[1]
    return line


def _inner(node: yaml.Node, step: Step) -> tuple[yaml.Node, yaml.Node] | None:
    """What stands for a step in the text, and what is below it."""
    if isinstance(step, int) and isinstance(node, yaml.SequenceNode) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    return None


def _line_with(words: Sequence[tuple[str, str]], source: str) -> int | None:
    """The first line that has one of the words of a message."""
    for pair in words:
        word = pair[0] or pair[1]
        for number, line in enumerate(source.splitlines(), 1):
            if word in line:
                return number
    return None
