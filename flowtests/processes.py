"""Processes that last as long as their standard input."""

import subprocess


def end(process: subprocess.Popen[str], seconds: float) -> None:
    """Have a process end, whose input and output are pipes.

    Parameters:
        process: the process.
        seconds: how long it may take.

    Raises:
        subprocess.TimeoutExpired: it takes longer.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    process.wait(seconds)
