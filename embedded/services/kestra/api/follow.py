"""Follows executions and logs: sends their changes while they happen, as server-sent events.

The paths and events of `GET /executions/{id}/follow` and `GET /logs/{id}/follow` are those of
https://kestra.io/docs/1.3/api-reference/open-source.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.errors import ApiError
from embedded.services.kestra.api.request import Request, endpoint
from embedded.services.kestra.api.sse import COMMENT, Event, stream_events
from embedded.services.kestra.api.subscription import Subscription
from embedded.services.kestra.java_engine import TENANT, JavaEngine

EXECUTIONS = "io.kestra.core.services.ExecutionStreamingService"
LOGS = "io.kestra.core.services.LogStreamingService"

KEEP_ALIVE_SECONDS = 15.0
"""After so much silence a comment is sent, which shows whether the reader is still there, and the execution is read
again, in case its last event was lost."""
IDLE_SECONDS = 3600.0
"""A stream is closed after so much silence, as in the official server."""
APPEAR_SECONDS = 10.0
"""How long an execution that waits in the engine's queue may take to appear."""
APPEAR_POLL_SECONDS = 0.2
LAST_LOGS_SECONDS = 1.0
"""Logs reach their queue a little after the execution's end: so much silence then means that there are no more."""


async def final_execution(engine: JavaEngine, flow: Any, execution_id: str, start: Callable[[], Any]) -> str:
    """Start an execution and wait for its end.

    Parameters:
        engine: the engine.
        flow: the execution's flow.
        execution_id: id of the execution.
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


async def follow_execution(request: Request) -> Response:
    """The states of an execution: an empty `start`, `progress` at every change, and `end`."""
    execution, flow = await await_execution(request)
    return stream_events(_execution_events(request, str(execution.getId()), flow))


async def _execution_events(request: Request, execution_id: str, flow: Any) -> AsyncIterator[bytes]:
    engine = request.engine
    with Subscription(engine, EXECUTIONS, execution_id, flow) as events:
        yield Event("start", _blank_execution(engine, execution_id)).encode()
        # Read after registering: what happens from here on is in the buffer.
        current = await run_in_threadpool(_find, engine, execution_id)
        ended = current is None or _has_ended(engine, flow, current)
        if current is not None:
            yield Event("end" if ended else "progress", engine.to_json(current)).encode()
        if ended or current is None:
            return
        reached = last_change(engine.to_json(current))
        async for line in in_order(_events_of(engine, events, execution_id, flow), reached):
            yield line


async def in_order(events: AsyncIterator[Event | None], reached: str) -> AsyncIterator[bytes]:
    """Events without those that are older than what was sent: for a reader, time does not run backwards.

    The queue may still hold changes that the reader knows, and threads of the executor may write two of them in the
    wrong order.

    Parameters:
        events: of one execution; None for a sign of life.
        reached: the last change that the reader knows, as `last_change` gives it.
    """
    async for event in events:
        if event is None:
            yield COMMENT
            continue
        changed = last_change(event.data)
        if changed >= reached or event.id == "end":
            reached = max(reached, changed)
            yield event.encode()


async def follow_logs(request: Request) -> Response:
    """The log of an execution: an empty `start`, then each line, from the first one until the execution has ended."""
    execution, flow = await await_execution(request)
    return stream_events(_log_events(request, str(execution.getId()), flow, minimum_level(request)))


def minimum_level(request: Request) -> Any:
    """The level of `minLevel`, or None."""
    level = request.parameter("minLevel")
    return convert.enum(request.engine, "org.slf4j.event.Level", level) if level else None


async def _log_events(request: Request, execution_id: str, flow: Any, level: Any) -> AsyncIterator[bytes]:
    engine = request.engine
    entry = engine.java("io.kestra.core.models.executions.LogEntry")
    levels = convert.java_list([allowed.name() for allowed in entry.findLevelsByMin(level)])

    async def stored() -> list[str]:
        return await run_in_threadpool(_stored_logs, request, execution_id, level)

    with (
        Subscription(engine, EXECUTIONS, execution_id, flow) as states,
        Subscription(engine, LOGS, execution_id, levels) as lines,
    ):
        yield Event("start", engine.to_json(engine.log_event(entry.builder().build()))).encode()
        sent = SentLines()
        for line in sent.add_stored(await stored()):
            yield Event("progress", line).encode()
        current = await run_in_threadpool(_find, engine, execution_id)
        ended = asyncio.Event()
        if current is None or _has_ended(engine, flow, current):
            ended.set()
        watcher = asyncio.create_task(_watch_end(engine, states, execution_id, flow, ended))
        try:
            async for event in new_lines(lines, sent, ended, stored):
                yield event
        finally:
            watcher.cancel()


class SentLines:
    """The lines that a reader has got: each may come from the store, from the queue, or from both.

    The engine reads its queue of lines twice, to store them and for followers. A line that it has read for the
    followers of that moment, and not stored yet, is on neither way for one who comes then: it is found in the store
    later.
    """

    def __init__(self) -> None:
        self._sent: Counter[int] = Counter()
        self._may_come: Counter[int] = Counter()

    def add_stored(self, stored: Sequence[str]) -> list[str]:
        """Those of the stored lines that were not sent; they count as sent now.

        Parameters:
            stored: all lines of the store, as JSON.
        """
        left = self._sent.copy()
        new = []
        for line in stored:
            if left[hash(line)] > 0:
                left[hash(line)] -= 1
            else:
                new.append(line)
        added = Counter(map(hash, new))
        self._sent += added
        self._may_come += added
        return new

    def add_queued(self, line: str) -> bool:
        """Whether a line of the queue was not sent; it counts as sent now.

        Parameters:
            line: the line, as JSON.
        """
        if self._may_come[hash(line)] > 0:
            self._may_come[hash(line)] -= 1
            return False
        self._sent[hash(line)] += 1
        return True


async def new_lines(
    lines: Subscription, sent: SentLines, ended: asyncio.Event, stored: Callable[[], Awaitable[Sequence[str]]]
) -> AsyncIterator[bytes]:
    """Lines that were not sent before, until the execution has ended and no more come.

    Parameters:
        lines: those that come by the queue.
        sent: what the reader has got.
        ended: whether the execution has.
        stored: reads the lines of the store; asked when none has come for a while at first, and at the end.
    """
    silence, has_looked = 0.0, False
    while silence < IDLE_SECONDS:
        try:
            event = await lines.next(LAST_LOGS_SECONDS)
        except TimeoutError:
            is_last = ended.is_set()
            for line in sent.add_stored(await stored()) if is_last or not has_looked else ():
                yield Event("progress", line).encode()
            has_looked = True
            if is_last:
                return
            silence += LAST_LOGS_SECONDS
            if silence % KEEP_ALIVE_SECONDS < LAST_LOGS_SECONDS:
                yield COMMENT
            continue
        if event is None:
            return
        silence = 0.0
        if sent.add_queued(event.data):
            yield event.encode()


async def _watch_end(
    engine: JavaEngine, states: Subscription, execution_id: str, flow: Any, ended: asyncio.Event
) -> None:
    async for _ in _events_of(engine, states, execution_id, flow):
        pass
    ended.set()


async def _events_of(
    engine: JavaEngine, events: Subscription, execution_id: str, flow: Any
) -> AsyncIterator[Event | None]:
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


def _end_event(engine: JavaEngine, execution_id: str, flow: Any) -> Event | None:
    """The last event of an execution that has ended, made from what is stored."""
    execution = _find(engine, execution_id)
    if execution is None or not _has_ended(engine, flow, execution):
        return None
    return Event("end", engine.to_json(execution))


async def await_execution(request: Request) -> tuple[Any, Any]:
    """The execution that the path names and its flow; one that was just created is waited for.

    Raises:
        ApiError: 404, it does not exist.
    """
    execution_id = request.params["execution_id"]
    loop = asyncio.get_running_loop()
    end = loop.time() + APPEAR_SECONDS
    # Asked first: the engine may store it at any moment.
    queued = await run_in_threadpool(request.engine.awaits_execution, execution_id)
    while (execution := await run_in_threadpool(_find, request.engine, execution_id)) is None:
        if not queued or loop.time() > end:
            raise ApiError(HTTPStatus.NOT_FOUND, f"Not Found: Unable to find execution {execution_id}")
        await asyncio.sleep(APPEAR_POLL_SECONDS)
    find_flow = repositories.flows(request).findByExecutionWithoutAcl
    return execution, await run_in_threadpool(find_flow, execution)


def _find(engine: JavaEngine, execution_id: str) -> Any:
    return convert.or_none(repositories.executions(engine).findById(TENANT, execution_id))


def _has_ended(engine: JavaEngine, flow: Any, execution: Any) -> bool:
    return bool(engine.bean(EXECUTIONS).isStopFollow(flow, execution))


def last_change(execution: str) -> str:
    """When an execution or one of its task runs last changed its state, in a form that sorts by time.

    Parameters:
        execution: its JSON.
    """
    fields = json.loads(execution)
    states = [fields["state"], *(run["state"] for run in fields.get("taskRunList") or [])]
    return max(_sortable(change["date"]) for state in states for change in state["histories"])


def _sortable(moment: str) -> str:
    """`2020-01-01T10:00:00.5Z` with all nine digits of its fraction: Java leaves out the zeros at the end."""
    whole, _, fraction = moment.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


def _blank_execution(engine: JavaEngine, execution_id: str) -> str:
    return engine.to_json(engine.java("io.kestra.core.models.executions.Execution").builder().id(execution_id).build())


def _stored_logs(request: Request, execution_id: str, level: Any) -> list[str]:
    lines = repositories.logs(request).findByExecutionId(request.tenant, execution_id, level)
    return [request.engine.to_json(request.engine.log_event(line)) for line in lines]


routes = [
    Route("/executions/{execution_id}/follow", endpoint(follow_execution)),
    Route("/logs/{execution_id}/follow", endpoint(follow_logs)),
]
