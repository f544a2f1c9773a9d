"""A job that is stopped ends, whenever the stop comes."""

import threading
import time

import duckdb
import pytest

from embedded.sql_engine import jobs
from embedded.sql_engine.errors import Reason

LONG = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 1"
SECONDS = 30


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_an_interrupt_that_comes_before_the_statement_is_not_lost(
    database: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB alone forgets it: the statement would run for an hour."""
    monkeypatch.setattr(jobs, "_AGAIN_SECONDS", 0.05)
    started, goes_on = threading.Event(), threading.Event()

    def work(run: jobs.Run) -> object:
        started.set()
        assert goes_on.wait(SECONDS)
        return run.connection.execute(LONG).fetchone()

    running = jobs.Jobs(database, 1)
    job = running.submit(work)
    assert started.wait(SECONDS)
    job.cancel()
    time.sleep(0.01)  # the first interrupt finds no statement
    goes_on.set()
    assert job.wait(SECONDS), "the interrupt was lost"
    assert job.error is not None
    assert job.error.reason is Reason.CANCELLED
    running.close()


def test_nothing_is_interrupted_after_the_end(
    database: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_AGAIN_SECONDS", 0.001)
    faults: list[object] = []
    monkeypatch.setattr(threading, "excepthook", faults.append)
    running = jobs.Jobs(database, 1)
    for _ in range(50):
        job = running.submit(lambda run: run.connection.execute("SELECT 1").fetchone(), timeout=None)
        job.cancel()
        assert job.wait(SECONDS)
    running.close()
    assert faults == []
