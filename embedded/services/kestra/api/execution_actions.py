"""Actions on executions: on a single one, on several by their ids, and on those that a query matches."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, execution_inputs, repositories
from embedded.services.kestra.api.errors import ApiError, Invalid, NotFound
from embedded.services.kestra.api.executions import (
    LABEL,
    QUEUE,
    SERVICE,
    breakpoints,
    create,
    find,
    flow_of,
    matching,
    remove,
    require_executable,
    state_type,
    validation,
)
from embedded.services.kestra.api.flows import find as find_flow
from embedded.services.kestra.api.follow import final_execution
from embedded.services.kestra.api.request import FormRoute, Request, bulk, endpoint, json_value, no_content

CONCURRENCY = "io.kestra.core.services.ConcurrencyLimitService"
RESUMED = "io.kestra.plugin.core.flow.Pause$Resumed"
UNFINISHED = "system.engine"
"""The label of an execution that the engine could not finish: see `FailedExecutions.java`."""
KILL_SECONDS = 20.0
"""How long a bulk kill waits for the end of an execution before it kills the next of the same flow."""

Chosen = list[tuple[str, Any]]
"""Ids of executions, each with its execution, or None if there is none."""


@dataclass(frozen=True)
class Action:
    """One action on many executions.

    Attributes:
        name: part of the path, and of the message when some executions do not allow it.
        refuses: what is wrong with an execution's state for this action, or None.
        apply: carries the action out on an execution.
        method: HTTP method of the bulk routes.
    """

    name: str
    refuses: Callable[[Request, Any], str | None]
    apply: Callable[[Request, Any], Any]
    method: str = "POST"


def _emit(request: Request, execution: Any) -> Any:
    request.engine.queue(QUEUE).emit(execution)
    return execution


def _kill(request: Request, execution: Any, cascade: bool = False) -> None:
    model = "io.kestra.core.models.executions.ExecutionKilled"
    requested = request.java(f"{model}$State").REQUESTED
    builder = request.java(f"{model}Execution").builder().state(requested).executionId(execution.getId())
    request.engine.queue("executionKilledQueue").emit(builder.isOnKillCascade(cascade).tenantId(request.tenant).build())


def _pause(request: Request, execution: Any) -> Any:
    return _emit(request, request.bean(SERVICE).pause(execution))


def _resume(request: Request, execution: Any) -> Any:
    resumed = request.java(RESUMED).now()
    running = state_type(request, "RUNNING")
    return _emit(request, request.bean(SERVICE).resume(execution, flow_of(request, execution), running, resumed))


def _restart(request: Request, execution: Any) -> Any:
    restarted = request.bean(SERVICE).restart(execution, require_revision(request, execution))
    kept = [label for label in restarted.getLabels() or () if str(label.key()) != UNFINISHED]
    return _emit(request, restarted.withLabels(convert.java_list(kept)))


def _force_run(request: Request, execution: Any) -> Any:
    return _emit(request, request.bean(SERVICE).forceRun(execution))


def _unqueue(request: Request, execution: Any) -> Any:
    state = request.parameter("state")
    target = state_type(request, state) if state else None
    return _emit(request, request.bean(CONCURRENCY).unqueue(execution, target))


def _replay_latest(request: Request, execution: Any) -> Any:
    latest = None
    if request.flag("latestRevision", False):
        flow = find_flow(request, execution.getNamespace(), execution.getFlowId(), source=False)
        if flow is None:
            raise NotFound("No value present")
        latest = flow.getRevision()
    return _replay(request, execution, None, latest)


def _replay(request: Request, execution: Any, task_run: str | None, revision: Any, inputs: Any = None) -> Any:
    """Start a replay and mark its original, which keeps the inputs that it ran with.

    The official server 1.3 writes the replay's inputs into the original, 2.0 no longer does
    (`ExecutionController.innerReplay` of kestra-io/kestra).

    Parameters:
        request: has the breakpoints.
        execution: the original.
        task_run: id of the task run to begin with, or None.
        revision: of the flow, as a Java `Integer`, or None for the original's.
        inputs: the replay's inputs as a Java map, or None for the original's.
    """
    number = None if revision is None else int(revision)
    flow = require_executable(request, execution.getNamespace(), execution.getFlowId(), number)
    template = execution if inputs is None else execution.withInputs(inputs)
    replay = request.bean(SERVICE).replay(template, flow, task_run, revision).withBreakpoints(breakpoints(request))
    _emit(request, replay)
    _add_label(request, execution, str(request.java(LABEL).REPLAYED))
    return replay


def _add_label(request: Request, execution: Any, key: str) -> None:
    marked = _with_label(request, execution, key)
    if marked is not execution:
        repositories.executions(request).save(marked)


def _with_label(request: Request, execution: Any, key: str) -> Any:
    label = request.java(LABEL)(key, "true")
    present = list(execution.getLabels() or ())
    return execution if label in present else execution.withLabels(convert.java_list([*present, label]))


def _change_status(request: Request, execution: Any) -> Any:
    return _emit(request, execution.withState(final_state(request)))


def final_state(request: Request) -> Any:
    """The state that the query asks for.

    Raises:
        Invalid: it is not one in which an execution ends.
    """
    state = state_type(request, request.parameter("newStatus") or request.required("status"))
    if not state.isTerminated():
        raise Invalid("You can only change the state of an execution to a terminal state.")
    return state


def require_revision(request: Request, execution: Any) -> Any:
    """The revision that the query asks for, as a Java `Integer`, or None.

    Raises:
        NotFound: the flow has no such revision.
    """
    number = request.number("revision")
    namespace, flow_id = str(execution.getNamespace()), str(execution.getFlowId())
    if number is not None and find_flow(request, namespace, flow_id, number, source=False) is None:
        raise NotFound(f"Unable to find revision {number} on flow {namespace}.{flow_id}")
    return convert.integer(number)


def _unless(allowed: Callable[[Any], bool], problem: str) -> Callable[[Request, Any], str | None]:
    return lambda _, execution: None if allowed(execution.getState()) else problem


def _refuses_delete(request: Request, execution: Any) -> str | None:
    keep = request.flag("includeNonTerminated", False) or execution.getState().isTerminated()
    return None if keep else "execution not found"


KILL = Action("kill", _unless(lambda state: not state.isTerminated(), "execution already finished"), _kill, "DELETE")
ACTIONS = (
    KILL,
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


def _chosen_by_ids(request: Request) -> Chosen:
    return [_lookup(request, str(execution_id)) for execution_id in request.ids()]


def _chosen_by_query(request: Request) -> Chosen:
    return [(str(execution.getId()), execution) for execution in matching(request)]


def _bulk(action: Action, chosen: Callable[[Request], Chosen]) -> Callable[[Request], Any]:
    return (
        _kill_all(action, chosen) if action is KILL else lambda request: apply_to_all(request, action, chosen(request))
    )


def _lookup(request: Request, execution_id: str) -> tuple[str, Any]:
    """An id and its execution, or None."""
    return execution_id, convert.or_none(repositories.executions(request).findById(request.tenant, execution_id))


def apply_to_all(request: Request, action: Action, executions: Chosen) -> Response:
    """Apply an action to all executions, or to none if one of them does not allow it."""
    for execution in allowed(request, action, executions):
        action.apply(request, execution)
    return bulk(len(executions))


def allowed(request: Request, action: Action, executions: Chosen) -> list[Any]:
    """The executions, if all of them allow the action.

    Raises:
        ApiError: 400, with those that do not.
    """
    invalid = []
    for execution_id, execution in executions:
        problem = "execution not found" if execution is None else action.refuses(request, execution)
        if problem:
            invalid.append(_violation(request, problem, execution_id))
    if invalid:
        raise ApiError(HTTPStatus.BAD_REQUEST, f"invalid bulk {action.name}", extra={"invalids": invalid})
    return [execution for _, execution in executions]


def _kill_all(action: Action, chosen: Callable[[Request], Chosen]) -> Callable[[Request], Awaitable[Response]]:
    """Kill executions; those of flows with a concurrency limit one after the other.

    The end of each lets the engine start the next of the queue, and many at once are in each other's way there.
    """

    async def handle(request: Request) -> Response:
        executions = await run_in_threadpool(lambda: allowed(request, action, chosen(request)))
        for execution, flow in await run_in_threadpool(_with_limits, request, executions):
            if flow is None:
                await run_in_threadpool(action.apply, request, execution)
            else:
                await _kill_and_wait(request, execution, flow)
        return bulk(len(executions))

    return handle


def _with_limits(request: Request, executions: list[Any]) -> list[tuple[Any, Any]]:
    """The executions with their flows, or None where the flow has no limit. Queued ones first: they must not start."""
    flows = [(execution, flow_of(request, execution)) for execution in executions]
    limited = [(execution, flow if flow is not None and flow.getConcurrency() else None) for execution, flow in flows]
    return sorted(limited, key=lambda pair: not pair[0].getState().isQueued())


async def _kill_and_wait(request: Request, execution: Any, flow: Any) -> None:
    """Kill an execution and wait for its end, for a while."""
    ended = final_execution(request.engine, flow, str(execution.getId()), lambda: _kill(request, execution))
    with contextlib.suppress(TimeoutError):  # a task that does not end: the others are killed all the same
        await asyncio.wait_for(ended, KILL_SECONDS)


def _violation(request: Request, message: str, execution_id: str) -> dict[str, Any]:
    model = request.java("io.kestra.core.models.validations.ManualConstraintViolation")
    text = request.java("java.lang.String").class_
    return convert.to_python(request.engine, model.of(message, execution_id, text, "execution", execution_id))


CHOICES = (("by-ids", _chosen_by_ids), ("by-query", _chosen_by_query))


def kill(request: Request) -> Response:
    """Ask for an execution to be killed, and with it its subflows' executions unless `isOnKillCascade=false`."""
    execution = find(request)
    cascade = request.flag("isOnKillCascade", True)
    if execution.getState().isTerminated() and not cascade:
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Execution is already finished, can't kill it")
    _kill(request, execution, cascade)
    return Response(status_code=HTTPStatus.ACCEPTED)


def pause(request: Request) -> Response:
    """Pause a running execution."""
    _pause(request, find(request))
    return no_content()


def paused(request: Request) -> Any:
    """The execution that the path names, if it is paused.

    Raises:
        jpype.JException: it is not.
    """
    find(request)
    return request.bean(SERVICE).getExecutionIfPause(request.tenant, request.params["execution_id"], True)


def resume(request: Request) -> Response:
    """Resume a paused execution, with the inputs that its Pause task asks for."""
    execution = paused(request)
    flow = flow_of(request, execution)
    inputs = execution_inputs.publisher(request, resume_inputs(request, execution, flow), execution)
    resumed = request.java(RESUMED).now()
    running = state_type(request, "RUNNING")
    _emit(request, request.bean(SERVICE).resume(execution, flow, running, inputs, resumed).block())
    return no_content()


def validate_resume(request: Request) -> Response:
    """What is wrong with the inputs for resuming an execution that stays paused."""
    execution = paused(request)
    flow = flow_of(request, execution)
    inputs = execution_inputs.publisher(request, resume_inputs(request, execution, flow), execution)
    checked = request.bean(SERVICE).validateForResume(execution, flow, inputs).block()
    return json_value(validation(request, str(flow.getId()), str(flow.getNamespace()), checked) | {"checks": []})


def resume_inputs(request: Request, execution: Any, flow: Any) -> Any:
    """The inputs that the Pause tasks of the flow declare."""
    pause_task = request.java("io.kestra.plugin.core.flow.Pause")
    tasks = [task for task in flow.allTasksWithChilds() if isinstance(task, pause_task)]
    return convert.java_list([declared for task in tasks for declared in task.getOnResume() or ()])


def resume_from_breakpoint(request: Request) -> Response:
    """Continue an execution that stopped at a breakpoint."""
    execution = find(request)
    if not execution.getState().isBreakpoint():
        raise ApiError(HTTPStatus.CONFLICT, "Illegal state: Execution is not suspended")
    created = state_type(request, "CREATED")
    runs = [run.withState(created) if run.getState().isBreakpoint() else run for run in execution.getTaskRunList()]
    going_on = execution.withState(state_type(request, "RUNNING")).withTaskRunList(convert.java_list(runs))
    _emit(request, going_on.withBreakpoints(breakpoints(request)))
    return no_content()


def replay(request: Request) -> Response:
    """A new execution from an old one, from its beginning or from one of its task runs."""
    execution = find(request)
    return request.entity(
        _replay(request, execution, request.parameter("taskRunId"), require_revision(request, execution))
    )


def replay_with_inputs(request: Request) -> Response:
    """A new execution from an old one, with other inputs."""
    execution = find(request)
    revision = require_revision(request, execution)
    flow = require_executable(request, execution.getNamespace(), execution.getFlowId(), request.number("revision"))
    inputs = execution_inputs.read(request, flow, execution)
    return request.entity(_replay(request, execution, request.parameter("taskRunId"), revision, inputs))


async def create_by_form(request: Request) -> Response:
    """A new execution, also of a flow whose id is the name of an action: `restart`, `labels`.

    Two actions take a form themselves. They are meant if there is an execution of that id.
    """
    action = FORM_ACTIONS.get(request.params["id"])
    execution_id = request.params["namespace"]
    if action is None or (await run_in_threadpool(_lookup, request, execution_id))[1] is None:
        return await create(request)
    request.params["execution_id"] = execution_id
    return await run_in_threadpool(action, request)


FORM_ACTIONS = {"resume": resume, "replay-with-inputs": replay_with_inputs}


def change_status(request: Request) -> Response:
    """Give a terminated execution another final state."""
    final_state(request)
    execution = find(request)
    if not execution.getState().canChangeStatus():
        raise Invalid("You can only change the state of a terminated non killed execution.")
    return request.entity(_change_status(request, execution))


def change_task_run_state(request: Request) -> Response:
    """Give a task run another state and continue the execution from there."""
    body = request.json()
    if not isinstance(body, dict) or not {"taskRunId", "state"} <= body.keys():
        raise Invalid("{taskRunId, state} was expected")
    execution = find(request)
    state = state_type(request, str(body["state"]))
    changed = request.bean(SERVICE).changeTaskRunState(
        execution, flow_of(request, execution), str(body["taskRunId"]), state
    )
    return request.entity(_emit(request, _with_label(request, changed, str(request.java(LABEL).RESTARTED))))


def _single(apply: Callable[[Request, Any], Any]) -> Callable[[Request], Response]:
    return lambda request: request.entity(apply(request, find(request)))


routes = [
    FormRoute("/executions/{namespace}/{id}", endpoint(create_by_form), methods=["POST"]),
    *[
        Route(f"/executions/{act.name}/{how}", endpoint(_bulk(act, chosen)), methods=[act.method])
        for how, chosen in CHOICES
        for act in ACTIONS
    ],
    *[Route(f"/executions/{how}", endpoint(_bulk(DELETE, chosen)), methods=["DELETE"]) for how, chosen in CHOICES],
    Route("/executions/{execution_id}/kill", endpoint(kill), methods=["DELETE"]),
    Route("/executions/{execution_id}/pause", endpoint(pause), methods=["POST"]),
    Route("/executions/{execution_id}/resume", endpoint(resume), methods=["POST"]),
    Route("/executions/{execution_id}/resume/validate", endpoint(validate_resume), methods=["POST"]),
    Route("/executions/{execution_id}/resume-from-breakpoint", endpoint(resume_from_breakpoint), methods=["POST"]),
    Route("/executions/{execution_id}/restart", endpoint(_single(_restart)), methods=["POST"]),
    Route("/executions/{execution_id}/replay", endpoint(replay), methods=["POST"]),
    Route("/executions/{execution_id}/replay-with-inputs", endpoint(replay_with_inputs), methods=["POST"]),
    Route("/executions/{execution_id}/force-run", endpoint(_single(_force_run)), methods=["POST"]),
    Route("/executions/{execution_id}/unqueue", endpoint(_single(_unqueue)), methods=["POST"]),
    Route("/executions/{execution_id}/change-status", endpoint(change_status), methods=["POST"]),
    Route("/executions/{execution_id}/state", endpoint(change_task_run_state), methods=["POST"]),
]
