"""Server-sent events: executions and logs followed while they happen.

The engine's streaming services read each queue once and hand every event to whoever registered for its execution. A
follower is a coroutine with a bounded buffer; no thread waits for it.
"""

import asyncio
import contextlib
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import jpype
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import ApiError
from embedded.services.kestra.api.request import Call, endpoint
from embedded.services.kestra.engine import TENANT, Engine

EXECUTIONS = "io.kestra.core.services.ExecutionStreamingService"
LOGS = "io.kestra.core.services.LogStreamingService"
EXECUTION_REPOSITORY = "io.kestra.core.repositories.ExecutionRepositoryInterface"
FLOW_REPOSITORY = "io.kestra.core.repositories.FlowRepositoryInterface"

BUFFER = 10_000
"""Events that may wait for a slow reader; beyond that the stream is closed and the reader may come again."""
KEEP_ALIVE_SECONDS = 15.0
"""After so much silence a comment is sent, by which a reader that has gone is noticed, and the execution is read again,
should its last event have been lost."""
IDLE_SECONDS = 3600.0
"""A stream is closed after so much silence, as in the official server."""
APPEAR_SECONDS = 10.0
"""How long an execution that was just created may take to appear."""
APPEAR_POLL_SECONDS = 0.2
COMMENT = b":\n\n"
LAST_LOGS_SECONDS = 1.0
"""Logs reach their queue a little after the execution's end: so much silence then means that there are no more."""


@dataclass(frozen=True)
class Event:
    """One event: its id (`start`, `progress` or `end`) and its JSON."""

    id: str
    data: str

    def encode(self) -> bytes:
        """The event on the wire."""
        return f"data: {self.data}\nid: {self.id}\n\n".encode()


class Sink:
    """What the engine hands events to (Java's `FluxSink`), from a thread of its own: a buffer of the event loop."""

    def __init__(self, engine: Engine, buffer: "asyncio.Queue[Event | None]") -> None:
        self._engine = engine
        self._buffer = buffer
        self._loop = asyncio.get_running_loop()

    def next(self, event: Any) -> Any:
        """An event of the engine."""
        self._put(Event(str(event.getId()), self._engine.to_json(event.getData())))
        return None

    def complete(self) -> None:
        """The engine says that no more events come: its last event has told so already."""

    def error(self, error: Any) -> None:
        """The engine gives up: the stream ends."""
        self._put(None)

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
    """Events of one execution, between `with` and its end. None means that the stream is over."""

    def __init__(self, engine: Engine, service: str, execution_id: str, argument: Any) -> None:
        """
        Parameters:
            service: the streaming service.
            argument: what it wants to know besides: the flow, or the levels of logs.
        """
        self._service = engine.bean(service)
        self._execution_id = execution_id
        self._argument = argument
        self._id = str(uuid.uuid4())
        self._buffer: asyncio.Queue[Event | None] = asyncio.Queue(BUFFER)
        self._sink = jpype.JProxy("reactor.core.publisher.FluxSink", inst=Sink(engine, self._buffer))

    def __enter__(self) -> "Subscription":
        self._service.registerSubscriber(self._execution_id, self._id, self._sink, self._argument)
        return self

    def __exit__(self, *_: object) -> None:
        self._service.unregisterSubscriber(self._execution_id, self._id)

    async def next(self, seconds: float) -> Event | None:
        """The next event.

        Raises:
            TimeoutError: none came in time.
        """
        return await asyncio.wait_for(self._buffer.get(), seconds)


async def final_execution(engine: Engine, flow: Any, execution_id: str, start: Callable[[], Any]) -> str:
    """Start an execution and wait for its end.

    Parameters:
        start: starts it; called once its events are listened to.

    Returns:
        The execution's JSON.

    Raises:
        ApiError: 504, nothing happened for an hour.
    """
    with Subscription(engine, EXECUTIONS, execution_id, flow) as events:
        await run_in_threadpool(start)
        async for event in _events_of(engine, events, execution_id, flow):
            if event is not None and event.id == "end":
                return event.data
    raise ApiError(HTTPStatus.GATEWAY_TIMEOUT, f"Gave up waiting for execution {execution_id}")


async def follow_execution(call: Call) -> Response:
    """The states of an execution: an empty `start`, `progress` at every change, and `end`."""
    execution, flow = await _appeared(call)
    return _stream(_execution_events(call, str(execution.getId()), flow))


async def _execution_events(call: Call, execution_id: str, flow: Any) -> AsyncIterator[bytes]:
    engine = call.engine
    with Subscription(engine, EXECUTIONS, execution_id, flow) as events:
        yield Event("start", _blank_execution(engine, execution_id)).encode()
        # Read after registering: what happens from here on is in the buffer.
        current = await run_in_threadpool(_find, engine, execution_id)
        ended = current is None or _has_ended(engine, flow, current)
        if current is not None:
            yield Event("end" if ended else "progress", engine.to_json(current)).encode()
        if ended or current is None:
            return
        reached = _last_change(engine.to_json(current))
        overlap = True
        async for event in _events_of(engine, events, execution_id, flow):
            if event is not None and overlap:
                # The queue may still hold changes that what was read contains already: time does not run backwards.
                overlap = event.id != "end" and _last_change(event.data) < reached
                if overlap:
                    continue
            yield COMMENT if event is None else event.encode()


async def follow_logs(call: Call) -> Response:
    """The log of an execution: an empty `start`, then each line, from the first one until the execution has ended."""
    execution, flow = await _appeared(call)
    return _stream(_log_events(call, str(execution.getId()), flow, minimum_level(call)))


def minimum_level(call: Call) -> Any:
    """The level of `minLevel`, or None."""
    level = call.one("minLevel")
    return convert.enum(call.engine, "org.slf4j.event.Level", level) if level else None


async def _log_events(call: Call, execution_id: str, flow: Any, level: Any) -> AsyncIterator[bytes]:
    engine = call.engine
    entry = engine.java("io.kestra.core.models.executions.LogEntry")
    levels = convert.java_list([one.name() for one in entry.findLevelsByMin(level)])
    with (
        Subscription(engine, EXECUTIONS, execution_id, flow) as states,
        Subscription(engine, LOGS, execution_id, levels) as lines,
    ):
        yield Event("start", engine.to_json(entry.builder().build())).encode()
        stored = await run_in_threadpool(_stored_logs, call, execution_id, level)
        for line in stored:
            yield Event("progress", line).encode()
        current = await run_in_threadpool(_find, engine, execution_id)
        ended = asyncio.Event()
        if current is None or _has_ended(engine, flow, current):
            ended.set()
        watcher = asyncio.create_task(_watch_end(engine, states, execution_id, flow, ended))
        try:
            async for line in _new_lines(lines, Counter(stored), ended):
                yield line
        finally:
            watcher.cancel()


async def _new_lines(lines: Subscription, sent: "Counter[str]", ended: asyncio.Event) -> AsyncIterator[bytes]:
    """Lines that were not sent before, until the execution has ended and no more come."""
    silence = 0.0
    while silence < IDLE_SECONDS:
        try:
            event = await lines.next(LAST_LOGS_SECONDS)
        except TimeoutError:
            if ended.is_set():
                return
            silence += LAST_LOGS_SECONDS
            if silence % KEEP_ALIVE_SECONDS < LAST_LOGS_SECONDS:
                yield COMMENT
            continue
        if event is None:
            return
        silence = 0.0
        if sent[event.data] > 0:
            sent[event.data] -= 1
        else:
            yield event.encode()


async def _watch_end(engine: Engine, states: Subscription, execution_id: str, flow: Any, ended: asyncio.Event) -> None:
    async for _ in _events_of(engine, states, execution_id, flow):
        pass
    ended.set()


async def _events_of(engine: Engine, events: Subscription, execution_id: str, flow: Any) -> AsyncIterator[Event | None]:
    """Events of an execution up to its end; None now and then when none come; the end after an hour of silence."""
    silence = 0.0
    while silence < IDLE_SECONDS:
        try:
            event = await events.next(KEEP_ALIVE_SECONDS)
        except TimeoutError:
            silence += KEEP_ALIVE_SECONDS
            event = await run_in_threadpool(_end_event, engine, execution_id, flow)
            if event is None:
                yield None
                continue
        if event is None:
            return
        silence = 0.0
        yield event
        if event.id == "end":
            return


def _end_event(engine: Engine, execution_id: str, flow: Any) -> Event | None:
    """The last event of an execution that has ended, made from what is stored."""
    execution = _find(engine, execution_id)
    if execution is None or not _has_ended(engine, flow, execution):
        return None
    return Event("end", engine.to_json(execution))


async def _appeared(call: Call) -> tuple[Any, Any]:
    """The execution that the path names and its flow; one that was just created is waited for.

    Raises:
        ApiError: 404, it does not exist.
    """
    execution_id = call.params["execution_id"]
    loop = asyncio.get_running_loop()
    end = loop.time() + APPEAR_SECONDS
    while (execution := await run_in_threadpool(_find, call.engine, execution_id)) is None:
        if loop.time() > end:
            raise ApiError(HTTPStatus.NOT_FOUND, f"Not Found: Unable to find execution {execution_id}")
        await asyncio.sleep(APPEAR_POLL_SECONDS)
    find_flow = call.bean(FLOW_REPOSITORY).findByExecutionWithoutAcl
    return execution, await run_in_threadpool(find_flow, execution)


def _find(engine: Engine, execution_id: str) -> Any:
    return convert.or_none(engine.bean(EXECUTION_REPOSITORY).findById(TENANT, execution_id))


def _has_ended(engine: Engine, flow: Any, execution: Any) -> bool:
    return bool(engine.bean(EXECUTIONS).isStopFollow(flow, execution))


def _last_change(execution: str) -> str:
    """When an execution or one of its task runs last changed its state, in a form that sorts by time.

    Parameters:
        execution: its JSON.
    """
    told = json.loads(execution)
    states = [told["state"], *(run["state"] for run in told.get("taskRunList") or [])]
    return max(_sortable(change["date"]) for state in states for change in state["histories"])


def _sortable(moment: str) -> str:
    """`2020-01-01T10:00:00.5Z` with all nine digits of its fraction: Java leaves out the zeros at the end."""
    whole, _, fraction = moment.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


def _blank_execution(engine: Engine, execution_id: str) -> str:
    return engine.to_json(engine.java("io.kestra.core.models.executions.Execution").builder().id(execution_id).build())


def _stored_logs(call: Call, execution_id: str, level: Any) -> list[str]:
    found = call.bean("io.kestra.core.repositories.LogRepositoryInterface").findByExecutionId(
        call.tenant, execution_id, level
    )
    return [call.engine.to_json(line) for line in found]


def _stream(events: AsyncIterator[bytes]) -> Response:
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


routes = [
    Route("/executions/{execution_id}/follow", endpoint(follow_execution)),
    Route("/logs/{execution_id}/follow", endpoint(follow_logs)),
]
