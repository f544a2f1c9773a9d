"""Shared by the triggers that watch buckets: one look at a time, what counts as new, and how long it is remembered."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from embedded.services.kestra.tasks.bridge import TaskError

DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")

_scopes: dict[str, threading.Lock] = {}
_scopes_lock = threading.Lock()


def is_wanted(on: str, before: str | None) -> bool:
    """Whether an object starts an execution.

    Parameters:
        on: which changes count: CREATE, UPDATE or CREATE_OR_UPDATE.
        before: the version that was seen before; None for a new object.
    """
    return on == "CREATE_OR_UPDATE" or (on == "CREATE") == (before is None)


@contextmanager
def alone(scope: str) -> Iterator[None]:
    """One evaluation at a time of those that share a state."""
    with _scopes_lock:
        lock = _scopes.setdefault(scope, threading.Lock())
    with lock:
        yield


def seconds(text: Any) -> float | None:
    """The seconds of a duration, which is an ISO 8601 text or a number.

    Raises:
        TaskError: it is neither.
    """
    if text is None or isinstance(text, int | float):
        return text
    match = DURATION.fullmatch(text)
    if not match:
        raise TaskError(f"`stateTtl` {text!r} is no duration such as PT24H or P7D.")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
