"""How many executions of a flow with a concurrency limit are running."""

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import integer, or_none
from embedded.services.kestra.api.errors import Invalid, NotFound
from embedded.services.kestra.api.request import Call, endpoint

SERVICE = "io.kestra.core.services.ConcurrencyLimitService"


def search(call: Call) -> Response:
    """The counts of all flows that have a limit and ran."""
    found = call.bean(SERVICE).find(call.tenant)
    return call.page_of(found, found.size())


def update(call: Call) -> Response:
    """Set the count of a flow, for one that went wrong.

    Raises:
        NotFound: the flow has no count.
        Invalid: `running` of the body is not a number from 0.
    """
    running = call.fields().get("running")
    if not isinstance(running, int) or running < 0:
        raise Invalid("running: a number from 0 was expected")
    namespace, flow = call.params["namespace"], call.params["flow_id"]
    if (limit := or_none(call.bean(SERVICE).findById(call.tenant, namespace, flow))) is None:
        raise NotFound(f"No concurrency limit for flow {namespace}.{flow}")
    return call.entity(call.bean(SERVICE).update(limit.withRunning(integer(running))))


routes = [
    Route("/concurrency-limit/search", endpoint(search)),
    Route("/concurrency-limit/{namespace}/{flow_id}", endpoint(update), methods=["PUT"]),
]
