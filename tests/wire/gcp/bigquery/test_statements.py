"""Statements that change tables: DDL, DML, MERGE. The examples are those of BigQuery's DML page.

https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.cloud import bigquery

from tests.wire.gcp.bigquery.server import PROJECT


class Dataset:
    """A data set of one test."""

    def __init__(self, warehouse: bigquery.Client, name: str) -> None:
        self.warehouse = warehouse
        self.name = name
        self.config = bigquery.QueryJobConfig(default_dataset=f"{PROJECT}.{name}")

    def run(self, sql: str) -> bigquery.QueryJob:
        job = self.warehouse.query(sql, job_config=self.config)
        job.result()
        return job

    def rows(self, sql: str) -> list[tuple]:
        return [row.values() for row in self.warehouse.query(sql, job_config=self.config).result()]

    def changed(self, sql: str) -> int | None:
        return self.run(sql).num_dml_affected_rows

    def schema(self, table: str) -> list[tuple]:
        return [(field.name, field.field_type) for field in self.warehouse.get_table(f"{self.name}.{table}").schema]


@pytest.fixture
def dataset(warehouse: bigquery.Client, request: pytest.FixtureRequest) -> Iterator[Dataset]:
    name = request.node.name.split("[")[0]
    warehouse.create_dataset(name)
    yield Dataset(warehouse, name)
    warehouse.delete_dataset(name, delete_contents=True)


@pytest.fixture
def inventory(dataset: Dataset) -> Dataset:
    """The tables of the documentation."""
    dataset.run("""
        CREATE TABLE Inventory (product STRING, quantity INT64, supply_constrained BOOL);
        INSERT Inventory (product, quantity) VALUES ('dishwasher', 30), ('dryer', 30), ('front load washer', 20),
          ('microwave', 20), ('oven', 5), ('top load washer', 10);
        CREATE TABLE NewArrivals (product STRING, quantity INT64, warehouse STRING);
        INSERT NewArrivals VALUES ('dryer', 20, 'warehouse #2'), ('oven', 30, 'warehouse #3'),
          ('refrigerator', 25, 'warehouse #2'), ('top load washer', 10, 'warehouse #1')""")
    return dataset


def test_update_delete_and_truncate(inventory: Dataset) -> None:
    job = inventory.run("UPDATE Inventory SET quantity = quantity - 10 WHERE product LIKE '%washer%'")
    assert (job.num_dml_affected_rows, job.dml_stats.updated_row_count) == (3, 3)
    assert inventory.rows("SELECT quantity FROM Inventory WHERE product = 'dishwasher'") == [(20,)]
    assert inventory.changed("DELETE Inventory WHERE quantity = 0") == 1
    assert inventory.changed("DELETE FROM Inventory i WHERE i.product NOT IN (SELECT product FROM NewArrivals)") == 3
    assert inventory.rows("SELECT product FROM Inventory ORDER BY 1") == [("dryer",), ("oven",)]
    assert inventory.changed("TRUNCATE TABLE Inventory") == 2
    for sql in ("UPDATE Inventory SET quantity = 1", "DELETE FROM Inventory"):
        with pytest.raises(BadRequest, match="must have a WHERE clause"):
            inventory.run(sql)


def test_update_from_another_table(inventory: Dataset) -> None:
    sql = "UPDATE Inventory SET quantity = quantity + (SELECT quantity FROM NewArrivals n WHERE n.product = i.product)"
    with pytest.raises(BadRequest, match=r"Unrecognized name: i\.product"):
        inventory.run(f"{sql} WHERE true")
    changed = inventory.changed(
        "UPDATE Inventory i SET quantity = i.quantity + n.quantity, supply_constrained = false"
        " FROM NewArrivals n WHERE i.product = n.product"
    )
    assert changed == 3
    assert inventory.rows("SELECT product, quantity FROM Inventory WHERE NOT supply_constrained ORDER BY 1") == [
        ("dryer", 50),
        ("oven", 35),
        ("top load washer", 20),
    ]
    inventory.run("INSERT NewArrivals VALUES ('oven', 1, 'warehouse #1')")
    with pytest.raises(BadRequest, match="must match at most one source row for each target row"):
        inventory.run("UPDATE Inventory i SET quantity = n.quantity FROM NewArrivals n WHERE i.product = n.product")


def test_insert_checks_types_and_counts(dataset: Dataset) -> None:
    dataset.run("CREATE TABLE t (a INT64 NOT NULL, b STRING, d DATE, n NUMERIC)")
    assert dataset.changed("INSERT INTO t (b, a, d, n) VALUES ('x', 1, '2020-01-02', 1.5), (NULL, 2, NULL, NULL)") == 2
    assert dataset.changed("INSERT INTO t (a) SELECT x FROM UNNEST([3, 4]) AS x") == 2
    for sql, message in (
        ("INSERT INTO t (a) VALUES ('x')", "Value has type STRING which cannot be inserted into column a"),
        ("INSERT INTO t (a, b) VALUES (1)", "Has 1, expected 2"),
        ("INSERT INTO t (b) VALUES ('x')", "Required field a cannot be null"),
        ("INSERT INTO t (a, nope) VALUES (1, 2)", "Column nope is not present in table"),
        ("INSERT INTO t (a, a) VALUES (1, 2)", "duplicate name"),
    ):
        with pytest.raises(BadRequest, match=message):
            dataset.run(sql)
    assert dataset.rows("SELECT COUNT(*), COUNT(b), CAST(SUM(n) AS STRING) FROM t") == [(4, 1, "1.5")]


def test_merge_updates_and_inserts(inventory: Dataset) -> None:
    job = inventory.run("""
        MERGE Inventory T USING NewArrivals S ON T.product = S.product
        WHEN MATCHED THEN UPDATE SET quantity = T.quantity + S.quantity
        WHEN NOT MATCHED THEN INSERT (product, quantity) VALUES (product, quantity)""")
    assert (job.statement_type, job.num_dml_affected_rows) == ("MERGE", 4)
    assert (job.dml_stats.inserted_row_count, job.dml_stats.updated_row_count) == (1, 3)
    assert inventory.rows("SELECT product, quantity, supply_constrained FROM Inventory ORDER BY product") == [
        ("dishwasher", 30, None),
        ("dryer", 50, None),
        ("front load washer", 20, None),
        ("microwave", 20, None),
        ("oven", 35, None),
        ("refrigerator", 25, None),
        ("top load washer", 20, None),
    ]


def test_merge_takes_the_first_clause_that_holds(inventory: Dataset) -> None:
    job = inventory.run("""
        MERGE INTO NewArrivals T USING (SELECT * FROM NewArrivals WHERE warehouse != 'warehouse #2') S
        ON T.product = S.product
        WHEN MATCHED AND T.warehouse = 'warehouse #1' THEN UPDATE SET quantity = T.quantity + 20
        WHEN MATCHED THEN DELETE
        WHEN NOT MATCHED BY SOURCE AND T.quantity > 20 THEN DELETE
        WHEN NOT MATCHED BY SOURCE THEN UPDATE SET warehouse = 'none'""")
    stats = job.dml_stats
    assert (stats.inserted_row_count, stats.updated_row_count, stats.deleted_row_count) == (0, 2, 2)
    assert inventory.rows("SELECT product, quantity, warehouse FROM NewArrivals ORDER BY 1") == [
        ("dryer", 20, "none"),
        ("top load washer", 30, "warehouse #1"),
    ]


def test_merge_inserts_whole_rows_and_never_matches_on_false(dataset: Dataset) -> None:
    dataset.run(
        "CREATE TABLE t (a INT64, b STRING); INSERT t VALUES (1, 'old'); CREATE TABLE s AS SELECT 1 AS x, 'new' AS y"
    )
    assert dataset.changed(
        "MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT ROW WHEN NOT MATCHED BY SOURCE THEN DELETE"
    )
    assert dataset.rows("SELECT * FROM t") == [(1, "new")]
    assert dataset.changed("MERGE t USING s ON t.a = s.x WHEN NOT MATCHED THEN INSERT ROW") == 0
    with pytest.raises(BadRequest, match="Has 3, expected 2"):
        dataset.run("MERGE t USING (SELECT *, 1 AS z FROM s) s ON FALSE WHEN NOT MATCHED THEN INSERT ROW")


def test_merge_inserts_values_without_columns(dataset: Dataset) -> None:
    dataset.run("CREATE TABLE t (a INT64, b STRING); CREATE TABLE s AS SELECT 1 AS x, 'new' AS y")
    assert dataset.changed("MERGE t USING s ON t.a = s.x WHEN NOT MATCHED THEN INSERT VALUES (x, CONCAT(y, '!'))") == 1
    assert dataset.rows("SELECT * FROM t") == [(1, "new!")]
    with pytest.raises(BadRequest, match="Has 1, expected 2"):
        dataset.run("MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT VALUES (x)")


def test_merge_refuses_to_change_a_row_twice(dataset: Dataset) -> None:
    dataset.run(
        "CREATE TABLE t (a INT64, b INT64); INSERT t VALUES (1, 0);"
        " CREATE TABLE s AS SELECT 1 AS a, x FROM UNNEST([1, 2]) x"
    )
    for action in ("UPDATE SET b = s.x", "DELETE"):
        with pytest.raises(BadRequest, match="must match at most one source row for each target row"):
            dataset.run(f"MERGE t USING s ON t.a = s.a WHEN MATCHED THEN {action}")
    assert dataset.changed("MERGE t USING s ON t.a = s.a WHEN MATCHED AND s.x = 2 THEN UPDATE SET b = s.x") == 1
    assert dataset.rows("SELECT * FROM t") == [(1, 2)]


def test_merge_inserts_equal_rows_of_the_source_all(dataset: Dataset) -> None:
    """The source is not made unique: a load that runs again adds nothing, but one file's doubles stay."""
    dataset.run("CREATE TABLE t (a INT64); CREATE TABLE s AS SELECT x AS a FROM UNNEST([1, 1, 2]) x")
    merge = "MERGE t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)"
    assert [dataset.changed(merge), dataset.changed(merge)] == [3, 0]


def test_create_table_keeps_what_is_said_of_it(dataset: Dataset) -> None:
    job = dataset.run("""
        CREATE TABLE IF NOT EXISTS trips (
          unique_row_id BYTES OPTIONS (description = 'A hash'), pickup TIMESTAMP NOT NULL, fare NUMERIC,
          tags ARRAY<STRING>, spot STRUCT<lat FLOAT64, lon FLOAT64>)
        PARTITION BY DATE(pickup) CLUSTER BY unique_row_id OPTIONS (description = 'trips', labels = [('team', 'a')])""")
    assert (job.statement_type, job.ddl_operation_performed) == ("CREATE_TABLE", "CREATE")
    table = dataset.warehouse.get_table(f"{dataset.name}.trips")
    assert (table.schema[0].description, table.schema[1].mode) == ("A hash", "REQUIRED")
    assert (table.description, table.labels) == ("trips", {"team": "a"})
    assert (table.time_partitioning.field, table.time_partitioning.type_) == ("pickup", "DAY")
    assert table.clustering_fields == ["unique_row_id"]
    again = dataset.run("CREATE TABLE IF NOT EXISTS trips (other INT64)")
    assert again.ddl_operation_performed == "SKIP"
    assert [name for name, _ in dataset.schema("trips")] == ["unique_row_id", "pickup", "fare", "tags", "spot"]


def test_create_table_as(dataset: Dataset) -> None:
    dataset.run(
        "CREATE OR REPLACE TABLE t AS SELECT MD5('a') AS h, 'f.csv' AS filename, 1 AS n, 2.5 AS x, CURRENT_DATE() AS d"
    )
    assert dataset.schema("t") == [
        ("h", "BYTES"),
        ("filename", "STRING"),
        ("n", "INTEGER"),
        ("x", "FLOAT"),
        ("d", "DATE"),
    ]
    job = dataset.run("CREATE OR REPLACE TABLE t (n NUMERIC) AS SELECT n FROM t")
    assert (job.ddl_operation_performed, dataset.schema("t")) == ("REPLACE", [("n", "NUMERIC")])
    with pytest.raises(Conflict, match=r"Already Exists: Table test-project:\w+\.t"):
        dataset.run("CREATE TABLE t AS SELECT 1 AS x")
    for sql, message in (
        ("CREATE TABLE u AS SELECT 1", "columns must be named, but column 1 has no name"),
        ("CREATE TABLE u AS SELECT 1 AS a, 2 AS A", "Duplicate column name"),
        ("CREATE TABLE u (a INT64 DEFAULT 1)", "Unsupported by this stand-in"),
        ("CREATE TABLE u (a INT64, PRIMARY KEY (a) NOT ENFORCED)", "Unsupported by this stand-in"),
        ("CREATE TABLE u (a STRING) PARTITION BY a", "must be a DATE, DATETIME or TIMESTAMP column"),
        (
            "CREATE TABLE u (a INT64) OPTIONS (require_partition_filter = TRUE)",
            "the table option require_partition_filter",
        ),
        ("CREATE TABLE u LIKE t", "Unsupported by this stand-in"),
    ):
        with pytest.raises(BadRequest, match=message):
            dataset.run(sql)


def test_drop(dataset: Dataset) -> None:
    dataset.run("CREATE TABLE t AS SELECT 1 AS x; CREATE VIEW v AS SELECT x FROM t")
    with pytest.raises(BadRequest, match="DROP VIEW removes it"):
        dataset.run("DROP TABLE v")
    dataset.run("DROP VIEW v; DROP TABLE t; DROP TABLE IF EXISTS t")
    with pytest.raises(NotFound, match="Not found: Table"):
        dataset.run("DROP TABLE t")


def test_schemas(dataset: Dataset) -> None:
    dataset.run("CREATE SCHEMA IF NOT EXISTS by_sql OPTIONS (location = 'us-central1', description = 'd')")
    assert dataset.warehouse.get_dataset("by_sql").location == "us-central1"
    dataset.run("CREATE TABLE by_sql.t (a INT64)")
    with pytest.raises(BadRequest, match="is still in use"):
        dataset.run("DROP SCHEMA by_sql")
    dataset.run("DROP SCHEMA by_sql CASCADE")
    with pytest.raises(NotFound):
        dataset.warehouse.get_dataset("by_sql")


def test_a_statement_that_fails_has_changed_nothing(dataset: Dataset) -> None:
    dataset.run("CREATE TABLE t AS SELECT x FROM UNNEST([2, 1, 0]) AS x")
    with pytest.raises(BadRequest, match="division by zero"):
        dataset.run("INSERT INTO t SELECT CAST(2 / x AS INT64) FROM t")
    with pytest.raises(BadRequest, match="division by zero"):
        dataset.run("CREATE OR REPLACE TABLE t AS SELECT 1 / x AS y FROM t")
    assert dataset.rows("SELECT x FROM t ORDER BY x") == [(0,), (1,), (2,)]


def test_names_tell_upper_from_lower_case(dataset: Dataset) -> None:
    dataset.run("CREATE TABLE t AS SELECT 1 AS x; CREATE TABLE T AS SELECT 2 AS x")
    assert dataset.rows("SELECT a.x, b.X AS y FROM t a, T b") == [(1, 2)]
