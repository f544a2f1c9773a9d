"""Executions in the JSON of Kestra 2.0: outputs are kept apart, and lists go without task runs."""

from typing import Any

from embedded.services.kestra.api.convert import to_python
from embedded.services.kestra.java_engine import JavaEngine

UNSENT = ("deleted", "outputs")
TASK_RUN = (
    "id",
    "taskId",
    "parentTaskRunId",
    "value",
    "attempts",
    "assetEmits",
    "state",
    "iteration",
    "dynamic",
    "forceExecution",
)
LIGHT = (
    "tenantId",
    "id",
    "namespace",
    "flowId",
    "flowRevision",
    "inputs",
    "labels",
    "state",
    "parentId",
    "originalId",
    "trigger",
    "scheduleDate",
    "kind",
    "loopRun",
)
"""Fields of kestrapy's `ApiLightExecution`; `TASK_RUN` has those of its `ApiTaskRun`."""


def full(engine: JavaEngine, execution: Any) -> dict[str, Any]:
    """An execution with its task runs (`ApiExecution`)."""
    fields: dict[str, Any] = to_python(engine, execution)
    runs = fields.get("taskRunList") or []
    fields["taskRunList"] = [{name: run[name] for name in TASK_RUN if name in run} for run in runs]
    return {name: value for name, value in fields.items() if name not in UNSENT}


def light(engine: JavaEngine, execution: Any) -> dict[str, Any]:
    """An execution as a list has it (`ApiLightExecution`)."""
    fields = to_python(engine, execution)
    return {name: fields[name] for name in LIGHT if name in fields}
