"""Executions: start them, follow them, run them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from workbook.kestra import inputs as forms
from workbook.kestra import progress
from workbook.kestra.api import (
    NOT_FOUND,
    ExecutionLike,
    FlowLike,
    KestraApi,
    execution_id,
    explain_missing_flow,
    quoted,
)
from workbook.kestra.errors import ApiError, ExecutionFailed, WaitInterrupted
from workbook.kestra.execution_list import ExecutionList
from workbook.kestra.follow import follow
from workbook.kestra.logs import Logs
from workbook.kestra.models import Execution, Json, TaskRun
from workbook.kestra.summaries import count, span
from workbook.kestra.watch import watch

LAST_LINES = 10
"""How many lines of the log an error shows."""
Goal = tuple[str | None, str | None]
"""A task, or the execution itself if None, and the state that it should reach."""


class Executions:
    """The executions of one server. `executions(flow)` is short for `executions.search(flow)`."""

    def __init__(self, api: KestraApi, logs: Logs) -> None:
        self._api = api
        self._http = api.http
        self._logs = logs

    def start(
        self,
        flow: FlowLike,
        inputs: Mapping[str, Any] | None = None,
        labels: Mapping[str, str] | None = None,
        *,
        wait: bool = True,
        check: bool = True,
    ) -> Execution:
        """Start an execution and, unless `wait` is off, follow it to its end with a progress bar.

        Parameters:
            flow: a flow, or `namespace/id`.
            inputs: Python values; a `Path` is uploaded as a file.
            labels: labels of the execution.
            wait: follow it to its end.
            check: raise if it ends badly.

        Raises:
            NotFound: no such flow.
            InputInvalid: an input is unknown, missing or of a wrong value; in the engine's words.
            ExecutionFailed: with the failing task and its last log lines.
        """
        current = self._api.flow(flow)
        forms.check(current, inputs or {})
        path = f"/executions/{quoted(current.namespace)}/{quoted(current.id)}"
        params = {"labels": [f"{key}:{value}" for key, value in (labels or {}).items()]}
        with forms.form(inputs or {}) as fields:
            try:
                raw = self._http.json("POST", path, params=params, files=fields)
            except ApiError as error:
                if error.status == NOT_FOUND:
                    raise explain_missing_flow(error, current.full_id) from error
                raise forms.explain_rejection(error, current.id) from error
        execution = self._api.read_execution(raw)
        return self.wait(execution, check=check) if wait else execution

    def wait(
        self, execution: ExecutionLike, *, until: str | None = None, task: str | None = None, check: bool = True
    ) -> Execution:
        """Follow an execution to its end, or to a state such as `PAUSED`.

        Parameters:
            execution: the execution, or its id.
            until: the state to wait for; the end comes all the same if it is never reached.
            task: id of the task that is to reach this state; the execution itself if None.
            check: raise if it ends badly.

        Raises:
            NotFound: no such execution.
            ExecutionFailed: it ended badly, and `check` is on.
            WaitInterrupted: by Ctrl-C; the execution continues.
        """
        current = self._api.execution(execution)
        return self._follow(current, len(current.states.history), (task, until), check)

    def raise_if_failed(self, execution: Execution) -> None:
        """Explain an execution that ended badly.

        Raises:
            ExecutionFailed: it ended badly.
        """
        if execution.succeeded or not execution.terminated:
            return
        task = None if execution.unfinished else execution.failed_task
        lines = self._logs.lines(execution, task=task.task_id if task else None)
        if task:
            lines = [line for line in lines if line.raw.get("taskRunId") in (None, task.id)]
        raise ExecutionFailed(execution, task, lines[-LAST_LINES:])

    def get(self, execution_id: str) -> Execution:
        """An execution as it is now.

        Raises:
            NotFound: there is none with this id.
        """
        return self._api.execution(execution_id)

    def search(
        self,
        flow: FlowLike | None = None,
        *,
        namespace: str | None = None,
        labels: Mapping[str, str] | None = None,
        state: str | Sequence[str] | None = None,
    ) -> ExecutionList:
        """The executions of a flow, oldest first; of all flows if none is named.

        Parameters:
            flow: a flow, or `namespace/id`.
            namespace: in place of a flow: all flows of this namespace.
            labels: only those that carry all of these labels.
            state: only those in this state, or in one of these.
        """
        return self._api.executions(flow, namespace, labels, state)

    __call__ = search

    def replay(
        self,
        execution: ExecutionLike,
        from_task: str | None = None,
        revision: int | None = None,
        inputs: Mapping[str, Any] | None = None,
        *,
        wait: bool = True,
        check: bool = True,
    ) -> Execution:
        """Run an execution again as a new one, from its beginning or from one of its tasks.

        Parameters:
            execution: the execution, or its id.
            from_task: id of the task to begin with; what ran before it keeps its outputs.
            revision: revision of the flow; the one it ran with if None.
            inputs: inputs in place of the first execution's; those left out keep their values. The first execution
                keeps its own (an official server 1.x shows the new ones there too).
            wait: follow the new execution to its end.
            check: raise if it ends badly.

        Raises:
            NotFound: that task did not run.
            InputInvalid: as in `start`; or a secret that would have to be kept.
            ExecutionFailed: as in `start`.
        """
        current = self._api.execution(execution)
        params: dict[str, str | int] = {}
        if from_task:
            params["taskRunId"] = _task_run(current, from_task).id
        if revision:
            params["revision"] = revision
        if inputs is None:
            return self._again(current, "replay", params, None, wait, check)
        flow = self._api.flow(current.full_flow_id)
        forms.check(flow, inputs)
        given = forms.given_again(flow, current.inputs, inputs)
        return self._again(current, "replay-with-inputs", params, given, wait, check)

    def restart(
        self, execution: ExecutionLike, revision: int | None = None, *, wait: bool = True, check: bool = True
    ) -> Execution:
        """Continue a failed execution at the task that failed.

        Parameters:
            execution: the execution, or its id.
            revision: revision of the flow to continue with, such as the corrected one; then Kestra makes a new
                execution of it. The same revision, and the same execution, if None.
            wait: follow it to its end.
            check: raise if it ends badly.

        Raises:
            ExecutionFailed: as in `start`.
        """
        params = {"revision": revision} if revision else {}
        current = self._api.execution(execution)
        raw = self._http.form.restarted(self._post(current, "restart", params, {}, explain=False), revision)
        return self._started(raw, wait, check)

    def pause(self, execution: ExecutionLike) -> None:
        """Ask the engine to start no further task of a running execution; the task that runs ends first."""
        self._http.call("POST", self._http.form.action(execution_id(execution), "pause"))

    def resume(
        self,
        execution: ExecutionLike,
        inputs: Mapping[str, Any] | None = None,
        *,
        until: str | None = None,
        wait: bool = True,
        check: bool = True,
    ) -> Execution:
        """Let a paused execution go on.

        Parameters:
            execution: the execution, or its id.
            inputs: what its Pause task asks for (`onResume`), as in `start`.
            until, check: as of `wait`.
            wait: follow it.

        Raises:
            InputInvalid: an input is unknown, missing or of a wrong value.
            ApiError: the execution is not paused.
            ExecutionFailed: as in `start`.
        """
        current = self.get(execution_id(execution))
        if inputs:
            paused = {run.task_id for run in current.task_runs if run.state == "PAUSED"}
            forms.check_resume_names(self._api.flow(current.full_flow_id), paused, inputs)
        self._post(current, "resume", {}, inputs or {}, explain=True)
        # What shows no state beyond those of before may be the same pause.
        return self._follow(current, len(current.states.history) + 1, (None, until), check) if wait else current

    def change_state(
        self, execution: ExecutionLike, task: str, state: str, *, wait: bool = True, check: bool = True
    ) -> Execution:
        """Give a task run that has ended another state, and let the execution go on from there.

        Parameters:
            execution: the execution, or its id.
            task: the task's id; of several runs, the last one is meant.
            state: the state, such as `SUCCESS` after a repair by hand.
            wait: follow the execution to its end.
            check: raise if it ends badly.

        Raises:
            NotFound: that task did not run.
            ExecutionFailed: as in `start`.
        """
        current = self.get(execution_id(execution))
        body = {"taskRunId": _task_run(current, task, -1).id, "state": state}
        changed = self._api.read_execution(
            self._http.json("POST", self._http.form.action(current.id, "state"), json=body)
        )
        return self.wait(changed, check=check) if wait else changed

    def kill(self, execution: ExecutionLike) -> None:
        """Ask the engine to stop an execution."""
        self._http.call("DELETE", self._http.form.action(execution_id(execution), "kill"))

    def delete(self, execution: ExecutionLike) -> None:
        """Delete an execution with its logs and files."""
        self._http.call("DELETE", f"/executions/{execution_id(execution)}")

    def delete_all(self, flow: FlowLike) -> None:
        """Delete all executions of a flow with their logs and files; those that still run are killed first."""
        for execution in self.search(flow):
            if not execution.terminated:
                self.kill(execution)
                for _ in follow(self._http, execution.id):
                    pass
            self.delete(execution)

    def outputs(self, execution: ExecutionLike) -> Json:
        """The outputs of every task that has some, by its id (and the loop's item)."""
        return {run.label: run.outputs for run in self._api.execution(execution).task_runs if run.outputs}

    def _follow(self, current: Execution, known_changes: int, until: Goal, check: bool) -> Execution:
        """Follow an execution, as `wait` does.

        Parameters:
            current: the execution.
            known_changes: how many states of its history are known; what has fewer is stale.
            until: where to stop before the end.
            check: as of `wait`.
        """
        bar = progress.start(current.flow_id, "task runs", current.link)
        try:
            with closing(watch(self._http, current, bar, known_changes)) as changes:
                for seen in changes:
                    current = seen
                    if _reached(current, *until):
                        break
        except KeyboardInterrupt:
            bar.finish(current.flow_id, current.state, "goes on without you", span([current]))
            raise WaitInterrupted(
                "You stopped waiting; the execution goes on. "
                "Until it ends, it counts among those that its flow lets run at once. "
                f"To end it:\nlab.kestra.kill({current.id!r})"
            ) from None
        bar.finish(current.flow_id, current.state, count(len(current.task_runs), "task run"), span([current]))
        if check:
            self.raise_if_failed(current)
        return current

    def _again(
        self,
        execution: Execution,
        how: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, Any] | None,
        wait: bool,
        check: bool,
    ) -> Execution:
        return self._started(self._post(execution, how, params, inputs or {}, explain=inputs is not None), wait, check)

    def _started(self, raw: Json, wait: bool, check: bool) -> Execution:
        started = self._api.read_execution(raw)
        return self.wait(started, check=check) if wait else started

    def _post(
        self, execution: Execution, how: str, params: Mapping[str, Any], inputs: Mapping[str, Any], explain: bool
    ) -> Any:
        """Send an action with inputs; gives the server's JSON, or None where it answers without.

        Parameters:
            execution: the execution.
            how: the action, as in the path.
            params: the query.
            inputs: Python values.
            explain: take a refusal as one of the inputs.
        """
        with forms.form(inputs) as fields:
            try:
                path = self._http.form.action(execution.id, how)
                return self._http.json("POST", path, params=params, files=fields)
            except ApiError as error:
                raise forms.explain_rejection(error, execution.flow_id) if explain else error from error


def _reached(execution: Execution, task: str | None, state: str | None) -> bool:
    runs = execution.task_runs_of(task) if task else [execution]
    return any(run.state == state for run in runs)


def _task_run(execution: Execution, task_id: str, index: int = 0) -> TaskRun:
    runs = execution.task_runs_of(task_id)
    if not runs:
        execution.output(task_id)  # raises NotFound, naming the tasks that ran
    return runs[index]
