"""The services of the embedded stack, by its own command: it runs as a process, as a shell would run it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import catalog
from workbook.errors import WorkbookError
from workbook.project import ROOT

ANSWER_SECONDS = 60.0
START_SECONDS = 1800.0
"""How long a start may take: an environment may have to be installed."""
RUNNING = frozenset({"waiting", "starting", "ready", "unhealthy", "stopping"})


class StackRefuses(WorkbookError):
    """The stack's command failed; the message is what it said."""


@dataclass(frozen=True)
class ServiceState:
    """A service.

    Attributes:
        title: as documents write the name.
        ports: that it has now.
        memory: in bytes.
        up_seconds: since its start.
        address: to connect to; empty if it does not run.
        note: what there is to say of it.
    """

    name: str
    title: str
    state: str
    ports: Sequence[int]
    memory: int
    up_seconds: float
    address: str
    note: str

    @property
    def runs(self) -> bool:
        """Whether there is something to stop."""
        return self.state in RUNNING


def services(kestra_url: str) -> list[ServiceState] | None:
    """The services of the embedded stack; None if the Kestra of this console is not one of them.

    Parameters:
        kestra_url: the address of the console's Kestra.

    Raises:
        StackRefuses: the stack's command fails.
    """
    with ThreadPoolExecutor(2) as pool:
        # Their exit codes tell of states, which are in the answers too.
        status, env = (pool.submit(_run, *words, check=False) for words in (("status", "--json"), ("env",)))
    found = json.loads(status.result() or "{}")
    rows = found.get("services") or []
    kestra = next((row for row in rows if row["name"] == "kestra"), None)
    if not found.get("supervisor") or not kestra or urlsplit(kestra_url).port not in kestra["ports"].values():
        return None
    lines = env.result().splitlines()
    addresses = dict(line.split("=", 1) for line in lines if "=" in line)
    return [_state(row, addresses) for row in rows]


def last_lines(name: str, count: int = 40) -> list[str]:
    """The end of a service's log.

    Parameters:
        name: of the service.
        count: how many lines.
    """
    return _run("logs", name, "--lines", str(count)).splitlines()


def start(name: str) -> None:
    """Start a service, with the settings of the stack.

    Raises:
        StackRefuses: it does not start.
    """
    _run("up", "--as-stack", "--only", name, seconds=START_SECONDS)


def stop(name: str) -> None:
    """Stop a service.

    Raises:
        StackRefuses: it does not stop.
    """
    _run("stop", name)


def _run(*arguments: str, seconds: float = ANSWER_SECONDS, check: bool = True) -> str:
    command = [sys.executable, "-m", "embedded", *arguments]
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise StackRefuses(f"`embedded {' '.join(arguments)}` has not ended after {seconds:.0f} s.") from None
    if check and result.returncode:
        raise StackRefuses((result.stderr or result.stdout).strip())
    return result.stdout


def _state(row: dict[str, object], addresses: dict[str, str]) -> ServiceState:
    name, started, ports, memory = str(row["name"]), row.get("started"), row.get("ports"), row.get("memory")
    spec = catalog.service(name)
    runs = row["state"] in RUNNING
    return ServiceState(
        name=name,
        title=spec.title,
        state=str(row["state"]),
        ports=list(ports.values()) if runs and isinstance(ports, dict) else [],
        memory=memory if runs and isinstance(memory, int) else 0,
        up_seconds=time.time() - started if runs and isinstance(started, float) else 0.0,
        address=(spec.located(addresses) or "") if runs else "",
        note="; ".join(str(row[key]) for key in ("error", "notice", "detail") if row.get(key)),
    )
