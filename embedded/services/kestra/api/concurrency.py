"""How many executions of a flow with a concurrency limit are running."""

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import integer, or_none
from embedded.services.kestra.api.errors import Invalid, NotFound
from embedded.services.kestra.api.request import Request, endpoint

SERVICE = "io.kestra.core.services.ConcurrencyLimitService"


def search(request: Request) -> Response:
    """The counts of all flows that have a limit and ran."""
    limits = request.bean(SERVICE).find(request.tenant)
    return request.page_of(limits, limits.size())


def update(request: Request) -> Response:
    """Set the count of a flow, to repair a wrong one.

    Raises:
        NotFound: the flow has no count.
        Invalid: `running` of the body is not a number from 0.
    """
    running = request.fields().get("running")
    if not isinstance(running, int) or running < 0:
        raise Invalid("running: a number from 0 was expected")
    namespace, flow = request.params["namespace"], request.params["flow_id"]
    if (limit := or_none(request.bean(SERVICE).findById(request.tenant, namespace, flow))) is None:
        raise NotFound(f"No concurrency limit for flow {namespace}.{flow}")
    return request.entity(request.bean(SERVICE).update(limit.withRunning(integer(running))))


routes = [
    Route("/concurrency-limit/search", endpoint(search)),
    Route("/concurrency-limit/{namespace}/{flow_id}", endpoint(update), methods=["PUT"]),
]
