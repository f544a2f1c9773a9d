"""The loads of s3-csv-ingestion: what is sent to the stores, and what is published."""

import math
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import QdrantClient

from ingestion import load_elasticsearch, load_qdrant, load_timescaledb, readings, verify_csv, verify_json
from ingestion.collection import TRIES, Point, ensure_collection, upsert
from ingestion.readings import FILE, run_load
from ingestion.vectors import reading_vector, title_vector
from stores.index_names import daily_index

SCALES = {"temperature": {"turn": 0.0, "low": -20.0, "high": 50.0}}
ROWS = """timestamp,device_id,metric_name,metric_value,location,zone
2025-09-01T06:00:00.000Z,d1,temperature,15.0,here,north
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task's working directory, with the file of the task parse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BATCH", "0123456789ab")
    monkeypatch.setenv("ROWS", "1")
    FILE.write_text(ROWS)
    return tmp_path


def test_a_load_publishes_its_rows_and_its_speed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_load("ClickHouse", lambda: None)
    printed = capsys.readouterr().out
    for metric in ("rows", "seconds", "rows_per_second"):
        assert f'"name": "{metric}"' in printed
    assert printed.count('"store": "clickhouse"') == 3
    assert "1 rows in 0.0 s" in printed


def test_a_load_that_fails_publishes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def load() -> None:
        raise ConnectionError("refused")

    with pytest.raises(SystemExit, match=r"^TimescaleDB was not loaded: refused$"):
        run_load("TimescaleDB", load)
    assert capsys.readouterr().out == ""


def test_the_same_reading_has_the_same_identity_in_both_stores(folder: Path) -> None:
    [document] = load_elasticsearch.documents("metrics")
    [point] = load_qdrant.points(SCALES)
    assert document["_index"] == "metrics-2025.09.01"
    assert document["_id"] == str(point.id).replace("-", "")
    assert document["metric_value"] == 15.0
    assert point.payload == {name: value for name, value in document.items() if not name.startswith("_")}
    assert point.payload["batch_id"] == "0123456789ab"


def test_a_collection_that_another_load_creates_meanwhile_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    client = QdrantClient(":memory:")
    create = client.create_collection

    def second(collection: str, **options: Any) -> None:
        create(collection, **options)  # the other load is a moment faster
        create(collection, **options)

    monkeypatch.setattr(client, "create_collection", second)
    ensure_collection(client, "metrics", 6)
    assert client.get_collection("metrics").config.params.vectors.size == 6


def test_a_collection_that_cannot_be_created_ends_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    client = QdrantClient(":memory:")

    def refuse(collection: str, **options: Any) -> None:
        raise ConnectionError("the disk is full")

    monkeypatch.setattr(client, "create_collection", refuse)
    with pytest.raises(ConnectionError, match="disk is full"):
        ensure_collection(client, "metrics", 6)


@pytest.mark.parametrize(("failures", "arrived"), [(0, True), (TRIES - 1, True), (TRIES, False)])
def test_a_batch_that_fails_is_sent_again(monkeypatch: pytest.MonkeyPatch, failures: int, arrived: bool) -> None:
    client = QdrantClient(":memory:")
    ensure_collection(client, "metrics", 2)
    points = [Point(str(uuid.uuid4()), [1.0, number], {"zone": str(number)}) for number in (0.0, 1.0)]
    answer, left = client.upsert, [ConnectionError("refused")] * failures

    def unsteady(*arguments: Any, **options: Any) -> Any:
        if left:
            raise left.pop()
        return answer(*arguments, **options)

    monkeypatch.setattr(client, "upsert", unsteady)
    if arrived:
        upsert(client, "metrics", points)
    else:
        with pytest.raises(ConnectionError, match="refused"):
            upsert(client, "metrics", points)
    found = client.retrieve("metrics", [point.id for point in points])
    assert {record.id: record.payload for record in found} == ({p.id: p.payload for p in points} if arrived else {})


def test_equal_readings_are_not_written_again() -> None:
    statement = " ".join(load_timescaledb.merge_statement("metrics").split())
    assert statement.startswith("INSERT INTO metrics AS target (timestamp, device_id, metric_name, metric_value, ")
    assert "SET (metric_value, location, zone, batch_id) = (excluded.metric_value, excluded.location, " in statement
    assert statement.endswith(
        "WHERE (target.metric_value, target.location, target.zone, target.batch_id) IS DISTINCT FROM"
        " (excluded.metric_value, excluded.location, excluded.zone, excluded.batch_id)"
    )


@pytest.mark.parametrize(
    "key", ["", "é😀|device|m", *(f"2025-09-01T00:00:00.000Z|device-{n}|humidity" for n in range(64))]
)
def test_a_reading_s_id_is_a_uuid_of_its_key(key: str) -> None:
    assert readings.reading_id(key) == str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def test_readings_have_their_numbers_and_their_batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = ["timestamp,device_id,metric_name,metric_value,location,zone", '2025-09-01T00:00:00.000Z,d,m,1.5,"a, b",z']
    monkeypatch.setattr(readings, "FILE", tmp_path / "metrics.csv")
    monkeypatch.setenv("BATCH", "abc")
    readings.FILE.write_text("\n".join(lines))
    [(identity, reading)] = readings.read_readings()
    assert identity == readings.reading_id("2025-09-01T00:00:00.000Z|d|m")
    assert reading == {
        "timestamp": "2025-09-01T00:00:00.000Z",
        "device_id": "d",
        "metric_name": "m",
        "metric_value": 1.5,
        "location": "a, b",
        "zone": "z",
        "batch_id": "abc",
    }


def test_a_reading_s_vector_is_three_clocks() -> None:
    vector = reading_vector(datetime(2025, 9, 1, 6, tzinfo=UTC), "temperature", 15.0, SCALES)
    assert vector == pytest.approx([0, 1, 1, 0, math.cos(math.pi / 2), 1])
    other = reading_vector(datetime(2025, 9, 1, 6, tzinfo=UTC), "co2", 400.0, SCALES)
    assert other[2:4] != pytest.approx([1, 0], abs=1e-3)
    assert sum(number**2 for number in other) == pytest.approx(3)


def test_titles_with_the_same_letters_point_the_same_way() -> None:
    assert title_vector("Lamp") == title_vector("lamp")
    assert len(title_vector("")) == 64
    assert any(title_vector(""))


def test_a_day_has_an_index() -> None:
    assert daily_index("metrics", "2025-09-01T23:59:59.999Z") == "metrics-2025.09.01"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ((3, 10.5, 7), ""),
        ((2, 10.5, 7), "holds 2 of the 3 rows, with the sum 10.50 instead of 10.50"),
        ((0, None, 0), "holds 0 of the 3 rows, with the sum 0.00 instead of 10.50"),
    ],
)
def test_readings_are_compared_with_the_file(content: tuple[int, float | None, int], problem: str) -> None:
    finding = verify_csv.compare(lambda: verify_csv.Content(*content), 3, 10.5)
    assert finding.problem == problem
    assert finding.values["exact"] == (not problem)
    assert finding.values["table_rows"] == content[2]


def test_matches_are_compared_portion_by_portion() -> None:
    exact = verify_json.compare(lambda: iter([(2, 1.5), (1, None)]), 3, 1.5)
    assert (exact.problem, exact.values) == ("", {"rows": 3, "price_sum": 1.5, "exact": True})
    assert verify_json.compare(lambda: iter([(2, 1)]), 3, 1.5).problem == (
        "holds 2 of 3 rows, with prices of 1.00 for 1.50"
    )
