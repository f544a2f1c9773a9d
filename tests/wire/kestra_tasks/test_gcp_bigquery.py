"""io.kestra.plugin.gcp.bigquery: CreateDataset, DeleteDataset, DeleteTable, Query, Load and LoadFromGcs."""

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery
from google.oauth2 import service_account

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra, Task

DATASET = "tasks_flowio"
PREFIX = "io.kestra.plugin.gcp.bigquery."


@pytest.fixture(scope="module")
def client(kestra: Kestra) -> bigquery.Client:
    """Google's client, and the key in the KV store, as a user has it."""
    told = kestra.environment
    key = json.loads(Path(told["GCP_CREDS_FILE"]).read_text())
    kestra.request("PUT", "/namespaces/tests.tasks/kv/GCP_CREDS", json=key)
    credentials = service_account.Credentials.from_service_account_info(key)
    options = {"api_endpoint": told["BIGQUERY_EMULATOR_HOST"]}
    return bigquery.Client(told["GCP_PROJECT_ID"], credentials, client_options=options)


@pytest.fixture
def dataset(client: bigquery.Client) -> Iterator[str]:
    """An empty data set."""
    client.create_dataset(DATASET)
    yield DATASET
    client.delete_dataset(DATASET, delete_contents=True, not_found_ok=True)


def task(kind: str, **properties: Any) -> Task:
    return {"type": PREFIX + kind, "serviceAccount": "{{ kv('GCP_CREDS') }}", **properties}


def query(sql: str, **properties: Any) -> Task:
    return task("Query", sql=sql, **properties)


def test_a_data_set_is_made_once(kestra: Kestra, client: bigquery.Client) -> None:
    create = task("CreateDataset", name=DATASET, location="us-central1", description="of {{ flow.id }}")
    create |= {"friendlyName": "Tasks", "labels": {"lesson": "seven"}}
    try:
        outputs = kestra.ok(create).outputs()
        project = kestra.environment["GCP_PROJECT_ID"]
        place = {"dataset": DATASET, "project": project, "location": "us-central1"}
        assert outputs == place | {"friendlyName": "Tasks", "description": "of flow"}
        assert client.get_dataset(DATASET).labels == {"lesson": "seven"}
        assert "already exists" in kestra.failure(create)
        assert kestra.ok(create | {"ifExists": "SKIP", "description": "other"}).outputs()["description"] == "of flow"
        assert kestra.ok(create | {"ifExists": "UPDATE", "description": "other"}).outputs()["description"] == "other"
        assert client.get_dataset(DATASET).friendly_name == "Tasks"
    finally:
        client.delete_dataset(DATASET, not_found_ok=True)


def test_a_name_that_is_not_allowed(kestra: Kestra, client: bigquery.Client) -> None:
    error = kestra.failure(task("CreateDataset", name="zoom-camp"))
    assert 'Invalid dataset ID "zoom-camp"' in error
    assert "no dash" in error


def test_deletion(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    client.query_and_wait(f"CREATE TABLE {dataset}.one AS SELECT 1 AS one")
    client.query_and_wait(f"CREATE TABLE {dataset}.two AS SELECT 2 AS two")
    outputs = kestra.ok(task("DeleteTable", dataset=dataset, table="one")).outputs()
    assert (outputs["datasetId"], outputs["table"]) == (dataset, "one")
    assert [table.table_id for table in client.list_tables(dataset)] == ["two"]
    assert "notFound" in kestra.failure(task("DeleteTable", dataset=dataset, table="one"))
    assert "Set `deleteContents`" in kestra.failure(task("DeleteDataset", name=dataset))
    assert kestra.ok(task("DeleteDataset", name=dataset, deleteContents=True)).outputs() == {"dataset": dataset}
    assert list(client.list_datasets()) == []


def test_fetch_types(kestra: Kestra, client: bigquery.Client) -> None:
    sql = "SELECT number, CONCAT('n', CAST(number AS STRING)) AS name FROM UNNEST([3, 1, 2]) AS number ORDER BY number"
    rows = [{"number": number, "name": f"n{number}"} for number in (1, 2, 3)]
    run = kestra.ok(query(sql, fetchType="FETCH"))
    assert (run.outputs()["rows"], run.outputs()["size"]) == (rows, 3)
    assert run.metric("fetch.rows")["value"] == 3
    assert kestra.ok(query(sql, fetchOne=True)).outputs()["row"] == rows[0]
    stored = kestra.ok(query(sql, store=True, maxResults=2)).outputs()
    assert [dict(row) for row in kestra.ion(stored["uri"])] == rows
    nothing = kestra.ok(query(sql)).outputs()
    assert not {"rows", "row", "uri"} & nothing.keys()
    assert nothing["jobId"]
    assert (
        kestra.ok(query("SELECT 1 AS one FROM UNNEST([1]) WHERE FALSE", fetchType="FETCH_ONE")).outputs()["size"] == 0
    )


@pytest.mark.parametrize("fetch", ["FETCH", "FETCH_ONE", "STORE"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT {0}.t VALUES (1)",
        "UPDATE {0}.t SET n = 2 WHERE TRUE",
        "DELETE {0}.t WHERE TRUE",
        "MERGE {0}.t t USING (SELECT 5 AS n) s ON t.n = s.n WHEN NOT MATCHED THEN INSERT (n) VALUES (s.n)",
        "TRUNCATE TABLE {0}.t",
        "CREATE OR REPLACE TABLE {0}.u (n INT64)",
        "CREATE OR REPLACE TABLE {0}.u AS SELECT 1 AS n",
    ],
)
def test_a_statement_without_rows(
    kestra: Kestra, client: bigquery.Client, dataset: str, statement: str, fetch: str
) -> None:
    client.query_and_wait(f"CREATE TABLE {dataset}.t (n INT64)")
    outputs = kestra.ok(query(statement.format(dataset), fetchType=fetch)).outputs()
    assert outputs["size"] == 0
    assert outputs.get("rows", []) == []


def test_values_arrive_as_kestra_has_them(kestra: Kestra, client: bigquery.Client) -> None:
    sql = """
        SELECT 1 AS whole, 1.5 AS real, NUMERIC '2.50' AS exact, TRUE AS yes, 'ä' AS word, CAST(NULL AS STRING) AS none,
               DATE '2020-01-31' AS day, TIME '10:00:00' AS hour, DATETIME '2020-01-31 10:00:00' AS local,
               TIMESTAMP '2020-01-31 10:00:00+01' AS moment, b'ab' AS raw, [1, 2] AS list,
               STRUCT(1 AS a, 'x' AS b) AS record, [STRUCT(DATE '2020-01-01' AS d)] AS records
    """
    row = kestra.ok(query(sql, fetchType="FETCH_ONE")).outputs()["row"]
    assert (row["whole"], row["real"], row["exact"], row["yes"], row["word"]) == (1, 1.5, 2.5, True, "ä")
    assert "none" not in row  # Kestra leaves empty values out
    assert (row["day"], row["hour"]) == ("2020-01-31", "10:00:00")
    assert (row["local"], row["moment"]) == ("2020-01-31T10:00:00Z", "2020-01-31T09:00:00Z")
    assert (row["list"], row["record"], row["records"]) == ([1, 2], {"a": 1, "b": "x"}, [{"d": "2020-01-01"}])


def test_a_merge_counts_its_rows(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    create = query(f"CREATE TABLE IF NOT EXISTS {dataset}.trips (id INT64)", id="create")
    merge = f"""
        MERGE {dataset}.trips T USING (SELECT id FROM UNNEST([1, 2, 2]) AS id) S ON T.id = S.id
        WHEN NOT MATCHED THEN INSERT (id) VALUES (id)
    """
    run = kestra.ok(create, query(merge))
    assert run.metric("num.dml.affected.rows")["value"] == 3
    assert kestra.ok(query(merge)).metric("num.dml.affected.rows")["value"] == 0
    [(count,)] = client.query_and_wait(f"SELECT COUNT(*) FROM {dataset}.trips")
    assert count == 3


def test_a_destination_table(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    target = {"destinationTable": f"{dataset}.kept", "writeDisposition": "WRITE_TRUNCATE"}
    outputs = kestra.ok(query("SELECT NUMERIC '1.5' AS fare", **target)).outputs()
    project = kestra.environment["GCP_PROJECT_ID"]
    assert outputs["destinationTable"] == {"project": project, "dataset": dataset, "table": "kept"}
    [(fare,)] = client.query_and_wait(f"SELECT fare FROM {dataset}.kept")
    assert fare == Decimal("1.5")


def test_a_default_data_set_and_labels(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    client.query_and_wait(f"CREATE TABLE {dataset}.trips AS SELECT 7 AS id")
    run = kestra.ok(
        query("SELECT id FROM trips", defaultDataset=dataset, fetchType="FETCH_ONE", labels={"own": "label"})
    )
    assert run.outputs()["row"] == {"id": 7}
    labels = client.get_job(run.outputs()["jobId"]).labels
    assert labels["kestra_flow_id"] == "flow"
    assert labels["kestra_execution_id"] == run.id.lower()
    assert labels["own"] == "label"


def test_a_dry_run_changes_nothing(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    kestra.ok(query(f"CREATE TABLE {dataset}.never AS SELECT 1 AS one", dryRun=True))
    assert list(client.list_tables(dataset)) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT no_such_column FROM UNNEST([1]) AS one", "no_such_column"),
        ("SELECT 1 FROM tasks_flowio.nothing", "notFound"),
        ("SELEC 1", "Syntax error"),
        ("", "`sql` is not set"),
    ],
)
def test_mistakes_are_told_in_bigquerys_words(kestra: Kestra, client: bigquery.Client, sql: str, said: str) -> None:
    assert said in kestra.failure(query(sql))


def test_legacy_sql_is_refused(kestra: Kestra, client: bigquery.Client) -> None:
    assert "legacy SQL" in kestra.failure(query("SELECT 1", legacySql=True))


def test_a_kill_cancels_the_job(kestra: Kestra, client: bigquery.Client) -> None:
    numbers = "UNNEST(GENERATE_ARRAY(1, 100000))"
    begun = time.monotonic()
    run = kestra.start(
        query(f"SELECT COUNT(*) AS n FROM {numbers} AS a, {numbers} AS b, {numbers} AS c WHERE a + b > c")
    )
    eventually(lambda: any(job.state != "DONE" for job in client.list_jobs(state_filter="running")))
    [job] = client.list_jobs(state_filter="running")
    assert kestra.kill(run).state == "KILLED"
    eventually(lambda: client.get_job(job.job_id).state == "DONE")
    assert time.monotonic() - begun < 60


SCHEMA = {"fields": [{"name": "id", "type": "INT64"}, {"name": "fare", "type": "NUMERIC"}]}
CSV = {"format": "CSV", "csvOptions": {"skipLeadingRows": 1, "fieldDelimiter": ";"}, "schema": SCHEMA}


def write(text: str) -> Task:
    return {"id": "made", "type": "io.kestra.plugin.core.storage.Write", "content": text}


def test_load(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    target = {"destinationTable": f"{dataset}.trips", "writeDisposition": "WRITE_TRUNCATE", **CSV}
    for _ in range(2):
        run = kestra.ok(write("id;fare\n1;2.5\n2;\n"), task("Load", **{"from": "{{ outputs.made.uri }}"}, **target))
    assert (run.outputs()["rows"], run.metric("output.rows")["value"]) == (2, 2)
    rows = client.query_and_wait(f"SELECT id, fare FROM {dataset}.trips ORDER BY id")
    assert [row.values() for row in rows] == [(1, Decimal("2.5")), (2, None)]
    bad = kestra.failure(write("id;fare\none;2.5\n"), task("Load", **{"from": "{{ outputs.made.uri }}"}, **target))
    assert "one" in bad
    assert len(list(client.list_rows(f"{dataset}.trips"))) == 2


def test_load_from_gcs(kestra: Kestra, client: bigquery.Client, dataset: str) -> None:
    key = {"serviceAccount": "{{ kv('GCP_CREDS') }}"}
    create = {"id": "create", "type": "io.kestra.plugin.gcp.gcs.CreateBucket", "name": "tasks-load", "ifExists": "SKIP"}
    upload = {"id": "upload", "type": "io.kestra.plugin.gcp.gcs.Upload", "from": "{{ outputs.made.uri }}"}
    json_lines = '{"id": 1, "fare": 2.5}\n{"id": 2}\n'
    load = task("LoadFromGcs", **{"from": ["gs://tasks-load/in/*.json"]}, format="JSON", schema=SCHEMA)
    load["destinationTable"] = f"{dataset}.trips"
    upload["to"] = "gs://tasks-load/in/a.json"
    run = kestra.ok(write(json_lines), create | key, upload | key, load)
    assert run.outputs()["rows"] == 2
    assert kestra.ok(load).outputs()["rows"] == 2
    [(count,)] = client.query_and_wait(f"SELECT COUNT(*) FROM {dataset}.trips")
    assert count == 4  # a load adds to what is there, unless writeDisposition says otherwise
    missing = kestra.failure(load | {"from": ["gs://tasks-load/none.json"]})
    assert "tasks-load/none.json" in missing
    assert "has a list `fields`" in kestra.failure(load | {"schema": {"columns": []}})


def test_properties_are_the_official_ones(kestra: Kestra) -> None:
    assert "name: must not be null" in kestra.problems(task("CreateDataset"))
    assert "Unrecognized field" in kestra.problems(query("SELECT 1", statement="SELECT 2"))
