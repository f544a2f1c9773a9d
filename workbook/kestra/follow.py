"""Follows an execution by server-sent events, and by polling where the stream breaks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress

import requests

from workbook.errors import ServerDown
from workbook.kestra.errors import ApiError
from workbook.kestra.http import CONNECT_SECONDS, Http
from workbook.kestra.models import Execution
from workbook.kestra.sse import event_data

STREAM_TRIES = 3
SILENCE_SECONDS = 15.0
POLL_SECONDS = 0.5
DOWN_SECONDS = 30.0


def follow(http: Http, execution_id: str, known_changes: int = 0) -> Iterator[Execution]:
    """Yield the execution at each change, the last time when it has ended.

    Broken streams are taken up again, then given up for polling; a server that is away for less than half a minute
    (a restart) is waited for.

    Parameters:
        http: the server.
        execution_id: the execution.
        known_changes: how many states of its history are known already. What has fewer is stale: right after a
            restart, the server may still show the end from before.

    Raises:
        ServerDown: the server stayed away.
        ApiError: it does not know the execution.
    """
    for execution in _observe(http, execution_id):
        if len(execution.states.history) < known_changes:
            continue
        yield execution
        if execution.terminated:
            return


def _observe(http: Http, execution_id: str) -> Iterator[Execution]:
    """Look at the execution again and again, without an end: by streams, and by asking once streams keep breaking."""
    broken = 0
    while broken < STREAM_TRIES:
        began = time.monotonic()
        with suppress(requests.RequestException, ServerDown, ApiError, ValueError):
            yield from _stream(http, execution_id)
        # A stream that ends or falls silent proves nothing: ask. Silence alone (one long task) is no breakage.
        broken += time.monotonic() - began < SILENCE_SECONDS
        yield _ask(http, execution_id)
    while True:
        yield _ask(http, execution_id)
        time.sleep(POLL_SECONDS)


def _stream(http: Http, execution_id: str) -> Iterator[Execution]:
    timeout = (CONNECT_SECONDS, SILENCE_SECONDS)
    with http.call("GET", f"/executions/{execution_id}/follow", stream=True, timeout=timeout) as answer:
        for data in event_data(answer.iter_lines(chunk_size=None)):
            raw = json.loads(data) if data else {}
            # The first event is an empty keep-alive.
            if raw.get("state"):
                yield Execution.from_json(http.form.complete(raw), http.server)


def _ask(http: Http, execution_id: str) -> Execution:
    """The execution as it is now; a server that is away, or does not know it yet, gets time."""
    give_up = time.monotonic() + DOWN_SECONDS
    while True:
        try:
            raw = http.json("GET", f"/executions/{execution_id}")
            return Execution.from_json(http.form.complete(raw), http.server)
        except (ServerDown, ApiError) as error:
            # Right after its creation, the repository may not have it yet; a server that starts answers 5xx.
            if isinstance(error, ApiError) and error.status < 500 and error.status != requests.codes.not_found:
                raise
            if time.monotonic() > give_up:
                raise
        time.sleep(POLL_SECONDS)
