"""Triggers. In 2.0 only the scheduler writes their states: it gets events, and the answer waits for it."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import backfill, convert, repositories
from embedded.services.kestra.api.errors import Invalid, NotFound
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Request, endpoint, json_value, no_content
from embedded.services.kestra.api.trigger_state import Key, definition, key_of, path_key, trigger_of
from embedded.services.kestra.kestra2.commands import EVENTS, notify

UNSENT = ("tenantId", "vnode", "lastEventId", "dispatchEpoch", "type")
"""Fields that belong to the scheduler alone; its `type` is sent as `kind`."""
MOMENTS = ("updatedAt", "evaluatedAt", "nextEvaluationDate", "lastTriggeredDate")
"""Fields that are sent in whole seconds."""


def of_flow(request: Request) -> Response:
    """The states of a flow's triggers, paged."""
    repository = repositories.triggers(request)
    page = request.page(repository.sortMapping())
    namespace, flow = request.params["namespace"], request.params["flow_id"]
    rows = repository.find(page, request.parameter("q"), request.tenant, namespace, flow, None)
    return json_value({"results": [_shown(request, row) for row in rows], "total": int(rows.getTotal())})


def search(request: Request) -> Response:
    """Triggers by filters, paged, each as its flow has it and with its state."""
    repository = repositories.triggers(request)
    rows = repository.find(request.page(repository.sortMapping()), request.tenant, query_filters(request))
    results = [found for row in rows if (found := _with_definition(request, row))]
    return json_value({"results": results, "total": int(rows.getTotal())})


def disable(request: Request) -> Response:
    """Enable or disable a trigger, as the body's `disabled` says.

    Raises:
        Invalid: the body is not so.
    """
    body = request.json()
    key = key_of(body)
    if not isinstance(body.get("disabled"), bool):
        raise Invalid("'disabled', true or false, was expected")
    return _notified(request, key, "SetDisableTrigger", body["disabled"])


def unlock(request: Request) -> Response:
    """Free a trigger that waits for the end of its execution or evaluation.

    Raises:
        Invalid: it is not locked.
    """
    key = path_key(request)
    if not _require(request, key).isLocked():
        raise Invalid(f"trigger {key} is already unlocked")
    return _notified(request, key, "ResetTrigger")


def restart(request: Request) -> Response:
    """Kill the evaluation of a trigger, and begin it again."""
    key = path_key(request)
    _require(request, key)
    model = "io.kestra.core.models.executions.ExecutionKilled"
    killed = request.java(f"{model}Trigger").builder().state(request.java(f"{model}$State").EXECUTED)
    killed = killed.tenantId(request.tenant).namespace(key.namespace).flowId(key.flow).triggerId(key.trigger)
    request.engine.queue("executionKilledQueue").emit(killed.build())
    return _notified(request, key, "ResetTrigger")


def delete(request: Request) -> Response:
    """Delete the state of a trigger; the flow keeps the trigger."""
    key = path_key(request)
    _require(request, key)
    _notify(request, key, "TriggerDeleted")
    return no_content()


def create_backfill(request: Request) -> Response:
    """Start a backfill with a schedule: `{namespace, flowId, triggerId, backfill: {start, end, inputs, labels}}`.

    Raises:
        Invalid: the body is not so, or the trigger is no schedule.
    """
    body = request.json()
    key = key_of(body)
    flow, trigger = definition(request, key)
    wanted = body.get("backfill")
    if not isinstance(wanted, dict) or "start" not in wanted:
        raise Invalid("'backfill', an object with 'start', was expected")
    backfill.check(request, flow, trigger, _read(request, wanted, "io.kestra.core.models.triggers.Backfill"))
    return _notified(
        request, key, "CreateBackfillTrigger", _read(request, wanted, f"{EVENTS}.CreateBackfillTrigger$Backfill")
    )


def _read(request: Request, wanted: dict[str, Any], kind: str) -> Any:
    mapper = request.java("io.kestra.core.serializers.JacksonMapper").ofJson(False)
    return mapper.convertValue(convert.to_java(request.engine, wanted), request.java(kind).class_)


def _pause(paused: bool) -> Callable[[Request], Response]:
    return lambda request: _notified(request, key_of(request.json()), "SetPauseBackfillTrigger", paused)


def delete_backfill(request: Request) -> Response:
    """End a backfill."""
    return _notified(request, key_of(request.json()), "DeleteBackfillTrigger")


def _notified(request: Request, key: Key, event: str, *arguments: Any) -> Response:
    """Send an event about a trigger that there is, and answer with its new state."""
    _require(request, key)
    _notify(request, key, event, *arguments)
    return json_value(_shown(request, _require(request, key)))


def _notify(request: Request, key: Key, event: str, *arguments: Any) -> None:
    made = request.java(f"{EVENTS}.{event}")(_trigger_id(request, key), *arguments)
    notify(request.engine, made)


def _trigger_id(request: Request, key: Key) -> Any:
    of = request.java("io.kestra.core.models.triggers.TriggerId").of
    return of(request.tenant, key.namespace, key.flow, key.trigger)


def _require(request: Request, key: Key) -> Any:
    """The state of a trigger.

    Raises:
        NotFound: it has none.
    """
    row = convert.or_none(repositories.triggers(request).findById(_trigger_id(request, key)))
    if row is None:
        raise NotFound(f"Trigger {key} not found")
    return row


def _shown(request: Request, row: Any) -> dict[str, Any]:
    """A state as clients get it (`ApiTriggerState`)."""
    fields = convert.to_python(request.engine, row)
    shown = {name: value for name, value in fields.items() if name not in UNSENT}
    shown |= {name: f"{shown[name].partition('.')[0].rstrip('Z')}Z" for name in MOMENTS if name in shown}
    return shown | {"kind": fields["type"]}


def _with_definition(request: Request, row: Any) -> dict[str, Any] | None:
    """The trigger and its state; None for a state whose flow is gone or has no triggers any more."""
    find_flow = repositories.flows(request).findById
    flow = convert.or_none(find_flow(request.tenant, row.getNamespace(), row.getFlowId()))
    if flow is None or flow.getTriggers() is None:
        return None
    trigger = trigger_of(flow, str(row.getTriggerId()))
    declared = {} if trigger is None else {"trigger": convert.to_python(request.engine, trigger)}
    return declared | {"state": _shown(request, row)}


ONE = "/triggers/{namespace}/{flow_id}/{trigger_id}"

routes = [
    Route("/triggers/search", endpoint(search)),
    Route("/triggers/{namespace}/{flow_id}", endpoint(of_flow)),
    Route("/triggers/set-disabled", endpoint(disable), methods=["PUT"]),
    Route("/triggers/backfill/create", endpoint(create_backfill), methods=["PUT"]),
    Route("/triggers/backfill/pause", endpoint(_pause(True)), methods=["PUT"]),
    Route("/triggers/backfill/unpause", endpoint(_pause(False)), methods=["PUT"]),
    Route("/triggers/backfill/delete", endpoint(delete_backfill), methods=["POST"]),
    Route(f"{ONE}/unlock", endpoint(unlock), methods=["POST"]),
    Route(f"{ONE}/restart", endpoint(restart), methods=["POST"]),
    Route(ONE, endpoint(delete), methods=["DELETE"]),
]
