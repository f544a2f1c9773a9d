"""Qdrant at the wire: the unmodified client, the shapes of errors, and what outlives which end."""

import contextlib
import importlib.metadata
import os
import random
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from qdrant_client import QdrantClient, models
from qdrant_client.common.version_check import is_compatible
from qdrant_client.http.exceptions import UnexpectedResponse

from embedded.services.qdrant import collection as collections
from embedded.services.qdrant import queries, schema
from embedded.services.qdrant.collection import Collection
from embedded.services.qdrant.points import upsert
from embedded.shared.paths import ROOT
from tests.support import foreign_page
from tests.support.stack import own_stack
from tests.support.store_life import commanded, family, kill_everything, listening, start

NAME = "readings"
ZONES = ("north", "south", "west")
VECTOR = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_stack(tmp_path_factory.mktemp("qdrant"), "qdrant") as environment:
        yield environment["QDRANT_URL"]


@pytest.fixture
def client(url: str) -> Iterator[QdrantClient]:
    client = QdrantClient(url=url, timeout=60)
    create(client)
    yield client
    for collection in client.get_collections().collections:
        client.delete_collection(collection.name)
    client.close()


def create(client: QdrantClient) -> None:
    size = models.VectorParams(size=6, distance=models.Distance.COSINE)
    client.create_collection(NAME, vectors_config=size, on_disk_payload=True)


def points(count: int, first: int = 0) -> list[models.PointStruct]:
    return [point(n) for n in range(first, first + count)]


def point(n: int) -> models.PointStruct:
    draw = random.Random(n)
    payload = {
        "timestamp": f"2024-03-{1 + n % 28:02d}T{n % 24:02d}:00:00Z",
        "zone": ZONES[n % 3],
        "value": n / 2,
        "tags": ["even" if n % 2 == 0 else "odd", "all"],
        "place": {"lon": 13.4, "lat": 52.5},
        "nested": {"parts": [{"name": f"p{n % 2}"}]},
    }
    return models.PointStruct(id=uid(n), vector=[draw.uniform(-1, 1) for _ in range(6)], payload=payload)


def uid(n: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, str(n)))


def where(*must: Any, **clauses: Any) -> models.Filter:
    return models.Filter(must=list(must), **clauses)


def zone(name: str) -> models.FieldCondition:
    return models.FieldCondition(key="zone", match=models.MatchValue(value=name))


def call(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = requests.request(method, url + path, json=body, timeout=30)
    return answer.status_code, answer.json()


def test_the_health_check_of_the_seeds_works(url: str, client: QdrantClient) -> None:
    answer = subprocess.run(["curl", "-sf", f"{url}/collections"], capture_output=True, check=True, text=True)
    assert f'"collections":[{{"name":"{NAME}"}}]' in answer.stdout
    for path in ("/healthz", "/livez", "/readyz"):
        assert requests.get(url + path, timeout=10).text == f"{path[1:]} check passed"


def test_the_client_finds_the_server_fit_for_it(url: str) -> None:
    with contextlib.closing(QdrantClient(url=url)) as client:  # warns, an error here, of a server that does not fit
        assert is_compatible(importlib.metadata.version("qdrant-client"), client.info().version)


def test_collections(client: QdrantClient) -> None:
    assert client.collection_exists(NAME)
    assert not client.collection_exists("other")
    told = client.get_collection(NAME)
    assert (told.points_count, told.status) == (0, models.CollectionStatus.GREEN)
    assert told.config.params.vectors == models.VectorParams(size=6, distance=models.Distance.COSINE)
    assert told.config.params.on_disk_payload is True
    with pytest.raises(UnexpectedResponse, match="already exists") as caught:
        create(client)
    assert caught.value.status_code == 409
    assert client.delete_collection(NAME) is True
    assert client.delete_collection(NAME) is False
    assert not client.collection_exists(NAME)


def test_the_same_points_again_change_nothing(client: QdrantClient) -> None:
    for _ in range(2):
        client.upload_points(NAME, points(2500), batch_size=1000, wait=True)
        assert client.count(NAME).count == 2500
    (record,) = client.retrieve(NAME, [uid(7)], with_vectors=True)
    assert record.payload == point(7).payload
    assert len(record.vector) == 6
    batch = models.Batch(ids=[1, 2], vectors=[VECTOR, VECTOR], payloads=[{"a": 1}, {}])
    assert client.upsert(NAME, batch).status == models.UpdateStatus.COMPLETED
    assert client.upsert(NAME, batch, wait=False).status == models.UpdateStatus.ACKNOWLEDGED
    assert [found.payload for found in client.retrieve(NAME, [1, 2, 3])] == [{"a": 1}, {}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where(zone("north")), 34),
        (where(models.FieldCondition(key="zone", match=models.MatchAny(any=["north", "west"]))), 67),
        (where(models.FieldCondition(key="zone", match=models.MatchExcept(**{"except": ["north"]}))), 66),
        (where(models.FieldCondition(key="value", range=models.Range(gte=10, lt=20))), 20),
        (where(models.FieldCondition(key="timestamp", range=models.DatetimeRange(lt="2024-03-02T00:00:00Z"))), 4),
        (where(models.FieldCondition(key="tags", match=models.MatchValue(value="odd"))), 50),
        (where(models.FieldCondition(key="tags", values_count=models.ValuesCount(gt=2))), 0),
        (where(must_not=[zone("north"), zone("south")]), 33),
        (where(should=[zone("north"), zone("south")]), 67),
        (where(models.HasIdCondition(has_id=[uid(1), uid(2), 5])), 2),
        (where(models.IsEmptyCondition(is_empty=models.PayloadField(key="gone"))), 100),
        (where(models.IsNullCondition(is_null=models.PayloadField(key="zone"))), 0),
        (where(models.Filter(must=[zone("north")], must_not=[models.HasIdCondition(has_id=[uid(0)])])), 33),
        (
            where(
                models.FieldCondition(
                    key="place", geo_radius=models.GeoRadius(center=models.GeoPoint(lon=13.4, lat=52.5), radius=10)
                )
            ),
            100,
        ),
        (
            where(
                models.NestedCondition(
                    nested=models.Nested(
                        key="nested.parts",
                        filter=where(models.FieldCondition(key="name", match=models.MatchValue(value="p1"))),
                    )
                )
            ),
            50,
        ),
        (models.Filter(min_should=models.MinShould(conditions=[zone("north"), zone("west")], min_count=1)), 67),
    ],
)
@pytest.mark.parametrize("indexed", [False, True])
def test_filters(client: QdrantClient, indexed: bool, condition: models.Filter, expected: int) -> None:
    if indexed:
        for field, kind in (("zone", "keyword"), ("value", "float"), ("timestamp", "datetime"), ("tags", "keyword")):
            client.create_payload_index(NAME, field, kind)
    client.upsert(NAME, points(100))
    assert client.count(NAME, count_filter=condition, exact=True).count == expected
    found, after = client.scroll(NAME, scroll_filter=condition, limit=1000, with_payload=False)
    assert (len(found), after) == (expected, None)


def test_scroll_goes_through_all_points_once(client: QdrantClient) -> None:
    client.upsert(NAME, points(250))
    seen, offset = [], None
    while True:
        found, offset = client.scroll(NAME, limit=100, offset=offset, with_payload=["value"])
        seen += [record.payload["value"] for record in found]
        if offset is None:
            break
    assert sorted(seen) == [n / 2 for n in range(250)]
    client.create_payload_index(NAME, "value", models.PayloadSchemaType.FLOAT)
    order = models.OrderBy(key="value", direction=models.Direction.DESC)
    found, _ = client.scroll(NAME, limit=3, order_by=order)
    assert [record.payload["value"] for record in found] == [124.5, 124, 123.5]


def test_the_nearest_are_the_nearest(client: QdrantClient) -> None:
    client.upsert(NAME, points(500))

    def similarity(other: models.PointStruct) -> float:
        lengths = [sum(x * x for x in vector) ** 0.5 for vector in (VECTOR, other.vector)]
        return sum(a * b for a, b in zip(VECTOR, other.vector, strict=True)) / lengths[0] / lengths[1]

    best = sorted(points(500), key=similarity, reverse=True)
    found = client.query_points(NAME, query=VECTOR, limit=5, with_payload=True).points
    assert [hit.id for hit in found] == [item.id for item in best[:5]]
    assert found[0].score == pytest.approx(similarity(best[0]), abs=1e-5)
    south = client.query_points(NAME, query=VECTOR, query_filter=where(zone("south")), limit=3).points
    assert [hit.id for hit in south] == [item.id for item in best if item.payload["zone"] == "south"][:3]
    assert uid(3) not in [hit.id for hit in client.query_points(NAME, query=uid(3), limit=500).points]
    cut = client.query_points(NAME, query=VECTOR, limit=500, score_threshold=0.5).points
    assert len(cut) == sum(similarity(item) >= 0.5 for item in points(500))


def test_other_kinds_of_queries(client: QdrantClient) -> None:
    client.upsert(NAME, points(300))
    client.create_payload_index(NAME, "value", "float")

    def ids(query: Any, **options: Any) -> list[Any]:
        return [hit.id for hit in client.query_points(NAME, query=query, limit=10, **options).points]

    for strategy in (None, "average_vector", "best_score", "sum_scores"):
        wanted = models.RecommendInput(positive=[uid(1), uid(2)], negative=[uid(3)], strategy=strategy)
        found = ids(models.RecommendQuery(recommend=wanted))
        assert len(found) == 10
        assert not {uid(1), uid(2), uid(3)} & set(found)
    pair = models.ContextPair(positive=uid(1), negative=uid(2))
    assert len(ids(models.DiscoverQuery(discover=models.DiscoverInput(target=VECTOR, context=[pair])))) == 10
    assert len(ids(models.ContextQuery(context=[pair]))) == 10
    assert ids(models.OrderByQuery(order_by="value"))[:2] == [uid(0), uid(1)]
    assert len(set(ids(models.SampleQuery(sample=models.Sample.RANDOM)))) == 10
    two = [models.Prefetch(query=VECTOR, limit=20), models.Prefetch(query=[-x for x in VECTOR], limit=20)]
    for fusion in (models.Fusion.RRF, models.Fusion.DBSF):
        assert len(ids(models.FusionQuery(fusion=fusion), prefetch=two)) == 10
    both = client.query_batch_points(NAME, [models.QueryRequest(query=VECTOR, limit=n) for n in (1, 2)])
    assert [len(answer.points) for answer in both] == [1, 2]


def test_groups_and_facets(client: QdrantClient) -> None:
    client.upsert(NAME, points(300))
    groups = client.query_points_groups(NAME, group_by="zone", query=VECTOR, limit=3, group_size=4).groups
    assert {group.id for group in groups} == set(ZONES)
    best = client.query_points(NAME, query=VECTOR, query_filter=where(zone(groups[0].id)), limit=4).points
    assert [hit.id for hit in groups[0].hits] == [hit.id for hit in best]
    with pytest.raises(UnexpectedResponse, match="No appropriate index for faceting"):
        client.facet(NAME, "zone")
    client.create_payload_index(NAME, "zone", models.PayloadSchemaType.KEYWORD)
    hits = client.facet(NAME, "zone", exact=True).hits
    assert {hit.value: hit.count for hit in hits} == dict.fromkeys(ZONES, 100)


def test_payload_indexes(client: QdrantClient) -> None:
    client.upsert(NAME, points(10))
    text = models.TextIndexParams(type="text", tokenizer=models.TokenizerType.WORD, lowercase=True)
    for field, kind in (("zone", "keyword"), ("value", "float"), ("timestamp", "datetime"), ("tags", text)):
        client.create_payload_index(NAME, field, kind)
    known = client.get_collection(NAME).payload_schema
    kinds = {field: index.data_type.value for field, index in known.items()}
    assert kinds == {"zone": "keyword", "value": "float", "timestamp": "datetime", "tags": "text"}
    assert known["zone"].points == 10
    client.delete_payload_index(NAME, "value")
    assert "value" not in client.get_collection(NAME).payload_schema


def test_changes_of_points(client: QdrantClient) -> None:
    client.upsert(NAME, points(30))
    client.set_payload(NAME, {"new": 1}, points=[uid(0)])
    client.set_payload(NAME, {"half": True}, points=where(zone("north")))
    client.overwrite_payload(NAME, {"only": 1}, points=[uid(1)])
    client.delete_payload(NAME, ["zone"], points=[uid(2)])
    client.clear_payload(NAME, points_selector=[uid(4)])
    payloads = {record.id: record.payload for record in client.scroll(NAME, limit=100)[0]}
    assert payloads[uid(0)] == point(0).payload | {"new": 1, "half": True}
    assert [payloads[uid(n)] for n in (1, 4)] == [{"only": 1}, {}]
    assert "zone" not in payloads[uid(2)]
    client.update_vectors(NAME, [models.PointVectors(id=uid(0), vector=[1, 0, 0, 0, 0, 0])])
    assert client.query_points(NAME, query=[1, 0, 0, 0, 0, 0], limit=1).points[0].id == uid(0)
    upsert = models.UpsertOperation(upsert=models.PointsList(points=points(1, first=500)))
    remove = models.DeleteOperation(delete=models.PointIdsList(points=[uid(0)]))
    client.batch_update_points(NAME, [upsert, remove])
    assert client.count(NAME).count == 30
    client.delete(NAME, models.FilterSelector(filter=where(zone("south"))))
    assert client.count(NAME, count_filter=where(zone("south"))).count == 0
    client.delete(NAME, [uid(500), uid(12345)])
    assert client.count(NAME).count == 21  # 30, less nine of which eight were still in the south


def test_named_and_sparse_vectors(client: QdrantClient) -> None:
    dense = {"d": models.VectorParams(size=3, distance=models.Distance.DOT)}
    client.create_collection("two", vectors_config=dense, sparse_vectors_config={"s": models.SparseVectorParams()})
    sparse = models.SparseVector(indices=[1, 5], values=[0.5, 0.25])
    client.upsert("two", [models.PointStruct(id=1, vector={"d": [1, 2, 3], "s": sparse})])
    wanted = models.SparseVector(indices=[5], values=[2])
    (hit,) = client.query_points("two", query=wanted, using="s", with_vectors=["s"]).points
    assert (hit.score, hit.vector) == (0.5, {"s": sparse})
    assert client.query_points("two", query=[1, 1, 1], using="d").points[0].score == 6


def test_aliases(url: str, client: QdrantClient) -> None:
    def act(**action: Any) -> None:
        assert call(url, "POST", "/collections/aliases", {"actions": [action]})[0] == 200

    client.upsert(NAME, points(3))
    act(create_alias={"collection_name": NAME, "alias_name": "now"})
    assert client.count("now").count == 3
    act(rename_alias={"old_alias_name": "now", "new_alias_name": "then"})
    assert [(a.alias_name, a.collection_name) for a in client.get_aliases().aliases] == [("then", NAME)]
    assert [a.alias_name for a in client.get_collection_aliases(NAME).aliases] == ["then"]
    act(delete_alias={"alias_name": "then"})
    with pytest.raises(UnexpectedResponse, match="Collection `then`"):
        client.count("then")


POINT = {"id": 1, "vector": VECTOR}
QUERY = {"query": VECTOR}
POINTS = f"/collections/{NAME}/points"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("PUT", POINTS, {"points": [POINT, {"id": 2, "vector": [1, 2]}]}, 400, "expected dim: 6, got 2"),
        ("PUT", POINTS, {"points": [{"id": "x", "vector": VECTOR}]}, 400, "UUID"),
        ("PUT", POINTS, {"points": [{"id": -1, "vector": VECTOR}]}, 400, "-1 is not a point id"),
        ("PUT", POINTS, {"points": [{"id": True, "vector": VECTOR}]}, 400, "True is not a point id"),
        ("PUT", POINTS, {"points": [{"id": 1, "vector": ["a"] * 6}]}, 400, "Format error in JSON body"),
        ("PUT", POINTS, {"points": [POINT | {"payload": "text"}]}, 400, "Format error in JSON body"),
        ("PUT", POINTS, {"points": [POINT | {"vektor": 1}]}, 400, "a point must be"),
        ("PUT", POINTS, {"points": [{"id": 1, "vector": {"other": VECTOR}}]}, 400, "Not existing vector name"),
        ("PUT", POINTS, {"points": {"id": 1}}, 400, "`points` must be a list"),
        ("PUT", POINTS, [1], 400, "must be an object"),
        ("PUT", POINTS, {"points": [POINT], "update_filter": {"must": []}}, 400, "`update_filter` is not supported"),
        ("PUT", POINTS + "?wait=true&shard=1", {"points": [POINT]}, 400, "parameter shard is not supported"),
        ("PUT", "/collections/gone/points", {"points": [POINT]}, 404, "Collection `gone` doesn't exist!"),
        ("GET", "/collections/gone", None, 404, "Collection `gone` doesn't exist!"),
        ("GET", POINTS + "/77", None, 404, "77"),
        ("POST", POINTS + "/query", {"query": [1, 2]}, 400, "expected dim: 6, got 2"),
        ("POST", POINTS + "/query", {"query": 77}, 404, "No point with id 77"),
        ("POST", POINTS + "/query", QUERY | {"using": "x"}, 400, "Not existing vector name error: x"),
        ("POST", POINTS + "/query", QUERY | {"limit": "5"}, 400, "`limit` must be an integer"),
        ("POST", POINTS + "/query", QUERY | {"limit": -5}, 400, "`limit` must be 1 or more"),
        ("POST", POINTS + "/query", QUERY | {"lookup_from": {}}, 400, "`lookup_from` is not supported"),
        ("POST", POINTS + "/query", {"query": {"formula": {}}}, 400, "`formula` is not supported"),
        ("POST", POINTS + "/query", QUERY | {"filter": {"musst": []}}, 400, "`musst` is not supported"),
        ("POST", POINTS + "/query", QUERY | {"filter": "zone"}, 400, "filter must be an object"),
        ("POST", POINTS + "/count", {"filter": {"must": [{"key": "a"}]}}, 400, "says nothing of it"),
        ("POST", POINTS + "/count", {"filter": {"must": [{"key": "a", "match": {"like": 1}}]}}, 400, "`like`"),
        ("POST", POINTS + "/count", {"filter": {"must": [{"key": "a", "range": {"gt": "soon"}}]}}, 400, "date"),
        ("POST", POINTS + "/scroll", {"order_by": "unindexed"}, 400, "No range index"),
        ("POST", POINTS + "/batch", {"operations": [{"merge": {}}]}, 400, "operation `merge` is not supported"),
        ("POST", POINTS + "/delete", {}, 400, "missing field `filter`"),
        ("PUT", f"/collections/{NAME}/index", {"field_name": "a", "field_schema": "blob"}, 400, "type `blob`"),
        ("PUT", "/collections/new", {"vectors": {"size": 0, "distance": "Cosine"}}, 400, "`size` must be"),
        ("PUT", "/collections/new", {"vectors": {"size": 3, "distance": "Far"}}, 400, "distance `Far`"),
        ("PUT", "/collections/new", {"vectors": {}, "shard_number": 4}, 400, "`shard_number` is not supported"),
        ("PUT", "/collections/new", {"vectors": {}, "quantization_config": {"x": 1}}, 400, "quantization_config"),
        ("PUT", "/collections/a%3Ab", {"vectors": {"size": 3, "distance": "Dot"}}, 422, "cannot be the name"),
        ("POST", f"/collections/{NAME}/snapshots", None, 501, "snapshots is not supported"),
        ("GET", "/telemetry", None, 501, "/telemetry is not supported"),
    ],
)
@pytest.mark.usefixtures("client")
def test_errors_have_the_shape_of_qdrant(
    url: str, method: str, path: str, body: Any, status: int, message: str
) -> None:
    code, answer = call(url, method, path, body)
    assert code == status, answer
    assert message in answer["status"]["error"]
    assert call(url, "POST", f"{POINTS}/count", {})[1]["result"] == {"count": 0}  # nothing was half done


def test_a_body_that_is_no_json(url: str, client: QdrantClient) -> None:
    def refusal(kind: str | None, body: bytes) -> str:
        answer = requests.put(url + POINTS, body, headers={"Content-Type": kind} if kind else {}, timeout=10)
        assert answer.status_code == 400
        return answer.json()["status"]["error"]

    assert "Format error in JSON body" in refusal("application/json", b'{"points": [')
    assert "Format error in JSON body" in refusal("application/json", b"")
    points = b'{"points": []}'  # what a form of a page can send without asking
    for kind in (None, "text/plain", "application/x-www-form-urlencoded", "text/plain; a=application/json"):
        assert refusal(kind, points) == "Content type error"


@pytest.mark.slow
def test_a_large_collection_stays_exact_through_its_compaction(client: QdrantClient) -> None:
    client.create_payload_index(NAME, "zone", "keyword")
    count = schema.SEGMENT_POINTS + 3000
    for _ in range(2):
        client.upload_points(NAME, (point(n) for n in range(count)), batch_size=1000, wait=True)
        assert client.get_collection(NAME).indexed_vectors_count > 0
        assert client.count(NAME).count == count
        assert client.count(NAME, count_filter=where(zone("north"))).count == -(-count // 3)
    assert client.query_points(NAME, query=uid(1), limit=1).points[0].id != uid(1)
    client.delete(NAME, models.FilterSelector(filter=where(zone("north"))))
    assert client.count(NAME).count == count - -(-count // 3)


def test_points_outlive_down_and_kill_and_go_with_reset(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        client = QdrantClient(url=start(command, "qdrant")["QDRANT_URL"], timeout=60)
        create(client)
        client.create_payload_index(NAME, "zone", "keyword")
        client.upsert(NAME, points(1000))
        assert listening(command, "qdrant") == {"127.0.0.1"}
        command("down")
        client = QdrantClient(url=start(command, "qdrant")["QDRANT_URL"], timeout=60)
        acknowledged = 1000
        while acknowledged < 5000:
            client.upsert(NAME, points(500, first=acknowledged), wait=True)
            acknowledged += 500
        kill_everything(command, "qdrant")
        client = QdrantClient(url=start(command, "qdrant")["QDRANT_URL"], timeout=60)
        assert client.count(NAME).count == acknowledged
        assert client.get_collection(NAME).payload_schema["zone"].points == acknowledged
        assert client.retrieve(NAME, [uid(4999)])[0].payload == point(4999).payload
        command("reset", "--yes")
        assert not (command.home / "qdrant").exists()


@pytest.mark.slow
def test_a_kill_during_a_compaction_loses_nothing(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        client = QdrantClient(url=start(command, "qdrant")["QDRANT_URL"], timeout=60)
        create(client)
        count = schema.SEGMENT_POINTS - 1000
        client.upload_points(NAME, (point(n) for n in range(count)), batch_size=1000, wait=True)
        (server,) = family(command, "qdrant")
        with contextlib.suppress(Exception):  # the answer does not come: the server is killed while it compacts
            wait_for_child_and_kill(client, server.pid, count)
        client = QdrantClient(url=start(command, "qdrant")["QDRANT_URL"], timeout=60)
        assert client.count(NAME).count >= count
        client.upsert(NAME, points(1000, first=count), wait=True)
        assert client.count(NAME).count == count + 1000


def wait_for_child_and_kill(client: QdrantClient, pid: int, first: int) -> None:
    killer = f"""
import os, psutil, time
server = psutil.Process({pid})
while not (children := server.children()):
    time.sleep(0.01)
time.sleep(0.4)
for process in [server, *children]:
    process.kill()
"""
    with subprocess.Popen([sys.executable, "-c", killer]):
        client.upsert(NAME, points(1000, first=first), wait=True)


def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "embedded.services.qdrant", str(tmp_path / "data")]
    first = subprocess.Popen([*command, "0"], cwd=ROOT)
    try:
        lock = tmp_path / "data" / "server.lock"
        while not lock.exists():
            assert first.poll() is None
        second = subprocess.run([*command, "0"], cwd=ROOT, capture_output=True, text=True, timeout=30)
        assert second.returncode == 2
        assert "in use by another server" in second.stderr
    finally:
        os.kill(first.pid, signal.SIGTERM)
        first.wait(20)


def test_payload_on_disk_is_what_the_engine_is_told() -> None:
    vectors = {"vectors": {"size": 6, "distance": "Cosine"}}
    kept = [schema.check_new(vectors | {"on_disk_payload": flag}) for flag in (True, False)]
    placed = [str(schema.engine_config(settings).payload_memory) for settings in kept]
    assert placed == ["Memory.Cold", "Memory.Cached"]
    assert schema.check_new(vectors)["on_disk_payload"] is True


def test_a_collection_that_took_much_memory_is_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Collection.create(
        tmp_path / "collection", NAME, schema.check_new({"vectors": {"size": 6, "distance": "Dot"}})
    )
    first = opened._shard
    opened.update([upsert({"points": [{"id": 1, "vector": VECTOR, "payload": {"zone": "north"}}]}, {"": 6})])
    assert opened._shard is first
    monkeypatch.setattr(collections, "MAPPED_BYTES", -(1 << 40))  # more than any process takes: each call is too much
    assert opened.read(queries.count, {}) == {"count": 1}
    assert opened._shard is not first
    assert opened.read(queries.scroll, {})["points"] == [{"id": 1, "payload": {"zone": "north"}}]
    opened.close()


@pytest.mark.parametrize(("size", "threshold", "graph"), [(6, None, 0), (384, None, 16), (384, 0, 0), (6, 100, 16)])
def test_large_vectors_get_a_graph_as_in_the_server(size: int, threshold: int | None, graph: int) -> None:
    wanted: dict[str, Any] = {"vectors": {"size": size, "distance": "Dot"}}
    if threshold is not None:
        wanted["optimizers_config"] = {"indexing_threshold": threshold}
    assert schema.engine_config(schema.check_new(wanted)).hnsw_config.m == graph


def test_pages_of_other_sites_are_refused(url: str) -> None:
    foreign_page.assert_refused(f"{url}/collections")
