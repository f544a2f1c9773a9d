"""One run of a flow for a test, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flowtests.engine import PAUSED, Engine
from flowtests.flows import FlowFile
from workbook.kestra.models import Execution, LogLine

LOG_LINES = 15


@dataclass(frozen=True, repr=False)
class Run:
    """The result of one run.

    Attributes:
        execution: the execution, as it was at its end.
        stubbed: the ids of the tasks that were not run.
    """

    engine: Engine = field(repr=False)
    execution: Execution
    seconds: float
    stubbed: frozenset[str] = frozenset()

    @property
    def state(self) -> str:
        """The final state, such as SUCCESS."""
        return self.execution.state

    @property
    def states(self) -> dict[str, str]:
        """The final state of each task that ran; in a loop by `task[item]`. The last run counts."""
        return {_label(run.task_id, run.value): run.state for run in self.execution.task_runs}

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs of the tasks, as `outputs` has them in an expression; in a loop by item."""
        outputs: dict[str, Any] = {}
        for run in self.execution.task_runs:
            if run.value is None:
                outputs[run.task_id] = run.outputs
            else:
                outputs.setdefault(run.task_id, {})[run.value] = run.outputs
        return outputs

    @property
    def flow_outputs(self) -> dict[str, Any]:
        """The outputs of the flow itself."""
        return self.execution.outputs

    @cached_property
    def logs(self) -> list[LogLine]:
        """The log, oldest line first."""
        return self.engine.logs(self.execution)

    def render(self, expression: str) -> str:
        """An expression, such as `{{ outputs.total.value }}`, rendered as the flow would have done at its end.

        Raises:
            workbook.ApiError: it cannot be rendered; with the engine's words.
        """
        return self.engine.render(self.execution, expression)

    def __repr__(self) -> str:
        return f"Run({self.execution.flow_id}, {self.state}, {self.states})"

    def describe(self) -> list[str]:
        """What happened, for a message: the states of the tasks, and the last lines of the log above INFO."""
        lines = [f"{self.execution.namespace}.{self.execution.flow_id} ended {self.state}:"]
        for label, state in self.states.items():
            stub = " (fixture)" if label.partition("[")[0] in self.stubbed else ""
            lines.append(f"  {state:<9} {label}{stub}")
        if not self.execution.task_runs:
            lines.append("  no task ran")
        logged = [line for line in self.logs if line.level in ("WARN", "ERROR")][-LOG_LINES:]
        if logged:
            lines.append("its log:")
            lines += [f"  {part}" for line in logged for part in str(line).splitlines()]
        return lines


def execute(
    engine: Engine, flow: FlowFile, revision: int, fixtures: Mapping[str, Any], seconds: float, paused: bool = False
) -> Run:
    """Run a flow with fixtures, to its end.

    Parameters:
        engine: the engine.
        flow: the flow.
        revision: of the flow as it was posted for these fixtures.
        fixtures: what the engine is given in place of the real thing.
        seconds: how long it may take; then it is killed.
        paused: whether being paused is an end too.

    Raises:
        Refused: the engine starts no execution.
    """
    execution = engine.start(flow.namespace, flow.id, revision, fixtures)
    execution = engine.finish(execution, seconds, paused, _after(flow))
    return Run(engine, execution, seconds)


def is_over_time(run: Run) -> bool:
    """Whether it was killed because it took too long."""
    return run.state == "KILLED" and run.execution.duration >= run.seconds


def why_slow(run: Run) -> str:
    """What it was doing when its time was over, and what helps."""
    pauses = [
        task_run.label
        for task_run in run.execution.task_runs
        if PAUSED in {step.state for step in task_run.states.history}
    ]
    if pauses:
        return f"it was paused in {pauses[-1]}: give that task a fixture, or expect the state {PAUSED}"
    killed = [task_run.label for task_run in run.execution.task_runs if task_run.state == "KILLED"]
    doing = f", in {', '.join(killed)}" if killed else ""
    return (
        f"it took more than {run.seconds:g} seconds{doing}: give slow tasks a fixture, or the test more given.seconds"
    )


def _after(flow: FlowFile) -> list[str]:
    tasks = flow.value.get("afterExecution") or []
    return [str(task["id"]) for task in tasks if task.get("disabled") is not True]


def _label(task_id: str, value: str | None) -> str:
    return task_id if value is None else f"{task_id}[{value}]"
