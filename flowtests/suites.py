"""Flow tests in YAML: the form of Kestra's own unit tests, with two blocks of this project's own in a case.

The form is that of https://kestra.io/docs/enterprise/governance/unit-tests, with the properties of the engine's classes
in `io.kestra.core.test`. A case may have two more blocks: `given`, what holds before the run, and `expect`, what the
assertions of Kestra cannot say. Everything wrong with a test is found here, before anything runs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flowtests.documents import Document, NodePath, display_path
from flowtests.errors import Problem, near
from flowtests.flows import FlowFile

OPERATORS = (
    *("equalTo", "notEqualTo", "contains", "startsWith", "endsWith", "in", "notIn", "isNull", "isNotNull"),
    *("greaterThan", "greaterThanOrEqualTo", "lessThan", "lessThanOrEqualTo"),
)
STATES = ("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED")
"""States that a fixture may give a task."""
FINAL = ("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "PAUSED", "SKIPPED")
"""States that a test may expect of an execution."""
NOT_RUN = "NOT_RUN"
UNIT_TEST = "io.kestra.core.tests.flow.UnitTest"

_SUITE = ("id", "description", "namespace", "flowId", "disabled", "testCases")
_CASE = ("id", "type", "description", "disabled", "fixtures", "assertions", "given", "expect")
_FIXTURES: dict[str, type] = {"inputs": dict, "files": dict, "tasks": list, "trigger": dict}
_TASK = ("id", "value", "state", "outputs", "description")
_TRIGGER = ("id", "type", "variables")
_ASSERTION = ("value", "taskId", "errorMessage", "description")
_GIVEN: dict[str, type] = {"kv": dict, "seconds": int}
_EXPECT: dict[str, type] = {"state": str, "tasks": dict, "outputs": dict, "logs": list, "kv": dict, "refused": str}
_NAMES = {dict: "a mapping", list: "a list", int: "a whole number", str: "a text"}


@dataclass
class Case:
    """One test case.

    Attributes:
        path: where it stands in its document.
        problems: what is wrong with it; with any it is not run.
    """

    document: Document
    path: tuple[str | int, ...]
    raw: dict[str, Any]
    flow: FlowFile | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id, or where it stands."""
        return str(self.raw.get("id", f"testCases[{self.path[-1]}]"))

    @property
    def fixtures(self) -> dict[str, Any]:
        """What the engine is given in place of the real thing."""
        return self.raw.get("fixtures") or {}

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The fixtures of tasks."""
        return self.fixtures.get("tasks") or []

    @property
    def assertions(self) -> list[dict[str, Any]]:
        """Kestra's own assertions."""
        return self.raw.get("assertions") or []

    @property
    def preconditions(self) -> dict[str, Any]:
        """What holds before the run."""
        return self.raw.get("given") or {}

    @property
    def expect(self) -> dict[str, Any]:
        """What is expected besides the assertions."""
        return self.raw.get("expect") or {}

    def at(self, *path: str | int) -> str:
        """File and line of a part of it."""
        return self.document.at([*self.path, *path])

    def add_problem(self, message: str, *path: str | int) -> None:
        """Note a problem with a part of it."""
        self.problems.append(Problem(message, self.at(*path)))

    def has_only(self, value: Any, names: Collection[str], what: str, *path: str | int) -> bool:
        """Whether a part of the case is a mapping with these names only; notes a problem if it is not.

        Parameters:
            value: the part.
            names: the names that it may have.
            what: what the part is called in messages.
            path: where the part stands in the case.
        """
        if not isinstance(value, dict):
            self.add_problem(f"{what} must be a mapping, not {value!r}", *path)
            return False
        for name in value:
            if name not in names:
                self.add_problem(f"{what} has no {name!r}.{near(str(name), names, 'There are')}", *path, str(name))
        return True


@dataclass
class Suite:
    """The test cases of one flow, a document of a file."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def value(self) -> dict[str, Any]:
        """The document as dictionaries and lists."""
        return self.document.value

    @property
    def namespace(self) -> str:
        """The namespace of the flow."""
        return str(self.value.get("namespace", ""))

    @property
    def flow_id(self) -> str:
        """The id of the flow."""
        return str(self.value.get("flowId", ""))

    @property
    def disabled(self) -> bool:
        """Whether none of its cases is run."""
        return self.value.get("disabled") is True

    @cached_property
    def cases(self) -> list[Case]:
        """Its test cases."""
        listed = self.value.get("testCases")
        numbered = enumerate(listed if isinstance(listed, list) else [])
        return [Case(self.document, ("testCases", i), raw) for i, raw in numbered if isinstance(raw, dict)]

    def check_against(self, flow: FlowFile | None, flows: Sequence[FlowFile]) -> None:
        """Find everything that is wrong with the tests, compared with the flow that they are for.

        Parameters:
            flow: that flow, or None if the folder has no such flow.
            flows: the flows that the folder has.
        """
        self._check_form()
        if flow is None:
            names = [other.name for other in flows]
            wanted = f"{self.namespace}.{self.flow_id}"
            hint = near(wanted, names, "Flows in the folder")
            self._add_problem(f"there is no flow {wanted!r}.{hint} See namespace and flowId.", ["flowId"])
            return
        for case in self.cases:
            case.flow = flow
            _Check(case, flow).check_all()

    def _check_form(self) -> None:
        for name, line in self.document.duplicates:
            self.problems.append(
                Problem(f"{name!r} stands here a second time", f"{display_path(self.document.file)}:{line}")
            )
        for name in self.value:
            if name not in _SUITE:
                self._add_problem(f"a test suite has no {name!r}.{near(str(name), _SUITE, 'There are')}", [str(name)])
        for name in ("id", "namespace", "flowId", "testCases"):
            if not self.value.get(name):
                self._add_problem(f"the test suite needs {name!r}", [])
        listed = self.value.get("testCases") or []
        if not isinstance(listed, list) or len(self.cases) != len(listed):
            self._add_problem("testCases must be a list of mappings, each with an id", ["testCases"])
        ids = [case.id for case in self.cases]
        for index, case in enumerate(self.cases):
            if case.id in ids[:index]:
                case.add_problem(
                    f"there is another test case {case.id!r} in this suite: give it an id of its own", "id"
                )

    def _add_problem(self, message: str, path: NodePath) -> None:
        self.problems.append(Problem(message, self.document.at(path)))


class _Check:
    """Compares one case with its flow."""

    def __init__(self, case: Case, flow: FlowFile) -> None:
        self.case = case
        self.flow = flow

    def check_all(self) -> None:
        """Note everything that is wrong."""
        case = self.case
        case.has_only(case.raw, _CASE, "a test case")
        if "id" not in case.raw:
            case.add_problem("the test case needs an id")
        if (kind := case.raw.get("type", UNIT_TEST)) != UNIT_TEST:
            case.add_problem(f"the type of a test case is {UNIT_TEST}, not {kind!r}", "type")
        if self._has_types("fixtures", _FIXTURES):
            self._inputs()
            self._files()
            self._check_items("fixtures", "tasks", self._task)
            self._trigger()
        if isinstance(case.raw.get("assertions", []), list | None):
            self._check_items("", "assertions", self._assertion)
        else:
            case.add_problem("assertions must be a list", "assertions")
        self._has_types("given", _GIVEN)
        if self._has_types("expect", _EXPECT):
            self._expect()
        if not case.problems and not case.assertions and not case.expect:
            example = 'value: "{{ outputs.some_task.value }}" with equalTo'
            case.add_problem(
                f"this test asserts nothing, so it could never fail. Add assertions, such as {example}, or expect"
            )

    def _has_types(self, block: str, kinds: dict[str, type]) -> bool:
        """Whether a block of the case is as it should be, its parts of the right kind."""
        case = self.case
        content = case.raw.get(block)
        if content is None:
            return True
        before = len(case.problems)
        if case.has_only(content, kinds, block, block):
            for name, value in content.items():
                wanted = kinds.get(name)
                if wanted and not isinstance(value, wanted):
                    case.add_problem(f"{block}.{name} must be {_NAMES[wanted]}, not {value!r}", block, name)
        return len(case.problems) == before

    def _check_items(self, block: str, name: str, check: Any) -> None:
        around = (block,) if block else ()
        holder = self.case.raw.get(block) or {} if block else self.case.raw
        for index, item in enumerate(holder.get(name) or []):
            check(item, (*around, name, index))

    def _inputs(self) -> None:
        declared = self.flow.inputs
        for name in self.case.fixtures.get("inputs") or {}:
            if name not in declared and name.partition(".")[0] not in declared:
                message = f"the flow {self.flow.id!r} has no input {name!r}.{near(name, declared, 'Its inputs')}"
                self.case.add_problem(message, "fixtures", "inputs", name)

    def _files(self) -> None:
        for name, text in (self.case.fixtures.get("files") or {}).items():
            if not isinstance(text, str):
                message = f"the file {name!r} must be a text, not {text!r}: write it as a block after `|`"
                self.case.add_problem(message, "fixtures", "files", name)

    def _task(self, fixture: Any, path: tuple[str | int, ...]) -> None:
        case = self.case
        if not case.has_only(fixture, _TASK, "the fixture of a task", *path):
            return
        self._task_id(fixture.get("id"), "fixtures.tasks", (*path, "id"))
        state = fixture.get("state", "SUCCESS")
        if state not in STATES:
            case.add_problem(
                f"a task cannot be given the state {state!r}.{near(str(state), STATES, 'States')}", *path, "state"
            )
        if not isinstance(fixture.get("outputs") or {}, dict):
            case.add_problem("outputs must be a mapping of names to values", *path, "outputs")
        if "value" in fixture and not isinstance(fixture["value"], str):
            case.add_problem(f'the item of a loop is a text: write value: "{fixture["value"]}"', *path, "value")
        self._check_unique(fixture, path)

    def _check_unique(self, fixture: dict[str, Any], path: tuple[str | int, ...]) -> None:
        index = int(path[-1])
        same = [other for other in self.case.tasks[:index] if isinstance(other, dict)]
        if any((other.get("id"), other.get("value")) == (fixture.get("id"), fixture.get("value")) for other in same):
            self.case.add_problem(f"there is another fixture for {fixture.get('id')!r} (and the same value)", *path)

    def _task_id(self, task_id: Any, what: str, path: tuple[str | int, ...]) -> None:
        tasks = self.flow.tasks
        if task_id not in tasks:
            hint = near(str(task_id), tasks, "Its tasks")
            self.case.add_problem(f"{what}: the flow {self.flow.id!r} has no task {task_id!r}.{hint}", *path)
            return
        stubbed = {outer.get("id") for outer in self.case.tasks if isinstance(outer, dict)}
        hidden = [outer for outer in tasks[task_id].around if outer in stubbed]
        if hidden:
            self.case.add_problem(
                f"{what}: {task_id!r} is inside of {hidden[0]!r}, whose fixture replaces it too", *path
            )

    def _trigger(self) -> None:
        fixture = self.case.fixtures.get("trigger")
        if fixture is None or not self.case.has_only(fixture, _TRIGGER, "fixtures.trigger", "fixtures", "trigger"):
            return
        declared = self.flow.triggers
        if fixture.get("id") not in declared:
            hint = near(str(fixture.get("id")), declared, "Its triggers")
            message = f"the flow {self.flow.id!r} has no trigger {fixture.get('id')!r}.{hint}"
            self.case.add_problem(message, "fixtures", "trigger", "id")
        if not fixture.get("type"):
            self.case.add_problem("the fixture of a trigger needs its type", "fixtures", "trigger")

    def _assertion(self, assertion: Any, path: tuple[str | int, ...]) -> None:
        case = self.case
        if not isinstance(assertion, dict):
            case.add_problem(f"an assertion must be a mapping with value and an operator, not {assertion!r}", *path)
            return
        unknown = [name for name in assertion if name not in (*OPERATORS, *_ASSERTION)]
        for name in unknown:
            hint = near(str(name), (*OPERATORS, *_ASSERTION), "Operators and properties")
            case.add_problem(f"an assertion has no operator {name!r}.{hint}", *path, str(name))
        if "value" not in assertion:
            case.add_problem('the assertion needs a value, such as "{{ outputs.some_task.value }}"', *path)
        operators = [name for name in OPERATORS if name in assertion]
        if not operators and not unknown:
            case.add_problem(f"this assertion compares with nothing: add an operator ({', '.join(OPERATORS)})", *path)
        for name in operators:
            self._operand(name, assertion[name], (*path, name))
        if "taskId" in assertion:
            self._task_id(assertion["taskId"], "taskId", (*path, "taskId"))

    def _operand(self, operator: str, operand: Any, path: tuple[str | int, ...]) -> None:
        if operand is None:
            self.case.add_problem(f"{operator} has no value", *path)
        elif operator in ("in", "notIn") and not _is_texts(operand):
            # The engine compares rendered texts with the list's items: a number would equal none of them.
            self.case.add_problem(f"{operator} takes a list of texts: put the items into quotation marks", *path)

    def _expect(self) -> None:
        case, expect = self.case, self.case.expect
        state = expect.get("state", "SUCCESS")
        if state not in FINAL:
            case.add_problem(f"no execution ends {state!r}.{near(state, FINAL, 'States')}", "expect", "state")
        for label, wanted in (expect.get("tasks") or {}).items():
            self._task_id(label.partition("[")[0], "expect.tasks", ("expect", "tasks", label))
            if wanted not in (*FINAL, NOT_RUN):
                hint = near(str(wanted), (*FINAL, NOT_RUN), "States")
                case.add_problem(f"no task ends {wanted!r}.{hint}", "expect", "tasks", label)
        if "refused" in expect and (len(expect) > 1 or case.assertions):
            case.add_problem(
                "what is refused never runs: beside expect.refused nothing else can be expected", "expect", "refused"
            )


def _is_texts(operand: Any) -> bool:
    """Whether it is a list of texts, or an expression for one."""
    return isinstance(operand, str) or (isinstance(operand, list) and all(isinstance(item, str) for item in operand))
