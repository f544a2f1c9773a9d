"""Summaries of several executions at once."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.kestra.models import Execution


def overall_state(executions: Sequence[Execution]) -> str:
    """The state of the first that did not succeed, or SUCCESS."""
    return next((execution.state for execution in executions if not execution.succeeded), "SUCCESS")


def summarize(executions: Sequence[Execution]) -> str:
    """How many there are, and how many of them are good if not all."""
    good = sum(execution.succeeded for execution in executions)
    total = count(len(executions), "execution")
    return total if good == len(executions) else f"{total}, {good} of them good"


def count(number: int, noun: str) -> str:
    """A number with its noun, such as `2 executions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
