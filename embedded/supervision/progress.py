"""Shows how services come and go: a line each that is updated on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import os
from typing import Any, TextIO

_COLOURS = {"ready": "32", "failed": "31", "unhealthy": "31", "starting": "33", "waiting": "33", "stopping": "33"}
_COLUMNS_BEFORE_DETAIL = 22
_UP, _CLEAR = "\x1b[{}A", "\x1b[2K"


class Progress:
    """Lines of the services of one command. Whoever watched may go, with the terminal or the pipe: work goes on."""

    def __init__(self, out: TextIO) -> None:
        """
        Parameters:
            out: where to write; a terminal gets colours and lines that change.
        """
        self._out = out
        self._terminal = out.isatty()
        self._lines: dict[str, str] = {}

    def service(self, snapshot: dict[str, Any]) -> None:
        """Show the state of a service."""
        with contextlib.suppress(OSError):
            self._replace(snapshot["name"], self._text(snapshot))

    def note(self, text: str) -> None:
        """Write a line that stays."""
        with contextlib.suppress(OSError):
            if self._terminal:
                self._lift()
            self._write(text)
            if self._terminal:
                self._draw()

    def _replace(self, name: str, text: str) -> None:
        if self._lines.get(name) == text:
            return
        if self._terminal:
            self._lift()
        self._lines[name] = text
        if self._terminal:
            self._draw()
        else:
            self._write(text)

    def _lift(self) -> None:
        if self._lines:
            self._out.write(_UP.format(len(self._lines)))

    def _draw(self) -> None:
        for line in self._lines.values():
            self._write(line)

    def _write(self, text: str) -> None:
        self._out.write((_CLEAR if self._terminal else "") + text + "\n")
        self._out.flush()

    def _shortened(self, text: str) -> str:
        # A line that wraps would put the lines above it in the wrong place.
        text = text.partition("\n")[0]
        return text[: max(0, os.get_terminal_size(self._out.fileno()).columns - _COLUMNS_BEFORE_DETAIL - 1)]

    def _text(self, snapshot: dict[str, Any]) -> str:
        state, seconds = snapshot["state"], snapshot["ready_seconds"]
        word = f"\x1b[{_COLOURS.get(state, '0')}m{state:<8}\x1b[0m" if self._terminal else f"{state:<8}"
        if snapshot.get("joined") and state == "ready":
            detail = "already"
        elif state == "ready":
            detail = f"in {seconds:.1f} s"
        elif self._terminal:
            detail = self._shortened(snapshot["error"] or snapshot["detail"])
        else:
            detail = snapshot["error"]
        return f"  {snapshot['name']:<10} {word} {detail}".rstrip()
