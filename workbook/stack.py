"""Brings up, or looks for, the services that a notebook needs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping, Sequence

import requests

import catalog
from workbook import notebook
from workbook.errors import StackError
from workbook.project import ROOT
from workbook.settings import embedded_environment
from workbook.web import session

HEALTH_SECONDS = 3
COMMAND_SECONDS = 120


def check_python() -> None:
    """Reject a notebook that runs on another Python than the project's.

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
    """Start services of the embedded stack unless they run, and return its variables.

    A service that failed and was started again by its supervisor is named to whoever watches.

    Raises:
        StackError: a service did not start; with the last lines it said.
    """
    environment = embedded_environment(tell=print)
    if all(answers(service, environment) for service in services):
        return environment
    check_python()
    lines = _up(services)
    environment = embedded_environment()
    lacking = [service for service in services if catalog.service(service).marker not in environment]
    if lacking:
        raise StackError("\n".join([f"The stack did not start: {', '.join(lacking)}.", *lines[-15:]]))
    return environment


def stop(stack: str, service: str) -> None:
    """Stop one service; the others keep running.

    Raises:
        StackError: it cannot be stopped from here, or was not.
    """
    check_names(service)
    commands = {
        "embedded": [sys.executable, "-m", "embedded", "stop", service],
        "docker": ["docker", "compose", "stop", catalog.docker_name(service)],
    }
    _change(commands, stack, service)


def start(stack: str, service: str) -> None:
    """Start one service that was stopped, and wait until it is healthy.

    Raises:
        StackError: it cannot be started from here, or did not start.
    """
    check_names(service)
    commands = {
        "embedded": [sys.executable, "-m", "embedded", "up", "--only", service],
        "docker": ["docker", "compose", "up", "--detach", "--wait", catalog.docker_name(service)],
    }
    _change(commands, stack, service)


def check_names(*services: str) -> None:
    """Reject names of services that do not exist.

    Raises:
        StackError: which, and which there are.
    """
    unknown = [name for name in services if name not in catalog.NAMES]
    if unknown:
        raise StackError(f"There is no service {', '.join(unknown)}. There are {', '.join(catalog.NAMES)}.")


def _change(commands: Mapping[str, list[str]], stack: str, service: str) -> None:
    if stack not in commands:
        raise StackError(
            f"The services of the {stack} stack are not this notebook's to stop or start. "
            f"Stop {service} where it runs, or do this lesson on the embedded or the docker stack."
        )
    command = commands[stack]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StackError(f"`{' '.join(command)}` failed: {error}") from error
    if done.returncode:
        raise StackError("\n".join([f"`{' '.join(command)}` failed:", *done.stdout.splitlines()[-15:]]))


def answers(service: str, environment: Mapping[str, str]) -> bool:
    """Whether a service answers well.

    Parameters:
        service: its name.
        environment: the variables of the services that run.
    """
    spec = catalog.service(service)
    address = spec.located(environment) if spec.health else None
    if spec.health is None or address is None:  # a service that does not speak HTTP is well if the stack names it
        return spec.health is None and spec.marker in environment
    health = spec.health
    login = (environment[health.login[0]], environment[health.login[1]]) if health.login else None
    try:
        answer = session(address).get(address + health.path, auth=login, timeout=HEALTH_SECONDS)
    except requests.RequestException:
        return False
    return answer.ok or health.any_answer


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
                    notebook.show_status(line.rstrip())
        except KeyboardInterrupt:
            process.terminate()
            raise
    if watched:
        notebook.show_status("")
    if process.returncode:
        raise StackError("\n".join(["`python -m embedded up` failed:", *lines[-15:]]))
    return lines
