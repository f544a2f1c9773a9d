"""When a running service counts as failed, and how often it is started again."""

from __future__ import annotations

from collections.abc import Sequence

_WINDOW_SECONDS = 600.0
_ALARMING_CHECKS = 10
_FAILING_INTERVAL_SECONDS = 1.0


class Patience:
    """Judges a service by its health checks. On a busy machine one may fail, or ten: only many over a long time tell.

    Parameters:
        seconds: how long all checks must have failed before the service counts as failed.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.failed = 0
        """Checks that failed in a row."""
        self._since = 0.0
        self._now = 0.0

    def note(self, passed: bool, now: float) -> None:
        """Take in a check.

        Parameters:
            passed: its result.
            now: seconds on a clock that does not go while the machine sleeps.
        """
        self._now = now
        self.failed = 0 if passed else self.failed + 1
        if self.failed <= 1:
            self._since = now

    def interval(self, usual: float) -> float:
        """Seconds until the next check; a failing service is looked at more often than usual."""
        return min(usual, _FAILING_INTERVAL_SECONDS) if self.failed else usual

    @property
    def alarming(self) -> bool:
        """Whether so many checks failed that users should be told."""
        return self.failed >= _ALARMING_CHECKS

    @property
    def exhausted(self) -> bool:
        """Whether the service counts as failed: by time and by number, as a stopped supervisor checks nothing."""
        return self.alarming and self._now - self._since >= self.seconds


class Restarts:
    """Counts how often a service was started again.

    Parameters:
        delays: seconds to wait before each restart; as many as there may be within ten minutes.
    """

    def __init__(self, delays: Sequence[float]) -> None:
        self._delays = delays
        self._times: list[float] = []

    def next_delay(self, now: float) -> float | None:
        """Note a restart; None if there may be none any more.

        Parameters:
            now: seconds on any clock.

        Returns:
            The seconds to wait before it.
        """
        self._times = [time for time in self._times if now - time < _WINDOW_SECONDS]
        if len(self._times) >= len(self._delays):
            return None
        self._times.append(now)
        return self._delays[len(self._times) - 1]

    @property
    def limit(self) -> str:
        """The limit in words, for a service that reached it."""
        return f"it was started again {len(self._delays)} times within ten minutes"
