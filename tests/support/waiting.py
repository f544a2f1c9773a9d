"""The one way in which tests wait: ask again until the answer is there, or fail with what was awaited."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests

Answer = TypeVar("Answer")
INTERVAL_SECONDS, LONGEST_INTERVAL_SECONDS = 0.05, 0.25
SHARE = 0.05
"""An interval's part of the time waited so far: who waits for long asks less often, and the machine has less to do."""


def eventually(
    ask: Callable[[], Answer], seconds: float = 60, what: str = "", every: float = INTERVAL_SECONDS
) -> Answer:
    """Ask until there is an answer that counts as true, and return it.

    Parameters:
        ask: the question; it is asked at least once.
        seconds: how long to wait.
        what: what is awaited, for the message.
        every: seconds between two questions at first; up to a quarter of a second later on.

    Raises:
        AssertionError: there is no answer in time.
    """
    begun = time.monotonic()
    while not (answer := ask()):
        waited = time.monotonic() - begun
        assert waited < seconds, f"not within {seconds} s: {what or ask}"
        time.sleep(max(every, min(LONGEST_INTERVAL_SECONDS, waited * SHARE)))
    return answer


def answers(url: str) -> bool:
    """Whether a server answers a request of a page with success."""
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False
