"""Executions: create, read, search."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, executions, repositories
from embedded.services.kestra.api.errors import NotFound
from embedded.services.kestra.api.executions import find, prepare
from embedded.services.kestra.api.follow import final_execution
from embedded.services.kestra.api.request import FormRoute, Request, endpoint, json_value
from embedded.services.kestra.api.timeline import dated_filters
from embedded.services.kestra.kestra2.api import shown

SEARCHED = tuple(name for name in executions.SEARCHED if name != "childFilter")
OUTPUTS = "/outputs/tasks/{execution_id}"


async def create(request: Request) -> Response:
    """A new execution of a flow; with `wait=true` the answer comes when it has ended."""
    flow, draft = await run_in_threadpool(prepare, request)
    execution_id = str(draft.getId())

    def start() -> None:
        request.engine.create_execution(flow, draft, executions.labels(request))

    if request.flag("wait", False) and not draft.getState().isFailed():
        created = json.loads(await final_execution(request.engine, flow, execution_id, start))
    else:
        await run_in_threadpool(start)
        created = convert.to_python(request.engine, await run_in_threadpool(find, request, execution_id))
    return json_value(created | {"url": executions.page_of(request, flow, execution_id)})


def get(request: Request) -> Response:
    """One execution, without outputs: they have paths of their own."""
    return json_value(shown.full(request.engine, find(request)))


def search(request: Request) -> Response:
    """A page of the executions that match; the last eight days by default."""
    repository = repositories.executions(request)
    page = request.page(repository.sortMapping())
    return _page(request, repository.find(page, request.tenant, dated_filters(request, SEARCHED)))


def by_flow(request: Request) -> Response:
    """A page of the executions of one flow."""
    namespace, flow_id = request.required("namespace"), request.required("flowId")
    repository = repositories.executions(request)
    return _page(request, repository.findByFlowId(request.tenant, namespace, flow_id, request.page()))


def _page(request: Request, found: Any) -> Response:
    results = [shown.light(request.engine, execution) for execution in found]
    return json_value({"results": results, "total": int(found.getTotal())})


def outputs(request: Request) -> Response:
    """The outputs of an execution, as its flow declares them."""
    service = request.bean("io.kestra.core.services.ExecutionOutputService")
    return request.entity(service.getOutputs(find(request)))


def tasks_with_outputs(request: Request) -> Response:
    """The task runs of an execution that have outputs, without the outputs."""
    execution = find(request)
    runs = {str(run.getId()): run for run in execution.getTaskRunList() or ()}
    stored = request.bean("io.kestra.core.repositories.TaskOutputRepositoryInterface").findByExecution(execution)
    # Rounds of a LoopUntil go when the next begins, and their outputs stay.
    found = [(runs[key], output.value() is not None) for output in stored if (key := str(output.taskRunId())) in runs]
    return json_value([_with_outputs(run, inline) for run, inline in found])


def _with_outputs(run: Any, inline: bool) -> dict[str, Any]:
    value, iteration = run.getValue(), run.getIteration()
    fields = {
        "taskId": str(run.getTaskId()),
        "taskRunId": str(run.getId()),
        "value": None if value is None else str(value),
        "iteration": None if iteration is None else int(iteration),
        "inline": inline,
    }
    return {name: field for name, field in fields.items() if field is not None}


def task_outputs(request: Request) -> Response:
    """The outputs of a task run.

    Raises:
        NotFound: the execution has no such task run.
    """
    run = convert.or_none(find(request).findTaskRunByTaskRunIdIfPresent(request.params["task_run_id"]))
    if run is None:
        raise NotFound()
    return request.entity(request.bean("io.kestra.core.services.TaskOutputService").getOutputs(run))


routes = [
    FormRoute("/executions/{namespace}/{id}", endpoint(create), methods=["POST"]),
    Route("/executions/{namespace}/{id}", endpoint(create), methods=["POST"]),
    Route("/executions", endpoint(by_flow)),
    Route("/executions/search", endpoint(search)),
    Route("/executions/{execution_id}", endpoint(get)),
    Route("/outputs/executions/{execution_id}", endpoint(outputs)),
    Route(OUTPUTS, endpoint(tasks_with_outputs)),
    Route(f"{OUTPUTS}/{{task_run_id}}", endpoint(task_outputs)),
]
