"""The line between the command and the supervisor: JSON lines over a unix socket in the state folder."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.shared.parent_watch import MARK
from embedded.shared.paths import ROOT
from embedded.shared.processes import OWNER, Identity
from embedded.shared.state_folder import StateFolder, full_disk
from embedded.supervision.messages import Message, encode
from embedded.supervision.signals import SignalQueue

SOCKET = "control.sock"
ALREADY_RUNNING = 75
"""Exit code of a supervisor that found another one in charge of its folder."""
_START_SECONDS = 60.0  # an earlier one may still be stopping its services
_LEAVING_SECONDS = 10.0
_ANSWER_SECONDS = 10.0
_POLL_SECONDS = 0.02
_RECEIVE_BYTES = 65536


class ControlError(RuntimeError):
    """The supervisor cannot be started or went away."""


@dataclass
class Call:
    """One request to the supervisor, and its answers as they come."""

    connection: socket.socket
    supervisor: Identity
    received: bytes = b""
    """What came after the last whole line."""

    def events(self, signals: SignalQueue | None = None) -> Iterator[dict[str, Any]]:
        """Give the answers until the supervisor closes the line.

        Parameters:
            signals: what ends the waiting for an answer.

        Raises:
            Interrupted: a signal came.
        """
        with contextlib.suppress(ConnectionError):
            while line := self._line(signals):
                yield json.loads(line)

    def _line(self, signals: SignalQueue | None) -> bytes:
        while b"\n" not in self.received:
            if signals:
                signals.raise_next(readable=self.connection)
            if not (more := self.connection.recv(_RECEIVE_BYTES)):
                return b""
            self.received += more
        line, _, self.received = self.received.partition(b"\n")
        return line

    def cancel(self) -> None:
        """Take the request back; answers still come until all that it started has stopped."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def wait_for_end(self) -> bool:
        """Wait until the supervisor's process has ended; tell whether it did in time."""
        deadline = time.monotonic() + _LEAVING_SECONDS
        while (alive := self.supervisor.process() is not None) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return not alive

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def connect(folder: StateFolder) -> socket.socket | None:
    """Connect to the supervisor of a state folder; None when there is none."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        # A socket's path may have about 100 characters; a relative one always fits.
        with contextlib.chdir(folder.path):
            connection.connect(SOCKET)
    except OSError:
        connection.close()
        return None
    return connection


def call(folder: StateFolder, message: Message) -> Call | None:
    """Send a message to a running supervisor.

    Returns:
        The call, or None when no supervisor takes it.
    """
    connection = connect(folder)
    if connection is None:
        return None
    try:
        connection.settimeout(_ANSWER_SECONDS)
        connection.sendall(encode(message))
        greeted = Call(connection, Identity(0, 0))
        if greeting := next(greeted.events(), None):  # it comes at once, or never from one that is leaving
            connection.settimeout(None)
            return Call(connection, Identity(**greeting), greeted.received)
    except OSError:
        pass
    connection.close()
    return None


def call_or_start(folder: StateFolder, message: Message, program: list[str], signals: SignalQueue) -> Call:
    """Send a message to the supervisor, starting one if need be. Of several starters at once, one wins.

    Parameters:
        folder: the state folder.
        message: what to ask.
        program: the command line that runs a supervisor, without the folder.
        signals: one that comes while our supervisor starts is left to the caller, who takes the message back.

    Raises:
        ControlError: no supervisor could be started.
        Interrupted: a signal came while we waited for the end of an earlier supervisor.
    """
    deadline = time.monotonic() + _START_SECONDS
    starting: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        if answer := call(folder, message):
            return answer
        if starting is None:
            starting = _start(folder, program)
        elif starting.poll() == ALREADY_RUNNING:
            starting = None  # another one won, or one is about to leave
        elif starting.poll() is not None:
            ended = f"the supervisor ended with code {starting.returncode}: see {_log(folder)}"
            raise ControlError(full_disk(folder.path) or ended)
        if starting is None:
            signals.raise_next(0)
        time.sleep(_POLL_SECONDS)
    raise ControlError(f"the supervisor did not answer within {_START_SECONDS:.0f} s: see {_log(folder)}")


def _start(folder: StateFolder, program: list[str]) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if name not in (OWNER, MARK)}
    descriptor = os.open(_log(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, *program, str(folder.path)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def _log(folder: StateFolder) -> Path:
    return folder.log_of("supervisor")
