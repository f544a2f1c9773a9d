"""Serves one of our applications over HTTP."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

from embedded.service import HOST


def serve(app: ASGIApp, port: int, host: str = HOST, *, tell_requests: bool = False, grace: int = 2) -> None:
    """Serve until told to stop.

    Args:
        app: the application.
        port: to listen on.
        host: address to listen on.
        tell_requests: whether the log tells each request. An address may hold a signature.
        grace: seconds that requests have to end, once told to stop.
    """
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="info" if tell_requests else "warning",
        access_log=tell_requests,
        server_header=False,
        timeout_graceful_shutdown=grace,
    )
