"""How records look in a notebook: as HTML, with plain text beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from workbook.html import chip, code, link, table

TASK_ROWS, LOG_ROWS = 40, 30
"""How many lines of a table are shown; who wants more asks for them."""
_LEVELS = {"ERROR": "FAILED", "WARN": "WARNING", "INFO": "RUNNING"}
"""The look of a level is that of a state."""


class Shown:
    """What shows itself in a notebook."""

    def html(self) -> str:
        """How it looks as HTML."""
        raise NotImplementedError

    def text(self) -> str:
        """How it looks as plain text."""
        return repr(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


def level(name: str) -> str:
    """A level of a log on its colour."""
    return chip(_LEVELS.get(name, "CREATED"), name, mark=False)


def moment(when: datetime | None) -> str:
    """A moment as tables have it, in UTC; empty for none."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if when else ""


def seconds(span: float) -> str:
    """A time span as tables have it."""
    return f"{span:.1f} s"


def card(state: str, name: str, address: str | None, facts: Iterable[tuple[str, str]], below: str = "") -> str:
    """One record: its state and name, what is known of it, and more below.

    Parameters:
        state: empty for what has none.
        name: leads to the address.
        address: None for no link.
        facts: pairs of a word and a value; those without a value are left out.
        below: HTML.
    """
    head = f"{chip(state)} " if state else ""
    known = " · ".join(f"{escape(word)} {escape(value)}".strip() for word, value in facts if value)
    return f"<div>{head}<b>{link(name, address)}</b> <small>{known}</small>{below}</div>"


def task_table(rows: Sequence[tuple[str, str, datetime | None, float]]) -> str:
    """Task runs: label, state, start and seconds of each."""
    shown = [[chip(state), escape(label), moment(start), seconds(span)] for label, state, start, span in rows]
    return table(("state", "task", "start (UTC)", "duration"), shown[:TASK_ROWS]) + more(len(rows), TASK_ROWS)


def log_table(rows: Sequence[tuple[str, str]]) -> str:
    """The last lines of a log: level and message of each."""
    shown = rows[-LOG_ROWS:]
    if not shown:
        return ""
    return more(len(rows), LOG_ROWS) + table(("level", "message"), [[level(name), code(text)] for name, text in shown])


def more(count: int, limit: int) -> str:
    """How many lines a table leaves out."""
    return f"<div><small>{count - limit} more</small></div>" if count > limit else ""
