"""Servers and HTTP clients of one test that meet without a port: each address leads to a Unix socket."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn
from starlette.types import ASGIApp

from tests.support.waiting import eventually

FIRST_PORT = 50_000


class Network:
    """Addresses on 127.0.0.1; at one where nobody listens, a connection is refused.

    Parameters:
        folder: where the sockets are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[int, str] = {}

    def listen(self) -> socket.socket:
        """Listen at the next address."""
        port = FIRST_PORT + len(self._paths)
        listener = socket.socket(socket.AF_UNIX)
        self._paths[port] = str(self._folder / str(port))
        listener.bind(self._paths[port])
        listener.listen()
        return listener

    def port(self, listener: socket.socket) -> int:
        """The port by which a listener is reached."""
        return int(Path(listener.getsockname()).name)

    def connect(self, address: tuple[str, int], timeout: Any = None, *_: Any, **__: Any) -> socket.socket:
        """Connect as `urllib3.util.connection.create_connection` does."""
        connection = socket.socket(socket.AF_UNIX)
        if timeout is None or isinstance(timeout, int | float):
            connection.settimeout(timeout)
        try:
            connection.connect(self._paths.get(address[1], str(self._folder / "nobody")))
        except FileNotFoundError as error:
            connection.close()
            raise ConnectionRefusedError(f"nobody listens at {address}") from error
        return connection


@contextmanager
def local_network() -> Iterator[Network]:
    """Have all that is sent with `requests` pass over Unix sockets while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        network = Network(Path(folder))
        with mock.patch("urllib3.util.connection.create_connection", network.connect):
            yield network


@contextmanager
def serve(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve an application for as long as the block lasts."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    eventually(lambda: server.started, 10, "the server's start", every=0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()
