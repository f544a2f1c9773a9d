"""Executions: create, read, search, delete, and what can be said of one."""

import json
from http import HTTPStatus
from typing import Any

import jpype
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, execution_inputs, flows
from embedded.services.kestra.api.errors import ApiError, Invalid, NotFound
from embedded.services.kestra.api.follow import final_execution
from embedded.services.kestra.api.request import Call, endpoint, json_text, json_value, no_content
from embedded.services.kestra.api.timeline import dated_filters

REPOSITORY = "io.kestra.core.repositories.ExecutionRepositoryInterface"
SERVICE = "io.kestra.core.services.ExecutionService"
RUN_CONTEXTS = "io.kestra.core.runners.RunContextFactory"
MODEL = "io.kestra.core.models.executions.Execution"
LABEL = "io.kestra.core.models.Label"
QUEUE = "executionQueue"

SEARCHED = (
    "q",
    "scope",
    "namespace",
    "flowId",
    "startDate",
    "endDate",
    "timeRange",
    "state",
    "labels",
    "triggerExecutionId",
    "childFilter",
)
"""Plain parameters that searches of executions understand besides filters."""


def find(call: Call, execution_id: str | None = None) -> Any:
    """The execution that the path names, or another.

    Raises:
        ApiError: 404, there is none.
    """
    found = convert.or_none(call.bean(REPOSITORY).findById(call.tenant, execution_id or call.params["execution_id"]))
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    return found


def matching(call: Call) -> list[Any]:
    """All executions that the query's filters match."""
    unpaged = call.engine.java("io.micronaut.data.model.Pageable").UNPAGED
    return list(call.bean(REPOSITORY).find(unpaged, call.tenant, dated_filters(call, SEARCHED)))


def flow_of(call: Call, execution: Any) -> Any:
    """The flow of an execution, at the execution's revision."""
    return call.bean(flows.REPOSITORY).findByExecutionWithoutAcl(execution)


def executable(call: Call, namespace: str, flow_id: str, revision: int | None) -> Any:
    """A flow that may be executed.

    Raises:
        jpype.JException: it does not exist, is disabled or is invalid.
    """
    return call.bean(flows.SERVICE).getFlowIfExecutableOrThrow(
        call.tenant, namespace, flow_id, convert.optional(revision)
    )


async def create(call: Call) -> Response:
    """A new execution of a flow; with `wait=true` the answer comes when it has ended."""
    flow, execution = await run_in_threadpool(_prepare, call)
    wait = call.flag("wait", False) and not execution.getState().isFailed()
    queue = call.engine.queue(QUEUE)
    if not wait:
        await run_in_threadpool(queue.emit, execution)
        return json_text(_with_url(call, str(execution.getId()), flow, call.engine.to_json(execution)))
    ended = await final_execution(call.engine, flow, str(execution.getId()), lambda: queue.emit(execution))
    return json_text(_with_url(call, str(execution.getId()), flow, ended))


def _prepare(call: Call) -> tuple[Any, Any]:
    flow = executable(call, call.params["namespace"], call.params["id"], call.number("revision"))
    execution = _new(call, flow)
    return flow, checked(call, flow, execution, execution_inputs.read(call, flow, execution))


def checked(call: Call, flow: Any, execution: Any, inputs: Any) -> Any:
    """A new execution with its inputs, failed already if a check of the flow wants that.

    Raises:
        Invalid: a check forbids it.
    """
    failed = call.bean(flows.SERVICE).getFailedChecks(flow, inputs)
    behavior = str(call.engine.java("io.kestra.core.models.flows.check.Check").resolveBehavior(failed))
    if behavior == "BLOCK_EXECUTION":
        messages = ", ".join(str(check.getMessage()) for check in failed)
        raise Invalid(
            f"Flow execution blocked: one or more condition checks evaluated to false.\nFailed checks: {messages}"
        )
    execution = execution.withInputs(inputs)
    return execution.withState(state_type(call, "FAILED")) if behavior == "FAIL_EXECUTION" else execution


def _new(call: Call, flow: Any) -> Any:
    date = call.one("scheduleDate")
    scheduled = convert.optional(convert.zoned(call.engine, date) if date else None)
    execution = call.engine.java(MODEL).newExecution(flow, None, _labels(call), scheduled)
    builder = execution.toBuilder().breakpoints(breakpoints(call))
    if kind := call.one("kind"):
        builder = builder.kind(convert.enum(call.engine, "io.kestra.core.models.executions.ExecutionKind", kind))
    return builder.build()


def _labels(call: Call) -> Any:
    label = call.engine.java(LABEL)
    given = execution_inputs.labels(call.request.query_params.getlist("labels"))
    for key, value in given.items():
        if key.startswith(str(label.SYSTEM_PREFIX)) and key not in (str(label.CORRELATION_ID), str(label.FROM)):
            raise Invalid(f"System labels can only be set by Kestra itself, offending label: {key}={value}")
    given.setdefault(str(label.FROM), "api")
    return convert.java_list([label(key, value) for key, value in given.items()])


def breakpoints(call: Call) -> Any:
    """The tasks before which to stop, given as `id` or `id.value` with commas; None if there are none."""
    of = call.engine.java("io.kestra.core.debug.Breakpoint").of
    given = call.many("breakpoints")
    return convert.java_list([of(text) for text in given]) if given else None


def state_type(call: Call, name: str) -> Any:
    """A state of executions by its name.

    Raises:
        Invalid: there is no such state.
    """
    return convert.enum(call.engine, "io.kestra.core.models.flows.State$Type", name)


def _with_url(call: Call, execution_id: str, flow: Any, execution: str) -> str:
    """The execution's JSON with the address of its page, as the answer to a creation has it."""
    base = call.engine.config.url.rstrip("/")
    url = f"{base}/ui/{call.tenant}/executions/{flow.getNamespace()}/{flow.getId()}/{execution_id}"
    return f'{execution[:-1]},"url":{json.dumps(url)}}}'


def validate(call: Call) -> Response:
    """What is wrong with the inputs of an execution that is not created."""
    flow = executable(call, call.params["namespace"], call.params["id"], call.number("revision"))
    checked = execution_inputs.check(call, flow, _new(call, flow))
    given = call.engine.java("java.util.HashMap")()
    for one in checked:
        given.put(one.input().getId(), one.value())
    nested = call.engine.java("io.kestra.core.utils.MapUtils").flattenToNestedMap(given)
    checks = [
        {"message": str(one.getMessage()), "style": str(one.getStyle()), "behavior": str(one.getBehavior())}
        for one in call.bean(flows.SERVICE).getFailedChecks(flow, nested)
    ]
    return json_value(validation(call, str(flow.getId()), str(flow.getNamespace()), checked) | {"checks": checks})


def validation(call: Call, flow_id: str, namespace: str, checked: Any) -> dict[str, Any]:
    """Inputs, their values and their errors, as the official server tells them."""
    inputs = [
        {
            "input": convert.to_python(call.engine, one.input()),
            "value": convert.to_python(call.engine, one.value()),
            "enabled": bool(one.enabled()),
            "isDefault": bool(one.isDefault()),
            "errors": [
                {"message": str(error.getMessage()), "renderError": bool(error.isRenderError())}
                for error in one.exceptions() or ()
            ],
        }
        for one in checked
    ]
    return {"id": flow_id, "namespace": namespace, "inputs": inputs}


def get(call: Call) -> Response:
    """One execution."""
    return call.entity(find(call))


def search(call: Call) -> Response:
    """A page of the executions that match; the last eight days unless told."""
    repository = call.bean(REPOSITORY)
    page = call.page(repository.sortMapping())
    return call.paged(repository.find(page, call.tenant, dated_filters(call, SEARCHED)))


def by_flow(call: Call) -> Response:
    """A page of the executions of one flow."""
    namespace, flow_id = call.required("namespace"), call.required("flowId")
    return call.paged(call.bean(REPOSITORY).findByFlowId(call.tenant, namespace, flow_id, call.page()))


def latest(call: Call) -> Response:
    """The last execution of each of some flows."""
    builder = call.engine.java(f"{REPOSITORY}$FlowFilter").builder
    try:
        wanted = [builder().namespace(one["namespace"]).id(one.get("id")).build() for one in call.ids()]
    except (KeyError, TypeError, AttributeError):
        raise Invalid("A list of {namespace, id} was expected") from None
    found = [
        {
            "id": str(one.getId()),
            "flowId": str(one.getFlowId()),
            "namespace": str(one.getNamespace()),
            "startDate": str(one.getState().getStartDate()),
            "status": str(one.getState().getCurrent()),
        }
        for one in call.bean(REPOSITORY).lastExecutions(call.tenant, convert.java_list(wanted))
    ]
    return json_value(found)


def delete(call: Call) -> Response:
    """Delete an execution with its logs, metrics and files, unless told to keep some."""
    remove(call, find(call))
    return no_content()


def remove(call: Call, execution: Any) -> None:
    """Delete an execution, keeping what the query says."""
    kinds = (call.flag(name, True) for name in ("deleteLogs", "deleteMetrics", "deleteStorage"))
    call.bean(SERVICE).delete(execution, *kinds)


def graph(call: Call) -> Response:
    """The topology of an execution's flow, with its task runs."""
    execution = find(call)
    revision = convert.optional(execution.getFlowRevision())
    lookup = call.bean(flows.REPOSITORY).findByIdWithSourceWithoutAcl
    flow = convert.or_none(lookup(call.tenant, execution.getNamespace(), execution.getFlowId(), revision))
    if flow is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    subflows = call.many("subflows")
    chosen = convert.java_list(subflows) if subflows else None
    return call.entity(call.bean(flows.GRAPHS).flowGraph(flow, chosen, execution).forExecution())


def flow(call: Call) -> Response:
    """The flow of an execution, with no more than an operator needs."""
    return call.entity(_for_execution(call, flow_of(call, find(call))))


def flow_by_id(call: Call) -> Response:
    """A flow, with no more than an operator needs."""
    lookup = call.bean(flows.REPOSITORY).findByIdWithoutAcl
    revision = convert.optional(call.number("revision"))
    found = convert.or_none(lookup(call.tenant, call.params["namespace"], call.params["flow_id"], revision))
    if found is None:
        raise NotFound("No value present")
    return call.entity(_for_execution(call, found))


def _for_execution(call: Call, found: Any) -> Any:
    return call.engine.java("io.kestra.core.models.flows.FlowForExecution").of(found)


def namespaces(call: Call) -> Response:
    """The namespaces that hold flows which can be executed."""
    return call.entity(call.bean(flows.REPOSITORY).findDistinctNamespaceExecutable(call.tenant))


def namespace_flows(call: Call) -> Response:
    """The flows of a namespace that can be executed."""
    return call.entity(call.bean(flows.REPOSITORY).findByNamespaceExecutable(call.tenant, call.params["namespace"]))


def evaluate(call: Call) -> Response:
    """An expression rendered in the context of an execution, or of one of its task runs."""
    execution = find(call)
    flow = flow_of(call, execution)
    contexts = call.bean(RUN_CONTEXTS)
    if run_id := call.params.get("task_run_id"):
        run = execution.findTaskRunByTaskRunId(run_id)
        # Secrets are not shown.
        renderer = call.bean("io.kestra.core.runners.SecureVariableRendererFactory").createOrGet()
        task = flow.findTaskByTaskId(run.getTaskId())
        context = contexts.of(flow, task, execution, run, False, renderer)
    else:
        context = contexts.of(flow, execution, False)
    try:
        return json_value({"result": str(context.render(call.text()))})
    except jpype.JClass("io.kestra.core.exceptions.IllegalVariableEvaluationException") as error:
        return json_value({"error": str(error.getMessage())})


routes = [
    Route("/executions", endpoint(by_flow)),
    Route("/executions/search", endpoint(search)),
    Route("/executions/latest", endpoint(latest), methods=["POST"]),
    Route("/executions/namespaces", endpoint(namespaces)),
    Route("/executions/namespaces/{namespace}/flows", endpoint(namespace_flows)),
    Route("/executions/flows/{namespace}/{flow_id}", endpoint(flow_by_id)),
    Route("/executions/trigger/{namespace}/{id}", endpoint(create), methods=["POST"]),
    Route("/executions/{namespace}/{id}", endpoint(create), methods=["POST"]),
    Route("/executions/{namespace}/{id}/validate", endpoint(validate), methods=["POST"]),
    Route("/executions/{execution_id}", endpoint(get)),
    Route("/executions/{execution_id}", endpoint(delete), methods=["DELETE"]),
    Route("/executions/{execution_id}/graph", endpoint(graph)),
    Route("/executions/{execution_id}/flow", endpoint(flow)),
    Route("/executions/{execution_id}/eval", endpoint(evaluate), methods=["POST"]),
    Route("/executions/{execution_id}/eval/{task_run_id}", endpoint(evaluate), methods=["POST"]),
]
