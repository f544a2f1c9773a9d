"""A unit test needs neither a process nor a port: one that asks for them fails, and belongs to another folder."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROCESSES = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
PORTS = {"socket.bind", "socket.connect"}
FOLDER = Path(__file__).parent
SECONDS = 60
_guarded = False


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: https://docs.python.org/3/library/audit_events.html."""
    if not _guarded or not (event in PROCESSES or (event in PORTS and _is_port(arguments[0]))):
        return
    raise RuntimeError(f"a unit test may not use {event}{arguments[1:]}")


def _is_port(connection: socket.socket) -> bool:
    return connection.family in (socket.AF_INET, socket.AF_INET6)


sys.addaudithook(_refuse)


@pytest.fixture(autouse=True)
def _no_process_and_no_port() -> Iterator[None]:
    global _guarded
    _guarded = True
    yield
    _guarded = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests have a time limit of their own."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.timeout(SECONDS))
