"""Ports that are taken, remembered, or wanted by two stacks at once."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.supervision.ports import Ports, is_free
from tests.support.command import Command


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_named_and_replaced(fakes: Command, taken: int) -> None:
    up = fakes("up", "--only", "web", FAKE_WEB_PORT=str(taken))
    assert up.returncode == 0
    chosen = fakes.environment()["WEB_PORT"]
    assert chosen != str(taken)
    assert f"port {taken}, wanted for WEB_PORT, is taken by" in up.stdout
    assert f"(pid {os.getpid()}): using {chosen}" in up.stdout


def test_a_chosen_port_is_remembered(tmp_path: Path, taken: int) -> None:
    first = Ports(tmp_path)
    choice = first.choose("WEB_PORT", taken)
    other = Ports(tmp_path / "elsewhere", first.remembered()).choose("WEB_PORT", taken)
    assert (other.port, other.note) == (choice.port, f"WEB_PORT: using {choice.port} as last time, not {taken}")


def test_another_wish_forgets_the_remembered_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path)
    free = ports.choose("WEB_PORT", 0).port
    memory = {"WEB_PORT": {"wanted": 1, "port": 2}}
    assert Ports(tmp_path / "elsewhere", memory).choose("WEB_PORT", free).port == free


def test_two_stacks_never_choose_the_same_port(tmp_path: Path) -> None:
    ours, theirs = Ports(tmp_path), Ports(tmp_path)
    first = ours.choose("WEB_PORT", 0).port
    assert is_free(first)
    assert theirs.choose("WEB_PORT", first).port != first
    assert ours.choose("WEB_PORT", first).port == first
