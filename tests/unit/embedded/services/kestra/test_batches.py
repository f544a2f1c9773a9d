"""What is tried again when the connection of a batch is lost."""

from collections.abc import Iterator
from typing import Any

import pytest

from embedded.services.kestra.tasks.batches import Batches
from embedded.services.kestra.tasks.bridge import TaskError

ROWS = [[1], [2], [3], [4], [5]]
PROPERTIES = {
    **{"from": "kestra:///rows.ion", "chunk": 2, "inputHandling": "AUTO", "localBufferMaxBytes": 10},
    **{"retryScope": "ALL", "maxRetries": 3, "retryBackoff": "PT0S", "resumeOnRetry": True},
}


class Task:
    """What `Batches` uses of a task."""

    def __init__(self, **properties: Any) -> None:
        self.properties = PROPERTIES | properties
        self.warnings: list[str] = []
        self.counts: dict[str, int] = {}

    def size(self, uri: str) -> int:
        return len(uri)

    def read_rows(self, uri: str, chunk: int) -> Iterator[list[Any]]:
        return (ROWS[start : start + chunk] for start in range(0, len(ROWS), chunk))

    def check_cancelled(self) -> None:
        pass

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def info(self, message: str) -> None:
        pass

    def count(self, name: str, value: int) -> None:
        self.counts[name] = value


class Table:
    """Loses its connection before a few of the chunks."""

    def __init__(self, *lost_before: int) -> None:
        self.rows: list[Any] = []
        self._lost_before = list(lost_before)

    def write(self, batches: Batches) -> None:
        for objects in batches:
            if self._lost_before and len(self.rows) >= self._lost_before[0]:
                self._lost_before.pop(0)
                raise TaskError("the connection is lost") from ConnectionError()
            self.rows += objects
            batches.written(len(objects), len(objects))


def write(task: Any, table: Table) -> dict[str, Any]:
    return Batches(task).write(table.write, lambda error: isinstance(error, ConnectionError))


def test_it_goes_on_behind_what_is_written() -> None:
    task, table = Task(), Table(2, 4, 4)
    assert write(task, table) == {"rowCount": 5, "updatedCount": 5}
    assert table.rows == ROWS
    assert task.warnings == ["Trying again: the connection is lost"] * 3
    assert task.counts == {"records": 5, "updated": 5}


def test_it_begins_again_without_resume() -> None:
    table = Table(2)
    assert write(Task(resumeOnRetry=False), table) == {"rowCount": 7, "updatedCount": 7}
    assert table.rows == [*ROWS[:2], *ROWS]


@pytest.mark.parametrize("properties", [{"retryScope": "INPUT"}, {"retryScope": "NONE"}, {"maxRetries": 0}])
def test_it_is_not_tried_again(properties: dict[str, Any]) -> None:
    with pytest.raises(TaskError, match="the connection is lost"):
        write(Task(**properties), Table(2))


def test_it_is_tried_again_so_many_times_only() -> None:
    task = Task(maxRetries=2)
    with pytest.raises(TaskError, match="the connection is lost"):
        write(task, Table(2, 2, 2))
    assert len(task.warnings) == 2


def test_an_error_of_the_rows_is_not_tried_again() -> None:
    def refuse(batches: Batches) -> None:
        raise TaskError("a bad row") from ValueError()

    task: Any = Task()
    with pytest.raises(TaskError, match="a bad row"):
        Batches(task).write(refuse, lambda error: isinstance(error, ConnectionError))
    assert task.warnings == []


def test_a_file_too_large_for_the_local_buffer_is_refused() -> None:
    task: Any = Task(inputHandling="LOCAL")
    with pytest.raises(TaskError, match=r"exceeds `localBufferMaxBytes` \(10 bytes\)"):
        Batches(task)
