"""Runs task bodies written in Python inside the Java engine.

A task type is a Java class that lists its properties (java/io/kestra/plugin/...) and a function here, its body, which
gets the rendered properties and returns the outputs. To add a family: one line in FAMILIES, one module with functions
decorated by `@body("full.type.Name")`, and a few lines of Java for each type.
"""

import contextlib
import importlib
import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import jpype
import jpype.nio

from embedded.services.kestra.garbage import keep_what_lasts

Outputs = dict[str, Any]

FAMILIES = {
    "io.kestra.plugin.scripts.": "scripts",
    "io.kestra.plugin.jdbc.postgresql.": "postgresql",
    "io.kestra.plugin.jdbc.clickhouse.": "clickhouse",
    "io.kestra.plugin.jdbc.sqlite.": "drivers",
    "io.kestra.plugin.jdbc.mysql.": "drivers",
    "io.kestra.plugin.aws.": "aws",
    "io.kestra.plugin.dbt.": "dbt",
    "io.kestra.plugin.email.": "mail",
    "io.kestra.plugin.notifications.mail.": "mail",
    "io.kestra.plugin.elasticsearch.": "elasticsearch",
    "io.kestra.plugin.gcp.": "gcp",
}
"""The module of each family of types, by the beginning of the types' names. It is imported at its first task."""

READ_BYTES = 1 << 20
INTERRUPT_EVERY_SECONDS = 0.25

log = logging.getLogger(__name__)


class TaskError(Exception):
    """The task cannot do what the flow requests; the message tells the user why."""


@dataclass(frozen=True)
class Column:
    """A column of a query result.

    Parameters:
        name: its label.
        kind: what its values are, as `Rows.java` knows it: text, long, double, decimal, boolean, date, time, offset (a
            moment, shown in UTC), bytes (in hexadecimal), json; with `[]` at the end, lists of these.
    """

    name: str
    kind: str = "text"


class StorageFile:
    """A file of the internal storage, opened for reading; `read` as of any binary file."""

    def __init__(self, task: "Task", channel: Any) -> None:
        self._task = task
        self._channel = channel
        self._bytes = bytearray(READ_BYTES)
        self._buffer = jpype.nio.convertToDirectBuffer(self._bytes)  # Java writes into the bytes themselves

    def read(self, size: int = READ_BYTES) -> bytes:
        """Up to `size` bytes (1 MiB at the most), none at the end. Raises TaskError when the task was cancelled."""
        self._task.check_cancelled()
        self._buffer.clear()
        self._buffer.limit(min(size, READ_BYTES) if size > 0 else READ_BYTES)
        count = int(self._channel.read(self._buffer))
        return bytes(memoryview(self._bytes)[:count]) if count > 0 else b""

    def __enter__(self) -> "StorageFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()


class RowFile:
    """An ION file that is being written, row by row."""

    def __init__(self, task: "Task", columns: Sequence[Column]) -> None:
        self._task = task
        self._writer = task.call.createRows(_columns_json(columns))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows; each cell is None, a JSON value, or text in the form of its column's kind."""
        self._writer.write(json.dumps(rows, ensure_ascii=False))

    def store(self) -> str:
        """End the file and move it into the internal storage; returns its address."""
        return self._task.store(Path(str(self._writer.close())))


class Properties(dict[str, Any]):
    """The rendered properties of a task, by name."""

    def __missing__(self, name: str) -> Any:
        """A flow may have the name of a property and nothing behind it, not even the default.

        Raises:
            TaskError: always; it names the property.
        """
        raise TaskError(f"`{name}` has no value. Write one, or leave the property out.")


class Task:
    """One run of a task, as its body sees it."""

    state_folder: ClassVar[Path]
    """Where bodies keep what must outlive a run; set when the engine starts."""
    scratch_folder: ClassVar[Path]
    """Where bodies put what only one run needs, beside its working directory, which runs may share; empty at first."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.type = str(call.type())
        self.properties = Properties(json.loads(str(call.properties())))

    @property
    def working_directory(self) -> Path:
        """The task's own folder, removed when it ends."""
        return Path(str(self.call.workingDirectory()))

    @property
    def cancelled(self) -> bool:
        """Whether the execution was killed, the task timed out, or the worker stops."""
        return bool(self.call.isCancelled())

    def on_cancel(self, action: Callable[[], None]) -> None:
        """Have `action` called, on another thread, when the task is to stop."""
        self.call.onCancel(jpype.JProxy("java.lang.Runnable", dict={"run": action}))

    @contextmanager
    def interrupted_by(self, action: Callable[[], None]) -> Iterator[None]:
        """While the block runs, a cancelled task has `action` called again and again, until the block ends.

        Once would not do: what it interrupts may start just after the call.
        """
        finished = threading.Event()

        def repeat() -> None:
            while not finished.is_set():
                with contextlib.suppress(Exception):  # the work may just have ended
                    action()
                finished.wait(INTERRUPT_EVERY_SECONDS)

        self.on_cancel(lambda: threading.Thread(target=repeat, name="interrupt-task", daemon=True).start())
        try:
            yield
        finally:
            finished.set()

    def check_cancelled(self) -> None:
        """Raises TaskError when the task is to stop."""
        if self.cancelled:
            raise TaskError("The task was cancelled.")

    @property
    def trigger(self) -> Any:
        """The evaluation of a trigger that this run is, as `TriggerRun.java` describes it; None for a task."""
        return self.call.trigger()

    def render(self, expression: str, variables: dict[str, Any]) -> str:
        """Render an expression with further variables. Raises Java's exception if it cannot be rendered."""
        return str(self.call.render(expression, json.dumps(variables, ensure_ascii=False)))

    def temporary_file(self, suffix: str) -> Path:
        """A new empty file in the working directory."""
        return Path(str(self.call.temporaryFile(suffix)))

    def open(self, uri: str) -> StorageFile:
        """Open a file of the internal storage by its address."""
        return StorageFile(self, self.call.open(uri))

    def size(self, uri: str) -> int:
        """The bytes of a file of the internal storage."""
        return int(self.call.size(uri))

    def read_rows(self, uri: str, chunk: int) -> Iterator[list[Any]]:
        """The rows of an ION file in the internal storage, in lists of at most `chunk`."""
        reader = self.call.openRows(uri, chunk)
        try:
            while (rows := reader.next()) is not None:
                yield json.loads(str(rows))
        finally:
            reader.close()

    def create_rows(self, columns: Sequence[Column]) -> RowFile:
        """Start an ION file."""
        return RowFile(self, columns)

    def store(self, file: Path, name: str | None = None) -> str:
        """Move a local file into the internal storage, under `name` or its own name."""
        return str(self.call.store(str(file), name))

    def debug(self, message: str) -> None:
        """Write to the execution's log."""
        self.call.log("DEBUG", message)

    def info(self, message: str) -> None:
        """Write to the execution's log."""
        self.call.log("INFO", message)

    def warn(self, message: str) -> None:
        """Write to the execution's log."""
        self.call.log("WARN", message)

    def count(self, name: str, value: float, **tags: str) -> None:
        """Emit a counter, a metric of the execution."""
        self.call.count(name, float(value), _flat(tags))

    def time(self, name: str, seconds: float, **tags: str) -> None:
        """Emit a timer, a metric of the execution."""
        self.call.time(name, float(seconds), _flat(tags))


Body = Callable[[Task], Outputs]
_bodies: dict[str, Body] = {}


def body(*types: str) -> Callable[[Body], Body]:
    """Mark a function as the body of task types, named in full."""

    def register(function: Body) -> Body:
        _bodies.update(dict.fromkeys(types, function))
        return function

    return register


def table(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Outputs:
    """Rows as an output: a list of maps by column name."""
    return {"@columns": [asdict(column) for column in columns], "@rows": list(rows)}


def row(columns: Sequence[Column], cells: Sequence[Any]) -> Outputs:
    """One row as an output: a map by column name."""
    return {"@columns": [asdict(column) for column in columns], "@row": list(cells)}


def install(java: Callable[[str], Any], home: Path) -> None:
    """Register the bodies with the engine. Call it when Java is up and before the worker takes up tasks."""
    Task.state_folder = home
    Task.scratch_folder = home / "task-scratch"
    shutil.rmtree(Task.scratch_folder, ignore_errors=True)  # a killed engine leaves it
    Task.scratch_folder.mkdir()
    installed = java("io.kestra.workbook.TaskBody$Installed")
    installed.instance = jpype.JProxy("io.kestra.workbook.TaskBody", dict={"run": _run})


def _run(call: Any) -> str:
    """Called by Java. Raises nothing: the user would see the stack of the bridge instead of the problem."""
    try:
        task = Task(call)
        return json.dumps({"outputs": _body(task.type)(task)}, ensure_ascii=False)
    except TaskError as error:
        return json.dumps({"error": str(error)})
    except jpype.JException as error:
        return json.dumps({"error": str(error.getMessage() or error)})
    except Exception as error:
        log.exception("The body of %s failed", call.type())
        return json.dumps({"error": f"{type(error).__name__}: {error}"})


def _body(name: str) -> Body:
    if name not in _bodies:
        module = next(module for prefix, module in FAMILIES.items() if name.startswith(prefix))
        importlib.import_module(f"embedded.services.kestra.tasks.{module}")
        keep_what_lasts()
    return _bodies[name]


def _columns_json(columns: Sequence[Column]) -> str:
    return json.dumps([asdict(column) for column in columns])


def _flat(tags: dict[str, str]) -> list[str]:
    return [text for pair in tags.items() for text in pair]
