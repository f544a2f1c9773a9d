"""Whatever the API says survives the end of the engine's process."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedded.services.kestra.java_engine import JavaEngine

EVENTS = "text/event-stream"
WRITERS = 8
"""Threads that wait for what is written; they are not those in which requests are processed, which may all be busy."""


class DurableAnswers:
    """Middleware that has the engine write its commits before an answer begins, and before each event of a stream.

    Parameters:
        app: the application.
        engine: the engine whose state the answers tell.
    """

    def __init__(self, app: ASGIApp, engine: JavaEngine) -> None:
        self._app = app
        self._engine = engine
        self._writers = ThreadPoolExecutor(WRITERS, "commits-written")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_stream = False

        async def send_written(message: Message) -> None:
            nonlocal is_stream
            begins = message["type"] == "http.response.start"
            if begins:
                is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith(EVENTS)
            if begins or is_stream:
                await asyncio.get_running_loop().run_in_executor(self._writers, self._engine.write_commits)
            await send(message)

        await self._app(scope, receive, send_written)
