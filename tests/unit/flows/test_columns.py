"""The columns of the pipelines' tables: each once, and what the statements get of them."""

from ingestion.columns import MATCH, MATCH_ID, MATCH_KEY, READING, match_schema, names, reading_schema


def test_each_column_stands_once() -> None:
    columns = [column.name for column in (MATCH_ID, *MATCH)]
    assert len(columns) == len(set(columns)) == 28
    assert set(MATCH_KEY) < set(columns)
    assert names(READING) == "timestamp, device_id, metric_name, metric_value, location, zone"


def test_readings_carry_their_batch_in_every_store() -> None:
    schema = reading_schema()
    assert schema["timescaledb"]["definitions"].endswith(
        "zone text, batch_id text DEFAULT current_setting('ingestion.batch_id', true)"
    )
    assert schema["clickhouse"]["definitions"].startswith(
        "timestamp DateTime64(3, 'UTC') CODEC(DoubleDelta, LZ4), device_id LowCardinality(String), "
    )
    assert schema["elasticsearch"]["properties"]["location"] == {
        "type": "text",
        "fields": {"exact": {"type": "keyword"}},
    }
    assert list(schema["elasticsearch"]["properties"]) == [*(column.name for column in READING), "batch_id"]


def test_every_match_column_has_a_value_and_a_place_in_the_statement() -> None:
    assert all(column.read for column in (MATCH_ID, *MATCH))
    schema = match_schema()
    for store in ("timescaledb", "clickhouse"):
        assert schema[store]["values"].count("?") == len(schema[store]["columns"])
    assert "?::timestamptz" in schema["timescaledb"]["values"]
    assert "JSONExtract(?, 'Array(String)')" in schema["clickhouse"]["values"]


def test_timescaledb_counts_its_own_ids_and_keeps_the_key_of_a_match() -> None:
    schema = match_schema()["timescaledb"]
    assert schema["definitions"].startswith("id SERIAL, timestamp TIMESTAMPTZ NOT NULL, ")
    assert "id" not in schema["columns"]
    assert schema["key"] == "timestamp, source_image_url, feature_type, result_position"
    updated = {assignment.partition(" = ")[0] for assignment in schema["updates"].split(", ")}
    assert updated == set(schema["columns"]) - set(MATCH_KEY)
    assert "title = excluded.title" in schema["updates"]
