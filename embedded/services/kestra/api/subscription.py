"""Subscriptions to the engine's streaming services, which hand events from Java's threads to Python's event loop.

The engine's streaming services read each queue once and hand every event to whoever registered for its execution. A
follower is a coroutine with a bounded buffer; no thread waits for it.
"""

import asyncio
import contextlib
import uuid
from typing import Any

import jpype

from embedded.services.kestra.api.sse import Event
from embedded.services.kestra.java_engine import JavaEngine

BUFFER = 10_000
"""Events that may wait for a slow reader; beyond that the stream is closed and the reader may connect again."""


class Sink:
    """A Java `FluxSink`: puts the events that come on the engine's threads into a buffer of the event loop."""

    def __init__(self, engine: JavaEngine, buffer: asyncio.Queue[Event | None]) -> None:
        self._engine = engine
        self._buffer = buffer
        self._loop = asyncio.get_running_loop()

    def next(self, event: Any) -> Any:
        """Take an event of the engine."""
        self._put(Event(str(event.getId()), self._engine.to_json(event.getData())))
        return None

    def complete(self) -> None:
        """Do nothing at the end of the events: the last event had the id `end`."""

    def error(self, error: Any) -> None:
        """End the stream, since the engine has failed."""
        self._put(None)

    def isCancelled(self) -> bool:
        """Answer the engine of 2.0, which asks before each event: nobody cancels, they unregister."""
        return False

    def _put(self, event: Event | None) -> None:
        with contextlib.suppress(RuntimeError):  # the event loop has ended: nobody reads any more
            self._loop.call_soon_threadsafe(self._enqueue, event)

    def _enqueue(self, event: Event | None) -> None:
        if self._buffer.full():
            while not self._buffer.empty():
                self._buffer.get_nowait()
            event = None
        self._buffer.put_nowait(event)


class Subscription:
    """Events of one execution, while a `with` block runs. None means that the stream is over."""

    def __init__(self, engine: JavaEngine, service: str, execution_id: str, argument: Any) -> None:
        """
        Parameters:
            engine: the engine.
            service: Java class of the streaming service.
            execution_id: the execution to follow.
            argument: further argument of the service: the flow, or the levels of logs.
        """
        self._service = engine.bean(service)
        self._engine = engine
        self._execution_id = execution_id
        self._argument = argument
        self._id = str(uuid.uuid4())
        self._buffer: asyncio.Queue[Event | None] = asyncio.Queue(BUFFER)
        self._sink = jpype.JProxy("reactor.core.publisher.FluxSink", inst=Sink(engine, self._buffer))

    def __enter__(self) -> "Subscription":
        self._engine.follow(self._execution_id)
        self._service.registerSubscriber(self._execution_id, self._id, self._sink, self._argument)
        return self

    def __exit__(self, *_: object) -> None:
        self._service.unregisterSubscriber(self._execution_id, self._id)
        self._engine.leave(self._execution_id)

    async def next(self, seconds: float) -> Event | None:
        """The next event.

        Parameters:
            seconds: how long to wait.

        Raises:
            TimeoutError: none came in time.
        """
        return await asyncio.wait_for(self._buffer.get(), seconds)
