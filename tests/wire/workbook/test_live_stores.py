"""The workbook on the real stores."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from qdrant_client import models

import workbook
from tests.support.stack import own_stack
from workbook.errors import NotFound, QueryFailed, ServerDown, StackError, WrongPassword
from workbook.lab import Lab

STORES = ("timescale", "clickhouse", "elasticsearch", "qdrant", "aws")
ROWS = 300


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("stores")
    with own_stack(folder, *STORES, "dataset") as env, pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        opened = workbook.open(*STORES, "dataset")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def readings(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = lab.dataset.metrics(rows=ROWS, to=tmp_path_factory.mktemp("readings") / "new")
    assert path.name == "metrics.csv"
    return pd.read_csv(path, parse_dates=["timestamp"])


def test_readings_are_what_their_manifest_says(lab: Any, readings: pd.DataFrame) -> None:
    manifest = lab.dataset.metrics_manifest(rows=ROWS)
    assert len(readings) == manifest["rows"] == ROWS
    sums = readings.groupby("metric_name")["metric_value"].sum().round(2).to_dict()
    assert sums == {name: pytest.approx(metric["sum"]) for name, metric in manifest["metrics"].items()}


def test_each_lens_document_is_another_one(lab: Any) -> None:
    documents = [lab.dataset.lens(number) for number in (0, 1)]
    assert documents[0] != documents[1]
    assert json.loads(documents[0])
    with pytest.raises(NotFound, match=r"no lens/-1\.json"):
        lab.dataset.lens(-1)


def test_timescale(lab: Any, readings: pd.DataFrame) -> None:
    store = lab.timescale
    store.execute("CREATE TABLE readings (timestamp timestamptz NOT NULL, zone text, metric_value float8)")
    store.execute("SELECT create_hypertable('readings', by_range('timestamp', INTERVAL '1 day'))")
    readings[["timestamp", "zone", "metric_value"]].to_sql("readings", store.engine, if_exists="append", index=False)
    assert store.count("readings") == ROWS
    buckets = store.sql(
        "SELECT time_bucket(INTERVAL '1 hour', timestamp) AS hour, zone, avg(metric_value) AS mean"
        " FROM readings GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert "points from" in workbook.lines(buckets, "hour", "mean", "zone").description
    with pytest.raises(NotFound, match="TimescaleDB has no table nope"):
        store.count("nope")


def test_clickhouse(lab: Any, readings: pd.DataFrame) -> None:
    store = lab.clickhouse
    store.execute(
        "CREATE TABLE readings (timestamp DateTime64(3, 'UTC'), zone LowCardinality(String), metric_value Float64)"
        " ENGINE = MergeTree ORDER BY timestamp"
    )
    columns = readings[["timestamp", "zone", "metric_value"]]
    store.client.insert_df("readings", columns)
    assert store.tables() == ["readings"]
    assert (store.count("readings"), store.count("default.readings")) == (ROWS, ROWS)
    north = store.count("readings", "zone = {zone:String}", zone="north")
    assert 0 < north == (readings["zone"] == "north").sum()
    assert store.count("readings", "zone = {zone:String}", zone="x' OR 1 = 1 --") == 0
    rows = store.sql("SELECT timestamp, zone, metric_value FROM readings ORDER BY timestamp, metric_value")
    wanted = columns.sort_values(["timestamp", "metric_value"], ignore_index=True)
    assert rows["timestamp"].tolist() == wanted["timestamp"].tolist()
    assert rows["metric_value"].sum() == pytest.approx(wanted["metric_value"].sum())
    assert store.execute("INSERT INTO readings SELECT * FROM readings WHERE zone = {z:String}", z="north") == north
    assert store.scalar("SELECT 1 WHERE 0") is None
    assert list(store.sql("SELECT zone FROM readings WHERE 0").columns) == ["zone"]


def test_clickhouse_mistakes(lab: Any) -> None:
    with pytest.raises(NotFound, match=r"ClickHouse has no table nope\. "):
        lab.clickhouse.count("nope")
    with pytest.raises(NotFound, match=r"no table no`pe\. "):
        lab.clickhouse.count("no`pe")
    with pytest.raises(QueryFailed, match="Syntax error"):
        lab.clickhouse.sql("SELEC 1")
    with pytest.raises(QueryFailed):
        lab.clickhouse.count("system.tables", "nope = 1")


def test_elasticsearch(lab: Any) -> None:
    store = lab.elasticsearch
    places = ["Building A, roof", "Building B, roof garden", "Building B, cellar"]
    text = {"type": "text"}
    for day, zone in enumerate(places, start=1):
        index = f"readings-2025.09.0{day}"
        mappings = {"properties": {"zone": {"type": "keyword"}, "location": text, "at": {"type": "date"}}}
        store.client.indices.create(index=index, mappings=mappings, aliases={"readings": {}})
        document = {"zone": "north" if day < 3 else "south", "location": zone, "at": f"2025-09-0{day}T00:00:00Z"}
        store.client.index(index=index, id="1", document=document, refresh=True)
    assert (store.count("readings"), store.count("readings", {"term": {"zone": "north"}})) == (3, 2)
    assert store.count("readings", "garden") == 1
    hits = store.search("readings", {"match": {"location": "garden roof"}})
    assert hits["location"].tolist() == [places[1], places[0]]
    assert hits["_score"].is_monotonic_decreasing
    assert len(store.search("readings", size=1)) == 1
    assert store.search("readings", "garage").empty
    assert store.facets("readings", "zone").to_dict("list") == {"value": ["north", "south"], "count": [2, 1]}
    assert store.facets("readings", "zone", "cellar").to_dict("list") == {"value": ["south"], "count": [1]}
    assert store.facets("readings", "at")["value"].tolist()[0] == "2025-09-01T00:00:00.000Z"
    indices = store.indices("readings")
    assert indices["index"].tolist() == [f"readings-2025.09.0{day}" for day in (1, 2, 3)]
    assert indices["docs"].tolist() == [1, 1, 1]
    assert (indices["bytes"] > 0).all()


def test_elasticsearch_mistakes(lab: Any) -> None:
    for ask in (lab.elasticsearch.count, lab.elasticsearch.search, lab.elasticsearch.indices):
        with pytest.raises(NotFound, match="no index or alias nope"):
            ask("nope")
    with pytest.raises(QueryFailed, match=r"unknown query \[nope\]"):
        lab.elasticsearch.search("readings", {"nope": {}})
    with pytest.raises(QueryFailed, match=r"fielddata|text fields"):
        lab.elasticsearch.facets("readings", "location")


@pytest.fixture(scope="module")
def collection(lab: Any) -> str:
    """Two hundred points on a circle, each alike to those beside it."""
    client = lab.qdrant.client
    client.create_collection("circle", models.VectorParams(size=2, distance=models.Distance.COSINE))
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    points = [
        models.PointStruct(
            id=at,
            vector=[float(np.cos(angle)), float(np.sin(angle))],
            payload={
                "zone": "north" if at % 2 else "south",
                "value": at / 2,
                "at": f"2025-09-01T00:{at // 60:02d}:00Z",
                "score": at,  # a field of this name must not hide how near a point is
            },
        )
        for at, angle in enumerate(angles)
    ]
    client.upsert("circle", points, wait=True)
    return "circle"


def test_qdrant_counts_what_fits(lab: Any, collection: str) -> None:
    count = lab.qdrant.count
    assert (count(collection), count(collection, {"zone": "north"})) == (200, 100)
    assert count(collection, {"zone": ["north", "south"], "value": {"gte": 10, "lt": 11}}) == 2
    assert count(collection, {"value": 2.5}) == 1
    assert count(collection, {"at": {"lt": "2025-09-01T00:01:00Z"}}) == 60


def test_qdrant_finds_neighbours_and_draws_them(lab: Any, collection: str) -> None:
    near = lab.qdrant.nearest(collection, 100, limit=4)
    assert sorted(near["id"]) == [98, 99, 101, 102]
    assert near["score"].is_monotonic_decreasing
    assert near["score"].between(0.99, 1).all()
    assert set(near.columns) == {"id", "score", "zone", "value", "at"}
    south = lab.qdrant.nearest(collection, np.array([1.0, 0.0]), limit=3, filter={"zone": "south"})
    assert sorted(south["id"]) == [0, 2, 198]
    assert list(lab.qdrant.nearest(collection, [1, 0], filter={"zone": "west"}).columns) == ["id", "score"]
    points = lab.qdrant.vectors(collection, limit=50, including=[100, *near["id"]]).set_index("id")
    assert points.index.tolist()[:5] == [100, *near["id"]]
    assert len(points) == 55
    places = points.join(workbook.project_2d(points["vector"]))
    picture = workbook.scatter(places, "x", "y", "zone", [100, *near["id"]])
    assert "4 neighbours of one point south: 2 north, 2 south" in picture.description


def test_qdrant_gives_points_over_several_pages(lab: Any, collection: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbook.stores.qdrant.PAGE", 30)
    points = lab.qdrant.vectors(collection)
    assert points["id"].tolist() == list(range(200))
    assert len(lab.qdrant.vectors(collection, limit=70)) == 70
    assert len(lab.qdrant.vectors(collection, filter={"zone": "north"})) == 100


def test_qdrant_mistakes(lab: Any, collection: str) -> None:
    with pytest.raises(NotFound, match="nope"):
        lab.qdrant.count("nope")
    with pytest.raises(QueryFailed, match=r"(?i)dimension"):
        lab.qdrant.nearest(collection, [1, 2, 3])
    with pytest.raises(QueryFailed, match="bounds are named gt, gte, lt, lte"):
        lab.qdrant.count(collection, {"value": {"from": 1}})


def test_s3(lab: Any, tmp_path: Path) -> None:
    store, path = lab.s3, tmp_path / "a.csv"
    path.write_bytes(b"a,b\n")
    assert store.upload(path, "new.bucket", "in/a.csv") == "s3://new.bucket/in/a.csv"
    store.upload(b"", "new.bucket", "in/empty")
    store.upload(str(path), "new.bucket", "other/ü 1.csv")
    listing = store.keys("new.bucket")
    assert listing["key"].tolist() == ["in/a.csv", "in/empty", "other/ü 1.csv"]
    assert listing["bytes"].tolist() == [4, 0, 4]
    assert listing["modified"].dt.tz is not None
    assert store.read("new.bucket", "other/ü 1.csv") == b"a,b\n"
    assert store.delete("new.bucket", "in/") == 2
    assert store.delete("new.bucket", "in/") == 0
    assert store.delete("never.made", "in/") == 0
    assert list(store.keys("new.bucket", "in/").columns) == ["key", "bytes", "modified"]
    assert store.keys("new.bucket")["key"].tolist() == ["other/ü 1.csv"]


def test_s3_mistakes(lab: Any) -> None:
    lab.s3.upload(b"", "a-bucket", "key")
    with pytest.raises(NotFound, match="no bucket no-such-bucket"):
        lab.s3.keys("no-such-bucket")
    with pytest.raises(NotFound, match="no object a-bucket/nope"):
        lab.s3.read("a-bucket", "nope")
    with pytest.raises(NotFound, match="no file here/it/is"):
        lab.s3.upload("here/it/is", "a-bucket", "nope")
    with pytest.raises(QueryFailed, match=r"(?i)bucket"):
        lab.s3.upload(b"", "Not_A_Bucket!", "key")


def _other(lab: Any, **settings: object) -> Lab:
    return Lab(replace(lab.settings, **settings))


@pytest.mark.parametrize(
    ("service", "setting", "variables"),
    [
        ("timescale", "timescale_password", "TIMESCALE_USER and TIMESCALE_PASSWORD"),
        ("clickhouse", "clickhouse_password", "CLICKHOUSE_USER and CLICKHOUSE_PASSWORD"),
        ("elasticsearch", "es_password", "ES_USER and ES_PASSWORD"),
        ("aws", "aws_secret_access_key", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("aws", "aws_access_key_id", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_a_wrong_password_names_its_variables(lab: Any, service: str, setting: str, variables: str) -> None:
    with pytest.raises(WrongPassword, match=variables) as caught:
        _other(lab, **{setting: "Mistaken9"}).ping(service)
    assert setting == "aws_access_key_id" or "Mistaken9" not in str(caught.value)


@pytest.mark.parametrize(
    ("service", "name", "rows"),
    [
        ("timescale", "TimescaleDB", lambda lab: lab.timescale.count("kept")),
        ("clickhouse", "ClickHouse", lambda lab: lab.clickhouse.count("kept")),
        ("elasticsearch", "Elasticsearch", lambda lab: lab.elasticsearch.count("kept")),
        ("qdrant", "Qdrant", lambda lab: lab.qdrant.count("kept")),
        ("aws", "S3", lambda lab: len(lab.s3.keys("kept"))),
    ],
    ids=STORES,
)
def test_a_stopped_store_is_down_and_comes_back_with_what_it_had(
    lab: Any, service: str, name: str, rows: Callable[[Any], int], capsys: pytest.CaptureFixture[str]
) -> None:
    _keep_one(lab, service)
    before = lab.settings
    lab.stop(service)
    with pytest.raises(ServerDown, match=rf"{name} does not answer(.|\n)*python -m embedded up --only {service}"):
        rows(lab)
    lab.ping(*(other for other in STORES if other != service))
    lab.start(service)
    assert rows(lab) == 1
    assert lab.settings == before
    assert capsys.readouterr().out == f"{service} is stopped\n{service} is up\n"


def _keep_one(lab: Any, service: str) -> None:
    """Put one row, document, point or object into a place named `kept`."""
    if service == "timescale":
        lab.timescale.execute("CREATE TABLE kept AS SELECT 1 AS one")
    elif service == "clickhouse":
        lab.clickhouse.execute("CREATE TABLE kept ENGINE = MergeTree ORDER BY one AS SELECT 1 AS one")
    elif service == "elasticsearch":
        lab.elasticsearch.client.index(index="kept", document={"one": 1}, refresh=True)
    elif service == "qdrant":
        lab.qdrant.client.create_collection("kept", models.VectorParams(size=1, distance=models.Distance.DOT))
        lab.qdrant.client.upsert("kept", [models.PointStruct(id=1, vector=[1.0])], wait=True)
    else:
        lab.s3.upload(b"1", "kept", "one")


def test_opening_again_finds_all_of_them_running(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def up(services: object) -> list[str]:
        raise StackError(f"{services} would be started")

    monkeypatch.setattr("workbook.stack._up", up)
    assert workbook.open(*STORES).settings == lab.settings


def test_drop_table_takes_a_name_from_all_stores_and_nothing_else(lab: Any) -> None:
    day = "doomed-2025.09.01"
    for name in ("doomed", "doomed_not"):
        lab.timescale.execute(f"CREATE TABLE {name} (a int)")
        lab.clickhouse.execute(f"CREATE TABLE {name} (a Int32) ENGINE = MergeTree ORDER BY a")
        template = {"aliases": {name: {}}}
        lab.elasticsearch.client.indices.put_index_template(name=name, index_patterns=[f"{name}-*"], template=template)
        lab.elasticsearch.client.index(index=day.replace("doomed", name), document={"a": 1}, refresh=True)
        lab.qdrant.client.create_collection(
            name, vectors_config=models.VectorParams(size=2, distance=models.Distance.COSINE)
        )
    lab.drop_table("doomed", "never_there")
    assert [name for name in lab.timescale.tables() if "doomed" in name] == ["doomed_not"]
    assert [name for name in lab.clickhouse.tables() if "doomed" in name] == ["doomed_not"]
    assert lab.elasticsearch.indices("doomed*")["index"].tolist() == ["doomed_not-2025.09.01"]
    assert not lab.elasticsearch.client.indices.exists_index_template(name="doomed")
    assert [one.name for one in lab.qdrant.client.get_collections().collections if "doomed" in one.name] == [
        "doomed_not"
    ]
