"""Executions in a list that shows itself as a table."""

from __future__ import annotations

from html import escape
from typing import SupportsIndex, overload

from workbook.html import chip, link, table
from workbook.kestra import shown
from workbook.kestra.models import Execution
from workbook.kestra.shown import Shown

ROWS = 50
"""How many executions are shown: the last ones."""


class ExecutionList(list[Execution], Shown):
    """Executions, oldest first. In a notebook, a table with state, id, start, duration and link of each."""

    @overload
    def __getitem__(self, at: SupportsIndex) -> Execution: ...

    @overload
    def __getitem__(self, at: slice) -> ExecutionList: ...

    def __getitem__(self, at: SupportsIndex | slice) -> Execution | ExecutionList:
        if isinstance(at, slice):
            return ExecutionList(super().__getitem__(at))
        return super().__getitem__(at)

    def html(self) -> str:
        """A line an execution."""
        rows = [
            [
                chip(one.state),
                link(one.id, one.link),
                escape(one.flow_id),
                shown.moment(one.start),
                shown.seconds(one.duration),
                escape(_began(one)),
            ]
            for one in self[-ROWS:]
        ]
        head = ("state", "id", "flow", "start (UTC)", "duration", "by")
        return shown.more(len(self), ROWS) + table(head, rows) if rows else "<div>no executions</div>"

    def text(self) -> str:
        """The same as plain text."""
        lines = [
            "  ".join(
                [one.state, one.id, one.flow_id, shown.moment(one.start), shown.seconds(one.duration), _began(one)]
            )
            for one in self[-ROWS:]
        ]
        return "\n".join(line.rstrip() for line in lines) or "no executions"


def _began(execution: Execution) -> str:
    """What started it, and the date that it ran for; labels for one by hand."""
    date = f"{execution.trigger_date:%Y-%m-%d}" if execution.trigger_date else ""
    labels = ", ".join(f"{key}: {value}" for key, value in execution.labels.items())
    return " ".join(part for part in (execution.trigger_id or "hand", date, labels) if part)
