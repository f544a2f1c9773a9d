"""Advice beside the engine's words on a flow that it refuses: which line, what stands there, what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import yaml

from workbook.kestra.models import Problem

TypeNames = Callable[[], Sequence[str]]
"""Fetches the names of all types of the engine."""
LIST_OF_TYPES = "https://kestra.io/plugins"
COMMON = """
    allowFailure allowWarning assets deleted listeners logLevel logToFile pluginDefaultsRef revision runIf source
    taskCache taskDefaults tenantId updated version workerGroup
"""
"""Properties that every type has, or that nobody writes: not worth a place in a message."""
_WORDS = {"int": "a whole number", "integer": "a whole number", "long": "a whole number", "boolean": "true or false"}
_LAST_KEY = r'.*"([^"]+)"\]\)'
_NULL = ("must not be null", "must not be blank", "must not be empty")


@dataclass(frozen=True)
class _Line:
    """One line of a flow, and the one above it."""

    text: str
    above: str

    @property
    def words(self) -> str:
        """The line without its indentation."""
        return self.text.strip()

    @property
    def column(self) -> int:
        """How many spaces the line is indented by."""
        return len(self.text) - len(self.text.lstrip())

    @property
    def column_above(self) -> int:
        """The column in which the words of the line above begin, behind a dash."""
        return len(self.above) - len(self.above.lstrip("- "))


def advise(problem: Problem, source: str, types: TypeNames) -> str:
    """What to do about a problem of a flow, in one or two sentences; empty where the engine's words say it all.

    Parameters:
        problem: what the engine refuses.
        source: the flow's YAML.
        types: the names of all types, asked for only where they help.
    """
    if problem.message in _NULL:
        name = problem.path.rpartition(".")[2]
        return f"`{name}` is missing: it has to be there and to have a value."
    return advise_on_syntax(source) or _on_structure(problem.message, source, types)


def advise_on_syntax(source: str) -> str:
    """What is wrong with a text as YAML: the line, and what to write instead. Empty if it is YAML.

    Parameters:
        source: a flow, or a part of one.
    """
    try:
        root = yaml.compose(source)
    except yaml.MarkedYAMLError as error:
        return _on_line(source, error)
    except yaml.YAMLError as error:
        return str(error).splitlines()[0]
    return _on_keys(root, source.splitlines())


def _on_line(source: str, error: yaml.MarkedYAMLError) -> str:
    lines = source.splitlines()
    for advise_line in (_tab, _fence):
        for text in lines:
            if advice := advise_line(text):
                return advice
    number = error.problem_mark.line if error.problem_mark else 0
    near = [index for index in (number, number - 1, number + 1) if 0 <= index < len(lines)]
    for advise_line in (_braces, _glued):
        for index in near:
            if advice := advise_line(lines[index]):
                return advice
    if "unknown escape" in str(error.problem):
        return f"In `{lines[near[0]].strip()}` a backslash stands in double quotes: double it, or use single quotes."
    line = _Line(lines[near[0]], lines[near[0] - 1] if near[0] else "")
    return _indented(line) or f"The line `{line.words}` is where the YAML breaks: {error.problem}."


def _tab(text: str) -> str:
    if "\t" not in text[: len(text) - len(text.lstrip())]:
        return ""
    return f"The line `{text.strip()}` is indented with a tab. YAML takes spaces only, two for each level."


def _fence(text: str) -> str:
    return (
        "Leave out the lines of ``` marks: the answer is the YAML between them." if text.lstrip()[:3] == "```" else ""
    )


def _braces(text: str) -> str:
    if not re.match(r"\s*(- )?\w+:\s+\{\{|\s*- \{\{", text):
        return ""
    return f"Put quotes around the expression in `{text.strip()}`: to YAML, a bare {{ begins a map."


def _glued(text: str) -> str:
    words = text.strip()
    if re.match(r"-\w+:", words):
        return f"`{words}` needs a space after the dash: `- {words[1:]}`."
    if re.match(r"(- )?\w+:[^\s/]", words):
        name, _, value = words.partition(":")
        return f"`{words}` needs a space after the colon: `{name}: {value}`."
    if match := re.match(r"(?:- )?(\w+): +(\w+: .*)", words):
        return (
            f"`{words}` has two names: `{match[2]}` belongs on the next line, indented by two more than `{match[1]}`."
        )
    if re.match(r"(- )?\w+ ?= ?\S", words):
        return f"`{words}` has an equals sign; YAML writes `name: value`, with a colon."
    return ""


def _indented(line: _Line) -> str:
    further = line.column - line.column_above
    if not re.match(r"(- )?[\w.-]+:", line.words) or not further:
        return ""
    spaces = "1 space" if abs(further) == 1 else f"{abs(further)} spaces"
    return (
        f"The line `{line.words}` begins {spaces} {'right' if further > 0 else 'left'} of the line above it, "
        f"`{line.above.strip()}`. Properties of one task or block stand exactly below each other."
    )


def _on_keys(node: yaml.Node | None, lines: list[str]) -> str:
    """What is wrong with the names in maps: one is there twice, or is an expression that wants quotes."""
    if isinstance(node, yaml.SequenceNode):
        return next(filter(None, (_on_keys(value, lines) for value in node.value)), "")
    if not isinstance(node, yaml.MappingNode):
        return ""
    names = [key.value for key, _ in node.value]
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            return _braces(lines[key.start_mark.line])
        if names.count(key.value) > 1:
            return f"`{key.value}:` is there twice. One of the two has to go."
    return next(filter(None, (_on_keys(value, lines) for _, value in node.value)), "")


def _on_structure(message: str, source: str, types: TypeNames) -> str:
    if match := re.search(r"Invalid type: (\S+)", message):
        return _on_type(match[1], types)
    if match := re.search(
        r'Unrecognized field "([^"]+)" \(class ([\w.$]+)\).*?\(\d+ known properties: ([^)]*)', message
    ):
        return _on_property(match[1], match[2].rpartition(".")[2], re.findall(r'"([^"]+)"', match[3]))
    if match := re.search(r'from String "([^"]*)": not one of the values .*: \[([^\]]*)\]' + _LAST_KEY, message):
        return _on_choice(match[3], match[1], match[2].split(", "))
    if match := re.search(r'of type `(\w+)` from String "([^"]*)"' + _LAST_KEY, message):
        return f"`{match[3]}` takes {_WORDS.get(match[1].lower(), match[1])}, and {match[2]!r} is none."
    if match := re.search(r"`ArrayList<[^`]*` from .*" + _LAST_KEY, message):
        return _on_list(match[1], source)
    if match := re.search(
        r"(?:from Array value|coerce empty String|no \S+-argument constructor).*" + _LAST_KEY, message
    ):
        return _on_block(match[1], source)
    return ""


def _on_block(name: str, source: str) -> str:
    below = source.partition(f"{name}:")[2].splitlines()[1:]
    return next(filter(None, map(_glued, below)), "") or (
        f"`{name}:` is a block: below it, indented by two spaces and without dashes, stand its properties, each on a "
        "line of its own as `name: value`."
    )


def _on_type(name: str, types: TypeNames) -> str:
    if name == "<null>":
        return "A task has no `type:`, and so the engine cannot know what it is."
    known = types()
    last = name.rpartition(".")[2].lower()
    same_end = [one for one in known if one.rpartition(".")[2].lower() == last]
    near = get_close_matches(name, same_end or known, n=1, cutoff=0.0 if same_end else 0.7)
    asked = f" Did you mean `{near[0]}`?" if near else ""
    return f"This engine has no type `{name}`.{asked} Types are listed with their properties at {LIST_OF_TYPES}"


def _on_property(name: str, owner: str, known: list[str]) -> str:
    mentioned = sorted(set(known) - set(COMMON.split()))
    near = get_close_matches(name, mentioned, n=1)
    what = "a flow" if owner.startswith("Flow") else owner
    if near:
        return f"`{name}` is no property of {what}. Did you mean `{near[0]}`?"
    indented = " Does it belong one level further in?" if what == "a flow" else ""
    return f"`{name}` is no property of {what}, which has {', '.join(mentioned)}.{indented}"


def _on_choice(name: str, given: str, choices: list[str]) -> str:
    near = get_close_matches(given.upper(), choices, n=1)
    same = " Capitals count." if given.upper() in choices else ""
    asked = f" Did you mean {near[0]}?" if near and not same else ""
    return f"`{name}` is one of {', '.join(sorted(choices))}, and {given!r} is none of them.{same}{asked}"


def _on_list(name: str, source: str) -> str:
    if re.search(rf"^( *){name}: *\n(\1 +\w+:.*\n(.*\n)*?)?\1 +{name}:", source, re.MULTILINE):
        return (
            f"`{name}:` stands inside `{name}:`. Leave the inner line out and begin with what is below it, `- id: ...`."
        )
    return f"`{name}:` holds a list: each of its entries begins with a dash, as in `- id: ...`."
