"""Actions on executions. In 2.0 the executor carries them out, and the answer waits until it has."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, execution_inputs
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.execution_actions import (
    ACTIONS,
    CHOICES,
    DELETE,
    RESUMED,
    Action,
    allowed,
    apply_to_all,
    final_state,
    paused,
    require_revision,
    resume_inputs,
    validate_resume,
)
from embedded.services.kestra.api.execution_labels import parse, set_of
from embedded.services.kestra.api.executions import LABEL, evaluate, find, flow_of, require_executable, state_type
from embedded.services.kestra.api.request import Request, endpoint, json_value
from embedded.services.kestra.kestra2.api import shown
from embedded.services.kestra.kestra2.commands import COMMANDS, kill, new_id, send, send_for

Make = Callable[[Request, Any], Any]


@dataclass(frozen=True)
class Command:
    """One action.

    Attributes:
        name: part of the path.
        make: the executor's command for an execution.
        refuses: what is wrong with the execution's state, or None.
    """

    name: str
    make: Make
    refuses: Callable[[Request, Any], str | None]

    def carry_out(self, request: Request) -> Response:
        """Carry it out on the execution that the path names, and answer with what has become of it.

        Raises:
            ApiError: 409, the execution's state does not allow it, or the executor refuses.
        """
        execution = find(request)
        if problem := self.refuses(request, execution):
            raise ApiError(HTTPStatus.CONFLICT, f"Cannot {self.name}: {problem}")
        send(request.engine, self.make(request, execution))
        return json_value(shown.full(request.engine, find(request)))


def _from(name: str, *arguments: Callable[[Request, Any], Any]) -> Make:
    """A command's factory method, with what further arguments make of request and execution."""

    def make(request: Request, execution: Any) -> Any:
        values = [argument(request, execution) for argument in arguments]
        return request.java(f"{COMMANDS}.{name}").from_(execution, *values)

    return make


def _stops(request: Request, _: Any) -> Any:
    return convert.optional(request.parameter("breakpoints"))


def _queued_state(request: Request, _: Any) -> Any:
    state = request.parameter("state")
    return state_type(request, state) if state else None


REFUSALS = {action.name: action.refuses for action in ACTIONS}
PAUSE = Command("pause", _from("Pause"), REFUSALS["pause"])
RESTART = Command("restart", _from("Restart", require_revision), REFUSALS["restart"])
FORCE_RUN = Command("force-run", _from("ForceRun"), REFUSALS["force-run"])
UNQUEUE = Command("unqueue", _from("Unqueue", _queued_state), REFUSALS["unqueue"])
CHANGE_STATUS = Command(
    "change-status", _from("UpdateStatus", lambda request, _: final_state(request)), REFUSALS["change-status"]
)
RESUME = Command("resume", _from("Resume", lambda request, _: request.java(RESUMED).now()), REFUSALS["resume"])
CONTINUE = Command(
    "resume-from-breakpoint",
    _from("ResumeFromBreakpoint", _stops),
    lambda _, execution: None if execution.getState().isBreakpoint() else "the execution is not suspended",
)
SINGLE = (PAUSE, RESTART, FORCE_RUN, UNQUEUE, CHANGE_STATUS, CONTINUE)


def resume(request: Request) -> Response:
    """Resume a paused execution, with the inputs that its Pause task asks for."""
    execution = paused(request)
    flow = flow_of(request, execution)
    parts = execution_inputs.publisher(request, resume_inputs(request, execution, flow), execution)
    inputs = request.bean("io.kestra.core.services.ExecutionService").readInputs(execution, flow, parts).block()
    command = request.java(f"{COMMANDS}.Resume").from_(execution, request.java(RESUMED).now(), inputs)
    send(request.engine, command)
    return json_value(shown.full(request.engine, find(request)))


def kill_one(request: Request) -> Response:
    """Kill an execution, and with it its subflows' executions unless `isOnKillCascade=false`.

    Raises:
        ApiError: 409, it has ended.
    """
    execution = find(request)
    cascade = request.flag("isOnKillCascade", True)
    if execution.getState().isTerminated() and not cascade:
        raise ApiError(HTTPStatus.CONFLICT, "Cannot kill execution: execution is already terminated.")
    kill(request.engine, request.tenant, str(execution.getId()), cascade)
    return json_value(shown.full(request.engine, find(request)))


def change_task_run_state(request: Request) -> Response:
    """Give a task run another state and continue the execution from there.

    Raises:
        Invalid: the body is no `{taskRunId, state}`.
    """
    body = request.json()
    if not isinstance(body, dict) or not {"taskRunId", "state"} <= body.keys():
        raise Invalid("{taskRunId, state} was expected")
    state = state_type(request, str(body["state"]))
    make = _from("ChangeTaskRunState", lambda *_: str(body["taskRunId"]), lambda *_: state)
    return Command("state", make, REFUSALS["change-status"]).carry_out(request)


def set_labels(request: Request) -> Response:
    """Replace the labels of an execution. Those that Kestra itself set stay."""
    wanted = parse(request.ids())
    make = _from("UpdateLabels", lambda request, execution: set_of(request, execution, wanted))
    return Command("labels", make, _refuses_labels).carry_out(request)


def _refuses_labels(_: Request, execution: Any) -> str | None:
    return None if execution.getState().isTerminated() else "the execution is not terminated"


def replay(request: Request) -> Response:
    """A new execution from an old one, from its beginning or from one of its task runs."""
    return _replay(request, find(request))


def replay_with_inputs(request: Request) -> Response:
    """A new execution from an old one, with other inputs."""
    execution = find(request)
    number = request.number("revision")
    flow = require_executable(request, execution.getNamespace(), execution.getFlowId(), number)
    return _replay(request, execution.withInputs(execution_inputs.read(request, flow, execution)))


def _replay(request: Request, execution: Any) -> Response:
    """Start a replay and mark its original; answers with the replay.

    Raises:
        Invalid: the execution has no such task run.
    """
    revision, task_run = require_revision(request, execution), request.parameter("taskRunId")
    if task_run and all(str(run.getId()) != task_run for run in execution.getTaskRunList() or ()):
        raise Invalid(f"Task run id '{task_run}' not found in execution '{execution.getId()}'")
    number = request.number("revision")
    require_executable(request, execution.getNamespace(), execution.getFlowId(), number)
    new = new_id(request.engine)
    make = request.java(f"{COMMANDS}.Replay").from_
    command = make(execution, new, task_run, revision, request.parameter("breakpoints"))
    send_for(request.engine, new, command)
    _mark(request, find(request), str(request.java(LABEL).REPLAYED))
    return json_value(shown.full(request.engine, find(request, new)))


def _mark(request: Request, original: Any, key: str) -> None:
    label = request.java(LABEL)(key, "true")
    present = list(original.getLabels() or ())
    if label not in present:
        labels = convert.java_list([*present, label])
        command = request.java(f"{COMMANDS}.UpdateLabels").from_(original, labels)
        request.engine.queue("executionCommandQueue").emit(command)


def _submitted(operation: str, count: int) -> Response:
    """The answer to a bulk operation (`ApiAsyncOperationResponse`): the engine goes on with it."""
    return json_value({"operationId": operation, "totalItems": count}, HTTPStatus.ACCEPTED)


def _bulk(command: Command, chosen: Callable[[Request], Any]) -> Callable[[Request], Response]:
    """The action on many executions, or on none if one does not allow it; the answer does not wait."""
    action = Action(command.name, command.refuses, command.make)

    def handle(request: Request) -> Response:
        executions = allowed(request, action, chosen(request))
        operation, queue = new_id(request.engine), request.engine.queue("executionCommandQueue")
        for execution in executions:
            queue.emit(command.make(request, execution).withOperationId(operation))
        return _submitted(operation, len(executions))

    return handle


def _kill_all(chosen: Callable[[Request], Any]) -> Callable[[Request], Response]:
    """Kill many executions, or none if one has ended already."""
    action = next(action for action in ACTIONS if action.name == "kill")

    def handle(request: Request) -> Response:
        executions = allowed(request, action, chosen(request))
        for execution in executions:
            kill(request.engine, request.tenant, str(execution.getId()), False)
        return _submitted(new_id(request.engine), len(executions))

    return handle


def _delete_all(chosen: Callable[[Request], Any]) -> Callable[[Request], Response]:
    return lambda request: apply_to_all(request, DELETE, chosen(request))


ONE = "/executions/{execution_id}/actions"

routes = [
    *[Route(f"{ONE}/{command.name}", endpoint(command.carry_out), methods=["POST"]) for command in SINGLE],
    Route(f"{ONE}/kill", endpoint(kill_one), methods=["DELETE"]),
    Route(f"{ONE}/resume", endpoint(resume), methods=["POST"]),
    Route(f"{ONE}/resume/validate", endpoint(validate_resume), methods=["POST"]),
    Route(f"{ONE}/replay", endpoint(replay), methods=["POST"]),
    Route(f"{ONE}/replay-with-inputs", endpoint(replay_with_inputs), methods=["POST"]),
    Route(f"{ONE}/state", endpoint(change_task_run_state), methods=["POST"]),
    Route(f"{ONE}/labels", endpoint(set_labels), methods=["POST"]),
    Route(f"{ONE}/eval", endpoint(evaluate), methods=["POST"]),
    Route(f"{ONE}/eval/{{task_run_id}}", endpoint(evaluate), methods=["POST"]),
    *[
        Route(f"/executions/{command.name}/{how}", endpoint(_bulk(command, chosen)), methods=["POST"])
        for how, chosen in CHOICES
        for command in (PAUSE, RESTART, FORCE_RUN, UNQUEUE, CHANGE_STATUS, RESUME)
    ],
    *[Route(f"/executions/kill/{how}", endpoint(_kill_all(chosen)), methods=["DELETE"]) for how, chosen in CHOICES],
    *[Route(f"/executions/{how}", endpoint(_delete_all(chosen)), methods=["DELETE"]) for how, chosen in CHOICES],
]
