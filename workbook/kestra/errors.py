"""What can go wrong with Kestra's flows and executions, each with one message that says what to do."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.errors import WorkbookError
from workbook.kestra.models import Execution, LogLine, Problem, TaskRun


class ApiError(WorkbookError):
    """The server answered with an error.

    Attributes:
        status: HTTP status code.
        reason: the server's own message.
        details: the messages of the single errors, if the server lists them.
    """

    def __init__(self, status: int, reason: str, details: Sequence[str] = ()) -> None:
        self.status = status
        self.reason = reason
        self.details = list(details)
        extra = [f"  - {detail}" for detail in self.details if detail not in reason]
        super().__init__("\n".join([f"Kestra answered {status}: {reason}", *extra]))


class FlowInvalid(WorkbookError):
    """The engine does not accept a flow.

    Attributes:
        problems: what is wrong, each with the path of the property, and with advice where there is some.
    """

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        texts = [f"{problem}\n{problem.advice}".rstrip() for problem in self.problems]
        lines = ["  - " + text.replace("\n", "\n    ") for text in texts]
        super().__init__("\n".join([f"The engine does not accept {name}:", *lines]))


class InputInvalid(WorkbookError):
    """The engine, or the flow's own list of inputs, rejects an input of an execution."""


class ExecutionFailed(WorkbookError):
    """An execution ended in a state that is no success.

    Attributes:
        execution: the execution.
        task: the task run that failed, or None when the execution failed outside of any task.
        log_lines: the last lines of its log.
    """

    def __init__(self, execution: Execution, task: TaskRun | None, log_lines: Sequence[LogLine]) -> None:
        self.execution = execution
        self.task = task
        self.log_lines = list(log_lines)
        where = f" in task {task.label!r}" if task else ""
        why = ": the engine could not finish it" if execution.unfinished else ""
        head = f"{execution.flow_id} ended {execution.state}{where}{why}."
        lines = [f"  {line.level:<5} {part}" for line in self.log_lines for part in line.message.splitlines()]
        super().__init__("\n".join([head, "Its last log lines:", *lines] if lines else [head, "It logged nothing."]))


class WaitInterrupted(WorkbookError, KeyboardInterrupt):
    """Ctrl-C stopped the waiting; the execution itself continues."""


class BackfillEmpty(WorkbookError):
    """A backfill's range holds no date of its schedule."""


class BackfillStalled(WorkbookError):
    """A backfill is on its trigger, but the scheduler starts no more of its executions."""
