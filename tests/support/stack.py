"""A stack of the tests' own: its folders are temporary, its ports are free ones, and it goes when the tests go."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog import free_ports
from flowtests.stack import HOLD, READY

ROOT = Path(__file__).resolve().parents[2]
LEASE = "EMBEDDED_LEASE"


@contextmanager
def own_stack(folder: Path, *services: str, **settings: str) -> Iterator[dict[str, str]]:
    """Start services in `folder` and yield the environment with which clients find them.

    Parameters:
        folder: an empty folder for the stack's state and Kestra's storage.
        services: names; all of them if none is given.
        settings: further environment variables of the stack.
    """
    own = {"EMBEDDED_HOME": str(folder / "home"), "KESTRA_STORAGE": str(folder / "storage")}
    environment = {**os.environ, **free_ports(), **own, **settings}
    only = ["--only", ",".join(services)] if services else []
    command = [sys.executable, "-m", "embedded", "run", *only, "--", sys.executable, "-c", HOLD, LEASE]
    holder = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        lines = []
        for line in holder.stdout:
            lines.append(line)
            if line.startswith(READY):
                # What a notebook starts besides ends with this stack.
                [environment[LEASE]] = json.loads(line.removeprefix(READY))
                break
        else:
            raise AssertionError("the stack did not start:\n" + "".join(lines))
        yield {**environment, **stack_variables(environment)}
    finally:
        holder.stdin.close()
        holder.wait(60)


def stack_variables(environment: dict[str, str]) -> dict[str, str]:
    """The variables of the services that the stack of an environment runs now."""
    command = [sys.executable, "-m", "embedded", "env"]
    listing = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return dict(line.split("=", 1) for line in listing.stdout.splitlines() if "=" in line)
