"""Backfills, which run a schedule over a time in the past: https://kestra.io/docs/concepts/backfill."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import optional
from embedded.services.kestra.api.errors import ApiError, BadRequest, Invalid
from embedded.services.kestra.api.request import Request, bulk, endpoint
from embedded.services.kestra.api.trigger_state import Key, by_body, by_query, change, key_of, require_state, row_key

Change = Callable[[Any], Any]


def check(request: Request, flow: Any, trigger: Any, backfill: Any) -> None:
    """Refuse a backfill that cannot run.

    Parameters:
        request: of the backfill.
        flow, trigger: flow and trigger as the source has them.
        backfill: Java `Backfill`.

    Raises:
        Invalid: the dates make no sense, or the trigger is no schedule.
        ApiError: 409 if the source disables the trigger: it has a state then, but nothing would start.
    """
    key = Key(str(flow.getNamespace()), str(flow.getId()), str(trigger.getId()))
    if flow.isDisabled() or trigger.isDisabled():
        raise _conflict(f"The source of the flow disables trigger {key}: enable it there first")
    if not isinstance(trigger, request.java("io.kestra.core.models.triggers.Schedulable")):
        raise Invalid(f"Trigger {key} is no schedule: only schedules can be backfilled")
    now = request.java("java.time.ZonedDateTime").now()
    begins, ends = backfill.getStart(), backfill.getEnd() or now
    if begins is None:
        raise Invalid("backfill.start: must not be null")
    if begins.isAfter(ends):
        raise Invalid(f"backfill.start: {begins} is after the end, {ends}")
    if ends.isAfter(now):
        raise Invalid(f"backfill.end: {ends} is in the future; a backfill runs over the past")


def start(request: Request, row: Any, flow: Any, trigger: Any, backfill: Any) -> Any:
    """Run a schedule over the time of a backfill: one execution for each of its dates in it.

    Parameters:
        request: of the backfill.
        row: the trigger's state.
        flow, trigger: flow and trigger as the source has them.
        backfill: Java `Backfill` with `start`, and perhaps `end` (now if absent), `inputs`, `labels`, `paused`.

    Returns:
        The trigger's new state.

    Raises:
        ApiError: 409 if the trigger is disabled or a backfill is running.
    """
    runs = request.bean("io.kestra.core.runners.RunContextFactory").of(flow, trigger)
    context = request.bean("io.kestra.core.services.ConditionService").conditionContext(runs, flow, None)

    def begin(current: Any) -> Any:
        if current.getDisabled():
            raise _conflict(f"Trigger {row_key(row)} is disabled: enable it first")
        if current.getBackfill() is not None:
            raise _conflict(f"A backfill of trigger {row_key(row)} is already running: wait for its end or delete it")
        updated = current.withBackfill(backfill)
        # Without a new date nothing would start before the schedule's own next date.
        first = trigger.nextEvaluationDate(context, optional(updated))
        return updated.toBuilder().nextExecutionDate(first).build()

    return change(request, row, begin)


def is_new(current: Any, backfill: Any) -> bool:
    """Whether a client asks for a new backfill, rather than sending back the running one with the trigger's state.

    Parameters:
        current: the trigger's state.
        backfill: of the state that the client sends.
    """
    running = current.getBackfill()
    if running is None or backfill.getCurrentDate() is None:
        return True
    return not (running.getStart().isEqual(backfill.getStart()) and running.getEnd().isEqual(backfill.getEnd()))


def _set_paused(paused: bool) -> Change:
    def change_paused(current: Any) -> Any:
        backfill = _running(current).toBuilder().paused(paused).build()
        return current.toBuilder().backfill(backfill).build()

    return change_paused


def _delete(current: Any) -> Any:
    previous = _running(current).getPreviousNextExecutionDate()
    return current.toBuilder().nextExecutionDate(previous).backfill(None).build()


def _running(current: Any) -> Any:
    if (backfill := current.getBackfill()) is None:
        raise BadRequest("No backfill found")
    return backfill


def _conflict(message: str) -> ApiError:
    return ApiError(HTTPStatus.CONFLICT, f"Illegal state: {message}")


def _on_body(apply: Change) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        return request.entity(change(request, require_state(request, key_of(request.json())), apply))

    return handle


def _on_several(rows_of: Callable[[Request], Iterable[Any]], apply: Change) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        running = [row for row in rows_of(request) if row.getBackfill() is not None]
        for row in running:
            change(request, row, apply)
        return bulk(len(running))

    return handle


routes = [
    route
    for path, method, apply in (
        ("/triggers/backfill/pause", "PUT", _set_paused(True)),
        ("/triggers/backfill/unpause", "PUT", _set_paused(False)),
        ("/triggers/backfill/delete", "POST", _delete),
    )
    for route in (
        Route(path, endpoint(_on_body(apply)), methods=[method]),
        Route(f"{path}/by-triggers", endpoint(_on_several(by_body, apply)), methods=["POST"]),
        Route(f"{path}/by-query", endpoint(_on_several(by_query, apply)), methods=["POST"]),
    )
]
"""One trigger in the body; or several, as a list or by filters, of which those without a backfill are skipped."""
