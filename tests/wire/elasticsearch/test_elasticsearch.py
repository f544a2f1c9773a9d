"""The real node at the wire: what its clients ask of it, who gets in, and what outlives which end."""

import datetime
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from elasticsearch import ApiError, AuthenticationException, Elasticsearch
from elasticsearch.helpers import BulkIndexError, bulk, parallel_bulk, scan, streaming_bulk

from embedded.services.elasticsearch import configuration
from tests.support import foreign_page
from tests.support.command import Command
from tests.support.stack import own_stack
from tests.support.store_life import commanded, family, kill_everything, listening, start
from tests.support.waiting import eventually

ODD_PASSWORD = 'it\'s; "new" $$:\\'
MAPPINGS = {
    "dynamic": "strict",
    "properties": {
        "timestamp": {"type": "date"},
        "device_id": {"type": "keyword"},
        "zone": {"type": "keyword"},
        "text": {"type": "text"},
        "metric_value": {"type": "double"},
    },
}


@dataclass(frozen=True)
class Node:
    url: str
    login: tuple[str, str]

    def client(self, **options: Any) -> Elasticsearch:
        return Elasticsearch(self.url, **({"basic_auth": self.login, "request_timeout": 30} | options))

    @classmethod
    def of(cls, environment: dict[str, str]) -> "Node":
        return cls(environment["ELASTICSEARCH_URL"], (environment["ES_USER"], environment["ES_PASSWORD"]))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with own_stack(tmp_path_factory.mktemp("elasticsearch"), "elasticsearch") as environment:
        yield Node.of(environment)


@pytest.fixture
def client(node: Node) -> Iterator[Elasticsearch]:
    client = node.client()
    yield client
    for name in client.indices.get(index="*"):
        client.indices.delete(index=name)
    client.options(ignore_status=404).indices.delete_index_template(name="metrics")
    client.close()


def documents(count: int, days: int = 2) -> Iterator[dict[str, Any]]:
    for n in range(count):
        moment = datetime.datetime(2024, 3, 1 + n % days, n % 24, tzinfo=datetime.UTC)
        yield {
            "_index": f"metrics-{moment:%Y.%m.%d}",
            "_id": str(n),
            "timestamp": moment.isoformat(),
            "device_id": f"sensor-{n % 7}",
            "zone": f"zone-{n % 3}",
            "text": f"reading number {n} of the {'cold' if n % 2 else 'warm'} hall",
            "metric_value": n / 2,
        }


def template(client: Elasticsearch) -> None:
    settings = {"number_of_shards": 1, "number_of_replicas": 0}
    body = {"aliases": {"metrics": {}}, "mappings": MAPPINGS, "settings": settings}
    client.indices.put_index_template(name="metrics", index_patterns=["metrics-*"], template=body)


def test_the_health_check_of_the_seeds_works(node: Node) -> None:
    login, health = ":".join(node.login), f"{node.url}/_cluster/health"
    answer = subprocess.run(["curl", "-sf", "-u", login, health], capture_output=True, check=True, text=True)
    assert '"status":"green"' in answer.stdout


def test_nobody_gets_in_without_the_password(node: Node) -> None:
    assert requests.get(f"{node.url}/_cluster/health", timeout=10).status_code == 401
    assert requests.get(f"{node.url}/_cat/indices", timeout=10, auth=("elastic", "wrong")).status_code == 401
    assert requests.put(f"{node.url}/sneaked", timeout=10, auth=("kibana_system", "changeme")).status_code == 401
    with pytest.raises(AuthenticationException):
        node.client(basic_auth=("elastic", "wrong")).count()


def test_a_template_gives_dated_indices_their_mapping_and_their_alias(client: Elasticsearch) -> None:
    template(client)
    assert bulk(client, documents(1000), refresh=True) == (1000, [])
    assert client.count(index="metrics")["count"] == 1000
    assert sorted(client.indices.get_alias(name="metrics")) == ["metrics-2024.03.01", "metrics-2024.03.02"]
    mapping = client.indices.get_mapping(index="metrics-2024.03.01")["metrics-2024.03.01"]["mappings"]
    assert mapping["properties"]["device_id"] == {"type": "keyword"}
    assert {row["docs.count"] for row in client.cat.indices(index="metrics-*", format="json")} == {"500"}
    client.indices.delete(index="metrics-2024.03.01")  # how the past goes
    assert client.count(index="metrics")["count"] == 500


def test_the_same_ids_again_change_nothing(client: Elasticsearch) -> None:
    template(client)
    for _ in range(2):
        results = list(streaming_bulk(client, documents(300), chunk_size=100, max_retries=3, initial_backoff=0.1))
        assert all(ok for ok, _ in results)
    client.indices.refresh(index="metrics")
    assert client.count(index="metrics")["count"] == 300
    assert {result["index"]["result"] for _, result in results} == {"updated"}


def test_full_text_search_and_aggregations(client: Elasticsearch) -> None:
    template(client)
    bulk(client, documents(600), refresh=True)
    hits = client.search(index="metrics", query={"match": {"text": "cold"}}, size=3)["hits"]
    assert hits["total"]["value"] == 300
    assert all("cold" in hit["_source"]["text"] for hit in hits["hits"])
    zones = {"terms": {"field": "zone"}, "aggs": {"mean": {"avg": {"field": "metric_value"}}}}
    days = {"date_histogram": {"field": "timestamp", "calendar_interval": "day"}}
    found = client.search(index="metrics", size=0, aggs={"zones": zones, "days": days})["aggregations"]
    means = {bucket["key"]: bucket["mean"]["value"] for bucket in found["zones"]["buckets"]}
    assert means == {f"zone-{zone}": sum(range(zone, 600, 3)) / 200 / 2 for zone in range(3)}
    assert [bucket["doc_count"] for bucket in found["days"]["buckets"]] == [300, 300]
    assert len(list(scan(client, index="metrics", query={"query": {"term": {"zone": "zone-1"}}}, size=50))) == 200


def test_items_that_do_not_fit_are_named_and_the_others_stay(client: Elasticsearch) -> None:
    template(client)
    wrong = [{"_index": "metrics-2024.03.01", "_id": "bad", "metric_value": "much"}]
    with pytest.raises(BulkIndexError) as caught:
        bulk(client, [*documents(10, days=1), *wrong], refresh=True)
    (error,) = caught.value.errors
    assert error["index"]["_id"] == "bad"
    assert "metric_value" in error["index"]["error"]["reason"]
    assert client.count(index="metrics")["count"] == 10


def test_a_load_from_several_threads_is_complete(client: Elasticsearch) -> None:
    template(client)
    assert all(ok for ok, _ in parallel_bulk(client, documents(20_000), thread_count=4, chunk_size=500))
    client.indices.refresh(index="metrics")
    assert client.count(index="metrics")["count"] == 20_000


def test_what_the_distribution_lacks_is_refused(node: Node, client: Elasticsearch) -> None:
    """As the service's description says; when one of these works, the description is out of date."""
    template(client)
    bulk(client, documents(10), refresh=True)
    assert requests.get(node.url, auth=node.login, timeout=10).status_code == 405
    for call in (
        lambda: client.delete_by_query(index="metrics", query={"match_all": {}}),
        lambda: client.update_by_query(index="metrics", query={"match_all": {}}),
        lambda: client.reindex(source={"index": "metrics"}, dest={"index": "other"}),
        lambda: client.ilm.put_lifecycle(name="p", policy={"phases": {}}),
        lambda: client.ingest.put_pipeline(id="p", processors=[{"set": {"field": "a", "value": 1}}]),
        lambda: client.indices.create_data_stream(name="stream"),
        lambda: client.update(index="metrics-2024.03.01", id="0", script={"source": "ctx._source.a = 1"}),
    ):
        with pytest.raises(ApiError):
            call()
    assert client.count(index="metrics")["count"] == 10


def test_data_outlive_down_and_kill_and_go_with_reset(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        client = Node.of(start(command, "elasticsearch")).client()
        client.index(index="kept", id="1", document={"answer": 42})
        assert listening(command, "elasticsearch") == {"127.0.0.1"}
        assert command("down").returncode == 0
        client = Node.of(start(command, "elasticsearch")).client()
        client.index(index="kept", id="2", document={"answer": 43})
        kill_everything(command, "elasticsearch")
        (command.home / "elasticsearch" / "data" / "node.lock").touch()
        client = Node.of(start(command, "elasticsearch")).client()
        assert [client.get(index="kept", id=id)["_source"]["answer"] for id in "12"] == [42, 43]
        assert command("reset", "--yes").returncode == 0
        assert not (command.home / "elasticsearch").exists()


@pytest.mark.slow
def test_another_login_is_applied_at_the_next_start(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        Node.of(start(command, "elasticsearch")).client().index(index="kept", id="1", document={"answer": 42})
        command("down")
        command.env |= {"ES_USER": "someone", "ES_PASSWORD": ODD_PASSWORD}
        now = Node.of(start(command, "elasticsearch") | {"ES_PASSWORD": ODD_PASSWORD})
        assert now.login[0] == "someone"
        assert now.client().get(index="kept", id="1")["_source"] == {"answer": 42}
        with pytest.raises(AuthenticationException):
            now.client(basic_auth=("elastic", "elastic123")).count()
        assert_no_secret_is_told(command)


def assert_no_secret_is_told(command: Command) -> None:
    folders = (command.home / "logs", command.home / "elasticsearch" / "config")
    told = [path.read_bytes() for folder in folders for path in folder.iterdir() if path.is_file()]
    told += [" ".join(process.cmdline()).encode() for process in family(command, "elasticsearch")]
    for text in told:
        assert ODD_PASSWORD.encode() not in text
        assert b"elastic123" not in text


@pytest.mark.slow
def test_no_node_outlives_its_launcher_or_its_supervisor(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        for victim in ("launcher", "supervisor"):
            start(command, "elasticsearch")
            processes = family(command, "elasticsearch")
            assert len(processes) == 2
            psutil.Process(command.supervisor() if victim == "supervisor" else processes[0].pid).kill()
            eventually(lambda: not any(p.is_running() for p in processes), 30)  # noqa: B023 - called at once
            if victim == "launcher":
                eventually(lambda: command.status()["elasticsearch"]["restarted"])


def test_a_password_is_stored_as_a_salted_hash() -> None:
    first, second = (configuration.password_hash("secret") for _ in range(2))
    assert first != second
    assert first.startswith("{PBKDF2}10000$")
    assert "secret" not in first


def test_pages_of_other_sites_are_refused(node: Node) -> None:
    def status(path: str = "/_cluster/health", method: str = "GET", **headers: str) -> int:
        return requests.request(method, node.url + path, auth=node.login, headers=headers, timeout=30).status_code

    for method, path in (("GET", "/_cluster/health"), ("GET", "/_search"), ("PUT", "/foreign"), ("DELETE", "/foreign")):
        assert {status(path, method, **headers) for headers in foreign_page.FOREIGN} == {403}, path
    rebound = "rebound.example.com:9200"
    assert status(Host=rebound, Origin=f"http://{rebound}") == 403
    for host in ("localhost", "LOCALHOST:9200", "es.localhost", "127.0.0.1", "127.1.2.3:1", "[::1]:9200"):
        assert status(Host=host) == 200, host
    assert status(Origin=node.url) == 200


def test_a_body_says_that_it_is_json(node: Node) -> None:
    answer = requests.post(
        f"{node.url}/a/_doc", b"{}", auth=node.login, headers={"Content-Type": "text/plain"}, timeout=30
    )
    assert answer.status_code == 406
