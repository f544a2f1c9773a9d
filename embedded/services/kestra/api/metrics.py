"""Metrics that tasks published."""

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.convert import to_python, zoned
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Request, endpoint, json_value

AGGREGATIONS = ("sum", "avg", "min", "max")
DEFAULT_DAYS = 30


def by_execution(request: Request) -> Response:
    """The metrics of an execution, paged; of one task with `taskId`, of one task run with `taskRunId`."""
    repository, execution = repositories.metrics(request), request.params["execution_id"]
    page = request.page(repository.sortMapping())
    if task := request.parameter("taskId"):
        return request.paged(repository.findByExecutionIdAndTaskId(request.tenant, execution, task, page))
    if task_run := request.parameter("taskRunId"):
        return request.paged(repository.findByExecutionIdAndTaskRunId(request.tenant, execution, task_run, page))
    return request.paged(repository.findByExecutionId(request.tenant, execution, page))


def flow_names(request: Request) -> Response:
    """Names of the metrics of a flow."""
    return request.entity(repositories.metrics(request).flowMetrics(request.tenant, *_flow(request)))


def task_names(request: Request) -> Response:
    """Names of the metrics of a task."""
    return request.entity(
        repositories.metrics(request).taskMetrics(request.tenant, *_flow(request), request.params["task_id"])
    )


def tasks(request: Request) -> Response:
    """The tasks of a flow that published metrics, also those that the flow no longer has."""
    return request.entity(repositories.metrics(request).tasksWithMetrics(request.tenant, *_flow(request)))


def aggregate(request: Request) -> Response:
    """A metric over time, of a flow or one of its tasks: `aggregation` (sum, avg, min, max), `startDate`, `endDate`.

    Raises:
        Invalid: an unknown aggregation, or dates in the wrong order.
    """
    aggregation = (request.parameter("aggregation") or AGGREGATIONS[0]).lower()
    if aggregation not in AGGREGATIONS:
        raise Invalid(f"Invalid aggregation '{aggregation}': one of {', '.join(AGGREGATIONS)} was expected")
    now = request.java("java.time.ZonedDateTime").now()
    start, end = request.parameter("startDate"), request.parameter("endDate")
    # From the day's beginning, as the engine counts whole steps from it and would leave out today.
    midnight = now.truncatedTo(request.java("java.time.temporal.ChronoUnit").DAYS)
    begins = zoned(request.engine, start) if start else midnight.minusDays(DEFAULT_DAYS)
    ends = zoned(request.engine, end) if end else now
    if begins.isAfter(ends):
        raise Invalid("Start date must be before End Date")
    task, metric = request.params.get("task_id"), request.params["metric"]
    series = repositories.metrics(request).aggregateByFlowId(
        request.tenant, *_flow(request), task, metric, begins, ends, aggregation
    )
    answer = to_python(request.engine, series)
    for point in answer["aggregations"]:
        point.setdefault("name", metric)  # clients require it, the engine leaves it out
    return json_value(answer)


def _flow(request: Request) -> tuple[str, str]:
    return request.params["namespace"], request.params["flow_id"]


routes = [
    Route("/metrics/{execution_id}", endpoint(by_execution)),
    Route("/metrics/names/{namespace}/{flow_id}", endpoint(flow_names)),
    Route("/metrics/names/{namespace}/{flow_id}/{task_id}", endpoint(task_names)),
    Route("/metrics/tasks/{namespace}/{flow_id}", endpoint(tasks)),
    Route("/metrics/aggregates/{namespace}/{flow_id}/{metric}", endpoint(aggregate)),
    Route("/metrics/aggregates/{namespace}/{flow_id}/{task_id}/{metric}", endpoint(aggregate)),
]
