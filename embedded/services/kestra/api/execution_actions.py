"""What can be done to executions: one by one, by ids and by query."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, execution_inputs
from embedded.services.kestra.api.errors import ApiError, Invalid, NotFound
from embedded.services.kestra.api.executions import (
    LABEL,
    QUEUE,
    REPOSITORY,
    SERVICE,
    breakpoints,
    executable,
    find,
    flow_of,
    matching,
    remove,
    state_type,
    validation,
)
from embedded.services.kestra.api.flows import find as find_flow
from embedded.services.kestra.api.request import Call, bulk, endpoint, json_value, no_content

CONCURRENCY = "io.kestra.core.services.ConcurrencyLimitService"
RESUMED = "io.kestra.plugin.core.flow.Pause$Resumed"


@dataclass(frozen=True)
class Action:
    """One action on many executions.

    Attributes:
        name: part of the path, and of the message when some executions do not allow it.
        refuses: what is wrong with an execution's state for this action, or None.
        apply: does it to one execution.
        method: HTTP method of the bulk routes.
    """

    name: str
    refuses: Callable[[Call, Any], str | None]
    apply: Callable[[Call, Any], Any]
    method: str = "POST"


def _emit(call: Call, execution: Any) -> Any:
    call.engine.queue(QUEUE).emit(execution)
    return execution


def _kill(call: Call, execution: Any, cascade: bool = False) -> None:
    model = "io.kestra.core.models.executions.ExecutionKilled"
    requested = call.engine.java(f"{model}$State").REQUESTED
    builder = call.engine.java(f"{model}Execution").builder().state(requested).executionId(execution.getId())
    call.engine.queue("executionKilledQueue").emit(builder.isOnKillCascade(cascade).tenantId(call.tenant).build())


def _pause(call: Call, execution: Any) -> Any:
    return _emit(call, call.bean(SERVICE).pause(execution))


def _resume(call: Call, execution: Any) -> Any:
    resumed = call.engine.java(RESUMED).now()
    running = state_type(call, "RUNNING")
    return _emit(call, call.bean(SERVICE).resume(execution, flow_of(call, execution), running, resumed))


def _restart(call: Call, execution: Any) -> Any:
    return _emit(call, call.bean(SERVICE).restart(execution, _revision(call, execution)))


def _force_run(call: Call, execution: Any) -> Any:
    return _emit(call, call.bean(SERVICE).forceRun(execution))


def _unqueue(call: Call, execution: Any) -> Any:
    state = call.one("state")
    target = state_type(call, state) if state else None
    return _emit(call, call.bean(CONCURRENCY).unqueue(execution, target))


def _replay_latest(call: Call, execution: Any) -> Any:
    latest = None
    if call.flag("latestRevision", False):
        flow = find_flow(call, execution.getNamespace(), execution.getFlowId(), source=False)
        if flow is None:
            raise NotFound("No value present")
        latest = flow.getRevision()
    return _replay(call, execution, None, latest)


def _replay(call: Call, execution: Any, task_run: str | None, revision: Any) -> Any:
    number = None if revision is None else int(revision)
    flow = executable(call, execution.getNamespace(), execution.getFlowId(), number)
    replay = call.bean(SERVICE).replay(execution, flow, task_run, revision).withBreakpoints(breakpoints(call))
    _emit(call, replay)
    _add_label(call, execution, str(call.engine.java(LABEL).REPLAYED))
    return replay


def _add_label(call: Call, execution: Any, key: str) -> None:
    marked = _with_label(call, execution, key)
    if marked is not execution:
        call.bean(REPOSITORY).save(marked)


def _with_label(call: Call, execution: Any, key: str) -> Any:
    label = call.engine.java(LABEL)(key, "true")
    present = list(execution.getLabels() or ())
    return execution if label in present else execution.withLabels(convert.java_list([*present, label]))


def _change_status(call: Call, execution: Any) -> Any:
    return _emit(call, execution.withState(_final_state(call)))


def _final_state(call: Call) -> Any:
    state = state_type(call, call.one("newStatus") or call.required("status"))
    if not state.isTerminated():
        raise Invalid("You can only change the state of an execution to a terminal state.")
    return state


def _revision(call: Call, execution: Any) -> Any:
    """The revision that the query asks for, as a Java `Integer`, or None.

    Raises:
        NotFound: the flow has no such revision.
    """
    number = call.number("revision")
    namespace, flow_id = str(execution.getNamespace()), str(execution.getFlowId())
    if number is not None and find_flow(call, namespace, flow_id, number, source=False) is None:
        raise NotFound(f"Unable to find revision {number} on flow {namespace}.{flow_id}")
    return convert.integer(number)


def _unless(allowed: Callable[[Any], bool], problem: str) -> Callable[[Call, Any], str | None]:
    return lambda _, execution: None if allowed(execution.getState()) else problem


def _refuses_delete(call: Call, execution: Any) -> str | None:
    keep = call.flag("includeNonTerminated", False) or execution.getState().isTerminated()
    return None if keep else "execution not found"


ACTIONS = (
    Action("kill", _unless(lambda state: not state.isTerminated(), "execution already finished"), _kill, "DELETE"),
    Action("pause", _unless(lambda state: state.isRunning(), "execution not in state RUNNING"), _pause),
    Action("resume", _unless(lambda state: state.isPaused(), "execution not in state PAUSED"), _resume),
    Action(
        "restart",
        _unless(lambda state: state.canBeRestarted(), "execution not in state PAUSED or terminated, or is KILLED"),
        _restart,
    ),
    Action("replay", lambda *_: None, _replay_latest),
    Action("force-run", _unless(lambda state: not state.isTerminated(), "execution in a terminated state"), _force_run),
    Action("unqueue", _unless(lambda state: state.isQueued(), "execution not in state QUEUED"), _unqueue),
    Action(
        "change-status",
        _unless(lambda state: state.canChangeStatus(), "execution not in a terminated state"),
        _change_status,
    ),
)
DELETE = Action("delete", _refuses_delete, remove, "DELETE")


def _by_ids(action: Action) -> Callable[[Call], Response]:
    return lambda call: _apply(call, action, [_maybe(call, one) for one in call.ids()])


def _by_query(action: Action) -> Callable[[Call], Response]:
    return lambda call: _apply(call, action, [(str(one.getId()), one) for one in matching(call)])


def _maybe(call: Call, execution_id: Any) -> tuple[str, Any]:
    return str(execution_id), convert.or_none(call.bean(REPOSITORY).findById(call.tenant, str(execution_id)))


def _apply(call: Call, action: Action, executions: list[tuple[str, Any]]) -> Response:
    """Do it to all, or to none if one does not allow it."""
    invalid = []
    for execution_id, execution in executions:
        problem = "execution not found" if execution is None else action.refuses(call, execution)
        if problem:
            invalid.append(_violation(call, problem, execution_id))
    if invalid:
        raise ApiError(HTTPStatus.BAD_REQUEST, f"invalid bulk {action.name}", extra={"invalids": invalid})
    for _, execution in executions:
        action.apply(call, execution)
    return bulk(len(executions))


def _violation(call: Call, message: str, execution_id: str) -> dict[str, Any]:
    model = call.engine.java("io.kestra.core.models.validations.ManualConstraintViolation")
    text = call.engine.java("java.lang.String").class_
    return convert.to_python(call.engine, model.of(message, execution_id, text, "execution", execution_id))


def kill(call: Call) -> Response:
    """Ask for an execution to be killed, and with it its subflows' executions unless told otherwise."""
    execution = find(call)
    cascade = call.flag("isOnKillCascade", True)
    if execution.getState().isTerminated() and not cascade:
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Execution is already finished, can't kill it")
    _kill(call, execution, cascade)
    return Response(status_code=HTTPStatus.ACCEPTED)


def pause(call: Call) -> Response:
    """Pause a running execution."""
    _pause(call, find(call))
    return no_content()


def _paused(call: Call) -> Any:
    find(call)
    return call.bean(SERVICE).getExecutionIfPause(call.tenant, call.params["execution_id"], True)


def resume(call: Call) -> Response:
    """Resume a paused execution, with the inputs that its Pause task asks for."""
    execution = _paused(call)
    flow = flow_of(call, execution)
    given = execution_inputs.publisher(call, _resume_inputs(call, execution, flow), execution)
    resumed = call.engine.java(RESUMED).now()
    running = state_type(call, "RUNNING")
    _emit(call, call.bean(SERVICE).resume(execution, flow, running, given, resumed).block())
    return no_content()


def validate_resume(call: Call) -> Response:
    """What is wrong with the inputs for resuming an execution that stays paused."""
    execution = _paused(call)
    flow = flow_of(call, execution)
    given = execution_inputs.publisher(call, _resume_inputs(call, execution, flow), execution)
    checked = call.bean(SERVICE).validateForResume(execution, flow, given).block()
    return json_value(validation(call, str(flow.getId()), str(flow.getNamespace()), checked) | {"checks": []})


def _resume_inputs(call: Call, execution: Any, flow: Any) -> Any:
    """The inputs that the Pause tasks of the flow declare."""
    pause_task = call.engine.java("io.kestra.plugin.core.flow.Pause")
    tasks = [task for task in flow.allTasksWithChilds() if isinstance(task, pause_task)]
    return convert.java_list([one for task in tasks for one in task.getOnResume() or ()])


def resume_from_breakpoint(call: Call) -> Response:
    """Let an execution go on that stopped at a breakpoint."""
    execution = find(call)
    if not execution.getState().isBreakpoint():
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Execution is not suspended")
    created = state_type(call, "CREATED")
    runs = [run.withState(created) if run.getState().isBreakpoint() else run for run in execution.getTaskRunList()]
    going_on = execution.withState(state_type(call, "RUNNING")).withTaskRunList(convert.java_list(runs))
    _emit(call, going_on.withBreakpoints(breakpoints(call)))
    return no_content()


def replay(call: Call) -> Response:
    """A new execution from an old one, from its beginning or from one of its task runs."""
    execution = find(call)
    return call.entity(_replay(call, execution, call.one("taskRunId"), _revision(call, execution)))


def replay_with_inputs(call: Call) -> Response:
    """The same with other inputs."""
    execution = find(call)
    revision = _revision(call, execution)
    flow = executable(call, execution.getNamespace(), execution.getFlowId(), call.number("revision"))
    changed = execution.withInputs(execution_inputs.read(call, flow, execution))
    return call.entity(_replay(call, changed, call.one("taskRunId"), revision))


def change_status(call: Call) -> Response:
    """Give a terminated execution another final state."""
    _final_state(call)
    execution = find(call)
    if not execution.getState().canChangeStatus():
        raise Invalid("You can only change the state of a terminated non killed execution.")
    return call.entity(_change_status(call, execution))


def change_task_run_state(call: Call) -> Response:
    """Give a task run another state and let the execution go on from there."""
    body = call.json()
    if not isinstance(body, dict) or not {"taskRunId", "state"} <= body.keys():
        raise Invalid("{taskRunId, state} was expected")
    execution = find(call)
    state = state_type(call, str(body["state"]))
    changed = call.bean(SERVICE).changeTaskRunState(execution, flow_of(call, execution), str(body["taskRunId"]), state)
    return call.entity(_emit(call, _with_label(call, changed, str(call.engine.java(LABEL).RESTARTED))))


def _one(apply: Callable[[Call, Any], Any]) -> Callable[[Call], Response]:
    return lambda call: call.entity(apply(call, find(call)))


routes = [
    *[Route(f"/executions/{one.name}/by-ids", endpoint(_by_ids(one)), methods=[one.method]) for one in ACTIONS],
    *[Route(f"/executions/{one.name}/by-query", endpoint(_by_query(one)), methods=[one.method]) for one in ACTIONS],
    Route("/executions/by-ids", endpoint(_by_ids(DELETE)), methods=["DELETE"]),
    Route("/executions/by-query", endpoint(_by_query(DELETE)), methods=["DELETE"]),
    Route("/executions/{execution_id}/kill", endpoint(kill), methods=["DELETE"]),
    Route("/executions/{execution_id}/pause", endpoint(pause), methods=["POST"]),
    Route("/executions/{execution_id}/resume", endpoint(resume), methods=["POST"]),
    Route("/executions/{execution_id}/resume/validate", endpoint(validate_resume), methods=["POST"]),
    Route("/executions/{execution_id}/resume-from-breakpoint", endpoint(resume_from_breakpoint), methods=["POST"]),
    Route("/executions/{execution_id}/restart", endpoint(_one(_restart)), methods=["POST"]),
    Route("/executions/{execution_id}/replay", endpoint(replay), methods=["POST"]),
    Route("/executions/{execution_id}/replay-with-inputs", endpoint(replay_with_inputs), methods=["POST"]),
    Route("/executions/{execution_id}/force-run", endpoint(_one(_force_run)), methods=["POST"]),
    Route("/executions/{execution_id}/unqueue", endpoint(_one(_unqueue)), methods=["POST"]),
    Route("/executions/{execution_id}/change-status", endpoint(change_status), methods=["POST"]),
    Route("/executions/{execution_id}/state", endpoint(change_task_run_state), methods=["POST"]),
]
