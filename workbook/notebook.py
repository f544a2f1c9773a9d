"""What differs between a notebook and a terminal: how things show."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

LIVE_VARIABLES = ("JPY_SESSION_NAME", "VSCODE_PID")


def in_kernel() -> bool:
    """Whether this runs in a notebook's kernel, with or without somebody looking."""
    ipython = sys.modules.get("IPython")  # which a kernel has imported, and nobody else has to
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def is_live() -> bool:
    """Whether somebody looks at the notebook: a front end sets these variables, papermill and nbval do not."""
    return in_kernel() and any(os.environ.get(name) for name in LIVE_VARIABLES)


def display(content: dict[str, str], **options: Any) -> Any:
    """Show something in a notebook, as `IPython.display.display` does.

    Parameters:
        content: by media type.
        options: as of that function.
    """
    return import_module("IPython.display").display(content, raw=True, **options)


def bundle(text: str, html: str) -> dict[str, str]:
    """The same content as plain text and as HTML: a front end shows the richest form that it can."""
    return {"text/plain": text, "text/html": html}


def show(text: str, html: str) -> None:
    """Show something once: as HTML in a notebook, as text elsewhere."""
    if in_kernel():
        display(bundle(text, html))
    else:
        print(text)


def show_status(line: str) -> None:
    """Show a passing line: in a notebook the next one replaces it, in a terminal it stays."""
    if in_kernel():
        import_module("IPython.display").clear_output(wait=bool(line))
        if line:
            print(line)
    elif line:
        print(line, file=sys.stderr)
