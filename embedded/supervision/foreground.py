"""Runs a command as long as it takes, and passes on the signals that we get meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping

import psutil

from embedded.shared.parent_watch import KERNEL_SIGNALS, die_with_parent
from embedded.shared.processes import stop_tree
from embedded.supervision.signals import Interrupted

_GRACE_SECONDS = 10.0
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


class CommandError(RuntimeError):
    """The command cannot be run at all; `exit_code` is a shell's."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_command(argv: list[str], env: Mapping[str, str]) -> int:
    """Run a command in the foreground.

    Parameters:
        argv: the command.
        env: added to our environment.

    Returns:
        Its exit code; 128 and the signal's number when a signal ended it.

    Raises:
        CommandError: it cannot be run.
    """
    at_birth = die_with_parent(signal.SIGTERM) if KERNEL_SIGNALS else None
    try:
        child = subprocess.Popen(argv, env={**os.environ, **env}, preexec_fn=at_birth)
    except FileNotFoundError as error:
        raise CommandError(f"{argv[0]}: not found", _NOT_FOUND) from error
    except OSError as error:
        raise CommandError(f"{argv[0]}: {error.strerror}", _NOT_EXECUTABLE) from error
    code = _wait(child)
    return code if code >= 0 else 128 - code


def _wait(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return child.wait()
        except Interrupted as interrupt:
            # The command decides what Ctrl-C means (JupyterLab, for one, asks first); the others are an order.
            if interrupt.number != signal.SIGINT or not _terminal_signals_command():
                child.send_signal(interrupt.number)
            if interrupt.number != signal.SIGINT:
                return _wait_or_kill(child)


def _wait_or_kill(child: subprocess.Popen[bytes]) -> int:
    try:
        return child.wait(_GRACE_SECONDS)
    except (subprocess.TimeoutExpired, Interrupted):
        stop_tree([psutil.Process(child.pid)], signal.SIGKILL, grace=0)
        return -signal.SIGKILL


def _terminal_signals_command() -> bool:
    """Whether Ctrl-C reaches the command without us: the terminal signals all of its foreground group."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
