"""Metrics that tasks published."""

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import to_python, zoned
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Call, endpoint, json_value

REPOSITORY = "io.kestra.core.repositories.MetricRepositoryInterface"
AGGREGATIONS = ("sum", "avg", "min", "max")
DEFAULT_DAYS = 30


def by_execution(call: Call) -> Response:
    """The metrics of an execution, paged; of one task with `taskId`, of one task run with `taskRunId`."""
    repository, execution = call.bean(REPOSITORY), call.params["execution_id"]
    page = call.page(repository.sortMapping())
    if task := call.one("taskId"):
        return call.paged(repository.findByExecutionIdAndTaskId(call.tenant, execution, task, page))
    if task_run := call.one("taskRunId"):
        return call.paged(repository.findByExecutionIdAndTaskRunId(call.tenant, execution, task_run, page))
    return call.paged(repository.findByExecutionId(call.tenant, execution, page))


def flow_names(call: Call) -> Response:
    """Names of the metrics of a flow."""
    return call.entity(call.bean(REPOSITORY).flowMetrics(call.tenant, *_flow(call)))


def task_names(call: Call) -> Response:
    """Names of the metrics of a task."""
    return call.entity(call.bean(REPOSITORY).taskMetrics(call.tenant, *_flow(call), call.params["task_id"]))


def tasks(call: Call) -> Response:
    """The tasks of a flow that published metrics, also those that the flow no longer has."""
    return call.entity(call.bean(REPOSITORY).tasksWithMetrics(call.tenant, *_flow(call)))


def aggregate(call: Call) -> Response:
    """A metric over time, of a flow or one of its tasks: `aggregation` (sum, avg, min, max), `startDate`, `endDate`.

    Raises:
        Invalid: an unknown aggregation, or dates in the wrong order.
    """
    aggregation = (call.one("aggregation") or AGGREGATIONS[0]).lower()
    if aggregation not in AGGREGATIONS:
        raise Invalid(f"Invalid aggregation '{aggregation}': one of {', '.join(AGGREGATIONS)} was expected")
    now = call.engine.java("java.time.ZonedDateTime").now()
    start, end = call.one("startDate"), call.one("endDate")
    # From the day's beginning, as the engine counts whole steps from it and would leave out today.
    midnight = now.truncatedTo(call.engine.java("java.time.temporal.ChronoUnit").DAYS)
    begins = zoned(call.engine, start) if start else midnight.minusDays(DEFAULT_DAYS)
    ends = zoned(call.engine, end) if end else now
    if begins.isAfter(ends):
        raise Invalid("Start date must be before End Date")
    task, metric = call.params.get("task_id"), call.params["metric"]
    found = call.bean(REPOSITORY).aggregateByFlowId(call.tenant, *_flow(call), task, metric, begins, ends, aggregation)
    answer = to_python(call.engine, found)
    for one in answer["aggregations"]:
        one.setdefault("name", metric)  # clients require it, the engine leaves it out
    return json_value(answer)


def _flow(call: Call) -> tuple[str, str]:
    return call.params["namespace"], call.params["flow_id"]


routes = [
    Route("/metrics/{execution_id}", endpoint(by_execution)),
    Route("/metrics/names/{namespace}/{flow_id}", endpoint(flow_names)),
    Route("/metrics/names/{namespace}/{flow_id}/{task_id}", endpoint(task_names)),
    Route("/metrics/tasks/{namespace}/{flow_id}", endpoint(tasks)),
    Route("/metrics/aggregates/{namespace}/{flow_id}/{metric}", endpoint(aggregate)),
    Route("/metrics/aggregates/{namespace}/{flow_id}/{task_id}/{metric}", endpoint(aggregate)),
]
