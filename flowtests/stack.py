"""A stack for the tests alone: its folders are temporary, its ports are free ones, and it stops when the tests end."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from catalog import free_ports
from flowtests import processes
from flowtests.errors import FlowTestError
from flowtests.folder import Configuration

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "FLOWTESTS_ENGINE"
"""Where a running engine for flow tests is, as JSON: set by `FlowTestStack`, so that many test runs share its stack."""
LOGIN = ("KESTRA_URL", "KESTRA_USERNAME", "KESTRA_PASSWORD")
LEASE = "EMBEDDED_LEASE"
"""What the stack of one's own must not inherit: who holds another stack."""
SHORT_LIVED = {"KESTRA_COMPRESSION": "0"}
"""Settings of a stack whose state goes with it: smaller files are not worth the CPU."""
STATE = "state.json"
"""Tells how the services are, in the folder of a stack's state."""
STOP_SECONDS = 60
TAIL = 2000
READY = "ready "
HOLD = f"import json, os, sys; print('{READY}' + json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
"""A Python program that prints its environment, and lasts as long as its standard input.

When the tests die, it ends, and the stack with it.
"""


class OwnStack:
    """An embedded stack of the caller's own, on free ports, that lasts until `close`.

    Parameters:
        folder: an empty folder for the stack's state and Kestra's storage.
        services: names; all of them if there is none.
        settings: further environment variables of the stack.
        errors: where the stack's messages go, as of `subprocess.Popen`.

    Attributes:
        environment: with which clients find the services.

    Raises:
        FlowTestError: it does not start.
    """

    def __init__(
        self, folder: Path, services: Sequence[str], settings: Mapping[str, str], errors: IO[bytes] | None = None
    ) -> None:
        own = {
            "EMBEDDED_HOME": str(folder / "home"),
            "KESTRA_STORAGE": str(folder / "storage"),
            "WORKBOOK_PROGRESS": str(folder / "progress.json"),
        }
        inherited = {name: value for name, value in os.environ.items() if name != LEASE}
        self._started_with = {**inherited, **free_ports(), **own, **settings}
        self._state = folder / "home" / STATE
        only = ["--only", ",".join(services)] if services else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "embedded", "run", *only, "--", sys.executable, "-c", HOLD],
            cwd=ROOT,
            env=self._started_with,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        self.environment = self._await_environment()

    def _await_environment(self) -> dict[str, str]:
        assert self._process.stdout is not None
        output = []
        for line in self._process.stdout:
            if line.startswith(READY):
                environment: dict[str, str] = json.loads(line.removeprefix(READY))
                return environment
            output.append(line)
        self.close()
        raise FlowTestError("the stack did not start:\n" + "".join(output))

    def _goes_on(self) -> bool:
        states = json.loads(self._state.read_text())["services"] if self._state.exists() else []
        return any(service["state"] != "off" for service in states)

    def close(self) -> None:
        """Stop it, with what others have started on it since."""
        processes.end(self._process, STOP_SECONDS)
        if self._goes_on():
            down = [sys.executable, "-m", "embedded", "down"]
            subprocess.run(down, cwd=ROOT, env=self._started_with, stdout=subprocess.DEVNULL, check=False)


@contextmanager
def own_stack(folder: Path, *services: str, **settings: str) -> Iterator[dict[str, str]]:
    """Run a stack while the block lasts; gives the environment with which clients find its services.

    Parameters:
        folder, services, settings: as of `OwnStack`.
    """
    stack = OwnStack(folder, services, settings)
    try:
        yield stack.environment
    finally:
        stack.close()


@dataclass(frozen=True)
class Address:
    """Where an engine is.

    Attributes:
        services: services that run beside Kestra, as the configuration names them.
    """

    url: str
    username: str
    password: str
    services: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> Address | None:
        """The engine that the environment names."""
        text = os.environ.get(VARIABLE)
        if not text:
            return None
        url, username, password, *services = json.loads(text)
        return cls(url, username, password, tuple(services))

    def variables(self) -> dict[str, str]:
        """The environment by which a process finds it."""
        return {VARIABLE: json.dumps([self.url, self.username, self.password, *self.services])}


class Stack:
    """A stack that lasts until `close`.

    Parameters:
        configuration: services besides Kestra, variables and secrets.

    Raises:
        FlowTestError: it does not start; with the last lines of its output.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="flowtests-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        messages = folder / "messages.txt"
        services = ("kestra", *configuration.services)
        try:
            with messages.open("wb") as errors:
                self._stack = OwnStack(folder, services, _passed_on(configuration), errors)
        except FlowTestError as error:
            tail = messages.read_text(errors="replace")[-TAIL:]
            self._folder.cleanup()
            raise FlowTestError(f"The stack for the tests does not start:\n{tail}") from error
        url, username, password = (self._stack.environment[name] for name in LOGIN)
        self.address = Address(url, username, password, tuple(configuration.services))

    def close(self) -> None:
        """Stop it and remove its folders."""
        self._stack.close()
        self._folder.cleanup()


def _passed_on(configuration: Configuration) -> Mapping[str, str]:
    secrets = {f"SECRET_{name}": _base64(value) for name, value in configuration.secrets.items()}
    variables = {f"ENV_{name.upper()}": str(value) for name, value in configuration.envs.items()}
    return {**SHORT_LIVED, **variables, **secrets}


def _base64(value: Any) -> str:
    return base64.b64encode(str(value).encode()).decode()
