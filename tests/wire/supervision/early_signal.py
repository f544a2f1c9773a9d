"""Runs a command as `run` does, with a signal at a moment that a test cannot hit from outside.

Arguments: the moment, the signal's number, a file that the command makes when it is ready, the command.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from embedded.supervision.foreground import run_command
from embedded.supervision.signals import SignalQueue
from tests.support.waiting import eventually

MOMENT, NUMBER, MARK = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])


class SignalledPopen(subprocess.Popen[bytes]):
    """A child whose birth is interrupted."""

    def __init__(self, argv: list[str], **arguments: Any) -> None:
        prepare = arguments["preexec_fn"]
        if MOMENT == "in the child before its program":
            arguments["preexec_fn"] = lambda: (os.kill(os.getpid(), NUMBER), prepare())
        super().__init__(argv, **arguments)
        if MOMENT == "before the child is known":
            eventually(MARK.exists)
            os.kill(os.getpid(), NUMBER)


subprocess.Popen = SignalledPopen  # type: ignore[misc]
sys.exit(run_command(sys.argv[4:], {}, SignalQueue()))
