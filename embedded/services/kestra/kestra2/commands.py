"""Sends commands to an engine of Kestra 2.0 and awaits that they are processed, as its own server does.

See `AsyncOperationWaiter`, `ExecutionCommand` and `TriggerEvent` of https://github.com/kestra-io/kestra (`core`). The
1.3 server changes the execution itself and puts it into a queue.
"""

from collections.abc import Callable
from typing import Any

import jpype

from embedded.services.kestra.java_engine import JavaEngine, NotProcessed, Refused

COMMANDS = "io.kestra.core.executor.command"
EVENTS = "io.kestra.core.scheduler.events"
WAITER = "io.kestra.core.services.AsyncOperationWaiter"
WAITING = "io.kestra.core.async.AsyncOperationsConfiguration"


def execution_key(engine: JavaEngine, flow: Any, execution_id: str) -> Any:
    """What names an execution of a flow that is to be created: an `ExecutionId`."""
    key = engine.java("io.kestra.core.models.executions.ExecutionId")
    return key(flow.getTenantId(), flow.getNamespace(), flow.getId(), execution_id, flow.getRevision())


def new_id(engine: JavaEngine) -> str:
    """A new id, as executions and operations have them."""
    return str(engine.java("io.kestra.core.utils.IdUtils").create())


def send(engine: JavaEngine, command: Any) -> None:
    """Have the executor carry out a command on an execution, and wait until it has.

    Parameters:
        engine: a started engine.
        command: an `ExecutionCommand`.

    Raises:
        Refused: the executor does not carry it out.
        NotProcessed: it takes too long.
    """
    send_for(engine, str(command.executionId()), command)


def send_for(engine: JavaEngine, execution_id: str, command: Any) -> None:
    """As `send`, for a command that makes another execution than it names: the one of this id."""
    queue = engine.queue("executionCommandQueue")
    await_processed(engine, execution_id, lambda operation: queue.emit(command.withOperationId(operation)))


def kill(engine: JavaEngine, tenant: str, execution_id: str, cascade: bool) -> None:
    """Have an execution killed, and wait until that is under way; errors as for `send`.

    Parameters:
        engine: a started engine.
        tenant: of the execution.
        execution_id: its id.
        cascade: kill the executions of its subflows too.
    """
    model = "io.kestra.core.models.executions.ExecutionKilled"
    killed = engine.java(f"{model}Execution").builder().state(engine.java(f"{model}$State").REQUESTED)
    killed = killed.executionId(execution_id).isOnKillCascade(cascade).tenantId(tenant)
    queue = engine.queue("executionKilledQueue")
    await_processed(engine, execution_id, lambda operation: queue.emit(killed.operationId(operation).build()))


def notify(engine: JavaEngine, event: Any) -> None:
    """Have the scheduler process an event about a trigger, and wait until it has; errors as for `send`.

    Parameters:
        engine: a started engine.
        event: a `TriggerEvent`.
    """
    queue = engine.bean("io.kestra.core.scheduler.queue.TriggerEventQueue")
    await_processed(engine, str(event.id().uid()), lambda operation: queue.send(event.withOperationId(operation)))


def await_processed(engine: JavaEngine, item: str, emit: Callable[[Any], Any]) -> None:
    """Emit something with the id of an operation, and wait for the report on it.

    Parameters:
        engine: a started engine.
        item: what the report is about: the id of an execution, or a trigger's.
        emit: gets the operation's id.

    Raises:
        Refused: the report says that it failed.
        NotProcessed: there is no report in time.
    """
    consumer = jpype.JProxy("java.util.function.Consumer", dict={"accept": emit})
    seconds = engine.bean(WAITING).waitTimeout()
    try:
        processed = engine.bean(WAITER).submitAndWait(item, consumer, seconds)
    except jpype.JClass("java.util.concurrent.TimeoutException"):
        raise NotProcessed(f"The engine has not processed it within {seconds.toSeconds()} s") from None
    if str(processed.outcome()) == "FAILED":
        raise Refused(str(processed.error()))
