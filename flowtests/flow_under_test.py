"""Flow tests in Python: what the fixture `flow` gives to a test function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowtests.errors import FlowTestError, near
from flowtests.flows import FlowFile
from flowtests.runs import Run
from flowtests.session import Session
from flowtests.suites import STATES


@dataclass(frozen=True)
class Stub:
    """The result that a task has in place of being run."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    state: str = "SUCCESS"


def stub(state: str = "SUCCESS", **outputs: Any) -> Stub:
    """A stand-in for a task.

    Parameters:
        state: the state that it ends in.
        outputs: its outputs, by name.

    Raises:
        FlowTestError: a task cannot be given that state.
    """
    if state not in STATES:
        raise FlowTestError(f"A task cannot be given the state {state!r}.{near(state, STATES, 'States')}")
    return Stub(outputs, state)


class FlowUnderTest:
    """A flow of the folder, to be run by a test."""

    def __init__(self, session: Session, flow: FlowFile) -> None:
        self._session = session
        self._flow = flow

    @property
    def name(self) -> str:
        """Namespace and id."""
        return self._flow.name

    def run(
        self,
        inputs: Mapping[str, Any] | None = None,
        stubs: Mapping[str, Stub | Mapping[str, Any]] | None = None,
        files: Mapping[str, str] | None = None,
        trigger: Mapping[str, Any] | None = None,
        kv: Mapping[str, Any] | None = None,
        seconds: float | None = None,
    ) -> Run:
        """Run the flow to its end; a bad end raises nothing.

        Parameters:
            inputs: inputs by id; `{{ files['name'] }}` is the address of one of `files`.
            stubs: for each task that is not to be run, by id or in a loop by `id[item]`, its outputs, or a `stub(...)`.
            files: texts by name, for inputs and outputs of stubs.
            trigger: the trigger that is said to have started it: id, type, variables.
            kv: what the key-value store of the flow's namespace holds.
            seconds: how long it may take; then it is killed.

        Raises:
            FlowTestError: an input or a task is unknown, or the engine does not take the flow.
            Refused: the engine starts no execution: an input is wrong, or a check forbids it.
        """
        fixtures: dict[str, Any] = {
            "inputs": self._checked(inputs or {}, self._flow.inputs, "input", "Its inputs"),
            "files": dict(files or {}),
            "tasks": [self._fixture(label, replacement) for label, replacement in (stubs or {}).items()],
        }
        if trigger is not None:
            self._checked({str(trigger.get("id")): trigger}, self._flow.triggers, "trigger", "Its triggers")
            fixtures["trigger"] = dict(trigger)
        return self._session.run(self._flow, fixtures, kv or {}, seconds)

    def _fixture(self, label: str, outputs: Stub | Mapping[str, Any]) -> dict[str, Any]:
        task_id, bracket, value = label.removesuffix("]").partition("[")
        self._checked({task_id: outputs}, list(self._flow.tasks), "task", "Its tasks")
        replacement = outputs if isinstance(outputs, Stub) else Stub(outputs)
        fixture = {"id": task_id, "state": replacement.state, "outputs": dict(replacement.outputs)}
        return {**fixture, "value": value} if bracket else fixture

    def _checked(self, named: Mapping[str, Any], known: list[str], what: str, names: str) -> dict[str, Any]:
        for name in named:
            if name not in known and not (what == "input" and name.partition(".")[0] in known):
                hint = near(name, known, names)
                raise FlowTestError(f"The flow {self._flow.name} has no {what} {name!r}.{hint}")
        return dict(named)

    def __repr__(self) -> str:
        return f"FlowUnderTest({self._flow.name})"
