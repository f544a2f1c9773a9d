"""Runs the cases of `official/gcp_trigger.json`, each on a bucket of its own: what a trigger hands out, look by look.

A case has the `objects` that are in its bucket before and the trigger's properties, and may have `changes` of one
object each, which follow one another when the trigger has looked at what was there. In `official` stands what each
execution got, with the first error in the trigger's log and what is in the bucket afterwards, or the problems at
validation.
"""

import json
from typing import Any, Protocol

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_flows import (
    NAMESPACE,
    Case,
    Engine,
    EngineHere,
    bucket_name,
    filled,
    named,
    shown,
    unlike,
)
from tests.wire.kestra_tasks.official_gcp import Cloud, bucket_with, objects_of

LOOKS = 2
"""So many looks end before the next change: the first may have begun before the last one."""
SECONDS = 90
ASK_SECONDS = 0.5
"""Between two questions for the trigger's state; it changes once a second at the most."""
TASK = {"id": "task", "type": "io.kestra.plugin.core.debug.Return", "format": "done"}

Flow = dict[str, Any]


class WatchingEngine(Engine, Protocol):
    """Kestra, with what its scheduler makes of a flow."""

    def create(self, flow: Flow) -> None:
        """Create a flow, whose trigger begins to look."""

    def delete(self, flow: Flow) -> None:
        """Delete the flow, so that its trigger stops."""

    def trigger(self, flow: Flow) -> dict[str, Any]:
        """The state of the flow's only trigger; empty if there is none yet."""

    def executions(self, flow: Flow) -> list[dict[str, Any]]:
        """All executions of the flow."""

    def errors(self, flow: Flow) -> list[str]:
        """The errors in the flow's log, the first one first."""


class WatchingEngineHere(EngineHere):
    """The tests' own stack."""

    def __init__(self, kestra: Kestra) -> None:
        super().__init__(kestra)
        self.create = kestra.create_flow

    def delete(self, flow: Flow) -> None:
        self._kestra.request("DELETE", f"/flows/{flow['namespace']}/{flow['id']}")

    def trigger(self, flow: Flow) -> dict[str, Any]:
        found = self._kestra.get(f"/triggers/{flow['namespace']}/{flow['id']}").json()["results"]
        return found[0] if found else {}

    def executions(self, flow: Flow) -> list[dict[str, Any]]:
        return [run.execution for run in self._kestra.runs(flow["namespace"], flow["id"])]

    def errors(self, flow: Flow) -> list[str]:
        query = {"namespace": flow["namespace"], "flowId": flow["id"], "minLevel": "ERROR", "sort": "timestamp:asc"}
        return [line["message"] for line in self._kestra.get("/logs/search", params=query).json()["results"]]


def observe(engine: WatchingEngine, case: Case, cloud: Cloud) -> dict[str, Any]:
    """What comes of a case, in the form of its `official`."""
    bucket = bucket_name(case)
    names = {"BUCKET": bucket, "PROJECT": cloud.storage.project}
    flow = _flow(case, names, cloud)
    if problems := engine.problems(flow):
        return {"problems": named(problems, names).strip()}
    with bucket_with(cloud, bucket, case.get("objects")):
        engine.create(flow)
        try:
            _await_looks(engine, flow)
            for change in case.get("changes", []):
                _change(cloud, bucket, **change)
                _await_looks(engine, flow)
            return _seen(engine, flow, names) | {"objects": dict(objects_of(cloud, bucket))}
        finally:
            engine.delete(flow)


def _flow(case: Case, names: dict[str, str], cloud: Cloud) -> Flow:
    trigger = {"id": "watch", "interval": "PT1S", **cloud.task_of("gcs.Trigger"), **filled(case["trigger"], names)}
    id = f"official-{case['name'].replace('_', '-')}"
    return {"id": id, "namespace": NAMESPACE, "tasks": [TASK], "triggers": [trigger]}


def _await_looks(engine: WatchingEngine, flow: Flow) -> None:
    """Wait until the trigger has looked again, and the execution that it may have started has ended."""
    dates: set[str] = set()

    def looked() -> bool:
        state = engine.trigger(flow)
        if date := state.get("nextExecutionDate"):
            dates.add(date)
        return len(dates) > LOOKS and not state.get("executionId")

    eventually(looked, SECONDS, f"the looks of {flow['id']}", ASK_SECONDS)


def _change(cloud: Cloud, bucket: str, key: str, text: str | None = None, metadata: Any = None) -> None:
    """Write an object or its metadata, or delete it."""
    blob = cloud.storage.bucket(bucket).blob(key)
    if metadata is not None:
        blob.metadata = metadata
        blob.patch()
    elif text is not None:
        blob.upload_from_string(text)
    else:
        blob.delete()


def _seen(engine: WatchingEngine, flow: Flow, names: dict[str, str]) -> dict[str, Any]:
    def hide(text: str) -> str:
        return named(text, names)

    executions = sorted(engine.executions(flow), key=lambda execution: execution["state"]["startDate"])
    found = [shown(engine, execution["trigger"]["variables"], hide) for execution in executions]
    errors = [hide(unlike(line.splitlines()[0])) for line in engine.errors(flow)]
    return {"executions": json.loads(json.dumps(found))} | ({"error": errors[0]} if errors else {})
