"""Turns the signals that end a command into an exception, so that clean-up runs."""

from __future__ import annotations

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """We were asked to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = signal.Signals(number)

    @property
    def exit_code(self) -> int:
        """The code with which a shell reports such an end."""
        return 128 + self.number


def raise_on_signals() -> None:
    """From now on, raise `Interrupted` in the main thread; signals that our starter ignores stay ignored."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` asks
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)
