"""Runs the programs that build what starts use: an archive of classes, a database with its tables."""

import subprocess

from embedded.shared.paths import ROOT

LAST_LINES = 15
"""How much of a failed program's output its error holds."""


def run(command: list[str], seconds: float, failure: type[Exception]) -> None:
    """Run a program to its end.

    Parameters:
        command: program and arguments.
        seconds: its time limit.
        failure: the error to raise, with the last lines of output.

    Raises:
        Exception: of the type `failure`: the program failed, or its time is over.
    """
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise failure(f"no end after {seconds:g} s") from None
    if done.returncode:
        raise failure("\n".join([*done.stdout.splitlines(), *done.stderr.splitlines()][-LAST_LINES:]))
