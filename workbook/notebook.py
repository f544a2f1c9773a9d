"""What differs between a notebook and a terminal: how things show."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.display import clear_output, display

from workbook.errors import WorkbookError

if TYPE_CHECKING:
    from types import TracebackType

LIVE_VARIABLES = ("JPY_SESSION_NAME", "VSCODE_PID")


def in_kernel() -> bool:
    """Whether this runs in a notebook's kernel, with or without somebody looking."""
    return hasattr(get_ipython(), "kernel")


def is_live() -> bool:
    """Whether somebody looks at the notebook: a front end sets these variables, papermill and nbval do not."""
    return in_kernel() and any(os.environ.get(name) for name in LIVE_VARIABLES)


def bundle(text: str, html: str) -> dict[str, str]:
    """What a front end needs to show something: the same as plain text and as HTML."""
    return {"text/plain": text, "text/html": html}


def show(text: str, html: str) -> None:
    """Show something once: as HTML in a notebook, as text elsewhere."""
    if in_kernel():
        display(bundle(text, html), raw=True)
    else:
        print(text)


def install_error_display() -> None:
    """Let a `WorkbookError` show as its message alone. The cell, and so papermill, still fails."""
    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((WorkbookError,), _show_error)


def _show_error(
    shell: Any, kind: type[BaseException], value: BaseException, trace: TracebackType, tb_offset: int | None = None
) -> list[str]:
    lines = [f"{kind.__name__}: {value}"]
    shell._showtraceback(kind, value, lines)
    return lines


def say(line: str) -> None:
    """Show a passing line: in a notebook the next one replaces it, in a terminal it stays."""
    if in_kernel():
        clear_output(wait=bool(line))
        if line:
            print(line)
    elif line:
        print(line, file=sys.stderr)
