"""Keeps modules out of the process that would be imported, but never used."""

from __future__ import annotations

import sys

UNUSED = ("aiohttp", "tornado")
"""python-engineio imports them where they are installed, for clients and servers that the console does not have.

They take 12 MB, and a quarter of the CPU of the console's start.
"""


def leave_out() -> None:
    """Let imports of these fail, as if they were not installed; call it before NiceGUI is imported."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # Python's own mark of a module that is not to be found
