"""Follows the executions of the flows that depend on an execution's flow, or that it depends on.

The path and the events of `GET /executions/{id}/follow-dependencies` are those of
https://kestra.io/docs/1.3/api-reference/open-source. Executions belong together if they have the same correlation id.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.filters import body_filters
from embedded.services.kestra.api.flows import SERVICE, TOPOLOGY
from embedded.services.kestra.api.follow import EXECUTIONS, IDLE_SECONDS, KEEP_ALIVE_SECONDS, await_execution
from embedded.services.kestra.api.request import Request, endpoint
from embedded.services.kestra.api.sse import COMMENT, Event, stream_events

POLL_SECONDS = 0.5
"""The engine's streaming service tells of one execution only, so those that appear are looked for."""
CORRELATION_ID = "system.correlationId"

FlowKey = tuple[str, str]
"""Namespace and id of a flow."""


async def follow(request: Request) -> Response:
    """The states of the executions: an empty `start`, `progress` and `end` of each one, and `end-all`."""
    execution, _ = await await_execution(request)
    flows = await run_in_threadpool(_dependencies, request, execution)
    return stream_events(_events(request, execution, flows))


def _dependencies(request: Request, execution: Any) -> dict[FlowKey, Any]:
    """The flows of the graph of dependencies."""
    edges = request.bean(SERVICE).findDependencies(
        request.tenant,
        execution.getNamespace(),
        execution.getFlowId(),
        request.flag("destinationOnly", False),
        request.flag("expandAll", False),
    )
    identity = request.java("java.util.function.Function").identity()
    nodes = request.bean(TOPOLOGY).graph(edges, identity).getNodes()
    found = {(str(node.getNamespace()), str(node.getId())): _flow(request, node) for node in nodes}
    return {key: flow for key, flow in found.items() if flow is not None}


def _flow(request: Request, node: Any) -> Any:
    return convert.or_none(
        repositories.flows(request).findByIdWithoutAcl(
            request.tenant, node.getNamespace(), node.getId(), convert.optional(None)
        )
    )


async def _events(request: Request, execution: Any, flows: dict[FlowKey, Any]) -> AsyncIterator[bytes]:
    start = _status(str(execution.getId()))
    yield Event("start", start).encode()
    sent: dict[str, str] = {}
    waiting, silence = set(flows), 0.0
    while waiting and silence < IDLE_SECONDS:
        for key, event, execution_id in await run_in_threadpool(_states, request, execution, flows):
            if sent.get(execution_id) == event.data:
                continue
            sent[execution_id], silence = event.data, 0.0
            yield event.encode()
            if event.id == "end":
                waiting.discard(key)
        if waiting:
            await asyncio.sleep(POLL_SECONDS)
            silence += POLL_SECONDS
            if silence % KEEP_ALIVE_SECONDS < POLL_SECONDS:
                yield COMMENT
    if not waiting and flows:
        yield Event("end-all", start).encode()


def _states(request: Request, execution: Any, flows: dict[FlowKey, Any]) -> list[tuple[FlowKey, Event, str]]:
    """The state of each execution of the flows that has the correlation id of the one that is followed."""
    service, states = request.bean(EXECUTIONS), []
    for found in _correlated(request, execution):
        key = (str(found.getNamespace()), str(found.getFlowId()))
        if key in flows:
            ended = service.isStopFollow(flows[key], found)
            status = _status(str(found.getId()), request.tenant, *key, request.engine.to_json(found.getState()))
            states.append((key, Event("end" if ended else "progress", status), str(found.getId())))
    return states


def _correlated(request: Request, execution: Any) -> Any:
    labels = {str(label.key()): str(label.value()) for label in execution.getLabels() or []}
    if (correlation := labels.get(CORRELATION_ID)) is None:
        return [execution]
    filters = [{"field": "labels", "operation": "EQUALS", "value": {CORRELATION_ID: correlation}}]
    unpaged = request.java("io.micronaut.data.model.Pageable").UNPAGED
    return repositories.executions(request).find(unpaged, request.tenant, body_filters(request.engine, filters))


def _status(
    execution_id: str, tenant: str | None = None, namespace: str | None = None, flow: str | None = None, state: str = ""
) -> str:
    fields = {"executionId": execution_id, "tenantId": tenant, "namespace": namespace, "flowId": flow}
    status: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(status | ({"state": json.loads(state)} if state else {}))


routes = [Route("/executions/{execution_id}/follow-dependencies", endpoint(follow))]
