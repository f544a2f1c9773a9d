"""Flows 06 to 09: a month of trips lands in the bucket and in BigQuery exactly once, whatever happens on the way."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.cloud import bigquery, storage
from google.oauth2 import service_account

from tests.flows.taxis import BASE_URL, PATIENCE, Taxis, source
from tests.flows.test_postgres_taxi_scheduled import backfill
from tests.support.odd_answers import answering, odd_month, told_of_month

FLOW, SCHEDULED = "08_gcp_taxi", "09_gcp_taxi_scheduled"
DECEMBER = "yellow_tripdata_2020-12.csv"
OWN = {"needs_a_schedule"}
SHARED = ("pluginDefaults", "outputs", "concurrency")
KV = "/namespaces/zoomcamp/kv"


class Cloud:
    """The stack's Google Cloud, by Google's own clients."""

    def __init__(self, taxis: Taxis) -> None:
        told = taxis.environment
        self.taxis = taxis
        self.key = json.loads(Path(told["GCP_CREDS_FILE"]).read_text())
        credentials = service_account.Credentials.from_service_account_info(self.key)
        options = {"api_endpoint": told["STORAGE_EMULATOR_HOST"]}
        self.storage = storage.Client(told["GCP_PROJECT_ID"], credentials, client_options=options)
        self.bigquery = bigquery.Client(told["GCP_PROJECT_ID"], credentials, client_options=options)
        self.bucket = f"{told['GCP_PROJECT_ID']}-zoomcamp"

    def forget(self) -> None:
        """Away with the bucket and the data set."""
        self.bigquery.delete_dataset("zoomcamp", delete_contents=True, not_found_ok=True)
        if found := self.storage.lookup_bucket(self.bucket):
            found.delete(force=True)

    def keep(self, key: str, value: Any) -> None:
        answer = self.taxis.api.put(f"{KV}/{key}", json=value)
        assert answer.status_code < 300, answer.text

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [row.values() for row in self.bigquery.query_and_wait(sql)]

    def counts(self, taxi: str = "yellow") -> dict[str, int]:
        """Rows by file name."""
        return dict(self.rows(f"SELECT filename, COUNT(*) FROM zoomcamp.{taxi}_tripdata GROUP BY filename"))

    def tables(self) -> set[str]:
        return {table.table_id for table in self.bigquery.list_tables("zoomcamp")}

    def run(self, flow: str, **inputs: str) -> dict[str, Any]:
        """Run a flow to its end."""
        parts = {name: (None, value) for name, value in inputs.items()} or {"none": (None, "")}
        answer = self.taxis.api.post(f"/executions/zoomcamp/{flow}", files=parts)
        assert answer.status_code == 200, answer.text
        return self.taxis.api.until(answer.json()["id"], "SUCCESS", "FAILED", "KILLED", seconds=120)

    def load(self, year: str, month: str, taxi: str = "yellow") -> dict[str, Any]:
        return self.run(FLOW, taxi=taxi, year=year, month=month)

    def assert_as_before(self, rows: dict[str, int]) -> None:
        assert self.counts() == rows


@pytest.fixture(scope="session")
def cloud(stack: dict[str, str]) -> Cloud:
    """Names and key in the KV store, by flow 06 and by hand."""
    taxis = Taxis(stack, Path(stack["KESTRA_STORAGE"]))
    found = Cloud(taxis)
    for flow in ("06_gcp_kv", "07_gcp_setup", FLOW, SCHEDULED):
        taxis.import_flow(flow)
    found.keep("GCP_CREDS", found.key)
    assert found.run("06_gcp_kv")["state"]["current"] == "SUCCESS"
    return found


@pytest.fixture
def empty(cloud: Cloud) -> Cloud:
    """A bucket and a data set with nothing in them."""
    cloud.forget()
    cloud.taxis.import_flow(FLOW)
    assert cloud.run("07_gcp_setup")["state"]["current"] == "SUCCESS"
    return cloud


def test_the_names_are_in_the_kv_store(cloud: Cloud) -> None:
    wanted = {
        "GCP_PROJECT_ID": cloud.taxis.environment["GCP_PROJECT_ID"],
        "GCP_LOCATION": "us-central1",
        "GCP_BUCKET_NAME": cloud.bucket,
        "GCP_DATASET": "zoomcamp",
    }
    assert {name: cloud.taxis.api.get(f"{KV}/{name}").json()["value"] for name in wanted} == wanted


@pytest.mark.parametrize(("name", "value"), [("bucket_name", "My Bucket"), ("dataset", "zoom-camp")])
def test_names_that_google_refuses_are_refused_at_the_door(cloud: Cloud, name: str, value: str) -> None:
    answer = cloud.taxis.api.post("/executions/zoomcamp/06_gcp_kv", files={name: (None, value)})
    assert answer.status_code == 422
    assert f"`{name}`" in answer.json()["message"]


def test_the_setup_is_made_once(empty: Cloud) -> None:
    made = empty.storage.get_bucket(empty.bucket)
    assert (made.location, made.storage_class) == ("US-CENTRAL1", "REGIONAL")
    assert empty.bigquery.get_dataset("zoomcamp").location == "us-central1"
    assert empty.run("07_gcp_setup")["state"]["current"] == "SUCCESS"
    assert empty.storage.get_bucket(empty.bucket).time_created == made.time_created


@pytest.mark.parametrize(("taxi", "year", "month"), [("yellow", "2020", "12"), ("green", "2021", "07")])
def test_a_load_is_what_the_manifest_says_and_a_second_adds_nothing(
    empty: Cloud, taxi: str, year: str, month: str
) -> None:
    name = f"{taxi}_tripdata_{year}-{month}.csv"
    manifest = empty.taxis.manifest(name)
    first, second = empty.load(year, month, taxi), empty.load(year, month, taxi)
    assert (first["state"]["current"], second["state"]["current"]) == ("SUCCESS", "SUCCESS")
    assert first["outputs"] == {"rows": manifest["rows"], "rows_added": manifest["rows"]}
    assert second["outputs"] == {"rows": manifest["rows"], "rows_added": 0}
    assert empty.counts(taxi) == {name: manifest["rows"]}
    keys = f"SELECT COUNT(DISTINCT unique_row_id) FROM zoomcamp.{taxi}_tripdata"
    assert empty.rows(keys) == [(manifest["rows_distinct_by_natural_key"],)]
    monthly = f"{taxi}_tripdata_{year}_{month}"
    assert empty.tables() == {f"{taxi}_tripdata", monthly, f"{monthly}_ext"}
    assert empty.storage.bucket(empty.bucket).get_blob(name).size == manifest["bytes_uncompressed"]
    assert {"key": "file", "value": name} in first["labels"]
    folder = empty.taxis.storage / "main" / "zoomcamp" / "08-gcp-taxi" / "executions" / first["id"]
    assert list(folder.rglob("*.csv")) == []  # purged


@pytest.mark.parametrize(("taxi", "year", "month"), [("yellow", "2019", "01"), ("green", "2020", "04")])
def test_every_column_holds_what_the_manifest_says(empty: Cloud, taxi: str, year: str, month: str) -> None:
    empty.load(year, month, taxi)
    manifest = empty.taxis.manifest(f"{taxi}_tripdata_{year}-{month}.csv")
    for name, expected in manifest["columns"].items():
        query = f"SELECT COUNTIF({name} IS NULL), MIN({name}), MAX({name}) FROM zoomcamp.{taxi}_tripdata"
        [(nulls, low, high)] = empty.rows(query)
        assert nulls == expected["nulls"], name
        if isinstance(expected["min"], str):
            found = [f"{value:%Y-%m-%d %H:%M:%S}" if hasattr(value, "year") else value for value in (low, high)]
            assert found == [expected["min"], expected["max"]], name
        elif expected["min"] is not None and not name.endswith("ID"):  # identifiers are text, and sort as text
            assert (float(low), float(high)) == (expected["min"], expected["max"])


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"{BASE_URL}/faults/truncated", "was cut short or is damaged"),
        (f"{BASE_URL}/faults/missing-column", "has other columns than expected"),
        (f"{BASE_URL}/no/such/place", "HTTP Error 404"),
    ],
)
def test_a_bad_file_fails_before_anything_is_touched(empty: Cloud, url: str, message: str) -> None:
    empty.load("2020", "12")
    empty.taxis.import_flow(FLOW, BASE_URL, url)
    execution = empty.load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert empty.taxis.states(execution) == {"set_label": "SUCCESS", "extract": "FAILED"}
    assert message in empty.taxis.errors(execution)
    assert [blob.name for blob in empty.storage.list_blobs(empty.bucket)] == [DECEMBER]
    empty.assert_as_before(empty.taxis.rows(DECEMBER))


def test_odd_answers_fail_in_one_line_before_anything_is_touched(empty: Cloud) -> None:
    empty.load("2020", "12")
    taxis = empty.taxis
    with answering(odd_month) as address:
        taxis.import_odd(FLOW, address)
        months = {f"yellow_tripdata_2020-{month:02}.csv": f"{month:02}" for month in range(1, 7)}
        started = {name: taxis.start("2020", month, flow=FLOW) for name, month in months.items()}
        ended = {
            name: taxis.api.until(execution["id"], "SUCCESS", "FAILED", seconds=PATIENCE)
            for name, execution in started.items()
        }
    for name, execution in ended.items():
        taxis.assert_refused(execution, f"{address}/yellow/{name}.gz ", told_of_month(name))
    assert [blob.name for blob in empty.storage.list_blobs(empty.bucket)] == [DECEMBER]
    empty.assert_as_before(taxis.rows(DECEMBER))


@pytest.mark.slow
def test_odd_answers_to_a_backfill_fail_in_one_line_each(empty: Cloud) -> None:
    taxis = empty.taxis
    with answering(odd_month) as address:
        taxis.import_odd(SCHEDULED, address)
        times = ("2021-01-31T00:00:00Z", "2021-07-31T00:00:00Z")
        backfill(taxis, "green_schedule", *times, flow=SCHEDULED, label="odd")
        failed = taxis.await_backfill(SCHEDULED, "odd", 6, "FAILED")
    taxis.import_flow(SCHEDULED)
    for execution in failed:
        (name,) = (label["value"] for label in execution["labels"] if label["key"] == "file")
        taxis.assert_refused(execution, f"{address}/green/{name}.gz ", told_of_month(name))
    assert empty.tables() == set()
    assert list(empty.storage.list_blobs(empty.bucket)) == []


def accident(taxis: Taxis, script: str) -> None:
    """A flow in which something happens to the object between its upload and its use."""
    task = f"""  - id: accident
    type: io.kestra.plugin.scripts.python.Script
    script: |
      name = "{{{{ render(vars.file) }}}}"
      lines = open("{{{{ render(vars.data) }}}}").read().splitlines(keepends=True)
      open(name, "w").write({script})
    outputFiles: ["*.csv"]

  - id: upload_it
    type: io.kestra.plugin.gcp.gcs.Upload
    from: "{{{{ outputs.accident.outputFiles[render(vars.file)] }}}}"
    to: "{{{{ render(vars.gcs_file) }}}}"

"""
    mark = "  - id: if_yellow_taxi\n"
    taxis.import_flow(FLOW, mark, task + mark)


@pytest.mark.parametrize(
    ("script", "failed", "message"),
    [
        (
            "''.join(lines[:-1]) + ','.join(lines[-1].split(',')[:14])",
            "bq_yellow_table_tmp",
            "CSV table references column position 17, but line contains only 14 columns",
        ),
        ("''.join(lines[:-5])", "yellow_is_whole", "the upload was cut short"),
    ],
    ids=["line cut", "lines missing"],
)
def test_a_file_that_is_not_whole_in_the_bucket_is_not_merged(
    empty: Cloud, script: str, failed: str, message: str
) -> None:
    empty.load("2020", "12")
    accident(empty.taxis, script)
    execution = empty.load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert empty.taxis.states(execution)[failed] == "FAILED"
    assert message in empty.taxis.errors(execution)
    empty.assert_as_before(empty.taxis.rows(DECEMBER))
    empty.taxis.import_flow(FLOW)
    assert empty.load("2020", "11")["outputs"]["rows_added"] > 0
    empty.assert_as_before(empty.taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))


@pytest.mark.parametrize("name", ["GCP_CREDS", "GCP_BUCKET_NAME", "GCP_DATASET"])
def test_a_missing_key_is_named(empty: Cloud, name: str) -> None:
    value = empty.taxis.api.get(f"{KV}/{name}").json()["value"]
    assert empty.taxis.api.delete(f"{KV}/{name}").status_code == 200
    try:
        execution = empty.load("2020", "12")
    finally:
        empty.keep(name, value)
    assert execution["state"]["current"] == "FAILED"
    assert name in empty.taxis.errors(execution)
    assert empty.tables() == set()


def test_a_wrong_credential_is_told_and_not_shown(empty: Cloud) -> None:
    empty.keep("GCP_CREDS", empty.key | {"client_email": "else@where.iam.gserviceaccount.com"})
    try:
        execution = empty.load("2020", "12")
    finally:
        empty.keep("GCP_CREDS", empty.key)
    assert empty.taxis.states(execution)["upload_to_gcs"] == "FAILED"
    error = empty.taxis.errors(execution)
    assert "invalid_grant" in error
    assert "PRIVATE KEY" not in error
    assert list(empty.storage.list_blobs(empty.bucket)) == []


def test_loads_at_once_wait_for_each_other(empty: Cloud) -> None:
    fields = [{"taxi": "yellow", "year": "2020", "month": month} for month in ("12", "12", "11")]
    started = [empty.taxis.start(**{key: one[key] for key in ("year", "month")}, flow=FLOW) for one in fields]
    ended = [empty.taxis.api.until(each["id"], "SUCCESS", "FAILED", seconds=120) for each in started]
    assert [each["state"]["current"] for each in ended] == ["SUCCESS"] * 3
    empty.assert_as_before(empty.taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))


@pytest.mark.slow
def test_kestra_gone_in_the_middle(empty: Cloud) -> None:
    """The engine takes the execution up again and does the interrupted task once more."""
    started = empty.taxis.start("2020", "12", flow=FLOW)
    empty.taxis.api.until(started["id"], "RUNNING", seconds=60)
    empty.taxis.crash("kestra")
    assert empty.taxis.api.until(started["id"], "SUCCESS", "FAILED", seconds=120)["state"]["current"] == "SUCCESS"
    empty.assert_as_before(empty.taxis.rows(DECEMBER))


@pytest.mark.slow
def test_google_cloud_gone_in_the_middle(empty: Cloud) -> None:
    """What was loaded is there again, and the load goes on or can be done again."""
    empty.load("2020", "12")
    started = empty.taxis.start("2020", "11", flow=FLOW)
    empty.taxis.api.until(started["id"], "RUNNING", seconds=60)
    empty.taxis.crash("gcp")
    empty.taxis.api.until(started["id"], "SUCCESS", "FAILED", seconds=120)
    assert empty.load("2020", "11")["state"]["current"] == "SUCCESS"
    empty.assert_as_before(empty.taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))


def test_by_hand_the_scheduled_flow_says_what_to_do(cloud: Cloud) -> None:
    execution = cloud.run(SCHEDULED, taxi="yellow")
    assert execution["state"]["current"] == "FAILED"
    assert "Run a backfill of yellow_schedule or green_schedule" in cloud.taxis.errors(execution)


def test_a_backfill_loads_one_file_a_month(empty: Cloud) -> None:
    backfill(empty.taxis, "green_schedule", "2020-01-31T00:00:00Z", "2020-03-31T00:00:00Z", flow=SCHEDULED)
    names = [f"green_tripdata_2020-{month:02}.csv" for month in (2, 3)]
    found = empty.taxis.await_backfill(SCHEDULED, "green_schedule", len(names))
    assert empty.counts("green") == empty.taxis.rows(*names)
    assert {each["trigger"]["variables"]["date"][11:16] for each in found} == {"09:00"}
    assert {f"green_tripdata_2020_0{month}" for month in (2, 3)} < empty.tables()


def test_the_two_flows_load_in_the_same_way() -> None:
    by_hand, scheduled = (yaml.safe_load(source(name)) for name in (FLOW, SCHEDULED))
    assert [task for task in scheduled["tasks"] if task["id"] not in OWN] == by_hand["tasks"]
    assert {key: scheduled[key] for key in SHARED} == {key: by_hand[key] for key in SHARED}
    own = {name: by_hand["variables"][name] for name in ("file", "table")}
    assert {**scheduled["variables"], **own} == by_hand["variables"]


def test_the_schedules_are_those_of_lesson_05() -> None:
    gcp, postgres = (yaml.safe_load(source(name)) for name in (SCHEDULED, "05_postgres_taxi_scheduled"))
    assert gcp["triggers"] == postgres["triggers"]
