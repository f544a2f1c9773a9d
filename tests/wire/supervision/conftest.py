"""The command in a folder of its own, on tiny services and on the real ones; nothing may be left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import FAKES, REAL, Command


@pytest.fixture
def fakes(tmp_path: Path) -> Iterator[Command]:
    """The command on tiny services."""
    yield from _command(FAKES, tmp_path)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Command]:
    """The command on the real services."""
    yield from _command(REAL, tmp_path)


def _command(module: str, folder: Path) -> Iterator[Command]:
    # As long as a checkout's path may get: longer than what a unix socket's path may be.
    command = Command(module, folder / ("long" * 20) / ("path" * 10))
    yield command
    command("down")
    assert command.nothing_runs(), command.processes()
