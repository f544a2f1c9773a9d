"""Summaries of several executions at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from workbook.kestra.models import Execution
from workbook.kestra.states import StateChange


def overall_state(executions: Sequence[Execution]) -> str:
    """The state of the first that did not succeed, or SUCCESS."""
    return next((execution.state for execution in executions if not execution.succeeded), "SUCCESS")


def summarize(executions: Sequence[Execution]) -> str:
    """How many there are, and how many of them are good if not all."""
    good = sum(execution.succeeded for execution in executions)
    total = count(len(executions), "execution")
    return total if good == len(executions) else f"{total}, {good} of them good"


def span(executions: Sequence[Execution]) -> float:
    """Seconds from the start of the first to the end of the last, or until now while one goes on.

    One that was restarted counts from there.
    """
    now = datetime.now(UTC)
    starts = [change.start for execution in executions for change in _since_restart(execution)[:1]]
    ends = [execution.end or now for execution in executions]
    return (max(ends) - min(starts)).total_seconds() if starts else 0.0


def _since_restart(execution: Execution) -> Sequence[StateChange]:
    history = execution.states.history
    restarts = [at for at, change in enumerate(history) if change.state == "RESTARTED"]
    return history[restarts[-1] :] if restarts else history


def count(number: int, noun: str) -> str:
    """A number with its noun, such as `2 executions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
