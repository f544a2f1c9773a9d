"""Progress while something runs: a bar for whoever watches, and one last line that stays.

The last line is the same at every run but for the seconds, which a notebook has on a line of their own ("in 3.4 s").
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from tqdm import tqdm

from workbook import notebook
from workbook.html import chip, link
from workbook.kestra.models import Execution, LogLine
from workbook.kestra.shown import level
from workbook.kestra.summaries import span

BAR_SECONDS = 0.2
LOG_LINES, LOG_WIDTH = 5, 160
"""How much of the log stands below a bar: lines, and characters of each."""
HALF_SECONDS = 10.0


@dataclass(frozen=True)
class Status:
    """How far something is.

    Attributes:
        done: how many have ended.
        total: how many there are; 0 if that is not known yet.
        note: what runs now.
        seconds: for how long it has been running.
        part: what has been done of those that run, as a part of one.
        about: whether the total is an estimate.
    """

    done: int
    total: int
    note: str
    seconds: float
    part: float = 0.0
    about: bool = False

    def counted(self, unit: str) -> str:
        """How far it is, in words."""
        if not self.total:
            return unit
        return f"{self.done} of {'about ' if self.about else ''}{self.total} {unit}"


def part_of(seconds: float) -> float:
    """How much of a task to show as done that has been running for so long: half after ten seconds, never all.

    Nobody knows how long a task takes. This shows that it goes on.
    """
    return float(0.9 * (1 - 0.5 ** (seconds / HALF_SECONDS)))


def of_executions(executions: Sequence[Execution], total: int, note: str) -> Status:
    """How far several executions are.

    Parameters:
        executions: those that have been started.
        total: how many there will be.
        note: what runs now.
    """
    going = [execution for execution in executions if not execution.terminated]
    parts = sum(part_of(execution.duration) for execution in going if execution.state == "RUNNING")
    return Status(len(executions) - len(going), total, note, span(executions), parts)


class Progress(Protocol):
    """Where progress goes.

    Attributes:
        watched: whether somebody looks at it, so that it is worth to update it while nothing changes.
        shows_log: whether it has room for lines of a log.
    """

    watched: bool
    shows_log: bool

    def update(self, status: Status, log: Sequence[LogLine] = ()) -> None:
        """Show how far it is.

        Parameters:
            status: how far.
            log: the last lines of the log.
        """

    def finish(self, name: str, state: str, summary: str, seconds: float) -> None:
        """Show how it ended.

        Parameters:
            name: what ran.
            state: the final state, such as SUCCESS.
            summary: what came of it, in a few words.
            seconds: for how long it ran.
        """


def start(name: str, unit: str, page: str | None = None) -> Progress:
    """The progress display that fits the place this runs in.

    Parameters:
        name: what runs.
        unit: what is counted, in the plural.
        page: where it can be watched on the screen. Only a notebook that somebody looks at leads there: the address is
            another one on each machine and at each run, and what is written into a notebook without a reader is not.
    """
    if notebook.is_live():
        return _Live(name, unit, page)
    if not notebook.in_kernel() and sys.stderr.isatty():
        return _Terminal(name, unit)
    return _Quiet()


class _Quiet:
    """No bar: papermill, nbval, scripts."""

    watched = False
    shows_log = False

    def update(self, status: Status, log: Sequence[LogLine] = ()) -> None:
        """Nobody watches.

        Parameters:
            status, log: as of `Progress.update`.
        """

    def finish(self, name: str, state: str, summary: str, seconds: float) -> None:
        """Show the last line.

        Parameters:
            name, state, summary, seconds: as of `Progress.finish`.
        """
        text, html = _last_line(name, state, summary, seconds)
        notebook.show(text if notebook.in_kernel() else text.replace("\n", " "), html)


class _Terminal(_Quiet):
    """A tqdm bar on standard error: one line, which the last one replaces."""

    watched = True

    def __init__(self, name: str, unit: str) -> None:
        self._unit = unit
        self._bar = tqdm(desc=name, total=1, leave=False, dynamic_ncols=True, bar_format="{desc} |{bar}| {postfix}")

    def update(self, status: Status, log: Sequence[LogLine] = ()) -> None:
        """Move the bar.

        Parameters:
            status, log: as of `Progress.update`.
        """
        self._bar.total, self._bar.n = max(status.total, 1), _reached(status)
        words = f"{status.counted(self._unit)}, {status.note}, {status.seconds:.0f} s"
        self._bar.set_postfix_str(words, refresh=True)

    def finish(self, name: str, state: str, summary: str, seconds: float) -> None:
        """Replace the bar by the last line.

        Parameters:
            name, state, summary, seconds: as of `Progress.finish`.
        """
        self._bar.close()
        super().finish(name, state, summary, seconds)


class _Live:
    """An HTML bar in JupyterLab, which turns into the last line: the cell keeps one small output."""

    watched = True
    shows_log = True

    def __init__(self, name: str, unit: str, page: str | None = None) -> None:
        self._name, self._unit, self._page = name, unit, page
        self._drawn = 0.0
        self._handle: Any = notebook.display({"text/plain": name}, display_id=True)

    def update(self, status: Status, log: Sequence[LogLine] = ()) -> None:
        """Redraw the bar, at most five times a second.

        Parameters:
            status, log: as of `Progress.update`.
        """
        if time.monotonic() - self._drawn < BAR_SECONDS:
            return
        self._drawn = time.monotonic()
        counted = status.counted(self._unit)
        html = (
            f"<div><b>{link(self._name, self._page)}</b> "
            f'<progress value="{_reached(status):.2f}" max="{max(status.total, 1)}" '
            'style="width:18em;vertical-align:middle"></progress> '
            f"{escape(counted)} · {escape(status.note)} · {status.seconds:.0f} s{_log_html(log)}</div>"
        )
        self._handle.update(notebook.bundle(f"{self._name}  {counted}  {status.note}", html), raw=True)

    def finish(self, name: str, state: str, summary: str, seconds: float) -> None:
        """Turn the bar into the last line.

        Parameters:
            name, state, summary, seconds: as of `Progress.finish`.
        """
        text, html = _last_line(name, state, summary, seconds, self._page)
        self._handle.update(notebook.bundle(text, html), raw=True)


def _reached(status: Status) -> float:
    return min(status.done + status.part, max(status.total, 1))


def _log_html(log: Sequence[LogLine]) -> str:
    """The last lines of a log, each with its level."""
    lines = "".join(
        f"{level(line.level)} <small>{escape(line.task_id or '-')}: {escape(_short(line.message))}</small><br>"
        for line in log[-LOG_LINES:]
    )
    return f'<div style="margin:4px 0 0 1em">{lines}</div>' if lines else ""


def _short(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= LOG_WIDTH else line[: LOG_WIDTH - 1] + "…"


def _last_line(name: str, state: str, summary: str, seconds: float, page: str | None = None) -> tuple[str, str]:
    html = (
        f"<div><code>{link(name, page)}</code> {chip(state)} {escape(summary)}<br>\n"
        f"<small>in {seconds:.1f} s</small></div>"
    )
    return f"{name}  {state}  {summary}\nin {seconds:.1f} s", html
