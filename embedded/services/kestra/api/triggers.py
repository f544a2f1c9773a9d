"""Triggers: their definition in the flow and their state."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import backfill, repositories
from embedded.services.kestra.api.convert import or_none
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Request, bulk, endpoint, json_text, no_content
from embedded.services.kestra.api.trigger_state import (
    LEGACY,
    await_state,
    by_body,
    by_ids,
    by_query,
    change,
    definition,
    key_of,
    path_key,
    require_state,
    row_key,
    trigger_of,
)

REALTIME = "io.kestra.core.models.triggers.RealtimeTriggerInterface"


def search(request: Request) -> Response:
    """Triggers by filters, paged, each as its flow has it and with its state."""
    repository = repositories.triggers(request)
    rows = repository.find(request.page(repository.sortMapping()), request.tenant, query_filters(request, LEGACY))
    results = [text for row in rows if (text := _with_definition(request, row))]
    return json_text(f'{{"results":[{",".join(results)}],"total":{int(rows.getTotal())}}}')


def of_flow(request: Request) -> Response:
    """The states of a flow's triggers, paged."""
    repository = repositories.triggers(request)
    page = request.page(repository.sortMapping())
    namespace, flow = request.params["namespace"], request.params["flow_id"]
    return request.paged(repository.find(page, request.parameter("q"), request.tenant, namespace, flow, None))


def update(request: Request) -> Response:
    """Enable or disable a trigger, or start a backfill with one of its schedules.

    Raises:
        Invalid: the body is no trigger, or one that the API cannot change.
    """
    body = request.json()
    key = key_of(body)
    flow, trigger = definition(request, key)
    if isinstance(trigger, request.java(REALTIME)):
        raise Invalid("Realtime triggers can not be updated through the API, please edit the trigger from the flow.")
    wanted = _parse(request, body)
    if (past := wanted.getBackfill()) is not None:
        backfill.check(request, flow, trigger, past)
    row = await_state(request, key)
    if past is not None and backfill.is_new(row, past):
        return request.entity(backfill.start(request, row, flow, trigger, past))
    return request.entity(_set_disabled(request, row, bool(wanted.getDisabled())))


def unlock(request: Request) -> Response:
    """Free a trigger that waits for the end of its execution or evaluation.

    Raises:
        ApiError: 409 if it is not locked.
    """
    row = require_state(request, path_key(request))
    if not _locked(row):
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Trigger is not locked")
    return request.entity(change(request, row, lambda current: current.unlock()))


def restart(request: Request) -> Response:
    """Kill the evaluation of a trigger, and begin it again."""
    row = require_state(request, path_key(request))
    killed = request.java("io.kestra.core.models.executions.ExecutionKilledTrigger").builder()
    killed = killed.tenantId(request.tenant).namespace(row.getNamespace()).flowId(row.getFlowId())
    request.engine.queue("executionKilledQueue").emit(killed.triggerId(row.getTriggerId()).build())
    restarted = change(
        request, row, lambda current: current.toBuilder().workerId(None).evaluateRunningDate(None).date(None).build()
    )
    return request.entity(restarted)


def delete(request: Request) -> Response:
    """Delete the state of a trigger; the flow keeps the trigger."""
    repositories.triggers(request).delete(require_state(request, path_key(request)))
    return no_content()


def disable_listed(request: Request) -> Response:
    """Enable or disable the `triggers` of the body, as its `disabled` says; answers how many it lists.

    Raises:
        Invalid: the body is not so.
    """
    body = request.json()
    if not isinstance(body, dict) or not isinstance(body.get("disabled"), bool) or not body.get("triggers"):
        raise Invalid("'triggers', a list that is not empty, and 'disabled', true or false, were expected")
    for row in by_ids(request, body["triggers"]):
        _disable_if_possible(request, row, body["disabled"])
    return bulk(len(body["triggers"]))


def disable_by_query(request: Request) -> Response:
    """Enable or disable the triggers that the filters select, as parameter `disabled` says."""
    rows = by_query(request)
    for row in rows:
        _disable_if_possible(request, row, request.flag("disabled", True))
    return bulk(len(rows))


def _unlock_all(rows: Callable[[Request], Iterable[Any]]) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        locked = [row for row in rows(request) if _locked(row)]
        for row in locked:
            change(request, row, lambda current: current.unlock())
        return bulk(len(locked))

    return handle


def _delete_all(rows: Callable[[Request], Iterable[Any]]) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        selected = list(rows(request))
        for row in selected:
            repositories.triggers(request).delete(row)
        return bulk(len(selected))

    return handle


def _with_definition(request: Request, row: Any) -> str | None:
    """The trigger and its state; None for a state whose flow is gone or has no triggers any more."""
    key = row_key(row)
    flow = or_none(repositories.flows(request).findById(request.tenant, key.namespace, key.flow))
    if flow is None or flow.getTriggers() is None:
        return None
    trigger = trigger_of(flow, key.trigger)
    shown = "" if trigger is None else f'"abstractTrigger":{request.engine.to_json(trigger)},'
    return f'{{{shown}"triggerContext":{request.engine.to_json(row)}}}'


def _parse(request: Request, body: dict[str, Any]) -> Any:
    mapper = request.java("io.kestra.core.serializers.JacksonMapper").ofJson(False)
    cls = request.java("io.kestra.core.models.triggers.Trigger").class_
    return mapper.readValue(json.dumps(body), cls)


def _set_disabled(request: Request, row: Any, disabled: bool) -> Any:
    def changed(current: Any) -> Any:
        if bool(current.getDisabled()) == disabled:
            return current
        builder = current.toBuilder().disabled(disabled)
        return (builder.nextExecutionDate(None) if disabled else builder).build()

    return change(request, row, changed)


def _disable_if_possible(request: Request, row: Any, disabled: bool) -> None:
    """As the official server, without a word about flows that are gone and triggers that cannot be changed."""
    key = row_key(row)
    flow = or_none(repositories.flows(request).findById(request.tenant, key.namespace, key.flow))
    trigger = flow and trigger_of(flow, key.trigger)
    if trigger is not None and not isinstance(trigger, request.java(REALTIME)):
        _set_disabled(request, row, disabled)


def _locked(row: Any) -> bool:
    return row.getExecutionId() is not None or row.getEvaluateRunningDate() is not None


TRIGGER_PATH = "/triggers/{namespace}/{flow_id}/{trigger_id}"

routes = [
    Route("/triggers", endpoint(update), methods=["PUT"]),
    Route("/triggers/search", endpoint(search)),
    Route("/triggers/{namespace}/{flow_id}", endpoint(of_flow)),
    Route("/triggers/set-disabled/by-triggers", endpoint(disable_listed), methods=["POST"]),
    Route("/triggers/set-disabled/by-query", endpoint(disable_by_query), methods=["POST"]),
    Route("/triggers/unlock/by-triggers", endpoint(_unlock_all(by_body)), methods=["POST"]),
    Route("/triggers/unlock/by-query", endpoint(_unlock_all(by_query)), methods=["POST"]),
    Route("/triggers/delete/by-triggers", endpoint(_delete_all(by_body)), methods=["DELETE"]),
    Route("/triggers/delete/by-query", endpoint(_delete_all(by_query)), methods=["DELETE"]),
    Route(f"{TRIGGER_PATH}/unlock", endpoint(unlock), methods=["POST"]),
    Route(f"{TRIGGER_PATH}/restart", endpoint(restart), methods=["POST"]),
    Route(TRIGGER_PATH, endpoint(delete), methods=["DELETE"]),
]
