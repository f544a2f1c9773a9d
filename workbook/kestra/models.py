"""What Kestra's API sends, as typed, read-only records. Each keeps the server's own JSON in `raw`.

Records hold data alone: what needs the server is asked of the client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from html import escape
from typing import Any, Self

from workbook.errors import NotFound, WorkbookError
from workbook.kestra import server, shown, source
from workbook.kestra.server import Server
from workbook.kestra.shown import Shown
from workbook.kestra.states import SUCCEEDED, State, WithStates

Json = dict[str, Any]

UNFINISHED = {"key": "system.engine", "value": "could-not-finish"}
"""The label that the embedded stack gives an execution which its engine could not finish."""


def parse_time(text: str | None) -> datetime | None:
    """A moment of the API as an aware datetime."""
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Problem:
    """One thing the engine refuses in a flow.

    Attributes:
        path: the property, such as `tasks[0].message`; empty if the engine names none.
        advice: what to write instead, beside the engine's own message; may be empty.
    """

    message: str
    path: str = ""
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True)
class FlowId:
    """Which flow: its namespace and its id. As text it reads `namespace/id`."""

    namespace: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `namespace/id`.

        Raises:
            NotFound: the text has another form, so it names no flow.
        """
        namespace, slash, flow_id = text.partition("/")
        if not (namespace and slash and flow_id) or "/" in flow_id:
            raise NotFound(f"{text!r} names no flow. Write its namespace and its id: 'zoomcamp/01_hello_world'.")
        return cls(namespace, flow_id)

    def __str__(self) -> str:
        return f"{self.namespace}/{self.id}"


@dataclass(frozen=True)
class Flow(Shown):
    """A flow as the server knows it."""

    namespace: str
    id: str
    revision: int
    source: str = field(repr=False)
    raw: Json = field(repr=False, compare=False)
    server: Server = field(default=Server(), repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json, of_server: Server | str = "") -> Self:
        """From the API's JSON.

        Parameters:
            of_server: the server, or its address, for the flow's page.
        """
        known = server.of(of_server)
        return cls(raw["namespace"], raw["id"], raw.get("revision", 1), raw.get("source", ""), raw, known)

    @property
    def url(self) -> str:
        """Its page in Kestra's user interface, or in the console of the embedded stack."""
        return self.server.page(f"flows/edit/{self.namespace}/{self.id}")

    @property
    def executions_link(self) -> str | None:
        """The page with its executions, or None where its server is not known."""
        return self.server.link(f"{self.url}/executions")

    def html(self) -> str:
        """Its inputs, tasks and triggers."""
        parts = {
            name: ", ".join(entry["id"] for entry in self.raw.get(name) or [])
            for name in ("inputs", "tasks", "triggers")
        }
        facts = [("", self.namespace), ("revision", str(self.revision)), *parts.items()]
        return shown.card("", self.id, self.server.link(self.url), facts)

    @property
    def full_id(self) -> FlowId:
        """Namespace and id together, as the server addresses the flow."""
        return FlowId(self.namespace, self.id)

    def part(self, *names: str) -> str:
        """The YAML of tasks, triggers or inputs by their ids, or of top-level properties such as `pluginDefaults`.

        Raises:
            NotFound: the flow has no such part.
        """
        return source.part(self.source, *names)

    @property
    def inputs(self) -> list[Json]:
        """The declared inputs."""
        inputs: list[Json] = self.raw.get("inputs") or []
        return inputs

    @property
    def trigger_ids(self) -> list[str]:
        """The ids of the triggers."""
        return [trigger["id"] for trigger in self.raw.get("triggers") or []]


@dataclass(frozen=True)
class TaskRun(WithStates, Shown):
    """One run of one task in an execution.

    Attributes:
        value: the item of a loop, or None.
        attempts: the state of each try.
        iteration: the number of the round in a loop, or None.
        parent_id: the id of the task run around this one, or None.
    """

    id: str
    task_id: str
    value: str | None
    states: State
    outputs: Json
    attempts: tuple[State, ...]
    iteration: int | None
    parent_id: str | None
    raw: Json = field(repr=False, compare=False)
    server: Server = field(default=Server(), repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json, of_server: Server | str = "") -> Self:
        """From the API's JSON.

        Parameters:
            of_server: the server, or its address, for the log.
        """
        attempts = tuple(State.from_json(attempt["state"]) for attempt in raw.get("attempts") or [])
        return cls(
            id=raw["id"],
            task_id=raw["taskId"],
            value=raw.get("value"),
            states=State.from_json(raw["state"]),
            outputs=raw.get("outputs") or {},
            attempts=attempts,
            iteration=raw.get("iteration"),
            parent_id=raw.get("parentTaskRunId"),
            raw=raw,
            server=server.of(of_server),
        )

    @property
    def seconds(self) -> float:
        """Seconds from creation to the end."""
        return self.states.seconds

    @property
    def label(self) -> str:
        """The task's id, with the loop's item if there is one."""
        return f"{self.task_id} [{self.value}]" if self.value else self.task_id

    @property
    def log(self) -> list[LogLine]:
        """Its log as the server has it now, from INFO upwards, oldest line first; none where there is nobody to ask."""
        execution_id = self.raw.get("executionId")
        if self.server.read_log is None or execution_id is None:
            return []
        lines = [LogLine.from_json(raw) for raw in self.server.read_log(execution_id, self.id)]
        return sorted(lines, key=lambda line: line.time.timestamp() if line.time else 0.0)

    def text(self) -> str:
        """Its state and its outputs' names, without its log."""
        named = ", ".join(self.outputs)
        return f"{self.label}  {self.state}  outputs: {named or 'none'}"

    def html(self) -> str:
        """Its state and its log."""
        try:
            below = shown.log_table([(line.level, line.message) for line in self.log])
        except WorkbookError as error:  # a server that is down is no reason not to show what is known
            below = f"<div><small>{escape(str(error))}</small></div>"
        tries = str(len(self.attempts)) if len(self.attempts) > 1 else ""
        facts = [("started", shown.moment(self.start)), ("in", shown.seconds(self.seconds)), ("attempts:", tries)]
        return shown.card(self.state, self.label, None, facts, below)


@dataclass(frozen=True, repr=False)
class Execution(WithStates, Shown):
    """One execution of a flow, as it was when it was read.

    Attributes:
        url: its page in Kestra's user interface, or in the console of the embedded stack.
    """

    id: str
    namespace: str
    flow_id: str
    states: State
    inputs: Json
    outputs: Json
    task_runs: tuple[TaskRun, ...]
    labels: dict[str, str]
    trigger: Json | None
    url: str
    raw: Json
    server: Server = field(default=Server(), compare=False)

    @classmethod
    def from_json(cls, raw: Json, of_server: Server | str) -> Self:
        """From the API's JSON.

        Parameters:
            of_server: the server, or its address, for logs, and for the execution's page where the JSON names none.
        """
        known = server.of(of_server)
        page = known.page(f"executions/{raw['namespace']}/{raw['flowId']}/{raw['id']}")
        return cls(
            id=raw["id"],
            namespace=raw["namespace"],
            flow_id=raw["flowId"],
            states=State.from_json(raw["state"]),
            inputs=raw.get("inputs") or {},
            outputs=raw.get("outputs") or {},
            task_runs=tuple(TaskRun.from_json(run, known) for run in raw.get("taskRunList") or []),
            labels=labels_of(raw.get("labels")),
            trigger=raw.get("trigger"),
            url=raw.get("url") or page,
            raw=raw,
            server=known,
        )

    @property
    def full_flow_id(self) -> FlowId:
        """Which flow it is an execution of."""
        return FlowId(self.namespace, self.flow_id)

    @property
    def trigger_id(self) -> str | None:
        """The id of the trigger that started it, or None for a run by hand."""
        return (self.trigger or {}).get("id")

    @property
    def terminated(self) -> bool:
        """Whether it has ended, well or badly."""
        return self.states.terminated

    @property
    def succeeded(self) -> bool:
        """Whether it ended without a failure."""
        return self.state in SUCCEEDED

    @property
    def unfinished(self) -> bool:
        """Whether the engine could not finish it: no task of its is to blame. The log has the reason."""
        return UNFINISHED in (self.raw.get("labels") or [])  # `labels` leaves out what the system sets

    @property
    def duration(self) -> float:
        """Seconds from creation to the end."""
        return self.states.seconds

    @property
    def trigger_date(self) -> datetime | None:
        """The date the trigger ran for (not the date at which it ran), or None for a run by hand."""
        return parse_time(((self.trigger or {}).get("variables") or {}).get("date"))

    def task_runs_of(self, task_id: str) -> list[TaskRun]:
        """The runs of one task, in order."""
        return [run for run in self.task_runs if run.task_id == task_id]

    def output(self, task_id: str, value: str | None = None) -> Json:
        """The outputs of a task's last run.

        Parameters:
            value: in a loop, the item whose run is meant.

        Raises:
            NotFound: the task did not run in this execution.
        """
        runs = [run for run in self.task_runs_of(task_id) if value is None or run.value == value]
        if not runs:
            ran = ", ".join(dict.fromkeys(run.label for run in self.task_runs)) or "none"
            raise NotFound(f"No task {task_id!r} ran in this execution of {self.flow_id}. Tasks that ran: {ran}.")
        return runs[-1].outputs

    @cached_property
    def failed_task(self) -> TaskRun | None:
        """The innermost task run that failed, or None."""
        failed = [run for run in self.task_runs if run.state == "FAILED"]
        around = {run.parent_id for run in failed}
        inner = [run for run in failed if run.id not in around]
        return inner[0] if inner else None

    @property
    def link(self) -> str | None:
        """Its page, or None where its server is not known."""
        return self.server.link(self.url)

    def html(self) -> str:
        """Its state, how it began, and its task runs."""
        date = f"{self.trigger_date:%Y-%m-%d}" if self.trigger_date else ""
        facts = [
            ("", self.id),
            ("started", shown.moment(self.start)),
            ("in", shown.seconds(self.duration)),
            ("by", self.trigger_id or ""),
            ("for", date),
            ("labels", ", ".join(f"{key}: {value}" for key, value in self.labels.items())),
        ]
        rows = [(run.label, run.state, run.start, run.seconds) for run in self.task_runs]
        return shown.card(self.state, self.flow_id, self.link, facts, shown.task_table(rows) if rows else "")

    def __repr__(self) -> str:
        # Without id and seconds, so that a notebook's output is the same at every run.
        runs = len(self.task_runs)
        return f"Execution({self.flow_id}, {self.state}, {runs} task run{'' if runs == 1 else 's'})"


@dataclass(frozen=True)
class FlowGraph:
    """The topology of one revision of a flow, as the server draws it.

    Attributes:
        execution: the execution whose states belong to it, or None.
        raw: nodes, edges and clusters.
    """

    flow_id: str
    execution: Execution | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True)
class LogLine:
    """One entry of an execution's log."""

    level: str
    task_id: str | None
    message: str
    time: datetime | None
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """From the API's JSON."""
        return cls(
            raw.get("level", "INFO"), raw.get("taskId"), raw.get("message", ""), parse_time(raw.get("timestamp")), raw
        )

    def __str__(self) -> str:
        return f"{self.level:<5} {self.task_id or '-'}: {self.message}"


@dataclass(frozen=True)
class StoredFile:
    """A file that a task left in Kestra's internal storage.

    Attributes:
        size: bytes, or None when the file is gone (purged).
        task_id: the task that made it.
    """

    name: str
    uri: str
    size: int | None
    task_id: str


@dataclass(frozen=True)
class Metric:
    """A number that a task reported."""

    task_id: str | None
    name: str
    value: float
    kind: str
    tags: dict[str, str]

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """From the API's JSON."""
        return cls(raw.get("taskId"), raw["name"], float(raw["value"]), raw.get("type", ""), raw.get("tags") or {})


@dataclass(frozen=True)
class Trigger:
    """The state of a trigger.

    Attributes:
        next: when it fires next, as the scheduler has it, or None.
        backfill: the running backfill, as the API sends it, or None.
    """

    namespace: str
    flow_id: str
    id: str
    disabled: bool
    next: datetime | None
    backfill: Json | None
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """From the API's JSON, of 1.3 or of 2.0."""
        return cls(
            raw["namespace"],
            raw["flowId"],
            raw["triggerId"],
            bool(raw.get("disabled")),
            parse_time(raw.get("nextExecutionDate") or raw.get("nextEvaluationDate")),
            raw.get("backfill"),
            raw,
        )


def labels_of(raw: Sequence[Json] | None) -> dict[str, str]:
    """Labels as a dict, without those that Kestra sets for itself."""
    return {label["key"]: label["value"] for label in raw or [] if not label["key"].startswith("system.")}
