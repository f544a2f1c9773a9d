"""Ports that are taken, remembered, or wanted by two stacks at once."""

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import catalog
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


def test_two_settings_never_choose_the_same_port(tmp_path: Path, taken: int) -> None:
    ports = Ports(tmp_path)
    first = ports.choose("WEB_PORT", taken)
    second = ports.choose("OTHER_PORT", taken)
    assert len({first.port, second.port, taken}) == 3
    third = ports.choose("THIRD_PORT", first.port)
    assert third.port not in (first.port, second.port, taken)
    assert (
        third.note
        == f"port {first.port}, wanted for THIRD_PORT, is taken by WEB_PORT of this stack: using {third.port}"
    )


def test_who_asks_again_is_told_the_same(tmp_path: Path, taken: int) -> None:
    ports = Ports(tmp_path)
    first = ports.choose("WEB_PORT", taken)
    assert "as last time" not in first.note
    assert ports.choose("WEB_PORT", taken) == first


SETTINGS = {port.variable: int(str(port.default)) + 10_000 for spec in catalog.SERVICES for port in spec.ports}
"""All ports as far from each other as they are, away from those that a stack on this machine may want."""
PAIRS = list(itertools.permutations(SETTINGS, 2))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=" ".join)
def test_all_pairs_of_services_get_ports_of_their_own(tmp_path: Path, one: str, other: str) -> None:
    """Their usual ports and those between are taken when a stack starts first; both must find others."""
    wanted = {name: SETTINGS[name] for name in (one, other)}
    with ExitStack() as listeners:
        for port in wanted.values():
            _listen(listeners, port)
        ports = Ports(tmp_path)
        chosen = {name: ports.choose(name, port, SETTINGS.values()).port for name, port in wanted.items()}
        assert len(set(chosen.values())) == 2
        assert not set(chosen.values()) & set(SETTINGS.values())
        again = Ports(tmp_path / "next start", ports.remembered())
        assert {name: again.choose(name, port).port for name, port in wanted.items()} == chosen


def test_what_an_earlier_release_gave_twice_is_told_apart(tmp_path: Path) -> None:
    free = Ports(tmp_path).choose("ANY", 0).port
    remembered = {name: {"wanted": 1, "port": free} for name in ("ONE", "OTHER")}
    ports = Ports(tmp_path / "next start", remembered)
    assert ports.choose("ONE", 1).port == free
    assert ports.choose("OTHER", 1).port != free


def _listen(listeners: ExitStack, port: int) -> None:
    """Listen on a port, unless another process of this machine does already."""
    listener = listeners.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        assert not is_free(port)
