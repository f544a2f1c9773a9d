"""Jobs: statements in threads, with cancellation and time limits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

import duckdb

from embedded.sql_engine.database import INTERNAL, to_sql_error
from embedded.sql_engine.errors import Reason, SqlError

T = TypeVar("T")

_WATCH_SECONDS = 0.1
_AGAIN_SECONDS = 1.0
"""Time between two interrupts of one job: enough for what it does at its end."""

log = logging.getLogger(__name__)


class Run:
    """The connection of a job, and its cancellation."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._stopped: Reason | None = None
        self._ended = threading.Event()
        self._change = threading.Lock()

    def check(self) -> None:
        """Raise SqlError if the job was cancelled or is out of time."""
        if self._stopped is Reason.TIMEOUT:
            raise SqlError(Reason.TIMEOUT, "Job execution was cancelled: Job timed out")
        if self._stopped is not None:
            raise SqlError(self._stopped, "Job execution was cancelled: User requested cancellation")

    def stop(self, reason: Reason) -> None:
        """Stop the work at its next step."""
        with self._change:
            if self._stopped is not None:
                return
            self._stopped = reason
        threading.Thread(target=self._interrupt, name="interrupt", daemon=True).start()

    def end(self) -> None:
        """The work has ended: nothing is interrupted any more."""
        with self._change:
            self._ended.set()

    def _interrupt(self) -> None:
        """Interrupt the work until it ends: DuckDB forgets an interrupt that comes just before a statement begins."""
        while not self._ended.is_set():
            with self._change:
                if not self._ended.is_set():
                    self.connection.interrupt()
            self._ended.wait(_AGAIN_SECONDS)


@contextmanager
def limit_file(connection: duckdb.DuckDBPyConnection, path: Path, most: int) -> Iterator[None]:
    """Stop the statement that writes a file once the file is too large; what it wrote is removed.

    Parameters:
        connection: that writes it.
        path: of the file.
        most: its largest size in bytes.

    Raises:
        SqlError: the file became too large.
    """
    ended, too_large = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(_WATCH_SECONDS):
            if _size(path) > most:
                too_large.set()
                connection.interrupt()

    watcher = threading.Thread(target=watch, name="size-limit", daemon=True)
    watcher.start()
    is_whole = False
    try:
        yield
        is_whole = not too_large.is_set()
    except duckdb.InterruptException:
        if not too_large.is_set():
            raise
    finally:
        ended.set()
        watcher.join()
        if not is_whole:
            path.unlink(missing_ok=True)
    if not is_whole:
        raise SqlError(Reason.TOO_LARGE, f"The result is larger than {most:,} bytes")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class Job(Generic[T]):
    """A job that waits, runs, or has ended."""

    def __init__(self, work: Callable[[Run], T], timeout: float | None) -> None:
        self.created = datetime.now(UTC)
        self.started: datetime | None = None
        self.ended: datetime | None = None
        self.result: T | None = None
        self.error: SqlError | None = None
        self._work = work
        self._timeout = timeout
        self._run: Run | None = None
        self._stopped: Reason | None = None
        self._change = threading.Lock()
        self._done = threading.Event()

    @property
    def done(self) -> bool:
        """Whether it has ended, successfully or not."""
        return self._done.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; returns whether it has ended.

        Parameters:
            seconds: the longest wait; None for no limit.
        """
        return self._done.wait(seconds)

    def cancel(self) -> None:
        """Cancel the job, unless it has ended."""
        self._stop(Reason.CANCELLED)

    def perform(self, database: duckdb.DuckDBPyConnection) -> None:
        """Do the work, in the calling thread."""
        self.started = datetime.now(UTC)
        timer = threading.Timer(self._timeout, self._stop, [Reason.TIMEOUT]) if self._timeout else None
        try:
            run = self._begin(database)
            if timer:
                timer.daemon = True
                timer.start()
            with run.connection:
                try:
                    self.result = self._guarded(run)
                finally:
                    run.end()
        except SqlError as error:
            self.error = error
        except MemoryError as error:
            self.error = SqlError(Reason.RESOURCES, str(error))
        except Exception:
            log.exception("a statement failed unexpectedly")
            self.error = SqlError(Reason.INTERNAL, INTERNAL)
        finally:
            if timer:
                timer.cancel()
            self.ended = datetime.now(UTC)
            self._done.set()

    def _begin(self, database: duckdb.DuckDBPyConnection) -> Run:
        with self._change:
            self._run = Run(database.cursor())
            if self._stopped:
                self._run.stop(self._stopped)
        return self._run

    def _guarded(self, run: Run) -> T:
        try:
            run.check()
            return self._work(run)
        except duckdb.InterruptException as error:
            run.check()
            raise to_sql_error(error) from error
        except duckdb.Error as error:
            failure = to_sql_error(error)
            if failure.reason is Reason.INTERNAL:
                log.exception("DuckDB failed")
            raise failure from error

    def _stop(self, reason: Reason) -> None:
        with self._change:
            self._stopped = self._stopped or reason
            if self._run and not self.done:
                self._run.stop(reason)


class Jobs:
    """Runs jobs over one database.

    Parameters:
        database: each job gets its own connection to it.
        workers: the number of jobs that run at once.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, workers: int) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="statement")
        self._running: set[Job] = set()

    def submit(self, work: Callable[[Run], T], timeout: float | None = None) -> Job[T]:
        """Start a job; timeout in seconds from its start, None for no limit."""
        job = Job(work, timeout)
        self._running.add(job)
        self._pool.submit(self._perform, job)
        return job

    def close(self) -> None:
        """Cancel all jobs, and wait for them."""
        for job in list(self._running):
            job.cancel()
        self._pool.shutdown(cancel_futures=True)

    def _perform(self, job: Job) -> None:
        try:
            job.perform(self._database)
        finally:
            self._running.discard(job)
