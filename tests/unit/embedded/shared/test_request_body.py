"""Bodies of requests, up to their limit."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from embedded.shared.request_body import BodyError, BodyTooLargeError, read_body


def read(most: int, *messages: dict[str, Any]) -> tuple[bytes, int]:
    """The body of a request that arrives in messages, and how many of them were not asked for."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    return asyncio.run(read_body(request, most)), len(waiting)


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_may_be_as_large_as_its_limit() -> None:
    assert read(4, part(b"ab"), part(b"cd", more=False)) == (b"abcd", 0)
    assert read(4, part(b"", more=False)) == (b"", 0)


def test_a_larger_one_is_not_read_to_its_end() -> None:
    endless = [part(b"abc")] * 5
    with pytest.raises(BodyTooLargeError, match="exceeds the limit: 4 bytes"):
        read(4, *endless)


def test_one_that_is_cut_short_is_an_error_and_no_traceback() -> None:
    with pytest.raises(BodyError, match="closed before"):
        read(4, part(b"a"), {"type": "http.disconnect"})
