"""A stack with the engine of 2.0, and the official SDK of 2.0 on it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from embedded.shared.python_environments import EnvironmentProblem, locked
from tests.support.stack import own_stack
from workbook.kestra import KestraClient

HERE = Path(__file__).parent
LOGIN = ("KESTRA_URL", "KESTRA_USERNAME", "KESTRA_PASSWORD")


def client_of(stack: dict[str, str]) -> KestraClient:
    """The workbook's client on a stack."""
    url, username, password = (stack[name] for name in LOGIN)
    return KestraClient(url, username, password)


class Sdk:
    """kestrapy 2.0.3 in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, group: str, method: str, **arguments: Any) -> Any:
        """Call a method of a group such as `executions`; raises AssertionError with the SDK's error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([group, method, {"tenant": "main", **arguments}]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["result"]


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack whose engine is that of 2.0."""
    with own_stack(tmp_path_factory.mktemp("kestra-2"), "kestra", KESTRA_VERSION="2.0") as environment:
        yield environment


@pytest.fixture(scope="package")
def client(stack: dict[str, str]) -> KestraClient:
    """The workbook's client on that stack."""
    return client_of(stack)


@pytest.fixture(scope="package")
def api(stack: dict[str, str]) -> requests.Session:
    """A session with the login; paths begin with `stack["KESTRA_URL"]`."""
    session = requests.Session()
    session.auth = (stack["KESTRA_USERNAME"], stack["KESTRA_PASSWORD"])
    return session


@pytest.fixture(scope="package")
def sdk(stack: dict[str, str]) -> Iterator[Sdk]:
    """The official SDK on that stack."""
    try:
        commands = locked(HERE / "kestrapy.lock", "kestrapy 2.0.3 could not be fetched")
    except EnvironmentProblem as problem:
        pytest.skip(str(problem))
    command = [str(commands / "python"), "-W", "ignore", str(HERE / "sdk.py"), *(stack[name] for name in LOGIN)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Sdk(process)
