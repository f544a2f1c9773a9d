"""Executions of flow tests: fixtures give the states and outputs of tasks, which are not run.

The engine has the models of the unit tests of Kestra's Enterprise edition (`io.kestra.core.test.flow`: fixtures and
assertions), and its executor applies the fixtures of an execution. The open-source server has no path that passes them,
so these two paths are this project's own: https://kestra.io/docs/enterprise/governance/unit-tests.
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
from embedded.services.kestra.api.request import Request, endpoint, json_value

MODELS = "io.kestra.core.test.flow"
USES_FILES = re.compile(r"\{\{.*\bfiles\b.*\}\}", re.DOTALL)
FAILURES = ("java.lang.ClassCastException", "java.lang.NullPointerException")
"""What the engine's assertions raise for a value that their operator cannot compare."""


def create(request: Request) -> Response:
    """A new execution of a flow, its tasks replaced by the fixtures `{inputs, files, tasks, trigger}` of the body.

    An input may name a file of the fixtures as `{{ files['name'] }}`.
    """
    flow = executions.require_executable(
        request, request.params["namespace"], request.params["id"], request.number("revision")
    )
    body = request.fields()
    fixtures = _read(request, "Fixtures", body)
    labels = convert.java_list([request.java(executions.LABEL)("system.from", "test")])
    kind = convert.enum(request.engine, "io.kestra.core.models.executions.ExecutionKind", "TEST")
    model = request.java(executions.MODEL)
    execution = model.newExecution(flow, None, labels, convert.optional(None), kind).withFixtures(fixtures.getTasks())
    execution = _with_files(request, flow, execution, body.get("files") or {})
    if fixtures.getTrigger() is not None:
        execution = execution.withTrigger(_trigger(request, fixtures.getTrigger()))
    inputs = _inputs(request, flow, execution, body.get("inputs") or {})
    execution = executions.apply_checks(request, flow, execution, inputs)
    request.engine.create_execution(flow, execution, labels)
    return request.entity(execution)


def judge(request: Request) -> Response:
    """The results of the body's list of assertions, in the context of an execution or of one of its task runs."""
    execution = executions.find(request)
    flow = executions.flow_of(request, execution)
    return json_value([_outcome(request, flow, execution, assertion) for assertion in request.ids()])


def _read(request: Request, model: str, fields: Any) -> Any:
    mapper = request.java("io.kestra.core.serializers.JacksonMapper").ofJson()
    return mapper.readValue(json.dumps(fields), request.java(f"{MODELS}.{model}").class_)


def _with_files(request: Request, flow: Any, execution: Any, files: dict[str, str]) -> Any:
    """The execution with these texts in its storage, known to its expressions as `files`."""
    if not files:
        return execution
    addresses = request.java("java.util.LinkedHashMap")()
    for name, text in files.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "file")
            file.write_text(text)
            java_file = request.java("java.io.File")(str(file))
            address = request.bean(STORAGE).from_(execution, "fixtures", quote(name, safe=""), java_file)
        addresses.put(name, str(address))
    variables = request.java("java.util.LinkedHashMap")()
    if flow.getVariables() is not None:
        variables.putAll(flow.getVariables())
    variables.put(request.java("io.kestra.core.runners.RunVariables").FIXTURE_FILES_KEY, addresses)
    return execution.withVariables(variables)


def _trigger(request: Request, fixture: Any) -> Any:
    builder = request.java("io.kestra.core.models.executions.ExecutionTrigger").builder()
    return builder.id(fixture.getId()).type(fixture.getType()).variables(fixture.getVariables()).build()


def _inputs(request: Request, flow: Any, execution: Any, inputs: dict[str, Any]) -> Any:
    """The typed inputs, with addresses in place of the names of files."""
    filled = dict(inputs)
    if named := {name: value for name, value in inputs.items() if isinstance(value, str) and USES_FILES.search(value)}:
        context = request.bean(executions.RUN_CONTEXTS).of(flow, execution, False)
        filled |= {name: str(context.render(value)) for name, value in named.items()}
    read = request.bean(READER).readExecutionInputs
    return read(flow, execution, jpype.JObject(convert.to_java(request.engine, filled), "java.util.Map"))


def _outcome(request: Request, flow: Any, execution: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The results of an assertion, one an operator, and the errors that kept it from being judged."""
    if not isinstance(fields, dict):
        raise Invalid("A list of assertions was expected")
    assertion = _read(request, "Assertion", fields)
    try:
        ran = assertion.run(_context(request, flow, execution, fields.get("taskId")))
    except tuple(jpype.JClass(name) for name in FAILURES):
        return {"results": [], "errors": [{"message": "its value is of a kind that the operator cannot compare"}]}
    return convert.to_python(request.engine, ran)


def _context(request: Request, flow: Any, execution: Any, task_id: str | None) -> Any:
    contexts = request.bean(executions.RUN_CONTEXTS)
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
