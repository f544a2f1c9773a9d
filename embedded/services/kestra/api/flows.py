"""Flows: create, read, search, update, delete, and what can be said of one."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import ApiError, NotFound
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Call, endpoint, json_text, no_content

REPOSITORY = "io.kestra.core.repositories.FlowRepositoryInterface"
SERVICE = "io.kestra.core.services.FlowService"
DEFAULTS = "io.kestra.core.services.PluginDefaultService"
GRAPHS = "io.kestra.core.services.GraphService"
TOPOLOGY = "io.kestra.core.topologies.FlowTopologyService"

SEARCHED = ("q", "scope", "namespace", "labels")
"""Plain parameters that searches of flows understand besides filters."""


def parse(call: Call, source: str) -> Any:
    """A flow's source as the engine's `GenericFlow`.

    Raises:
        jpype.JException: it is no flow.
    """
    return call.engine.java("io.kestra.core.models.flows.GenericFlow").fromYaml(call.tenant, source)


def find(call: Call, namespace: str, flow_id: str, revision: int | None = None, source: bool = True) -> Any:
    """A flow, or None; its last revision unless told.

    Parameters:
        source: with its source text.
    """
    repository = call.bean(REPOSITORY)
    lookup = repository.findByIdWithSource if source else repository.findById
    return convert.or_none(lookup(call.tenant, namespace, flow_id, convert.optional(revision)))


def existing(call: Call, namespace: str, flow_id: str, revision: int | None = None) -> Any:
    """A flow with its source.

    Raises:
        NotFound: there is none.
    """
    found = find(call, namespace, flow_id, revision)
    if found is None:
        raise NotFound(f"Unable to find flow {call.tenant}_{namespace}_{flow_id}")
    return found


def create(call: Call) -> Response:
    """A new flow from its YAML; 422 if it is invalid or exists."""
    return call.entity(call.bean(SERVICE).create(parse(call, call.text()), True))


def get(call: Call) -> Response:
    """A flow, perhaps with its source, at a revision, or even if deleted."""
    repository = call.bean(REPOSITORY)
    lookup = repository.findByIdWithSource if call.flag("source", False) else repository.findById
    revision = convert.optional(call.number("revision"))
    deleted = call.flag("allowDeleted", False)
    found = convert.or_none(lookup(call.tenant, call.params["namespace"], call.params["id"], revision, deleted))
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    return call.entity(found)


def update(call: Call) -> Response:
    """A new revision of a flow from its YAML."""
    previous = find(call, call.params["namespace"], call.params["id"], source=False)
    if previous is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    current = parse(call, call.text())
    checked = call.bean(DEFAULTS).injectVersionDefaults(current, False)
    call.bean(SERVICE).checkValidSubflows(checked, call.tenant)
    return call.entity(call.bean(REPOSITORY).update(current, previous))


def delete(call: Call) -> Response:
    """Delete a flow; its revisions stay readable with `allowDeleted`."""
    found = find(call, call.params["namespace"], call.params["id"])
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    call.bean(REPOSITORY).delete(found)
    return no_content()


def search(call: Call) -> Response:
    """A page of the flows that match."""
    found = call.bean(REPOSITORY).find(call.page(), call.tenant, query_filters(call, SEARCHED))
    return call.paged(found)


def search_source(call: Call) -> Response:
    """A page of the flows whose source contains a text, with the lines."""
    repository = call.bean(REPOSITORY)
    return call.paged(repository.findSourceCode(call.page(), call.one("q"), call.tenant, call.one("namespace")))


def by_namespace(call: Call) -> Response:
    """All flows of a namespace."""
    return call.entity(call.bean(REPOSITORY).findByNamespace(call.tenant, call.params["namespace"]))


def distinct_namespaces(call: Call) -> Response:
    """The namespaces that hold flows."""
    return call.entity(call.bean(REPOSITORY).findDistinctNamespace(call.tenant, call.one("q")))


def revisions(call: Call) -> Response:
    """All revisions of a flow."""
    found = call.bean(REPOSITORY).findRevisions(
        call.tenant, call.params["namespace"], call.params["id"], call.flag("allowDelete", False)
    )
    return call.entity(found)


def delete_revisions(call: Call) -> Response:
    """Delete some revisions of a flow."""
    namespace, flow_id = call.params["namespace"], call.params["id"]
    numbers = [convert.integer(int(text)) for text in call.many("revisions") if text.isdigit()]
    if not numbers:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity: revisions: must not be empty")
    if find(call, namespace, flow_id) is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    call.bean(REPOSITORY).deleteRevisions(call.tenant, namespace, flow_id, convert.java_list(numbers))
    return no_content()


def task(call: Call) -> Response:
    """One task of a flow."""
    flow = find(call, call.params["namespace"], call.params["id"], call.number("revision"), source=False)
    task_id = call.params["task_id"]
    found = None if flow is None else next((one for one in flow.allTasksWithChilds() if one.getId() == task_id), None)
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND)
    return call.entity(found)


def graph(call: Call) -> Response:
    """The topology of a flow."""
    flow = existing(call, call.params["namespace"], call.params["id"], call.number("revision"))
    if isinstance(flow, call.engine.java("io.kestra.core.models.flows.FlowWithException")):
        raise ApiError(
            HTTPStatus.CONFLICT, f"Illegal state: Unable to generate graph for flow {flow.uid()}: {flow.getException()}"
        )
    return _graph(call, flow)


def graph_from_source(call: Call) -> Response:
    """The topology of a flow that need not exist."""
    return _graph(call, call.bean(DEFAULTS).parseFlowWithAllDefaults(call.tenant, call.text(), False))


def dependencies(call: Call) -> Response:
    """The flows that a flow calls or waits for, and those that call or wait for it."""
    found = call.bean(SERVICE).findDependencies(
        call.tenant,
        call.params["namespace"],
        call.params["id"],
        call.flag("destinationOnly", False),
        call.flag("expandAll", False),
    )
    identity = call.engine.java("java.util.function.Function").identity()
    return call.entity(call.bean(TOPOLOGY).graph(found, identity))


def namespace_dependencies(call: Call) -> Response:
    """The dependencies between the flows of a namespace and of those below it."""
    return call.entity(call.bean(TOPOLOGY).namespaceGraph(call.tenant, call.params["namespace"]))


def deprecated(call: Call) -> Response:
    """The flows that use a deprecated task, with the tasks."""
    service = call.bean(SERVICE)
    namespace = call.one("namespace")
    flows = service.findByNamespace(call.tenant, namespace) if namespace else service.findAll(call.tenant)
    found = []
    for flow in flows:
        if not (tasks := service.findDeprecatedTasks(flow)).isEmpty():
            entry = call.engine.java("java.util.LinkedHashMap")()
            entry.put("namespace", flow.getNamespace())
            entry.put("flowId", flow.getId())
            entry.put("revision", flow.getRevision())
            entry.put("deprecatedTasks", tasks)
            found.append(entry)
    return call.entity(convert.java_list(found))


def _graph(call: Call, flow: Any) -> Response:
    subflows = call.many("subflows")
    return json_text(
        call.engine.to_json(call.bean(GRAPHS).flowGraph(flow, convert.java_list(subflows) if subflows else None))
    )


routes = [
    Route("/flows", endpoint(create), methods=["POST"]),
    Route("/flows/search", endpoint(search)),
    Route("/flows/source", endpoint(search_source)),
    Route("/flows/distinct-namespaces", endpoint(distinct_namespaces)),
    Route("/flows/deprecated", endpoint(deprecated)),
    Route("/flows/graph", endpoint(graph_from_source), methods=["POST"]),
    Route("/flows/{namespace}", endpoint(by_namespace)),
    Route("/flows/{namespace}/{id}", endpoint(get)),
    Route("/flows/{namespace}/{id}", endpoint(update), methods=["PUT"]),
    Route("/flows/{namespace}/{id}", endpoint(delete), methods=["DELETE"]),
    Route("/flows/{namespace}/{id}/revisions", endpoint(revisions)),
    Route("/flows/{namespace}/{id}/revisions", endpoint(delete_revisions), methods=["DELETE"]),
    Route("/flows/{namespace}/{id}/tasks/{task_id}", endpoint(task)),
    Route("/flows/{namespace}/{id}/graph", endpoint(graph)),
    Route("/flows/{namespace}/{id}/dependencies", endpoint(dependencies)),
    Route("/namespaces/{namespace}/dependencies", endpoint(namespace_dependencies)),
]
