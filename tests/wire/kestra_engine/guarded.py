"""An engine that tests kill and start again, and a way to its database."""

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from embedded.services.kestra.launch import ENGINE_ENDED
from tests.support.stack import ROOT
from tests.support.waiting import answers, eventually
from tests.wire.kestra_engine.guarded_engine import USER

START_SECONDS = 120
END_SECONDS = 60
SLEEPER = """
id: sleeper
namespace: guarded
inputs:
  - id: seconds
    type: INT
tasks:
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: "PT{{ inputs.seconds }}S"
"""


class Guarded:
    """An engine in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        self.session = requests.Session()
        self.session.auth = USER

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        argv = [sys.executable, "-m", "tests.wire.kestra_engine.guarded_engine", str(self.folder), str(port)]
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(argv, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT)
        self.url = f"http://127.0.0.1:{port}"
        eventually(lambda: self.process.poll() is not None or answers(f"{self.url}/health"), START_SECONDS, "the start")
        assert self.process.poll() is None, self.log.read_text()

    def end(self, how: Callable[[], Any], *reasons: str) -> None:
        """Have the engine end, and with it its process; the log's last line gives one of the reasons."""
        with contextlib.suppress(requests.RequestException):  # the process may be gone before it answers
            how()
        assert self.process.wait(END_SECONDS) == ENGINE_ENDED
        [*_, last] = self.log.read_text().splitlines()
        assert any(reason in last for reason in reasons), last

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def sql(self, statement: str, *values: str) -> None:
        self.session.post(f"{self.url}/test/sql", json={"statement": statement, "values": values}).raise_for_status()

    def get(self, path: str, **params: str) -> Any:
        answer = self.session.get(f"{self.url}/api/v1/main{path}", params=params)
        answer.raise_for_status()
        return answer.json()

    def flow(self, source: str) -> None:
        answer = self.session.post(f"{self.url}/api/v1/main/flows/import", files={"fileUpload": ("flow.yaml", source)})
        assert answer.json() == [], answer.text

    def run(self, flow: str = "sleeper", wait: str = "false", **inputs: Any) -> dict[str, Any]:
        address = f"{self.url}/api/v1/main/executions/guarded/{flow}"
        fields = {name: (None, str(value)) for name, value in inputs.items()}
        answer = self.session.post(address, files=fields, params={"wait": wait}, timeout=END_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def resume(self, execution: str) -> None:
        """Let an execution go on that is paused."""
        self.session.post(f"{self.url}/api/v1/main/executions/{execution}/resume").raise_for_status()

    def until(self, execution: str, *states: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            current = self.get(f"/executions/{execution}")
            return current if current["state"]["current"] in states else None

        return eventually(reached, END_SECONDS, f"{execution} to be {states}")

    def running(self, seconds: int) -> dict[str, Any]:
        """An execution whose task runs."""
        started = self.run(seconds=seconds)["id"]

        def runs() -> dict[str, Any] | None:
            execution = self.get(f"/executions/{started}")
            states = [run["state"]["current"] for run in execution.get("taskRunList") or ()]
            return execution if states == ["RUNNING"] else None

        return eventually(runs, END_SECONDS, "the task to run")

    def states(self, step: str) -> None:
        """Read the states of all triggers, or write back what was read."""
        self.session.post(f"{self.url}/test/states/{step}").raise_for_status()

    def ticks(self) -> int:
        """How many executions there are of the flow that a schedule starts."""
        return int(self.get("/executions", namespace="guarded", flowId="ticking")["total"])

    def messages(self, count: int) -> list[dict[str, Any]]:
        """The messages that were set aside, once there are so many."""

        def files() -> list[Path]:
            return sorted((self.folder / "home" / "set-aside").glob("*.json"), key=lambda file: file.stat().st_mtime)

        eventually(lambda: len(files()) >= count, END_SECONDS, f"{count} messages to be set aside")
        return [json.loads(file.read_text()) for file in files()]

    def errors(self, execution: str) -> str:
        def lines() -> list[str]:
            return [line["message"] for line in self.get(f"/logs/{execution}", minLevel="ERROR")]

        eventually(lines, END_SECONDS, "the reason in the log")
        return "\n".join(lines())

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait(END_SECONDS)

    def insert(self, *values: str) -> int:
        """Write a message into the database of an engine that does not run; gives its number."""
        argv = [sys.executable, "-m", "tests.wire.kestra_engine.crashed_database", "insert"]
        database = str(self.folder / "home" / "database")
        done = subprocess.run([*argv, database, *values], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        [number] = [line for line in done.stdout.splitlines() if line.isdigit()]  # drivers of other databases log
        return int(number)
