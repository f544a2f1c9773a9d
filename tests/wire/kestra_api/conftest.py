"""One engine with its API for all tests at the wire, in a process of its own so that its memory can be watched."""

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kestrapy import KestraClient

from embedded.shared.parent_watch import MARK
from tests.support.stack import ROOT
from tests.support.waiting import answers, eventually
from tests.wire.kestra_api.client import Api, Server
from tests.wire.kestra_api.serve import Settings

START_SECONDS = 120
SECRET = "canary-of-the-environment"
"""The value of the secret WIRE_CANARY."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("kestra")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    with log.open("wb") as stream:
        argv = [sys.executable, "-m", "tests.wire.kestra_api.serve", str(folder), str(port)]
        env = {**os.environ, MARK: "1", "SECRET_WIRE_CANARY": base64.b64encode(SECRET.encode()).decode()}
        # It ends with these tests, even if they are killed: its standard input is closed then.
        process = subprocess.Popen(
            argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=stream, stderr=subprocess.STDOUT, env=env
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _await_health(url, process, log)
        yield Server(url, process.pid, folder / "storage", log)
    finally:
        process.terminate()
        process.wait(30)


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    eventually(lambda: process.poll() is not None or answers(f"{url}/health"), START_SECONDS, "the engine's start")
    assert process.poll() is None, log.read_text()


@pytest.fixture(scope="session")
def api(server: Server) -> Api:
    return Api(server)


@pytest.fixture(scope="session")
def sdk(server: Server) -> KestraClient:
    """The official SDK."""
    return KestraClient(host=server.url, username=Settings.username, password=Settings.password)
