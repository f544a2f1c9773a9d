"""What changes while it is looked at: blocking streams of events, as they reach a page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import TypeVar

from nicegui import background_tasks, context

from console.view import tell_problem
from workbook.errors import WorkbookError

T = TypeVar("T")


async def stream(source: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
    """What a blocking iterator gives, as it comes. It runs in a thread of its own.

    Parameters:
        source: makes the iterator.

    Raises:
        BaseException: what the iterator raises.
    """
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[tuple[str, object]]()
    left = threading.Event()

    def put(kind: str, item: object) -> None:
        """Hand something over, if there is still somebody to take it."""
        if not left.is_set() and not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, (kind, item))

    def read() -> None:
        """Read until the end, or until nobody listens."""
        try:
            for item in source():
                if left.is_set():
                    return
                put("item", item)
            put("end", None)
        except BaseException as error:
            put("error", error)

    threading.Thread(target=read, daemon=True, name="stream").start()
    try:
        while True:
            kind, item = await queue.get()
            if kind == "end":
                return
            if kind == "error":
                raise item  # type: ignore[misc]
            yield item  # type: ignore[misc]
    finally:
        left.set()


def follow(source: Callable[[], Iterator[T]], take: Callable[[T], Awaitable[None]]) -> None:
    """Hand what a blocking iterator gives to a part of the current page, as long as the page is open.

    Parameters:
        source: makes the iterator.
        take: called in the page's context with each item.
    """
    client, slot = context.client, context.slot

    async def run() -> None:
        """Take item by item."""
        try:
            async with aclosing(stream(source)) as items:  # type: ignore[type-var]
                async for item in items:
                    with slot:
                        await take(item)
        except WorkbookError as error:
            with slot:
                tell_problem(str(error))

    task = background_tasks.create(run(), name="follow")
    client.on_delete(task.cancel)
