"""The state of triggers: find it, and change it while the scheduler runs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jpype

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.convert import or_none
from embedded.services.kestra.api.errors import Invalid, NotFound
from embedded.services.kestra.api.filters import body_filters, query_filters
from embedded.services.kestra.api.request import Request

LEGACY = ("q", "namespace", "flowId", "workerId")
STATE_SECONDS = 15.0
"""How long to wait for the state of a trigger: the scheduler makes it about a second after the flow."""
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Key:
    """Which trigger of which flow."""

    namespace: str
    flow: str
    trigger: str

    def __str__(self) -> str:
        return f"'{self.trigger}' of flow {self.namespace}.{self.flow}"


def key_of(body: Any) -> Key:
    """The trigger that a body names.

    Raises:
        Invalid: it names none.
    """
    names = ("namespace", "flowId", "triggerId")
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        raise Invalid("A trigger is named by namespace, flowId and triggerId")
    return Key(*(body[name] for name in names))


def path_key(request: Request) -> Key:
    """The trigger that the path names."""
    return Key(request.params["namespace"], request.params["flow_id"], request.params["trigger_id"])


def row_key(row: Any) -> Key:
    """The trigger that a state belongs to."""
    return Key(str(row.getNamespace()), str(row.getFlowId()), str(row.getTriggerId()))


def find(request: Request, key: Key) -> Any:
    """The state of a trigger, or None."""
    context = request.java("io.kestra.core.models.triggers.TriggerContext").builder()
    context = context.tenantId(request.tenant).namespace(key.namespace).flowId(key.flow).triggerId(key.trigger)
    return or_none(repositories.triggers(request).findLast(context.build()))


def require_state(request: Request, key: Key) -> Any:
    """The state of a trigger.

    Raises:
        NotFound: it has none.
    """
    if (row := find(request, key)) is None:
        raise NotFound(f"Trigger {key} not found")
    return row


def definition(request: Request, key: Key) -> tuple[Any, Any]:
    """The flow, and the trigger as its source has it.

    Raises:
        NotFound: there is no such flow, or it has no such trigger.
    """
    flow = or_none(repositories.flows(request).findById(request.tenant, key.namespace, key.flow))
    if flow is None:
        raise NotFound(f"Flow of trigger {key.trigger} not found")
    if (trigger := trigger_of(flow, key.trigger)) is None:
        raise NotFound(f"Flow {key.flow} has no trigger {key.trigger}")
    return flow, trigger


def trigger_of(flow: Any, trigger_id: str) -> Any:
    """The trigger of that id in a flow's source, or None."""
    return next((trigger for trigger in flow.getTriggers() or () if str(trigger.getId()) == trigger_id), None)


def await_state(request: Request, key: Key) -> Any:
    """The state of a trigger that the flow has, once the scheduler has made it.

    Raises:
        NotFound: it did not come, or the source has no such trigger, or none that the scheduler watches.
    """
    _, trigger = definition(request, key)
    evaluated = isinstance(trigger, request.java("io.kestra.core.models.triggers.WorkerTriggerInterface"))
    end = time.monotonic() + STATE_SECONDS
    while (row := find(request, key)) is None:
        if not evaluated:
            raise NotFound(f"Trigger {key} has no state: nothing is scheduled for one of type {trigger.getType()}")
        if time.monotonic() > end:
            raise NotFound(f"Trigger {key} has no state: the scheduler has not taken it up")
        time.sleep(POLL_SECONDS)
    return row


def change(request: Request, row: Any, changed: Callable[[Any], Any]) -> Any:
    """Change a trigger's state while it is locked against the scheduler, and notify the scheduler.

    Parameters:
        request: of the change.
        row: the state as found; it is read again under the lock.
        changed: makes the new state from the present one; if it raises, nothing is changed.

    Raises:
        NotFound: the state is gone.
    """
    failures: list[Exception] = []
    queue = request.engine.queue("triggerQueue")

    def apply(current: Any) -> Any:
        try:
            updated = changed(current)
            # Inside the lock: to emit is to save, and after it the scheduler may have gone on.
            queue.emit(updated)
            return updated
        except Exception as failure:  # of any kind: Java code lies between here and the caller
            failures.append(failure)
            return current

    function = jpype.JProxy("java.util.function.Function", dict={"apply": apply})
    updated_row = repositories.triggers(request).lock(row.uid(), function)
    if failures:
        raise failures[0]
    if updated_row is None:
        raise NotFound(f"Trigger {row_key(row)} not found")
    return updated_row


def by_ids(request: Request, bodies: Any) -> Iterator[Any]:
    """The states of the triggers that a body lists; those that have none are left out.

    Raises:
        Invalid: it is no list of triggers.
    """
    if not isinstance(bodies, list):
        raise Invalid("A list of triggers was expected")
    keys = [key_of(body) for body in bodies]
    return (row for row in (find(request, key) for key in keys) if row is not None)


def by_body(request: Request) -> Iterator[Any]:
    """The states of the triggers that the request's body lists; errors as for `by_ids`."""
    return by_ids(request, request.json())


def by_query(request: Request) -> list[Any]:
    """The states of the triggers that the request's filters select; filters of the body count if it has some."""
    body = request.json() if request.body else None
    if isinstance(body, dict) and body.get("filters"):
        filters = body_filters(request.engine, body["filters"])
    else:
        filters = query_filters(request, LEGACY)
    return list(repositories.triggers(request).findAsync(request.tenant, filters).collectList().block())
