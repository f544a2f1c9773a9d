"""The process of the `aws` service on a folder of its own, which a test may kill and start again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from embedded.services.aws import HEALTH
from embedded.shared.loopback import http_ok
from embedded.shared.processes import OWNER
from embedded.shared.settings import foreign
from tests.support.stack import ROOT
from tests.support.waiting import eventually

REGION = "ap-southeast-2"
KEY, SECRET = "workbook", "the-secret-of-these-tests"
START_SECONDS = 60


class Server:
    """AWS in a process."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "aws"
        self.home.mkdir()
        self.log = folder / "aws.log"
        self.port = _free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = {
            "AWS_HOME": str(self.home),
            "AWS_PORT": str(self.port),
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.endpoint,
            OWNER: self.mark,
        }
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "embedded.services.aws"]
            environment = {**foreign(os.environ), **own}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        eventually(lambda: http_ok(self.port, HEALTH), START_SECONDS)

    @property
    def mark(self) -> str:
        """With which all that it starts can be recognised."""
        return f"{self.home}:tests"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def client(self, service: str, **options: Any) -> Any:
        given = {
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
            "region_name": REGION,
            "endpoint_url": self.endpoint,
            "config": Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        }
        return boto3.client(service, **(given | options))

    def environment(self) -> dict[str, str]:
        """With which AWS's own command finds it."""
        own = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.endpoint}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**foreign(os.environ), **own, "PATH": path, "AWS_PAGER": ""}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def processes(mark: str) -> list[psutil.Process]:
    """What still runs of all that bears a mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(OWNER) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
