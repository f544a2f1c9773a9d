"""Flows: create, read, search, update, delete; their revisions, topology and dependencies.

The paths and responses follow https://kestra.io/docs/1.3/api-reference/open-source, tag Flows.
"""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.errors import ApiError, NotFound
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.flow_source import SOURCES, WRITING, parse, parse_with_defaults, sent
from embedded.services.kestra.api.request import YAML, Request, endpoint, json_text, no_content, whole_number

SERVICE = "io.kestra.core.services.FlowService"
DEFAULTS = "io.kestra.core.services.PluginDefaultService"
GRAPHS = "io.kestra.core.services.GraphService"
TOPOLOGY = "io.kestra.core.topologies.FlowTopologyService"

SEARCHED = ("q", "scope", "namespace", "labels")
"""Plain parameters that searches of flows take in addition to filters."""


def find(request: Request, namespace: str, flow_id: str, revision: int | None = None, source: bool = True) -> Any:
    """A flow, or None.

    Parameters:
        request: of the caller.
        namespace: of the flow.
        flow_id: id of the flow.
        revision: of the flow; the last one if None.
        source: with its source text.
    """
    repository = repositories.flows(request)
    lookup = repository.findByIdWithSource if source else repository.findById
    return convert.or_none(lookup(request.tenant, namespace, flow_id, convert.optional(revision)))


def require_flow(request: Request, namespace: str, flow_id: str, revision: int | None = None) -> Any:
    """A flow with its source.

    Parameters:
        request: of the caller.
        namespace: of the flow.
        flow_id: id of the flow.
        revision: of the flow; the last one if None.

    Raises:
        NotFound: there is none.
    """
    flow = find(request, namespace, flow_id, revision)
    if flow is None:
        raise NotFound(f"Unable to find flow {request.tenant}_{namespace}_{flow_id}")
    return flow


def create(request: Request) -> Response:
    """A new flow from its YAML or JSON; 422 if it is invalid or exists."""
    flow = parse(request, sent(request))
    with WRITING:
        return request.entity(request.engine.create_flow(flow))


def get(request: Request) -> Response:
    """A flow, perhaps with its source, at a revision, or even if deleted."""
    repository = repositories.flows(request)
    lookup = repository.findByIdWithSource if request.flag("source", False) else repository.findById
    revision = convert.optional(request.number("revision"))
    deleted = request.flag("allowDeleted", False)
    flow = convert.or_none(lookup(request.tenant, request.params["namespace"], request.params["id"], revision, deleted))
    if flow is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    return request.entity(flow)


def update(request: Request) -> Response:
    """A new revision of a flow from its YAML or JSON."""
    namespace, flow_id = request.params["namespace"], request.params["id"]
    if find(request, namespace, flow_id, source=False) is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    current = parse(request, sent(request))
    checked = request.bean(DEFAULTS).injectVersionDefaults(current, False)
    request.bean(SERVICE).checkValidSubflows(checked, request.tenant)
    with WRITING:
        previous = find(request, namespace, flow_id, source=False)
        if previous is None:  # it was deleted meanwhile
            raise ApiError(HTTPStatus.NOT_FOUND)
        return request.entity(request.engine.update_flow(current, previous))


def delete(request: Request) -> Response:
    """Delete a flow; its revisions stay readable with `allowDeleted`."""
    with WRITING:
        flow = find(request, request.params["namespace"], request.params["id"])
        if flow is None:
            raise ApiError(HTTPStatus.NOT_FOUND)
        request.engine.delete_flow(flow)
    return no_content()


def search(request: Request) -> Response:
    """A page of the flows that match."""
    flows = repositories.flows(request).find(request.page(), request.tenant, query_filters(request, SEARCHED))
    return request.paged(flows)


def search_source(request: Request) -> Response:
    """A page of the flows whose source contains a text, with the lines."""
    repository = repositories.flows(request)
    return request.paged(
        repository.findSourceCode(
            request.page(), request.parameter("q"), request.tenant, request.parameter("namespace")
        )
    )


def by_namespace(request: Request) -> Response:
    """All flows of a namespace."""
    return request.entity(repositories.flows(request).findByNamespace(request.tenant, request.params["namespace"]))


def distinct_namespaces(request: Request) -> Response:
    """The namespaces that hold flows."""
    return request.entity(repositories.flows(request).findDistinctNamespace(request.tenant, request.parameter("q")))


def revisions(request: Request) -> Response:
    """All revisions of a flow."""
    history = repositories.flows(request).findRevisions(
        request.tenant, request.params["namespace"], request.params["id"], request.flag("allowDelete", False)
    )
    return request.entity(history)


def delete_revisions(request: Request) -> Response:
    """Delete some revisions of a flow."""
    namespace, flow_id = request.params["namespace"], request.params["id"]
    numbers = [convert.integer(whole_number("revisions", text)) for text in request.many("revisions")]
    if not numbers:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity: revisions: must not be empty")
    if find(request, namespace, flow_id) is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    repositories.flows(request).deleteRevisions(request.tenant, namespace, flow_id, convert.java_list(numbers))
    return no_content()


def task(request: Request) -> Response:
    """One task of a flow."""
    flow = find(request, request.params["namespace"], request.params["id"], request.number("revision"), source=False)
    task_id = request.params["task_id"]
    tasks = () if flow is None else flow.allTasksWithChilds()
    if (task := next((task for task in tasks if task.getId() == task_id), None)) is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    return request.entity(task)


def graph(request: Request) -> Response:
    """The topology of a flow."""
    flow = require_flow(request, request.params["namespace"], request.params["id"], request.number("revision"))
    if isinstance(flow, request.java("io.kestra.core.models.flows.FlowWithException")):
        raise ApiError(
            HTTPStatus.CONFLICT, f"Illegal state: Unable to generate graph for flow {flow.uid()}: {flow.getException()}"
        )
    return graph_of(request, flow)


def graph_from_source(request: Request) -> Response:
    """The topology of a flow that need not exist."""
    return graph_of(request, parse_with_defaults(request, request.text(*YAML)))


def dependencies(request: Request) -> Response:
    """The flows that a flow calls or waits for, and those that call or wait for it."""
    graph_edges = request.bean(SERVICE).findDependencies(
        request.tenant,
        request.params["namespace"],
        request.params["id"],
        request.flag("destinationOnly", False),
        request.flag("expandAll", False),
    )
    identity = request.java("java.util.function.Function").identity()
    return request.entity(request.bean(TOPOLOGY).graph(graph_edges, identity))


def namespace_dependencies(request: Request) -> Response:
    """The dependencies between the flows of a namespace and of those below it."""
    return request.entity(request.bean(TOPOLOGY).namespaceGraph(request.tenant, request.params["namespace"]))


def deprecated(request: Request) -> Response:
    """The flows that use a deprecated task, with the tasks."""
    service = request.bean(SERVICE)
    namespace = request.parameter("namespace")
    flows = service.findByNamespace(request.tenant, namespace) if namespace else service.findAll(request.tenant)
    entries = []
    for flow in flows:
        if not (tasks := service.findDeprecatedTasks(flow)).isEmpty():
            entry = request.java("java.util.LinkedHashMap")()
            entry.put("namespace", flow.getNamespace())
            entry.put("flowId", flow.getId())
            entry.put("revision", flow.getRevision())
            entry.put("deprecatedTasks", tasks)
            entries.append(entry)
    return request.entity(convert.java_list(entries))


def graph_of(request: Request, flow: Any) -> Response:
    """The topology of a parsed flow."""
    subflows = request.many("subflows")
    return json_text(
        request.engine.to_json(request.bean(GRAPHS).flowGraph(flow, convert.java_list(subflows) if subflows else None))
    )


routes = [
    Route("/flows", endpoint(create, lane=SOURCES), methods=["POST"]),
    Route("/flows/search", endpoint(search)),
    Route("/flows/source", endpoint(search_source)),
    Route("/flows/distinct-namespaces", endpoint(distinct_namespaces)),
    Route("/flows/deprecated", endpoint(deprecated)),
    Route("/flows/graph", endpoint(graph_from_source, lane=SOURCES), methods=["POST"]),
    Route("/flows/{namespace}", endpoint(by_namespace)),
    Route("/flows/{namespace}/{id}", endpoint(get)),
    Route("/flows/{namespace}/{id}", endpoint(update, lane=SOURCES), methods=["PUT"]),
    Route("/flows/{namespace}/{id}", endpoint(delete), methods=["DELETE"]),
    Route("/flows/{namespace}/{id}/revisions", endpoint(revisions)),
    Route("/flows/{namespace}/{id}/revisions", endpoint(delete_revisions), methods=["DELETE"]),
    Route("/flows/{namespace}/{id}/tasks/{task_id}", endpoint(task)),
    Route("/flows/{namespace}/{id}/graph", endpoint(graph)),
    Route("/flows/{namespace}/{id}/dependencies", endpoint(dependencies)),
    Route("/namespaces/{namespace}/dependencies", endpoint(namespace_dependencies)),
]
