"""Pieces of HTML that show in every notebook: trusted or not, on a light or on a dark page.

From a notebook that is not trusted, JupyterLab removes what it does not know, CSS variables among it. So a text keeps
the page's own colour, and what has a colour brings its ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from workbook.theme import state_style

_CELL = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"


def chip(state: str, words: str = "", mark: bool = True) -> str:
    """A state on its colour, with its mark.

    Parameters:
        state: decides the look, such as SUCCESS.
        words: other words than the state itself.
        mark: whether to show the mark.
    """
    style = state_style(state)
    return (
        f'<span style="background:{style.fill};color:{style.ink};border-radius:3px;padding:0 6px;white-space:nowrap">'
        f"{style.mark + ' ' if mark else ''}{escape(words or state)}</span>"
    )


def code(words: str) -> str:
    """A text as code."""
    return f"<code>{escape(words)}</code>"


def link(words: str, address: str | None) -> str:
    """A link that opens in a page of its own; the words alone if there is nowhere to lead."""
    if not address:
        return escape(words)
    return f'<a href="{escape(address)}" target="_blank">{escape(words)}</a>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table, read from the left.

    Parameters:
        head: the headings, as texts.
        rows: the cells, as HTML.
    """
    body = "".join(_row("td", row) for row in rows)
    return f'<table style="margin:0"><thead>{_row("th", map(escape, head))}</thead><tbody>{body}</tbody></table>'


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f'<{tag} style="{_CELL}">{cell}</{tag}>' for cell in cells) + "</tr>"


def lines_of(texts: Sequence[Sequence[str]]) -> list[str]:
    """Rows of texts as lines, their columns below one another."""
    widths = [max(len(cell) for cell in column) for column in zip(*texts, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts]
