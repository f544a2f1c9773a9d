"""A stack for the tests alone: its folders are temporary, its ports are free ones, and it stops when the tests end."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import free_ports
from flowtests.errors import FlowTestError
from flowtests.folder import Configuration

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "FLOWTESTS_ENGINE"
"""Where a running engine for flow tests is, as JSON: set by `FlowTestStack`, so that many test runs share its stack."""
STOP_SECONDS = 60
TAIL = 2000
READY = "ready "
LOGIN = ("KESTRA_URL", "KESTRA_USERNAME", "KESTRA_PASSWORD")
HOLD = (
    f"import json, os, sys; print('{READY}' + json.dumps([os.environ[name] for name in sys.argv[1:]]), flush=True); "
    "sys.stdin.read()"
)
"""A Python program that prints the variables in its arguments, and lasts as long as its standard input.

When the tests die, it ends, and the stack with it.
"""


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
        services = ["kestra", *configuration.services]
        command = ["-m", "embedded", "run", "--only", ",".join(services), "--", sys.executable, "-c", HOLD, *LOGIN]
        log_file = folder / "output.txt"
        with log_file.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=_environment(folder, configuration),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.address = self._await(log_file, configuration)

    def _await(self, log_file: Path, configuration: Configuration) -> Address:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(READY):
                url, username, password = json.loads(line.removeprefix(READY))
                return Address(url, username, password, tuple(configuration.services))
        tail = log_file.read_text(errors="replace")[-TAIL:]
        self.close()
        raise FlowTestError(f"The stack for the tests does not start:\n{tail}")

    def close(self) -> None:
        """Stop it and remove its folders."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(STOP_SECONDS)
        self._folder.cleanup()


def _environment(folder: Path, configuration: Configuration) -> dict[str, str]:
    """The environment of the stack: nothing in it leads to the user's own one."""
    own = {"EMBEDDED_HOME": str(folder / "home"), "KESTRA_STORAGE": str(folder / "storage")}
    inherited = {name: value for name, value in os.environ.items() if name != "EMBEDDED_LEASE"}
    return {**inherited, **free_ports(), **own, **_passed_on(configuration)}


def _passed_on(configuration: Configuration) -> Mapping[str, str]:
    secrets = {f"SECRET_{name}": _base64(value) for name, value in configuration.secrets.items()}
    return {**{f"ENV_{name.upper()}": str(value) for name, value in configuration.envs.items()}, **secrets}


def _base64(value: Any) -> str:
    return base64.b64encode(str(value).encode()).decode()
