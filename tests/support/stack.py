"""Stacks of the tests' own."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.sizing import engines
from flowtests import stack
from flowtests.stack import SHORT_LIVED

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def own_stack(folder: Path, *services: str, **settings: str) -> Iterator[dict[str, str]]:
    """Run a stack while the block lasts; gives the environment with which clients find its services.

    Parameters:
        folder, services, settings: as of `flowtests.stack.own_stack`.
    """
    with stack.own_stack(folder, *services, **{**SHORT_LIVED, **settings}) as environment:
        yield environment


def stack_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables with which clients find the services that run now.

    Parameters:
        environment: that of the stack, as `own_stack` gives it.
    """
    command = [sys.executable, "-m", "embedded", "env"]
    listing = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return dict(line.split("=", 1) for line in listing.stdout.splitlines() if "=" in line)


def kill_engines(folder: str) -> None:
    """End the processes of the engines whose state is below a folder with SIGKILL, and wait for their end."""
    for process in engines(folder):
        process.send_signal(signal.SIGKILL)
        process.wait(30)
