"""Serves an application over HTTP, and over HTTPS too where asked."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from embedded.shared.loopback import HOST

KEEP_ALIVE_SECONDS = 75
"""How long a connection without requests stays open. Who asks again just as it is closed gets an error for an answer:
with uvicorn's 5 seconds, clients that ask every few seconds on a busy machine did."""

DATE_SECONDS = 1.0
"""How long answers keep their date."""


@dataclass(frozen=True)
class Tls:
    """Where HTTPS is served.

    Attributes:
        port: to listen on.
        certificate, key: files in PEM form.
    """

    port: int
    certificate: Path
    key: Path


def serve(
    app: ASGIApp,
    port: int,
    host: str = HOST,
    *,
    tls: Tls | None = None,
    tell_requests: bool = False,
    grace: int = 2,
) -> None:
    """Serve until a signal to stop.

    Parameters:
        app: the application.
        port: to listen on.
        host: address to listen on.
        tls: where the same application is served over HTTPS, too.
        tell_requests: whether the log tells each request. An address may hold a signature.
        grace: seconds that requests have to end after the signal.
    """
    how: dict[str, Any] = {
        "host": host,
        "log_level": "info" if tell_requests else "warning",
        "access_log": tell_requests,
        "server_header": False,
        "timeout_graceful_shutdown": grace,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        # Not "auto": what other packages bring along must not change how services are served.
        "loop": "asyncio",
        "http": "h11",
        "ws": "none",
    }
    if tls is None:
        with contextlib.suppress(KeyboardInterrupt):  # the signal once more, when all is shut down
            CalmServer(uvicorn.Config(app, port=port, **how)).run()
    else:
        files: dict[str, Any] = {"ssl_certfile": tls.certificate, "ssl_keyfile": tls.key}
        plain = uvicorn.Config(app, port=port, **how)
        asyncio.run(_both(plain, uvicorn.Config(app, port=tls.port, lifespan="off", **files, **how)))


async def _both(*configs: uvicorn.Config) -> None:
    """Serve in one loop. The server that began last takes the signal to stop first, and hands it on when it has."""
    await asyncio.gather(*(CalmServer(config).serve() for config in configs))


class CalmServer(uvicorn.Server):
    """Wakes for a signal, and once a second for the date of answers: uvicorn looks for both ten times a second."""

    _wake: asyncio.Event
    _loop: asyncio.AbstractEventLoop

    async def main_loop(self) -> None:
        """Wait for the end."""
        self._wake, self._loop = asyncio.Event(), asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), DATE_SECONDS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        super().handle_exit(sig, frame)
        if hasattr(self, "_loop"):  # one that comes during the start is seen after it
            self._loop.call_soon_threadsafe(self._wake.set)
