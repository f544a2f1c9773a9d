"""How the rows of a file are sent to a store over HTTP: in batches, while the next ones are made."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

SENDERS = 2
"""Requests at once: the store works on one while another is on its way."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def send_in_batches(send: Callable[[list[Item]], Answer], items: Iterable[Item], size: int) -> Iterator[Answer]:
    """Send items in batches, and give the answer to each. The order in which they arrive is left open.

    An error of `send` is raised here, after the requests that are on their way; no further one is begun.

    Parameters:
        send: sends a batch; several threads call it.
        items: made as they are needed.
        size: items of a batch.
    """
    rest = iter(items)
    with ThreadPoolExecutor(SENDERS) as pool:
        sent: deque[Future[Answer]] = deque()
        while batch := list(islice(rest, size)):
            sent.append(pool.submit(send, batch))
            if len(sent) > SENDERS:
                yield sent.popleft().result()
        while sent:
            yield sent.popleft().result()
