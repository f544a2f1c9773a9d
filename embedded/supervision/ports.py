"""Chooses ports: the remembered one, the wanted one, or the next that is free, and none that something else has."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from embedded.service import ServiceError
from embedded.shared.loopback import HOST

_NEIGHBOURS = 20


@dataclass(frozen=True)
class Choice:
    """A chosen port, and why it is not the wanted one (empty when it is)."""

    port: int
    note: str = ""


class Ports:
    """The ports of one stack.

    A service may take seconds from its start to listening on its port. In between, a lock file held for the
    supervisor's lifetime keeps other stacks of the same user away from the port.
    """

    def __init__(self, locks: Path, remembered: dict[str, dict[str, int]] | None = None) -> None:
        """
        Parameters:
            locks: folder for lock files, shared by all stacks of this user.
            remembered: what `remembered()` gave in an earlier run.
        """
        self._locks = locks
        self._remembered = dict(remembered or {})
        self._held: dict[int, str] = {}
        self._choices: dict[tuple[str, int], Choice] = {}
        locks.mkdir(parents=True, exist_ok=True)

    def remembered(self) -> dict[str, dict[str, int]]:
        """The choices to keep for the next start, as plain data."""
        return dict(self._remembered)

    def choose(self, name: str, wanted: int, others: Collection[int] = ()) -> Choice:
        """Choose a free port. A setting that asks again gets its port again, with the same note.

        Parameters:
            name: of the setting, for messages and for remembering.
            wanted: the port asked for; 0 for any.
            others: ports that other settings want, which are no substitute for this one's.

        Raises:
            ServiceError: no port is free.
        """
        before = self._remembered.get(name, {})
        last = before["port"] if before.get("wanted") == wanted else None
        for port in self._candidates(wanted, last, others):
            if self._take(port, name):
                self._remembered[name] = {"wanted": wanted, "port": port}
                return self._choice(name, wanted, port, last)
        raise ServiceError(f"no free port for {name} near {wanted}: set {name} to a free one")

    def _choice(self, name: str, wanted: int, port: int, last: int | None) -> Choice:
        before = self._choices.get((name, wanted))
        if before is not None and before.port == port:
            return before
        choice = Choice(port, _note(name, wanted, port, last, self._held.get(wanted)))
        self._choices[name, wanted] = choice
        return choice

    def _candidates(self, wanted: int, last: int | None, others: Collection[int]) -> Iterator[int]:
        if last:
            yield last
        if wanted:
            yield wanted
            yield from (port for port in range(wanted + 1, min(wanted + _NEIGHBOURS, 65535) + 1) if port not in others)
        for _ in range(_NEIGHBOURS):
            yield _any_free()

    def _take(self, port: int, name: str) -> bool:
        if self._held.get(port, name) != name or not is_free(port):
            return False
        if port in self._held:
            return True
        lock = os.open(self._locks / f"{port}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        # The descriptor stays open, and the lock held, as long as this process lives.
        self._held[port] = name
        return True


def is_free(port: int) -> bool:
    """Tell whether nothing listens on a local port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        # Some systems allow binding 127.0.0.1 beside a listener on all addresses: ask first.
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _note(name: str, wanted: int, port: int, last: int | None, holder: str | None) -> str:
    if port == wanted or wanted == 0:
        return ""
    if port == last:
        return f"{name}: using {port} as last time, not {wanted}"
    if holder is not None and holder != name:
        whom = f" by {holder} of this stack"
    else:
        whom = " by another stack of yours" if is_free(wanted) else _listener(wanted)
    return f"port {wanted}, wanted for {name}, is taken{whom}: using {port}"


def _listener(port: int) -> str:
    try:
        connections: list[Any] = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        pid = next((c.pid for c in connections if c.pid and c.laddr.port == port), None)
        return f" by {psutil.Process(pid).name()} (pid {pid})" if pid else ""
    except psutil.Error:  # other users' processes are not always visible
        return ""
