"""Writes the rows of an ION file chunk by chunk, and goes on behind what is written when the connection was lost.

Properties, defaults and what is tried again are those of the official `Batch` and `BulkInsert`. `SqlBatch.java` has the
same rules for drivers that write in Java: there, the loop holds the driver's statement, which no Python can.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError
from embedded.services.kestra.tasks.durations import seconds

CANCEL_CHECK_SECONDS = 0.25


class Batches:
    """The chunks of a task's file, and how many were written. One that is written again counts again.

    Parameters:
        task: a task with the properties of a batch.

    Raises:
        TaskError: the file is larger than `localBufferMaxBytes` allows with LOCAL input.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._rows = self._updated = self._chunks = self._behind = 0
        most = task.properties["localBufferMaxBytes"]
        if task.properties["inputHandling"] == "LOCAL" and task.size(task.properties["from"]) > most:
            raise TaskError(
                f"Input file exceeds `localBufferMaxBytes` ({most} bytes) while using LOCAL input handling."
            )

    def __iter__(self) -> Iterator[list[Any]]:
        """The chunks that are not written yet."""
        chunks = self._task.read_rows(self._task.properties["from"], self._task.properties["chunk"])
        for objects in itertools.islice(chunks, self._behind, None):
            self._task.check_cancelled()
            yield objects

    def written(self, rows: int, updated: int) -> None:
        """Note that a chunk is in the table.

        Parameters:
            rows: number of its rows.
            updated: number of rows that it changed.
        """
        self._rows, self._updated, self._chunks = self._rows + rows, self._updated + updated, self._chunks + 1

    def write(self, write: Callable[["Batches"], None], is_lost: Callable[[BaseException | None], bool]) -> Outputs:
        """Call `write` until all is written; returns the task's outputs.

        Parameters:
            write: connects, and writes and notes each chunk.
            is_lost: whether the client's error means that the connection was lost.
        """
        properties = self._task.properties
        for attempt in itertools.count():
            try:
                write(self)
                break
            except TaskError as error:
                lost = properties["retryScope"] == "ALL" and is_lost(error.__cause__)
                if not lost or attempt >= properties["maxRetries"]:
                    raise
                self._task.warn(f"Trying again: {error}")
                self._wait(seconds(properties["retryBackoff"]) or 0)
                self._behind = self._chunks if properties["resumeOnRetry"] else 0
        return self._report()

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._task.check_cancelled()
            time.sleep(min(left, CANCEL_CHECK_SECONDS))

    def _report(self) -> Outputs:
        self._task.count("records", self._rows)
        self._task.count("updated", self._updated)
        self._task.info(f"Successfully executed {self._chunks} bulk queries and updated {self._updated} rows")
        return {"rowCount": self._rows, "updatedCount": self._updated}
