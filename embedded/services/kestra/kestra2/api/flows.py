"""Flows: what reads a source otherwise than in 1.3."""

from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.errors import ApiError
from embedded.services.kestra.api.flow_source import SOURCES, WRITING, checked, parse
from embedded.services.kestra.api.flows import find, graph_of
from embedded.services.kestra.api.request import YAML, Request, endpoint


def create(request: Request) -> Response:
    """A new flow from its YAML, no longer from JSON; 422 if it is invalid or exists."""
    flow = parse(request, request.text(*YAML))
    with WRITING:
        return request.entity(request.engine.create_flow(flow))


def update(request: Request) -> Response:
    """A new revision of a flow from its YAML, no longer from JSON."""
    current = parse(request, request.text(*YAML))
    with WRITING:
        previous = find(request, request.params["namespace"], request.params["id"], source=False)
        if previous is None:
            raise ApiError(HTTPStatus.NOT_FOUND)
        return request.entity(request.engine.update_flow(current, previous))


def graph_from_source(request: Request) -> Response:
    """The topology of a flow that need not exist."""
    service = request.bean("io.kestra.core.services.FlowParsingService")
    return graph_of(request, service.parse(request.tenant, checked(request.text(*YAML)), False))


def search_source(request: Request) -> Response:
    """A page of the flows whose source contains a text, with the lines."""
    scope = request.java("io.kestra.core.models.flows.SourceSearchScope").ALL
    text, namespace = request.parameter("q"), request.parameter("namespace")
    find_source = repositories.flows(request).findSourceCode
    return request.paged(find_source(request.page(), text, False, False, False, scope, request.tenant, namespace))


routes = [
    Route("/flows", endpoint(create, lane=SOURCES), methods=["POST"]),
    Route("/flows/source", endpoint(search_source)),
    Route("/flows/{namespace}/{id}", endpoint(update, lane=SOURCES), methods=["PUT"]),
    Route("/flows/graph", endpoint(graph_from_source, lane=SOURCES), methods=["POST"]),
]
