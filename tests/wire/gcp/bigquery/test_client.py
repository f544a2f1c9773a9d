"""Google's client, as it comes, against the front: data sets, tables, jobs, rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pandas as pd
import pytest
from google.api_core.exceptions import BadRequest, Conflict, GoogleAPICallError, NotFound, PreconditionFailed
from google.cloud import bigquery
from google.cloud.bigquery import SchemaField

from tests.wire.gcp.bigquery.folder import Folder
from tests.wire.gcp.bigquery.server import PROJECT


@pytest.fixture
def dataset(warehouse: bigquery.Client, request: pytest.FixtureRequest) -> Iterator[str]:
    name = request.node.name.split("[")[0]
    warehouse.create_dataset(name)
    yield name
    warehouse.delete_dataset(name, delete_contents=True, not_found_ok=True)


@pytest.fixture
def run(warehouse: bigquery.Client, dataset: str) -> Callable[[str], list[tuple]]:
    """Runs a statement, whose names have the test's data set."""
    config = bigquery.QueryJobConfig(default_dataset=f"{PROJECT}.{dataset}")

    def query(sql: str) -> list[tuple]:
        return [row.values() for row in warehouse.query(sql, job_config=config).result()]

    return query


def test_data_sets(warehouse: bigquery.Client) -> None:
    made = bigquery.Dataset(f"{PROJECT}.made")
    made.location, made.description, made.labels = "us-central1", "first", {"team": "a"}
    warehouse.create_dataset(made)
    with pytest.raises(Conflict, match="Already Exists: Dataset test-project:made"):
        warehouse.create_dataset("made")
    found = warehouse.create_dataset("made", exists_ok=True)
    assert (found.location, found.description, found.labels) == ("us-central1", "first", {"team": "a"})
    assert "made" in [each.dataset_id for each in warehouse.list_datasets()]
    found.description, found.labels = "second", {"team": None, "kind": "b"}
    changed = warehouse.update_dataset(found, ["description", "labels"])
    assert (changed.description, changed.labels) == ("second", {"kind": "b"})
    with pytest.raises(PreconditionFailed):
        warehouse.update_dataset(found, ["description"])
    warehouse.delete_dataset("made")
    with pytest.raises(NotFound, match="Not found: Dataset test-project:made"):
        warehouse.get_dataset("made")
    with pytest.raises(BadRequest, match="Invalid dataset ID"):
        warehouse.create_dataset("with-dash")


def test_tables(warehouse: bigquery.Client, dataset: str) -> None:
    table = bigquery.Table(
        f"{PROJECT}.{dataset}.t",
        [
            SchemaField("id", "INTEGER", "REQUIRED", description="key"),
            SchemaField("at", "TIMESTAMP"),
            SchemaField("tags", "STRING", "REPEATED"),
            SchemaField("who", "RECORD", fields=[SchemaField("name", "STRING")]),
        ],
    )
    table.time_partitioning = bigquery.TimePartitioning(field="at")
    table.clustering_fields = ["id"]
    table.description = "of a test"
    warehouse.create_table(table)
    found = warehouse.get_table(f"{dataset}.t")
    assert found.schema == table.schema
    assert (found.num_rows, found.table_type, found.description) == (0, "TABLE", "of a test")
    assert (found.time_partitioning.field, found.clustering_fields) == ("at", ["id"])
    found.schema = [*found.schema, SchemaField("more", "FLOAT")]
    assert [field.name for field in warehouse.update_table(found, ["schema"]).schema][-1] == "more"
    assert [each.table_id for each in warehouse.list_tables(dataset)] == ["t"]
    with pytest.raises(Conflict):
        warehouse.create_table(table)
    with pytest.raises(BadRequest, match="is still in use"):
        warehouse.delete_dataset(dataset)
    warehouse.delete_table(f"{dataset}.t")
    with pytest.raises(NotFound, match=f"Not found: Table test-project:{dataset}.t"):
        warehouse.get_table(f"{dataset}.t")


def test_schema_changes_that_lose_something_are_refused(warehouse: bigquery.Client, dataset: str) -> None:
    table = warehouse.create_table(bigquery.Table(f"{PROJECT}.{dataset}.t", [SchemaField("a", "INTEGER")]))
    for schema in ([SchemaField("a", "STRING")], [SchemaField("b", "INTEGER")]):
        table.schema = schema
        with pytest.raises(BadRequest, match="Provided Schema does not match"):
            warehouse.update_table(table, ["schema"])


def test_every_type_comes_back(warehouse: bigquery.Client) -> None:
    sql = """SELECT 1, 1.5, NUMERIC '1.25', TRUE, 'é', b'\\xff', DATE '2020-01-02', TIME '03:04:05.000006',
        DATETIME '2020-01-02 03:04:05.5', TIMESTAMP '2020-01-02 03:04:05.000001+00', [1, 2],
        STRUCT(1 AS a, [STRUCT('x' AS b)] AS c), CAST(NULL AS STRING), CAST(NULL AS ARRAY<INT64>)"""
    (row,) = warehouse.query_and_wait(sql)
    assert row.values() == (
        1, 1.5, Decimal("1.25"), True, "é", b"\xff", date(2020, 1, 2), time(3, 4, 5, 6),
        datetime(2020, 1, 2, 3, 4, 5, 500000), datetime(2020, 1, 2, 3, 4, 5, 1, tzinfo=UTC), [1, 2],
        {"a": 1, "c": [{"b": "x"}]}, None, [],
    )  # fmt: skip


def test_pages(warehouse: bigquery.Client) -> None:
    rows = warehouse.query("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS x ORDER BY x").result(page_size=300)
    sizes, seen = [], []
    for page in rows.pages:
        found = [row.x for row in page]
        sizes.append(len(found))
        seen += found
    assert sizes == [300, 300, 300, 100]
    assert seen == list(range(1, 1001))
    assert rows.total_rows == 1000


@pytest.mark.filterwarnings("ignore:Loading pandas DataFrame into BigQuery will require pandas-gbq:FutureWarning")
def test_data_frames(warehouse: bigquery.Client, dataset: str) -> None:
    frame = pd.DataFrame({"n": [1, 2], "s": ["a", None], "at": pd.to_datetime(["2020-01-01", "2020-01-02"], utc=True)})
    warehouse.load_table_from_dataframe(frame, f"{dataset}.frame").result()
    found = warehouse.query(f"SELECT * FROM {dataset}.frame ORDER BY n").to_dataframe(create_bqstorage_client=False)
    assert found["n"].tolist() == [1, 2]
    assert found["at"].tolist() == frame["at"].tolist()
    assert found["s"].isna().tolist() == [False, True]


def test_query_jobs(warehouse: bigquery.Client, dataset: str) -> None:
    config = bigquery.QueryJobConfig(labels={"step": "one"}, destination=f"{PROJECT}.{dataset}.kept")
    job = warehouse.query("SELECT 1 AS x", job_config=config, job_id="named-job-1")
    assert job.result().total_rows == 1
    found = warehouse.get_job("named-job-1")
    assert (found.state, found.labels, found.statement_type) == ("DONE", {"step": "one"}, "SELECT")
    assert found.created <= found.started <= found.ended
    assert "named-job-1" in [each.job_id for each in warehouse.list_jobs(state_filter="done")]
    assert [row.values() for row in warehouse.list_rows(f"{dataset}.kept")] == [(1,)]
    with pytest.raises(Conflict, match="Already Exists: Job"):
        warehouse.query("SELECT 1", job_id="named-job-1", job_retry=None)
    with pytest.raises(Conflict, match="Already Exists: Table"):
        warehouse.query("SELECT 2 AS x", job_config=config).result()
    config.write_disposition = "WRITE_APPEND"
    warehouse.query("SELECT 2 AS x", job_config=config).result()
    assert warehouse.get_table(f"{dataset}.kept").num_rows == 2
    config.write_disposition = "WRITE_TRUNCATE"
    warehouse.query("SELECT 'y' AS z", job_config=config).result()
    assert [row.values() for row in warehouse.list_rows(f"{dataset}.kept")] == [("y",)]


def test_results_without_a_destination_can_be_listed(warehouse: bigquery.Client) -> None:
    job = warehouse.query("SELECT 7 AS x")
    job.result()
    assert [row.values() for row in warehouse.list_rows(warehouse.get_table(job.destination))] == [(7,)]


def test_dry_run(warehouse: bigquery.Client) -> None:
    config = bigquery.QueryJobConfig(dry_run=True)
    job = warehouse.query("SELECT 1 AS x, [STRUCT('a' AS y)] AS z", job_config=config)
    assert [(field.name, field.field_type, field.mode) for field in job.schema] == [
        ("x", "INTEGER", "NULLABLE"),
        ("z", "RECORD", "REPEATED"),
    ]
    with pytest.raises(BadRequest, match=r"Unrecognized name: y at \[1:8\]"):
        warehouse.query("SELECT y", job_config=config)


def test_parameters(warehouse: bigquery.Client) -> None:
    named = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter("n", "INT64", 5),
            bigquery.ScalarQueryParameter("t", "TIMESTAMP", datetime(2020, 1, 2, tzinfo=UTC)),
            bigquery.ScalarQueryParameter("nothing", "STRING", None),
            bigquery.ArrayQueryParameter("many", "STRING", ["it's", "b"]),
        ]
    )
    (row,) = warehouse.query_and_wait("SELECT @n + 1, @t, @nothing, @many", job_config=named)
    assert row.values() == (6, datetime(2020, 1, 2, tzinfo=UTC), None, ["it's", "b"])
    placed = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter(None, "STRING", "a"),
            bigquery.ScalarQueryParameter(None, "INT64", 2),
        ]
    )
    (row,) = warehouse.query_and_wait("SELECT REPEAT(?, ?)", job_config=placed)
    assert row.values() == ("aa",)
    with pytest.raises(BadRequest, match="Query parameter 'missing' not found"):
        warehouse.query_and_wait("SELECT @missing", job_config=named)


def test_a_job_can_be_cancelled(warehouse: bigquery.Client) -> None:
    job = warehouse.query(
        "SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a JOIN UNNEST(GENERATE_ARRAY(1, 1000000)) b ON a*b < 0"
    )
    job.cancel()
    with pytest.raises(GoogleAPICallError, match="Job execution was cancelled"):
        job.result(retry=None, job_retry=None)
    job.reload()
    assert (job.state, job.error_result["reason"]) == ("DONE", "stopped")


def test_a_job_runs_out_of_time(warehouse: bigquery.Client) -> None:
    config = bigquery.QueryJobConfig(job_timeout_ms=200)
    sql = (
        "SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a JOIN UNNEST(GENERATE_ARRAY(1, 1000000)) b ON a*b < 0"
    )
    with pytest.raises(GoogleAPICallError, match="Job timed out"):
        warehouse.query(sql, job_config=config).result(retry=None, job_retry=None)


def test_scripts_give_the_rows_of_their_last_query(run: Callable[[str], list[tuple]]) -> None:
    assert run("CREATE TABLE s (a INT64); INSERT INTO s VALUES (1), (2); SELECT SUM(a) FROM s;") == [(3,)]
    with pytest.raises(BadRequest, match="Unrecognized name: nope"):
        run("INSERT INTO s VALUES (3); SELECT nope FROM s")
    assert run("SELECT COUNT(*) FROM s") == [(3,)]  # the first statement had its effect


def test_views_and_information_schema(run: Callable[[str], list[tuple]], dataset: str) -> None:
    run("CREATE TABLE base (a INT64 NOT NULL OPTIONS (description='k'), b STRING) CLUSTER BY b")
    run("INSERT INTO base VALUES (1, 'x'), (2, 'y')")
    run(f"CREATE OR REPLACE VIEW v AS SELECT a * 10 AS ten FROM `{PROJECT}.{dataset}.base`")
    assert run("SELECT ten FROM v ORDER BY ten DESC") == [(20,), (10,)]
    assert run(f"SELECT table_name, table_type FROM {dataset}.INFORMATION_SCHEMA.TABLES ORDER BY 1") == [
        ("base", "BASE TABLE"),
        ("v", "VIEW"),
    ]
    columns = "column_name, data_type, is_nullable, clustering_ordinal_position"
    assert run(
        f"SELECT {columns} FROM `{dataset}`.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'base' ORDER BY 1"
    ) == [
        ("a", "INT64", "NO", None),
        ("b", "STRING", "YES", 1),
    ]


def test_load_jobs(warehouse: bigquery.Client, dataset: str, buckets: Folder) -> None:
    buckets.write("load", "in/a.json", '{"n": 1, "s": "x", "tags": ["p", "q"], "who": {"name": "z"}}\n{"n": "2"}\n')
    schema = [
        SchemaField("n", "INTEGER"),
        SchemaField("s", "STRING"),
        SchemaField("tags", "STRING", "REPEATED"),
        SchemaField("who", "RECORD", fields=[SchemaField("name", "STRING")]),
    ]
    config = bigquery.LoadJobConfig(source_format="NEWLINE_DELIMITED_JSON", schema=schema)
    job = warehouse.load_table_from_uri("gs://load/in/*.json", f"{dataset}.j", job_config=config).result()
    assert (job.output_rows, job.input_files) == (2, 1)
    assert [row.values() for row in warehouse.query_and_wait(f"SELECT * FROM {dataset}.j ORDER BY n")] == [
        (1, "x", ["p", "q"], {"name": "z"}),
        (2, None, [], None),
    ]
    frame = pd.DataFrame({"n": [1, 2], "x": [0.5, None]})
    path = buckets.root / "load" / "p.parquet"
    frame.to_parquet(path)
    config = bigquery.LoadJobConfig(source_format="PARQUET")
    warehouse.load_table_from_uri("gs://load/p.parquet", f"{dataset}.p", job_config=config).result()
    assert [row.values() for row in warehouse.list_rows(f"{dataset}.p")] == [(1, 0.5), (2, None)]
    config = bigquery.LoadJobConfig(source_format="AVRO")
    with pytest.raises(BadRequest, match="Unsupported by this stand-in: files of the format AVRO"):
        warehouse.load_table_from_uri("gs://load/p.avro", f"{dataset}.q", job_config=config).result()
    with pytest.raises(NotFound, match=r"Not found: URI gs://load/none\.csv"):
        warehouse.load_table_from_uri("gs://load/none.csv", f"{dataset}.q").result()


def test_parquet_of_times_without_a_zone_and_of_numbers_that_are_none(
    warehouse: bigquery.Client, dataset: str, buckets: Folder
) -> None:
    times = pd.to_datetime(["2024-01-01 01:02:03", None])
    path = buckets.root / "times" / "p.parquet"
    path.parent.mkdir()
    pd.DataFrame({"at": times, "x": [float("inf"), -0.5]}).to_parquet(path)
    for kind, at in (("TIMESTAMP", datetime(2024, 1, 1, 1, 2, 3, tzinfo=UTC)), ("DATETIME", times[0])):
        schema = [SchemaField("at", kind), SchemaField("x", "FLOAT")]
        config = bigquery.LoadJobConfig(source_format="PARQUET", schema=schema)
        warehouse.load_table_from_uri("gs://times/p.parquet", f"{dataset}.{kind}", job_config=config).result()
        assert [row.values() for row in warehouse.list_rows(f"{dataset}.{kind}")] == [
            (at, float("inf")),
            (None, -0.5),
        ]
    config = bigquery.LoadJobConfig(source_format="PARQUET", schema=[SchemaField("at", "DATE")])
    with pytest.raises(BadRequest, match="has type DATETIME which does not match the target type DATE"):
        warehouse.load_table_from_uri("gs://times/p.parquet", f"{dataset}.d", job_config=config).result()


@pytest.mark.parametrize("size", [None, 8])
def test_uploads(warehouse: bigquery.Client, dataset: str, size: int | None) -> None:
    schema = [SchemaField("id", "INTEGER"), SchemaField("s", "STRING")]
    config = bigquery.LoadJobConfig(schema=schema, source_format="CSV")
    job = warehouse.load_table_from_file(io.BytesIO(b"1,a\n2,b\n"), f"{dataset}.up", size=size, job_config=config)
    assert job.result().output_rows == 2
    assert [row.values() for row in warehouse.list_rows(f"{dataset}.up")] == [(1, "a"), (2, "b")]


def test_rows_can_be_streamed(warehouse: bigquery.Client, dataset: str) -> None:
    warehouse.create_table(bigquery.Table(f"{PROJECT}.{dataset}.s", [SchemaField("a", "INTEGER", "REQUIRED")]))
    assert warehouse.insert_rows_json(f"{dataset}.s", [{"a": 1}, {"a": "2"}]) == []
    for wrong in ({"a": "x"}, {"b": 1}, {}):
        assert warehouse.insert_rows_json(f"{dataset}.s", [{"a": 3}, wrong])
    assert [row.a for row in warehouse.list_rows(f"{dataset}.s")] == [1, 2]


def test_what_is_not_there_says_so(warehouse: bigquery.Client, dataset: str) -> None:
    with pytest.raises(NotFound, match="Not found: Job"):
        warehouse.get_job("none")
    with pytest.raises(NotFound, match="Not found: Project elsewhere"):
        warehouse.query_and_wait("SELECT * FROM elsewhere.a.b")
    with pytest.raises(BadRequest, match="legacy SQL"):
        warehouse.query("SELECT 1", job_config=bigquery.QueryJobConfig(use_legacy_sql=True)).result()
    config = bigquery.QueryJobConfig(schema_update_options=["ALLOW_FIELD_ADDITION"])
    with pytest.raises(BadRequest, match="the option schemaUpdateOptions of queries"):
        warehouse.query("SELECT 1", job_config=config).result()
