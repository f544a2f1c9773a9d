"""What Kestra's API sends, as typed, read-only records. Each keeps the server's own JSON in `raw`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from workbook.errors import NotFound

if TYPE_CHECKING:
    from workbook.kestra.http import Http

Json = dict[str, Any]

ENDED = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED"})
GOOD = frozenset({"SUCCESS", "WARNING", "SKIPPED"})


def when(text: str | None) -> datetime | None:
    """A moment of the API as an aware datetime."""
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Problem:
    """One thing the engine refuses in a flow.

    Attributes:
        path: the property, such as `tasks[0].message`; empty if the engine names none.
    """

    message: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True)
class Flow:
    """A flow as the server knows it."""

    namespace: str
    id: str
    revision: int
    source: str = field(repr=False)
    raw: Json = field(repr=False, compare=False)
    http: Http = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: Json, http: Http) -> Self:
        """From the API's JSON."""
        return cls(raw["namespace"], raw["id"], raw.get("revision", 1), raw.get("source", ""), raw, http)

    def graph(self) -> Json:
        """The topology of this revision as the server draws it: nodes, edges, clusters."""
        path = f"/flows/{quote(self.namespace, safe='')}/{quote(self.id, safe='')}/graph"
        return self.http.json("GET", path, params={"revision": self.revision})

    @property
    def inputs(self) -> list[Json]:
        """The declared inputs."""
        return self.raw.get("inputs") or []

    @property
    def trigger_ids(self) -> list[str]:
        """The ids of the triggers."""
        return [one["id"] for one in self.raw.get("triggers") or []]


@dataclass(frozen=True)
class Step:
    """A state and the moment it began."""

    state: str
    start: datetime


@dataclass(frozen=True)
class State:
    """A state with its history."""

    current: str
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, raw: Json) -> Self:
        """From the API's JSON."""
        steps = tuple(Step(one["state"], datetime.fromisoformat(one["date"])) for one in raw.get("histories", []))
        return cls(raw["current"], steps)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.current in ENDED

    @property
    def start(self) -> datetime | None:
        """When it was created."""
        return self.steps[0].start if self.steps else None

    @property
    def end(self) -> datetime | None:
        """When it ended, or None while it goes on."""
        return self.steps[-1].start if self.ended and self.steps else None

    @property
    def seconds(self) -> float:
        """Seconds from creation to the end, or until now."""
        if self.start is None:
            return 0.0
        return ((self.end or datetime.now(UTC)) - self.start).total_seconds()


class _Passed:
    """What has passed through states: a task run, an execution."""

    states: State

    @property
    def state(self) -> str:
        """The current state, such as SUCCESS."""
        return self.states.current

    @property
    def start(self) -> datetime | None:
        """When it was created."""
        return self.states.start

    @property
    def end(self) -> datetime | None:
        """When it ended."""
        return self.states.end


@dataclass(frozen=True)
class TaskRun(_Passed):
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

    @classmethod
    def of(cls, raw: Json) -> Self:
        """From the API's JSON."""
        attempts = tuple(State.of(one["state"]) for one in raw.get("attempts") or [])
        return cls(
            id=raw["id"],
            task_id=raw["taskId"],
            value=raw.get("value"),
            states=State.of(raw["state"]),
            outputs=raw.get("outputs") or {},
            attempts=attempts,
            iteration=raw.get("iteration"),
            parent_id=raw.get("parentTaskRunId"),
            raw=raw,
        )

    @property
    def seconds(self) -> float:
        """Seconds from creation to the end."""
        return self.states.seconds

    @property
    def label(self) -> str:
        """The task's id, with the loop's item if there is one."""
        return f"{self.task_id} [{self.value}]" if self.value else self.task_id


@dataclass(frozen=True, repr=False)
class Execution(_Passed):
    """One execution of a flow, as it was when it was read.

    Attributes:
        url: its page in Kestra's user interface (which the embedded stack lacks).
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
    http: Http

    @classmethod
    def of(cls, raw: Json, http: Http) -> Self:
        """From the API's JSON."""
        page = f"{http.url}/ui/main/executions/{raw['namespace']}/{raw['flowId']}/{raw['id']}"
        return cls(
            id=raw["id"],
            namespace=raw["namespace"],
            flow_id=raw["flowId"],
            states=State.of(raw["state"]),
            inputs=raw.get("inputs") or {},
            outputs=raw.get("outputs") or {},
            task_runs=tuple(TaskRun.of(one) for one in raw.get("taskRunList") or []),
            labels=labels_of(raw.get("labels")),
            trigger=raw.get("trigger"),
            url=raw.get("url") or page,
            raw=raw,
            http=http,
        )

    def flow_graph(self) -> Json:
        """The topology of the flow, in the revision that this execution ran."""
        path = f"/flows/{quote(self.namespace, safe='')}/{quote(self.flow_id, safe='')}/graph"
        return self.http.json("GET", path, params={"revision": self.raw.get("flowRevision")})

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.states.ended

    @property
    def good(self) -> bool:
        """Whether it ended without a failure."""
        return self.state in GOOD

    @property
    def duration(self) -> float:
        """Seconds from creation to the end."""
        return self.states.seconds

    @property
    def trigger_date(self) -> datetime | None:
        """The date the trigger ran for (not the date at which it ran), or None for a run by hand."""
        return when(((self.trigger or {}).get("variables") or {}).get("date"))

    def task_runs_of(self, task_id: str) -> list[TaskRun]:
        """The runs of one task, in order."""
        return [one for one in self.task_runs if one.task_id == task_id]

    def output(self, task_id: str, value: str | None = None) -> Json:
        """The outputs of a task's last run.

        Parameters:
            value: in a loop, the item whose run is meant.

        Raises:
            NotFound: the task did not run in this execution.
        """
        runs = [one for one in self.task_runs_of(task_id) if value is None or one.value == value]
        if not runs:
            ran = ", ".join(dict.fromkeys(one.label for one in self.task_runs)) or "none"
            raise NotFound(f"No task {task_id!r} ran in this execution of {self.flow_id}. Tasks that ran: {ran}.")
        return runs[-1].outputs

    @cached_property
    def failed_task(self) -> TaskRun | None:
        """The innermost task run that failed, or None."""
        failed = [one for one in self.task_runs if one.state == "FAILED"]
        around = {one.parent_id for one in failed}
        inner = [one for one in failed if one.id not in around]
        return inner[0] if inner else None

    def __repr__(self) -> str:
        # Without id and seconds, so that a notebook's output is the same at every run.
        runs = len(self.task_runs)
        return f"Execution({self.flow_id}, {self.state}, {runs} task run{'' if runs == 1 else 's'})"


@dataclass(frozen=True)
class LogLine:
    """One entry of an execution's log."""

    level: str
    task_id: str | None
    message: str
    time: datetime | None
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: Json) -> Self:
        """From the API's JSON."""
        return cls(raw.get("level", "INFO"), raw.get("taskId"), raw.get("message", ""), when(raw.get("timestamp")), raw)

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

    @classmethod
    def at(cls, uri: str, size: int | None, task_id: str, name: str | None = None) -> Self:
        """A file by its address; named as the task calls it, or else as the last part of the address."""
        return cls(name or PurePosixPath(uri).name, uri, size, task_id)


@dataclass(frozen=True)
class Metric:
    """A number that a task reported."""

    task_id: str | None
    name: str
    value: float
    kind: str
    tags: dict[str, str]

    @classmethod
    def of(cls, raw: Json) -> Self:
        """From the API's JSON."""
        return cls(raw.get("taskId"), raw["name"], float(raw["value"]), raw.get("type", ""), raw.get("tags") or {})


@dataclass(frozen=True)
class Trigger:
    """The state of a trigger.

    Attributes:
        next: when it fires next, as the scheduler has it, or None.
        backfill: the backfill that goes on, as the API sends it, or None.
    """

    namespace: str
    flow_id: str
    id: str
    disabled: bool
    next: datetime | None
    backfill: Json | None
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: Json) -> Self:
        """From the API's JSON."""
        return cls(
            raw["namespace"],
            raw["flowId"],
            raw["triggerId"],
            bool(raw.get("disabled")),
            when(raw.get("nextExecutionDate")),
            raw.get("backfill"),
            raw,
        )


def labels_of(raw: Sequence[Json] | None) -> dict[str, str]:
    """Labels as a dict, without those that Kestra sets for itself."""
    return {one["key"]: one["value"] for one in raw or [] if not one["key"].startswith("system.")}
