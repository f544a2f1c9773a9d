"""The log of an execution, line by line as it is written."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from nicegui import events, ui

from console.components import marks
from console.components.log_lines import LEVELS, log_box, show_line
from console.downloads import log_address
from console.live import follow
from console.live_execution import LiveExecution
from console.tabs import Tab
from console.view import View
from workbook.kestra.client import KestraClient
from workbook.kestra.logs import LONG_AGO
from workbook.kestra.models import LogLine
from workbook.kestra.sse import event_data

MOST_LINES = 2000
"""How many lines are shown: the last ones. The download has all."""
SILENCE_SECONDS = 60.0
EVERY_TASK = "all tasks"


async def show(view: View, live: LiveExecution) -> None:
    """Build the tab."""
    await LogTab(view, live).build()


class LogTab:
    """The lines, with the filters above them."""

    def __init__(self, view: View, live: LiveExecution) -> None:
        self._view, self._live = view, live
        self._level, self._task, self._text = "INFO", EVERY_TASK, ""
        self._lines: list[tuple[LogLine, ui.element]] = []

    async def build(self) -> None:
        """Build the tab, and go on with new lines while the execution runs."""
        with ui.element("div").classes("toolbar"):
            ui.select(list(LEVELS), value=self._level, label="Level", on_change=self._set_level).props("outlined dense")
            self._tasks = ui.select([EVERY_TASK], value=EVERY_TASK, label="Task", on_change=self._set_task)
            self._tasks.props("outlined dense")
            search = ui.input(placeholder="Search the log", on_change=self._set_text)
            search.props('outlined dense clearable debounce=250 type=search aria-label="Search the log"').classes(
                "grow"
            )
            ui.space()
            ui.link("Download", log_address(self._live.now.id)).props("download").classes("download")
        self._box = log_box()
        with self._box:
            self._nothing = ui.element("div")
            with self._nothing:
                marks.empty("Nothing is logged yet." if not self._live.now.terminated else "Nothing was logged.")
        kestra, execution_id = self._view.kestra, self._live.now.id
        if self._live.now.terminated:
            for line in await self._view.ask(kestra.logs.lines, self._live.now, level=LEVELS[0]):
                self._add(line)
        else:
            with self._box:
                follow(lambda: followed(kestra, execution_id), self._take)

    async def _take(self, line: LogLine) -> None:
        with self._box:
            self._add(line)
        if self._is_shown(line):
            ui.run_javascript(f"scrollToEnd({self._box.id})")

    def _add(self, line: LogLine) -> None:
        self._nothing.set_visibility(False)
        place = place_among([known for known, _ in self._lines], line)
        with self._box:
            row = show_line(line)
        if place < len(self._lines):
            row.move(target_index=place + 1)  # after the element that says that there is nothing
        row.set_visibility(self._is_shown(line))
        self._lines.insert(place, (line, row))
        if len(self._lines) > MOST_LINES:
            self._lines.pop(0)[1].delete()
        if line.task_id and line.task_id not in self._tasks.options:
            self._tasks.set_options([*self._tasks.options, line.task_id], value=self._tasks.value)

    def _is_shown(self, line: LogLine) -> bool:
        grave = LEVELS.index(line.level) >= LEVELS.index(self._level) if line.level in LEVELS else True
        of_task = self._task in (EVERY_TASK, line.task_id)
        return grave and of_task and self._text.lower() in line.message.lower()

    def _set_level(self, event: events.ValueChangeEventArguments[str]) -> None:
        self._level = event.value
        self._filter()

    def _set_task(self, event: events.ValueChangeEventArguments[str]) -> None:
        self._task = event.value
        self._filter()

    def _set_text(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._text = event.value or ""
        self._filter()

    def _filter(self) -> None:
        for line, row in self._lines:
            row.set_visibility(self._is_shown(line))


def place_among(lines: Sequence[LogLine], line: LogLine) -> int:
    """Where a line belongs that has just come: after all that are as old. The server sends a late one last.

    Parameters:
        lines: oldest first.
        line: the new one.
    """
    return bisect_right(lines, line.time or LONG_AGO, key=lambda known: known.time or LONG_AGO)


def followed(kestra: KestraClient, execution_id: str) -> Iterator[LogLine]:
    """The lines of an execution's log, from the first one, each as it is written; blocks between them.

    Parameters:
        kestra: the client.
        execution_id: the execution.

    Raises:
        ServerDown: the server went away.
    """
    path, timeout = f"/logs/{execution_id}/follow", (5.0, SILENCE_SECONDS)
    with (
        kestra.http.failures(),
        kestra.http.call("GET", path, params={"minLevel": LEVELS[0]}, stream=True, timeout=timeout) as answer,
    ):
        for data in event_data(answer.iter_lines(chunk_size=None)):
            raw = json.loads(data) if data else {}
            if raw.get("message"):
                yield LogLine.from_json(raw)


TAB = Tab("logs", "Logs", 30, show)
