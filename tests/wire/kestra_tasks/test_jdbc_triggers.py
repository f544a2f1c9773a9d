"""The triggers of DuckDB and ClickHouse; those of other databases are beside their tasks."""

from pathlib import Path

import duckdb

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.watching import watching

SHOWN = "{{ trigger.rows[0].n }} of {{ trigger.size }}"


def test_rows_of_duckdb_start_an_execution(kestra: Kestra, tmp_path: Path) -> None:
    file = tmp_path / "watched.db"
    with duckdb.connect(str(file), config={"storage_compatibility_version": "v1.0.0"}) as database:
        database.execute("CREATE TABLE orders AS SELECT 7 AS n")
    trigger = {
        "type": "io.kestra.plugin.jdbc.duckdb.Trigger",
        "url": f"jdbc:duckdb:{file}",
        "sql": "SELECT n FROM orders",
        "afterSQL": "DELETE FROM orders",
    }
    with watching(kestra, trigger, SHOWN) as run:
        assert run.outputs() == {"value": "7 of 1"}


def test_duckdb_needs_no_address_and_takes_files(kestra: Kestra) -> None:
    trigger = {
        "type": "io.kestra.plugin.jdbc.duckdb.Trigger",
        "inputFiles": {"orders.csv": "n\n7\n8\n"},
        "outputFiles": ["copy"],
        "sql": "COPY (SELECT n FROM 'orders.csv') TO '{{ outputFiles.copy }}' (FORMAT csv)",
        "fetchType": "FETCH_ONE",
        "interval": "PT1H",
    }
    task = {"type": "io.kestra.plugin.core.debug.Return", "format": "{{ trigger }}"}
    assert kestra.problems(task, triggers=[{"id": "watch", **trigger}]) == ""


def test_rows_of_clickhouse_start_an_execution(kestra: Kestra) -> None:
    kestra.clickhouse.command("CREATE TABLE watched (n Int32) ENGINE = MergeTree ORDER BY n")
    kestra.clickhouse.command("INSERT INTO watched VALUES (7)")
    trigger = {
        "type": "io.kestra.plugin.jdbc.clickhouse.Trigger",
        "sql": "SELECT n FROM watched",
        "afterSQL": "TRUNCATE TABLE watched",
    }
    try:
        with watching(kestra, trigger, SHOWN, **kestra.clickhouse_login) as run:
            assert run.outputs() == {"value": "7 of 1"}
        assert kestra.clickhouse.command("SELECT count() FROM watched") == 0
    finally:
        kestra.clickhouse.command("DROP TABLE watched")
