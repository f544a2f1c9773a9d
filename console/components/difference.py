"""The difference between two texts, line by line."""

from __future__ import annotations

import difflib

from nicegui import ui

CONTEXT = 3
_KINDS = {"+": "added", "-": "removed", "@": "place"}


def difference(before: str, after: str) -> int:
    """Show what changes from one text to another; gives how many lines do.

    Parameters:
        before, after: the texts.
    """
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=CONTEXT, lineterm=""))[2:]
    with ui.element("div").classes("diff").props('tabindex=0 role=region aria-label="Difference"'):
        for line in lines:
            ui.label(line or " ").classes(_KINDS.get(line[:1], ""))
    return sum(line[:1] in "+-" for line in lines)
