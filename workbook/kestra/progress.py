"""Progress while something runs: a bar for whoever watches, and one last line that stays.

The last line is the same at every run but for the seconds, which stand on a line of their own ("in 3.4 s").
"""

from __future__ import annotations

import sys
import time
from html import escape
from typing import Any, Protocol

from IPython.display import display
from tqdm import tqdm

from workbook import notebook
from workbook.html import chip

BAR_SECONDS = 0.2


class Progress(Protocol):
    """Where progress goes."""

    def update(self, done: int, total: int, note: str) -> None:
        """Show how far it is.

        Parameters:
            done: how many have ended.
            total: how many there are; 0 if that is not known yet.
            note: what runs now.
        """

    def finish(self, name: str, state: str, summary: str) -> None:
        """Show how it ended.

        Parameters:
            name: what ran.
            state: the final state, such as SUCCESS.
            summary: what came of it, in a few words.
        """


def start(name: str, unit: str) -> Progress:
    """The progress display that fits the place this runs in.

    Parameters:
        name: what runs.
        unit: what is counted, in the plural.
    """
    if notebook.is_live():
        return _Live(name, unit)
    if not notebook.in_kernel() and sys.stderr.isatty():
        return _Terminal(name, unit)
    return _Quiet()


class _Quiet:
    """No bar: papermill, nbval, scripts."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def update(self, done: int, total: int, note: str) -> None:
        """Nobody watches.

        Parameters:
            done, total, note: as of `Progress.update`.
        """

    def finish(self, name: str, state: str, summary: str) -> None:
        """Show the last line.

        Parameters:
            name, state, summary: as of `Progress.finish`.
        """
        notebook.show(*_last_line(name, state, summary, time.monotonic() - self._began))


class _Terminal(_Quiet):
    """A tqdm bar on standard error."""

    def __init__(self, name: str, unit: str) -> None:
        super().__init__()
        self._bar = tqdm(desc=name, unit=f" {unit}", leave=False, dynamic_ncols=True)

    def update(self, done: int, total: int, note: str) -> None:
        """Move the bar.

        Parameters:
            done, total, note: as of `Progress.update`.
        """
        self._bar.total, self._bar.n = total, done
        self._bar.set_postfix_str(note, refresh=True)

    def finish(self, name: str, state: str, summary: str) -> None:
        """Replace the bar by the last line.

        Parameters:
            name, state, summary: as of `Progress.finish`.
        """
        self._bar.close()
        super().finish(name, state, summary)


class _Live:
    """An HTML bar in JupyterLab, which turns into the last line: the cell keeps one small output."""

    def __init__(self, name: str, unit: str) -> None:
        self._name, self._unit = name, unit
        self._began = time.monotonic()
        self._drawn = 0.0
        self._handle: Any = display({"text/plain": name}, raw=True, display_id=True)

    def update(self, done: int, total: int, note: str) -> None:
        """Redraw the bar, at most five times a second.

        Parameters:
            done, total, note: as of `Progress.update`.
        """
        if time.monotonic() - self._drawn < BAR_SECONDS:
            return
        self._drawn = time.monotonic()
        counted = f"{done} of {total} {self._unit}" if total else self._unit
        html = (
            f"<div><b>{escape(self._name)}</b> "
            f'<progress value="{done}" max="{max(total, 1)}" style="width:18em;vertical-align:middle"></progress> '
            f"{escape(counted)} · {escape(note)} · {time.monotonic() - self._began:.0f} s</div>"
        )
        self._handle.update(notebook.bundle(f"{self._name}  {counted}  {note}", html), raw=True)

    def finish(self, name: str, state: str, summary: str) -> None:
        """Turn the bar into the last line.

        Parameters:
            name, state, summary: as of `Progress.finish`.
        """
        text, html = _last_line(name, state, summary, time.monotonic() - self._began)
        self._handle.update(notebook.bundle(text, html), raw=True)


def _last_line(name: str, state: str, summary: str, seconds: float) -> tuple[str, str]:
    html = (
        f"<div><code>{escape(name)}</code> {chip(state)} {escape(summary)}<br>\n<small>in {seconds:.1f} s</small></div>"
    )
    return f"{name}  {state}  {summary}\nin {seconds:.1f} s", html
