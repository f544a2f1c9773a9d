"""Commits are written before an answer begins, and before each event of a stream."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from embedded.services.kestra.api.durable import DurableAnswers
from embedded.services.kestra.engine import Engine

BODY = {"type": "http.response.body", "body": b"part", "more_body": True}


def sent(content_type: str, parts: int, scope: str = "http") -> list[str]:
    """What happens, in order, while an application answers in some parts."""
    happened: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", content_type.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(parts):
            await send(BODY)

    async def send(message: Any) -> None:
        happened.append(message["type"].rpartition(".")[2])

    engine = SimpleNamespace(write_commits=lambda: happened.append("written"))
    asyncio.run(DurableAnswers(app, cast(Engine, engine))({"type": scope}, cast(Any, None), send))
    return happened


def test_an_answer_begins_when_commits_are_written() -> None:
    assert sent("application/json", 2) == ["written", "start", "body", "body"]


def test_each_event_waits_for_commits() -> None:
    expected = ["written", "start", "written", "body", "written", "body"]
    assert sent("text/event-stream; charset=utf-8", 2) == expected


def test_what_is_no_request_passes() -> None:
    assert sent("application/json", 1, "lifespan") == ["start", "body"]


def test_an_answer_does_not_begin_when_nothing_can_be_written() -> None:
    sent_messages: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent_messages.append(message)

    def fail() -> None:
        raise OSError("the disk is full")

    engine = cast(Engine, SimpleNamespace(write_commits=fail))
    with pytest.raises(OSError, match="full"):
        asyncio.run(DurableAnswers(app, engine)({"type": "http"}, cast(Any, None), send))
    assert sent_messages == []
