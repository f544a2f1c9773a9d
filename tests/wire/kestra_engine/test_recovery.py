"""Executions that run when the engine goes, gently or not, reach an end when it is back; kills harm no engine."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.stack import ROOT, kill_engines
from tests.support.waiting import eventually

RUNS = 3
SECONDS_ASLEEP = 8
END_SECONDS = 60
FLOW = f"""
id: sleeper
namespace: recovery
tasks:
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT{SECONDS_ASLEEP}S
  - id: after
    type: io.kestra.plugin.core.debug.Return
    format: woke up
"""
KILLS_AT_ONCE = 10
BUSY_FLOW = """
id: busy
namespace: recovery
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    concurrencyLimit: 0
    values: [1, 2, 3, 4]
    tasks:
      - id: one
        type: io.kestra.plugin.core.log.Log
        message: [a, b, c, d, e, f, g, h]
      - id: two
        type: io.kestra.plugin.core.log.Log
        message: [a, b, c, d, e, f, g, h]
"""


class Stack:
    """The `kestra` service under a folder, started and stopped by its command line."""

    def __init__(self, folder: Path) -> None:
        own = {"EMBEDDED_HOME": str(folder / "home"), "KESTRA_STORAGE": str(folder / "storage"), "KESTRA_PORT": "0"}
        self.environment = {**os.environ, **own}

    def embedded(self, *words: str) -> str:
        command = [sys.executable, "-m", "embedded", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self) -> None:
        self.embedded("up", "--only", "kestra")
        settings = dict(line.split("=", 1) for line in self.embedded("env").splitlines())
        self.session = requests.Session()
        self.session.auth = (settings["KESTRA_USERNAME"], settings["KESTRA_PASSWORD"])
        self.api = settings["KESTRA_URL"] + "/api/v1/main"

    def down(self) -> None:
        self.embedded("down")

    def kill_engine(self) -> None:
        kill_engines(self.environment["EMBEDDED_HOME"])

    def start(self, flow: str, count: int) -> list[str]:
        files = {"fileUpload": ("flow.yaml", flow)}
        self.session.post(f"{self.api}/flows/import", files=files).raise_for_status()
        name = yaml.safe_load(flow)["id"]
        return [self.session.post(f"{self.api}/executions/recovery/{name}").json()["id"] for _ in range(count)]

    def start_runs(self) -> list[str]:
        runs = self.start(FLOW, RUNS)
        self.wait(runs, lambda execution: any(t["state"]["current"] == "RUNNING" for t in tasks(execution)))
        return runs

    def wait(self, runs: list[str], reached: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        def all_reached() -> list[dict[str, Any]] | None:
            executions = [self.session.get(f"{self.api}/executions/{run}").json() for run in runs]
            return executions if all(reached(execution) for execution in executions) else None

        return eventually(all_reached, END_SECONDS, f"{len(runs)} executions to come so far", every=0.2)


def tasks(execution: dict[str, Any]) -> list[dict[str, Any]]:
    return execution.get("taskRunList") or []


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("recovery"))
    stack.up()
    yield stack
    stack.down()


@pytest.mark.parametrize("end", [pytest.param("down", marks=pytest.mark.slow), "kill_engine"])
def test_running_executions_end_after_a_restart(stack: Stack, end: str) -> None:
    runs = stack.start_runs()
    runs += stack.start(FLOW, 1)  # what the last answer has said holds, though all is over at once
    getattr(stack, end)()
    stack.up()
    ended = stack.wait(runs, lambda execution: execution["state"]["current"] not in ("CREATED", "RUNNING"))
    assert [execution["state"]["current"] for execution in ended] == ["SUCCESS"] * len(runs)
    assert [tasks(execution)[-1]["outputs"]["value"] for execution in ended] == ["woke up"] * len(runs)


@pytest.mark.parametrize("kills", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_kills_of_executions_leave_the_engine_alive(stack: Stack, kills: int) -> None:
    """A kill interrupts threads that write to the database: it must not close the database's file."""
    for _ in range(kills // KILLS_AT_ONCE):
        runs = stack.start(BUSY_FLOW, KILLS_AT_ONCE)
        for run in runs:
            stack.wait([run], lambda execution: len(tasks(execution)) > 1 or over(execution))
            stack.session.delete(f"{stack.api}/executions/{run}/kill")
        ended = stack.wait(runs, over)
        assert {execution["state"]["current"] for execution in ended} <= {"KILLED", "SUCCESS"}


def over(execution: dict[str, Any]) -> bool:
    return execution["state"]["current"] in ("SUCCESS", "KILLED", "FAILED")
