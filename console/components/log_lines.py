"""Lines of a log."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from console.components import marks
from workbook.kestra.models import LogLine

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")


def show_lines(lines: Sequence[LogLine]) -> None:
    """A whole log, oldest line first."""
    with log_box():
        for line in lines:
            show_line(line)
        if not lines:
            marks.empty("Nothing was logged.")


def log_box() -> ui.element:
    """The box that lines of a log stand in; it scrolls by keyboard, too."""
    return ui.element("div").classes("log").props('role="log" tabindex=0 aria-label="Log"')


def show_line(line: LogLine) -> ui.element:
    """One line: when, how grave, of which task, and what it says."""
    with ui.element("div").classes("log-line") as row:
        marks.moment(line.time)
        ui.label(line.level).classes("log-level").props(f'data-level="{line.level}"')
        ui.label(line.task_id or "").classes("task")
        ui.label(line.message).classes("text")
    return row
