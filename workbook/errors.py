"""What can go wrong, each with one clear message that says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.kestra.models import Execution, LogLine, Problem, TaskRun

DOCKER_NAMES = {"postgres": "pgdatabase"}
"""Services that the Docker stack calls otherwise."""


def remedy(stack: str, service: str = "", variable: str = "KESTRA_URL") -> str:
    """The command that starts a service, or the three of the first lessons if none is named.

    Parameters:
        stack: `embedded`, `docker` or `cloud`.
        variable: the setting that says where the service is.
    """
    if stack == "embedded":
        return f"python -m embedded up --only {service}" if service else "python -m embedded up"
    start = f"docker compose up -d {DOCKER_NAMES.get(service, service)}".rstrip()
    return f"{start}   (or point {variable} at your server)" if stack == "cloud" else start


class WorkbookError(Exception):
    """Anything that the workbook can explain. In a notebook it shows as its message, without a stack trace."""


class StackError(WorkbookError):
    """The stack, or the Python it should run on, is not what this notebook needs."""


class ServerDown(WorkbookError):
    """Nothing answers at an address, or not in time."""

    def __init__(
        self,
        name: str,
        url: str,
        reason: str,
        stack: str = "embedded",
        service: str = "",
        variable: str = "KESTRA_URL",
    ) -> None:
        self.url = url
        super().__init__(
            f"{name} does not answer at {url} ({reason}).\nStart it with:  {remedy(stack, service, variable)}"
        )


class WrongPassword(WorkbookError):
    """The server refuses the user name or the password."""

    def __init__(self, name: str, url: str, username: str, variables: str) -> None:
        super().__init__(
            f"{name} at {url} refuses the user {username!r} with this password.\n"
            f"Set {variables} in .env to what the server was started with."
        )


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
        extra = [detail for detail in self.details if detail not in reason]
        super().__init__("\n".join([f"Kestra answered {status}: {reason}", *(f"  - {one}" for one in extra)]))


class NotFound(WorkbookError):
    """There is no such flow, execution, trigger, key, output, table, index, collection, bucket or object."""


class QueryFailed(WorkbookError):
    """A store refuses a statement or a request."""


class FlowInvalid(WorkbookError):
    """The engine does not accept a flow.

    Attributes:
        problems: what is wrong, each with the path of the property.
    """

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        told = [str(problem).replace("\n", "\n    ") for problem in self.problems]
        super().__init__("\n".join([f"The engine does not accept {name}:", *(f"  - {one}" for one in told)]))


class InputInvalid(WorkbookError):
    """The engine, or the flow's own list of inputs, refuses what was passed to an execution."""


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
        head = f"{execution.flow_id} ended {execution.state}{where}."
        lines = [f"  {line.level:<5} {part}" for line in self.log_lines for part in line.message.splitlines()]
        super().__init__("\n".join([head, "Its last log lines:", *lines] if lines else [head, "It logged nothing."]))


class WaitInterrupted(WorkbookError, KeyboardInterrupt):
    """Waiting was stopped by hand; the execution itself goes on."""


class BackfillEmpty(WorkbookError):
    """A backfill's range holds no date of its schedule."""
