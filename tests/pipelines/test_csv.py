"""Flow s3-csv-ingestion: the four stores hold exactly the file, however often and at once it is loaded."""

import json
from collections.abc import Iterator

import pytest

from tests.pipelines.client import BUCKET, STORES, Content, PipelineRun, Pipelines, csv

FLOW = "s3-csv-ingestion"
LOADED = "loaded_metrics"
ROWS = 15_120
"""Of the sample that a new stack has in its bucket."""
WITH_VERSIONS = "SELECT *, xmin::text FROM test_metrics_data ORDER BY timestamp, device_id, metric_name"
"""Rows with the transaction that wrote each: one that is written again shows, even if it says the same."""


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow(FLOW)
    yield
    pipelines.remove_flow(FLOW)


@pytest.fixture(scope="module")
def loaded(pipelines: Pipelines, imported: None) -> PipelineRun:
    """The sample in a table of its own, for all tests that look at what a run leaves."""
    return pipelines.run(FLOW, table_name=LOADED, retention_days=30_000)


def everywhere(content: Content) -> dict[str, Content]:
    return dict.fromkeys(STORES, content)


def test_default_inputs_on_a_fresh_stack_and_a_second_run_changes_nothing(pipelines: Pipelines) -> None:
    first = pipelines.run(FLOW)
    assert first.state == "SUCCESS"
    assert first.execution["outputs"] == {"rows": ROWS, "rejected": 0}
    assert pipelines.contents("test_metrics_data") == everywhere(pipelines.manifest(ROWS))
    assert pipelines.sql("SELECT count(*) FROM show_chunks('test_metrics_data')") == [(7,)]
    before = pipelines.sql(WITH_VERSIONS)
    assert pipelines.run(FLOW).state == "SUCCESS"
    assert pipelines.contents("test_metrics_data") == everywhere(pipelines.manifest(ROWS))
    assert pipelines.sql(WITH_VERSIONS) == before


def test_the_verification_publishes_what_it_found(pipelines: Pipelines, loaded: PipelineRun) -> None:
    manifest = pipelines.manifest(ROWS)
    expected = {"rows": ROWS, "sum": manifest.total, "table_rows": ROWS, "exact": True}
    assert loaded.outputs("verify")["vars"]["stores"] == dict.fromkeys(STORES, expected)
    found = {(metric["name"], metric["tags"].get("store")): metric["value"] for metric in loaded.metrics()}
    for store in STORES:
        assert found["rows", store] == ROWS
        assert found["healthy", store] == 1
        assert found["rows_per_second", store] > 0
        assert found["seconds", store] > 0


def test_a_correction_replaces_readings_and_adds_new_ones(pipelines: Pipelines) -> None:
    row = "2025-09-01T00:0{}:00Z,d1,temperature,{},here,north".format
    pipelines.put("tests/first.csv", csv(row(1, 10), row(2, 20)))
    pipelines.put("tests/second.csv", csv(row(2, 21), row(3, 30)))
    for key in ("tests/first.csv", "tests/second.csv"):
        assert pipelines.run(FLOW, s3_key=key, table_name="corrected_metrics").state == "SUCCESS"
    assert pipelines.contents("corrected_metrics") == everywhere(Content(3, 61))


def test_two_loads_of_one_file_at_once_are_one(pipelines: Pipelines) -> None:
    started = [pipelines.start(FLOW, table_name="raced_metrics") for _ in range(3)]
    assert [pipelines.ended(identity).state for identity in started] == ["SUCCESS"] * 3
    assert pipelines.contents("raced_metrics") == everywhere(pipelines.manifest(ROWS))


@pytest.mark.slow
def test_without_the_queue_the_stores_themselves_keep_two_loads_apart(pipelines: Pipelines) -> None:
    """What `concurrency` does for all stores together, each does for itself when it is taken away."""
    pipelines.import_flow(FLOW, queue="behavior: QUEUE\n  limit: 1 -> behavior: QUEUE\n  limit: 4")
    started = [pipelines.start(FLOW, table_name="crowded_metrics") for _ in range(3)]
    assert [pipelines.ended(identity).state for identity in started] == ["SUCCESS"] * 3
    assert pipelines.contents("crowded_metrics") == everywhere(pipelines.manifest(ROWS))
    pipelines.import_flow(FLOW)


def test_only_the_chosen_stores_are_loaded(pipelines: Pipelines) -> None:
    run = pipelines.run(FLOW, table_name="chosen_metrics", stores=json.dumps(["clickhouse", "qdrant"]))
    assert (run.state, run.states["timescaledb"]) == ("SUCCESS", "SKIPPED")
    found = {store: content.rows for store, content in pipelines.contents("chosen_metrics").items()}
    assert found == {"timescaledb": 0, "clickhouse": ROWS, "elasticsearch": 0, "qdrant": ROWS}


def test_each_store_is_laid_out_as_it_should_be(pipelines: Pipelines, loaded: PipelineRun) -> None:
    assert pipelines.sql("SELECT count(*) FROM show_chunks('loaded_metrics')") == [(7,)]
    created = pipelines.clickhouse.command("SHOW CREATE TABLE loaded_metrics")
    for part in ("ReplacingMergeTree", "toYYYYMM(timestamp)", "LowCardinality(String)", "toIntervalDay(30000)"):
        assert part in created
    assert pipelines.clickhouse.command("EXISTS TABLE loaded_metrics_load") == 0
    indices = pipelines.elasticsearch.indices.get_alias(name="loaded_metrics")
    assert sorted(indices) == [f"loaded_metrics-2025.09.0{day}" for day in range(1, 8)]
    mapping = pipelines.elasticsearch.indices.get_mapping(index="loaded_metrics-2025.09.01")
    fields = mapping["loaded_metrics-2025.09.01"]["mappings"]["properties"]
    kinds = {name: field["type"] for name, field in fields.items()}
    assert kinds == {
        "timestamp": "date",
        "device_id": "keyword",
        "metric_name": "keyword",
        "metric_value": "double",
        "location": "text",
        "zone": "keyword",
        "batch_id": "keyword",
    }
    collection = pipelines.qdrant.get_collection("loaded_metrics")
    vectors = collection.config.params.vectors
    assert (vectors.size, vectors.distance.value, collection.config.params.on_disk_payload) == (6, "Cosine", True)
    assert {"device_id", "metric_name", "zone", "timestamp", "metric_value"} <= collection.payload_schema.keys()


def hours_beside(payload: dict[str, str]) -> set[str]:
    hour = int(payload["timestamp"][11:13])
    return {f"{(hour + step) % 24:02}" for step in (-1, 1)}


def test_neighbours_are_of_the_same_metric_hour_and_height(pipelines: Pipelines, loaded: PipelineRun) -> None:
    (point,), _ = pipelines.qdrant.scroll(LOADED, limit=1, with_vectors=True)
    near = pipelines.qdrant.query_points(LOADED, query=point.vector, limit=20, with_payload=True).points
    asked = point.payload
    assert {found.payload["metric_name"] for found in near} == {asked["metric_name"]}
    assert all(abs(found.payload["metric_value"] - asked["metric_value"]) < 5 for found in near)
    assert {found.payload["timestamp"][11:13] for found in near} <= {asked["timestamp"][11:13], *hours_beside(asked)}


def test_files_between_the_tasks_are_gone_and_the_rejects_stay(pipelines: Pipelines, loaded: PipelineRun) -> None:
    assert loaded.file("parse", "rejects.csv") == "line,reason,row\n"
    gone = loaded.outputs("parse")["outputFiles"]["metrics.csv"]
    assert pipelines.get(f"/executions/{loaded.id}/file", params={"path": gone}).status_code == 404


def test_no_secret_is_in_the_log_or_in_the_execution(pipelines: Pipelines, loaded: PipelineRun) -> None:
    lines = pipelines.get(f"/logs/{loaded.id}", params={"minLevel": "TRACE"}).text
    told = lines + json.dumps(loaded.execution)
    names = ("TIMESCALE_PASSWORD", "CLICKHOUSE_PASSWORD", "ES_PASSWORD", "AWS_SECRET_ACCESS_KEY")
    assert [name for name in names if pipelines.environment[name] in told] == []


def test_the_bucket_of_the_document_is_there(pipelines: Pipelines) -> None:
    assert "resources/kestra-test/sample-metrics.csv" in pipelines.keys("resources/kestra-test/")
    assert BUCKET in {bucket["Name"] for bucket in pipelines.s3.list_buckets()["Buckets"]}
