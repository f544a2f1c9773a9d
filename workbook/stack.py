"""Brings up, or looks for, the services that a notebook needs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping, Sequence

import requests

from workbook import notebook
from workbook.errors import DOCKER_NAMES, StackError
from workbook.settings import ROOT, embedded_environment
from workbook.web import session

DEFAULT = ("kestra", "postgres", "dataset")
"""The services that are meant when none is named."""
MARKERS = {
    "kestra": "KESTRA_URL",
    "postgres": "POSTGRES_PORT",
    "dataset": "DATASET_URL",
    "timescale": "TIMESCALE_PORT",
    "clickhouse": "CLICKHOUSE_PORT",
    "elasticsearch": "ELASTICSEARCH_URL",
    "qdrant": "QDRANT_URL",
    "aws": "AWS_ENDPOINT_URL",
    "gcp": "STORAGE_EMULATOR_HOST",
}
"""The variable that says a service of the embedded stack runs."""
SERVICES = tuple(MARKERS)
HEALTH = {
    "kestra": "{KESTRA_URL}/health",
    "dataset": "{DATASET_URL}/health",
    "clickhouse": "http://{CLICKHOUSE_HOST}:{CLICKHOUSE_PORT}/ping",
    "elasticsearch": "{ELASTICSEARCH_URL}/_cluster/health",
    "qdrant": "{QDRANT_URL}/readyz",
    "aws": "{AWS_ENDPOINT_URL}",
    "gcp": "{STORAGE_EMULATOR_HOST}/_health",
}
"""What a service answers when it is well. PostgreSQL and TimescaleDB do not speak HTTP: the marker has to do."""
HEALTH_SECONDS = 3
COMMAND_SECONDS = 120


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


def stop(stack: str, service: str) -> None:
    """Stop one service; the others go on.

    Raises:
        StackError: it cannot be stopped from here, or was not.
    """
    check_names(service)
    commands = {
        "embedded": [sys.executable, "-m", "embedded", "stop", service],
        "docker": ["docker", "compose", "stop", DOCKER_NAMES.get(service, service)],
    }
    _change(commands, stack, service)


def start(stack: str, service: str) -> None:
    """Start one service that was stopped, and wait until it is well.

    Raises:
        StackError: it cannot be started from here, or did not start.
    """
    check_names(service)
    commands = {
        "embedded": [sys.executable, "-m", "embedded", "up", "--only", service],
        "docker": ["docker", "compose", "up", "--detach", "--wait", DOCKER_NAMES.get(service, service)],
    }
    _change(commands, stack, service)


def check_names(*services: str) -> None:
    """Notice names of services that there are not.

    Raises:
        StackError: which, and which there are.
    """
    unknown = [name for name in services if name not in SERVICES]
    if unknown:
        raise StackError(f"There is no service {', '.join(unknown)}. There are {', '.join(SERVICES)}.")


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


def _answers(service: str, environment: Mapping[str, str]) -> bool:
    if MARKERS[service] not in environment:
        return False
    if service not in HEALTH:
        return True
    url = HEALTH[service].format_map(environment)
    login = (environment["ES_USER"], environment["ES_PASSWORD"]) if service == "elasticsearch" else None
    try:
        answer = session(url).get(url, auth=login, timeout=HEALTH_SECONDS)
    except requests.RequestException:
        return False
    return answer.ok or service == "aws"  # which refuses whoever does not sign


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
