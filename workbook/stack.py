"""Brings up, or looks for, the services that a notebook needs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping, Sequence

import requests

from workbook import notebook
from workbook.errors import StackError
from workbook.settings import ROOT, embedded_environment
from workbook.web import session

SERVICES = ("kestra", "postgres", "dataset")
MARKERS = {"kestra": "KESTRA_URL", "postgres": "POSTGRES_PORT", "dataset": "DATASET_URL"}
"""The variable that says a service of the embedded stack runs."""
HEALTH_SECONDS = 3


def check_python() -> None:
    """Notice a notebook that runs on another Python than the project's.

    Raises:
        StackError: what is missing, and how to get the right kernel.
    """
    missing = [name for name in ("jpype", "starlette", "psutil") if importlib.util.find_spec(name) is None]
    if missing:
        raise StackError(
            f"This notebook runs on {sys.executable}, which lacks {', '.join(missing)}.\n"
            "Run `make setup` once, and choose the kernel of the project's .venv (`make lab` starts with it)."
        )


def bring_up(services: Sequence[str]) -> dict[str, str]:
    """Start services of the embedded stack unless they run, and give its variables.

    Raises:
        StackError: a service did not start; with the last lines it said.
    """
    environment = embedded_environment()
    if all(_answers(service, environment) for service in services):
        return environment
    check_python()
    lines = _up(services)
    environment = embedded_environment()
    lacking = [service for service in services if MARKERS[service] not in environment]
    if lacking:
        raise StackError("\n".join([f"The stack did not start: {', '.join(lacking)}.", *lines[-15:]]))
    return environment


def _answers(service: str, environment: Mapping[str, str]) -> bool:
    if MARKERS[service] not in environment:
        return False
    if service == "postgres":
        return True
    try:
        url = environment[MARKERS[service]]
        return session(url).get(f"{url}/health", timeout=HEALTH_SECONDS).ok
    except requests.RequestException:
        return False


def _up(services: Sequence[str]) -> list[str]:
    """Run the command, showing what it says to whoever watches."""
    command = [sys.executable, "-m", "embedded", "up", "--only", ",".join(services)]
    lines: list[str] = []
    watched = notebook.is_live() or not notebook.in_kernel()
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line.rstrip())
                if watched:
                    notebook.say(line.rstrip())
        except KeyboardInterrupt:
            process.terminate()
            raise
    if watched:
        notebook.say("")
    if process.returncode:
        raise StackError("\n".join(["`python -m embedded up` failed:", *lines[-15:]]))
    return lines
