"""Turns the signals that end a command into an exception, or into a queue, so that clean-up runs."""

from __future__ import annotations

import collections
import os
import select
import signal
import socket
import sys
from types import FrameType, TracebackType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WAKE_BYTES = 512


class Interrupted(KeyboardInterrupt):
    """We were asked to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = signal.Signals(number)

    @property
    def exit_code(self) -> int:
        """The code with which a shell reports such an end."""
        return 128 + self.number


class SignalQueue:
    """Keeps the signals that ask us to end, from now on, for a program that looks where it can act on them.

    An exception from a signal handler may come between the start of something and the line that notes it; a queued
    signal cannot. Signals that our starter ignores stay ignored. Only the main thread can make one.
    """

    def __init__(self) -> None:
        self._queued: collections.deque[signal.Signals] = collections.deque()
        self._wake_end, signal_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        os.set_blocking(signal_end, False)
        # Handlers run between two steps of the interpreter: the descriptor is what ends a `select` at once.
        signal.set_wakeup_fd(signal_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _wake)
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._put)

    def next(self, seconds: float | None = None, readable: socket.socket | None = None) -> signal.Signals | None:
        """Take the next signal; wait for one if there is none.

        Parameters:
            seconds: how long to wait; without end if None.
            readable: a connection whose data end the waiting too.

        Returns:
            The signal; None when the time is over, data came, or a child ended.
        """
        if not self._queued:
            sources = [self._wake_end] if readable is None else [self._wake_end, readable.fileno()]
            if self._wake_end in select.select(sources, [], [], seconds)[0]:
                os.read(self._wake_end, _WAKE_BYTES)
        return self._queued.popleft() if self._queued else None

    def raise_next(self, seconds: float | None = None, readable: socket.socket | None = None) -> None:
        """Wait as `next` does.

        Raises:
            Interrupted: a signal asked us to end.
        """
        if number := self.next(seconds, readable):
            raise Interrupted(number)

    def _put(self, number: int, frame: FrameType | None) -> None:
        self._queued.append(signal.Signals(number))


def raise_on_signals() -> None:
    """From now on, raise `Interrupted` in the main thread; signals that our starter ignores stay ignored.

    One that nobody catches ends us as it does a program without handlers.
    """
    sys.excepthook = _end
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` asks
            signal.signal(number, _raise)


def _wake(number: int, frame: FrameType | None) -> None:
    """Do nothing: that the signal is handled at all is what wakes a waiting `SignalQueue`."""


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


def _end(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    if not isinstance(error, Interrupted):
        sys.__excepthook__(kind, error, at)
        return
    signal.signal(error.number, signal.SIG_DFL)
    os.kill(os.getpid(), error.number)
