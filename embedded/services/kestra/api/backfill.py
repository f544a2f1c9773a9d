"""Backfills: a schedule run over a time in the past."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import optional
from embedded.services.kestra.api.errors import ApiError, BadRequest, Invalid
from embedded.services.kestra.api.request import Call, bulk, endpoint
from embedded.services.kestra.api.trigger_state import Key, by_ids, by_query, change, existing, key_of, row_key

Change = Callable[[Any], Any]


def check(call: Call, flow: Any, trigger: Any, backfill: Any) -> None:
    """Refuse a backfill that cannot be.

    Parameters:
        flow, trigger: flow and trigger as the source has them.

    Raises:
        Invalid: the dates make no sense, or the trigger is no schedule.
        ApiError: 409 if the source disables the trigger: it has a state then, but nothing would start.
    """
    key = Key(str(flow.getNamespace()), str(flow.getId()), str(trigger.getId()))
    if flow.isDisabled() or trigger.isDisabled():
        raise _conflict(f"The source of the flow disables trigger {key}: enable it there first")
    if not isinstance(trigger, call.engine.java("io.kestra.core.models.triggers.Schedulable")):
        raise Invalid(f"Trigger {key} is no schedule: only schedules can be backfilled")
    now = call.engine.java("java.time.ZonedDateTime").now()
    begins, ends = backfill.getStart(), backfill.getEnd() or now
    if begins is None:
        raise Invalid("backfill.start: must not be null")
    if begins.isAfter(ends):
        raise Invalid(f"backfill.start: {begins} is after the end, {ends}")
    if ends.isAfter(now):
        raise Invalid(f"backfill.end: {ends} is in the future; a backfill runs over the past")


def start(call: Call, row: Any, flow: Any, trigger: Any, backfill: Any) -> Any:
    """Run a schedule over the time of a backfill: one execution for each of its dates in it.

    Parameters:
        row: the trigger's state.
        flow, trigger: flow and trigger as the source has them.
        backfill: Java `Backfill` with `start`, and perhaps `end` (now if absent), `inputs`, `labels`, `paused`.

    Returns:
        The trigger's new state.

    Raises:
        ApiError: 409 if the trigger is disabled or a backfill is running.
    """
    runs = call.bean("io.kestra.core.runners.RunContextFactory").of(flow, trigger)
    context = call.bean("io.kestra.core.services.ConditionService").conditionContext(runs, flow, None)

    def begun(current: Any) -> Any:
        if current.getDisabled():
            raise _conflict(f"Trigger {row_key(row)} is disabled: enable it first")
        if current.getBackfill() is not None:
            raise _conflict(f"A backfill of trigger {row_key(row)} is already running: wait for its end or delete it")
        updated = current.withBackfill(backfill)
        # Without a new date nothing would start before the schedule's own next date.
        first = trigger.nextEvaluationDate(context, optional(updated))
        return updated.toBuilder().nextExecutionDate(first).build()

    return change(call, row, begun)


def is_new(current: Any, backfill: Any) -> bool:
    """Whether a backfill in the state that a client sends is a wish for one, not the running one sent back."""
    running = current.getBackfill()
    if running is None or backfill.getCurrentDate() is None:
        return True
    return not (running.getStart().isEqual(backfill.getStart()) and running.getEnd().isEqual(backfill.getEnd()))


def _paused(wanted: bool) -> Change:
    def changed(current: Any) -> Any:
        backfill = _running(current).toBuilder().paused(wanted).build()
        return current.toBuilder().backfill(backfill).build()

    return changed


def _deleted(current: Any) -> Any:
    previous = _running(current).getPreviousNextExecutionDate()
    return current.toBuilder().nextExecutionDate(previous).backfill(None).build()


def _running(current: Any) -> Any:
    if (backfill := current.getBackfill()) is None:
        raise BadRequest("No backfill found")
    return backfill


def _conflict(message: str) -> ApiError:
    return ApiError(HTTPStatus.CONFLICT, f"Illegal state: {message}")


def _one(changed: Change) -> Callable[[Call], Response]:
    def handle(call: Call) -> Response:
        return call.entity(change(call, existing(call, key_of(call.json())), changed))

    return handle


def _several(rows_of: Callable[[Call], Iterable[Any]], changed: Change) -> Callable[[Call], Response]:
    def handle(call: Call) -> Response:
        running = [row for row in rows_of(call) if row.getBackfill() is not None]
        for row in running:
            change(call, row, changed)
        return bulk(len(running))

    return handle


def _listed(call: Call) -> Iterable[Any]:
    return by_ids(call, call.json())


routes = [
    route
    for path, method, changed in (
        ("/triggers/backfill/pause", "PUT", _paused(True)),
        ("/triggers/backfill/unpause", "PUT", _paused(False)),
        ("/triggers/backfill/delete", "POST", _deleted),
    )
    for route in (
        Route(path, endpoint(_one(changed)), methods=[method]),
        Route(f"{path}/by-triggers", endpoint(_several(_listed, changed)), methods=["POST"]),
        Route(f"{path}/by-query", endpoint(_several(by_query, changed)), methods=["POST"]),
    )
]
"""One trigger in the body; or several, as a list or by filters, of which those without a backfill are skipped."""
