"""The Kestra client: flows, executions and what they leave behind."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import quote

import pandas as pd

from workbook.errors import ApiError, ExecutionFailed, FlowInvalid, InputInvalid, NotFound, WaitInterrupted
from workbook.kestra import backfill as backfills
from workbook.kestra import files as stored
from workbook.kestra import inputs as forms
from workbook.kestra import progress, tables, triggered
from workbook.kestra.follow import follow, get
from workbook.kestra.http import Http
from workbook.kestra.kv import KvStore
from workbook.kestra.models import Execution, Flow, Json, LogLine, Metric, Problem, StoredFile, TaskRun, Trigger
from workbook.kestra.namespace_files import NamespaceFiles

PAGE = 100
LAST_LINES = 10
FRESH_SECONDS = 3.0
QUIET_SECONDS = 0.25
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NOT_FOUND = 404
REFUSED = (400, 422)
YAML = {"Content-Type": "application/x-yaml"}
_HEADINGS = re.compile(r"Invalid entity:|errors:|```")
_VALIDATION = "Validation error: "
_PROBLEM = re.compile(r"([\w.\[\]-]*): (?=\S)")

FlowLike = Flow | str
ExecutionLike = Execution | str
Entry = TypeVar("Entry")


class KestraClient:
    """Talks to one Kestra server. Every call has a time limit.

    Parameters:
        url: the server's address without a path.
        username, password: basic authentication.
        stack: names the remedy when the server is down (`embedded`, `docker`, `cloud`).
        read_timeout: seconds of silence after which a call is given up.

    Every method raises `ServerDown` when nothing answers and `WrongPassword` when the server refuses the password.
    """

    def __init__(
        self, url: str, username: str, password: str, stack: str = "embedded", read_timeout: float = 60.0
    ) -> None:
        self.http = Http(url, username, password, stack, read_timeout)

    def __repr__(self) -> str:
        return f"KestraClient({self.http.url})"

    @property
    def version(self) -> str:
        """The server's version."""
        return str(self.http.json("GET", "/configs", root="/api/v1").get("version", "unknown"))

    def ping(self) -> None:
        """See that the server answers and takes the password."""
        self.http.call("GET", "/flows/search", params={"size": 1})

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    # Flows

    def validate(self, flow: str | Path) -> list[Problem]:
        """What the engine refuses in a flow; an empty list if it is valid. Nothing is stored.

        Parameters:
            flow: a file, or the YAML text itself.
        """
        return self._violations(read_source(flow)[1])[1]

    def import_flow(self, path: str | Path) -> Flow:
        """Validate a flow and store it; a changed flow becomes a new revision.

        Parameters:
            path: a file, or the YAML text itself.

        Raises:
            FlowInvalid: with the engine's own messages.
        """
        name, source = read_source(path)
        ids, problems = self._violations(source)
        if problems:
            raise FlowInvalid(name, problems)
        upload = {"fileUpload": (f"{ids[1]}.yaml", source.encode(), "application/x-yaml")}
        try:
            refused = self.http.json("POST", "/flows/import", files=upload)
        except ApiError as error:
            raise FlowInvalid(name, [Problem(one) for one in error.details or [error.reason]]) from error
        if refused:
            raise FlowInvalid(name, [Problem(f"{one} was not imported") for one in refused])
        return self.flow(*ids)

    def flow(self, namespace: str, id: str) -> Flow:
        """A flow with its source, at its last revision.

        Raises:
            NotFound: it was never imported, or deleted.
        """
        try:
            return Flow.of(self.http.json("GET", _flow_path(namespace, id), params={"source": "true"}), self.http)
        except ApiError as error:
            raise _not_found_flow(error, namespace, id) from error

    def delete_flow(self, flow: FlowLike, id: str | None = None, executions: bool = False) -> bool:
        """Delete a flow if it is there; say whether it was.

        Parameters:
            executions: delete its executions too, with their logs and files; those that still run are killed first.
        """
        namespace, id = _ids(flow, id)
        if executions:
            self._delete_executions(namespace, id)
        try:
            self.http.call("DELETE", _flow_path(namespace, id))
        except ApiError as error:
            if error.status == NOT_FOUND:
                return False
            raise
        return True

    # Executions

    def execute(
        self,
        flow: FlowLike,
        id: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        labels: Mapping[str, str] | None = None,
        wait: bool = True,
        check: bool = True,
    ) -> Execution:
        """Start an execution and, unless told otherwise, follow it to its end with a progress bar.

        Parameters:
            flow: a flow, or a namespace with `id`.
            inputs: Python values; a `Path` is uploaded as a file.
            labels: labels of the execution.
            wait: follow it to its end.
            check: raise if it ends badly.

        Raises:
            NotFound: no such flow.
            InputInvalid: an input is unknown, missing or of a wrong value; in the engine's words.
            ExecutionFailed: with the failing task and its last log lines.
        """
        found = flow if isinstance(flow, Flow) else self.flow(*_ids(flow, id))
        forms.check_names(found, inputs or {})
        path = f"/executions/{_quoted(found.namespace)}/{_quoted(found.id)}"
        params = {"labels": [f"{key}:{value}" for key, value in (labels or {}).items()]}
        with forms.form(inputs or {}) as fields:
            try:
                raw = self.http.json("POST", path, params=params, files=fields)
            except ApiError as error:
                if error.status == NOT_FOUND:
                    raise _not_found_flow(error, found.namespace, found.id) from error
                raise _refused(error, found.id) from error
        execution = Execution.of(raw, self.http)
        return self.wait(execution, check) if wait else execution

    def wait(self, execution: ExecutionLike, check: bool = True) -> Execution:
        """Follow an execution to its end.

        Parameters:
            check: raise if it ends badly.

        Raises:
            ExecutionFailed: it did, and `check` is set.
            WaitInterrupted: by Ctrl-C; the execution goes on.
        """
        current = execution if isinstance(execution, Execution) else self.execution(execution)
        bar = progress.start(current.flow_id, "task runs")
        try:
            for seen in follow(self.http, current.id, len(current.states.steps)):
                current, runs = seen, seen.task_runs
                going = [run.label for run in runs if not run.states.ended]
                bar.update(len(runs) - len(going), len(runs), ", ".join(going[:2]) or current.state)
        except KeyboardInterrupt:
            bar.finish(current.flow_id, current.state, "goes on without you")
            raise WaitInterrupted(
                f"You stopped waiting; the execution goes on. To end it: lab.kestra.kill({current.id!r})"
            ) from None
        bar.finish(current.flow_id, current.state, _counted(len(current.task_runs), "task run"))
        if check:
            self.raise_if_failed(current)
        return current

    def raise_if_failed(self, execution: Execution) -> None:
        """Explain an execution that ended badly.

        Raises:
            ExecutionFailed: it did.
        """
        if execution.good or not execution.ended:
            return
        task = execution.failed_task
        lines = self.logs(execution, task=task.task_id if task else None)
        if task:
            lines = [line for line in lines if line.raw.get("taskRunId") in (None, task.id)]
        raise ExecutionFailed(execution, task, lines[-LAST_LINES:])

    def execution(self, id: str) -> Execution:
        """An execution as it is now.

        Raises:
            NotFound: there is none with this id.
        """
        try:
            return get(self.http, id)
        except ApiError as error:
            if error.status == NOT_FOUND:
                raise NotFound(f"Kestra knows no execution {id!r}.") from error
            raise

    def executions(
        self,
        flow: FlowLike,
        id: str | None = None,
        labels: Mapping[str, str] | None = None,
        state: str | Sequence[str] | None = None,
    ) -> list[Execution]:
        """The executions of a flow, oldest first.

        Parameters:
            flow: a flow, or a namespace with `id`; a namespace alone means all its flows.
            labels: only those that carry all of these labels.
            state: only those in this state, or in one of these.
        """
        namespace, flow_id = (flow.namespace, flow.id) if isinstance(flow, Flow) else (flow, id)
        filters: dict[str, str] = {"filters[namespace][EQUALS]": namespace}
        if flow_id:
            filters["filters[flowId][EQUALS]"] = flow_id
        for key, value in (labels or {}).items():
            filters[f"filters[labels][EQUALS][{key}]"] = value
        if state:
            filters["filters[state][IN]"] = state if isinstance(state, str) else ",".join(state)
        found = [Execution.of(one, self.http) for one in self._pages("/executions/search", filters)]
        return sorted(found, key=lambda one: (one.start is not None, one.start, one.id))

    def replay(
        self,
        execution: ExecutionLike,
        from_task: str | None = None,
        revision: int | None = None,
        inputs: Mapping[str, Any] | None = None,
        wait: bool = True,
        check: bool = True,
    ) -> Execution:
        """Run an execution again as a new one, from its beginning or from one of its tasks.

        Parameters:
            from_task: id of the task to begin with; what ran before it keeps its outputs.
            revision: revision of the flow; the one it ran with if None.
            inputs: inputs in place of the first execution's; those left out keep their values.

        Raises:
            NotFound: that task did not run.
            InputInvalid: as in `execute`.
            ExecutionFailed: as in `execute`.
        """
        current = self._current(execution)
        params: dict[str, str | int] = {}
        if from_task:
            params["taskRunId"] = _task_run(current, from_task).id
        if revision:
            params["revision"] = revision
        if inputs is None:
            return self._again(current, "replay", params, None, wait, check)
        flow = self.flow(current.namespace, current.flow_id)
        forms.check_names(flow, inputs)
        return self._again(current, "replay-with-inputs", params, {**current.inputs, **inputs}, wait, check)

    def restart(
        self, execution: ExecutionLike, revision: int | None = None, wait: bool = True, check: bool = True
    ) -> Execution:
        """Go on with a failed execution at the task that failed.

        Parameters:
            revision: revision of the flow to go on with, such as the mended one; then Kestra makes a new execution of
                it. The same revision, and the same execution, if None.

        Raises:
            ExecutionFailed: as in `execute`.
        """
        params = {"revision": revision} if revision else {}
        return self._again(self._current(execution), "restart", params, None, wait, check)

    def kill(self, execution: ExecutionLike) -> None:
        """Ask the engine to stop an execution."""
        self.http.call("DELETE", f"/executions/{_id(execution)}/kill")

    def delete_execution(self, execution: ExecutionLike) -> None:
        """Delete an execution with its logs and files."""
        self.http.call("DELETE", f"/executions/{_id(execution)}")

    # What executions leave behind

    def logs(self, execution: ExecutionLike, task: str | None = None, level: str = "INFO") -> list[LogLine]:
        """The log of an execution, oldest line first.

        Parameters:
            task: only this task's lines.
            level: the lowest level shown: TRACE, DEBUG, INFO, WARN or ERROR.
        """
        params = {"minLevel": level} | ({"taskId": task} if task else {})
        path = f"/logs/{_id(execution)}"
        lines = _settled(execution, lambda: [LogLine.of(one) for one in self.http.json("GET", path, params=params)])
        # Kestra sorts by milliseconds: lines of the same one come in any order, though their times are finer.
        return sorted(lines, key=lambda line: line.time or LONG_AGO)

    def outputs(self, execution: ExecutionLike) -> Json:
        """The outputs of every task that has some, by its id (and the loop's item)."""
        return {run.label: run.outputs for run in self._current(execution).task_runs if run.outputs}

    def files(self, execution: ExecutionLike) -> list[StoredFile]:
        """The files that the tasks left in Kestra's internal storage."""
        return stored.files(self.http, self._current(execution))

    def download(self, uri: str | StoredFile, execution: ExecutionLike, to: str | Path) -> Path:
        """Stream a stored file to this machine.

        Parameters:
            uri: a `StoredFile`, or its `kestra://` address.
            to: a folder, or the name of the new file.

        Raises:
            NotFound: the file is gone.
        """
        address = uri.uri if isinstance(uri, StoredFile) else uri
        return stored.download(self.http, _id(execution), address, Path(to))

    def read(self, uri: str | StoredFile, execution: ExecutionLike) -> pd.DataFrame:
        """A stored file as a table: CSV (also gzip), JSON, JSON lines, or Kestra's own ION.

        Raises:
            NotFound: the file is gone.
            WorkbookError: it is of another kind.
        """
        with TemporaryDirectory() as folder:
            return tables.read(self.download(uri, execution, folder))

    def metrics(self, execution: ExecutionLike) -> list[Metric]:
        """The numbers that the tasks reported."""
        return _settled(execution, lambda: [Metric.of(one) for one in self._pages(f"/metrics/{_id(execution)}", {})])

    # Namespace

    def kv(self, namespace: str) -> KvStore:
        """The key-value store of a namespace, used like a dict."""
        return KvStore(self.http, namespace)

    def namespace_files(self, namespace: str) -> NamespaceFiles:
        """The files of a namespace, which its flows find in their working directories."""
        return NamespaceFiles(self.http, namespace)

    # Triggers

    def triggers(self, flow: FlowLike, id: str | None = None) -> list[Trigger]:
        """The triggers of a flow, as the scheduler has them; a second after an import they may still be missing."""
        namespace, flow_id = _ids(flow, id)
        found = self._pages(f"/triggers/{_quoted(namespace)}/{_quoted(flow_id)}", {})
        return sorted((Trigger.of(one) for one in found), key=lambda one: one.id)

    def backfill(
        self,
        flow: FlowLike,
        trigger_id: str | Sequence[str],
        start: str | date | datetime,
        end: str | date | datetime,
        labels: Mapping[str, str] | None = None,
        inputs: Mapping[str, Any] | None = None,
        wait: bool = True,
        check: bool = True,
        id: str | None = None,
    ) -> list[Execution]:
        """Run a schedule for dates that have passed: one execution a date.

        Parameters:
            flow: a flow, or a namespace with `id`.
            trigger_id: a schedule of the flow, or several, which then go on side by side.
            start, end: the range. A moment without a time zone is one in the schedule's zone; a date alone means the
                beginning of that day at the start and its last second at the end.
            labels: labels of the executions.
            inputs: inputs that win over the trigger's own.
            wait: wait until all its executions have ended.
            check: raise if one of them ends badly.

        Returns:
            The executions, by trigger and date; empty without `wait`.

        Raises:
            NotFound: no such flow or trigger.
            BackfillEmpty: the range holds no date of the schedule.
            ExecutionFailed: as in `execute`, for the first that failed.
            WaitInterrupted: by Ctrl-C; the backfill goes on.
        """
        found = flow if isinstance(flow, Flow) else self.flow(*_ids(flow, id))
        triggers = [trigger_id] if isinstance(trigger_id, str) else trigger_id
        plans = [backfills.plan(found, one, start, end) for one in triggers]
        runs = backfills.run(self, plans, labels or {}, inputs or {}, wait)
        for execution in runs if check else ():
            self.raise_if_failed(execution)
        return runs

    def triggered(
        self,
        flow: FlowLike,
        trigger_id: str,
        count: int = 1,
        known: Iterable[Execution] = (),
        patience: float = 180.0,
        check: bool = True,
        id: str | None = None,
    ) -> list[Execution]:
        """Wait until a trigger, such as one that watches a bucket, has started executions, and they have ended.

        Parameters:
            flow: a flow, or a namespace with `id`.
            count: how many executions to wait for.
            known: executions from before, which do not count.
            patience: seconds after which to give up.
            check: raise if one of them ends badly.

        Returns:
            The executions, oldest first.

        Raises:
            NotFound: no such flow or trigger.
            WorkbookError: they did not come, or did not end, in time.
            ExecutionFailed: as in `execute`, for the first that failed.
            WaitInterrupted: by Ctrl-C; the trigger goes on.
        """
        found = flow if isinstance(flow, Flow) else self.flow(*_ids(flow, id))
        runs = triggered.watch(self, found, trigger_id, count, known, patience)
        for execution in runs if check else ():
            self.raise_if_failed(execution)
        return runs

    def stop_backfill(self, flow: FlowLike, trigger_id: str, id: str | None = None) -> None:
        """Stop a backfill; what has started runs to its end."""
        namespace, flow_id = _ids(flow, id)
        body = {"namespace": namespace, "flowId": flow_id, "triggerId": trigger_id}
        self.http.call("POST", "/triggers/backfill/delete", json=body)

    # Within

    def _violations(self, source: str) -> tuple[tuple[str, str], list[Problem]]:
        """The namespace and the id of the flow, and what is wrong with it."""
        results = self.http.json("POST", "/flows/validate", data=source.encode(), headers=YAML)
        if len(results) != 1:
            return ("", ""), [Problem(f"one flow is expected, here are {len(results)}")]
        result = results[0]
        return (result.get("namespace") or "", result.get("flow") or ""), problems_of(result.get("constraints") or "")

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[Json]:
        page, seen = 1, 0
        while True:
            answer = self.http.json("GET", path, params={**params, "page": page, "size": PAGE})
            yield from answer["results"]
            seen += len(answer["results"])
            if not answer["results"] or seen >= answer["total"]:
                return
            page += 1

    def _current(self, execution: ExecutionLike) -> Execution:
        return execution if isinstance(execution, Execution) else self.execution(execution)

    def _again(
        self,
        execution: Execution,
        how: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, Any] | None,
        wait: bool,
        check: bool,
    ) -> Execution:
        with forms.form(inputs or {}) as fields:
            try:
                raw = self.http.json("POST", f"/executions/{execution.id}/{how}", params=params, files=fields)
            except ApiError as error:
                raise _refused(error, execution.flow_id) if inputs else error from error
        started = Execution.of(raw, self.http)
        return self.wait(started, check) if wait else started

    def _delete_executions(self, namespace: str, flow_id: str) -> None:
        for execution in self.executions(namespace, flow_id):
            if not execution.ended:
                self.kill(execution)
                for _ in follow(self.http, execution.id):
                    pass
            self.delete_execution(execution)


def read_source(flow: str | Path) -> tuple[str, str]:
    """A flow's name for messages, and its YAML, from a file or from the text itself.

    Raises:
        NotFound: there is no such file.
    """
    if isinstance(flow, str) and "\n" in flow:
        return "this flow", flow
    path = Path(flow)
    try:
        return path.name, path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"Cannot read the flow {path} ({error.strerror}).") from error


def problems_of(constraints: str) -> list[Problem]:
    """The engine's messages, one a line, each with its property; lines without one belong to the message before."""
    found: list[tuple[str, list[str]]] = []
    for line in constraints.removeprefix(_VALIDATION).splitlines():
        match = _PROBLEM.match(line)
        if match:
            found.append((match[1], [line[match.end() :]]))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            found.append(("", [line]))
    # The engine lists them in no fixed order.
    return sorted((Problem("\n".join(lines).strip(), path) for path, lines in found), key=str)


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _flow_path(namespace: str, id: str) -> str:
    return f"/flows/{_quoted(namespace)}/{_quoted(id)}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _ids(flow: FlowLike, id: str | None) -> tuple[str, str]:
    if isinstance(flow, Flow):
        return flow.namespace, flow.id
    if id is None:
        raise NotFound(f"Which flow of namespace {flow!r}? Give its id too.")
    return flow, id


def _id(execution: ExecutionLike) -> str:
    return execution.id if isinstance(execution, Execution) else execution


def _settled(execution: ExecutionLike, read: Callable[[], list[Entry]]) -> list[Entry]:
    """What `read` finds once nothing more arrives: logs and metrics reach the store a moment after the state."""
    found = read()
    while isinstance(execution, Execution) and execution.end and _age(execution.end) < FRESH_SECONDS:
        time.sleep(QUIET_SECONDS)
        before, found = found, read()
        if found and len(found) == len(before):
            break
    return found


def _age(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()


def _task_run(execution: Execution, task_id: str) -> TaskRun:
    runs = execution.task_runs_of(task_id)
    if not runs:
        execution.output(task_id)  # raises NotFound, naming the tasks that ran
    return runs[0]


def _not_found_flow(error: ApiError, namespace: str, id: str) -> Exception:
    if error.status != NOT_FOUND:
        return error
    return NotFound(
        f"Kestra has no flow {id!r} in namespace {namespace!r}. "
        f'Import it first:  lab.kestra.import_flow("flows/{id}.yaml")'
    )


def _refused(error: ApiError, flow_id: str) -> Exception:
    if error.status not in REFUSED:
        return error
    reasons = [_one_line(reason) for reason in error.details or [error.reason]]
    return InputInvalid("\n".join([f"Kestra refuses the inputs of {flow_id!r}:", *(f"  - {one}" for one in reasons)]))


def _one_line(reason: str) -> str:
    """The engine's reason without its headings and fences."""
    return " ".join(_HEADINGS.sub(" ", reason).split())
