"""The shell of JupyterLab's terminal, in which the project's commands work as they do after `activate`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent


def environment() -> dict[str, str]:
    """The variables of the project's virtual environment."""
    return {"VIRTUAL_ENV": sys.prefix, "PATH": f"{Path(sys.prefix, 'bin')}{os.pathsep}{os.environ.get('PATH', '')}"}


def shell_command(shell: str | None) -> list[str]:
    """The command of a terminal; the learner's own settings of the shell hold, but do not hide the project's Python.

    Parameters:
        shell: the learner's shell, as `$SHELL` names it.
    """
    shell = shell or shutil.which("bash") or "/bin/sh"
    match Path(shell).name:
        case "bash":
            return [shell, "--rcfile", str(HERE / "bashrc"), "-i"]
        case "zsh":
            return ["/usr/bin/env", f"ZDOTDIR={HERE}", shell, "-i"]
        case "fish":
            return [shell, "-C", 'set -gx PATH "$VIRTUAL_ENV/bin" $PATH; cd "$JUPYTER_SERVER_ROOT"']
    return [shell]
