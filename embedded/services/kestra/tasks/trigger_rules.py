"""Shared by the triggers that watch buckets: one look at a time, what counts as new, and how long it is remembered."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
