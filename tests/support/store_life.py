"""Stacks of one store whose life a test rules: it stops them, kills them, and starts them again."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from catalog import free_ports
from embedded.shared.paths import cache_folder
from tests.support.command import REAL, Command

START_SECONDS = 150
"""Of a Java server on a busy machine."""


@contextlib.contextmanager
def commanded(folder: Path, **settings: str) -> Iterator[Command]:
    """The command on a state folder of its own; nothing may run when it is done.

    Parameters:
        folder: an empty folder.
        settings: further environment variables.
    """
    command = Command(REAL, folder)
    command.env |= free_ports() | {"EMBEDDED_CACHE": str(cache_folder())} | settings
    try:
        yield command
    finally:
        command("down")
        assert command.nothing_runs(), command.processes()


def start(command: Command, service: str) -> dict[str, str]:
    """Start a service and tell the environment with which clients find it."""
    up = command.spawn("up", "--only", service)
    _, told = up.communicate(timeout=START_SECONDS)
    assert up.returncode == 0, told
    return command.environment()


def family(command: Command, service: str) -> list[psutil.Process]:
    """The processes of a service."""
    root = psutil.Process(command.status()[service]["pid"])
    return [root, *root.children(recursive=True)]


def kill_everything(command: Command, service: str) -> None:
    """SIGKILL for the supervisor and all of the service, at once."""
    for pid in [command.supervisor(), *(process.pid for process in family(command, service))]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def listening(command: Command, service: str) -> set[str]:
    """The addresses on which a service listens; IPv4 ones as such, also where the socket is one of IPv6."""
    connections = [c for process in family(command, service) for c in process.net_connections()]
    return {c.laddr.ip.removeprefix("::ffff:") for c in connections if c.status == psutil.CONN_LISTEN}
