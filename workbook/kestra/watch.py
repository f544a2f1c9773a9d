"""Follows an execution with a bar: how far it is, also while nothing changes, and the last lines of its log."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Generator, Iterator
from queue import Empty, SimpleQueue
from typing import TypeVar

import requests

from workbook.errors import WorkbookError
from workbook.kestra import graph, progress
from workbook.kestra.api import flow_path
from workbook.kestra.expected import Expected, expected
from workbook.kestra.follow import SILENCE_SECONDS, follow
from workbook.kestra.graph import FlowTree
from workbook.kestra.http import CONNECT_SECONDS, Http
from workbook.kestra.models import Execution, LogLine
from workbook.kestra.sse import event_data
from workbook.kestra.summaries import span

TICK_SECONDS = 0.5

T = TypeVar("T")


def watch(
    http: Http, execution: Execution, bar: progress.Progress, known_changes: int | None = None
) -> Generator[Execution, None, None]:
    """Follow an execution, and show how far it is.

    Parameters:
        http: the server.
        execution: as it is known so far.
        bar: where to show it. If nobody looks, nothing is asked for it.
        known_changes: as of `follow`; those of the execution if None.

    Raises:
        ServerDown: the server stayed away.
        ApiError: it does not know the execution.
    """
    known = len(execution.states.history) if known_changes is None else known_changes
    changes = follow(http, execution.id, known)
    if not bar.watched:
        yield from changes
        return
    tree = _tree(http, execution)
    with _LogTail(http, execution.id, bar.shows_log) as log:
        for seen in ticking(changes, TICK_SECONDS):
            if seen is not None:
                execution = seen
                yield execution
            bar.update(status(execution, tree), log.lines())


def status(execution: Execution, tree: FlowTree | None = None) -> progress.Status:
    """How far an execution is.

    Parameters:
        execution: as it is now.
        tree: its flow; without it, only the task runs count that have been created.
    """
    runs = execution.task_runs
    going = [run for run in runs if not run.states.terminated]
    around = {run.parent_id for run in runs}
    at_work = [run for run in going if run.id not in around]
    count = expected(tree, runs) if tree else Expected(len(runs), about=True)
    return progress.Status(
        done=len(runs) - len(going),
        total=count.total,
        note=", ".join(run.label for run in at_work[:2]) or execution.state,
        seconds=span([execution]),
        part=sum(progress.part_of(run.seconds) for run in at_work if run.state == "RUNNING"),
        about=count.about,
    )


def ticking(source: Iterator[T], seconds: float) -> Iterator[T | None]:
    """What a source gives, and None each time that it has given nothing for a while.

    Parameters:
        source: is asked in a thread of its own, which ends with the source.
        seconds: the while.
    """
    given: SimpleQueue[T | None] = SimpleQueue()
    failures: list[BaseException] = []
    left = threading.Event()

    def ask() -> None:
        """Pass on what the source gives, until it ends or nobody listens."""
        try:
            for item in source:
                if left.is_set():
                    return
                given.put(item)
        except BaseException as error:
            failures.append(error)
        given.put(None)

    threading.Thread(target=ask, daemon=True).start()
    try:
        while True:
            try:
                item = given.get(timeout=seconds)
            except Empty:
                yield None
                continue
            if item is None:
                break
            yield item
    finally:
        left.set()
    if failures:
        raise failures[0]


def _tree(http: Http, execution: Execution) -> FlowTree | None:
    """The flow that an execution runs; None if the server cannot draw it."""
    params = {"revision": execution.raw.get("flowRevision")}
    try:
        return graph.read(http.json("GET", f"{flow_path(execution.full_flow_id)}/graph", params=params))
    except (WorkbookError, LookupError, TypeError):
        return None


class _LogTail:
    """The last lines of an execution's log, as they come. What fails here is no failure of the execution."""

    def __init__(self, http: Http, execution_id: str, wanted: bool) -> None:
        self._http, self._execution_id, self._wanted = http, execution_id, wanted
        self._lines: deque[LogLine] = deque(maxlen=progress.LOG_LINES)
        self._left = threading.Event()

    def __enter__(self) -> _LogTail:
        if self._wanted:
            threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()

    def lines(self) -> list[LogLine]:
        """The last lines, oldest first."""
        return list(self._lines)

    def _listen(self) -> None:
        try:
            self._read()
        except (requests.RequestException, WorkbookError, ValueError, KeyError):
            self._left.set()

    def _read(self) -> None:
        timeout = (CONNECT_SECONDS, SILENCE_SECONDS)
        path = f"/logs/{self._execution_id}/follow"
        with self._http.call(
            "GET", path, params=self._http.form.log_filters("INFO"), stream=True, timeout=timeout
        ) as answer:
            for data in event_data(answer.iter_lines(chunk_size=None)):
                if self._left.is_set():
                    return
                raw = json.loads(data) if data else {}
                if raw.get("message"):  # with its own secrets masked by the engine
                    self._lines.append(LogLine.from_json({**raw, "message": self._http.mask(raw["message"])}))
