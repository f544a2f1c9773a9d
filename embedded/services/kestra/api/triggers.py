"""Triggers: what their flows say of them and their state."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import backfill
from embedded.services.kestra.api.convert import or_none
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Call, bulk, endpoint, json_text, no_content
from embedded.services.kestra.api.trigger_state import (
    FLOWS,
    LEGACY,
    REPOSITORY,
    awaited,
    by_ids,
    by_query,
    change,
    definition,
    existing,
    key_of,
    path_key,
    row_key,
    trigger_of,
)

REALTIME = "io.kestra.core.models.triggers.RealtimeTriggerInterface"


def search(call: Call) -> Response:
    """Triggers by filters, paged, each as its flow has it and with its state."""
    repository = call.bean(REPOSITORY)
    found = repository.find(call.page(repository.sortMapping()), call.tenant, query_filters(call, LEGACY))
    results = [text for row in found if (text := _with_definition(call, row))]
    return json_text(f'{{"results":[{",".join(results)}],"total":{int(found.getTotal())}}}')


def of_flow(call: Call) -> Response:
    """The states of a flow's triggers, paged."""
    repository = call.bean(REPOSITORY)
    page = call.page(repository.sortMapping())
    namespace, flow = call.params["namespace"], call.params["flow_id"]
    return call.paged(repository.find(page, call.one("q"), call.tenant, namespace, flow, None))


def update(call: Call) -> Response:
    """Enable or disable a trigger, or start a backfill with one of its schedules.

    Raises:
        Invalid: the body is no trigger, or one that the API cannot change.
    """
    body = call.json()
    key = key_of(body)
    flow, trigger = definition(call, key)
    if isinstance(trigger, call.engine.java(REALTIME)):
        raise Invalid("Realtime triggers can not be updated through the API, please edit the trigger from the flow.")
    wanted = _parse(call, body)
    if (past := wanted.getBackfill()) is not None:
        backfill.check(call, flow, trigger, past)
    row = awaited(call, key)
    if past is not None and backfill.is_new(row, past):
        return call.entity(backfill.start(call, row, flow, trigger, past))
    return call.entity(_set_disabled(call, row, bool(wanted.getDisabled())))


def unlock(call: Call) -> Response:
    """Free a trigger that waits for the end of its execution or evaluation.

    Raises:
        ApiError: 409 if it is not locked.
    """
    row = existing(call, path_key(call))
    if not _locked(row):
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Trigger is not locked")
    return call.entity(change(call, row, lambda current: current.unlock()))


def restart(call: Call) -> Response:
    """Kill the evaluation of a trigger, and begin it again."""
    row = existing(call, path_key(call))
    killed = call.engine.java("io.kestra.core.models.executions.ExecutionKilledTrigger").builder()
    killed = killed.tenantId(call.tenant).namespace(row.getNamespace()).flowId(row.getFlowId())
    call.engine.queue("executionKilledQueue").emit(killed.triggerId(row.getTriggerId()).build())
    restarted = change(
        call, row, lambda current: current.toBuilder().workerId(None).evaluateRunningDate(None).date(None).build()
    )
    return call.entity(restarted)


def delete(call: Call) -> Response:
    """Delete the state of a trigger; the flow keeps the trigger."""
    call.bean(REPOSITORY).delete(existing(call, path_key(call)))
    return no_content()


def disable_listed(call: Call) -> Response:
    """Enable or disable the `triggers` of the body, as its `disabled` says; answers how many it lists.

    Raises:
        Invalid: the body is not so.
    """
    body = call.json()
    if not isinstance(body, dict) or not isinstance(body.get("disabled"), bool) or not body.get("triggers"):
        raise Invalid("'triggers', a list that is not empty, and 'disabled', true or false, were expected")
    for row in by_ids(call, body["triggers"]):
        _disable_if_possible(call, row, body["disabled"])
    return bulk(len(body["triggers"]))


def disable_found(call: Call) -> Response:
    """Enable or disable the triggers that the filters select, as parameter `disabled` says."""
    rows = by_query(call)
    for row in rows:
        _disable_if_possible(call, row, call.flag("disabled", True))
    return bulk(len(rows))


def _unlock_all(rows: Callable[[Call], Iterable[Any]]) -> Callable[[Call], Response]:
    def handle(call: Call) -> Response:
        locked = [row for row in rows(call) if _locked(row)]
        for row in locked:
            change(call, row, lambda current: current.unlock())
        return bulk(len(locked))

    return handle


def _delete_all(rows: Callable[[Call], Iterable[Any]]) -> Callable[[Call], Response]:
    def handle(call: Call) -> Response:
        found = list(rows(call))
        for row in found:
            call.bean(REPOSITORY).delete(row)
        return bulk(len(found))

    return handle


def _with_definition(call: Call, row: Any) -> str | None:
    """The trigger and its state; None for a state whose flow is gone or has no triggers any more."""
    key = row_key(row)
    flow = or_none(call.bean(FLOWS).findById(call.tenant, key.namespace, key.flow))
    if flow is None or flow.getTriggers() is None:
        return None
    trigger = trigger_of(flow, key.trigger)
    shown = "" if trigger is None else f'"abstractTrigger":{call.engine.to_json(trigger)},'
    return f'{{{shown}"triggerContext":{call.engine.to_json(row)}}}'


def _parse(call: Call, body: dict[str, Any]) -> Any:
    mapper = call.engine.java("io.kestra.core.serializers.JacksonMapper").ofJson(False)
    cls = call.engine.java("io.kestra.core.models.triggers.Trigger").class_
    return mapper.readValue(json.dumps(body), cls)


def _set_disabled(call: Call, row: Any, disabled: bool) -> Any:
    def changed(current: Any) -> Any:
        if bool(current.getDisabled()) == disabled:
            return current
        builder = current.toBuilder().disabled(disabled)
        return (builder.nextExecutionDate(None) if disabled else builder).build()

    return change(call, row, changed)


def _disable_if_possible(call: Call, row: Any, disabled: bool) -> None:
    """As the official server, without a word about flows that are gone and triggers that cannot be changed."""
    key = row_key(row)
    flow = or_none(call.bean(FLOWS).findById(call.tenant, key.namespace, key.flow))
    trigger = flow and trigger_of(flow, key.trigger)
    if trigger is not None and not isinstance(trigger, call.engine.java(REALTIME)):
        _set_disabled(call, row, disabled)


def _locked(row: Any) -> bool:
    return row.getExecutionId() is not None or row.getEvaluateRunningDate() is not None


def _listed(call: Call) -> Iterable[Any]:
    return by_ids(call, call.json())


ONE = "/triggers/{namespace}/{flow_id}/{trigger_id}"

routes = [
    Route("/triggers", endpoint(update), methods=["PUT"]),
    Route("/triggers/search", endpoint(search)),
    Route("/triggers/{namespace}/{flow_id}", endpoint(of_flow)),
    Route("/triggers/set-disabled/by-triggers", endpoint(disable_listed), methods=["POST"]),
    Route("/triggers/set-disabled/by-query", endpoint(disable_found), methods=["POST"]),
    Route("/triggers/unlock/by-triggers", endpoint(_unlock_all(_listed)), methods=["POST"]),
    Route("/triggers/unlock/by-query", endpoint(_unlock_all(by_query)), methods=["POST"]),
    Route("/triggers/delete/by-triggers", endpoint(_delete_all(_listed)), methods=["DELETE"]),
    Route("/triggers/delete/by-query", endpoint(_delete_all(by_query)), methods=["DELETE"]),
    Route(f"{ONE}/unlock", endpoint(unlock), methods=["POST"]),
    Route(f"{ONE}/restart", endpoint(restart), methods=["POST"]),
    Route(ONE, endpoint(delete), methods=["DELETE"]),
]
