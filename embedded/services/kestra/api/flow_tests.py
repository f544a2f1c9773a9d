"""Executions of flow tests, with tasks that are not run but given: states and outputs come from fixtures.

The engine carries what the unit tests of Kestra's Enterprise edition are made of (`io.kestra.core.test.flow`: fixtures,
assertions), and its executor heeds the fixtures of an execution. The open-source server has no way to pass them, so
these two paths are this project's own.
"""

import json
import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jpype
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, executions
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.execution_inputs import READER, STORAGE
from embedded.services.kestra.api.request import Call, endpoint, json_value

MODELS = "io.kestra.core.test.flow"
USES_FILES = re.compile(r"\{\{.*\bfiles\b.*\}\}", re.DOTALL)
FAILURES = ("java.lang.ClassCastException", "java.lang.NullPointerException")
"""What the engine's assertions raise for a value that their operator cannot compare."""


def create(call: Call) -> Response:
    """A new execution of a flow, its tasks replaced by the fixtures `{inputs, files, tasks, trigger}` of the body.

    An input may name a file of the fixtures as `{{ files['name'] }}`.
    """
    flow = executions.executable(call, call.params["namespace"], call.params["id"], call.number("revision"))
    given = call.fields()
    fixtures = _read(call, "Fixtures", given)
    labels = convert.java_list([call.engine.java(executions.LABEL)("system.from", "test")])
    kind = convert.enum(call.engine, "io.kestra.core.models.executions.ExecutionKind", "TEST")
    model = call.engine.java(executions.MODEL)
    execution = model.newExecution(flow, None, labels, convert.optional(None), kind).withFixtures(fixtures.getTasks())
    execution = _with_files(call, flow, execution, given.get("files") or {})
    if fixtures.getTrigger() is not None:
        execution = execution.withTrigger(_trigger(call, fixtures.getTrigger()))
    inputs = _inputs(call, flow, execution, given.get("inputs") or {})
    execution = executions.checked(call, flow, execution, inputs)
    call.engine.queue(executions.QUEUE).emit(execution)
    return call.entity(execution)


def judge(call: Call) -> Response:
    """What comes of the assertions of the body, a list, in the context of an execution or of a task run of it."""
    execution = executions.find(call)
    flow = executions.flow_of(call, execution)
    return json_value([_outcome(call, flow, execution, one) for one in call.ids()])


def _read(call: Call, model: str, given: Any) -> Any:
    mapper = call.engine.java("io.kestra.core.serializers.JacksonMapper").ofJson()
    return mapper.readValue(json.dumps(given), call.engine.java(f"{MODELS}.{model}").class_)


def _with_files(call: Call, flow: Any, execution: Any, files: dict[str, str]) -> Any:
    """The execution with these texts in its storage, known to its expressions as `files`."""
    if not files:
        return execution
    addresses = call.engine.java("java.util.LinkedHashMap")()
    for name, text in files.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "file")
            file.write_text(text)
            java_file = call.engine.java("java.io.File")(str(file))
            address = call.bean(STORAGE).from_(execution, "fixtures", quote(name, safe=""), java_file)
        addresses.put(name, str(address))
    variables = call.engine.java("java.util.LinkedHashMap")()
    if flow.getVariables() is not None:
        variables.putAll(flow.getVariables())
    variables.put(call.engine.java("io.kestra.core.runners.RunVariables").FIXTURE_FILES_KEY, addresses)
    return execution.withVariables(variables)


def _trigger(call: Call, fixture: Any) -> Any:
    builder = call.engine.java("io.kestra.core.models.executions.ExecutionTrigger").builder()
    return builder.id(fixture.getId()).type(fixture.getType()).variables(fixture.getVariables()).build()


def _inputs(call: Call, flow: Any, execution: Any, inputs: dict[str, Any]) -> Any:
    """The typed inputs, with addresses in place of the names of files."""
    context = call.bean(executions.RUN_CONTEXTS).of(flow, execution, False)
    filled = {
        name: str(context.render(value)) if isinstance(value, str) and USES_FILES.search(value) else value
        for name, value in inputs.items()
    }
    read = call.bean(READER).readExecutionInputs
    return read(flow, execution, jpype.JObject(convert.to_java(call.engine, filled), "java.util.Map"))


def _outcome(call: Call, flow: Any, execution: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The results of an assertion, one an operator, and the errors that kept it from being judged."""
    assertion = _read(call, "Assertion", given)
    try:
        ran = assertion.run(_context(call, flow, execution, given.get("taskId")))
    except tuple(jpype.JClass(name) for name in FAILURES):
        return {"results": [], "errors": [{"message": "its value is of a kind that the operator cannot compare"}]}
    return convert.to_python(call.engine, ran)


def _context(call: Call, flow: Any, execution: Any, task_id: str | None) -> Any:
    contexts = call.bean(executions.RUN_CONTEXTS)
    if task_id is None:
        return contexts.of(flow, execution, False)
    runs = [run for run in execution.getTaskRunList() or () if str(run.getTaskId()) == task_id]
    if not runs:
        raise Invalid(f"the task '{task_id}' did not run in this execution")
    return contexts.of(flow, flow.findTaskByTaskId(task_id), execution, runs[-1], False)


routes = [
    Route("/flow-tests/{namespace}/{id}", endpoint(create), methods=["POST"]),
    Route("/flow-tests/{execution_id}/assertions", endpoint(judge), methods=["POST"]),
]
