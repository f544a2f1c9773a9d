"""The task runs of an execution along its time; a bar opens its log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from nicegui import ui

from console.components import marks
from console.components.log_lines import show_lines
from console.live_execution import LiveExecution
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Execution, TaskRun

GROW_SECONDS = 0.5
INDENT = 16
WAITING = frozenset({"CREATED", "SUBMITTED", "QUEUED", "RESTARTED", "REPLAYED", "PAUSED"})


async def show(view: View, live: LiveExecution) -> None:
    """Build the tab."""
    await Gantt(view, live).build()


class Gantt:
    """The chart, with the log of the chosen task run below its bar."""

    def __init__(self, view: View, live: LiveExecution) -> None:
        self._view, self._live = view, live
        self._open = ""

    async def build(self) -> None:
        """Build the chart, and let it grow."""
        with ui.element("div").classes("card scroll"):
            self._rows = ui.element("div").classes("gantt")
        self._log = ui.element("section").props("aria-live=polite").style("margin-top:12px")
        await self.draw()
        self._live.watch(self.draw)
        ui.timer(GROW_SECONDS, self._grow)

    async def _grow(self) -> None:
        if not self._live.now.terminated:
            await self.draw()

    async def draw(self) -> None:
        """Draw the rows as they are now."""
        now = self._live.now
        start = now.start or datetime.now(UTC)
        whole = max(((now.end or datetime.now(UTC)) - start).total_seconds(), 0.001)
        self._rows.clear()
        with self._rows:
            if not now.task_runs:
                marks.empty("No task has begun yet." if not now.terminated else "No task ran.")
            for run, depth in in_order(now):
                self._row(run, depth, start, whole)

    def _row(self, run: TaskRun, depth: int, start: datetime, whole: float) -> None:
        is_open = run.id == self._open
        title = f"{run.label}: {run.state} in {marks.span(run.seconds)}. Show its log"
        with ui.element("button").classes("gantt-row").props('type="button"') as row:
            row.props["aria-label"] = title
            row.props["aria-expanded"] = "true" if is_open else "false"
            ui.label(run.label).classes("gantt-name").style(f"padding-left:{depth * INDENT}px")
            with ui.element("span"):
                marks.state(run.state)
            with ui.element("span").classes("gantt-track"):
                _bars(run, start, whole)
            ui.label(marks.span(run.seconds)).classes("gantt-time")
        row.on("click", lambda: self._toggle(run))

    async def _toggle(self, run: TaskRun) -> None:
        self._open = "" if self._open == run.id else run.id
        await self.draw()
        self._log.clear()
        if not self._open:
            return
        lines = await self._view.attempt(lambda: run.log)
        if lines is not None and self._open == run.id:
            with self._log:
                with ui.element("h2"):
                    ui.label(f"Log of {run.label}")
                show_lines(lines)


def in_order(execution: Execution) -> Iterator[tuple[TaskRun, int]]:
    """Every task run with its depth: inner ones below the one around them, each level by the time of its start."""
    known = {run.id for run in execution.task_runs}
    children: dict[str | None, list[TaskRun]] = {}
    latest = datetime.max.replace(tzinfo=UTC)
    for run in sorted(execution.task_runs, key=lambda run: run.start or latest):
        children.setdefault(run.parent_id if run.parent_id in known else None, []).append(run)

    def below(parent: str | None, depth: int) -> Iterator[tuple[TaskRun, int]]:
        """Those inside of a task run."""
        for run in children.get(parent, []):
            yield run, depth
            yield from below(run.id, depth + 1)

    yield from below(None, 0)


def _bars(run: TaskRun, start: datetime, whole: float) -> None:
    """A piece for each state of a task run; waiting is light."""
    history = run.states.history
    end = run.end or datetime.now(UTC)
    for change, following in zip(history, [*(later.start for later in history[1:]), end], strict=True):
        length = (following - change.start).total_seconds()
        if change.state in WAITING or length > 0:
            left = max((change.start - start).total_seconds() / whole * 100, 0)
            width = max(min(length / whole * 100, 100 - left), 0)
            waiting = change.state in WAITING
            bar = ui.element("span").classes("gantt-bar waiting" if waiting else "gantt-bar")
            bar.props(f'data-state="{change.state if waiting else run.state}"')
            bar.style(f"left:{min(left, 99.5):.2f}%;width:{width:.2f}%")


TAB = Tab("gantt", "Gantt", 20, show)
