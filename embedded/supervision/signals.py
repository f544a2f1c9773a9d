"""Turns the signals that end a command into an exception, or into a queue, so that clean-up runs."""

from __future__ import annotations

import collections
import os
import select
import signal
import time
from types import FrameType, TracebackType
from typing import Self

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
    """Keeps the signals that come while it is open, for a program that asks for them where it can act on them.

    An exception from a signal handler may come between the start of a child and the line that notes it; a queued
    signal cannot. Signals that our starter ignores stay ignored. Only the main thread can open it.

    Parameters:
        also: further signals that wake `next`, such as SIGCHLD.
    """

    def __init__(self, *also: signal.Signals) -> None:
        self._numbers = (*ENDING, *also)
        self._queued: collections.deque[signal.Signals] = collections.deque()
        self._before: dict[signal.Signals, signal._HANDLER] = {}
        self._wake_end, self._signal_end = -1, -1
        self._wakeup_before = -1

    def __enter__(self) -> Self:
        self._wake_end, self._signal_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        os.set_blocking(self._signal_end, False)
        # The handlers run between two steps of the interpreter: the descriptor is what ends a `select` at once.
        self._wakeup_before = signal.set_wakeup_fd(self._signal_end, warn_on_full_buffer=False)
        for number in self._numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._put)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Go back to the handlers from before.

        Raises:
            Interrupted: a signal that asks us to end was not taken.
        """
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._wake_end)
        os.close(self._signal_end)
        if error is None and (left := next((number for number in self._queued if number in ENDING), None)):
            raise Interrupted(left)

    def next(self, seconds: float | None = None) -> signal.Signals | None:
        """Wait for the next signal and take it.

        Parameters:
            seconds: how long to wait; without end if None.

        Returns:
            The signal; None when none came in time.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._queued:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._wake_end], [], [], left)[0]:
                return None
            os.read(self._wake_end, _WAKE_BYTES)
        return self._queued.popleft()

    def _put(self, number: int, frame: FrameType | None) -> None:
        self._queued.append(signal.Signals(number))


def raise_on_signals() -> None:
    """From now on, raise `Interrupted` in the main thread; signals that our starter ignores stay ignored."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` asks
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)
