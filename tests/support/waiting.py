"""The one way in which tests wait: ask again until the answer is there, or fail with what was awaited."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests

Answer = TypeVar("Answer")
INTERVAL_SECONDS = 0.05


def eventually(
    ask: Callable[[], Answer], seconds: float = 60, what: str = "", every: float = INTERVAL_SECONDS
) -> Answer:
    """Ask until there is an answer that counts as true, and return it.

    Parameters:
        ask: the question; it is asked at least once.
        seconds: how long to wait.
        what: what is awaited, for the message.
        every: seconds between two questions.

    Raises:
        AssertionError: there is no answer in time.
    """
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or ask}"
        time.sleep(every)
    return answer


def answers(url: str) -> bool:
    """Whether a server answers a request of a page with success."""
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False
