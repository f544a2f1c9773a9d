"""Logs and metrics of executions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from workbook.kestra.api import ExecutionLike, KestraApi, execution_id
from workbook.kestra.models import Execution, LogLine, Metric

FRESH_SECONDS = 3.0
QUIET_SECONDS = 0.25
LONG_AGO = datetime.min.replace(tzinfo=UTC)

Entry = TypeVar("Entry")


_CLOSING_WORDS = ("exit code", "Fail on a condition")
"""What the engine logs after a script, or the `errorMessage` of a task `Fail`, has said what went wrong."""


def reasons(errors: Iterable[LogLine]) -> list[str]:
    """What errors say, without the words with which the engine closes; those too if nothing else is said.

    Parameters:
        errors: lines of level ERROR, oldest first.
    """
    texts = [text for line in errors if (text := line.message.strip())]
    telling = [text for text in texts if not any(words in text for words in _CLOSING_WORDS)]
    return telling or texts


class Logs:
    """What executions log and measure. `logs(execution)` is short for `logs.lines(execution)`."""

    def __init__(self, api: KestraApi) -> None:
        self._api = api

    def lines(self, execution: ExecutionLike, task: str | None = None, level: str = "INFO") -> list[LogLine]:
        """The log of an execution, oldest line first.

        Parameters:
            execution: the execution, or its id.
            task: only this task's lines.
            level: the lowest level shown: TRACE, DEBUG, INFO, WARN or ERROR.
        """
        params = self._api.http.form.log_filters(level, task)
        path = f"/logs/{execution_id(execution)}"

        def read() -> list[LogLine]:
            """The log as the server has it now."""
            return [LogLine.from_json(raw) for raw in self._api.http.json("GET", path, params=params)]

        # Kestra sorts by milliseconds: lines of the same one come in any order, though their times are finer.
        return sorted(_settle(execution, read), key=lambda line: line.time or LONG_AGO)

    __call__ = lines

    def metrics(self, execution: ExecutionLike) -> list[Metric]:
        """The numbers that the tasks of an execution reported."""
        path = f"/metrics/{execution_id(execution)}"
        return _settle(execution, lambda: [Metric.from_json(raw) for raw in self._api.search(path)])


def _settle(execution: ExecutionLike, read: Callable[[], list[Entry]]) -> list[Entry]:
    """Read until nothing more arrives: logs and metrics reach the store a moment after the state."""
    entries = read()
    while isinstance(execution, Execution) and execution.end and _age(execution.end) < FRESH_SECONDS:
        time.sleep(QUIET_SECONDS)
        before, entries = entries, read()
        if entries and len(entries) == len(before):
            break
    return entries


def _age(moment: datetime) -> float:
    """Seconds since a moment."""
    return (datetime.now(UTC) - moment).total_seconds()
