"""Runs a command as long as it takes, and passes on the signals that we get meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping

import psutil

from embedded.shared.parent_watch import KERNEL_SIGNALS, die_with_parent
from embedded.shared.processes import stop_tree
from embedded.supervision.signals import ENDING, SignalQueue

_GRACE_SECONDS = 10.0
_TERMINAL_SECONDS = 2.0
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


class CommandError(RuntimeError):
    """The command cannot be run at all; `exit_code` is a shell's."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_command(argv: list[str], env: Mapping[str, str], signals: SignalQueue) -> int:
    """Run a command in the foreground. A signal that comes at any moment of its life reaches it, once.

    Parameters:
        argv: the command.
        env: added to our environment.
        signals: what we are sent.

    Returns:
        Its exit code; 128 and the signal's number when a signal ended it.

    Raises:
        CommandError: it cannot be run.
        Interrupted: a signal came before its start.
    """
    signals.raise_next(0)
    try:
        with _blocked() as mask:
            child = subprocess.Popen(argv, env={**os.environ, **env}, preexec_fn=_birth(mask))
    except FileNotFoundError as error:
        raise CommandError(f"{argv[0]}: not found", _NOT_FOUND) from error
    except OSError as error:
        raise CommandError(f"{argv[0]}: {error.strerror}", _NOT_EXECUTABLE) from error
    code = _wait(child, signals)
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _blocked() -> Iterator[set[signal.Signals]]:
    """Hold back the signals of a terminal, which a child would lose between its birth and its program's first step.

    Yields:
        The mask from before.
    """
    before = {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)}
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _birth(mask: set[signal.Signals]) -> Callable[[], None]:
    """Make what a child does before its program: end with us, and take signals as the program will, held ones too."""
    armed = die_with_parent(signal.SIGTERM) if KERNEL_SIGNALS else None

    def prepare() -> None:
        if armed:
            armed()
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return prepare


def _wait(child: subprocess.Popen[bytes], signals: SignalQueue) -> int:
    """Wait for the child's end, and pass on what comes."""
    terminal = _Terminal()
    while (code := child.poll()) is None:
        number = signals.next(_TERMINAL_SECONDS if terminal.ours else None) or terminal.hung_up()
        if number is None:
            continue
        # The command decides what Ctrl-C means; the others are an order.
        if number != signal.SIGINT or not terminal.signals_command():
            child.send_signal(number)
        if number != signal.SIGINT:
            return _wait_or_kill(child, signals)
    return code


def _wait_or_kill(child: subprocess.Popen[bytes], signals: SignalQueue) -> int:
    """Wait for the end of a child that was told to end; kill it after a while, or at the next signal to us."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while (code := child.poll()) is None:
        left = deadline - time.monotonic()
        if left <= 0 or signals.next(left):
            stop_tree([psutil.Process(child.pid)], signal.SIGKILL, grace=0)
            return -signal.SIGKILL
    return code


class _Terminal:
    """The terminal that we are in the foreground of, if any.

    When it closes, only the leader of its session is told. A shell tells us; `make`, in a terminal that has nothing
    but it, does not.
    """

    def __init__(self) -> None:
        self.ours = self.signals_command() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN

    def hung_up(self) -> signal.Signals | None:
        """The signal that a shell would send, if the terminal has closed while we were in its foreground."""
        try:
            foreground = os.tcgetpgrp(0)
        except OSError:
            return signal.SIGHUP if self.ours else None
        self.ours = self.ours and foreground == os.getpgrp()
        return None

    @staticmethod
    def signals_command() -> bool:
        """Whether Ctrl-C reaches the command without us: the terminal signals all of its foreground group."""
        try:
            return os.tcgetpgrp(0) == os.getpgrp()
        except OSError:
            return False
