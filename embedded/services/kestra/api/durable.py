"""Whatever the API says survives the end of the engine's process."""

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedded.services.kestra.engine import Engine


class DurableAnswers:
    """Middleware that has the engine write its commits before an answer begins, and before each part of a stream.

    Parameters:
        app: the application.
        engine: the engine whose state the answers tell.
    """

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_written(message: Message) -> None:
            nonlocal begun
            # The first part of the body belongs to what was written as the answer began.
            if message["type"] == "http.response.start" or (begun and message.get("body")):
                await run_in_threadpool(self._engine.write_commits)
            begun = message["type"] != "http.response.start"
            await send(message)

        await self._app(scope, receive, send_written)
