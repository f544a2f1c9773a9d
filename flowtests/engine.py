"""The engine of the tests, over its REST API."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flowtests.errors import Refused
from flowtests.stack import Address
from workbook.kestra import KestraClient
from workbook.kestra.errors import ApiError
from workbook.kestra.follow import follow
from workbook.kestra.models import Execution, FlowId, LogLine, Problem

REFUSED = (400, 422)
AFTER_SECONDS = 10.0
LOOK_SECONDS = 0.05
PAUSED = "PAUSED"


class Engine:
    """One engine; its methods may be called from several threads.

    Parameters:
        address: where it is.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._own = threading.local()

    @property
    def client(self) -> KestraClient:
        """The calling thread's client."""
        client: KestraClient | None = getattr(self._own, "client", None)
        if client is None:
            client = KestraClient(self.address.url, self.address.username, self.address.password)
            self._own.client = client
        return client

    def problems(self, source: str) -> list[Problem]:
        """What the engine rejects in a flow; an empty list if it is valid. For one of 2.0 it is upgraded before."""
        return self.client.flows.problems_of_upgraded(f"{source}\n")  # the client takes one line for the name of a file

    def post(self, source: str) -> int:
        """Store a flow, and return its revision.

        Raises:
            FlowInvalid: the engine does not take it.
        """
        return self.client.import_flow(f"{source}\n").revision

    def clear(self, keep: set[tuple[str, str]]) -> None:
        """Delete the flows that an earlier test run left, except those that the tests replace."""
        stored = self.client.http.json("GET", "/flows/search", params={"size": 1000})
        for raw in stored["results"]:
            if (raw["namespace"], raw["id"]) not in keep:
                self.client.delete_flow(FlowId(raw["namespace"], raw["id"]))

    def set_kv(self, namespace: str, entries: Mapping[str, Any]) -> None:
        """Make the key-value store of a namespace hold this, and nothing else."""
        store = self.client.kv(namespace)
        for key in list(store):
            if key not in entries:
                del store[key]
        for key, value in entries.items():
            store[key] = value

    def put_files(self, namespace: str, folder: Path) -> None:
        """Make the files of a folder those of a namespace."""
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            upload = {"fileContent": (file.name, file.read_bytes())}
            params = {"path": f"/{file.relative_to(folder).as_posix()}"}
            self.client.http.call("POST", f"/namespaces/{_quoted(namespace)}/files", params=params, files=upload)

    def start(self, namespace: str, flow_id: str, revision: int, fixtures: Mapping[str, Any]) -> Execution:
        """Start a flow at a revision, with fixtures.

        Parameters:
            namespace, flow_id: which flow.
            revision: the revision that was stored for these fixtures.
            fixtures: what the engine uses in place of the real thing.

        Raises:
            Refused: the engine starts none: an input is wrong, or a check forbids it.
        """
        path = f"/flow-tests/{_quoted(namespace)}/{_quoted(flow_id)}"
        try:
            raw = self.client.http.json("POST", path, params={"revision": revision}, json=fixtures)
        except ApiError as error:
            if error.status not in REFUSED:
                raise
            raise Refused(error.reason) from error
        return Execution.from_json(raw, self.client.http.url)

    def finish(self, execution: Execution, seconds: float, paused: bool, after: Sequence[str]) -> Execution:
        """Follow an execution to its end.

        Parameters:
            execution: the execution.
            seconds: when it is killed.
            paused: whether being paused is an end too.
            after: the tasks that run when it has ended, which are waited for too.
        """
        killer = threading.Timer(seconds, self._kill, [execution.id])
        killer.start()
        try:
            for seen in follow(self.client.http, execution.id):
                execution = seen
                if paused and seen.state == PAUSED:
                    self._kill(execution.id)
                    return execution
        finally:
            killer.cancel()
        return self._await(execution, after)

    def judge(self, execution: Execution, assertions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Judge assertions: one entry each, with the engine's `results` and `errors`."""
        path = f"/flow-tests/{execution.id}/assertions"
        judged: list[dict[str, Any]] = self.client.http.json("POST", path, json=list(assertions))
        return judged

    def render(self, execution: Execution, expression: str) -> str:
        """An expression, rendered in the context of an execution.

        Raises:
            ApiError: it cannot be rendered.
        """
        answer = self.client.http.json(
            "POST",
            self.client.http.form.action(execution.id, "eval"),
            data=expression.encode(),
            headers={"Content-Type": "text/plain"},
        )
        if "error" in answer:
            raise ApiError(REFUSED[1], answer["error"])
        result: str = answer["result"]
        return result

    def logs(self, execution: Execution) -> list[LogLine]:
        """All of an execution's log."""
        return self.client.logs(execution, level="TRACE")

    def _kill(self, execution_id: str) -> None:
        self.client.http.call("DELETE", self.client.http.form.action(execution_id, "kill"))

    def _await(self, execution: Execution, after: Sequence[str]) -> Execution:
        """The execution once the tasks after its end have ended, or one of them has failed."""
        end = time.monotonic() + AFTER_SECONDS
        while time.monotonic() < end:
            ended = {run.task_id: run.state for run in execution.task_runs if run.states.terminated}
            if all(task in ended for task in after) or "FAILED" in {ended.get(task) for task in after}:
                break
            time.sleep(LOOK_SECONDS)
            execution = self.client.execution(execution.id)
        return execution


def _quoted(part: str) -> str:
    return quote(part, safe="")
