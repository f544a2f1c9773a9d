"""The order of what followers of an execution read."""

import asyncio
import json
from collections.abc import AsyncIterator

from embedded.services.kestra.api.follow import in_order, last_change
from embedded.services.kestra.api.sse import COMMENT, Event


def state(second: int) -> str:
    """An execution whose state changed at a second last."""
    return json.dumps({"state": {"histories": [{"date": f"2020-01-01T10:00:{second:02}Z"}]}})


def test_changes_that_the_queue_holds_in_the_wrong_order_never_run_backwards() -> None:
    incoming = [
        Event("progress", state(1)),
        Event("progress", state(3)),
        None,
        Event("progress", state(2)),
        Event("progress", state(3)),
        Event("end", state(4)),
    ]

    async def queue() -> AsyncIterator[Event | None]:
        for event in incoming:
            yield event

    async def read() -> list[bytes]:
        return [line async for line in in_order(queue(), last_change(state(2)))]

    change, end = Event("progress", state(3)).encode(), Event("end", state(4)).encode()
    assert asyncio.run(read()) == [change, COMMENT, change, end]
