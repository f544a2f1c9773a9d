"""Executions: create, read, search, delete; their topology and flow.

The paths and responses follow https://kestra.io/docs/1.3/api-reference/open-source, tag Executions.
"""

import json
from http import HTTPStatus
from typing import Any

import jpype
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, execution_inputs, flows, repositories
from embedded.services.kestra.api.errors import ApiError, Invalid, NotFound
from embedded.services.kestra.api.follow import final_execution
from embedded.services.kestra.api.limits import require_date
from embedded.services.kestra.api.messages import readable
from embedded.services.kestra.api.request import Request, endpoint, json_text, json_value, no_content
from embedded.services.kestra.api.timeline import dated_filters

SERVICE = "io.kestra.core.services.ExecutionService"
RUN_CONTEXTS = "io.kestra.core.runners.RunContextFactory"
MODEL = "io.kestra.core.models.executions.Execution"
LABEL = "io.kestra.core.models.Label"
QUEUE = "executionQueue"
MASK = "******"
"""In place of a secret, as the engine's logs have it."""

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
"""Plain parameters that searches of executions take in addition to filters."""


def find(request: Request, execution_id: str | None = None) -> Any:
    """The execution that the path names, or another.

    Raises:
        ApiError: 404, there is none.
    """
    execution = convert.or_none(
        repositories.executions(request).findById(request.tenant, execution_id or request.params["execution_id"])
    )
    if execution is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    return execution


def matching(request: Request) -> list[Any]:
    """All executions that the query's filters match."""
    unpaged = request.java("io.micronaut.data.model.Pageable").UNPAGED
    return list(repositories.executions(request).find(unpaged, request.tenant, dated_filters(request, SEARCHED)))


def flow_of(request: Request, execution: Any) -> Any:
    """The flow of an execution, at the execution's revision."""
    return repositories.flows(request).findByExecutionWithoutAcl(execution)


def require_executable(request: Request, namespace: str, flow_id: str, revision: int | None) -> Any:
    """A flow that may be executed.

    Parameters:
        request: of the execution.
        namespace: of the flow.
        flow_id: id of the flow.
        revision: of the flow; the last one if None.

    Raises:
        jpype.JException: it does not exist, is disabled or is invalid.
    """
    return request.bean(flows.SERVICE).getFlowIfExecutableOrThrow(
        request.tenant, namespace, flow_id, convert.optional(revision)
    )


async def create(request: Request) -> Response:
    """A new execution of a flow; with `wait=true` the answer comes when it has ended."""
    flow, execution = await run_in_threadpool(prepare, request)
    wait = request.flag("wait", False) and not execution.getState().isFailed()

    def start() -> None:
        request.engine.create_execution(flow, execution, labels(request))

    if not wait:
        await run_in_threadpool(start)
        return json_text(_with_url(request, str(execution.getId()), flow, request.engine.to_json(execution)))
    ended = await final_execution(request.engine, flow, str(execution.getId()), start)
    return json_text(_with_url(request, str(execution.getId()), flow, ended))


def prepare(request: Request) -> tuple[Any, Any]:
    """The flow that a request executes, and the execution, which is not created yet."""
    flow = require_executable(request, request.params["namespace"], request.params["id"], request.number("revision"))
    execution = _new(request, flow)
    return flow, apply_checks(request, flow, execution, execution_inputs.read(request, flow, execution))


def apply_checks(request: Request, flow: Any, execution: Any, inputs: Any) -> Any:
    """A new execution with its inputs. It is FAILED if a failed check of the flow has the behavior `FAIL_EXECUTION`.

    Parameters:
        request: of the creation.
        flow: has the checks.
        execution: the new execution.
        inputs: its inputs, a Java map.

    Raises:
        Invalid: a failed check has the behavior `BLOCK_EXECUTION`.
    """
    failed = request.bean(flows.SERVICE).getFailedChecks(flow, inputs)
    behavior = str(request.java("io.kestra.core.models.flows.check.Check").resolveBehavior(failed))
    if behavior == "BLOCK_EXECUTION":
        messages = ", ".join(str(check.getMessage()) for check in failed)
        raise Invalid(
            f"Flow execution blocked: one or more condition checks evaluated to false.\nFailed checks: {messages}"
        )
    execution = execution.withInputs(inputs)
    return execution.withState(state_type(request, "FAILED")) if behavior == "FAIL_EXECUTION" else execution


def _new(request: Request, flow: Any) -> Any:
    date = request.parameter("scheduleDate")
    moment = require_date(request, "scheduleDate", convert.zoned(request.engine, date)) if date else None
    scheduled = convert.optional(moment)
    execution = request.java(MODEL).newExecution(flow, None, labels(request), scheduled)
    builder = execution.toBuilder().breakpoints(breakpoints(request))
    if kind := request.parameter("kind"):
        builder = builder.kind(convert.enum(request.engine, "io.kestra.core.models.executions.ExecutionKind", kind))
    return builder.build()


def labels(request: Request) -> Any:
    """The labels that a request gives an execution, as a Java list.

    Raises:
        Invalid: one is malformed, or Kestra's own.
    """
    label = request.java(LABEL)
    values = execution_inputs.labels(request.http.query_params.getlist("labels"))
    for key, value in values.items():
        if key.startswith(str(label.SYSTEM_PREFIX)) and key not in (str(label.CORRELATION_ID), str(label.FROM)):
            raise Invalid(f"System labels can only be set by Kestra itself, offending label: {key}={value}")
    values.setdefault(str(label.FROM), "api")
    return convert.java_list([label(key, value) for key, value in values.items()])


def breakpoints(request: Request) -> Any:
    """The tasks before which to stop, given as `id` or `id.value` with commas; None if there are none."""
    of = request.java("io.kestra.core.debug.Breakpoint").of
    tasks = request.many("breakpoints")
    return convert.java_list([of(task) for task in tasks]) if tasks else None


def state_type(request: Request, name: str) -> Any:
    """A state of executions by its name.

    Raises:
        Invalid: there is no such state.
    """
    return convert.enum(request.engine, "io.kestra.core.models.flows.State$Type", name)


def page_of(request: Request, flow: Any, execution_id: str) -> str:
    """The address of an execution's page, as the answer to a creation has it."""
    base = request.engine.config.url.rstrip("/")
    return f"{base}/ui/{request.tenant}/executions/{flow.getNamespace()}/{flow.getId()}/{execution_id}"


def _with_url(request: Request, execution_id: str, flow: Any, execution: str) -> str:
    """The execution's JSON with the address of its page."""
    return f'{execution[:-1]},"url":{json.dumps(page_of(request, flow, execution_id))}}}'


def validate(request: Request) -> Response:
    """What is wrong with the inputs of an execution that is not created."""
    flow = require_executable(request, request.params["namespace"], request.params["id"], request.number("revision"))
    inputs = execution_inputs.check(request, flow, _new(request, flow))
    values = request.java("java.util.HashMap")()
    for entry in inputs:
        values.put(entry.input().getId(), entry.value())
    nested = request.java("io.kestra.core.utils.MapUtils").flattenToNestedMap(values)
    checks = [
        {"message": str(check.getMessage()), "style": str(check.getStyle()), "behavior": str(check.getBehavior())}
        for check in request.bean(flows.SERVICE).getFailedChecks(flow, nested)
    ]
    return json_value(validation(request, str(flow.getId()), str(flow.getNamespace()), inputs) | {"checks": checks})


def validation(request: Request, flow_id: str, namespace: str, inputs: Any) -> dict[str, Any]:
    """Inputs, their values and their errors, in the form of the official server.

    Parameters:
        request: of the validation.
        flow_id: id of the flow.
        namespace: of the flow.
        inputs: the checked inputs (`InputAndValue`).
    """
    shown = [
        {
            "input": convert.to_python(request.engine, entry.input()),
            "value": _shown(request, entry),
            "enabled": bool(entry.enabled()),
            "isDefault": bool(entry.isDefault()),
            "errors": [
                {"message": str(error.getMessage()), "renderError": bool(error.isRenderError())}
                for error in entry.exceptions() or ()
            ],
        }
        for entry in inputs
    ]
    return {"id": flow_id, "namespace": namespace, "inputs": shown}


def _shown(request: Request, entry: Any) -> Any:
    """The value of an input, unless it is secret."""
    if entry.value() is not None and str(entry.input().getType()) == "SECRET":
        return MASK
    return convert.to_python(request.engine, entry.value())


def get(request: Request) -> Response:
    """One execution."""
    return request.entity(find(request))


def search(request: Request) -> Response:
    """A page of the executions that match; the last eight days by default."""
    repository = repositories.executions(request)
    page = request.page(repository.sortMapping())
    return request.paged(repository.find(page, request.tenant, dated_filters(request, SEARCHED)))


def by_flow(request: Request) -> Response:
    """A page of the executions of one flow."""
    namespace, flow_id = request.required("namespace"), request.required("flowId")
    return request.paged(
        repositories.executions(request).findByFlowId(request.tenant, namespace, flow_id, request.page())
    )


def latest(request: Request) -> Response:
    """The last execution of each of some flows."""
    builder = request.java(f"{repositories.PACKAGE}.ExecutionRepositoryInterface$FlowFilter").builder
    try:
        wanted = [builder().namespace(flow["namespace"]).id(flow.get("id")).build() for flow in request.ids()]
    except (KeyError, TypeError, AttributeError):
        raise Invalid("A list of {namespace, id} was expected") from None
    last = [
        {
            "id": str(execution.getId()),
            "flowId": str(execution.getFlowId()),
            "namespace": str(execution.getNamespace()),
            "startDate": str(execution.getState().getStartDate()),
            "status": str(execution.getState().getCurrent()),
        }
        for execution in repositories.executions(request).lastExecutions(request.tenant, convert.java_list(wanted))
    ]
    return json_value(last)


def delete(request: Request) -> Response:
    """Delete an execution with its logs, metrics and files, except those whose flag (`deleteLogs`...) is false."""
    remove(request, find(request))
    return no_content()


def remove(request: Request, execution: Any) -> None:
    """Delete an execution, except the parts whose flag in the query (`deleteLogs`...) is false."""
    kinds = (request.flag(name, True) for name in ("deleteLogs", "deleteMetrics", "deleteStorage"))
    request.bean(SERVICE).delete(execution, *kinds)


def graph(request: Request) -> Response:
    """The topology of an execution's flow, with its task runs."""
    execution = find(request)
    revision = convert.optional(execution.getFlowRevision())
    lookup = repositories.flows(request).findByIdWithSourceWithoutAcl
    flow = convert.or_none(lookup(request.tenant, execution.getNamespace(), execution.getFlowId(), revision))
    if flow is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    subflows = request.many("subflows")
    chosen = convert.java_list(subflows) if subflows else None
    return request.entity(request.bean(flows.GRAPHS).flowGraph(flow, chosen, execution).forExecution())


def flow(request: Request) -> Response:
    """The flow of an execution, with no more than an operator needs."""
    return request.entity(_for_execution(request, flow_of(request, find(request))))


def flow_by_id(request: Request) -> Response:
    """A flow, with no more than an operator needs."""
    lookup = repositories.flows(request).findByIdWithoutAcl
    revision = convert.optional(request.number("revision"))
    flow = convert.or_none(lookup(request.tenant, request.params["namespace"], request.params["flow_id"], revision))
    if flow is None:
        raise NotFound("No value present")
    return request.entity(_for_execution(request, flow))


def _for_execution(request: Request, flow: Any) -> Any:
    return request.java("io.kestra.core.models.flows.FlowForExecution").of(flow)


def namespaces(request: Request) -> Response:
    """The namespaces that hold flows which can be executed."""
    return request.entity(repositories.flows(request).findDistinctNamespaceExecutable(request.tenant))


def namespace_flows(request: Request) -> Response:
    """The flows of a namespace that can be executed."""
    return request.entity(
        repositories.flows(request).findByNamespaceExecutable(request.tenant, request.params["namespace"])
    )


def evaluate(request: Request) -> Response:
    """An expression rendered in the context of an execution, or of one of its task runs. Secrets are not shown."""
    execution = find(request)
    context = _context(request, execution)
    renderer = request.bean("io.kestra.core.runners.SecureVariableRendererFactory").createOrGet()
    text, variables = request.text(), context.getVariables()
    try:
        return json_value({"result": str(renderer.render(text, variables))})
    except jpype.JClass("io.kestra.core.exceptions.IllegalVariableEvaluationException") as error:
        return json_value({"error": readable(str(error.getMessage()))})
    except jpype.JClass("java.lang.RuntimeException") as error:  # of the libraries behind the functions, of any kind
        raise Invalid(readable(str(error.getMessage() or "the expression cannot be evaluated"))) from None


def _context(request: Request, execution: Any) -> Any:
    """The variables of an execution, or of the task run that the path names.

    Raises:
        NotFound: there is no such task run.
    """
    flow, contexts = flow_of(request, execution), request.bean(RUN_CONTEXTS)
    run_id = request.params.get("task_run_id")
    if run_id is None:
        return contexts.of(flow, execution, False)
    run = next((run for run in execution.getTaskRunList() or () if str(run.getId()) == run_id), None)
    if run is None:
        raise NotFound(f"Unable to find task run {run_id} of execution {execution.getId()}")
    return contexts.of(flow, flow.findTaskByTaskId(run.getTaskId()), execution, run, False)


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
