"""A flow in a file: what it is made of, and its text as the tests post it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import yaml

from flowtests.documents import Document, NodePath, entry, parse_mapping, scalar, scalars, write
from workbook.flow_parts import BRANCHES, SECTIONS

STUB = "io.kestra.workbook.Stub"
FAIL = "io.kestra.plugin.core.execution.Fail"
KEPT = ("id", "description", "runIf", "allowFailure", "allowWarning", "disabled", "logLevel")
"""What of a task stays when something stands in for it; above all not its retry."""
SUBFLOWS = ("io.kestra.plugin.core.flow.Subflow", "io.kestra.plugin.core.flow.ForEachItem")
FAILED = "FAILED"
_PART = re.compile(r"([\w-]+)|\[(\d+)\]")
_LINE = re.compile(r"\bline:? (\d+)")
_UNKNOWN = re.compile(r'Unrecognized field "([^"]+)"|Invalid type: (\S+)')
_TWICE = re.compile(r"Duplicate task id with name \[([^\]]+)\]")

Fixture = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """A task anywhere in a flow."""

    id: str
    type: str
    node: yaml.MappingNode
    around: tuple[str, ...]
    """The ids of the tasks around it."""

    def flag(self, name: str) -> bool:
        """Whether a property says true."""
        return (scalar(entry(self.node, name)) or "").lower() == "true"

    @property
    def conditional(self) -> bool:
        """Whether it has a condition of its own."""
        return scalar(entry(self.node, "runIf")) not in (None, "true")


@dataclass(frozen=True)
class FlowFile:
    """A flow of the folder."""

    document: Document
    absent_types: Sequence[str] = ()
    """Task types that the engine lacks and the configuration names, as patterns."""

    @property
    def namespace(self) -> str:
        """Its namespace, empty if it has none."""
        return scalar(entry(self.document.node, "namespace")) or ""

    @property
    def id(self) -> str:
        """Its id, empty if it has none."""
        return scalar(entry(self.document.node, "id")) or ""

    @property
    def name(self) -> str:
        """Namespace and id."""
        return f"{self.namespace}.{self.id}"

    @cached_property
    def value(self) -> dict[str, Any]:
        """The flow as dictionaries and lists."""
        return self.document.value

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Its tasks by their ids, also those inside of others."""
        return {task.id: task for task in _tasks(self.document.node)}

    @property
    def inputs(self) -> list[str]:
        """The ids of its inputs."""
        return [str(declared.get("id")) for declared in _mappings(self.value.get("inputs"))]

    @property
    def triggers(self) -> list[str]:
        """The ids of its triggers."""
        return [str(declared.get("id")) for declared in _mappings(self.value.get("triggers"))]

    @property
    def subflows(self) -> list[tuple[str, str]]:
        """Namespace and id of each flow that it calls, as written."""
        calls = [task.node for task in self.tasks.values() if task.type in SUBFLOWS]
        return [(scalar(entry(node, "namespace")) or "", scalar(entry(node, "flowId")) or "") for node in calls]

    @property
    def limited(self) -> bool:
        """Whether only some executions of it may run at once."""
        return "concurrency" in self.value

    @property
    def uses_kv(self) -> bool:
        """Whether it reads or writes the key-value store."""
        return bool(re.search(r"\bkv\(|plugin\.core\.kv\.", self.document.text))

    def line_of(self, path: str, message: str) -> int:
        """The line that the engine's complaint is about.

        Parameters:
            path: the property, such as `tasks[0].message`.
            message: the complaint, which may name a line itself.
        """
        task = self.tasks.get(path.partition(".")[0])
        if task is not None:
            return task.node.start_mark.line + 1
        if path:
            node_path: NodePath = [name or int(number) for name, number in _PART.findall(path)]
            return self.document.line(node_path)
        if named := _LINE.search(message):
            return int(named[1])
        return self._line_of_word(message) or self.document.line([])

    def _line_of_word(self, message: str) -> int | None:
        """The line of the word that a complaint names: the first of its kind, or the second of two."""
        unknown, twice = _UNKNOWN.search(message), _TWICE.search(message)
        word = (unknown and (unknown[1] or unknown[2])) or (twice and twice[1])
        lines = [line for text, line in scalars(self.document.node) if text == word]
        return lines[1 if twice else 0] if len(lines) > bool(twice) else None

    def source(self, fixtures: Sequence[Fixture] = ()) -> str:
        """The text to post: triggers off, absent task types and some of the stubbed tasks replaced.

        The engine's own fixtures do the rest. Replaced are stubbed tasks with a condition of their own, which fixtures
        would pass over, and those that are to fail in spite of a retry.
        """
        root = copy.deepcopy(self.document.node)
        changed = _disable_triggers(root)
        for task in list(_tasks(root)):
            of_task = [fixture for fixture in fixtures if fixture["id"] == task.id]
            if of_task and needs_stub(task, of_task):
                _replace_task(task.node, STUB, fixtures=[_stub_of(fixture) for fixture in of_task])
            elif self.is_absent(task.type):
                reason = f"This engine has no {task.type}, and the test has no fixture for the task {task.id}"
                _replace_task(task.node, FAIL, errorMessage=reason)
            else:
                continue
            changed = True
        return write(root) if changed else self.document.text

    def is_absent(self, type_: str) -> bool:
        """Whether the configuration says that the engine lacks a type."""
        return any(fnmatchcase(type_, pattern) for pattern in self.absent_types)


def needs_stub(task: Task, fixtures: Sequence[Fixture]) -> bool:
    """Whether the engine's own fixtures would not treat a task as its run would have been treated."""
    retried = entry(task.node, "retry") is not None and any(fixture.get("state") == FAILED for fixture in fixtures)
    return task.conditional or retried


def native(flow: FlowFile, fixtures: Sequence[Fixture]) -> list[Fixture]:
    """The fixtures that are the engine's business, their states as the task's own properties make them."""
    kept = []
    for fixture in fixtures:
        task = flow.tasks[fixture["id"]]
        if not needs_stub(task, [other for other in fixtures if other["id"] == task.id]):
            kept.append({**fixture, "state": _final(task, str(fixture.get("state", "SUCCESS")))})
    return kept


def _final(task: Task, state: str) -> str:
    """As the worker ends a task: a failure that is allowed is a warning, a warning that is allowed is none."""
    if state == FAILED and task.flag("allowFailure"):
        state = "WARNING"
    return "SUCCESS" if state == "WARNING" and task.flag("allowWarning") else state


def _stub_of(fixture: Fixture) -> dict[str, Any]:
    return {key: fixture[key] for key in ("value", "state", "outputs") if fixture.get(key) is not None}


def _replace_task(node: yaml.MappingNode, type_: str, **properties: Any) -> None:
    """Turn a task into one of another type, which keeps its place and its conditions."""
    kept = [(key, value) for key, value in node.value if scalar(key) in KEPT]
    added = parse_mapping(yaml.safe_dump({"type": type_, **properties}, allow_unicode=True))
    node.value = kept + added.value


def _disable_triggers(root: yaml.MappingNode) -> bool:
    triggers = entry(root, "triggers")
    if not isinstance(triggers, yaml.SequenceNode):
        return False
    for trigger in triggers.value:
        if isinstance(trigger, yaml.MappingNode):
            off = parse_mapping("disabled: true").value
            trigger.value = [pair for pair in trigger.value if scalar(pair[0]) != "disabled"] + off
    return True


def _tasks(root: yaml.MappingNode) -> Iterator[Task]:
    for section in SECTIONS:
        yield from _listed(entry(root, section), ())


def _listed(node: yaml.Node | None, around: tuple[str, ...]) -> Iterator[Task]:
    """The tasks of a list, or of each list of a mapping (the cases of a Switch)."""
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _listed(value, around)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            if isinstance(value, yaml.MappingNode):
                yield from _task(value, around)


def _task(node: yaml.MappingNode, around: tuple[str, ...]) -> Iterator[Task]:
    inner = entry(node, "task")
    if isinstance(inner, yaml.MappingNode):  # one of a Dag, with what it depends on
        yield from _task(inner, around)
        return
    id_, type_ = scalar(entry(node, "id")), scalar(entry(node, "type"))
    if id_ is None or type_ is None:
        return
    yield Task(id_, type_, node, around)
    for branch in (*BRANCHES, "cases"):
        yield from _listed(entry(node, branch), (*around, id_))


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
