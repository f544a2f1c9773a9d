"""TimescaleDB ends without warning in the middle of a load: the run names it, its restart makes all stores exact."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.pipelines.client import PATIENCE, STORES, Content, PipelineRun, Pipelines, csv
from tests.pipelines.test_json import content, search
from tests.support.stack import ROOT
from tests.support.waiting import eventually

CSV, JSON = "s3-csv-ingestion", "s3-json-ingestion"
READINGS = 300
MATCHES = 1_500
"""More than the flow writes at once."""
HELD_ROW = 1_100
LOCK = 2021
WAIT = f"""
    CREATE SEQUENCE written;
    CREATE FUNCTION wait_in_the_middle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('written') = %s THEN
            PERFORM pg_advisory_xact_lock({LOCK});
        END IF;
        RETURN NEW;
    END $$;
"""
TRIGGER = "CREATE TRIGGER wait BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION wait_in_the_middle();"
STAGED = "TRUNCATE {{ render(vars.staging) }};"


@contextmanager
def waiting_at(pipelines: Pipelines, row: int, table: str = "") -> Iterator[None]:
    """Have the writing of a row into a table wait for as long as the block lasts.

    Parameters:
        pipelines: the stack.
        row: its number, counted from now on.
        table: its name; empty where the flow itself sets the trigger.
    """
    pipelines.sql(WAIT % row + (TRIGGER.format(table) if table else ""))
    with pipelines.timescale() as holder:
        holder.cursor().execute(f"SELECT pg_advisory_lock({LOCK})")
        yield
    pipelines.sql("DROP FUNCTION wait_in_the_middle CASCADE; DROP SEQUENCE written")


def crash(pipelines: Pipelines) -> None:
    """End TimescaleDB once a statement waits, and wait until it is there again."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'"
    eventually(lambda: pipelines.sql(waits), PATIENCE, "a row that waits")
    before = server(pipelines)
    os.kill(before, signal.SIGKILL)

    def is_back() -> bool:
        pipelines.embedded("up", "--only", "timescale")
        return server(pipelines) not in (before, None)

    eventually(is_back, PATIENCE, "TimescaleDB to be started again")


def server(pipelines: Pipelines) -> Any:
    """The number of TimescaleDB's process."""
    command = [sys.executable, "-m", "embedded", "status", "--json"]
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **pipelines.environment}, capture_output=True, text=True, check=False
    )
    return next(each["pid"] for each in json.loads(told.stdout)["services"] if each["name"] == "timescale")


def assert_healed(pipelines: Pipelines, run: PipelineRun, table: str, column: str, exact: Content) -> None:
    """The run failed and names the store; restarted it succeeds, and each store holds exactly what it should."""
    assert run.state == "FAILED"
    assert "timescaledb" in run.errors("Not every store holds the file")
    assert pipelines.request("POST", f"/executions/{run.id}/restart").ok
    eventually(lambda: pipelines.execution(run.id)["state"]["current"] == "SUCCESS", PATIENCE, "the restarted run")
    assert pipelines.contents(table, column) == dict.fromkeys(STORES, exact)


def readings(day: int, value: int) -> str:
    """A file of one day."""
    moments = (f"2025-09-{day:02}T{number // 60:02}:{number % 60:02}:00Z" for number in range(READINGS))
    return csv(*(f"{moment},d1,temperature,{value},here,north" for moment in moments))


@pytest.mark.parametrize(("moment", "day"), [pytest.param("merge", 1, marks=pytest.mark.slow), ("copy", 2)])
def test_a_restart_heals_a_csv_load(pipelines: Pipelines, moment: str, day: int) -> None:
    """Where there are readings of that time they are merged, elsewhere they are copied straight in."""
    pipelines.import_flow(CSV)
    table = f"crash_at_{moment}"
    pipelines.put("tests/first.csv", readings(1, 1))
    pipelines.put("tests/second.csv", readings(day, 2))
    assert pipelines.run(CSV, s3_key="tests/first.csv", table_name=table).state == "SUCCESS"
    with waiting_at(pipelines, READINGS // 2, table):
        identity = pipelines.start(CSV, s3_key="tests/second.csv", table_name=table)
        crash(pipelines)
    run = pipelines.ended(identity)
    exact = Content(READINGS, 2 * READINGS) if moment == "merge" else Content(2 * READINGS, 3 * READINGS)
    assert_healed(pipelines, run, table, "metric_value", exact)
    pipelines.remove_flow(CSV)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["batch", "merge"])
def test_a_restart_heals_a_json_load(pipelines: Pipelines, moment: str) -> None:
    table = f"crash_json_{moment}"
    in_staging = f"{STAGED} {TRIGGER.format('{{ render(vars.staging) }}')}"
    pipelines.import_flow(JSON)
    assert by_hand(pipelines, table, 1).state == "SUCCESS"
    if moment == "batch":
        pipelines.import_flow(JSON, wait=f"{STAGED} -> {in_staging}")
    with waiting_at(pipelines, HELD_ROW, "" if moment == "batch" else table):
        identity = start(pipelines, table, MATCHES)
        crash(pipelines)
    exact = content(body(MATCHES))
    assert_healed(pipelines, pipelines.ended(identity), table, "extracted_price", exact)
    left = pipelines.sql(f"SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '{table}_load_%'")
    assert left == []
    pipelines.remove_flow(JSON)


def body(count: int) -> bytes:
    """A document of so many matches; one of more has the same first ones."""
    price = {"value": "$2.00", "extracted_value": 2}
    found = ({"position": number, "title": f"t{number}", "price": price} for number in range(1, count + 1))
    return json.dumps([search(*found)]).encode()


def start(pipelines: Pipelines, table: str, count: int) -> str:
    return pipelines.start(JSON, s3_key=pipelines.put(f"tests/{count}.json", body(count)), table_name=table)


def by_hand(pipelines: Pipelines, table: str, count: int) -> PipelineRun:
    return pipelines.ended(start(pipelines, table, count))
